/* SPDX-License-Identifier: GPL-2.0-only */
/* The table behind `learn`: who began is told from what was seen first, as what monitor lets pass has no flow. */
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include "learned.h"
#include "memtext.h"
#include "rule.h"

#define PORT_DNS 53
#define PORT_DOT 853
#define PORT_NTP 123
#define PORT_OWN 1024 /* below it are services */

/* No tabs: they do not pass a terminal's cleaning. */
#define INDENT	 "        "

static struct cg_learned_peer *find(struct cg_learned_of *l, const struct cg_learned_report *r,
				    bool outside)
{
	uint16_t port = outside ? r->cam_port : r->peer_port;

	for (size_t i = 0; i < l->npeers; i++) {
		struct cg_learned_peer *p = &l->peers[i];

		if (p->outside == outside && p->port == port && p->proto == r->proto &&
		    !memcmp(&p->addr, &r->peer, sizeof(p->addr)))
			return p;
	}
	return NULL;
}

static struct cg_learned_asked *name_of(struct cg_learned_of *l, const char *name, uint64_t ns)
{
	char pattern[CG_NAMEPAT_LEN];
	struct cg_learned_asked *a;
	const char *expected;

	/* what could not stand in a rule must not stand in a config either */
	if (cg_namepat_parse(name, strlen(name), pattern, &expected) || cg_namepat_is_wild(pattern))
		return NULL;
	for (size_t i = 0; i < l->nnames; i++)
		if (!strcmp(l->names[i].name, pattern))
			return &l->names[i];
	if (l->nnames == CG_LEARNED_NAMES) {
		l->full++;
		return NULL;
	}
	a = &l->names[l->nnames++];
	*a = (struct cg_learned_asked){ .first_ns = ns };
	strcpy(a->name, pattern);
	return a;
}

void cg_learned_ask(struct cg_learned_of *l, const char *name, uint64_t ns)
{
	struct cg_learned_asked *a = *name ? name_of(l, name, ns) : NULL;

	if (!a)
		return;
	a->reports++;
	a->last_ns = ns;
}

static bool began_outside(struct cg_learned_of *l, const struct cg_learned_report *r)
{
	if (r->begun)
		return !r->up;
	if (!r->up)
		return true;
	/* its answers; and where their beginning had no report, a service's port */
	return find(l, r, true) ||
	       (r->cam_port && r->cam_port < PORT_OWN && r->peer_port >= PORT_OWN);
}

struct cg_learned_peer *cg_learned_add(struct cg_learned_of *l, const struct cg_learned_report *r)
{
	bool outside = began_outside(l, r);
	struct cg_learned_peer *p = find(l, r, outside);
	struct cg_learned_asked *name;

	/* what comes back from where the camera sent to */
	if (!r->up && !r->begun && find(l, r, false))
		return NULL;
	/* a flow that was looked at before */
	if (p && r->begun && r->ns <= p->last_ns)
		return p;
	if (!p && l->npeers == CG_LEARNED_PEERS) {
		l->full++;
		return NULL;
	}
	if (!p) {
		p = &l->peers[l->npeers++];
		*p = (struct cg_learned_peer){
			.addr = r->peer,
			.port = outside ? r->cam_port : r->peer_port,
			.proto = r->proto,
			.outside = outside,
			.first_ns = r->ns,
		};
	}
	if (r->name && !p->named && (name = name_of(l, r->name, r->ns))) {
		p->named = true;
		p->name = (uint16_t)(name - l->names);
	}
	p->reports++;
	p->reason = r->reason;
	if (r->ns > p->last_ns)
		p->last_ns = r->ns;
	return p;
}

/* ---- what is to be thought of it ---- */

static bool has_ports(uint8_t proto)
{
	return proto == IPPROTO_TCP || proto == IPPROTO_UDP;
}

static bool has_word(uint8_t proto)
{
	return has_ports(proto) || proto == IPPROTO_ICMP || proto == IPPROTO_ICMPV6 ||
	       proto == IPPROTO_SCTP || proto == IPPROTO_GRE || proto == IPPROTO_ESP ||
	       proto == IPPROTO_AH;
}

static bool is_search(const struct cg_learned_of *l, const struct cg_learned_peer *like)
{
	size_t n = 0;

	if (like->proto != IPPROTO_UDP || like->named)
		return false;
	for (size_t i = 0; i < l->npeers; i++) {
		const struct cg_learned_peer *p = &l->peers[i];
		bool met = p->proto != IPPROTO_UDP || p->named || p->outside;

		/* an address counts once, whatever the ports */
		for (size_t k = 0; k < i && !met; k++)
			met = l->peers[k].proto == IPPROTO_UDP && !l->peers[k].outside &&
			      !memcmp(&l->peers[k].addr, &p->addr, sizeof(p->addr));
		n += !met;
	}
	return n >= CG_LEARNED_MANY;
}

enum cg_learned_kind cg_learned_kind_of(const struct cg_learned_of *l,
					const struct cg_learned_peer *p)
{
	if (p->outside)
		return CG_LEARNED_OUTSIDE;
	if (p->reason == CG_PASS_CONTROL || p->reason == CG_PASS_UPLOAD)
		return CG_LEARNED_PASSES;
	if (p->reason == CG_DROP_DENIED)
		return CG_LEARNED_DENIED;
	if (p->reason == CG_PASS_OPEN || p->reason == CG_PASS_OFF || p->reason == CG_DROP_VIEWER)
		return CG_LEARNED_OPEN;
	if (!has_word(p->proto) || (has_ports(p->proto) && !p->port))
		return CG_LEARNED_NO_RULE;
	if (p->port == PORT_DNS || p->port == PORT_DOT)
		return CG_LEARNED_DNS;
	if (p->port == PORT_NTP && p->proto == IPPROTO_UDP && !p->named)
		return CG_LEARNED_NTP;
	return is_search(l, p) ? CG_LEARNED_SEARCH : CG_LEARNED_ALLOW;
}

const char *cg_learned_kind_name(enum cg_learned_kind kind)
{
	static const char *const names[] = {
		[CG_LEARNED_ALLOW] = "allow",	  [CG_LEARNED_PASSES] = "passes",
		[CG_LEARNED_DENIED] = "denied",	  [CG_LEARNED_OPEN] = "open",
		[CG_LEARNED_DNS] = "dns",	  [CG_LEARNED_NTP] = "ntp",
		[CG_LEARNED_SEARCH] = "search",	  [CG_LEARNED_OUTSIDE] = "outside",
		[CG_LEARNED_NO_RULE] = "no-rule",
	};

	return names[kind];
}

const char *cg_learned_rule(const struct cg_learned_of *l, const struct cg_learned_peer *p,
			    char buf[static CG_LEARNED_RULE_LEN])
{
	struct cg_rule_text t = {
		.dst = { .addr = p->addr, .len = 128 },
		/* never written to */
		.name = p->named ? (char *)l->names[p->name].name : NULL,
		.port_hi = UINT16_MAX,
		.proto = p->proto,
	};

	if (has_ports(p->proto) && p->port)
		t.port_lo = t.port_hi = p->port;
	_Static_assert(CG_RULE_END_STRLEN <= CG_LEARNED_RULE_LEN, "a rule fits");
	return cg_rule_format_end(&t, buf);
}

/* ---- text ---- */

struct writer {
	FILE *f;
	const struct cg_learned_of *l;
	const char *(*clock)(void *ctx, uint64_t ns, char *buf, size_t n);
	void *ctx;
};

/* All entries of one kind that are the same rule, as one. */
struct line {
	uint32_t reports;
	size_t addresses;
	uint64_t first_ns, last_ns;
};

/* False: an entry before it was that rule. */
static bool gather(const struct writer *w, size_t at, struct line *ret)
{
	char rule[CG_LEARNED_RULE_LEN], other[CG_LEARNED_RULE_LEN];
	enum cg_learned_kind kind = cg_learned_kind_of(w->l, &w->l->peers[at]);

	*ret = (struct line){ .first_ns = UINT64_MAX };
	cg_learned_rule(w->l, &w->l->peers[at], rule);
	for (size_t i = 0; i < w->l->npeers; i++) {
		const struct cg_learned_peer *p = &w->l->peers[i];

		if (cg_learned_kind_of(w->l, p) != kind ||
		    strcmp(cg_learned_rule(w->l, p, other), rule))
			continue;
		if (i < at)
			return false;
		ret->reports += p->reports;
		ret->addresses++;
		if (p->first_ns < ret->first_ns)
			ret->first_ns = p->first_ns;
		if (p->last_ns > ret->last_ns)
			ret->last_ns = p->last_ns;
	}
	return true;
}

static void times(const struct writer *w, const struct line *line)
{
	char from[32], to[32];

	fprintf(w->f, "%u %s", line->reports, line->reports == 1 ? "report" : "reports");
	if (line->addresses > 1)
		fprintf(w->f, ", %zu addresses", line->addresses);
	fprintf(w->f, ", %s", w->clock(w->ctx, line->first_ns, from, sizeof(from)));
	if (strcmp(w->clock(w->ctx, line->last_ns, to, sizeof(to)), from))
		fprintf(w->f, " to %s", to);
}

static void allows(const struct writer *w)
{
	char rule[CG_LEARNED_RULE_LEN];
	struct line line;
	bool open = false;

	for (size_t i = 0; i < w->l->npeers; i++) {
		if (cg_learned_kind_of(w->l, &w->l->peers[i]) != CG_LEARNED_ALLOW ||
		    !gather(w, i, &line))
			continue;
		fputs(open ? "" : "allow += {\n", w->f);
		open = true;
		fputs(INDENT "# ", w->f);
		times(w, &line);
		fprintf(w->f, "\n" INDENT "\"%s\",\n",
			cg_learned_rule(w->l, &w->l->peers[i], rule));
	}
	fputs(open ? "}\n" : "# Nothing was seen that needs a rule and has none.\n", w->f);
}

static void others(const struct writer *w, enum cg_learned_kind kind, const char *why)
{
	char rule[CG_LEARNED_RULE_LEN];
	struct line line;
	bool any = false;

	for (size_t i = 0; i < w->l->npeers; i++) {
		if (cg_learned_kind_of(w->l, &w->l->peers[i]) != kind || !gather(w, i, &line))
			continue;
		fprintf(w->f, "%s%s%s", any ? "" : "# ", any ? "" : why, any ? "" : ":\n");
		any = true;
		fprintf(w->f, "#" INDENT "\"%s\",  ", cg_learned_rule(w->l, &w->l->peers[i], rule));
		times(w, &line);
		fputc('\n', w->f);
	}
}

static bool is_reached(const struct cg_learned_of *l, size_t name)
{
	for (size_t i = 0; i < l->npeers; i++)
		if (l->peers[i].named && l->peers[i].name == name)
			return true;
	return false;
}

static void unreached(const struct writer *w)
{
	bool any = false;

	for (size_t i = 0; i < w->l->nnames; i++) {
		const struct cg_learned_asked *a = &w->l->names[i];
		struct line line = { a->reports, 1, a->first_ns, a->last_ns };

		if (is_reached(w->l, i))
			continue;
		fputs(any ? "" : "# Asked for, and nothing was sent there:\n", w->f);
		any = true;
		fprintf(w->f, "#" INDENT "%s, ", a->name);
		times(w, &line);
		fputc('\n', w->f);
	}
}

char *cg_learned_block(const struct cg_learned_of *l, const char *name,
		       const char *(*clock)(void *ctx, uint64_t ns, char *buf, size_t n), void *ctx)
{
	char *text = NULL;
	size_t n;
	struct writer w = { open_memstream(&text, &n), l, clock, ctx };

	if (!w.f)
		return NULL;
	fprintf(w.f, "# For the block of camera %s: what it was seen to send to.\n", name);
	allows(&w);
	others(&w, CG_LEARNED_SEARCH,
	       "No name was asked for these, and they are many: it may be looking for viewers");
	others(&w, CG_LEARNED_DNS,
	       "Name servers; with dns = redirect the gateway answers in their place");
	others(&w, CG_LEARNED_NTP,
	       "Time servers; with ntp = redirect the gateway answers in their place");
	others(&w, CG_LEARNED_OPEN, "Sent to while the camera was open or camgate off");
	others(&w, CG_LEARNED_DENIED, "A deny stops these");
	others(&w, CG_LEARNED_OUTSIDE, "Begun outside, which an allow does not let in");
	others(&w, CG_LEARNED_NO_RULE, "No rule has words for these");
	others(&w, CG_LEARNED_PASSES, "Rules let these pass already");
	unreached(&w);
	if (l->full)
		fprintf(w.f, "# %u reports more found no room.\n", l->full);
	return cg_memtext_end(w.f, &text) ? NULL : text;
}
