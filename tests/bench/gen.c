/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * gen IF GATEWAY_MAC CAMERAS FLOWS SIZE SECONDS|-COUNT [denied]
 *
 * Sends packets of many cameras as fast as the gateway takes them. A packet
 * socket without a qdisc on a veth: the receiving side's soft interrupt runs
 * within the send, so the thread's CPU time is the whole gateway's work, and
 * nothing is ever queued or lost. Prints packets sent, wall seconds, and CPU ns
 * a packet: the tenth percentile of slices of 20 ms.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BATCH	  64
#define SLICES	  4096
#define RULES	  20
#define FRAME_MIN 64

static double seconds(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return t.tv_sec + t.tv_nsec * 1e-9;
}

static uint16_t checksum(const uint8_t *p, size_t n, uint32_t s)
{
	size_t i;

	for (i = 0; i < n; i += 2)
		s += p[i] << 8 | p[i + 1];
	while (s >> 16)
		s = (s & 0xffff) + (s >> 16);
	return ~s;
}

static void put16(uint8_t *p, unsigned int v)
{
	p[0] = v >> 8;
	p[1] = v;
}

/* A TCP segment of a connection that is there already: an acknowledgement where size has room
 * for no more than one. Camera c is 02:cb:00:00:c at 10.50.(c + 16); flow f goes to what rule f allows. */
static void frame(uint8_t *p, const uint8_t *gw, unsigned int c, unsigned int f, size_t size,
		  int denied)
{
	uint8_t *ip = p + 14, *tcp = ip + 20;
	size_t len = size > FRAME_MIN ? size - 14 : 40, i;
	uint32_t sum = 6 + len - 20;

	memcpy(p, gw, 6);
	p[6] = 0x02;
	p[7] = 0xcb;
	put16(p + 10, c);
	put16(p + 12, ETH_P_IP);
	ip[0] = 0x45;
	put16(ip + 2, len);
	ip[6] = 0x40;
	ip[8] = 64;
	ip[9] = 6;
	ip[12] = 10;
	ip[13] = 50;
	put16(ip + 14, c + 16);
	ip[16] = 198;
	ip[17] = denied ? 19 : 18;
	ip[18] = f % RULES;
	ip[19] = 1;
	put16(ip + 10, checksum(ip, 20, 0));
	put16(tcp, 20000 + f);
	put16(tcp + 2, 443);
	tcp[7] = tcp[11] = 1;
	tcp[12] = 5 << 4;
	tcp[13] = len > 40 ? 0x18 : 0x10;
	put16(tcp + 14, 8192);
	for (i = 12; i < 20; i += 2)
		sum += ip[i] << 8 | ip[i + 1];
	put16(tcp + 16, checksum(tcp, len - 20, sum));
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

int main(int argc, char **argv)
{
	static double slice[SLICES];
	struct sockaddr_ll to = { .sll_family = AF_PACKET };
	struct mmsghdr msg[BATCH] = { 0 };
	struct iovec io[BATCH];
	double begin, cpu, last, limit;
	unsigned int cams, flows, n, i, at = 0, slices = 0;
	long sent = 0, mark = 0, count;
	int fd, one = 1, r, denied = argc > 7;
	uint8_t gw[6], *frames;
	cpu_set_t cpus;
	size_t size;

	if (argc < 7)
		return 2;
	(void)sscanf(argv[2], "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", gw, gw + 1, gw + 2, gw + 3, gw + 4,
		     gw + 5);
	cams = atoi(argv[3]);
	flows = atoi(argv[4]);
	size = atoi(argv[5]);
	limit = atof(argv[6]);
	count = limit < 0 ? -limit : 0;
	n = cams * flows;
	frames = calloc(n, size);
	if (!frames || !n)
		return 2;
	for (i = 0; i < n; i++)
		frame(frames + i * size, gw, i % cams, i / cams, size, denied);
	CPU_ZERO(&cpus);
	CPU_SET(0, &cpus);
	(void)sched_setaffinity(0, sizeof(cpus), &cpus);
	fd = socket(AF_PACKET, SOCK_RAW, 0);
	to.sll_ifindex = if_nametoindex(argv[1]);
	if (fd < 0 || setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &one, sizeof(one)) ||
	    bind(fd, (struct sockaddr *)&to, sizeof(to))) {
		perror("gen: packet socket");
		return 1;
	}
	for (i = 0; i < BATCH; i++) {
		msg[i].msg_hdr.msg_iov = &io[i];
		msg[i].msg_hdr.msg_iovlen = 1;
		io[i].iov_len = size;
	}
	begin = seconds(CLOCK_MONOTONIC);
	last = seconds(CLOCK_THREAD_CPUTIME_ID);
	for (;;) {
		unsigned int batch = count && count - sent < BATCH ? count - sent : BATCH;

		for (i = 0; i < batch; i++) {
			io[i].iov_base = frames + (size_t)at * size;
			at = at + 1 < n ? at + 1 : 0;
		}
		r = sendmmsg(fd, msg, batch, 0);
		if (r < 0) {
			if (errno == ENOBUFS || errno == EAGAIN)
				continue;
			perror("gen: send");
			return 1;
		}
		sent += r;
		if (count) {
			if (sent >= count)
				break;
			continue;
		}
		if (sent - mark < 4096)
			continue;
		cpu = seconds(CLOCK_THREAD_CPUTIME_ID);
		if (cpu - last < 0.02)
			continue;
		if (slices < SLICES)
			slice[slices++] = (cpu - last) * 1e9 / (sent - mark);
		last = cpu;
		mark = sent;
		if (seconds(CLOCK_MONOTONIC) - begin >= limit)
			break;
	}
	qsort(slice, slices, sizeof(*slice), by_value);
	printf("%ld %.4f %.1f\n", sent, seconds(CLOCK_MONOTONIC) - begin,
	       slices ? slice[slices / 10] : 0);
	close(fd);
	free(frames);
	return 0;
}
