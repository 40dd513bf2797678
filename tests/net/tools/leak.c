/* SPDX-License-Identifier: GPL-2.0-only */
/* Counts a flow's L4 payload in a capture log before and after a moment. */
#include "clock.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct filter {
	const char *src;
	const char *dst;
	const char *dir;
	unsigned int proto;
	unsigned int sport;
	unsigned int dport;
};

struct packet {
	uint64_t ns;
	char dir[4];
	char src[64];
	char dst[64];
	unsigned int proto;
	unsigned int sport;
	unsigned int dport;
	unsigned long payload;
};

static int matches(const struct filter *f, const struct packet *p)
{
	return (!f->src || !strcmp(f->src, p->src)) && (!f->dst || !strcmp(f->dst, p->dst)) &&
	       (!f->dir || !strcmp(f->dir, p->dir)) && (!f->proto || f->proto == p->proto) &&
	       (!f->sport || f->sport == p->sport) && (!f->dport || f->dport == p->dport);
}

static unsigned int proto_number(const char *text)
{
	if (!strcmp(text, "tcp"))
		return 6;
	if (!strcmp(text, "udp"))
		return 17;
	return (unsigned int)strtoul(text, NULL, 10);
}

/*
 * leak -T NS [-a MS] [-u MS] [-b MS] [-s SRC] [-d DST] [-p PROTO] [-S SPORT] [-D DPORT]
 *      [-i in|out] LOG
 * after: payload from T + a ms (70) to T + u ms (the end). before: in the b ms (500) up to T.
 * Prints "before BYTES after BYTES packets_after N last NS lost N". Fails where
 * the log has no end line: an unfinished capture proves nothing.
 */
int main(int argc, char **argv)
{
	unsigned long long t0 = 0, after_ms = 70, before_ms = 500, until_ms = 0;
	unsigned long long before = 0, after = 0, n_after = 0, last = 0;
	struct filter f = { 0 };
	struct packet p;
	char line[512];
	long lost = -1;
	FILE *log;
	int c;

	while ((c = getopt(argc, argv, "T:a:u:b:s:d:p:S:D:i:")) != -1) {
		switch (c) {
		case 'T':
			t0 = strtoull(optarg, NULL, 10);
			break;
		case 'a':
			after_ms = strtoull(optarg, NULL, 10);
			break;
		case 'u':
			until_ms = strtoull(optarg, NULL, 10);
			break;
		case 'b':
			before_ms = strtoull(optarg, NULL, 10);
			break;
		case 's':
			f.src = optarg;
			break;
		case 'd':
			f.dst = optarg;
			break;
		case 'p':
			f.proto = proto_number(optarg);
			break;
		case 'S':
			f.sport = (unsigned int)atoi(optarg);
			break;
		case 'D':
			f.dport = (unsigned int)atoi(optarg);
			break;
		case 'i':
			f.dir = optarg;
			break;
		default:
			return 2;
		}
	}
	if (optind != argc - 1 || !t0) {
		fprintf(stderr, "usage: leak -T NS [options] LOG\n");
		return 2;
	}
	log = fopen(argv[optind], "r");
	if (!log) {
		perror(argv[optind]);
		return 1;
	}
	while (fgets(line, sizeof(line), log)) {
		if (sscanf(line, "# end %*u packets %*u lost %ld", &lost) == 1 || line[0] == '#')
			continue;
		if (sscanf(line, "%" SCNu64 " %3s %63s %63s %u %u %u %lu", &p.ns, p.dir, p.src,
			   p.dst, &p.proto, &p.sport, &p.dport, &p.payload) != 8 ||
		    !matches(&f, &p))
			continue;
		if (p.payload)
			last = p.ns;
		if (p.ns <= t0 && p.ns + before_ms * NS_PER_MS >= t0)
			before += p.payload;
		if (p.ns >= t0 + after_ms * NS_PER_MS &&
		    (!until_ms || p.ns <= t0 + until_ms * NS_PER_MS)) {
			after += p.payload;
			n_after++;
		}
	}
	fclose(log);
	printf("before %llu after %llu packets_after %llu last %llu lost %ld\n", before, after,
	       n_after, last, lost);
	return lost < 0 ? 1 : 0;
}
