/* SPDX-License-Identifier: GPL-2.0-only */
/* Name patterns: every form and fault, keys and ids, and tries that equal the naive evaluator. */
#include <lib/namepat.h>
#include <netinet/in.h>
#include "policies.h"

static const char *parsed(const char *s, char buf[static CG_NAMEPAT_LEN])
{
	const char *expected = NULL;

	ck_assert_msg(!cg_namepat_parse(s, strlen(s), buf, &expected), "'%s': %s", s, expected);
	return buf;
}

/* A name of n letters: labels of at most `label`. */
static char *long_name(size_t n, size_t label, char *buf)
{
	for (size_t i = 0; i < n; i++)
		buf[i] = i % (label + 1) == label && i < n - 1 ? '.' : 'a';
	buf[n] = '\0';
	return buf;
}

START_TEST(forms)
{
	char buf[CG_NAMEPAT_LEN], name[300];

	ck_assert_str_eq(parsed("API.Vendor.Example", buf), "api.vendor.example");
	ck_assert_str_eq(parsed("vendor.example.", buf), "vendor.example");
	ck_assert_str_eq(parsed("*.example.com", buf), "*.example.com");
	ck_assert_str_eq(parsed("p2p*.Example.com", buf), "p2p*.example.com");
	ck_assert_str_eq(parsed("_sip._tcp.example.com", buf), "_sip._tcp.example.com");
	ck_assert_str_eq(parsed("xn--p1ai.example", buf), "xn--p1ai.example");
	ck_assert_str_eq(parsed("*.com", buf), "*.com");
	ck_assert_str_eq(parsed("1.2.3.example", buf), "1.2.3.example");
	ck_assert_str_eq(parsed(long_name(253, 63, name), buf), name);
}
END_TEST

START_TEST(faults)
{
	static const struct {
		const char *text, *expected;
	} bad[] = {
		{ "", "empty labels" },
		{ ".", "empty labels" },
		{ "a..example", "empty labels" },
		{ ".example.com", "empty labels" },
		{ "example.com..", "empty labels" },
		{ "printer", "a name with a dot" },
		{ "*", "a name with a dot" },
		{ "a.*.example", "first label only" },
		{ "*p2p.example.com", "first label only" },
		{ "p*p.example.com", "first label only" },
		{ "**.example.com", "first label only" },
		{ "a b.example", "letters, digits" },
		{ "a/b.example", "letters, digits" },
		{ "b\xc3\xbc"
		  "cher.example",
		  "xn--" },
		{ "198.51.100.256", "last label is no number" },
		{ "*.51", "last label is no number" },
	};
	char buf[CG_NAMEPAT_LEN] = "kept", name[400];
	const char *expected;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		expected = "";
		ck_assert_int_eq(cg_namepat_parse(bad[i].text, strlen(bad[i].text), buf, &expected),
				 -EINVAL);
		ck_assert_msg(strstr(expected, bad[i].expected), "'%s': %s", bad[i].text, expected);
		ck_assert_str_eq(buf, "kept");
	}
	ck_assert_int_eq(cg_namepat_parse(long_name(254, 63, name), 254, buf, &expected), -EINVAL);
	ck_assert_int_eq(cg_namepat_parse(long_name(399, 63, name), 399, buf, &expected), -EINVAL);
	ck_assert_int_eq(cg_namepat_parse(long_name(70, 64, name), 70, buf, &expected), -EINVAL);
}
END_TEST

START_TEST(fits)
{
	ck_assert(cg_namepat_fits("www.example.com", "www.example.com"));
	ck_assert(!cg_namepat_fits("www.example.com", "ww.example.com"));
	ck_assert(!cg_namepat_fits("www.example.com", "a.www.example.com"));
	ck_assert(cg_namepat_fits("*.example.com", "a.example.com"));
	ck_assert(cg_namepat_fits("*.example.com", "a.b.example.com"));
	ck_assert(!cg_namepat_fits("*.example.com", "example.com"));
	ck_assert(!cg_namepat_fits("*.example.com", "notexample.com"));
	ck_assert(!cg_namepat_fits("*.example.com", "example.com.evil.org"));
	ck_assert(cg_namepat_fits("p2p*.example.com", "p2p.example.com"));
	ck_assert(cg_namepat_fits("p2p*.example.com", "p2p7.example.com"));
	ck_assert(cg_namepat_fits("p2p*.example.com", "a.p2p7.example.com"));
	ck_assert(!cg_namepat_fits("p2p*.example.com", "p2p7.a.example.com"));
	ck_assert(!cg_namepat_fits("p2p*.example.com", "ap2p.example.com"));
	ck_assert(!cg_namepat_fits("p2p*.example.com", "p2.example.com"));
	ck_assert(!cg_namepat_fits("p2p*.example.com", "p2p7.notexample.com"));
	ck_assert(cg_namepat_is_wild("p2p*.example.com") && !cg_namepat_is_wild("a.example"));
}
END_TEST

START_TEST(keys)
{
	char name[300], text[CG_NAMEPAT_LEN];
	struct cg_namekey k;

	cg_namepat_key("www.example.com", &k);
	ck_assert_uint_eq(k.len, 17);
	ck_assert_mem_eq(k.name, "com.example.www.\0\0", 18);
	ck_assert_str_eq(cg_namepat_text(k.name, 16, text), "www.example.com");
	ck_assert(!cg_namepat_apex("www.example.com", &k));
	cg_namepat_key("p2p*.example.com", &k);
	ck_assert_uint_eq(k.len, 15);
	ck_assert_mem_eq(k.name, "com.example.p2p\0", 16);
	ck_assert(!cg_namepat_apex("p2p*.example.com", &k));
	cg_namepat_key("*.example.com", &k);
	ck_assert_uint_eq(k.len, 12);
	ck_assert_mem_eq(k.name, "com.example.\0", 13);
	ck_assert(cg_namepat_apex("*.example.com", &k));
	ck_assert_uint_eq(k.len, 13);
	/* the longest has no room for the NUL and needs none */
	cg_namepat_key(long_name(253, 63, name), &k);
	ck_assert_uint_eq(k.len, CG_NAMEKEY_LEN);
	ck_assert_str_eq(cg_namepat_text(k.name, k.len, text), name);
	cg_namepat_key(long_name(252, 63, name), &k);
	ck_assert_uint_eq(k.len, CG_NAMEKEY_LEN);
	ck_assert_str_eq(cg_namepat_text(k.name, 253, text), name);
	ck_assert_str_eq(cg_namepat_text(k.name, 0, text), "");
	/* FNV-1a of 1 'a' 1 'b' */
	ck_assert(cg_namepat_id("a.b") != cg_namepat_id("b.a"));
	ck_assert(cg_namepat_id("ab.c") != cg_namepat_id("a.bc"));
}
END_TEST

/* ---- the property: maps against the naive evaluator ---- */

static unsigned int seed;

static unsigned int below(unsigned int n)
{
	return (unsigned int)rand_r(&seed) % n;
}

static const char *const LABELS[] = { "a", "ab", "p2p", "p2p1", "x" };

/* Few labels, so that patterns nest and names fall on their edges. */
static void random_name(char *buf, bool pattern)
{
	unsigned int labels = 2 + below(3), i = 0;

	*buf = '\0';
	if (pattern && below(2)) {
		static const char *const stars[] = { "*", "p2p*", "a*", "ab*" };

		strcpy(buf, stars[below(4)]);
		i = 1;
		if (below(3) == 0)
			labels = 2;
	}
	for (; i < labels; i++) {
		if (i)
			strcat(buf, ".");
		strcat(buf, i + 1 == labels ? "com" : LABELS[below(5)]);
	}
}

static void random_rule(struct cg_policy_cam *c, bool deny)
{
	static const char *const tails[] = { "", ":443", ":443/tcp", "/udp", ":1-9/udp" };
	char name[64], text[96];

	if (below(4)) {
		random_name(name, true);
		snprintf(text, sizeof(text), "%s%s", name, tails[below(5)]);
	} else {
		snprintf(text, sizeof(text), "198.51.100.%u/31", 2 * below(2));
	}
	add_rule(c, deny ? CG_RULE_DENY : below(3) ? CG_RULE_ALLOW : CG_RULE_UPLOAD, text);
}

static const struct cg_rulevec *trie(const struct cg_mapset *set, uint32_t slot, const char *name)
{
	const struct cg_mapset_namerule *best = NULL;
	struct cg_namekey key;

	cg_namepat_key(name, &key);
	for (size_t i = 0; i < set->nnamerules; i++) {
		const struct cg_mapset_namerule *r = &set->namerules[i];
		size_t len = (r->key.prefixlen - CG_NAMEKEY_BASE) / 8;

		if (r->key.owner == CG_NAME_OWNER(slot, set->gen) &&
		    !memcmp(r->key.name, key.name, len) &&
		    (!best || r->key.prefixlen > best->key.prefixlen))
			best = r;
	}
	return best ? &best->value : NULL;
}

static const struct cg_rulevec *lpm4(const struct cg_mapset *set, uint32_t slot,
				     const struct cg_addr *a)
{
	for (size_t i = 0; i < set->nrules; i++)
		if (set->rules[i].key.slot == slot && !memcmp(set->rules[i].key.addr, a->b, 15) &&
		    set->rules[i].key.addr[15] == (a->b[15] & 0xfe))
			return &set->rules[i].value;
	return NULL;
}

static const struct cg_rulevec *more(const struct cg_mapset *set, uint32_t id)
{
	for (size_t i = 0; i < set->nmore; i++)
		if (set->more[i].key.id == id)
			return &set->more[i].value;
	return NULL;
}

/* The first of the list, if it stands before best. */
static int walk(const struct cg_mapset *set, const struct cg_rulevec *vec, uint8_t proto,
		uint16_t port, int best)
{
	for (; vec; vec = vec->more ? more(set, vec->more) : NULL)
		for (unsigned int i = 0; i < vec->n; i++) {
			const struct cg_rule *r = &vec->rule[i];

			if (r->proto != CG_PROTO_ANY && r->proto != CG_PROTO_TCPUDP &&
			    r->proto != proto)
				continue;
			if (r->proto != CG_PROTO_ANY && (port < r->port_lo || port > r->port_hi))
				continue;
			return best < 0 || r->id < best ? r->id : best;
		}
	return best;
}

START_TEST(equals_the_naive_evaluator)
{
	size_t probes = 0, hits = 0, denies = 0, byname = 0;

	for (seed = 1; probes < 200000; seed = seed * 7 + 1) {
		unsigned int used = seed;
		struct cg_policy *p = policy_new(2);
		struct cg_mapset *set;

		for (size_t c = 0; c < 2; c++) {
			size_t nd = below(6), n = nd + below(24);

			for (size_t i = 0; i < n; i++)
				random_rule(&p->cams[c], i < nd);
		}
		set = built(p, 0x21, NULL, 0);
		for (int i = 0; i < 1000; i++, probes++) {
			struct cg_addr peer = {
				{ [10] = 0xff, 0xff, 198, 51, 100, (uint8_t)below(6) }
			};
			uint8_t proto = below(2) ? IPPROTO_TCP : IPPROTO_UDP;
			uint16_t port = below(2) ? 443 : (uint16_t)below(12);
			const char *names[3] = { NULL };
			char a[64], b[64];
			size_t cam = below(2), n = below(3);
			uint32_t slot = set->slots[cam].slot;
			int want, found;

			random_name(a, false);
			random_name(b, false);
			if (n > 0)
				names[0] = a;
			if (n > 1)
				names[1] = b;
			want = cg_policy_match_names(&p->cams[cam], &peer, names, proto, port,
						     false);
			found = walk(set, lpm4(set, slot, &peer), proto, port, -ENOENT);
			for (size_t k = 0; k < n; k++)
				found = walk(set, trie(set, slot, names[k]), proto, port, found);
			ck_assert_msg(
				want == found,
				"seed %u cam %zu names %s %s proto %u port %u: rule %d, maps say %d",
				used, cam, n > 0 ? a : "-", n > 1 ? b : "-", proto, port, want,
				found);
			hits += want >= 0;
			denies += want >= 0 && p->cams[cam].rules[want].kind == CG_RULE_DENY;
			byname += want >= 0 && p->cams[cam].rules[want].text.name;
		}
		cg_mapset_free(&set);
		cg_policy_free(&p);
		seed = used;
	}
	ck_assert_uint_gt(hits, probes / 10);
	ck_assert_uint_gt(byname, probes / 20);
	ck_assert_uint_gt(denies, probes / 100);
	ck_assert_uint_gt(probes - hits, probes / 10);
}
END_TEST

START_TEST(too_many_for_one_name)
{
	struct cg_policy *p = policy_new(1);
	struct cg_mapset *set = NULL;
	struct cg_diag d = { "" };
	char text[64];

	for (int i = 0; i < CG_RULES_PER_CHUNK * CG_NAME_CHUNKS; i++) {
		snprintf(text, sizeof(text), "*.example.com:%d", i + 1);
		add_rule(&p->cams[0], CG_RULE_ALLOW, text);
	}
	set = built(p, 1, NULL, 0);
	/* the pattern and its apex, which no rule fits */
	ck_assert_uint_eq(set->nnamerules, 2);
	ck_assert_uint_eq(set->namerules[0].value.n + set->namerules[1].value.n,
			  CG_RULES_PER_CHUNK);
	ck_assert(set->cams[0].value.flags & CG_CAM_NAMES);
	cg_mapset_free(&set);
	add_rule(&p->cams[0], CG_RULE_ALLOW, "www.example.com");
	ck_assert_int_eq(cg_mapset_build(p, 1, NULL, 0, &d, &set), -E2BIG);
	UNIT_HOLDS(d.text, "Camera 0", "www.example.com", "at most 16");
	cg_policy_free(&p);
}
END_TEST

int main(void)
{
	return UNIT_RUN("namepat", 120, forms, faults, fits, keys, equals_the_naive_evaluator,
			too_many_for_one_name);
}
