/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * country [db PATH | sets PATH]
 *
 * What countries cost: reading a database and loading its table, memory, and the first
 * packet of a flow, beside the same prefixes in sets of nftables. One JSON object a line.
 * A public database below build/geodb is taken where there is one. For fwd.sh: writes the
 * made-up one to PATH, or prints the prefixes of its US as sets of nftables.
 */
#include <arpa/inet.h>
#include <assert.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include "../bpf/country.h"
#include "../bpf/frames.h"

#ifdef CG_HAVE_MAXMINDDB

#define PACKETS 4000
#define SENDS	200000
#define NFT	"build/tests/bench/country.nft"

static struct env *e;
static uint64_t seed = 20261127;

static uint32_t next(void)
{
	seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (uint32_t)(seed >> 33);
}

static double now_s(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Bytes of the kernel's own memory; of the whole machine, so that a quiet one is needed. */
static double kernel_bytes(void)
{
	char line[128];
	double kb, sum = 0;
	FILE *f = fopen("/proc/meminfo", "r");

	assert(f);
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "SUnreclaim: %lf", &kb) == 1 ||
		    sscanf(line, "VmallocUsed: %lf", &kb) == 1 ||
		    sscanf(line, "Percpu: %lf", &kb) == 1)
			sum += kb * 1024;
	fclose(f);
	return sum;
}

/* base: of what stands beside it under baseline, 0: nothing does. */
static void say(const char *name, const char *of, double value, const char *unit,
		const char *baseline, double base, double spread)
{
	char full[64];

	snprintf(full, sizeof(full), "%s%s", name, of);
	printf("{\"name\":\"%s\",\"value\":%.*f,\"unit\":\"%s\",\"baseline\":\"%s%s\",\"ratio\":%.2f,"
	       "\"spread_pct\":%.1f}\n",
	       full, value < 100 ? 3 : 0, value, unit, base ? baseline : full,
	       base && *of ? of : "", base ? value / base : 1, spread);
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* An address of the table, its last bits at random. */
static void pick(const struct cg_geo_table *t, bool v4, uint8_t *ret)
{
	size_t i = next() % (v4 ? t->n4 : t->n6), n = v4 ? 4 : 16;
	uint32_t bits = v4 ? t->v4[i].key.prefixlen : t->v6[i].key.prefixlen;

	memcpy(ret, v4 ? t->v4[i].key.addr : t->v6[i].key.addr, n);
	for (uint32_t k = bits; k < 8 * n; k++)
		ret[k / 8] |= (uint8_t)((next() & 1) << (7 - k % 8));
}

/* The median of first packets, each to another address. */
static double first(const char *name, const struct cg_geo_table *t, bool v4, const char *baseline,
		    double base)
{
	static double ns[PACKETS];
	struct __sk_buff in = { .ifindex = IF_LAN };
	struct pkt pkt;
	LIBBPF_OPTS(bpf_test_run_opts, o, .data_in = pkt.data, .ctx_in = &in,
		    .ctx_size_in = sizeof(in));

	pk_build(&(struct pk){ .smac = CAM1,
			       .dmac = GW,
			       .src = v4 ? CAM1_4 : CAM1_6,
			       .dst = v4 ? VENDOR_4 : VENDOR_6,
			       UDP(5, 443) },
		 &pkt);
	o.data_size_in = (uint32_t)pkt.len;
	env_ingress_set(e, &in, IF_LAN);
	for (int i = 0; i < PACKETS; i++) {
		if (i % 128 == 0)
			env_flows_clear(e);
		pick(t, v4, pkt.data + pkt.l3 + (v4 ? 16 : 24));
		if (bpf_prog_test_run_opts(e->prog[UP], &o))
			env_die(1, "test run: %s", strerror(errno));
		ns[i] = o.duration;
	}
	qsort(ns, PACKETS, sizeof(*ns), by_size);
	say(name, "", ns[PACKETS / 2], "ns", baseline, base,
	    100 * (ns[PACKETS * 3 / 4] - ns[PACKETS / 4]) / ns[PACKETS / 2]);
	return ns[PACKETS / 2];
}

/* ---- the same prefixes in nftables ---- */

static void sets_write(FILE *f, const struct cg_geo_table *t)
{
	char text[INET6_ADDRSTRLEN];

	fprintf(f, "set c4 { type ipv4_addr; flags interval; elements = {\n");
	for (size_t i = 0; i < t->n4; i++)
		fprintf(f, "%s/%u,\n", inet_ntop(AF_INET, t->v4[i].key.addr, text, sizeof(text)),
			t->v4[i].key.prefixlen);
	fprintf(f, "} }\nset c6 { type ipv6_addr; flags interval; elements = {\n");
	for (size_t i = 0; i < t->n6; i++)
		fprintf(f, "%s/%u,\n", inet_ntop(AF_INET6, t->v6[i].key.addr, text, sizeof(text)),
			t->v6[i].key.prefixlen);
	fprintf(f, "} }\n");
}

static void nft_write(const struct cg_geo_table *t)
{
	FILE *f = fopen(NFT, "w");

	if (!f)
		env_die(1, NFT ": %s", strerror(errno));
	fprintf(f, "table inet cgbench {\n");
	sets_write(f, t);
	fprintf(f, "chain out { type filter hook output priority 0; policy drop; "
		   "ip daddr @c4 counter drop; ip6 daddr @c6 counter drop; }\n}\n");
	fclose(f);
}

/* CPU time of sending, which ends in the output hook; ns a packet. */
static double sends(const struct cg_geo_table *t)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(443) };
	int s = socket(AF_INET, SOCK_DGRAM, 0);
	double begin;

	assert(s >= 0);
	begin = now_s(CLOCK_THREAD_CPUTIME_ID);
	for (int i = 0; i < SENDS; i++) {
		pick(t, true, (uint8_t *)&to.sin_addr);
		(void)sendto(s, "x", 1, 0, (struct sockaddr *)&to, sizeof(to));
	}
	begin = now_s(CLOCK_THREAD_CPUTIME_ID) - begin;
	close(s);
	return begin * 1e9 / SENDS;
}

/* ns that a look-up costs; 0: it was not measured. */
static double nft(const struct cg_geo_table *t, const char *of, double load_s, double bytes)
{
	double lookup = 0;
	double begin, before, with, without;

	if (system("command -v nft >/dev/null")) {
		fprintf(stderr, "no nft: the comparison is left out\n");
		return 0;
	}
	nft_write(t);
	before = kernel_bytes();
	begin = now_s(CLOCK_MONOTONIC);
	if (system("nft -f " NFT)) {
		fprintf(stderr, "nft does not take the set of %s\n", of);
		unlink(NFT);
		return 0;
	}
	begin = now_s(CLOCK_MONOTONIC) - begin;
	say("country/nft_load_s/", of, begin, "s", "country/load_s/", load_s, 0);
	say("country/nft_bytes/", of, kernel_bytes() - before, "bytes", "country/kernel_bytes",
	    bytes, 0);
	if (!system("ip link set lo up; ip link add cgd type veth peer name cge; ip link set cge up; ip addr add 198.18.0.1/30 dev cgd; "
		    "ip link set cgd up; ip route add default dev cgd")) {
		with = sends(t);
		(void)system("nft 'flush chain inet cgbench out'");
		without = sends(t);
		lookup = with - without;
		say("country/nft_lookup/", of, lookup, "ns", "", 0, 0);
		(void)system("ip link del cgd");
	}
	(void)system("nft delete table inet cgbench");
	unlink(NFT);
	return lookup;
}

static double measure(const char *path, const char *of, const char *countries)
{
	double lookup;
	struct cg_places want = { 0 };
	struct cg_geo_table *t;
	double begin, load, before, bytes;

	for (uint16_t c = 1; !*countries && c < CG_COUNTRY_UNKNOWN; c++)
		cg_places_country(&want, c);
	if (cg_country_of(countries))
		cg_places_country(&want, cg_country_of(countries));
	else
		for (const char *s = countries; *s; s += 2)
			cg_places_country(&want, cg_country_number(s, 2));
	before = kernel_bytes();
	begin = now_s(CLOCK_MONOTONIC);
	t = country_read(path, NULL, &want);
	say("country/read_s/", of, now_s(CLOCK_MONOTONIC) - begin, "s", "", 0, 0);
	country_table(e, t);
	load = now_s(CLOCK_MONOTONIC) - begin;
	bytes = kernel_bytes() - before;
	say("country/load_s/", of, load, "s", "", 0, 0);
	say("country/prefixes/", of, (double)(t->n4 + t->n6), "prefixes", "", 0, 0);
	say("country/map_bytes/", of, 64.0 * (2.0 * (double)(t->n4 + t->n6) - 2), "bytes", "", 0,
	    0);
	say("country/kernel_bytes/", of, bytes, "bytes", "", 0, 0);
	lookup = nft(t, of, load, bytes);
	cg_geo_free(&t);
	return lookup;
}

/* For fwd.sh. */
static int write_for(const char *what, const char *path)
{
	struct cg_places us = { 0 };
	struct cg_geo_table *t;
	char made[256];

	if (!strcmp(what, "db")) {
		country_full(made);
		/* On another file system it is copied. */
		return execlp("mv", "mv", "-f", made, path, NULL);
	}
	cg_places_country(&us, cg_country_number("US", 2));
	t = country_read(path, NULL, &us);
	sets_write(stdout, t);
	cg_geo_free(&t);
	return 0;
}

int main(int argc, char **argv)
{
	double nft_us, country4;
	struct cg_places us = { 0 };
	struct cg_policy *policy;
	struct cg_geo_table *t;
	bool public;
	char path[256];
	double base4, base6;
	cpu_set_t cpu;

	if (argc == 3)
		return write_for(argv[1], argv[2]);
	CPU_ZERO(&cpu);
	CPU_SET(0, &cpu);
	(void)sched_setaffinity(0, sizeof(cpu), &cpu);
	e = env_open();
	public = country_public(path);
	if (!public)
		country_full(path);
	env_reset(e);
	env_state(e, NULL);
	(void)measure(path, "DE", "DE");
	nft_us = measure(path, "US", "US");
	(void)measure(path, "all", "");
	/* What is left of the internet, which made-up prefixes leave too much of. */
	if (public)
		(void)measure(path, "unknown", "unknown");
	policy = country_policy(e, "allow = { \"any\" }");
	cg_policy_free(&policy);
	cg_places_country(&us, cg_country_number("US", 2));
	t = country_read(path, NULL, &us);
	base4 = first("prog/first-any", t, true, "", 0);
	base6 = first("prog/first-any-v6", t, false, "", 0);
	env_reset(e);
	env_state(e, NULL);
	country_table(e, t);
	policy = country_policy(e, "allow = { \"country:US\" }");
	country4 = first("prog/first-country", t, true, "prog/first-any", base4);
	/* What the country adds to a first packet, beside what a set adds to any. */
	if (nft_us > 0)
		say("country/lookup/", "US", country4 - base4, "ns", "country/nft_lookup/", nft_us,
		    0);
	(void)first("prog/first-country-v6", t, false, "prog/first-any-v6", base6);
	cg_policy_free(&policy);
	env_reset(e);
	env_state(e, NULL);
	country_table(e, t);
	policy = country_policy(e, "stay_in = { US } allow = { \"any\" }");
	(void)first("prog/first-stay-in", t, true, "prog/first-any", base4);
	cg_policy_free(&policy);
	cg_geo_free(&t);
	if (!public)
		unlink(path);
	return 0;
}

#else

int main(void)
{
	fprintf(stderr, "built without libmaxminddb\n");
	return 77;
}

#endif
