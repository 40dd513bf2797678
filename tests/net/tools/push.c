/* SPDX-License-Identifier: GPL-2.0-only */
/* The camera's side of a cloud stream: pushes video outward at a steady rate. */
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

struct push {
	bool udp;
	const char *host;
	const char *port;
	const char *from;
	const char *video;    /* H.264 elementary stream, read round and round */
	const char *marks;    /* file of "seq sent_ns result", one a frame begun */
	unsigned long rate;   /* bytes a second */
	size_t size;	      /* bytes a frame */
	unsigned int seconds; /* 0: until told to stop */
};

struct totals {
	uint64_t frames;
	uint64_t refused; /* no socket, or it took nothing */
	uint64_t bytes;
	uint64_t connects;
};

static volatile sig_atomic_t stop;

static void on_signal(int sig)
{
	(void)sig;
	stop = 1;
}

static void fill(FILE *video, unsigned char *p, size_t n)
{
	while (n) {
		size_t got = video ? fread(p, 1, n, video) : 0;

		if (!got && video && ftell(video) > 0) {
			rewind(video);
			continue;
		}
		if (!got) {
			memset(p, 0x41, n);
			return;
		}
		p += got;
		n -= got;
	}
}

/* All of a frame to a stream, or the connection is given up: half a frame is no frame. */
static bool send_stream(int fd, const unsigned char *p, size_t n)
{
	while (n && !stop) {
		ssize_t sent = send(fd, p, n, MSG_NOSIGNAL);

		if (sent > 0) {
			p += sent;
			n -= (size_t)sent;
		} else if (sent < 0 && errno != EAGAIN && errno != EINTR) {
			return false;
		} else {
			cg_sock_wait(fd, POLLOUT, 100);
		}
	}
	return !n;
}

static bool send_frame(const struct push *o, int *fd, const unsigned char *p, struct totals *t)
{
	if (*fd < 0) {
		*fd = cg_sock_connect(o->host, o->port, o->udp, o->from, 200);
		if (*fd < 0)
			return false;
		t->connects++;
	}
	if (o->udp)
		/* ICMP errors come back as failed sends; the camera does not care. */
		return send(*fd, p, o->size, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)o->size;
	if (send_stream(*fd, p, o->size))
		return true;
	close(*fd);
	*fd = -1;
	return false;
}

static int run(const struct push *o, FILE *video, FILE *marks, struct totals *t)
{
	uint64_t step_ns = o->size * NS_PER_S / o->rate, next = now_ns(), end = 0;
	unsigned char *buf = malloc(o->size);
	int fd = -1;

	if (!buf)
		return -ENOMEM;
	if (o->seconds)
		end = next + o->seconds * NS_PER_S;
	while (!stop && (!end || now_ns() < end)) {
		struct frame f = { .magic = FRAME_MAGIC,
				   .len = (uint32_t)o->size,
				   .seq = t->frames,
				   .sent_ns = now_ns() };
		bool ok;

		memcpy(buf, &f, sizeof(f));
		fill(video, buf + sizeof(f), o->size - sizeof(f));
		ok = send_frame(o, &fd, buf, t);
		if (marks)
			fprintf(marks, "%llu %llu %d\n", (unsigned long long)f.seq,
				(unsigned long long)f.sent_ns, ok);
		t->frames++;
		if (ok)
			t->bytes += o->size;
		else
			t->refused++;
		next += step_ns;
		if (next > now_ns()) {
			struct timespec ts = { .tv_sec = (time_t)(next / NS_PER_S),
					       .tv_nsec = (long)(next % NS_PER_S) };

			clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL);
		} else {
			/* A blocked stream does not make up for lost time in one burst. */
			next = now_ns();
		}
	}
	if (fd >= 0)
		close(fd);
	free(buf);
	return 0;
}

static FILE *open_or_die(const char *path, const char *mode)
{
	FILE *f = path ? fopen(path, mode) : NULL;

	if (path && !f) {
		fprintf(stderr, "push: %s: %s\n", path, strerror(errno));
		exit(1);
	}
	return f;
}

/*
 * push [-u] [-r BYTES/S] [-s FRAME_BYTES] [-t SECONDS] [-f LOCALPORT] [-v VIDEO] [-m MARKS]
 *      HOST PORT
 * Prints "frames N refused N bytes N connects N" at the end.
 */
int main(int argc, char **argv)
{
	struct sigaction sa = { .sa_handler = on_signal };
	struct push o = { .rate = 800000, .size = 1200 };
	struct totals t = { 0 };
	FILE *video, *marks;
	int c, r;

	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGINT, &sa, NULL);
	while ((c = getopt(argc, argv, "ur:s:t:f:v:m:")) != -1) {
		switch (c) {
		case 'u':
			o.udp = true;
			break;
		case 'r':
			o.rate = strtoul(optarg, NULL, 10);
			break;
		case 's':
			o.size = strtoul(optarg, NULL, 10);
			break;
		case 't':
			o.seconds = (unsigned int)strtoul(optarg, NULL, 10);
			break;
		case 'f':
			o.from = optarg;
			break;
		case 'v':
			o.video = optarg;
			break;
		case 'm':
			o.marks = optarg;
			break;
		default:
			return 2;
		}
	}
	if (optind != argc - 2 || !o.rate || o.size < sizeof(struct frame)) {
		fprintf(stderr, "usage: push [-u] [options] HOST PORT\n");
		return 2;
	}
	o.host = argv[optind];
	o.port = argv[optind + 1];
	video = open_or_die(o.video, "r");
	marks = open_or_die(o.marks, "w");
	r = run(&o, video, marks, &t);
	printf("frames %llu refused %llu bytes %llu connects %llu\n", (unsigned long long)t.frames,
	       (unsigned long long)t.refused, (unsigned long long)t.bytes,
	       (unsigned long long)t.connects);
	if (marks && fclose(marks))
		r = -EIO;
	if (video)
		fclose(video);
	return r ? 1 : 0;
}
