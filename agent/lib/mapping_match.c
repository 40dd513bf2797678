/* SPDX-License-Identifier: GPL-2.0-only */
/* What a rule of nftables asks of a packet, as far as it says where that goes: libnftables-json(5) "MATCH". */
#include <json-c/json.h>
#include <string.h>
#include "mapping_item.h"

struct json_object *cg_mapping_list_of(struct json_object *o)
{
	struct json_object *set = cg_mapping_get(o, "set");

	if (json_object_is_type(set, json_type_array))
		return set;
	return json_object_is_type(o, json_type_array) ? o : NULL;
}

struct json_object *cg_mapping_bare(struct json_object *o)
{
	struct json_object *elem = cg_mapping_get(o, "elem");

	return elem ? cg_mapping_get(elem, "val") : o;
}

struct json_object *cg_mapping_part_of(struct json_object *o, size_t nr)
{
	struct json_object *parts = cg_mapping_get(o, "concat");

	if (json_object_is_type(parts, json_type_array))
		return nr < json_object_array_length(parts) ? json_object_array_get_idx(parts, nr) :
							      NULL;
	return nr ? NULL : o;
}

void cg_mapping_port_take(struct cg_mapping_rule *u, struct json_object *right)
{
	struct json_object *list = cg_mapping_list_of(right);
	size_t n = list ? json_object_array_length(list) : 1;

	u->nout = 0;
	for (size_t i = 0; i < n; i++) {
		struct json_object *one = list ? json_object_array_get_idx(list, i) : right;

		if (u->nout == CG_MAPPING_PORTS || !cg_mapping_ports_read(one, &u->out[u->nout])) {
			/* More, or a named set: any. */
			u->nout = 0;
			return;
		}
		u->nout++;
	}
}

void cg_mapping_dst_take(struct cg_mapping_rule *u, struct json_object *right,
			 const struct cg_addr *mask, size_t part)
{
	struct json_object *list = cg_mapping_list_of(right);
	size_t n = list ? json_object_array_length(list) : 1;

	for (size_t i = 0; i < n; i++) {
		struct json_object *one = cg_mapping_part_of(
			cg_mapping_bare(list ? json_object_array_get_idx(list, i) : right), part);

		if (u->ndst == CG_MAPPING_ADDRS || !cg_mapping_addrs_read(one, &u->dst[u->ndst])) {
			u->dst_unknown = true;
			return;
		}
		if (mask) {
			u->dst[u->ndst].masked = true;
			u->dst[u->ndst].mask = *mask;
		}
		u->ndst++;
	}
}

/* Where the one who begins is: nowhere but in the house? */
static void src_take(struct cg_mapping_rule *u, struct json_object *right)
{
	const struct cg_mapping_want *want = u->r->want;
	struct json_object *list = cg_mapping_list_of(right);
	size_t n = list ? json_object_array_length(list) : 1, in_house = 0;
	struct cg_mapping_addrs a = { 0 };

	for (size_t i = 0; i < n; i++) {
		bool in = false;

		if (!cg_mapping_addrs_read(list ? json_object_array_get_idx(list, i) : right, &a))
			return;
		for (size_t j = 0; j < want->nnet; j++)
			in |= cg_prefix_contains(&want->net[j], &a.lo) &&
			      cg_prefix_contains(&want->net[j], &a.hi);
		in_house += in;
	}
	u->lan |= n && in_house == n;
	if (n != 1)
		return;
	/* As a prefix; of a range that is none, its first half says enough. */
	u->m.has_from = true;
	u->m.from = (struct cg_prefix){ .addr = a.lo, .len = 128 };
	while (u->m.from.len && !cg_prefix_contains(&u->m.from, &a.hi)) {
		u->m.from.len--;
		u->m.from.addr.b[u->m.from.len / 8] &= (uint8_t) ~(0x80 >> u->m.from.len % 8);
	}
}

static bool is_lan(const struct cg_mapping_want *want, struct json_object *name)
{
	if (!json_object_is_type(name, json_type_string))
		return false;
	for (size_t i = 0; i < want->nlan; i++)
		if (!strcmp(want->lan[i], json_object_get_string(name)))
			return true;
	return false;
}

static void meta(struct cg_mapping_rule *u, const char *key, struct json_object *right)
{
	struct json_object *list = cg_mapping_list_of(right);
	size_t n = list ? json_object_array_length(list) : 1, lan = 0;

	if (!strcmp(key, "l4proto")) {
		(void)cg_mapping_proto_read(right, &u->m.proto);
		return;
	}
	if (strcmp(key, "iifname") != 0 && strcmp(key, "iif") != 0)
		return;
	for (size_t i = 0; i < n; i++)
		lan += is_lan(u->r->want, list ? json_object_array_get_idx(list, i) : right);
	u->lan |= n && lan == n;
}

/* Does it take packets that begin something? */
static void ct_state(struct cg_mapping_rule *u, struct json_object *right)
{
	struct json_object *list = cg_mapping_list_of(right);
	size_t n = list ? json_object_array_length(list) : 1;

	for (size_t i = 0; i < n; i++) {
		struct json_object *one = list ? json_object_array_get_idx(list, i) : right;
		const char *s = json_object_is_type(one, json_type_string) ?
					json_object_get_string(one) :
					"new";

		if (!strcmp(s, "new") || !strcmp(s, "untracked"))
			return;
	}
	u->later = true;
}

static void payload(struct cg_mapping_rule *u, struct json_object *p, struct json_object *right,
		    const struct cg_addr *mask)
{
	const char *of = cg_mapping_text(p, "protocol"), *field = cg_mapping_text(p, "field");
	bool ip = !strcmp(of, "ip") || !strcmp(of, "ip6");

	if (ip && !strcmp(field, "daddr")) {
		cg_mapping_dst_take(u, right, mask, 0);
		u->set6 |= u->dst_unknown && !strcmp(of, "ip6");
	}
	if (ip && !strcmp(field, "saddr") && !mask)
		src_take(u, right);
	if (ip && (!strcmp(field, "protocol") || !strcmp(field, "nexthdr")))
		(void)cg_mapping_proto_read(right, &u->m.proto);
	if (ip || strcmp(field, "dport") != 0)
		return;
	if (strcmp(of, "th") != 0)
		(void)cg_mapping_proto_named(of, &u->m.proto);
	cg_mapping_port_take(u, right);
}

/* miniupnpd writes its rules by offsets, netfilter_nft/nftnlrdr_misc.c. */
static void payload_raw(struct cg_mapping_rule *u, struct json_object *p, struct json_object *right)
{
	struct json_object *offset = cg_mapping_get(p, "offset"), *len = cg_mapping_get(p, "len");
	bool network = !strcmp(cg_mapping_text(p, "base"), "nh");
	int64_t at = json_object_is_type(offset, json_type_int) ? json_object_get_int64(offset) :
								  -1;
	int64_t bits = json_object_is_type(len, json_type_int) ? json_object_get_int64(len) : 0;
	struct cg_addr addr;

	if (!network) {
		if (at == 16 && bits == 16 && !strcmp(cg_mapping_text(p, "base"), "th"))
			cg_mapping_port_take(u, right);
		return;
	}
	if ((at == 72 || at == 48) && bits == 8)
		(void)cg_mapping_proto_read(right, &u->m.proto);
	if (!((bits == 32 && (at == 96 || at == 128)) ||
	      (bits == 128 && (at == 64 || at == 192))) ||
	    !cg_mapping_raw_addr(right, (int)bits, &addr))
		return;
	if (at == 128 || at == 192) {
		if (u->ndst < CG_MAPPING_ADDRS)
			u->dst[u->ndst++] = (struct cg_mapping_addrs){ .lo = addr, .hi = addr };
	} else if (cg_addr_is_unicast(&addr)) {
		u->m.has_from = true;
		u->m.from = (struct cg_prefix){ .addr = addr, .len = 128 };
	}
}

static void concat(struct cg_mapping_rule *u, struct json_object *parts, struct json_object *right)
{
	for (size_t i = 0; i < json_object_array_length(parts); i++) {
		struct json_object *p =
			cg_mapping_get(json_object_array_get_idx(parts, i), "payload");

		if (!strcmp(cg_mapping_text(p, "field"), "daddr"))
			cg_mapping_dst_take(u, right, NULL, i);
	}
}

void cg_mapping_match(struct cg_mapping_rule *u, struct json_object *m)
{
	struct json_object *left = cg_mapping_get(m, "left"), *right = cg_mapping_get(m, "right");
	struct json_object *p = cg_mapping_get(left, "payload"), *and = cg_mapping_get(left, "&");
	struct json_object *parts = cg_mapping_get(left, "concat");
	const char *op = cg_mapping_text(m, "op");
	struct cg_mapping_addrs mask;

	/* "is not": the rest of the world. */
	if (strcmp(op, "==") != 0 && strcmp(op, "in") != 0)
		return;
	if (json_object_is_type(and, json_type_array) && json_object_array_length(and) == 2) {
		p = cg_mapping_get(json_object_array_get_idx(and, 0), "payload");
		if (p && cg_mapping_addrs_read(json_object_array_get_idx(and, 1), &mask))
			payload(u, p, right, &mask.lo);
		return;
	}
	if (p && cg_mapping_get(p, "base"))
		payload_raw(u, p, right);
	else if (p)
		payload(u, p, right, NULL);
	else if (json_object_is_type(parts, json_type_array))
		concat(u, parts, right);
	else if (cg_mapping_get(left, "meta"))
		meta(u, cg_mapping_text(cg_mapping_get(left, "meta"), "key"), right);
	else if (!strcmp(cg_mapping_text(cg_mapping_get(left, "ct"), "key"), "state"))
		ct_state(u, right);
}
