/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The packet path's reading of an answer and the agent's, on the same bytes: what
 * one refuses the other refuses, what one takes the other takes, with the same
 * addresses. Seeds are fixed; CG_FUZZ_S=N goes on for N seconds with others.
 */
#include <assert.h>
#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <time.h>
#include "../../agent/lib/dnsmsg.h"
#include "frames.h"
#include "names.h"
#include "run.h"

#define NAME   "api.vendor.example"
#define ROUNDS 20000

static struct names n;
static unsigned int taken, refused, differ;

static unsigned int pick(unsigned int *seed, unsigned int below)
{
	return (unsigned int)rand_r(seed) % below;
}

/* An answer of several records that hang together, or nearly. */
static void make(struct msg *m, unsigned int *seed)
{
	static const char *const names[] = { NAME, "x1.example", "x2.example", "X2.example",
					     "www.very-long-label-of-a-name.cdn.example" };
	static const char *const addrs[] = { VENDOR_4,	 "198.51.100.77",   VENDOR_6, "192.168.1.9",
					     "10.1.1.1", "2001:db8:99::77", "fe80::9" };
	unsigned int k = pick(seed, 9);

	m_head(m, 7, 0x8180, pick(seed, 8) ? NAME : "API.vendor.EXAMPLE", T_A);
	if (!pick(seed, 40))
		k = 200;
	while (k-- && m->n < 1800) {
		const char *owner = pick(seed, 2) ? NULL : names[pick(seed, 5)];

		if (pick(seed, 3))
			m_addr(m, owner, addrs[pick(seed, 7)], pick(seed, 100000));
		else
			m_cname(m, owner, names[pick(seed, 5)], pick(seed, 1000));
	}
	if (pick(seed, 2))
		m_opt(m);
}

/* Bytes changed, cut, added, moved; mostly few. */
static void spoil(struct msg *m, unsigned int *seed)
{
	unsigned int k = pick(seed, 3) ? pick(seed, 4) : pick(seed, 40);

	while (k--) {
		size_t at = 12 + pick(seed, (unsigned int)m->n - 12);

		switch (pick(seed, 5)) {
		case 0:
			m->b[at] = (uint8_t)pick(seed, 256);
			break;
		case 1:
			m->b[at] = 0xc0;
			m->b[at + 1] = (uint8_t)pick(seed, (unsigned int)at + 4);
			break;
		case 2:
			m->b[at] ^= (uint8_t)(1 << pick(seed, 8));
			break;
		case 3:
			m->n -= pick(seed, 6) < m->n - 20 ? pick(seed, 6) : 0;
			break;
		case 4:
			m->b[7] = (uint8_t)(m->b[7] + pick(seed, 3) - 1);
			break;
		}
		if (m->n < 20)
			m->n = 20;
	}
}

static bool never(const struct cg_addr *a)
{
	return cg_addr_is_v4(a) ? a->b[12] == 192 || a->b[12] == 10 : (a->b[0] & 0xe0) != 0x20;
}

/* Addresses whose form the packet path changes or that spoiling made are left out. */
static bool plain(const struct cg_addr *a)
{
	struct cg_addr known;
	static const char *const addrs[] = { VENDOR_4,	 "198.51.100.77",   VENDOR_6, "192.168.1.9",
					     "10.1.1.1", "2001:db8:99::77", "fe80::9" };

	for (size_t i = 0; i < sizeof(addrs) / sizeof(addrs[0]); i++)
		if (addr_parse(addrs[i], known.b) && !memcmp(&known, a, sizeof(known)))
			return true;
	return false;
}

static void show(const struct msg *m, int err, unsigned int result)
{
	printf("# the agent says %d, the packet path %u:", err, result);
	for (size_t i = 0; i < m->n; i++)
		printf(" %02x", m->b[i]);
	printf("\n");
}

static void clear(int map)
{
	uint8_t key[64];

	while (!bpf_map_get_next_key(map, NULL, key))
		bpf_map_delete_elem(map, key);
}

/* With the places they had. */
static void forget_learned(void)
{
	clear(n.learned);
	clear(n.nring);
}

static void compare(const struct msg *m)
{
	static struct cg_dnsmsg a;
	unsigned int result, count = (unsigned int)m->b[6] << 8 | m->b[7];
	bool takes, same = true;
	int err;

	forget_learned();
	err = cg_dnsmsg_parse(m->b, m->n, NAME, 7, T_A, &a);
	result = names_tell(&n, 1, m);
	if (err == -ENOMSG) /* another question: the agent looks no further */
		return;
	takes = result == CG_DNS_LEARNED || result == CG_DNS_NOTHING || result == CG_DNS_ADDRESS ||
		result == CG_DNS_FULL_ALIAS;
	/* More records than the packet path looks at are the agent's to ask for. */
	if (!err && !a.rcode && count > CG_DNS_RECORDS_MAX)
		same = result == CG_DNS_RECORDS;
	else
		same = takes == !err;
	for (size_t i = 0; same && takes && !err && i < a.naddr; i++) {
		struct cg_learned_key key = { .slot = 1 };
		struct cg_learned l;

		if (!plain(&a.addr[i]))
			continue;
		memcpy(key.addr, a.addr[i].b, 16);
		same = !bpf_map_lookup_elem(n.learned, &key, &l) == !never(&a.addr[i]);
	}
	if (same && takes && !a.naddr)
		same = !names_count(n.learned);
	taken += takes;
	refused += !takes;
	differ += !same;
	if (!same && differ < 4)
		show(m, err, result);
}

static void round_of(unsigned int seed)
{
	struct msg m;

	make(&m, &seed);
	spoil(&m, &seed);
	m.b[2] &= 0xfd; /* what is cut is not read */
	compare(&m);
}

int main(void)
{
	const char *s = getenv("CG_FUZZ_S");
	time_t end = time(NULL) + (s ? atoi(s) : 0);
	unsigned int seed = s ? (unsigned int)time(NULL) : 0, rounds = 0;

	names_open(&n, env_open());
	names_reset(&n);
	names_rule(&n, 1, CG_RULE_ALLOW, "*.vendor.example", 0, 1);
	if (s)
		printf("# first seed %u\n", seed);
	do
		round_of(seed + rounds++);
	while (rounds < ROUNDS || time(NULL) < end);
	printf("# %u messages: %u taken, %u refused\n", rounds, taken, refused);
	run_check(!differ, "both read the same", "%u of %u messages are read otherwise", differ,
		  rounds);
	run_check(taken > rounds / 10 && refused > rounds / 10, "some are taken, some refused",
		  "%u, %u", taken, refused);
	return run_end();
}
