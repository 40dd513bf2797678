/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * chorus answer|ask ADDRESS GROUP PORT TEXT: on the interface with that address of its own.
 * answer: joins the group and says TEXT to whoever asks there, until it is ended. ask: asks
 * it with TEXT, three times, and prints who answered what within two seconds.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include "clock.h"

#define ASK_NS	2000000000ULL
#define TIMES	3
#define BETWEEN (ASK_NS / 2 / TIMES)

static void die(const char *what)
{
	fprintf(stderr, "chorus: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void set(int fd, int level, int name, const void *value, socklen_t n)
{
	if (setsockopt(fd, level, name, value, n) < 0)
		die("setsockopt");
}

static void answer(int fd, const char *text)
{
	struct sockaddr_in from;
	char buf[1500];

	for (;;) {
		socklen_t n = sizeof(from);

		if (recvfrom(fd, buf, sizeof(buf), 0, (struct sockaddr *)&from, &n) < 0)
			die("recvfrom");
		if (sendto(fd, text, strlen(text), 0, (struct sockaddr *)&from, n) < 0)
			fprintf(stderr, "chorus: sendto: %s\n", strerror(errno));
	}
}

static void ask(int fd, const struct sockaddr_in *to, const char *text)
{
	uint64_t began = now_ns(), now = began;
	struct pollfd p = { .fd = fd, .events = POLLIN };
	unsigned int asked = 0;
	char buf[1500], name[INET_ADDRSTRLEN];

	for (; now < began + ASK_NS; now = now_ns()) {
		struct sockaddr_in from;
		socklen_t n = sizeof(from);
		ssize_t got;

		if (asked < TIMES && now >= began + asked * BETWEEN) {
			if (sendto(fd, text, strlen(text), 0, (const struct sockaddr *)to,
				   sizeof(*to)) < 0)
				die("sendto");
			asked++;
		}
		if (poll(&p, 1, 50) < 1)
			continue;
		got = recvfrom(fd, buf, sizeof(buf), 0, (struct sockaddr *)&from, &n);
		if (got < 0)
			die("recvfrom");
		printf("%s %.*s\n", inet_ntop(AF_INET, &from.sin_addr, name, sizeof(name)),
		       (int)got, buf);
	}
}

int main(int argc, char **argv)
{
	struct sockaddr_in own = { .sin_family = AF_INET }, to = { .sin_family = AF_INET };
	struct ip_mreqn group = { 0 };
	int fd = socket(AF_INET, SOCK_DGRAM, 0), on = 1, off = 0;
	int answers;

	if (argc != 6 || fd < 0) {
		fprintf(stderr, "usage: chorus answer|ask ADDRESS GROUP PORT TEXT\n");
		return 2;
	}
	answers = !strcmp(argv[1], "answer");
	to.sin_port = htons((uint16_t)atoi(argv[4]));
	if (inet_pton(AF_INET, argv[2], &group.imr_address) != 1 ||
	    inet_pton(AF_INET, argv[3], &to.sin_addr) != 1)
		die("address");
	group.imr_multiaddr = to.sin_addr;
	set(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	set(fd, IPPROTO_IP, IP_MULTICAST_IF, &group, sizeof(group));
	set(fd, IPPROTO_IP, IP_MULTICAST_LOOP, &off, sizeof(off));
	if (answers) {
		own.sin_port = to.sin_port;
		set(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group, sizeof(group));
	} else {
		own.sin_addr = group.imr_address;
	}
	if (bind(fd, (struct sockaddr *)&own, sizeof(own)) < 0)
		die("bind");
	if (answers)
		answer(fd, argv[5]);
	ask(fd, &to, argv[5]);
	return 0;
}
