/* SPDX-License-Identifier: GPL-2.0-only */
/* Map entries: equal to the naive evaluator over random overlapping rules; slots, shared MACs, chunks, limits. */
#include <lib/config.h>
#include <camgate/limits.h>
#include <netinet/in.h>
#include <time.h>
#include "policies.h"

/* ---- what the kernel's maps would answer ---- */

static bool covers(const struct cg_rule_key *key, const uint8_t addr[16])
{
	unsigned int bits = key->prefixlen - 64;

	for (unsigned int i = 0; i < bits; i++)
		if ((key->addr[i / 8] ^ addr[i / 8]) & (0x80 >> (i % 8)))
			return false;
	return true;
}

static const struct cg_rulevec *lpm(const struct cg_mapset *set, uint32_t slot,
				    const uint8_t addr[16])
{
	const struct cg_mapset_rule *best = NULL;

	for (size_t i = 0; i < set->nrules; i++) {
		const struct cg_mapset_rule *r = &set->rules[i];

		if (r->key.gen == set->gen && r->key.slot == slot && covers(&r->key, addr) &&
		    (!best || r->key.prefixlen > best->key.prefixlen))
			best = r;
	}
	return best ? &best->value : NULL;
}

static const struct cg_rulevec *more(const struct cg_mapset *set, uint32_t id)
{
	for (size_t i = 0; i < set->nmore; i++)
		if (set->more[i].key.gen == set->gen && set->more[i].key.id == id)
			return &set->more[i].value;
	return NULL;
}

static int lookup(const struct cg_mapset *set, uint32_t slot, const struct cg_addr *peer,
		  uint8_t proto, uint16_t port, bool lan)
{
	const struct cg_rulevec *vec = lpm(set, slot, peer->b);

	for (int chunk = 0; vec; chunk++) {
		ck_assert_int_lt(chunk, CG_MAX_CHUNKS);
		ck_assert_uint_ge(vec->n, 1);
		ck_assert_uint_le(vec->n, CG_RULES_PER_CHUNK);
		for (unsigned int i = 0; i < vec->n; i++) {
			const struct cg_rule *r = &vec->rule[i];

			if ((r->kind == CG_RULE_VIEWER) != lan)
				continue;
			if (r->proto == CG_PROTO_ANY)
				return r->id;
			if (r->proto == CG_PROTO_TCPUDP && proto != IPPROTO_TCP &&
			    proto != IPPROTO_UDP)
				continue;
			if (r->proto != CG_PROTO_TCPUDP && r->proto != proto)
				continue;
			if (port >= r->port_lo && port <= r->port_hi)
				return r->id;
		}
		if (!vec->more)
			break;
		vec = more(set, vec->more);
		ck_assert_ptr_nonnull(vec);
	}
	return -ENOENT;
}

/* ---- the property ---- */

static unsigned int seed;

static unsigned int below(unsigned int n)
{
	return (unsigned int)rand_r(&seed) % n;
}

/* Few distinct bits, so that prefixes nest and probes fall on their edges. */
static struct cg_addr random_addr(void)
{
	struct cg_addr a = { { 0 } };

	if (below(2)) {
		a.b[10] = a.b[11] = 0xff;
		a.b[12] = below(4) ? 198 : (uint8_t)below(256);
		a.b[13] = below(4) ? 51 : (uint8_t)below(256);
		a.b[14] = (uint8_t)(below(2) ? 0x80 : below(4));
		a.b[15] = (uint8_t)(below(2) ? below(4) : 0xf0 | below(16));
	} else {
		a.b[0] = 0x20;
		a.b[1] = below(8) ? 0x01 : 0x02;
		a.b[3] = (uint8_t)below(3);
		a.b[7] = (uint8_t)below(2);
		a.b[15] = (uint8_t)below(4);
	}
	return a;
}

static void random_rule(struct cg_policy_rule *r, bool deny)
{
	static const uint8_t v4_lens[] = {
		96, 97, 100, 104, 112, 118, 120, 122, 124, 126, 127, 128
	};
	static const uint8_t v6_lens[] = { 8, 15, 16, 31, 32, 33, 63, 64, 65, 96, 120, 127, 128 };
	static const uint8_t protos[] = { CG_PROTO_ANY,	   CG_PROTO_ANY,   CG_PROTO_TCPUDP,
					  CG_PROTO_TCPUDP, IPPROTO_TCP,	   IPPROTO_UDP,
					  IPPROTO_ICMP,	   IPPROTO_ICMPV6, IPPROTO_GRE };
	unsigned int kind = below(8);
	struct cg_rule_text *t = &r->text;

	*r = (struct cg_policy_rule){
		.kind = deny	 ? CG_RULE_DENY :
			kind < 4 ? CG_RULE_ALLOW :
			kind < 7 ? CG_RULE_UPLOAD :
				   CG_RULE_VIEWER,
	};
	t->dst.addr = random_addr();
	if (!below(12))
		t->dst.len = 0;
	else if (cg_addr_is_v4(&t->dst.addr))
		t->dst.len = v4_lens[below(sizeof(v4_lens))];
	else
		t->dst.len = v6_lens[below(sizeof(v6_lens))];
	for (unsigned int bit = t->dst.len; bit < 128; bit++)
		t->dst.addr.b[bit / 8] &= (uint8_t) ~(0x80 >> (bit % 8));
	t->port_hi = UINT16_MAX;
	t->proto = protos[below(sizeof(protos))];
	if (t->proto == CG_PROTO_TCPUDP ||
	    ((t->proto == IPPROTO_TCP || t->proto == IPPROTO_UDP) && below(2))) {
		t->port_lo = (uint16_t)(1 + below(20));
		t->port_hi = (uint16_t)(t->port_lo + below(10));
	}
}

static struct cg_policy *random_policy(void)
{
	struct cg_policy *p = policy_new(3);

	for (size_t i = 0; i < p->ncams; i++) {
		struct cg_policy_cam *c = &p->cams[i];
		size_t denies = below(20), n = denies + below(40);

		c->rules = calloc(n + 1, sizeof(*c->rules));
		for (; c->nrules < n; c->nrules++)
			random_rule(&c->rules[c->nrules], c->nrules < denies);
	}
	return p;
}

START_TEST(equals_the_naive_evaluator)
{
	static const uint8_t protos[] = { IPPROTO_TCP,	  IPPROTO_UDP, IPPROTO_ICMP,
					  IPPROTO_ICMPV6, IPPROTO_GRE, IPPROTO_SCTP };
	size_t probes = 0, hits = 0, denies = 0, viewers = 0, chained = 0;

	for (seed = 1; probes < 240000; seed = seed * 7 + 1) {
		unsigned int used = seed;
		struct cg_policy *p = random_policy();
		struct cg_mapset *set = built(p, 7, NULL, 0);

		chained += set->nmore;
		for (int i = 0; i < 3000; i++, probes++) {
			size_t cam = below(3);
			struct cg_addr peer = random_addr();
			uint8_t proto = protos[below(sizeof(protos))];
			uint16_t port = (uint16_t)below(32);
			bool lan = !below(6);
			int want = cg_policy_match(&p->cams[cam], &peer, proto, port, lan);
			int found = lookup(set, set->slots[cam].slot, &peer, proto, port, lan);
			char text[CG_ADDR_STRLEN];

			ck_assert_msg(
				want == found,
				"seed %u cam %zu %s proto %u port %u lan %d: rule %d, maps say %d",
				used, cam, cg_addr_format(&peer, text), proto, port, lan, want,
				found);
			hits += want >= 0;
			denies += want >= 0 && p->cams[cam].rules[want].kind == CG_RULE_DENY;
			viewers += want >= 0 && lan;
		}
		cg_mapset_free(&set);
		cg_policy_free(&p);
		seed = used;
	}
	/* the probes must have had something to find */
	ck_assert_uint_ge(probes, 200000);
	ck_assert_uint_gt(hits, probes / 4);
	ck_assert_uint_gt(probes - hits, probes / 20);
	ck_assert_uint_gt(denies, probes / 20);
	ck_assert_uint_gt(viewers, 500);
	ck_assert_uint_gt(chained, 100);
}
END_TEST

/* ---- single promises ---- */

START_TEST(entries_as_documented)
{
	struct cg_policy *p = policy_new(1);
	struct cg_policy_cam *c = &p->cams[0];
	const uint8_t v4[16] = { [10] = 0xff, 0xff, 198, 51, 100, 0 };

	c->monitor = true;
	c->lan_viewing = CG_LAN_VIEWERS;
	c->via_gateway = true;
	c->exposure = CG_OPEN;
	add_rule(c, CG_RULE_DENY, "198.51.100.0/24:443/tcp");
	add_rule(c, CG_RULE_ALLOW, "any:123/udp");

	struct cg_mapset *set = built(p, 0x12345678, NULL, 0);

	ck_assert_uint_eq(set->gen, 0x12345678);
	ck_assert_uint_eq(set->ncams, 1);
	ck_assert_uint_eq(set->cams[0].key.gen, 0x5678);
	ck_assert_mem_eq(set->cams[0].key.mac, c->mac[0].b, 6);
	ck_assert_uint_eq(set->cams[0].value.flags,
			  CG_CAM_MONITOR | CG_CAM_LAN_VIEWERS | CG_CAM_VIA_GATEWAY);
	ck_assert_uint_eq(set->nslots, 1);
	ck_assert_str_eq(set->slots[0].name.id, "cam0");
	ck_assert_str_eq(set->slots[0].name.name, "Camera 0");
	ck_assert_int_eq(set->slots[0].config, CG_OPEN);
	ck_assert_uint_eq(set->nrules, 2);
	/* sorted: ::/0 first */
	ck_assert_uint_eq(set->rules[0].key.prefixlen, 64);
	ck_assert_uint_eq(set->rules[0].value.n, 1);
	ck_assert_uint_eq(set->rules[1].key.prefixlen, 64 + 96 + 24);
	ck_assert_uint_eq(set->rules[1].key.gen, 0x12345678);
	ck_assert_mem_eq(set->rules[1].key.addr, v4, 16);

	const struct cg_rulevec *vec = &set->rules[1].value;

	ck_assert_uint_eq(vec->n, 2);
	ck_assert_uint_eq(vec->more, 0);
	ck_assert_uint_eq(vec->rule[0].kind, CG_RULE_DENY);
	ck_assert_uint_eq(vec->rule[0].proto, IPPROTO_TCP);
	ck_assert_uint_eq(vec->rule[0].port_lo, 443);
	ck_assert_uint_eq(vec->rule[0].port_hi, 443);
	ck_assert_uint_eq(vec->rule[0].id, 0);
	ck_assert_uint_eq(vec->rule[1].id, 1);
	ck_assert_uint_eq(set->nmore + set->nnarrow, 0);
	cg_mapset_free(&set);
	c->lan_viewing = CG_LAN_NONE;
	c->monitor = c->via_gateway = false;
	set = built(p, 1, NULL, 0);
	ck_assert_uint_eq(set->cams[0].value.flags, CG_CAM_LAN_NONE);
	cg_mapset_free(&set);
	c->lan_viewing = CG_LAN_ALL;
	c->dns = CG_SERVER_REDIRECT;
	c->ntp = CG_SERVER_NONE;
	c->dns_allowed = true;
	set = built(p, 1, NULL, 0);
	ck_assert_uint_eq(set->cams[0].value.flags,
			  CG_CAM_DNS_REDIRECT | CG_CAM_NTP_DROP | CG_CAM_DNS_ALLOWED);
	cg_mapset_free(&set);
	c->dns = CG_SERVER_ANY;
	c->ntp = CG_SERVER_REDIRECT;
	c->dns_allowed = false;
	set = built(p, 1, NULL, 0);
	ck_assert_uint_eq(set->cams[0].value.flags, CG_CAM_DNS_ANY | CG_CAM_NTP_REDIRECT);
	cg_mapset_free(&set);
	ck_assert_ptr_null(set);
	cg_mapset_free(&set);
	cg_policy_free(&p);
}
END_TEST

START_TEST(no_rules_no_entries)
{
	struct cg_policy *p = policy_new(2);
	struct cg_mapset *set = built(p, 1, NULL, 0);

	ck_assert_uint_eq(set->ncams, 2);
	ck_assert_uint_eq(set->nrules, 0);
	cg_mapset_free(&set);
	p->ncams = 0;
	set = built(p, 1, NULL, 0);
	ck_assert_uint_eq(set->ncams + set->nslots, 0);
	cg_mapset_free(&set);
	cg_policy_free(&p);
}
END_TEST

static const struct cg_cam *cam_of(const struct cg_mapset *set, const struct cg_mac *mac)
{
	for (size_t i = 0; i < set->ncams; i++)
		if (!memcmp(set->cams[i].key.mac, mac->b, 6))
			return &set->cams[i].value;
	return NULL;
}

START_TEST(shared_mac)
{
	const uint8_t a20[16] = { [10] = 0xff, 0xff, 192, 168, 1, 20 };
	struct cg_policy *p = policy_new(3);

	/* cam0 and cam2 behind one extender, cam0 in monitor mode */
	p->cams[2].mac[0] = p->cams[0].mac[0];
	p->cams[2].mac[1] = (struct cg_mac){ { 2, 0xca, 9, 9, 9, 9 } };
	p->cams[2].nmac = 2;
	p->cams[0].monitor = true;
	p->cams[2].lan_viewing = CG_LAN_NONE;
	ck_assert_int_eq(cg_addr_parse("192.168.1.20", &p->cams[0].addr[0]), 0);
	ck_assert_int_eq(cg_addr_parse("192.168.1.22", &p->cams[2].addr[0]), 0);
	ck_assert_int_eq(cg_addr_parse("fe80::22", &p->cams[2].addr[1]), 0);
	p->cams[0].naddr = 1;
	p->cams[2].naddr = 2;

	struct cg_mapset *set = built(p, 3, NULL, 0);

	ck_assert_uint_eq(set->ncams, 3);
	ck_assert_uint_eq(cam_of(set, &p->cams[0].mac[0])->slot, set->slots[0].slot);
	/* nobody's address behind it: dropped, cam2 enforces */
	ck_assert_uint_eq(cam_of(set, &p->cams[0].mac[0])->flags, CG_CAM_NARROW);
	ck_assert_uint_eq(cam_of(set, &p->cams[2].mac[1])->slot, set->slots[2].slot);
	ck_assert_uint_eq(cam_of(set, &p->cams[2].mac[1])->flags, CG_CAM_NARROW);
	ck_assert_uint_eq(cam_of(set, &p->cams[1].mac[0])->flags, 0);
	ck_assert_uint_eq(set->nnarrow, 5);
	for (size_t i = 0; i < set->nnarrow; i++) {
		const struct cg_mapset_narrow *n = &set->narrow[i];
		bool first = !memcmp(n->key.addr, a20, 16);

		ck_assert_uint_eq(n->key.gen, 3);
		ck_assert_uint_eq(n->value.slot, set->slots[first ? 0 : 2].slot);
		ck_assert_uint_eq(n->value.flags, first ? CG_CAM_MONITOR : CG_CAM_LAN_NONE);
	}
	cg_mapset_free(&set);
	p->cams[2].monitor = true;
	set = built(p, 3, NULL, 0);
	ck_assert_uint_eq(cam_of(set, &p->cams[0].mac[0])->flags, CG_CAM_NARROW | CG_CAM_MONITOR);
	cg_mapset_free(&set);
	cg_policy_free(&p);
}
END_TEST

START_TEST(slots_stay)
{
	struct cg_name names[6] = {
		[0] = { .id = "gone" },
		[2] = { .id = "cam2" },
		[3] = { .id = "cam0" },
		[5] = { .id = "cam" },
	};
	struct cg_policy *p = policy_new(4);
	struct cg_mapset *set = built(p, 1, names, 6);
	struct cg_diag d = { "" };

	ck_assert_uint_eq(set->slots[0].slot, 3);
	ck_assert_uint_eq(set->slots[1].slot, 1);
	ck_assert_uint_eq(set->slots[2].slot, 2);
	ck_assert_uint_eq(set->slots[3].slot, 4);
	cg_mapset_free(&set);
	/* the slot of a camera that is gone is not free before the flip */
	ck_assert_int_eq(cg_mapset_build(p, 1, names, 4, &d, &set), -E2BIG);
	UNIT_HOLDS(d.text, "camera 'Camera 3': no free slot");
	ck_assert_ptr_null(set);
	/* an id as long as its field */
	memset(names[4].id, 'x', CG_ID_LEN - 1);
	strcpy(p->cams[1].id, names[4].id);
	set = built(p, 1, names, 6);
	ck_assert_uint_eq(set->slots[1].slot, 4);
	ck_assert_uint_eq(set->slots[3].slot, 1);
	cg_mapset_free(&set);
	cg_policy_free(&p);
}
END_TEST

START_TEST(chunks_at_every_count)
{
	for (int n = 1; n <= 64; n++) {
		struct cg_policy *p = policy_new(2);
		struct cg_mapset *set;

		for (int i = 0; i < n; i++) {
			char text[64];

			snprintf(text, sizeof(text), "192.0.2.1:%d/tcp", i + 1);
			add_rule(&p->cams[0], i < n / 2 ? CG_RULE_DENY : CG_RULE_ALLOW, text);
			add_rule(&p->cams[1], i < n / 2 ? CG_RULE_DENY : CG_RULE_ALLOW, text);
		}
		set = built(p, 1, NULL, 0);
		ck_assert_uint_eq(set->nrules, 2);
		/* equal tails are stored once for both */
		ck_assert_uint_eq(set->nmore, (size_t)(n - 1) / 8);
		for (int port = 0; port <= n + 1; port++) {
			struct cg_addr a;

			ck_assert_int_eq(cg_addr_parse("192.0.2.1", &a), 0);
			for (uint32_t cam = 0; cam < 2; cam++)
				ck_assert_int_eq(lookup(set, set->slots[cam].slot, &a, IPPROTO_TCP,
							(uint16_t)port, false),
						 port >= 1 && port <= n ? port - 1 : -ENOENT);
		}
		cg_mapset_free(&set);
		cg_policy_free(&p);
	}
}
END_TEST

START_TEST(too_many_cover_one)
{
	struct cg_policy *p = policy_new(1);
	struct cg_mapset *set = NULL;
	struct cg_diag d = { "" };

	for (int i = 0; i < 60; i++)
		add_rule(&p->cams[0], CG_RULE_DENY, "any:1/tcp");
	for (int i = 0; i < 4; i++)
		add_rule(&p->cams[0], CG_RULE_ALLOW, "198.51.100.0/24");
	set = built(p, 1, NULL, 0);
	cg_mapset_free(&set);
	/* elsewhere there is room */
	add_rule(&p->cams[0], CG_RULE_ALLOW, "203.0.113.0/24");
	set = built(p, 1, NULL, 0);
	cg_mapset_free(&set);
	add_rule(&p->cams[0], CG_RULE_ALLOW, "198.51.100.128/25");
	ck_assert_int_eq(cg_mapset_build(p, 1, NULL, 0, &d, &set), -E2BIG);
	UNIT_HOLDS(d.text,
		   "camera 'Camera 0': 65 rules cover 198.51.100.128/25, expected at most 64");
	cg_policy_free(&p);
}
END_TEST

/* 500 cameras with 20 rules each, from the file to the entries. */
START_TEST(many_cameras)
{
	struct unit_dir dir = unit_dir_new();
	struct cg_config *config = NULL;
	struct cg_policy *p = NULL;
	struct cg_mapset *set = NULL;
	struct cg_diag d = { "" };
	struct timespec a, b;
	char path[128];
	FILE *f = fopen(unit_path(&dir, "big.conf", path), "w");

	ck_assert_ptr_nonnull(f);
	fprintf(f,
		"lan = \"br-lan\"\ndefaults { deny = { \"203.0.113.0/24\" } allow = { \"any:123/udp\" } }\n");
	for (int i = 0; i < 500; i++) {
		fprintf(f, "camera \"Camera %d\" {\n\tmac = { \"02:ca:00:00:%02x:%02x\" }\n", i,
			i / 256, i % 256);
		for (int k = 0; k < 20; k++)
			fprintf(f, "\t%s += { \"%d.%d.%d.0/%d:%d-%d/tcp\" }\n",
				k % 4 ? "allow" : "deny", 20 + k % 5, i % 256, k % 3 * 64,
				k % 2 ? 24 : 26, 400 + k, 500 + k);
		fprintf(f, "}\n");
	}
	ck_assert_int_eq(fclose(f), 0);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
	ck_assert_msg(!cg_config_read(path, &d, &config), "%s", d.text);
	ck_assert_msg(!cg_policy_build(config, &d, &p), "%s", d.text);
	ck_assert_msg(!cg_mapset_build(p, 1, NULL, 0, &d, &set), "%s", d.text);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
	ck_assert_uint_eq(p->ncams, 500);
	ck_assert_uint_eq(p->cams[499].nrules, 22);
	ck_assert_uint_eq(set->ncams, 500);
	ck_assert_uint_ge(set->nrules, 500 * 10);
	ck_assert_msg(b.tv_sec - a.tv_sec <= 5, "took %ld s of the processor",
		      (long)(b.tv_sec - a.tv_sec));
	/* every camera answers by its own rules */
	for (size_t i = 0; i < 500; i += 7) {
		struct cg_addr peer = { .b = { [10] = 0xff, 0xff, 21, (uint8_t)i, 64, 9 } };

		for (uint16_t port = 395; port < 525; port += 3)
			ck_assert_int_eq(
				lookup(set, set->slots[i].slot, &peer, IPPROTO_TCP, port, false),
				cg_policy_match(&p->cams[i], &peer, IPPROTO_TCP, port, false));
	}
	cg_mapset_free(&set);
	cg_policy_free(&p);
	cg_config_free(&config);
	unit_dir_free(&dir);
}
END_TEST

/* The most one config may hold is built without quadratic work. */
START_TEST(most_rules_of_one_camera)
{
	struct cg_policy *p = policy_new(40);
	struct timespec a, b;
	struct cg_mapset *set;

	for (size_t i = 0; i < p->ncams; i++) {
		struct cg_policy_cam *c = &p->cams[i];

		c->rules = calloc(CG_MAX_RULES, sizeof(*c->rules));
		for (; c->nrules < CG_MAX_RULES; c->nrules++) {
			struct cg_policy_rule *r = &c->rules[c->nrules];

			r->kind = CG_RULE_ALLOW;
			r->text = (struct cg_rule_text){ .port_hi = UINT16_MAX, .dst.len = 128 };
			r->text.dst.addr.b[0] = 0x20;
			r->text.dst.addr.b[14] = (uint8_t)(c->nrules >> 8);
			r->text.dst.addr.b[15] = (uint8_t)c->nrules;
		}
	}
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
	set = built(p, 1, NULL, 0);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
	ck_assert_uint_eq(set->nrules, 40 * CG_MAX_RULES);
	ck_assert_int_le(b.tv_sec - a.tv_sec, 5);
	cg_mapset_free(&set);
	cg_policy_free(&p);
}
END_TEST

START_TEST(room_for_names)
{
	/* All of their quotas for as many slots, a share for each that is more. */
	ck_assert_uint_eq(CG_ROOM(CG_FULL_SLOTS, CG_QUOTA_ADDR, CG_SHARE_ADDR),
			  CG_FULL_SLOTS * CG_QUOTA_ADDR);
	ck_assert_uint_eq(CG_ROOM(CG_FULL_SLOTS + 1, CG_QUOTA_ADDR, CG_SHARE_ADDR),
			  CG_FULL_SLOTS * CG_QUOTA_ADDR + CG_SHARE_ADDR);
	/* One camera that takes all it may leaves the others theirs, however many they are. */
	ck_assert_uint_gt(CG_ROOM(CG_MAX_CAMERAS, CG_QUOTA_ADDR, CG_SHARE_ADDR) -
				  (CG_QUOTA_ADDR + CG_QUOTA_HEARD_ADDR),
			  (CG_MAX_CAMERAS - 1) * CG_SHARE_ADDR);
}
END_TEST

START_TEST(viewing)
{
	struct cg_policy *p = policy_new(1);
	struct cg_policy_cam *c = &p->cams[0];
	struct cg_mapset *set;
	struct cg_budget want;

	add_rule(c, CG_RULE_DENY, "192.0.2.1");
	add_rule(c, CG_RULE_ALLOW, "192.0.2.1");
	add_rule(c, CG_RULE_UPLOAD, "192.0.2.1");
	add_rule(c, CG_RULE_UPLOAD, "clips.example.com");
	c->rules[1].budget = CG_BUDGETS - 1;
	c->rules[2].budget = CG_BUDGET_UPLOAD;
	c->rules[3].budget = 2;
	c->signs_off = CG_CAM_NO_INBOUND | CG_CAM_NO_BUDGET;
	c->max_viewers = CG_MAX_VIEWERS;
	p->budget[2].text = (struct cg_budget_text){ 64000, 8000000, 200000000 };
	p->nbudget = 3;
	set = built(p, 1, NULL, 0);
	ck_assert_uint_eq(set->cams[0].value.flags & ~0x0f000000U,
			  CG_CAM_NAMES | CG_CAM_NO_INBOUND | CG_CAM_NO_BUDGET);
	ck_assert_uint_eq(CG_CAM_MAX_VIEWERS(set->cams[0].value.flags), CG_MAX_VIEWERS);
	ck_assert_uint_eq(set->rules[0].value.n, 3);
	ck_assert_uint_eq(set->rules[0].value.rule[0].kind, CG_RULE_DENY);
	ck_assert_uint_eq(set->rules[0].value.rule[1].kind,
			  CG_RULE_ALLOW | (CG_BUDGETS - 1) << CG_RULE_KIND_BITS);
	ck_assert_uint_eq(set->rules[0].value.rule[2].kind,
			  CG_RULE_UPLOAD | CG_BUDGET_UPLOAD << CG_RULE_KIND_BITS);
	ck_assert_uint_eq(set->namerules[0].value.rule[0].kind,
			  CG_RULE_UPLOAD | 2 << CG_RULE_KIND_BITS);
	want = cg_budget_make(&p->budget[2].text, false);
	ck_assert_mem_eq(&set->budget[2], &want, sizeof(want));
	want = cg_budget_make(&p->budget[CG_BUDGET_UPLOAD].text, true);
	ck_assert_mem_eq(&set->budget[CG_BUDGET_UPLOAD], &want, sizeof(want));
	/* what nobody has says nothing of what was there before */
	want = (struct cg_budget){ 0 };
	ck_assert_mem_eq(&set->budget[3], &want, sizeof(want));
	cg_mapset_free(&set);
	cg_policy_free(&p);
}
END_TEST

int main(void)
{
	return UNIT_RUN("mapset", 240, equals_the_naive_evaluator, entries_as_documented,
			no_rules_no_entries, shared_mac, slots_stay, chunks_at_every_count,
			too_many_cover_one, many_cameras, most_rules_of_one_camera, room_for_names,
			viewing);
}
