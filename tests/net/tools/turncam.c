/* SPDX-License-Identifier: GPL-2.0-only */
/* A camera that is watched through a relay: what a local encoder sends it goes to a viewer by TURN (RFC 8656), over UDP. */
#include "sock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define COOKIE	     0x2112a442U
#define ALLOCATE     0x0003
#define PERMISSION   0x0008
#define CHANNEL_BIND 0x0009
#define XOR_PEER     0x0012
#define XOR_RELAYED  0x0016
#define TRANSPORT    0x0019
#define CHANNEL_ATTR 0x000c
#define CHANNEL	     0x4000
#define RETRY_MS     500
#define RETRIES	     6

static void put16(unsigned char *p, unsigned int v)
{
	p[0] = (unsigned char)(v >> 8);
	p[1] = (unsigned char)v;
}

static void put32(unsigned char *p, uint32_t v)
{
	put16(p, v >> 16);
	put16(p + 2, v & 0xffff);
}

static unsigned int get16(const unsigned char *p)
{
	return (unsigned int)p[0] << 8 | p[1];
}

struct request {
	unsigned char b[128];
	size_t n;
};

static void attr(struct request *r, unsigned int type, const void *value, size_t n)
{
	put16(r->b + r->n, type);
	put16(r->b + r->n + 2, (unsigned int)n);
	memcpy(r->b + r->n + 4, value, n);
	r->n += 4 + n;
	put16(r->b + 2, (unsigned int)(r->n - 20));
}

static void begin(struct request *r, unsigned int type)
{
	static uint32_t id;

	memset(r, 0, sizeof(*r));
	put16(r->b, type);
	put32(r->b + 4, COOKIE);
	put32(r->b + 8, ++id);
	r->n = 20;
}

static void attr_peer(struct request *r, const struct sockaddr_storage *peer)
{
	const struct sockaddr_in *in = (const struct sockaddr_in *)peer;
	unsigned char v[8] = { 0, 1 };

	put16(v + 2, ntohs(in->sin_port) ^ COOKIE >> 16);
	put32(v + 4, ntohl(in->sin_addr.s_addr) ^ COOKIE);
	attr(r, XOR_PEER, v, sizeof(v));
}

/* The answer's length, 0 where it was refused or none came. */
static size_t ask(int fd, const struct request *r, unsigned char *answer, size_t room)
{
	for (int i = 0; i < RETRIES; i++) {
		ssize_t n;

		(void)!send(fd, r->b, r->n, MSG_NOSIGNAL);
		while (cg_sock_wait(fd, POLLIN, RETRY_MS)) {
			n = recv(fd, answer, room, 0);
			if (n < 20 || memcmp(answer + 4, r->b + 4, 16))
				continue;
			return get16(answer) == (get16(r->b) | 0x0100) ? (size_t)n : 0;
		}
	}
	return 0;
}

static bool relayed(const unsigned char *answer, size_t n)
{
	struct in_addr addr;

	for (size_t at = 20; at + 12 <= n; at += 4 + ((get16(answer + at + 2) + 3) & ~3U)) {
		if (get16(answer + at) != XOR_RELAYED)
			continue;
		memcpy(&addr, answer + at + 8, sizeof(addr));
		addr.s_addr ^= htonl(COOKIE);
		printf("relayed %s %u\n", inet_ntoa(addr), get16(answer + at + 6) ^ COOKIE >> 16);
		return true;
	}
	return false;
}

static bool set_up(int fd, const struct sockaddr_storage *peer)
{
	static const unsigned char udp[4] = { 17 }, channel[4] = { CHANNEL >> 8 };
	unsigned char answer[1500];
	struct request r;
	size_t n;

	begin(&r, ALLOCATE);
	attr(&r, TRANSPORT, udp, sizeof(udp));
	n = ask(fd, &r, answer, sizeof(answer));
	if (!n || !relayed(answer, n))
		return false;
	begin(&r, PERMISSION);
	attr_peer(&r, peer);
	if (!ask(fd, &r, answer, sizeof(answer)))
		return false;
	begin(&r, CHANNEL_BIND);
	attr(&r, CHANNEL_ATTR, channel, sizeof(channel));
	attr_peer(&r, peer);
	return ask(fd, &r, answer, sizeof(answer));
}

/* turncam RELAY PORT VIEWER PORT LOCALPORT: IPv4. Says where it is relayed, then "up". */
int main(int argc, char **argv)
{
	struct sockaddr_storage peer;
	unsigned char buf[2048];
	unsigned long refused = 0;
	socklen_t len;
	int relay, local;

	if (argc != 6 || cg_sock_resolve(argv[3], argv[4], true, &peer, &len) < 0)
		return 2;
	relay = cg_sock_connect(argv[1], argv[2], true, NULL, 1000);
	local = cg_sock_listen("127.0.0.1", argv[5], true);
	if (relay < 0 || local < 0 || peer.ss_family != AF_INET || !set_up(relay, &peer)) {
		fprintf(stderr, "turncam: no relay\n");
		return 1;
	}
	printf("up\n");
	fflush(stdout);
	for (;;) {
		ssize_t n;

		cg_sock_wait(local, POLLIN, -1);
		n = recv(local, buf + 4, sizeof(buf) - 4, 0);
		if (n < 0)
			continue;
		put16(buf, CHANNEL);
		put16(buf + 2, (unsigned int)n);
		/* Refused or not: the camera does not care, but says so. */
		if (send(relay, buf, (size_t)n + 4, MSG_NOSIGNAL) < 0 && !refused++) {
			printf("refused %s\n", strerror(errno));
			fflush(stdout);
		}
		while (recv(relay, buf, sizeof(buf), MSG_DONTWAIT) > 0)
			;
	}
}
