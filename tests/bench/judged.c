/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * judged PREFIX pass|drop|again COMMAND...
 *
 * Runs the command in namespace PREFIX-gw while a packet no rule allows is
 * sent by camera 0 in PREFIX-cam again and again; on a veth it has come out at
 * PREFIX-wan, or not, when the send is over. Prints milliseconds from before
 * the exec to the first packet that passed (or did not), and the command's pid.
 * again: to the first that passed after one that did not, where the camera is open.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "start.h"

#define LIMIT_MS 5000

static double ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e3 + t.tv_nsec * 1e-6;
}

static void enter(const char *prefix, const char *name)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "/run/netns/%s-%s", prefix, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET)) {
		perror(path);
		exit(2);
	}
	close(fd);
}

static int packet_socket(const char *ifname, int proto)
{
	struct sockaddr_ll at = { .sll_family = AF_PACKET, .sll_protocol = htons(proto) };
	int one = 1, fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

	at.sll_ifindex = if_nametoindex(ifname);
	if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof(at)) ||
	    (!proto && setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &one, sizeof(one)))) {
		perror(ifname);
		exit(2);
	}
	return fd;
}

/* 64 bytes of UDP from camera 0 to 198.19.0.1, checksum of the header ready. */
static const uint8_t frame[64] = { 0x02, 0,  0,	   0,  0,    0xfe, 0x02, 0xcb, 0, 0,
				   0,	 0,  0x08, 0,  0x45, 0,	   0,	 50,   0, 0,
				   0x40, 0,  64,   17, 0x74, 0xa5, 10,	 50,   0, 16,
				   198,	 19, 0,	   1,  0x9c, 0x40, 0x01, 0xbb, 0, 30 };

static uint16_t checksum_of(const uint8_t *p)
{
	uint32_t s = 0;
	int i;

	for (i = 0; i < 20; i += 2)
		s += i == 10 ? 0 : p[i] << 8 | p[i + 1];
	while (s >> 16)
		s = (s & 0xffff) + (s >> 16);
	return ~s;
}

static int came_out(int rx)
{
	uint8_t buf[256];
	int got = 0, n;

	while ((n = recv(rx, buf, sizeof(buf), MSG_DONTWAIT)) >= 0)
		got |= n >= 34 && buf[30] == 198 && buf[31] == 19;
	return got;
}

int main(int argc, char **argv)
{
	const struct timespec pause_ns = { .tv_nsec = 20000 };
	uint8_t out[sizeof(frame)];
	int tx, rx, want, again;
	double begin;
	pid_t pid;

	if (argc < 4)
		return 2;
	want = !strcmp(argv[2], "pass");
	again = !strcmp(argv[2], "again");
	enter(argv[1], "cam");
	tx = packet_socket("c0", 0);
	enter(argv[1], "wan");
	rx = packet_socket("w0", ETH_P_ALL);
	enter(argv[1], "gw");
	memcpy(out, frame, sizeof(out));
	out[24] = checksum_of(out + 14) >> 8;
	out[25] = checksum_of(out + 14);
	(void)send(tx, out, sizeof(out), 0);
	if (came_out(rx) == want) {
		fprintf(stderr, "judged: it is so before the command\n");
		return 1;
	}
	begin = ms();
	pid = start_quietly(argv + 3);
	for (;;) {
		(void)send(tx, out, sizeof(out), 0);
		if (came_out(rx) == want) {
			if (!again)
				break;
			again = 0;
			want = 1;
		}
		/* Leaves the CPU to who is waited for. */
		nanosleep(&pause_ns, NULL);
		if (ms() - begin > LIMIT_MS) {
			fprintf(stderr, "judged: not within %d ms\n", LIMIT_MS);
			kill(pid, SIGTERM);
			return 1;
		}
	}
	printf("%.3f %d\n", ms() - begin, pid);
	return 0;
}
