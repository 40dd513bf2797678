/* SPDX-License-Identifier: GPL-2.0-only */
/* Receives what push sends, and writes down what came and when. */
#include "clock.h"
#include "frame.h"
#include "sock.h"

#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_CONNS 64
#define MAX_FRAME 65536

struct conn {
	size_t have;
	unsigned char buf[MAX_FRAME];
};

struct totals {
	uint64_t bytes;
	uint64_t frames;
	uint64_t foreign; /* datagrams or streams that push did not send */
};

static volatile sig_atomic_t stop;

static void on_signal(int sig)
{
	(void)sig;
	stop = 1;
}

static void note(FILE *log, const struct frame *f, struct totals *t)
{
	t->frames++;
	fprintf(log, "%llu %llu %llu %u\n", (unsigned long long)now_ns(),
		(unsigned long long)f->seq, (unsigned long long)f->sent_ns, f->len);
}

static void read_udp(int fd, FILE *log, struct totals *t)
{
	unsigned char buf[MAX_FRAME];
	struct frame f;
	ssize_t n;

	while ((n = recv(fd, buf, sizeof(buf), MSG_DONTWAIT)) >= 0) {
		t->bytes += (uint64_t)n;
		if ((size_t)n >= sizeof(f))
			memcpy(&f, buf, sizeof(f));
		if ((size_t)n >= sizeof(f) && f.magic == FRAME_MAGIC)
			note(log, &f, t);
		else
			t->foreign++;
	}
}

/* false: the peer is through, or is no push. */
static bool read_tcp(int fd, struct conn *c, FILE *log, struct totals *t)
{
	struct frame f;
	ssize_t n = recv(fd, c->buf + c->have, sizeof(c->buf) - c->have, MSG_DONTWAIT);

	if (n < 0)
		return errno == EAGAIN;
	if (!n)
		return false;
	t->bytes += (uint64_t)n;
	c->have += (size_t)n;
	while (c->have >= sizeof(f)) {
		memcpy(&f, c->buf, sizeof(f));
		if (f.magic != FRAME_MAGIC || f.len < sizeof(f) || f.len > sizeof(c->buf)) {
			t->foreign++;
			return false;
		}
		if (c->have < f.len)
			break;
		note(log, &f, t);
		c->have -= f.len;
		memmove(c->buf, c->buf + f.len, c->have);
	}
	return true;
}

static int run(int listener, bool udp, FILE *log, struct totals *t)
{
	struct pollfd fds[MAX_CONNS + 1] = { { .fd = listener, .events = POLLIN } };
	struct conn *conns[MAX_CONNS + 1] = { NULL };
	nfds_t n = 1;

	while (!stop) {
		if (poll(fds, n, 50) <= 0) {
			fflush(log);
			continue;
		}
		for (nfds_t i = n - 1; i > 0; i--) {
			if (!fds[i].revents || read_tcp(fds[i].fd, conns[i], log, t))
				continue;
			close(fds[i].fd);
			free(conns[i]);
			n--;
			fds[i] = fds[n];
			conns[i] = conns[n];
		}
		if (fds[0].revents && udp) {
			read_udp(listener, log, t);
		} else if (fds[0].revents) {
			int fd = accept(listener, NULL, NULL);
			struct conn *c = fd >= 0 && n <= MAX_CONNS ? calloc(1, sizeof(*c)) : NULL;

			if (c) {
				fds[n] = (struct pollfd){ .fd = fd, .events = POLLIN };
				conns[n++] = c;
			} else if (fd >= 0) {
				close(fd);
			}
		}
	}
	while (--n > 0) {
		close(fds[n].fd);
		free(conns[n]);
	}
	return 0;
}

/*
 * sink [-u] [-b ADDRESS] PORT LOG
 * Log line: "arrived_ns seq sent_ns bytes"; last "# end NS bytes N frames N foreign N".
 */
int main(int argc, char **argv)
{
	struct sigaction sa = { .sa_handler = on_signal };
	const char *bind_to = NULL;
	struct totals t = { 0 };
	bool udp = false;
	FILE *log;
	int c, fd;

	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGINT, &sa, NULL);
	while ((c = getopt(argc, argv, "ub:")) != -1) {
		switch (c) {
		case 'u':
			udp = true;
			break;
		case 'b':
			bind_to = optarg;
			break;
		default:
			return 2;
		}
	}
	if (optind != argc - 2) {
		fprintf(stderr, "usage: sink [-u] [-b ADDRESS] PORT LOG\n");
		return 2;
	}
	fd = cg_sock_listen(bind_to, argv[optind], udp);
	if (fd < 0) {
		fprintf(stderr, "sink: port %s: %s\n", argv[optind], strerror(-fd));
		return 1;
	}
	log = fopen(argv[optind + 1], "w");
	if (!log) {
		fprintf(stderr, "sink: %s: %s\n", argv[optind + 1], strerror(errno));
		return 1;
	}
	fprintf(log, "# ready %llu\n", (unsigned long long)now_ns());
	fflush(log);
	run(fd, udp, log, &t);
	fprintf(log, "# end %llu bytes %llu frames %llu foreign %llu\n",
		(unsigned long long)now_ns(), (unsigned long long)t.bytes,
		(unsigned long long)t.frames, (unsigned long long)t.foreign);
	close(fd);
	return fclose(log) ? 1 : 0;
}
