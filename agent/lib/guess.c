/* SPDX-License-Identifier: GPL-2.0-only */
/* Guesses: facts first, then what ports and names are commonly called. Nothing here decides about a packet. */
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include "addr.h"
#include "guess.h"
#include "namepat.h"
#include "rule.h"
#include "told.h"

#define TCP 1
#define UDP 2

static const struct {
	uint16_t port;
	uint8_t protos; /* TCP | UDP */
	enum cg_fact_role role;
} ports[] = {
	/* CS2, TUTK, Reolink, Dahua, V380: p2p_signatures of the facts; STUN: RFC 8489 */
	{ 32100, UDP, CG_FACT_RELAY },	    { 32108, UDP, CG_FACT_RELAY },
	{ 10001, UDP, CG_FACT_RELAY },	    { 9999, UDP, CG_FACT_RELAY },
	{ 57850, UDP, CG_FACT_RELAY },	    { 58100, UDP, CG_FACT_RELAY },
	{ 58200, UDP, CG_FACT_RELAY },	    { 8800, UDP, CG_FACT_RELAY },
	{ 8900, UDP, CG_FACT_RELAY },	    { 8877, UDP, CG_FACT_RELAY },
	{ 6611, TCP, CG_FACT_RELAY },	    { 3478, TCP | UDP, CG_FACT_RELAY },
	{ 5349, TCP | UDP, CG_FACT_RELAY }, { 19302, UDP, CG_FACT_RELAY },
	{ 123, UDP, CG_FACT_TIME },	    { 53, TCP | UDP, CG_FACT_NAMES },
	{ 853, TCP | UDP, CG_FACT_NAMES },  { 5223, TCP, CG_FACT_PUSH },
	{ 5228, TCP, CG_FACT_PUSH },	    { 1883, TCP, CG_FACT_PUSH },
	{ 8883, TCP, CG_FACT_PUSH },	    { 8886, TCP, CG_FACT_PUSH },
};

/* How a label of a name begins, or what it holds; in the order they are believed. */
static const struct {
	const char *part;
	bool begins;
	enum cg_fact_role role;
} words[] = {
	{ "p2p", false, CG_FACT_RELAY },       { "relay", false, CG_FACT_RELAY },
	{ "rendezvous", true, CG_FACT_RELAY }, { "stun", true, CG_FACT_RELAY },
	{ "turn", true, CG_FACT_RELAY },       { "tunnel", false, CG_FACT_RELAY },
	{ "ntp", true, CG_FACT_TIME },	       { "time", true, CG_FACT_TIME },
	{ "push", false, CG_FACT_PUSH },       { "mqtt", false, CG_FACT_PUSH },
	{ "fw", true, CG_FACT_FIRMWARE },      { "firmware", false, CG_FACT_FIRMWARE },
	{ "ota", true, CG_FACT_FIRMWARE },     { "upgrade", false, CG_FACT_FIRMWARE },
	{ "update", false, CG_FACT_FIRMWARE }, { "auth", true, CG_FACT_AUTH },
	{ "login", true, CG_FACT_AUTH },       { "account", true, CG_FACT_AUTH },
	{ "log", true, CG_FACT_LOG },
};

static const struct {
	const char *name, *text;
} roles[__CG_FACT_MAX] = {
	[CG_FACT_UNKNOWN] = { "unknown", "" },
	[CG_FACT_TIME] = { "time", N_("the time") },
	[CG_FACT_PUSH] = { "push", N_("push messages") },
	[CG_FACT_FIRMWARE] = { "firmware", N_("firmware") },
	[CG_FACT_AUTH] = { "auth", N_("sign-in") },
	[CG_FACT_API] = { "api", N_("its maker's service") },
	[CG_FACT_SIGNAL] = { "signalling", N_("messages, sets up viewing") },
	[CG_FACT_RELAY] = { "relay", N_("viewing from outside") },
	[CG_FACT_STORAGE] = { "storage", N_("recordings to a cloud") },
	[CG_FACT_LOG] = { "log", N_("reports to its maker") },
	[CG_FACT_NAMES] = { "names", N_("looking up names") },
};

const char *cg_guess_name(enum cg_fact_role role)
{
	return roles[role].name;
}

const char *cg_guess_text(enum cg_fact_role role)
{
	return roles[role].text;
}

static enum cg_fact_role by_port(const struct cg_blocked_entry *e)
{
	uint8_t proto = e->proto == IPPROTO_TCP ? TCP : e->proto == IPPROTO_UDP ? UDP : 0;

	for (size_t i = 0; i < sizeof(ports) / sizeof(ports[0]); i++)
		if (ports[i].port == e->port && ports[i].protos & proto)
			return ports[i].role;
	return CG_FACT_UNKNOWN;
}

/* Of one label, which ends with a dot or the name. */
static bool has(const char *label, const char *part, bool begins)
{
	size_t len = strcspn(label, "."), n = strlen(part);

	for (size_t at = 0; at + n <= len; at++) {
		if (!strncmp(label + at, part, n))
			return true;
		if (begins)
			break;
	}
	return false;
}

/* The last two labels name an owner, not a use. */
static enum cg_fact_role by_words(const char *name)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		const char *label = name, *dot = strchr(name, '.');

		for (; dot && strchr(dot + 1, '.'); label = dot + 1, dot = strchr(label, '.'))
			if (has(label, words[i].part, words[i].begins))
				return words[i].role;
	}
	return CG_FACT_UNKNOWN;
}

void cg_guess_make(const struct cg_blocked_entry *e, struct cg_guess *ret_guess)
{
	struct cg_guess g = { .role = CG_FACT_UNKNOWN };
	enum cg_fact_role port = by_port(e), word = CG_FACT_UNKNOWN;
	const struct cg_fact *fact = NULL;
	struct cg_addr addr;

	if (e->plane == CG_PLANE_DOWN || e->plane == CG_PLANE_DOWN_MONITOR ||
	    e->scope == CG_NET_LAN || e->ethertype) {
		*ret_guess = g;
		return;
	}
	if (e->name) {
		fact = cg_facts_name(e->name);
		word = by_words(e->name);
	} else {
		memcpy(&addr, e->peer, sizeof(addr));
		fact = cg_facts_addr(&addr);
	}
	if (fact) {
		g = (struct cg_guess){ fact->role, fact->maker, true };
	} else if (port == CG_FACT_RELAY || word == CG_FACT_RELAY) {
		g.role = CG_FACT_RELAY;
	} else {
		g.role = port != CG_FACT_UNKNOWN ? port : word;
	}
	/* A host of one use may have others. */
	if (fact && port == CG_FACT_RELAY && fact->role != port)
		g = (struct cg_guess){ port, fact->maker, false };
	*ret_guess = g;
}

bool cg_guess_mend(const struct cg_blocked_entry *e, const struct cg_guess *guess,
		   const char *cam_id, char *buf, size_t n)
{
	bool ports = e->proto == IPPROTO_TCP || e->proto == IPPROTO_UDP;
	char name[CG_NAMEPAT_LEN], text[CG_RULE_STRLEN];
	struct cg_rule_text rule = { .port_hi = UINT16_MAX, .proto = e->proto };
	const char *expected;

	if (!ports && e->proto != IPPROTO_ICMP && e->proto != IPPROTO_ICMPV6)
		return false;
	if (e->reason != CG_DROP_UNRULED || e->plane == CG_PLANE_DOWN ||
	    e->plane == CG_PLANE_DOWN_MONITOR)
		return false;
	if (guess->role == CG_FACT_RELAY) {
		(void)snprintf(buf, n, "camgate open %s 30m", cam_id);
		return true;
	}
	rule.dst.len = 128;
	memcpy(&rule.dst.addr, e->peer, sizeof(e->peer));
	/* Not every name that was asked for can stand in a rule, or means the same there. */
	if (e->name && !cg_namepat_parse(e->name, strlen(e->name), name, &expected) &&
	    !cg_namepat_is_wild(name)) {
		rule.dst = (struct cg_prefix){ .len = 0 };
		rule.name = name;
	}
	if (ports)
		rule.port_lo = rule.port_hi = e->port;
	(void)snprintf(buf, n, "camgate allow %s %s", cam_id, cg_rule_format(&rule, text));
	return true;
}
