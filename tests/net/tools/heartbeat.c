/* SPDX-License-Identifier: GPL-2.0-only */
/* A maker's cloud in small: a camera asks, a server answers the same bytes. */
#include "clock.h"
#include "sock.h"

#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_CONNS 64

struct options {
	bool udp;
	const char *bind;
	const char *from;
	int count;
	int interval_ms;
	int timeout_ms;
};

static void serve_udp(int fd)
{
	struct sockaddr_storage peer;
	char buf[2048];

	for (;;) {
		socklen_t len = sizeof(peer);
		ssize_t n;

		cg_sock_wait(fd, POLLIN, -1);
		n = recvfrom(fd, buf, sizeof(buf), 0, (struct sockaddr *)&peer, &len);
		if (n >= 0)
			(void)!sendto(fd, buf, (size_t)n, 0, (struct sockaddr *)&peer, len);
	}
}

static void serve_tcp(int listener)
{
	struct pollfd fds[MAX_CONNS + 1] = { { .fd = listener, .events = POLLIN } };
	nfds_t n = 1;
	char buf[2048];

	for (;;) {
		if (poll(fds, n, -1) < 0)
			continue;
		for (nfds_t i = n - 1; i > 0; i--) {
			ssize_t got;

			if (!fds[i].revents)
				continue;
			got = recv(fds[i].fd, buf, sizeof(buf), MSG_DONTWAIT);
			if (got > 0 && send(fds[i].fd, buf, (size_t)got, MSG_NOSIGNAL) == got)
				continue;
			if (got < 0 && errno == EAGAIN)
				continue;
			close(fds[i].fd);
			fds[i] = fds[--n];
		}
		if (fds[0].revents) {
			int fd = accept(listener, NULL, NULL);

			if (fd >= 0 && n <= MAX_CONNS)
				fds[n++] = (struct pollfd){ .fd = fd, .events = POLLIN };
			else if (fd >= 0)
				close(fd);
		}
	}
}

/* One beat: sends i and wants i back within the time. */
static bool beat(int fd, unsigned int i, int timeout_ms)
{
	uint64_t end = now_ns() + (uint64_t)timeout_ms * NS_PER_MS;
	char ask[32], got[64];
	size_t len, have = 0;

	len = (size_t)snprintf(ask, sizeof(ask), "beat %u of camera\n", i);
	if (send(fd, ask, len, MSG_NOSIGNAL) != (ssize_t)len)
		return false;
	for (uint64_t now = now_ns(); now < end; now = now_ns()) {
		ssize_t n;

		if (!cg_sock_wait(fd, POLLIN, (int)((end - now) / NS_PER_MS) + 1))
			continue;
		n = recv(fd, got + have, sizeof(got) - have, 0);
		if (n <= 0)
			return false;
		have += (size_t)n;
		if (have >= len)
			return have == len && !memcmp(ask, got, len);
	}
	return false;
}

static int ask(const struct options *o, const char *host, const char *port)
{
	int good = 0, fd = -1, r = 0;

	for (int i = 0; i < o->count; i++) {
		if (fd < 0)
			fd = cg_sock_connect(host, port, o->udp, o->from, o->timeout_ms);
		if (fd < 0) {
			r = fd;
		} else if (beat(fd, (unsigned int)i, o->timeout_ms)) {
			good++;
		} else {
			close(fd);
			fd = -1;
		}
		if (i + 1 < o->count)
			poll(NULL, 0, o->interval_ms);
	}
	printf("%d of %d answered%s%s\n", good, o->count, r ? ": " : "", r ? strerror(-r) : "");
	return good == o->count ? 0 : 1;
}

/*
 * heartbeat [-u] [-b ADDRESS] -l PORT                                  server
 * heartbeat [-u] [-f LOCALPORT] [-n N] [-i MS] [-t MS] HOST PORT       client
 * The client's exit status is 0 only if every beat was answered.
 */
int main(int argc, char **argv)
{
	struct options o = { .count = 3, .interval_ms = 100, .timeout_ms = 1000 };
	const char *listen_port = NULL;
	int c;

	signal(SIGPIPE, SIG_IGN);
	while ((c = getopt(argc, argv, "ub:l:f:n:i:t:")) != -1) {
		switch (c) {
		case 'u':
			o.udp = true;
			break;
		case 'b':
			o.bind = optarg;
			break;
		case 'l':
			listen_port = optarg;
			break;
		case 'f':
			o.from = optarg;
			break;
		case 'n':
			o.count = atoi(optarg);
			break;
		case 'i':
			o.interval_ms = atoi(optarg);
			break;
		case 't':
			o.timeout_ms = atoi(optarg);
			break;
		default:
			return 2;
		}
	}
	if (listen_port) {
		int fd = cg_sock_listen(o.bind, listen_port, o.udp);

		if (fd < 0) {
			fprintf(stderr, "heartbeat: port %s: %s\n", listen_port, strerror(-fd));
			return 1;
		}
		if (o.udp)
			serve_udp(fd);
		serve_tcp(fd);
	}
	if (optind != argc - 2) {
		fprintf(stderr, "usage: heartbeat [-u] -l PORT | [options] HOST PORT\n");
		return 2;
	}
	return ask(&o, argv[optind], argv[optind + 1]);
}
