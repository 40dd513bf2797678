/* SPDX-License-Identifier: GPL-2.0-only */
/* What is learned of a camera: put together, bounded, who began, and a block that is config. */
#include <lib/config.h>
#include <lib/learned.h>
#include <lib/policy.h>
#include <netinet/in.h>
#include "unit.h"

static struct cg_learned_of l;

static struct cg_learned_report report(const char *peer, uint16_t port, uint8_t proto, bool up)
{
	static uint64_t ns = 1;
	struct cg_learned_report r = {
		.peer_port = port,
		.cam_port = 40000,
		.proto = proto,
		.reason = up ? CG_DROP_UNRULED : CG_DROP_INBOUND,
		.up = up,
		.ns = ns,
	};

	ns++;
	ck_assert_int_eq(cg_addr_parse(peer, &r.peer), 0);
	return r;
}

static struct cg_learned_peer *up(const char *peer, uint16_t port, uint8_t proto)
{
	struct cg_learned_report r = report(peer, port, proto, true);

	return cg_learned_add(&l, &r);
}

static struct cg_learned_peer *named(const char *peer, uint16_t port, uint8_t proto,
				     const char *name)
{
	struct cg_learned_report r = report(peer, port, proto, true);

	r.name = name;
	return cg_learned_add(&l, &r);
}

static const char *clock_none(void *ctx, uint64_t ns, char *buf, size_t n)
{
	(void)ctx;
	(void)ns;
	snprintf(buf, n, "10:00");
	return buf;
}

static char *block(void)
{
	char *text = cg_learned_block(&l, "cam", clock_none, NULL);

	ck_assert_ptr_nonnull(text);
	return text;
}

/* Rules of a config with the block in the camera's. */
static size_t rules_of(const char *text, struct cg_policy **ret)
{
	struct unit_dir dir = unit_dir_new();
	struct cg_config *config = NULL;
	struct cg_diag d = { "" };
	char path[128], *whole;

	ck_assert_int_gt(asprintf(&whole,
				  "lan = { \"br-lan\" }\ncamera \"cam\" {\n"
				  "mac = { \"02:ca:00:00:00:01\" }\n%s}\n",
				  text),
			 0);
	unit_write(&dir, "c.conf", whole, strlen(whole));
	ck_assert_msg(!cg_config_read(unit_path(&dir, "c.conf", path), &d, &config), "%s: %s",
		      d.text, whole);
	ck_assert_msg(!cg_policy_build(config, &d, ret), "%s: %s", d.text, whole);
	cg_config_free(&config);
	unit_dir_free(&dir);
	free(whole);
	return (*ret)->cams[0].nrules;
}

START_TEST(put_together)
{
	struct cg_policy *p = NULL;
	char *text;

	memset(&l, 0, sizeof(l));
	ck_assert_ptr_nonnull(up("203.0.113.9", 8443, IPPROTO_TCP));
	ck_assert_uint_eq(up("203.0.113.9", 8443, IPPROTO_TCP)->reports, 2);
	named("198.51.100.1", 443, IPPROTO_TCP, "api.vendor.example");
	named("198.51.100.2", 443, IPPROTO_TCP, "api.vendor.example");
	up("2001:db8::9", 443, IPPROTO_TCP);
	up("203.0.113.10", 0, IPPROTO_ICMP);
	ck_assert_uint_eq(l.npeers, 5);
	text = block();
	UNIT_HOLDS(text, "allow += {\n", "# 2 reports, 10:00\n        \"203.0.113.9:8443/tcp\",",
		   "# 2 reports, 2 addresses, 10:00\n        \"api.vendor.example:443/tcp\",",
		   "\"[2001:db8::9]:443/tcp\",", "\"203.0.113.10/icmp\",");
	ck_assert_uint_eq(rules_of(text, &p), 4);
	cg_policy_free(&p);
	free(text);
}
END_TEST

START_TEST(who_began)
{
	struct cg_learned_report r;
	struct cg_learned_peer *p;

	memset(&l, 0, sizeof(l));
	/* the stranger first: what the camera sends then are answers */
	r = report("203.0.113.66", 50001, IPPROTO_TCP, false);
	p = cg_learned_add(&l, &r);
	ck_assert(p->outside);
	r.up = true;
	r.reason = CG_DROP_UNRULED;
	ck_assert_ptr_eq(cg_learned_add(&l, &r), p);
	/* the camera first: what comes are answers */
	ck_assert(!up("203.0.113.9", 443, IPPROTO_TCP)->outside);
	r = report("203.0.113.9", 443, IPPROTO_TCP, false);
	ck_assert_ptr_null(cg_learned_add(&l, &r));
	/* its beginning was not reported, but it is a service of the camera's */
	r = report("203.0.113.67", 50001, IPPROTO_TCP, true);
	r.cam_port = 554;
	ck_assert(cg_learned_add(&l, &r)->outside);
	/* where it is known, nothing is guessed */
	r = report("203.0.113.68", 50001, IPPROTO_TCP, true);
	r.cam_port = 554;
	r.begun = true;
	ck_assert(!cg_learned_add(&l, &r)->outside);
	/* the same flow, looked at again: not another report */
	ck_assert_uint_eq(cg_learned_add(&l, &r)->reports, 1);
	r.ns++;
	ck_assert_uint_eq(cg_learned_add(&l, &r)->reports, 2);
	ck_assert_uint_eq(l.npeers, 4);
}
END_TEST

/* Each kind is told, and only the first is a rule. */
START_TEST(kinds)
{
	static const struct {
		const char *peer;
		uint16_t port;
		uint8_t proto, reason;
		const char *name;
		enum cg_learned_kind kind;
		const char *holds;
	} rows[] = {
		{ "203.0.113.1", 443, IPPROTO_TCP, CG_DROP_UNRULED, NULL, CG_LEARNED_ALLOW, "" },
		{ "203.0.113.2", 443, IPPROTO_TCP, CG_PASS_CONTROL, NULL, CG_LEARNED_PASSES,
		  "# Rules let these pass already:\n#        \"203.0.113.2:443/tcp\"" },
		{ "203.0.113.3", 443, IPPROTO_TCP, CG_DROP_DENIED, NULL, CG_LEARNED_DENIED,
		  "# A deny stops these:\n#        \"203.0.113.3:443/tcp\"" },
		{ "203.0.113.4", 443, IPPROTO_TCP, CG_PASS_OPEN, NULL, CG_LEARNED_OPEN,
		  "while the camera was open or camgate off:\n#        \"203.0.113.4" },
		{ "9.9.9.9", 53, IPPROTO_UDP, CG_DROP_UNRULED, NULL, CG_LEARNED_DNS,
		  "dns = redirect the gateway answers in their place:\n#        \"9.9.9.9:53/udp\"" },
		{ "9.9.9.9", 853, IPPROTO_TCP, CG_DROP_UNRULED, NULL, CG_LEARNED_DNS, "" },
		{ "203.0.113.5", 123, IPPROTO_UDP, CG_DROP_UNRULED, NULL, CG_LEARNED_NTP,
		  "ntp = redirect" },
		{ "203.0.113.6", 123, IPPROTO_UDP, CG_DROP_UNRULED, "time.example",
		  CG_LEARNED_ALLOW, "" },
		{ "203.0.113.7", 0, 2, CG_DROP_UNRULED, NULL, CG_LEARNED_NO_RULE,
		  "No rule has words" },
		{ "203.0.113.8", 1, IPPROTO_TCP, CG_DROP_SEALED, NULL, CG_LEARNED_ALLOW, "" },
	};
	struct cg_policy *p = NULL;
	char *text;

	memset(&l, 0, sizeof(l));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct cg_learned_report r =
			report(rows[i].peer, rows[i].port, rows[i].proto, true);

		r.reason = rows[i].reason;
		r.name = rows[i].name;
		ck_assert_msg(cg_learned_kind_of(&l, cg_learned_add(&l, &r)) == rows[i].kind, "%zu",
			      i);
	}
	cg_learned_ask(&l, "never.example", 1);
	cg_learned_ask(&l, "never.example", 2);
	cg_learned_ask(&l, "time.example", 2);
	text = block();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		UNIT_HOLDS(text, rows[i].holds);
	UNIT_HOLDS(text, "nothing was sent there:\n#        never.example, 2 reports");
	ck_assert_ptr_null(strstr(text, "#        time.example"));
	ck_assert_uint_eq(rules_of(text, &p), 3);
	cg_policy_free(&p);
	free(text);
}
END_TEST

/* One address more without a name, and all of them are no rules. */
START_TEST(search_for_viewers)
{
	struct cg_learned_peer *first;
	struct cg_policy *p = NULL;
	char addr[32], *text;

	memset(&l, 0, sizeof(l));
	named("198.51.100.1", 5000, IPPROTO_UDP, "push.example");
	first = up("203.0.113.1", 32100, IPPROTO_UDP);
	for (int i = 2; i < CG_LEARNED_MANY; i++) {
		snprintf(addr, sizeof(addr), "203.0.113.%d", i);
		up(addr, 32100, IPPROTO_UDP);
		up(addr, 32101, IPPROTO_UDP);
	}
	ck_assert_int_eq(cg_learned_kind_of(&l, first), CG_LEARNED_ALLOW);
	up("203.0.113.200", 32100, IPPROTO_UDP);
	ck_assert_int_eq(cg_learned_kind_of(&l, first), CG_LEARNED_SEARCH);
	text = block();
	UNIT_HOLDS(text, "it may be looking for viewers:\n#        \"203.0.113.1:32100/udp\"");
	ck_assert_uint_eq(rules_of(text, &p), 1);
	ck_assert_str_eq(p->cams[0].rules[0].text.name, "push.example");
	cg_policy_free(&p);
	free(text);
}
END_TEST

/* A camera may ask for anything: what is no name does not come near the config. */
START_TEST(hostile_names)
{
	static const char *const names[] = { "a\"}\nallow = \"any\"", "*.example",
					     "a b.example",	      "x\n",
					     "\xff.example",	      "" };
	struct cg_policy *p = NULL;
	char *text;

	memset(&l, 0, sizeof(l));
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		cg_learned_ask(&l, names[i], 1);
		named("203.0.113.9", (uint16_t)(i + 1), IPPROTO_TCP, names[i]);
	}
	ck_assert_uint_eq(l.nnames, 0);
	text = block();
	ck_assert_uint_eq(rules_of(text, &p), 6);
	for (size_t i = 0; i < 6; i++)
		ck_assert_ptr_null(p->cams[0].rules[i].text.name);
	cg_policy_free(&p);
	free(text);
}
END_TEST

START_TEST(bounded)
{
	char addr[32], name[32], *text;

	memset(&l, 0, sizeof(l));
	text = block();
	UNIT_HOLDS(text, "# Nothing was seen");
	free(text);
	for (int i = 0; i < CG_LEARNED_PEERS; i++) {
		snprintf(addr, sizeof(addr), "203.0.%d.%d", i / 256, i % 256);
		ck_assert_ptr_nonnull(up(addr, 443, IPPROTO_TCP));
	}
	ck_assert_uint_eq(l.full, 0);
	ck_assert_ptr_null(up("198.51.100.1", 443, IPPROTO_TCP));
	ck_assert_uint_eq(l.full, 1);
	/* what is known goes on */
	ck_assert_uint_eq(up("203.0.0.1", 443, IPPROTO_TCP)->reports, 2);
	for (int i = 0; i <= CG_LEARNED_NAMES; i++) {
		snprintf(name, sizeof(name), "n%d.example", i);
		cg_learned_ask(&l, name, 1);
	}
	ck_assert_uint_eq(l.nnames, CG_LEARNED_NAMES);
	ck_assert_uint_eq(l.full, 2);
	text = block();
	UNIT_HOLDS(text, "# 2 reports more found no room.");
	free(text);
}
END_TEST

int main(void)
{
	return UNIT_RUN("learned", 30, put_together, who_began, kinds, search_for_viewers,
			hostile_names, bounded);
}
