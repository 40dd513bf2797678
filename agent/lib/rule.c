/* SPDX-License-Identifier: GPL-2.0-only */
/* Rules: parses DESTINATION[:PORT[-PORT]][/PROTO] and what stands behind it into numbers, formats them back, says what is wrong and what was meant. */
#include <ctype.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <camgate/bpf_abi.h>
#include "ident.h"
#include "place.h"
#include "rule.h"
#include "told.h"

#define RULE_MAX (144 + CG_NAMEPAT_LEN + CG_BUDGET_STRLEN)
#define ANYWHERE "anywhere"

static const struct proto {
	const char *name;
	uint8_t nr;
	bool ports;
} PROTOS[] = {
	{ "tcp", IPPROTO_TCP, true },	     { "udp", IPPROTO_UDP, true },
	{ "icmp", IPPROTO_ICMP, false },     { "icmp6", IPPROTO_ICMPV6, false },
	{ "icmpv6", IPPROTO_ICMPV6, false }, { "sctp", IPPROTO_SCTP, false },
	{ "gre", IPPROTO_GRE, false },	     { "esp", IPPROTO_ESP, false },
	{ "ah", IPPROTO_AH, false },
};
#define NPROTOS (sizeof(PROTOS) / sizeof(PROTOS[0]))

struct where {
	const char *rule; /* as written */
	const struct cg_pos *pos;
	struct cg_diag *diag;
};

static const struct proto *proto_by_name(const char *s)
{
	for (size_t i = 0; i < NPROTOS; i++)
		if (!strcmp(PROTOS[i].name, s))
			return &PROTOS[i];
	return NULL;
}

static const struct proto *proto_by_nr(uint8_t nr)
{
	for (size_t i = 0; i < NPROTOS; i++)
		if (PROTOS[i].nr == nr)
			return &PROTOS[i];
	return NULL;
}

static bool is_digits(const char *s)
{
	return *s && !s[strspn(s, "0123456789")];
}

static bool covers_v4(const struct cg_prefix *p)
{
	static const struct cg_addr v4 = { .b = { [10] = 0xff, [11] = 0xff } };

	return p->len < 96 && cg_prefix_contains(p, &v4);
}

static int parse_port(const struct where *w, const char *s, uint16_t *ret_port)
{
	unsigned int v = 0;

	if (!is_digits(s))
		return cg_diag_set(w->diag, w->pos, -EINVAL,
				   "rule '%s': found '%s', expected a port from 1 to 65535",
				   w->rule, s);
	for (const char *p = s; *p && v <= UINT16_MAX; p++)
		v = v * 10 + (unsigned int)(*p - '0');
	if (v < 1 || v > UINT16_MAX)
		return cg_diag_set(w->diag, w->pos, -EINVAL,
				   "rule '%s': port %s is out of range, expected 1 to 65535",
				   w->rule, s);
	*ret_port = (uint16_t)v;
	return 0;
}

static int parse_ports(const struct where *w, char *s, uint16_t *ret_lo, uint16_t *ret_hi)
{
	char *dash = strchr(s, '-');
	uint16_t lo, hi;
	int r;

	if (dash)
		*dash = '\0';
	r = parse_port(w, s, &lo);
	if (r)
		return r;
	hi = lo;
	if (dash) {
		r = parse_port(w, dash + 1, &hi);
		if (r)
			return r;
	}
	if (lo > hi)
		return cg_diag_set(w->diag, w->pos, -EINVAL,
				   "rule '%s': port range %u-%u runs backwards, expected %u-%u",
				   w->rule, lo, hi, hi, lo);
	*ret_lo = lo;
	*ret_hi = hi;
	return 0;
}

/* No address is written without a digit in front of its first dot, or with letters
 * but no colon. */
static bool looks_like_name(const char *s)
{
	if (strpbrk(s, "/: \t"))
		return false;
	return strchr(s, '*') || strchr(s, '.');
}

static int parse_name(const struct where *w, const char *s, struct cg_rule_text *rule)
{
	char pattern[CG_NAMEPAT_LEN];
	const char *expected;

	if (cg_namepat_parse(s, strlen(s), pattern, &expected))
		return cg_diag_set(w->diag, w->pos, -EINVAL, "rule '%s': found '%s', expected %s",
				   w->rule, s, expected);
	rule->name = strdup(pattern);
	return rule->name ? 0 : -ENOMEM;
}

static int parse_country(const struct where *w, const char *s, struct cg_rule_text *rule)
{
	uint16_t country = cg_country_of(s);
	const char *meant = cg_country_meant(s);

	if (!country)
		return cg_diag_set(
			w->diag, w->pos, -EINVAL,
			meant ? N_("rule '%s': found country '%s', expected %s, the country's code") :
				N_("rule '%s': found country '%s', expected %s"),
			w->rule, s,
			meant ? meant :
				N_("a code of ISO 3166 in capital letters such as CN, unknown, private or shared"));
	rule->kind = CG_DST_COUNTRY;
	rule->place = country;
	return 0;
}

static int parse_network(const struct where *w, const char *s, struct cg_rule_text *rule)
{
	uint64_t v = 0;

	for (const char *p = s; *p >= '0' && *p <= '9' && v <= UINT32_MAX; p++)
		v = v * 10 + (uint64_t)(*p - '0');
	if (!is_digits(s) || !v || v > UINT32_MAX)
		return cg_diag_set(
			w->diag, w->pos, -EINVAL,
			"rule '%s': found network '%s', expected the number of an AS such as 13335",
			w->rule, s);
	rule->kind = CG_DST_NETWORK;
	rule->place = (uint32_t)v;
	return 0;
}

static int parse_list(const struct where *w, const char *s, struct cg_rule_text *rule)
{
	const char *fault = cg_ident_id_fault(s);

	if (fault)
		return cg_diag_set(w->diag, w->pos, -EINVAL,
				   "rule '%s': found list '%s', expected %s", w->rule, s, fault);
	rule->kind = CG_DST_LIST;
	rule->list = strdup(s);
	return rule->list ? 0 : -ENOMEM;
}

/* What stands before a colon and is no address's. */
static const struct word {
	const char *text;
	int (*parse)(const struct where *w, const char *s, struct cg_rule_text *rule);
} WORDS[] = {
	{ "country:", parse_country },
	{ "asn:", parse_network },
	{ CG_RULE_LIST, parse_list },
};

static const struct word *word_of(const char *s)
{
	for (size_t i = 0; i < sizeof(WORDS) / sizeof(WORDS[0]); i++)
		if (!strncmp(s, WORDS[i].text, strlen(WORDS[i].text)))
			return &WORDS[i];
	return NULL;
}

/* Into a prefix, or what cg_rule_clear frees. */
static int parse_dst(const struct where *w, const char *s, struct cg_rule_text *rule)
{
	const struct word *word = word_of(s);
	char buf[CG_PREFIX_STRLEN];
	struct cg_prefix p;
	int r;

	if (word)
		return word->parse(w, s + strlen(word->text), rule);
	if (!strcmp(s, "any"))
		return 0;
	r = cg_prefix_parse(s, &p);
	if (r == -ERANGE)
		return cg_diag_set(
			w->diag, w->pos, -EINVAL,
			"rule '%s': '%s' has bits set behind its prefix length, expected %s",
			w->rule, s, cg_prefix_format(&p, buf));
	if (r && looks_like_name(s))
		return parse_name(w, s, rule);
	if (r)
		return cg_diag_set(
			w->diag, w->pos, -EINVAL,
			"rule '%s': found '%s', expected an IPv4 or IPv6 address or prefix, a name, country:XX, asn:NUMBER, list:NAME or any",
			w->rule, s);
	if (p.len && covers_v4(&p))
		return cg_diag_set(
			w->diag, w->pos, -EINVAL,
			"rule '%s': '%s' covers every IPv4 address as well, expected any or a narrower prefix",
			w->rule, s);
	rule->dst = p;
	return 0;
}

/* Cuts the text into destination, ports and protocol; absent parts are NULL. */
static int cut(const struct where *w, char *s, char **ret_dst, char **ret_ports, char **ret_proto)
{
	char *slash, *colon, *ports = NULL, *proto = NULL, *dst = s;

	slash = strrchr(s, '/');
	if (slash && !is_digits(slash + 1) && !strpbrk(slash + 1, "]:")) {
		*slash = '\0';
		proto = slash + 1;
	}
	if (*s == '[') {
		char *end = strchr(s, ']');

		if (!end)
			return cg_diag_set(
				w->diag, w->pos, -EINVAL,
				"rule '%s': '[' is not closed, expected [PREFIX] or [PREFIX]:PORT",
				w->rule);
		if (end[1] && end[1] != ':')
			return cg_diag_set(
				w->diag, w->pos, -EINVAL,
				"rule '%s': found '%s' behind ']', expected :PORT or /PROTOCOL",
				w->rule, end + 1);
		if (!memchr(s, ':', (size_t)(end - s)))
			return cg_diag_set(w->diag, w->pos, -EINVAL,
					   "rule '%s': brackets are for IPv6, found '%.*s'",
					   w->rule, (int)(end - s + 1), s);
		dst = s + 1;
		if (end[1])
			ports = end + 2;
		*end = '\0';
	} else {
		const struct word *word = word_of(s);

		colon = strchr(word ? s + strlen(word->text) : s, ':');
		if (colon && !strchr(colon + 1, ':')) {
			*colon = '\0';
			ports = colon + 1;
		} else if (colon && (slash = strchr(s, '/')) && (colon = strchr(slash, ':'))) {
			return cg_diag_set(
				w->diag, w->pos, -EINVAL,
				"rule '%s': an IPv6 prefix with a port needs brackets, expected [%.*s]:%s",
				w->rule, (int)(colon - s), s, colon + 1);
		}
	}
	*ret_dst = dst;
	*ret_ports = ports;
	*ret_proto = proto;
	return 0;
}

static int parse_rest(const struct where *w, const char *protoname, char *ports,
		      struct cg_rule_text *rule)
{
	const struct proto *proto = NULL;
	int r;

	if (protoname) {
		proto = proto_by_name(protoname);
		if (!proto)
			return cg_diag_set(
				w->diag, w->pos, -EINVAL,
				"rule '%s': found protocol '%s', expected tcp, udp, icmp, icmp6, sctp, gre, esp or ah",
				w->rule, protoname);
		rule->proto = proto->nr;
	}
	if (ports) {
		if (proto && !proto->ports)
			return cg_diag_set(w->diag, w->pos, -EINVAL,
					   "rule '%s': %s has no ports, expected tcp or udp",
					   w->rule, proto->name);
		r = parse_ports(w, ports, &rule->port_lo, &rule->port_hi);
		if (r)
			return r;
		if (!proto)
			rule->proto = CG_PROTO_TCPUDP;
	}
	if (rule->dst.len) {
		bool v4 = cg_addr_is_v4(&rule->dst.addr);

		if (rule->proto == (v4 ? IPPROTO_ICMPV6 : IPPROTO_ICMP))
			return cg_diag_set(w->diag, w->pos, -EINVAL,
					   "rule '%s': found %s, expected %s for %s", w->rule,
					   protoname, v4 ? "icmp" : "icmp6", v4 ? "IPv4" : "IPv6");
	}
	return 0;
}

/* Takes the word `anywhere` out; the rest are words of a budget. */
static int take_anywhere(const struct where *w, char *s, bool *ret_anywhere)
{
	for (s += strspn(s, " \t"); *s; s += strspn(s, " \t")) {
		size_t n = strcspn(s, " \t");

		if (n == strlen(ANYWHERE) && !strncmp(s, ANYWHERE, n)) {
			if (*ret_anywhere)
				return cg_diag_set(
					w->diag, w->pos, -EINVAL,
					"rule '%s': anywhere is written twice, expected it once",
					w->rule);
			*ret_anywhere = true;
			memset(s, ' ', n);
		}
		s += n;
	}
	return 0;
}

/* What stands behind the destination; cut off. */
static int parse_behind(const struct where *w, char *s, struct cg_rule_text *rule)
{
	char *space = strpbrk(s, " \t"), what[sizeof("rule ''") + RULE_MAX];
	int r;

	/* Else what is wrong is the destination. */
	if (!space || space == s || !isalpha((unsigned char)space[strspn(space, " \t")]))
		return 0;
	*space = '\0';
	r = take_anywhere(w, space + 1, &rule->anywhere);
	if (r || (rule->anywhere && !space[1 + strspn(space + 1, " \t")]))
		return r;
	(void)snprintf(what, sizeof(what), "rule '%s'", w->rule);
	return cg_budget_parse(space + 1, what, w->pos, w->diag, &rule->budget);
}

int cg_rule_parse(const char *s, const struct cg_pos *pos, struct cg_diag *diag,
		  struct cg_rule_text *ret_rule)
{
	struct cg_rule_text rule = { .port_lo = 0, .port_hi = UINT16_MAX, .proto = CG_PROTO_ANY };
	const struct where w = { s, pos, diag };
	char *dst = NULL, *ports = NULL, *protoname = NULL;
	char text[RULE_MAX];
	int r;

	if (!*s || strlen(s) >= sizeof(text))
		return cg_diag_set(diag, pos, -EINVAL,
				   "rule '%.64s': expected DESTINATION[:PORT[-PORT]][/PROTOCOL]",
				   s);
	strcpy(text, s);
	r = parse_behind(&w, text, &rule);
	if (!r)
		r = cut(&w, text, &dst, &ports, &protoname);
	if (!r)
		r = parse_dst(&w, dst, &rule);
	if (!r)
		r = parse_rest(&w, protoname, ports, &rule);
	if (r) {
		cg_rule_clear(&rule);
		return r;
	}
	*ret_rule = rule;
	return 0;
}

void cg_rule_clear(struct cg_rule_text *r)
{
	free(r->name);
	free(r->list);
	r->name = NULL;
	r->list = NULL;
}

/* An address alone is written without its length. */
static const char *dst_format(const struct cg_rule_text *r, char buf[static CG_PREFIX_STRLEN])
{
	const struct cg_prefix *p = &r->dst;
	char country[CG_COUNTRY_STRLEN];

	switch (r->kind) {
	case CG_DST_COUNTRY:
		(void)snprintf(buf, CG_PREFIX_STRLEN, "country:%s",
			       cg_country_format((uint16_t)r->place, country));
		return buf;
	case CG_DST_NETWORK:
		(void)snprintf(buf, CG_PREFIX_STRLEN, "asn:%u", r->place);
		return buf;
	case CG_DST_LIST:
		(void)snprintf(buf, CG_PREFIX_STRLEN, CG_RULE_LIST "%s", r->list);
		return buf;
	case CG_DST_ADDRESS:
		break;
	}
	if (r->name)
		return r->name;
	if (!p->len)
		return strcpy(buf, "any");
	if (p->len == 128)
		return cg_addr_format(&p->addr, buf);
	return cg_prefix_format(p, buf);
}

const char *cg_rule_format_end(const struct cg_rule_text *r, char buf[static CG_RULE_END_STRLEN])
{
	const struct proto *proto = proto_by_nr(r->proto);
	bool ports = r->port_lo != 0 || r->port_hi != UINT16_MAX;
	char prefix[CG_PREFIX_STRLEN], port[16] = "";
	const char *dst = dst_format(r, prefix);
	bool brackets;

	brackets = ports && r->kind == CG_DST_ADDRESS && strchr(dst, ':');
	if (ports && r->port_lo == r->port_hi)
		snprintf(port, sizeof(port), ":%u", r->port_lo);
	else if (ports)
		snprintf(port, sizeof(port), ":%u-%u", r->port_lo, r->port_hi);
	snprintf(buf, CG_RULE_END_STRLEN, "%s%s%s%s%s%s", brackets ? "[" : "", dst,
		 brackets ? "]" : "", port, proto ? "/" : "", proto ? proto->name : "");
	return buf;
}

const char *cg_rule_format(const struct cg_rule_text *r, char buf[static CG_RULE_STRLEN])
{
	size_t n = strlen(cg_rule_format_end(r, buf));

	if (r->anywhere) {
		strcpy(buf + n, " " ANYWHERE);
		n += strlen(" " ANYWHERE);
	}
	if (cg_budget_is_set(&r->budget)) {
		buf[n] = ' ';
		(void)cg_budget_format(&r->budget, buf + n + 1);
	}
	return buf;
}
