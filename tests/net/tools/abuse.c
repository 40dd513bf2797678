/* SPDX-License-Identifier: GPL-2.0-only */
/* A user who means harm to the control socket: many connections, each of which misbehaves in one way. */
/*
 * abuse KIND SOCKET UID CONNECTIONS: until SIGTERM; then one line,
 * "opened N sent BYTES replies N refused N allowed N". It writes "up" first, as
 * soon as every connection was tried.
 */
#include <errno.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define MANY	 2048
#define VERSION	 "{\"v\":1,\"cmd\":\"version\"}\n"
#define STATUS	 "{\"v\":1,\"cmd\":\"status\"}\n"
#define DEEP	 30000
/* Who is turned away comes back, but for a storm not at once. */
#define AGAIN_MS 200

static const struct kind {
	const char *name;
	const char *text; /* sent again and again; NULL: made below */
	size_t n;	  /* 0: its length */
	bool once;	  /* and no more on this connection */
	bool deaf;	  /* replies are not read */
	bool slow;	  /* a byte every 50 ms */
	bool leave;	  /* goes at once */
	bool hasty;	  /* back at once when it is turned away */
	bool pass;	  /* descriptors with it */
} kinds[] = {
	{ .name = "idle", .text = "", .once = true },
	{ .name = "half", .text = "{\"v\":1,\"cmd\":\"sta", .once = true },
	{ .name = "long", .text = NULL, .hasty = true },
	{ .name = "version",
	  .text = "{\"v\":2,\"cmd\":\"status\"}\n{\"v\":\"1\",\"cmd\":\"status\"}\n{\"cmd\":\"status\"}\n" },
	{ .name = "rights",
	  .text = "{\"v\":1,\"cmd\":\"open\",\"cam\":\"cam1\"}\n{\"v\":1,\"cmd\":\"off\"}\n"
		  "{\"v\":1,\"cmd\":\"detach\"}\n{\"v\":1,\"cmd\":\"reload\"}\n{\"v\":1,\"cmd\":\"log\"}\n"
		  "{\"v\":1,\"cmd\":\"seal\",\"cam\":\"all\"}\n{\"v\":1,\"cmd\":\"undo\"}\n" },
	{ .name = "deaf", .text = STATUS, .deaf = true },
	{ .name = "storm", .text = VERSION, .once = true, .leave = true, .hasty = true },
	{ .name = "pipeline", .text = STATUS STATUS STATUS STATUS STATUS STATUS STATUS STATUS },
	{ .name = "nul", .text = "{\"v\":1,\"cmd\":\"sta\0tus\"}\n\0\0\n", .n = 27 },
	{ .name = "deep", .text = NULL },
	{ .name = "slow", .text = STATUS, .slow = true },
	{ .name = "pass", .text = VERSION, .pass = true },
	{ .name = "follow", .text = "{\"v\":1,\"cmd\":\"sessions\"}\n" STATUS, .slow = true },
};

static struct conn {
	int fd;
	size_t at;
	bool done;
	int64_t again_ms; /* not tried before */
} conn[MANY];

static char made[128 * 1024];
static volatile sig_atomic_t over;
static unsigned long long opened, sent, replies, refused, allowed;

static void end(int nr)
{
	(void)nr;
	over = 1;
}

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

static void conn_open(struct conn *c, const char *path)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };

	snprintf(sun.sun_path, sizeof(sun.sun_path), "%s", path);
	*c = (struct conn){ .fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0),
			    .again_ms = now_ms() + AGAIN_MS };
	if (c->fd >= 0 && !connect(c->fd, (struct sockaddr *)&sun, sizeof(sun))) {
		opened++;
		return;
	}
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
}

static void conn_close(struct conn *c)
{
	close(c->fd);
	c->fd = -1;
}

static ssize_t give(const struct kind *k, int fd, const char *text, size_t n)
{
	char control[CMSG_SPACE(4 * sizeof(int))] = { 0 };
	struct iovec iov = { (char *)text, n };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (k->pass) {
		const int four[4] = { 0, 1, 2, fd };
		struct cmsghdr *c;

		msg.msg_control = control;
		msg.msg_controllen = sizeof(control);
		c = CMSG_FIRSTHDR(&msg);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(four));
		memcpy(CMSG_DATA(c), four, sizeof(four));
	}
	return sendmsg(fd, &msg, MSG_NOSIGNAL);
}

/* false: it is gone. */
static bool conn_write(struct conn *c, const struct kind *k, const char *text, size_t n)
{
	ssize_t done;

	if (c->done)
		return true;
	if (!n) {
		c->done = true;
		return true;
	}
	done = give(k, c->fd, text + c->at, k->slow ? 1 : n - c->at);
	if (done < 0)
		return errno == EAGAIN || errno == ETOOMANYREFS;
	sent += (size_t)done;
	c->at = (c->at + (size_t)done) % n;
	c->done = k->once && !c->at;
	return !(k->leave && c->done);
}

static bool conn_read(struct conn *c)
{
	static char buf[65536];
	ssize_t n = recv(c->fd, buf, sizeof(buf) - 1, 0);

	if (n < 0)
		return errno == EAGAIN;
	if (!n)
		return false;
	buf[n] = '\0';
	for (char *p = buf; (p = memchr(p, '\n', (size_t)(buf + n - p))); p++)
		replies++;
	for (char *p = buf; (p = strstr(p, "\"ok\":false")); p++)
		refused++;
	for (char *p = buf; (p = strstr(p, "\"ok\":true")); p++)
		allowed++;
	return true;
}

static const char *text_of(const struct kind *k, size_t *ret_n)
{
	if (k->text) {
		*ret_n = k->n ? k->n : strlen(k->text);
		return k->text;
	}
	memset(made, 'x', sizeof(made));
	*ret_n = sizeof(made);
	if (!strcmp(k->name, "deep")) {
		memset(made, '[', DEEP);
		memset(made + DEEP, ']', DEEP);
		made[2 * DEEP] = '\n';
		*ret_n = 2 * DEEP + 1;
	}
	return made;
}

int main(int argc, char **argv)
{
	const struct sigaction act = { .sa_handler = end };
	const struct kind *k = NULL;
	static struct pollfd p[MANY];
	int64_t next = 0;
	bool up = false;
	const char *text;
	size_t n;
	int want;

	for (size_t i = 0; argc == 5 && i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strcmp(kinds[i].name, argv[1]))
			k = &kinds[i];
	if (!k || (want = atoi(argv[4])) < 1 || want > MANY)
		return 2;
	if (setgroups(0, NULL) || setgid((gid_t)atoi(argv[3])) || setuid((uid_t)atoi(argv[3])))
		return 1;
	sigaction(SIGTERM, &act, NULL);
	text = text_of(k, &n);
	for (int i = 0; i < want; i++)
		conn[i].fd = -1;
	while (!over) {
		bool beat = !k->slow || now_ms() >= next;

		if (beat)
			next = now_ms() + 50;
		for (int i = 0; i < want; i++) {
			if (conn[i].fd < 0 && (k->hasty || now_ms() >= conn[i].again_ms))
				conn_open(&conn[i], argv[2]);
			if (conn[i].fd >= 0 && beat && !conn_write(&conn[i], k, text, n))
				conn_close(&conn[i]);
			p[i].fd = conn[i].fd;
			p[i].events = (short)((k->deaf ? 0 : POLLIN) |
					      (conn[i].done || k->slow ? 0 : POLLOUT));
		}
		if (!up)
			printf("up\n");
		up = true;
		fflush(stdout);
		poll(p, (nfds_t)want, k->hasty ? 0 : 10);
		for (int i = 0; i < want; i++) {
			if (p[i].fd < 0 || conn[i].fd < 0)
				continue;
			if (!k->deaf && p[i].revents & (POLLIN | POLLHUP) && !conn_read(&conn[i]))
				conn_close(&conn[i]);
			else if (k->deaf && p[i].revents & (POLLHUP | POLLERR))
				conn_close(&conn[i]);
		}
	}
	printf("opened %llu sent %llu replies %llu refused %llu allowed %llu\n", opened, sent,
	       replies, refused, allowed);
	return 0;
}
