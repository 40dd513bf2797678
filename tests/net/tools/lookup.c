/* SPDX-License-Identifier: GPL-2.0-only */
/* A camera that asks for names and sends at once to what it is told; and who counts, or answers in another's name. */
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define TRIES 3

static int family_of(const char *addr)
{
	return strchr(addr, ':') ? AF_INET6 : AF_INET;
}

static socklen_t sockaddr_make(const char *addr, uint16_t port, struct sockaddr_storage *ret)
{
	struct sockaddr_in6 *six = (struct sockaddr_in6 *)ret;
	struct sockaddr_in *four = (struct sockaddr_in *)ret;

	memset(ret, 0, sizeof(*ret));
	ret->ss_family = (sa_family_t)family_of(addr);
	four->sin_port = htons(port);
	if (inet_pton(ret->ss_family, addr,
		      ret->ss_family == AF_INET ? (void *)&four->sin_addr :
						  (void *)&six->sin6_addr) != 1) {
		fprintf(stderr, "%s is no address\n", addr);
		exit(2);
	}
	return ret->ss_family == AF_INET ? sizeof(*four) : sizeof(*six);
}

static int sock_open(int family, int kind, uint16_t port)
{
	struct sockaddr_storage at;
	int fd = socket(family, kind, 0), one = 1;

	if (fd < 0)
		return -1;
	if (port) {
		socklen_t n = sockaddr_make(family == AF_INET ? "0.0.0.0" : "::", port, &at);

		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
		if (bind(fd, (struct sockaddr *)&at, n)) {
			perror("bind");
			exit(1);
		}
	}
	return fd;
}

static size_t question(uint8_t *q, uint16_t id, const char *name, uint16_t type)
{
	size_t n = 12;

	memset(q, 0, 12);
	q[0] = (uint8_t)(id >> 8);
	q[1] = (uint8_t)id;
	q[2] = 1;
	q[5] = 1;
	while (*name) {
		size_t len = strcspn(name, ".");

		q[n++] = (uint8_t)len;
		memcpy(q + n, name, len);
		n += len;
		name += len;
		name += *name == '.';
	}
	q[n++] = 0;
	q[n++] = (uint8_t)(type >> 8);
	q[n++] = (uint8_t)type;
	q[n++] = 0;
	q[n++] = 1;
	return n;
}

/* Behind the name at `at`. */
static size_t skip_name(const uint8_t *m, size_t len, size_t at)
{
	while (at < len && m[at] && m[at] < 0xc0)
		at += m[at] + 1U;
	return at + (at < len && m[at] ? 2 : 1);
}

/* The last address of the answer as text; false: there is none. */
static bool answer_last(const uint8_t *m, size_t len, char text[static INET6_ADDRSTRLEN])
{
	size_t at = skip_name(m, len, 12) + 4;
	unsigned int n = (unsigned int)m[6] << 8 | m[7];
	bool found = false;

	for (; n && at + 10 < len; n--) {
		uint16_t type, rdlen;

		at = skip_name(m, len, at);
		if (at + 10 > len)
			break;
		type = (uint16_t)(m[at] << 8 | m[at + 1]);
		rdlen = (uint16_t)(m[at + 8] << 8 | m[at + 9]);
		at += 10;
		if (at + rdlen > len)
			break;
		if ((type == 1 && rdlen == 4) || (type == 28 && rdlen == 16))
			found = inet_ntop(type == 1 ? AF_INET : AF_INET6, m + at, text,
					  INET6_ADDRSTRLEN);
		at += rdlen;
	}
	return found;
}

struct options {
	const char *server, *spoof, *to;
	uint16_t port, id, type, from, dns_port;
	int count, repeat, wait_ms;
	bool tcp, send, ask_only, ntp;
};

/* One question by UDP; its answer, or 0. */
static ssize_t ask_udp(const struct options *o, const char *name, uint16_t id, uint8_t *m,
		       size_t room)
{
	struct sockaddr_storage to, from;
	socklen_t n = sockaddr_make(o->server, o->dns_port, &to), len;
	uint8_t q[300];
	size_t qn = question(q, id, name, o->type);
	int fd = sock_open(to.ss_family, SOCK_DGRAM, o->from);
	ssize_t got = 0;

	for (int i = 0; i < (o->ask_only ? 1 : TRIES) && got <= 0; i++) {
		struct pollfd p = { fd, POLLIN, 0 };

		(void)!sendto(fd, q, qn, 0, (struct sockaddr *)&to, n);
		len = sizeof(from);
		if (poll(&p, 1, o->wait_ms) > 0)
			got = recvfrom(fd, m, room, 0, (struct sockaddr *)&from, &len);
		/* From whom it was asked, or it is no answer. */
		if (got > 0 && (from.ss_family != to.ss_family ||
				(to.ss_family == AF_INET ?
					 ((struct sockaddr_in *)&from)->sin_addr.s_addr !=
						 ((struct sockaddr_in *)&to)->sin_addr.s_addr :
					 memcmp(&((struct sockaddr_in6 *)&from)->sin6_addr,
						&((struct sockaddr_in6 *)&to)->sin6_addr, 16))))
			got = 0;
	}
	close(fd);
	return got;
}

static ssize_t ask_tcp(const struct options *o, const char *name, uint16_t id, uint8_t *m,
		       size_t room)
{
	struct sockaddr_storage to;
	socklen_t n = sockaddr_make(o->server, o->dns_port, &to);
	uint8_t q[302], in[66000];
	size_t qn = question(q + 2, id, name, o->type), have = 0, want = 2;
	int fd = sock_open(to.ss_family, SOCK_STREAM, 0);
	struct timeval limit = { .tv_sec = 5 };

	q[0] = (uint8_t)(qn >> 8);
	q[1] = (uint8_t)qn;
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	if (connect(fd, (struct sockaddr *)&to, n) || send(fd, q, qn + 2, 0) < 0)
		want = 0;
	while (have < want) {
		ssize_t got = recv(fd, in + have, sizeof(in) - have, 0);

		if (got <= 0) {
			want = 0;
			break;
		}
		have += (size_t)got;
		if (have >= 2)
			want = 2 + ((size_t)in[0] << 8 | in[1]);
	}
	close(fd);
	if (want <= 2 || want - 2 > room)
		return 0;
	memcpy(m, in + 2, want - 2);
	return (ssize_t)want - 2;
}

/* The first packet: from a new port, with a number that is counted. */
static void first_packet(const struct options *o, const char *addr, uint32_t number)
{
	struct sockaddr_storage to;
	socklen_t n = sockaddr_make(addr, o->port, &to);
	int fd = sock_open(to.ss_family, SOCK_DGRAM, 0);

	(void)!sendto(fd, &number, sizeof(number), 0, (struct sockaddr *)&to, n);
	close(fd);
}

/* Names as NAME, or with %d as COUNT of them from the first number on. */
static int lookups(const struct options *o, const char *name, int first)
{
	static uint8_t m[65536];
	char text[INET6_ADDRSTRLEN], one[256];
	int asked = 0, answered = 0, sent = 0;

	for (int r = 0; r < o->repeat; r++)
		for (int i = first; i < first + o->count; i++) {
			uint16_t id = o->id ? o->id : (uint16_t)(rand() | 1);
			ssize_t n;

			if (strchr(name, '%')) {
				size_t at = strcspn(name, "%");

				snprintf(one, sizeof(one), "%.*s%d%s", (int)at, name, i,
					 name + at + 1);
			} else {
				snprintf(one, sizeof(one), "%s", name);
			}
			asked++;
			n = o->tcp ? ask_tcp(o, one, id, m, sizeof(m)) :
				     ask_udp(o, one, id, m, sizeof(m));
			if (n < 12 || !answer_last(m, (size_t)n, text)) {
				fprintf(stderr, "%s: no answer\n", one);
				continue;
			}
			answered++;
			if (o->send) {
				first_packet(o, text, (uint32_t)(r * 1000000 + i));
				sent++;
			}
		}
	printf("asked %d answered %d sent %d last %s\n", asked, answered, sent,
	       answered ? text : "-");
	return answered ? 0 : 1;
}

/* A client's request whose origin is its transmit time, so that an echo answers it. */
static int ask_time(const struct options *o)
{
	struct sockaddr_storage to;
	socklen_t n = sockaddr_make(o->server, 123, &to);
	int fd = sock_open(to.ss_family, SOCK_DGRAM, o->from);
	uint8_t m[48] = { 0x23 }, in[100];
	struct pollfd p = { fd, POLLIN, 0 };

	for (int i = 24; i < 48; i++)
		m[i] = (uint8_t)(1 + rand() % 255);
	memcpy(m + 24, m + 40, 8);
	/* Whoever else answers is not heard. */
	if (connect(fd, (struct sockaddr *)&to, n))
		return 1;
	for (int i = 0; i < TRIES; i++) {
		(void)!send(fd, m, sizeof(m), 0);
		if (poll(&p, 1, 500) > 0 && recv(fd, in, sizeof(in), 0) == sizeof(m))
			return memcmp(m, in, sizeof(m)) ? 1 : 0;
	}
	return 1;
}

static volatile sig_atomic_t ended;

static void on_end(int sig)
{
	(void)sig;
	ended = 1;
}

/* Counts datagrams to any address of both families. */
static int count_them(uint16_t port)
{
	int fd = sock_open(AF_INET6, SOCK_DGRAM, port), big = 32 << 20;
	struct sigaction end = { .sa_handler = on_end };
	unsigned long n = 0;
	uint8_t b[64];

	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &big, sizeof(big));
	sigaction(SIGTERM, &end, NULL);
	while (!ended) {
		struct pollfd p = { fd, POLLIN, 0 };

		if (poll(&p, 1, 200) <= 0)
			continue;
		while (recv(fd, b, sizeof(b), MSG_DONTWAIT) > 0)
			n++;
		printf("%lu\n", n);
		fflush(stdout);
	}
	return 0;
}

/* An answer to name with one address, from server:53 whoever that is. */
static int answer_for(const struct options *o, const char *name, const char *addr)
{
	struct {
		struct iphdr ip;
		struct udphdr udp;
		uint8_t dns[400];
	} __attribute__((packed)) f = { 0 };
	struct sockaddr_storage to;
	socklen_t tn = sockaddr_make(o->to, 0, &to);
	int fd = socket(AF_INET, SOCK_RAW, IPPROTO_RAW);
	size_t n = question(f.dns, o->id, name, o->type), len;

	f.dns[2] = 0x81;
	f.dns[3] = 0x80;
	f.dns[7] = 1;
	memcpy(f.dns + n, "\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4", 12);
	inet_pton(AF_INET, addr, f.dns + n + 12);
	len = sizeof(f.ip) + sizeof(f.udp) + n + 16;
	f.ip.version = 4;
	f.ip.ihl = 5;
	f.ip.ttl = 64;
	f.ip.protocol = IPPROTO_UDP;
	f.ip.tot_len = htons((uint16_t)len);
	inet_pton(AF_INET, o->spoof, &f.ip.saddr);
	inet_pton(AF_INET, o->to, &f.ip.daddr);
	f.udp.source = htons(53);
	f.udp.dest = htons(o->from);
	f.udp.len = htons((uint16_t)(len - sizeof(f.ip)));
	if (sendto(fd, &f, len, 0, (struct sockaddr *)&to, tn) != (ssize_t)len) {
		perror("send");
		return 1;
	}
	close(fd);
	return 0;
}

int main(int argc, char **argv)
{
	struct options o = {
		.port = 443, .type = 1, .dns_port = 53, .count = 1, .repeat = 1, .wait_ms = 2000
	};
	uint16_t sink = 0;
	int first = 0, c;

	while ((c = getopt(argc, argv, "s:p:c:n:r:i:6tSqNL:f:w:A:T:")) != -1)
		switch (c) {
		case 's':
			o.server = optarg;
			break;
		case 'p':
			o.port = (uint16_t)atoi(optarg);
			break;
		case 'c':
			sink = (uint16_t)atoi(optarg);
			break;
		case 'n':
			o.count = atoi(optarg);
			break;
		case 'r':
			o.repeat = atoi(optarg);
			break;
		case 'i':
			o.id = (uint16_t)atoi(optarg);
			break;
		case '6':
			o.type = 28;
			break;
		case 't':
			o.tcp = true;
			break;
		case 'S':
			o.send = true;
			break;
		case 'q':
			o.ask_only = true;
			break;
		case 'N':
			o.ntp = true;
			break;
		case 'L':
			first = atoi(optarg);
			break;
		case 'f':
			o.from = (uint16_t)atoi(optarg);
			break;
		case 'w':
			o.wait_ms = atoi(optarg);
			break;
		case 'A':
			o.spoof = optarg;
			break;
		case 'T':
			o.to = optarg;
			break;
		default:
			return 2;
		}
	srand((unsigned int)getpid());
	if (sink)
		return count_them(sink);
	if (o.spoof && o.to && argc - optind == 2)
		return answer_for(&o, argv[optind], argv[optind + 1]);
	if (!o.server || argc - optind != 1) {
		fprintf(stderr,
			"usage: lookup -s SERVER [-6tSqN] [-n COUNT] [-L FIRST] [-r REPEAT] [-i ID] [-f PORT] NAME\n"
			"       lookup -c PORT | lookup -A AS -T TO -f PORT -i ID NAME ADDRESS\n");
		return 2;
	}
	if (o.ntp)
		return ask_time(&o);
	return lookups(&o, argv[optind], first);
}
