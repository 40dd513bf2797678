/* SPDX-License-Identifier: GPL-2.0-only */
/* Answers that lie: each is refused with its reason and teaches nothing; its honest twin is learned. */
#include <bpf/bpf.h>
#include <linux/if_ether.h>
#include "frames.h"
#include "names.h"
#include "run.h"

#define NAME "api.vendor.example"

static struct names n;
static unsigned int poison; /* what was learned of hostile answers */
static unsigned int hostile;
static unsigned int honest; /* twins that were learned */

/* A question under way from port 4000 with id 0x1234, and its honest head. */
static void ask(struct msg *m, const char *name, uint16_t type)
{
	names_reset(&n);
	m_head(m, 0x1234, 0x0100, name, type);
	names_ask(&n, 1, GW_4, 4000, m);
	m_head(m, 0x1234, 0x8180, name, type);
}

static void refused(const char *what, unsigned int found, unsigned int want)
{
	size_t learned = names_count(n.learned);

	hostile++;
	poison += !!learned;
	run_check(found == want && !learned, what, "result %u, expected %u; %zu addresses learned",
		  found, want, learned);
}

static void taken(const char *what, unsigned int found)
{
	size_t learned = names_count(n.learned);

	honest += found == CG_DNS_LEARNED && learned;
	run_check(found == CG_DNS_LEARNED && learned, what, "result %u; %zu addresses learned",
		  found, learned);
}

static void unasked(void)
{
	struct msg m;

	ask(&m, NAME, T_A);
	m_addr(&m, NULL, VENDOR_4, 60);
	taken("an answer to the question is learned", names_answer(&n, 4000, &m));
	ask(&m, NAME, T_A);
	m_addr(&m, NULL, VENDOR_4, 60);
	refused("to another port", names_answer(&n, 4001, &m), CG_DNS_UNASKED);
	m_set16(&m, 0, 0x1235);
	refused("with another id", names_answer(&n, 4000, &m), CG_DNS_UNASKED);
	m_head(&m, 0x1234, 0x8180, "evil.vendor.example", T_A);
	m_addr(&m, NULL, EVIL_4, 60);
	refused("for another name", names_answer(&n, 4000, &m), CG_DNS_UNASKED);
	m_head(&m, 0x1234, 0x8180, NAME, T_AAAA);
	m_addr(&m, NULL, EVIL_6, 60);
	refused("of another type", names_answer(&n, 4000, &m), CG_DNS_UNASKED);
	m_head(&m, 0x1234, 0x8180, NAME, T_A);
	m_addr(&m, NULL, EVIL_4, 60);
	refused("from another address of the gateway",
		names_answer_from(&n, GW, "192.168.2.1", IN_SELF, 53, 4000, &m), CG_DNS_UNASKED);
	names_expire(&n);
	refused("late", names_answer(&n, 4000, &m), CG_DNS_UNASKED);
	names_reset(&n);
	refused("nobody asked anything", names_answer(&n, 4000, &m), CG_DNS_UNASKED);
	names_ask(&n, 2, GW_4, 4000, &m);
	refused("a question of another camera", names_answer(&n, 4000, &m), CG_DNS_UNASKED);
	ask(&m, NAME, T_A);
	m_addr(&m, NULL, VENDOR_4, 60);
	names_answer(&n, 4000, &m);
	m_head(&m, 0x1234, 0x8180, NAME, T_A);
	m_addr(&m, NULL, EVIL_4, 60);
	run_check(names_answer(&n, 4000, &m) == CG_DNS_UNASKED && !names_left(&n, 1, EVIL_4),
		  "a second answer to one question", "it was learned");
}

static void origins(void)
{
	struct cg_resolver_key key;
	struct cg_hwaddr mac = { .pad = { 0 } };
	struct msg m;

	ask(&m, NAME, T_A);
	m_addr(&m, NULL, EVIL_4, 60);
	refused("from a LAN host with the gateway's address",
		names_answer_from(&n, PHONE, GW_4, IN_LAN, 53, 4000, &m), CG_DNS_ORIGIN);
	refused("from a LAN host with the gateway's address and MAC",
		names_answer_from(&n, GW, GW_4, IN_LAN, 53, 4000, &m), CG_DNS_ORIGIN);
	refused("from a station of the same access point",
		names_answer_from(&n, PHONE, GW_4, IN_SELF, 53, 4000, &m), CG_DNS_ORIGIN);
	refused("from outside with the gateway's address",
		names_answer_from(&n, GW, GW_4, IN_WAN, 53, 4000, &m), CG_DNS_ORIGIN);
	refused("from a server outside",
		names_answer_from(&n, GW, "198.51.100.53", IN_WAN, 53, 4000, &m), CG_DNS_ORIGIN);
	refused("from another port", names_answer_from(&n, GW, GW_4, IN_SELF, 54, 4000, &m),
		NOBODY);
	taken("from the gateway", names_answer(&n, 4000, &m));

	names_reset(&n);
	m_head(&m, 0x1234, 0x0100, NAME, T_A);
	names_ask(&n, 1, PHONE_4, 4000, &m);
	run_check(!names_count(n.queries), "a question to no resolver is not followed", "it is");
	addr_parse(PHONE_4, key.addr);
	memcpy(mac.mac, PHONE, 6);
	bpf_map_update_elem(n.resolvers, &key, &mac, BPF_ANY);
	names_ask(&n, 1, PHONE_4, 4000, &m);
	m_head(&m, 0x1234, 0x8180, NAME, T_A);
	m_addr(&m, NULL, VENDOR_4, 60);
	refused("with a resolver's address from another MAC",
		names_answer_from(&n, CAM2, PHONE_4, IN_LAN, 53, 4000, &m), CG_DNS_ORIGIN);
	taken("from the resolver that is configured",
	      names_answer_from(&n, PHONE, PHONE_4, IN_LAN, 53, 4000, &m));
}

static void addresses(void)
{
	static const char *const never[] = {
		"0.0.0.0",
		"0.1.2.3",
		"10.1.2.3",
		"127.0.0.1",
		"100.64.0.1",
		"100.127.9.9",
		"169.254.1.1",
		"172.16.0.1",
		"172.31.255.1",
		"192.168.1.30",
		"192.168.77.1",
		"192.0.0.8",
		"198.18.0.1",
		"198.19.0.1",
		"224.0.0.1",
		"240.0.0.1",
		"255.255.255.255",
		GW_WAN,
		"10.8.0.5",
		"::",
		"::1",
		"fe80::9",
		"fd00::9",
		"ff02::fb",
		"2001:db8:1::30",
		GW_6,
		"::ffff:198.51.100.9",
		"64:ff9b::192.168.1.30",
		"2002:c0a8:11e::1",
		"2002:7f00:1::1",
		"fec0::1",
		"100::1",
	};
	static const char *const fine[] = { "198.51.100.9",
					    "100.63.255.1",
					    "100.128.0.1",
					    "172.15.0.1",
					    "172.32.0.1",
					    "198.17.0.1",
					    "198.20.0.1",
					    "192.0.1.1",
					    "223.255.255.1",
					    VENDOR_6,
					    "64:ff9b::198.51.100.9",
					    "2002:c633:6409::1" };
	char what[80];
	struct msg m;

	for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++) {
		ask(&m, NAME, strchr(never[i], ':') ? T_AAAA : T_A);
		m_addr(&m, NULL, never[i], 60);
		snprintf(what, sizeof(what), "never learned: %s", never[i]);
		refused(what, names_answer(&n, 4000, &m), CG_DNS_ADDRESS);
	}
	for (size_t i = 0; i < sizeof(fine) / sizeof(fine[0]); i++) {
		ask(&m, NAME, strchr(fine[i], ':') ? T_AAAA : T_A);
		m_addr(&m, NULL, fine[i], 60);
		snprintf(what, sizeof(what), "learned: %s", fine[i]);
		taken(what, names_answer(&n, 4000, &m));
	}
	ask(&m, NAME, T_A);
	m_addr(&m, NULL, VENDOR_4, 60);
	m_addr(&m, NULL, PHONE_4, 60);
	m_addr(&m, NULL, EVIL_4, 60);
	names_answer(&n, 4000, &m);
	run_check(names_left(&n, 1, VENDOR_4) && names_left(&n, 1, EVIL_4) &&
			  !names_left(&n, 1, PHONE_4),
		  "among others an address inside is left out", "it is not");
}

/* x1 → x2 → … of NAME, written in the order given; the address is the last one's. */
static void chain(struct msg *m, const int *order, int k)
{
	char from[40], to[40];

	for (int i = 0; i < k; i++) {
		snprintf(from, sizeof(from), order[i] ? "x%d.cdn.example" : NAME, order[i]);
		snprintf(to, sizeof(to), "x%d.cdn.example", order[i] + 1);
		m_cname(m, from, to, 300);
	}
	snprintf(to, sizeof(to), "x%d.cdn.example", k);
	m_addr(m, to, VENDOR_4, 60);
}

static void chains(void)
{
	static const int straight[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8 }, back[] = { 4, 3, 2, 1, 0 },
			 mixed[] = { 2, 0, 4, 1, 3 };
	struct msg m;

	ask(&m, NAME, T_A);
	chain(&m, straight, 5);
	taken("five CNAMEs in order", names_answer(&n, 4000, &m));
	ask(&m, NAME, T_A);
	chain(&m, back, 5);
	taken("five CNAMEs backwards", names_answer(&n, 4000, &m));
	ask(&m, NAME, T_A);
	chain(&m, mixed, 5);
	taken("five CNAMEs in any order", names_answer(&n, 4000, &m));
	ask(&m, NAME, T_A);
	m_addr(&m, "x1.cdn.example", VENDOR_4, 60);
	m_cname(&m, NULL, "x1.cdn.example", 60);
	taken("the address before its CNAME", names_answer(&n, 4000, &m));
	ask(&m, NAME, T_A);
	chain(&m, straight, CG_DNS_CHAIN_MAX);
	taken("as many CNAMEs as are followed", names_answer(&n, 4000, &m));
	ask(&m, NAME, T_A);
	chain(&m, straight, CG_DNS_CHAIN_MAX + 1);
	refused("one CNAME more", names_answer(&n, 4000, &m), CG_DNS_CHAIN);
	ask(&m, NAME, T_A);
	m_cname(&m, NULL, "x.cdn.example", 60);
	m_cname(&m, "x.cdn.example", NAME, 60);
	m_addr(&m, NULL, EVIL_4, 60);
	refused("CNAMEs in a circle", names_answer(&n, 4000, &m), CG_DNS_CHAIN);
	ask(&m, NAME, T_A);
	m_cname(&m, NULL, NAME, 60);
	m_addr(&m, NULL, EVIL_4, 60);
	refused("a CNAME to itself", names_answer(&n, 4000, &m), CG_DNS_CHAIN);
	ask(&m, NAME, T_A);
	m_addr(&m, "other.example", EVIL_4, 60);
	refused("an address of another name", names_answer(&n, 4000, &m), CG_DNS_NOTHING);
	ask(&m, NAME, T_A);
	m_cname(&m, NULL, "x.cdn.example", 60);
	m_addr(&m, NULL, EVIL_4, 60);
	refused("an address of a name that is an alias", names_answer(&n, 4000, &m),
		CG_DNS_NOTHING);
	ask(&m, NAME, T_A);
	m_addr(&m, "API.Vendor.EXAMPLE", VENDOR_4, 60);
	taken("the owner in other letters", names_answer(&n, 4000, &m));
}

/* One record whose owner is these bytes. */
static void owner(struct msg *m, const void *bytes, size_t k)
{
	ask(m, NAME, T_A);
	memcpy(m->b + m->n, bytes, k);
	m->n += k;
	m_set16(m, 6, 1);
	m_16(m, T_A);
	m_16(m, 1);
	m_16(m, 0);
	m_16(m, 60);
	m_16(m, 4);
	inet_pton(AF_INET, EVIL_4, m->b + m->n);
	m->n += 4;
}

static void pointers(void)
{
	uint8_t at = 12 + sizeof(NAME) + 1 + 4, b[300];
	struct msg m;

	owner(&m, "\xc0\x0c", 2);
	taken("a pointer to the question", names_answer(&n, 4000, &m));
	b[0] = 0xc0;
	b[1] = at;
	owner(&m, b, 2);
	refused("a pointer to itself", names_answer(&n, 4000, &m), CG_DNS_NAME);
	b[1] = at + 2;
	owner(&m, b, 2);
	refused("a pointer ahead", names_answer(&n, 4000, &m), CG_DNS_NAME);
	owner(&m, "\xff\xff", 2);
	refused("a pointer beyond the end", names_answer(&n, 4000, &m), CG_DNS_NAME);
	memcpy(b, "\x01x\xc0", 3);
	b[3] = at;
	owner(&m, b, 4);
	refused("a label and a pointer back to it", names_answer(&n, 4000, &m), CG_DNS_NAME);
	owner(&m, "\x40x", 2);
	refused("a label of 64", names_answer(&n, 4000, &m), CG_DNS_NAME);
	owner(&m, "\x80x", 2);
	refused("a label of a kind nobody knows", names_answer(&n, 4000, &m), CG_DNS_NAME);
	owner(&m, "\x3f", 1);
	refused("a label that runs off the end", names_answer(&n, 4000, &m), CG_DNS_NAME);
	owner(&m, "\xc0\x0c", 2);
	m.n -= 15;
	refused("a pointer cut in two", names_answer(&n, 4000, &m), CG_DNS_NAME);
	/* Names that grow by pointers: 5 labels of 63 are more than 255 bytes. */
	memset(b, 'a', sizeof(b));
	for (int i = 0; i < 4; i++)
		b[64 * i] = 63;
	b[256] = 0;
	owner(&m, b, 257);
	refused("a name of 256 bytes", names_answer(&n, 4000, &m), CG_DNS_NAME);
	/* The question's name is written out. */
	ask(&m, NAME, T_A);
	m_addr(&m, NULL, EVIL_4, 60);
	memcpy(m.b + 12, "\xc0\x0c", 2);
	refused("a pointer in the question", names_answer(&n, 4000, &m), CG_DNS_NAME);
}

static void long_names(void)
{
	char name[256];
	struct msg m;

	for (int i = 0; i < 253; i++)
		name[i] = i % 64 == 63 ? '.' : 'a';
	name[253] = 0;
	ask(&m, name, T_A);
	m_addr(&m, NULL, VENDOR_4, 60);
	taken("labels of 63 and a name of 255 bytes", names_answer(&n, 4000, &m));
	ask(&m, "a b.example", T_A);
	run_check(!names_count(n.queries), "a question that no host name is in", "it is followed");
}

static void counts(void)
{
	struct msg m;

	ask(&m, NAME, T_A);
	m_addr(&m, NULL, EVIL_4, 60);
	m_set16(&m, 6, 2);
	refused("more records counted than there are", names_answer(&n, 4000, &m), CG_DNS_NAME);
	ask(&m, NAME, T_A);
	m_addr(&m, NULL, EVIL_4, 60);
	m_addr(&m, NULL, VENDOR_4, 60);
	m.n -= 2;
	refused("the last record cut off", names_answer(&n, 4000, &m), CG_DNS_MESSAGE);
	ask(&m, NAME, T_A);
	m_addr(&m, NULL, EVIL_4, 60);
	m_set16(&m, m.n - 6, 200);
	refused("data longer than the message", names_answer(&n, 4000, &m), CG_DNS_MESSAGE);
	ask(&m, NAME, T_A);
	m_addr(&m, NULL, EVIL_4, 60);
	m_set16(&m, m.n - 6, 3);
	refused("an A of three bytes", names_answer(&n, 4000, &m), CG_DNS_MESSAGE);
	ask(&m, NAME, T_A);
	m_cname(&m, NULL, "x.cdn.example", 60);
	m_8(&m, 0);
	m_set16(&m, m.n - 18, 16);
	m_addr(&m, "x.cdn.example", EVIL_4, 60);
	refused("a CNAME with something behind it", names_answer(&n, 4000, &m), CG_DNS_MESSAGE);
	ask(&m, NAME, T_A);
	m_addr(&m, NULL, EVIL_4, 60);
	m_set16(&m, 4, 2);
	refused("two questions", names_answer(&n, 4000, &m), CG_DNS_MESSAGE);
	m_set16(&m, 4, 0);
	refused("no question", names_answer(&n, 4000, &m), CG_DNS_MESSAGE);
	ask(&m, NAME, T_A);
	m_addr(&m, NULL, EVIL_4, 60);
	m_set16(&m, 2, 0x0180);
	refused("a question where an answer should be", names_answer(&n, 4000, &m), CG_DNS_MESSAGE);
	m_set16(&m, 2, 0xa180);
	refused("an answer to a notify", names_answer(&n, 4000, &m), CG_DNS_MESSAGE);
	ask(&m, NAME, T_A);
	m_addr(&m, NULL, EVIL_4, 60);
	m_set16(&m, 2, 0x8183);
	refused("there is no such name, and an address", names_answer(&n, 4000, &m),
		CG_DNS_NOTHING);
	ask(&m, NAME, T_A);
	m.n = 14;
	refused("half a header", names_answer(&n, 4000, &m), CG_DNS_MESSAGE);
	ask(&m, NAME, T_A);
	for (int i = 0; i < 84; i++) {
		char a[20];

		snprintf(a, sizeof(a), "198.51.101.%d", i);
		m_addr(&m, NULL, a, 60);
	}
	taken("84 addresses in one answer", names_answer(&n, 4000, &m));
	run_check(names_count(n.learned) == 84, "all of them learned", "%zu",
		  names_count(n.learned));
	ask(&m, NAME, T_A);
	m_addr(&m, NULL, EVIL_4, 60);
	m_set16(&m, 6, CG_DNS_RECORDS_MAX + 1);
	refused("more records than are looked at", names_answer(&n, 4000, &m), CG_DNS_RECORDS);
	ask(&m, NAME, T_A);
	m_addr(&m, NULL, VENDOR_4, 60);
	m_opt(&m);
	taken("with EDNS", names_answer(&n, 4000, &m));
	ask(&m, NAME, T_A);
	m_addr(&m, NULL, EVIL_4, 60);
	m_set16(&m, m.n - 12, 3); /* class CHAOS */
	refused("an address of another class", names_answer(&n, 4000, &m), CG_DNS_NOTHING);
}

/* What the agent has to ask again. */
static void beyond(void)
{
	struct pkt p;
	struct msg m;

	ask(&m, NAME, T_A);
	m_addr(&m, NULL, EVIL_4, 60);
	m_set16(&m, 2, 0x8380);
	refused("truncated", names_answer(&n, 4000, &m), CG_DNS_TRUNCATED);
	ask(&m, NAME, T_A);
	m_addr(&m, NULL, EVIL_4, 60);
	pk_build(&(struct pk){ .smac = GW,
			       .dmac = CAM1,
			       .src = GW_4,
			       .dst = CAM1_4,
			       UDP(53, 4000),
			       .raw = m.b,
			       .payload = (uint16_t)m.n,
			       .frag = true,
			       .more = true,
			       .slice = 64,
			       .id = 9 },
		 &p);
	names_run(&n, n.down, &p, IN_SELF);
	{
		uint32_t slot = 1;
		struct cg_dns d;

		bpf_map_lookup_elem(n.dns, &slot, &d);
		refused("the first of several fragments",
			d.count[CG_DNS_FRAGMENT] ? CG_DNS_FRAGMENT : NOBODY, CG_DNS_FRAGMENT);
	}
}

int main(void)
{
	struct env *e = env_open();

	names_open(&n, e);
	unasked();
	origins();
	addresses();
	chains();
	pointers();
	long_names();
	counts();
	beyond();
	run_figure("names/poison_accepted", "answers", poison, hostile, honest);
	run_check(!poison && hostile > 60, "no hostile answer taught anything", "%u of %u did",
		  poison, hostile);
	env_close(&e);
	return run_end();
}
