/* SPDX-License-Identifier: GPL-2.0-only */
/* Guesses: what a name, an address and a port are taken for, and what is offered to be typed. */
#include <lib/guess.h>
#include <lib/namepat.h>
#include <lib/rule.h>
#include <netinet/in.h>
#include "unit.h"

static struct cg_blocked_entry entry(const char *peer, const char *name, uint16_t port,
				     uint8_t proto)
{
	struct cg_blocked_entry e = {
		.name = (char *)name,
		.port = port,
		.proto = proto,
		.plane = CG_PLANE_UP,
		.reason = CG_DROP_UNRULED,
		.scope = CG_NET_REMOTE,
	};
	struct cg_addr a;

	ck_assert_int_eq(cg_addr_parse(peer, &a), 0);
	memcpy(e.peer, a.b, sizeof(e.peer));
	return e;
}

static void is(const char *peer, const char *name, uint16_t port, uint8_t proto,
	       enum cg_fact_role role, const char *maker, const char *mend)
{
	struct cg_blocked_entry e = entry(peer, name, port, proto);
	char line[CG_RULE_STRLEN + 64] = "";
	struct cg_guess g;

	cg_guess_make(&e, &g);
	ck_assert_msg(g.role == role, "%s %s %u: %s, wanted %s", peer, name ? name : "-", port,
		      cg_guess_name(g.role), cg_guess_name(role));
	if (maker)
		ck_assert_str_eq(g.maker, maker);
	else
		ck_assert_ptr_null(g.maker);
	ck_assert_int_eq(cg_guess_mend(&e, &g, "cam1", line, sizeof(line)), !!mend);
	if (mend)
		ck_assert_str_eq(line, mend);
}

START_TEST(facts_by_name)
{
	is("45.7.0.1", "pushx.reolink.com", 443, IPPROTO_TCP, CG_FACT_PUSH, "Reolink",
	   "camgate allow cam1 pushx.reolink.com:443/tcp");
	is("45.7.0.1", "p2p7.reolink.com", 9999, IPPROTO_UDP, CG_FACT_RELAY, "Reolink",
	   "camgate open cam1 30m");
	is("45.7.0.1", "p2pm-abr.reolink.com", 443, IPPROTO_TCP, CG_FACT_RELAY, "Reolink",
	   "camgate open cam1 30m");
	is("45.7.0.1", "m3.iotcplatform.com", 10001, IPPROTO_UDP, CG_FACT_RELAY, NULL,
	   "camgate open cam1 30m");
	is("45.7.0.1", "de.ot.io.mi.com", 8053, IPPROTO_UDP, CG_FACT_SIGNAL, "Xiaomi",
	   "camgate allow cam1 de.ot.io.mi.com:8053/udp");
	is("45.7.0.1", "download.tplinkcloud.com", 443, IPPROTO_TCP, CG_FACT_FIRMWARE, "TP-Link",
	   "camgate allow cam1 download.tplinkcloud.com:443/tcp");
	is("45.7.0.1", "3.pool.ntp.org", 123, IPPROTO_UDP, CG_FACT_TIME, NULL,
	   "camgate allow cam1 3.pool.ntp.org:123/udp");
}
END_TEST

START_TEST(a_fact_does_not_cover_a_relays_port)
{
	struct cg_blocked_entry e = entry("45.7.0.1", "pushx.reolink.com", 32100, IPPROTO_UDP);
	struct cg_guess g;

	is("45.7.0.1", "pushx.reolink.com", 32100, IPPROTO_UDP, CG_FACT_RELAY, "Reolink",
	   "camgate open cam1 30m");
	cg_guess_make(&e, &g);
	ck_assert(!g.known);
	e.port = 443;
	e.proto = IPPROTO_TCP;
	cg_guess_make(&e, &g);
	ck_assert(g.known);
}
END_TEST

START_TEST(facts_by_address)
{
	is("47.90.240.160", NULL, 32100, IPPROTO_UDP, CG_FACT_RELAY, "Yi", "camgate open cam1 30m");
	is("47.90.240.161", NULL, 443, IPPROTO_TCP, CG_FACT_UNKNOWN, NULL,
	   "camgate allow cam1 47.90.240.161:443/tcp");
}
END_TEST

START_TEST(by_port)
{
	is("45.7.0.1", NULL, 123, IPPROTO_UDP, CG_FACT_TIME, NULL,
	   "camgate allow cam1 45.7.0.1:123/udp");
	is("45.7.0.1", NULL, 123, IPPROTO_TCP, CG_FACT_UNKNOWN, NULL,
	   "camgate allow cam1 45.7.0.1:123/tcp");
	is("45.7.0.1", NULL, 5223, IPPROTO_TCP, CG_FACT_PUSH, NULL,
	   "camgate allow cam1 45.7.0.1:5223/tcp");
	is("45.7.0.1", "a.b.example", 8883, IPPROTO_TCP, CG_FACT_PUSH, NULL,
	   "camgate allow cam1 a.b.example:8883/tcp");
	is("45.7.0.1", NULL, 53, IPPROTO_UDP, CG_FACT_NAMES, NULL,
	   "camgate allow cam1 45.7.0.1:53/udp");
	is("2001:db8::1", NULL, 3478, IPPROTO_UDP, CG_FACT_RELAY, NULL, "camgate open cam1 30m");
	is("2001:db8::1", NULL, 123, IPPROTO_UDP, CG_FACT_TIME, NULL,
	   "camgate allow cam1 [2001:db8::1]:123/udp");
}
END_TEST

START_TEST(by_words_of_the_name)
{
	is("45.7.0.1", "push-eu.acme.example", 443, IPPROTO_TCP, CG_FACT_PUSH, NULL,
	   "camgate allow cam1 push-eu.acme.example:443/tcp");
	is("45.7.0.1", "eu.ntp2.acme.example", 443, IPPROTO_TCP, CG_FACT_TIME, NULL,
	   "camgate allow cam1 eu.ntp2.acme.example:443/tcp");
	is("45.7.0.1", "fw.acme.example", 80, IPPROTO_TCP, CG_FACT_FIRMWARE, NULL,
	   "camgate allow cam1 fw.acme.example:80/tcp");
	is("45.7.0.1", "login.acme.example", 443, IPPROTO_TCP, CG_FACT_AUTH, NULL,
	   "camgate allow cam1 login.acme.example:443/tcp");
	is("45.7.0.1", "logs.acme.example", 443, IPPROTO_TCP, CG_FACT_LOG, NULL,
	   "camgate allow cam1 logs.acme.example:443/tcp");
	/* Inside a word it is another word. */
	is("45.7.0.1", "quota.acme.example", 443, IPPROTO_TCP, CG_FACT_UNKNOWN, NULL,
	   "camgate allow cam1 quota.acme.example:443/tcp");
	/* The owner's name says nothing of the use. */
	is("45.7.0.1", "a.pushcorp.example", 443, IPPROTO_TCP, CG_FACT_UNKNOWN, NULL,
	   "camgate allow cam1 a.pushcorp.example:443/tcp");
	/* A relay under a friendly name, and behind a friendly port. */
	is("45.7.0.1", "push.p2p.acme.example", 443, IPPROTO_TCP, CG_FACT_RELAY, NULL,
	   "camgate open cam1 30m");
	is("45.7.0.1", "push.acme.example", 32100, IPPROTO_UDP, CG_FACT_RELAY, NULL,
	   "camgate open cam1 30m");
	is("45.7.0.1", "stun.acme.example", 123, IPPROTO_UDP, CG_FACT_RELAY, NULL,
	   "camgate open cam1 30m");
}
END_TEST

START_TEST(what_can_be_typed)
{
	struct cg_blocked_entry e = entry("45.7.0.1", NULL, 0, IPPROTO_ICMP);
	struct cg_guess g = { .role = CG_FACT_UNKNOWN };
	char line[CG_RULE_STRLEN + 64];

	ck_assert(cg_guess_mend(&e, &g, "cam1", line, sizeof(line)));
	ck_assert_str_eq(line, "camgate allow cam1 45.7.0.1/icmp");
	/* A rule would be wider than what was seen. */
	e.proto = 2;
	ck_assert(!cg_guess_mend(&e, &g, "cam1", line, sizeof(line)));
	/* What a shell would read, and what no rule takes: the address goes instead. */
	e = entry("45.7.0.1", "$(reboot).acme.example", 443, IPPROTO_TCP);
	ck_assert(cg_guess_mend(&e, &g, "cam1", line, sizeof(line)));
	ck_assert_str_eq(line, "camgate allow cam1 45.7.0.1:443/tcp");
	e = entry("45.7.0.1", "*.acme.example", 443, IPPROTO_TCP);
	ck_assert(cg_guess_mend(&e, &g, "cam1", line, sizeof(line)));
	ck_assert_str_eq(line, "camgate allow cam1 45.7.0.1:443/tcp");
}
END_TEST

START_TEST(where_no_rule_helps)
{
	struct cg_blocked_entry e = entry("45.7.0.1", "pushx.reolink.com", 443, IPPROTO_TCP);
	static const uint8_t other[] = { CG_DROP_DENIED, CG_DROP_SEALED, CG_DROP_QUOTA,
					 CG_DROP_DNS_NAME, CG_DROP_TIME };
	struct cg_guess g;
	char line[CG_RULE_STRLEN + 64];

	cg_guess_make(&e, &g);
	ck_assert(cg_guess_mend(&e, &g, "cam1", line, sizeof(line)));
	for (size_t i = 0; i < sizeof(other); i++) {
		e.reason = other[i];
		ck_assert(!cg_guess_mend(&e, &g, "cam1", line, sizeof(line)));
	}
	/* Somebody outside wants in: nothing is guessed, nothing offered. */
	e.reason = CG_DROP_INBOUND;
	e.plane = CG_PLANE_DOWN;
	cg_guess_make(&e, &g);
	ck_assert_int_eq(g.role, CG_FACT_UNKNOWN);
	ck_assert(!cg_guess_mend(&e, &g, "cam1", line, sizeof(line)));
	e.reason = CG_DROP_UNRULED;
	ck_assert(!cg_guess_mend(&e, &g, "cam1", line, sizeof(line)));
	/* What would have been stopped is mended as what was. */
	e.plane = CG_PLANE_UP_MONITOR;
	ck_assert(cg_guess_mend(&e, &g, "cam1", line, sizeof(line)));
}
END_TEST

int main(void)
{
	return UNIT_RUN("guess", 10, facts_by_name, a_fact_does_not_cover_a_relays_port,
			facts_by_address, by_port, by_words_of_the_name, what_can_be_typed,
			where_no_rule_helps);
}
