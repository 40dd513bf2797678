/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * gen IF[,IF] GATEWAY_MAC CAMERAS FLOWS SIZE SECONDS|-COUNT [denied]
 *
 * Sends packets of many cameras as fast as the gateway takes them. A packet
 * socket without a qdisc on a veth: the receiving side's soft interrupt runs
 * within the send, so the thread's CPU time is the whole gateway's work, and
 * nothing is ever queued or lost.
 *
 * Of two gateways each has a slice of 20 ms in turn, after every flow has passed
 * it once: what comes over a machine between two runs comes over both. Prints
 * CPU ns a packet of either, a line for each pair of slices (of one gateway, for
 * each slice); then "sent" and the packets that each was sent, "wall" and seconds.
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
#define SLICE_S	  0.02
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

/* A gateway, by the interface that leads to it. */
struct gate {
	int fd;
	long sent;
};

static struct mmsghdr msg[BATCH];
static struct iovec io[BATCH];
static uint8_t *frames;
static unsigned int flows_of_all;

static int gate_open(struct gate *g, const char *interface)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET };
	int one = 1;

	g->fd = socket(AF_PACKET, SOCK_RAW, 0);
	to.sll_ifindex = if_nametoindex(interface);
	if (g->fd < 0 || setsockopt(g->fd, SOL_PACKET, PACKET_QDISC_BYPASS, &one, sizeof(one)) ||
	    bind(g->fd, (struct sockaddr *)&to, sizeof(to))) {
		perror("gen: packet socket");
		return -1;
	}
	return 0;
}

/* Sends n packets, each the next flow's. */
static int send_flows(struct gate *g, long n, size_t size)
{
	static unsigned int at;
	unsigned int batch, i;
	int r;

	while (n > 0) {
		batch = n < BATCH ? n : BATCH;
		for (i = 0; i < batch; i++)
			io[i].iov_base = frames + (size_t)((at + i) % flows_of_all) * size;
		r = sendmmsg(g->fd, msg, batch, 0);
		if (r < 0) {
			if (errno == ENOBUFS || errno == EAGAIN)
				continue;
			perror("gen: send");
			return -1;
		}
		at = (at + r) % flows_of_all;
		g->sent += r;
		n -= r;
	}
	return 0;
}

/* CPU ns a packet, of a slice; below 0 where it cannot be sent. */
static double slice(struct gate *g, size_t size)
{
	const long step = flows_of_all * (BATCH * 4L / flows_of_all + 1);
	double begin, cpu;
	long mark;

	if (send_flows(g, flows_of_all, size))
		return -1;
	mark = g->sent;
	begin = seconds(CLOCK_THREAD_CPUTIME_ID);
	/* Of whole rounds: what a packet costs may hang on whose it is. */
	do {
		if (send_flows(g, step, size))
			return -1;
		cpu = seconds(CLOCK_THREAD_CPUTIME_ID) - begin;
	} while (cpu < SLICE_S);
	return cpu * 1e9 / (g->sent - mark);
}

int main(int argc, char **argv)
{
	struct gate gates[2] = { 0 };
	unsigned int cams, n, i, gate, ngates = 0;
	double begin, limit, ns;
	uint8_t gw[6];
	cpu_set_t cpus;
	size_t size;
	char *name;

	if (argc < 7)
		return 2;
	for (name = strtok(argv[1], ","); name && ngates < 2; name = strtok(NULL, ","))
		if (gate_open(&gates[ngates++], name))
			return 1;
	(void)sscanf(argv[2], "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", gw, gw + 1, gw + 2, gw + 3, gw + 4,
		     gw + 5);
	cams = atoi(argv[3]);
	n = flows_of_all = cams * atoi(argv[4]);
	size = atoi(argv[5]);
	limit = atof(argv[6]);
	frames = calloc(n, size);
	if (!frames || !n || !ngates)
		return 2;
	for (i = 0; i < n; i++)
		frame(frames + i * size, gw, i % cams, i / cams, size, argc > 7);
	for (i = 0; i < BATCH; i++) {
		msg[i].msg_hdr.msg_iov = &io[i];
		msg[i].msg_hdr.msg_iovlen = 1;
		io[i].iov_len = size;
	}
	CPU_ZERO(&cpus);
	CPU_SET(0, &cpus);
	(void)sched_setaffinity(0, sizeof(cpus), &cpus);
	begin = seconds(CLOCK_MONOTONIC);
	if (limit < 0) {
		for (gate = 0; gate < ngates; gate++)
			if (send_flows(&gates[gate], -limit, size))
				return 1;
	} else {
		do {
			for (gate = 0; gate < ngates; gate++) {
				ns = slice(&gates[gate], size);
				if (ns < 0)
					return 1;
				printf("%.1f%c", ns, gate + 1 < ngates ? ' ' : '\n');
			}
		} while (seconds(CLOCK_MONOTONIC) - begin < limit);
	}
	printf("sent %ld %ld\nwall %.4f\n", gates[0].sent, gates[1].sent,
	       seconds(CLOCK_MONOTONIC) - begin);
	for (gate = 0; gate < ngates; gate++)
		close(gates[gate].fd);
	free(frames);
	return 0;
}
