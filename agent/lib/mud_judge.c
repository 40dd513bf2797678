/* SPDX-License-Identifier: GPL-2.0-only */
/* What becomes of a MUD file's entries: a rule, a setting, nothing because it is so anyway, or a reason. */
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include "mud_json.h"
#include "mud_judge.h"

struct judge {
	struct cg_mud *mud;
	const struct cg_mud_entry *entries;
	struct cg_mud_flow *flows; /* of the rules, each as first seen */
};

/* ---- rules ---- */

/* camgate's words for one range of a flow. */
static struct cg_rule_text text_of(const struct cg_mud_flow *f, size_t range)
{
	struct cg_rule_text t = {
		.port_lo = f->ports[range].lo,
		.port_hi = f->ports[range].hi,
		.proto = f->proto,
		.dst = f->prefix,
	};

	if (f->peer == CG_MUD_PEER_PREFIX)
		return t;
	t.dst = (struct cg_prefix){ .len = 0 };
	/* `any` is of both families; all public IPv6 is 2000::/3 */
	if (f->peer == CG_MUD_PEER_ANY && f->families == CG_MUD_V4 && f->proto != IPPROTO_ICMP)
		t.dst = (struct cg_prefix){ .addr.b = { [10] = 0xff, [11] = 0xff }, .len = 96 };
	else if (f->peer == CG_MUD_PEER_ANY && f->families == CG_MUD_V6 &&
		 f->proto != IPPROTO_ICMPV6)
		t.dst = (struct cg_prefix){ .addr.b = { 0x20 }, .len = 3 };
	return t;
}

static bool same_ports(const struct cg_mud_flow *a, const struct cg_mud_flow *b)
{
	return a->nports == b->nports && !memcmp(a->ports, b->ports, a->nports * sizeof(*a->ports));
}

/* The same rule but for the family; `any` and names then become of both. */
static bool same_rule(const struct cg_mud_flow *a, const struct cg_mud_flow *b)
{
	if (a->drop != b->drop || a->peer != b->peer || a->proto != b->proto || !same_ports(a, b))
		return false;
	if (a->peer == CG_MUD_PEER_PREFIX)
		return !memcmp(&a->prefix, &b->prefix, sizeof(a->prefix));
	return a->peer != CG_MUD_PEER_NAME || !strcmp(a->name, b->name);
}

void cg_mud_refuse(struct cg_mud_ace *ace, const char *why)
{
	ace->outcome = CG_MUD_NOT;
	cg_mud_json_clean(why, ace->text, sizeof(ace->text));
}

static void add_note(struct cg_mud_ace *ace, const char *note)
{
	size_t n = strlen(ace->text);

	snprintf(ace->text + n, sizeof(ace->text) - n, "%s%s", n ? "; " : "", note);
}

/* Rules are written when all are known: until then rules[] has no text, only kinds. */
static void add_rule(struct judge *j, size_t at)
{
	struct cg_mud_ace *ace = &j->mud->aces[at];
	const struct cg_mud_flow *f = &j->entries[at].flow;
	size_t i;

	ace->outcome = CG_MUD_RULE;
	ace->nrules = f->nports;
	for (i = 0; i < j->mud->nrules; i += j->flows[i].nports) {
		if (same_rule(&j->flows[i], f)) {
			j->flows[i].families |= f->families;
			ace->rule = i;
			return;
		}
	}
	if (i + f->nports > CG_MAX_RULES) {
		cg_mud_refuse(ace, "a camera can have no more rules");
		return;
	}
	ace->rule = i;
	for (size_t k = 0; k < f->nports; k++) {
		j->flows[i + k] = *f;
		j->mud->rules[i + k].kind = f->drop ? CG_RULE_DENY : CG_RULE_ALLOW;
	}
	j->mud->nrules += f->nports;
}

/* The first rule of that kind that has all of f in it; false: none. */
static bool find_rule(const struct judge *j, const struct cg_mud_flow *f, size_t *ret_rule)
{
	for (int exact = 1; exact >= 0; exact--) {
		for (size_t i = 0; i < j->mud->nrules; i += j->flows[i].nports) {
			if (exact ? !same_rule(&j->flows[i], f) : j->flows[i].drop != f->drop)
				continue;
			if (!cg_mud_flow_covers(&j->flows[i], f))
				continue;
			*ret_rule = i;
			return true;
		}
	}
	return false;
}

static bool is_remote(const struct cg_mud_flow *f)
{
	return f->peer == CG_MUD_PEER_ANY || f->peer == CG_MUD_PEER_NAME ||
	       f->peer == CG_MUD_PEER_PREFIX;
}

/* Another entry of that direction lets something of it pass, before or behind it. */
static bool passes(const struct judge *j, size_t at, bool before)
{
	const struct cg_mud_ace *aces = j->mud->aces;
	bool all = cg_mud_flow_is_all(&j->entries[at].flow);

	for (size_t i = 0; i < j->mud->naces; i++) {
		if (i == at || aces[i].outcome == CG_MUD_NOT ||
		    aces[i].to_device != aces[at].to_device || j->entries[i].flow.drop)
			continue;
		/* denies are about remotes; "all the rest" stands behind the house's too */
		if (!is_remote(&j->entries[i].flow) && !(all && before))
			continue;
		if ((j->entries[i].rank < j->entries[at].rank) == before &&
		    cg_mud_flow_meets(&j->entries[i].flow, &j->entries[at].flow))
			return true;
	}
	return false;
}

/* ---- settings ---- */

static void take_lan(struct cg_mud_ace *ace, const struct cg_mud_flow *f)
{
	if (f->drop)
		cg_mud_refuse(
			ace,
			"local-networks: devices at home are let in by lan_viewing, which does "
			"not stop what the camera sends them");
	else if (f->proto != CG_PROTO_ANY || f->begun_inside || f->begun_outside)
		cg_mud_refuse(
			ace,
			"local-networks: lan_viewing lets devices at home in altogether or not, "
			"not by protocol, port or direction");
	else
		ace->outcome = CG_MUD_LAN;
}

static void take_server(struct cg_mud_ace *ace, const struct cg_mud_flow *f)
{
	bool dns = f->peer == CG_MUD_PEER_DNS;
	uint16_t port = dns ? 53 : 123;

	if (f->drop)
		cg_mud_refuse(ace,
			      dns ? "controller dns: the gateway answers names, and stopping that "
				    "has no rule" :
				    "controller ntp: the gateway gives the time; ntp = drop would "
				    "stop that of all servers");
	else if (f->begun_outside ||
		 (f->proto != IPPROTO_UDP && (f->proto != IPPROTO_TCP || !dns)) || f->nports != 1 ||
		 f->ports[0].lo != port || f->ports[0].hi != port)
		cg_mud_refuse(ace,
			      dns ? "controller dns: the gateway is asked at port 53 only" :
				    "controller ntp: the gateway is asked at UDP port 123 only");
	else
		ace->outcome = dns ? CG_MUD_DNS : CG_MUD_NTP;
}

/* ---- the order of things ---- */

static void take_drop(struct judge *j, size_t at)
{
	struct cg_mud_ace *ace = &j->mud->aces[at];
	const struct cg_mud_flow *f = &j->entries[at].flow;

	if (find_rule(j, f, &ace->rule)) {
		ace->outcome = CG_MUD_RULE;
		ace->nrules = j->flows[ace->rule].nports;
		return;
	}
	/* what only answers would be is stopped with what they answer to */
	if (!passes(j, at, false) && (ace->to_device || passes(j, at, true))) {
		ace->outcome = CG_MUD_DEFAULT;
		return;
	}
	if (passes(j, at, true)) {
		ace->narrower = true;
		add_note(ace, "an entry before it lets some of this pass; a deny stops that too");
	} else if (ace->to_device) {
		ace->narrower = true;
		add_note(ace, "a deny stops both directions");
	}
	add_rule(j, at);
}

static void take(struct judge *j, size_t at)
{
	struct cg_mud_ace *ace = &j->mud->aces[at];
	const struct cg_mud_flow *f = &j->entries[at].flow;

	switch (f->peer) {
	case CG_MUD_PEER_LAN:
		take_lan(ace, f);
		return;
	case CG_MUD_PEER_DNS:
	case CG_MUD_PEER_NTP:
		take_server(ace, f);
		return;
	case CG_MUD_PEER_ANY:
	case CG_MUD_PEER_NAME:
	case CG_MUD_PEER_PREFIX:
	case __CG_MUD_PEER_MAX:
		break;
	}
	if (f->drop) {
		take_drop(j, at);
	} else if (f->begun_outside) {
		cg_mud_refuse(ace, "what begins outside is stopped unless the camera is open");
	} else if (!ace->to_device) {
		add_rule(j, at);
	} else if (find_rule(j, f, &ace->rule)) {
		ace->outcome = CG_MUD_RULE;
		ace->nrules = j->flows[ace->rule].nports;
		add_note(ace, "answers");
	} else {
		cg_mud_refuse(
			ace, "no entry lets the camera send there, and only answers come in unless "
			     "the camera is open");
	}
}

static void judge(struct judge *j)
{
	struct cg_mud *mud = j->mud;

	/* answers are taken with what they answer to, wherever that stands */
	for (int to = 0; to <= 1; to++)
		for (size_t i = 0; i < mud->naces; i++)
			if (mud->aces[i].to_device == to && mud->aces[i].outcome != CG_MUD_NOT)
				take(j, i);
}

/* lan_viewing is of both directions. */
static void note_home(struct cg_mud *mud)
{
	bool met[2] = { false, false };

	for (size_t i = 0; i < mud->naces; i++)
		if (mud->aces[i].outcome == CG_MUD_LAN)
			met[mud->aces[i].to_device] = true;
	for (size_t i = 0; i < mud->naces; i++)
		if (mud->aces[i].outcome == CG_MUD_LAN && !met[!mud->aces[i].to_device])
			add_note(&mud->aces[i], "of one direction, lan_viewing of both");
}

/* A rule by name is of both families. */
static void note_families(struct judge *j)
{
	for (size_t i = 0; i < j->mud->naces; i++) {
		struct cg_mud_ace *ace = &j->mud->aces[i];

		if (ace->outcome != CG_MUD_RULE || j->flows[ace->rule].peer != CG_MUD_PEER_NAME)
			continue;
		if (j->flows[ace->rule].families == CG_MUD_V4)
			add_note(ace, "of IPv4 only, the rule of IPv6 too");
		else if (j->flows[ace->rule].families == CG_MUD_V6)
			add_note(ace, "of IPv6 only, the rule of IPv4 too");
	}
}

static int write_rules(struct judge *j)
{
	for (size_t i = 0, k = 0; i < j->mud->nrules; i++) {
		struct cg_rule_text *t = &j->mud->rules[i].text;

		*t = text_of(&j->flows[i - k], k);
		if (j->flows[i].peer == CG_MUD_PEER_NAME) {
			t->name = strdup(j->flows[i].name);
			if (!t->name)
				return -ENOMEM;
		}
		k = k + 1 < j->flows[i].nports ? k + 1 : 0;
	}
	return 0;
}

int cg_mud_judge(struct cg_mud *mud, const struct cg_mud_entry *entries)
{
	_cleanup_free_ struct cg_mud_flow *flows = calloc(CG_MAX_RULES, sizeof(*flows));
	struct judge j = { mud, entries, flows };

	mud->rules = calloc(CG_MAX_RULES, sizeof(*mud->rules));
	if (!flows || !mud->rules)
		return -ENOMEM;
	judge(&j);
	note_families(&j);
	note_home(mud);
	return write_rules(&j);
}
