/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Two hours of a camera that asks for 200 new names a second: memory stays flat, no other camera loses an entry, no live flow is cut.
 *
 * The clock is made: after each STEP_S seconds everything that has a time is
 * moved that far into the past.
 */
#include <bpf/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "frames.h"
#include "names.h"
#include "run.h"

#define HOURS	 2
#define STEP_S	 20
#define STEPS	 (HOURS * 3600 / STEP_S)
#define A_SECOND 200
#define OTHERS	 50 /* names and addresses of CAM2 */
#define NS	 1000000000ULL

static struct names n;

static void address(char *buf, unsigned int i)
{
	sprintf(buf, "198.51.%u.%u", 100 + i / 250 % 100, 1 + i % 250);
}

static void theirs(char *buf, unsigned int i)
{
	sprintf(buf, "203.0.113.%u", 1 + i);
}

static unsigned int learn(const char *name, const char *addr, uint32_t ttl)
{
	struct msg m;

	m_head(&m, 7, 0x0100, name, T_A);
	names_ask(&n, 1, GW_4, 4000, &m);
	m_head(&m, 7, 0x8180, name, T_A);
	m_addr(&m, NULL, addr, ttl);
	return names_answer(&n, 4000, &m);
}

static void tell_two(unsigned int i, uint32_t ttl)
{
	char name[40], a[20];
	struct msg m;

	sprintf(name, "h%u.other.example", i);
	theirs(a, i);
	m_head(&m, 7, 0x8180, name, T_A);
	m_addr(&m, NULL, a, ttl);
	if (names_tell(&n, 2, &m) != CG_DNS_LEARNED)
		env_die(1, "camera 2 learns nothing");
}

/* What runs out comes s seconds nearer; what has run out stays so. */
static void sooner(int fd, void *value, __u64 *until, int k, uint64_t s)
{
	uint8_t key[64], next[64];
	int r = bpf_map_get_next_key(fd, NULL, key);

	for (; !r; memcpy(key, next, sizeof(key))) {
		r = bpf_map_get_next_key(fd, key, next);
		if (bpf_map_lookup_elem(fd, key, value))
			continue;
		for (int i = 0; i < k; i++)
			until[i] = until[i] > s * NS ? until[i] - s * NS : !!until[i];
		bpf_map_update_elem(fd, key, value, BPF_EXIST);
	}
}

static void pass(uint64_t s)
{
	struct cg_learned l;
	struct cg_qname q;
	struct cg_query u;

	sooner(n.learned, &l, l.until_ns, CG_NAMES_PER_ADDR, s);
	sooner(n.qnames, &q, &q.until_ns, 1, s);
	sooner(n.queries, &u, &u.until_ns, 1, s);
	env_age(n.e, 1, s);
	env_age(n.e, 2, s);
}

/* What the kernel says the map holds in memory. */
static unsigned long long memory_of(int fd)
{
	char path[40], line[100];
	unsigned long long bytes = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	f = fopen(path, "r");
	while (f && fgets(line, sizeof(line), f))
		sscanf(line, "memlock: %llu", &bytes);
	if (f)
		fclose(f);
	return bytes;
}

static unsigned long long memory(void)
{
	return memory_of(n.learned) + memory_of(n.qnames) + memory_of(n.queries) +
	       memory_of(n.nring) + memory_of(n.e->flows);
}

static bool passes(struct row *r, enum cg_reason want)
{
	bool ok;

	return run_quiet(n.e, r, &ok) == want;
}

/* Entries of camera 2 that are not there, or have come to an end too early. */
static unsigned int lost(void)
{
	unsigned int gone = 0;
	char a[20];

	for (unsigned int i = 0; i < OTHERS; i++) {
		theirs(a, i);
		gone += !names_left(&n, 2, a);
	}
	return gone;
}

int main(void)
{
	struct row mine = { "", NULL, UP, UP4(VENDOR_4, TCP(TCP_ACK, 1, 443)) },
		   other = { "", NULL, UP, UP4B("203.0.113.7", TCP(TCP_ACK, 1, 443)), .slot = 2 };
	unsigned int cut = 0, foreign = 0, learned = 0, refused = 0, seq = 0;
	unsigned long long flat[HOURS], held[HOURS];
	struct env *e = env_open();
	char name[40], a[20];
	bool ok;

	names_open(&n, e);
	names_reset(&n);
	names_rule(&n, 1, CG_RULE_ALLOW, "api.vendor.example", 443, 1);
	names_rule(&n, 1, CG_RULE_ALLOW, "*.flood.example", 443, 1);
	names_rule(&n, 2, CG_RULE_ALLOW, "*.other.example", 443, 1);
	learn("api.vendor.example", VENDOR_4, 60);
	for (unsigned int i = 0; i < OTHERS; i++)
		tell_two(i, CG_NAME_CEILING_S);
	STEP(e, "camera 1 has a flow by a name", NULL, UP, UP4(VENDOR_4, TCP(TCP_SYN, 1, 443)),
	     R(CG_PASS_CONTROL));
	STEP(e, "that is answered", NULL, DOWN, DN4(VENDOR_4, TCP(TCP_SYN | TCP_ACK, 443, 1)),
	     R(CG_PASS_CONTROL), IN_WAN);
	STEP(e, "camera 2 has one too", NULL, UP, UP4B("203.0.113.7", TCP(TCP_SYN, 1, 443)),
	     R(CG_PASS_CONTROL), .slot = 2);
	run_check(!lost(), "camera 2 has learned its addresses", "%u missing", lost());

	for (unsigned int step = 0; step < STEPS; step++) {
		for (unsigned int i = 0; i < STEP_S * A_SECOND; i++, seq++) {
			/* One in two is of a rule; TTLs of 0 to 60 s. */
			sprintf(name, seq % 2 ? "n%u.flood.example" : "n%u.unruled.example", seq);
			address(a, seq);
			if (learn(name, a, seq % 61) == CG_DNS_LEARNED)
				learned++;
			else
				refused++;
		}
		pass(STEP_S);
		cut += !passes(&mine, CG_PASS_CONTROL);
		cut += !passes(&other, CG_PASS_CONTROL);
		foreign += lost();
		if ((step + 1) % (STEPS / HOURS) == 0) {
			flat[step / (STEPS / HOURS)] = memory();
			held[step / (STEPS / HOURS)] = names_count(n.learned) +
						       names_count(n.qnames) +
						       names_count(n.queries);
		}
	}
	printf("# %u names asked for, %u learned, %u beyond the quota; %llu entries, %llu bytes of maps\n",
	       seq, learned, refused, held[HOURS - 1], flat[HOURS - 1]);
	run_check(learned > 100000 && refused > 100000, "names are learned up to the quota",
		  "%u learned, %u refused", learned, refused);
	run_check(flat[0] && flat[HOURS - 1] <= flat[0] + flat[0] / 100,
		  "the second hour takes no more memory than the first", "%llu, then %llu bytes",
		  flat[0], flat[HOURS - 1]);
	run_check(held[HOURS - 1] <= CG_QUOTA_NAME + CG_QUOTA_HEARD_NAME + CG_QUOTA_ADDR +
					     CG_QUOTA_HEARD_ADDR + CG_QUOTA_QUERY + 2 * OTHERS,
		  "nor more entries than a camera may have", "%llu", held[HOURS - 1]);
	run_check(!cut, "the flows live on through two hours", "%u times cut", cut);
	run_check(!foreign, "camera 2's addresses are all there", "%u missing", foreign);
	run_check(passes(&(struct row){ "", NULL, UP, UP4B("203.0.113.9", TCP(TCP_SYN, 9, 443)),
					.slot = 2 },
			 CG_PASS_CONTROL),
		  "and pass", "dropped");
	/* Everything has an end: that is what the count could have seen. */
	pass(CG_NAME_CEILING_S);
	run_check(lost() == OTHERS, "after a day they have run out", "%u of %u", lost(), OTHERS);
	run_check(run_quiet(e,
			    &(struct row){ "", NULL, UP, UP4B("203.0.113.9", TCP(TCP_SYN, 10, 443)),
					   .slot = 2 },
			    &ok) == CG_DROP_UNRULED,
		  "and a new flow is dropped", "it passes");
	run_check(learn("n0.flood.example", "198.51.100.1", 60) == CG_DNS_LEARNED,
		  "the places are free again", "refused");
	run_figure("names/live_flows_cut", "flows", cut, 2 * STEPS, refused);
	run_figure("names/foreign_entries_evicted", "entries", foreign, OTHERS * STEPS, refused);
	env_close(&e);
	return run_end();
}
