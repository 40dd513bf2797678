/* SPDX-License-Identifier: GPL-2.0-only */
/* A camera of few words: answers at the ports that a folder names with what its files hold, and logs each question. */
#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "sock.h"

/*
 * canned DIR: a file "tcp-80" answers any question at that port, "tcp-80-GetUsers" one that
 * holds that word; "udp-37020" a datagram. An empty file: the port is open and silent. One
 * line a question on stdout: "80 GET / HTTP/1.1".
 */
#define PORTS_MAX 32

static struct listener {
	char port[8];
	bool udp;
	int fd;
} ports[PORTS_MAX];
static struct pollfd fds[PORTS_MAX];
static int nports;

static void add(const char *name)
{
	struct listener *l = &ports[nports];
	char port[8];

	if (sscanf(name, "%*[^-]-%7[0-9]", port) != 1 || nports == PORTS_MAX)
		return;
	for (int i = 0; i < nports; i++)
		if (!strcmp(ports[i].port, port))
			return;
	strcpy(l->port, port);
	l->udp = !strncmp(name, "udp", 3);
	l->fd = cg_sock_listen(NULL, port, l->udp);
	if (l->fd < 0) {
		fprintf(stderr, "canned: %s: %s\n", port, strerror(-l->fd));
		exit(1);
	}
	fds[nports++] = (struct pollfd){ .fd = l->fd, .events = POLLIN };
}

/* The file that answers: the one whose word is in the question, else the one without. */
static size_t answer(const char *dir, const struct listener *l, const char *question, char *buf,
		     size_t room)
{
	char plain[64], path[512], best[300] = "";
	struct dirent *e;
	size_t n = 0;
	DIR *d = opendir(dir);
	FILE *f;

	snprintf(plain, sizeof(plain), "%s-%s", l->udp ? "udp" : "tcp", l->port);
	while (d && (e = readdir(d))) {
		size_t len = strlen(plain);

		if (strncmp(e->d_name, plain, len) ||
		    (e->d_name[len] &&
		     (e->d_name[len] != '-' || !strstr(question, e->d_name + len + 1))))
			continue;
		if (strlen(e->d_name) >= strlen(best))
			snprintf(best, sizeof(best), "%s", e->d_name);
	}
	if (d)
		closedir(d);
	snprintf(path, sizeof(path), "%s/%s", dir, best);
	f = *best ? fopen(path, "r") : NULL;
	if (f) {
		n = fread(buf, 1, room, f);
		fclose(f);
	}
	return n;
}

static void said(const struct listener *l, const char *question)
{
	printf("%s %.*s\n", l->port, (int)strcspn(question, "\r\n"), question);
	fflush(stdout);
}

static void talk(const char *dir, const struct listener *l, int fd)
{
	char in[4096], out[4096];
	size_t n = 0;

	while (n < sizeof(in) - 1 && cg_sock_wait(fd, POLLIN, n ? 100 : 2000)) {
		ssize_t got = recv(fd, in + n, sizeof(in) - 1 - n, 0);

		if (got <= 0)
			break;
		n += (size_t)got;
	}
	in[n] = '\0';
	said(l, in);
	n = answer(dir, l, in, out, sizeof(out));
	if (n)
		(void)!send(fd, out, n, MSG_NOSIGNAL);
	else
		(void)cg_sock_wait(fd, POLLHUP, 3000);
	close(fd);
}

static void datagram(const char *dir, const struct listener *l)
{
	char in[2048], out[2048];
	struct sockaddr_storage from;
	socklen_t len = sizeof(from);
	ssize_t got = recvfrom(l->fd, in, sizeof(in) - 1, 0, (struct sockaddr *)&from, &len);
	size_t n;

	if (got < 0)
		return;
	in[got] = '\0';
	said(l, in);
	n = answer(dir, l, in, out, sizeof(out));
	if (n)
		(void)!sendto(l->fd, out, n, 0, (struct sockaddr *)&from, len);
}

int main(int argc, char **argv)
{
	struct dirent *e;
	DIR *d = argc == 2 ? opendir(argv[1]) : NULL;

	if (!d) {
		fprintf(stderr, "usage: canned DIR\n");
		return 2;
	}
	while ((e = readdir(d)))
		add(e->d_name);
	closedir(d);
	signal(SIGCHLD, SIG_IGN);
	while (poll(fds, (nfds_t)nports, -1) > 0 || errno == EINTR)
		for (int i = 0; i < nports; i++) {
			int fd;

			if (!(fds[i].revents & POLLIN))
				continue;
			if (ports[i].udp) {
				datagram(argv[1], &ports[i]);
				continue;
			}
			fd = accept(fds[i].fd, NULL, NULL);
			if (fd < 0)
				continue;
			if (!fork()) {
				talk(argv[1], &ports[i], fd);
				_exit(0);
			}
			close(fd);
		}
	return 1;
}
