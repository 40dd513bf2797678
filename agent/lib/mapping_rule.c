/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One rule of nftables, statement by statement: libnftables-json(5). What a rule asks for
 * besides is left out where it only makes the opening smaller; what cannot be read of
 * where it leads to is said.
 */
#include <json-c/json.h>
#include <netinet/in.h>
#include <string.h>
#include <camgate/bpf_abi.h>
#include "mapping_item.h"

static void unread(struct cg_mapping_rule *u, const char *what)
{
	struct cg_mapping_list *list = u->r->list;
	struct cg_mapping_unread *x;

	if (u->lan)
		return;
	if (list->nunread++ >= CG_MAPPING_UNREAD_MAX)
		return;
	x = &list->unread[list->nunread - 1];
	x->by = u->m.by;
	memcpy(x->family, u->m.family, sizeof(x->family));
	memcpy(x->table, u->m.table, sizeof(x->table));
	memcpy(x->chain, u->m.chain, sizeof(x->chain));
	x->handle = u->m.handle;
	cg_mapping_copy(x->what, sizeof(x->what), what);
}

/* ---- what it leads to ---- */

static void emit(struct cg_mapping_rule *u, uint8_t kind, const struct cg_mapping_addrs *to,
		 bool sole, const struct cg_mapping_ports *in, const struct cg_mapping_ports *out,
		 size_t nout)
{
	const struct cg_mapping_want *want = u->r->want;
	size_t i = to->masked ? 0 : cg_mapping_from(want, &to->lo);

	if (u->lan || u->later)
		return;
	for (; i < want->naddr && !u->err; i++) {
		struct cg_mapping m = u->m;

		if (!cg_mapping_addrs_have(to, &want->addr[i])) {
			if (to->masked)
				continue;
			return;
		}
		m.kind = kind;
		m.to = want->addr[i];
		m.sole = sole && cg_mapping_addrs_sole(to);
		for (size_t j = 0; j < (nout ? nout : 1) && !u->err; j++) {
			m.out_lo = nout ? out[j].lo : 0;
			m.out_hi = nout ? out[j].hi : 0;
			/* Without a port of its own it is the same inside. */
			m.in_lo = in ? in->lo : m.out_lo;
			m.in_hi = in ? in->hi : m.out_hi;
			u->err = cg_mapping_add(u->r->list, &m);
		}
	}
}

static void passes(struct cg_mapping_rule *u)
{
	const bool v4_counts = u->m.by == CG_MAPPING_BY_UPNP;

	for (size_t i = 0; i < u->ndst; i++)
		/* IPv4 is behind NAT: what leads there is a rule of its own. */
		if (v4_counts || !cg_addr_is_v4(&u->dst[i].lo))
			emit(u, CG_MAPPING_PASS, &u->dst[i], u->ndst == 1 && !u->dst_unknown, NULL,
			     u->out, u->nout);
	if (u->set6 && !u->later)
		unread(u, "set");
}

/* Is one of the IPv6 addresses it is about a camera's? */
static bool about_camera(const struct cg_mapping_rule *u)
{
	const struct cg_mapping_want *want = u->r->want;

	for (size_t i = 0; i < u->ndst; i++)
		for (size_t j = 0; j < want->naddr && !cg_addr_is_v4(&u->dst[i].lo); j++)
			if (cg_mapping_addrs_have(&u->dst[i], &want->addr[j]))
				return true;
	return false;
}

/* ---- maps: dnat to tcp dport map { 80 : 192.168.1.20 . 8080 } ---- */

/* Where in a map's key the port outside is, from 1; the protocol where it says one. */
static uint8_t port_at(struct json_object *key, uint8_t *proto)
{
	struct json_object *parts = cg_mapping_get(key, "concat");
	size_t n = json_object_is_type(parts, json_type_array) ? json_object_array_length(parts) :
								 1;

	for (size_t i = 0; i < n && i < 8; i++) {
		struct json_object *part = parts ? json_object_array_get_idx(parts, i) : key;
		struct json_object *payload = cg_mapping_get(part, "payload");
		const char *of = cg_mapping_text(payload, "protocol");

		if (strcmp(cg_mapping_text(payload, "field"), "dport") != 0)
			continue;
		if (!strcmp(of, "tcp"))
			*proto = IPPROTO_TCP;
		if (!strcmp(of, "udp"))
			*proto = IPPROTO_UDP;
		return (uint8_t)(i + 1);
	}
	return 0;
}

static bool map_pair(struct cg_mapping_rule *u, uint8_t at, struct json_object *pair)
{
	struct cg_mapping_ports in, key;
	struct cg_mapping_addrs to;
	struct json_object *value, *port;
	bool has_key;

	if (!json_object_is_type(pair, json_type_array) || json_object_array_length(pair) != 2)
		return false;
	value = cg_mapping_bare(json_object_array_get_idx(pair, 1));
	if (!cg_mapping_addrs_read(cg_mapping_part_of(value, 0), &to))
		return false;
	port = cg_mapping_part_of(value, 1);
	if (port && !cg_mapping_ports_read(port, &in))
		return false;
	has_key = at &&
		  cg_mapping_ports_read(
			  cg_mapping_part_of(cg_mapping_bare(json_object_array_get_idx(pair, 0)),
					     at - 1),
			  &key);
	emit(u, CG_MAPPING_FORWARD, &to, false, port ? &in : NULL, has_key ? &key : u->out,
	     has_key ? 1 : u->nout);
	return true;
}

static void map_named(struct cg_mapping_rule *u, const char *name, uint8_t at)
{
	struct cg_mapping_list *list = u->r->list;
	struct cg_mapping_map *map;

	if (u->lan || u->later)
		return;
	if (list->nmap == CG_MAPPING_MAPS_MAX || strlen(name) >= sizeof(map->name)) {
		unread(u, "map");
		return;
	}
	map = &list->map[list->nmap++];
	*map = (struct cg_mapping_map){ .rule = u->m, .port_at = at };
	memcpy(map->family, u->m.family, sizeof(map->family));
	memcpy(map->table, u->m.table, sizeof(map->table));
	cg_mapping_copy(map->name, sizeof(map->name), name);
	map->rule.out_lo = u->nout == 1 ? u->out[0].lo : 0;
	map->rule.out_hi = u->nout == 1 ? u->out[0].hi : 0;
}

static void map_read(struct cg_mapping_rule *u, struct json_object *map)
{
	struct json_object *data = cg_mapping_get(map, "data");
	uint8_t at = port_at(cg_mapping_get(map, "key"), &u->m.proto);
	struct json_object *list = cg_mapping_list_of(data);

	if (json_object_is_type(data, json_type_string) && json_object_get_string(data)[0] == '@') {
		map_named(u, json_object_get_string(data) + 1, at);
		return;
	}
	for (size_t i = 0; list && i < json_object_array_length(list); i++)
		if (!map_pair(u, at, json_object_array_get_idx(list, i)))
			unread(u, "map");
	if (!list)
		unread(u, "map");
}

int cg_mapping_map_read(struct cg_mapping_read *r, struct json_object *map)
{
	struct json_object *list = cg_mapping_get(map, "elem");
	int err = 0;

	for (size_t i = 0; i < r->list->nmap && !err; i++) {
		struct cg_mapping_map *m = &r->list->map[i];
		struct cg_mapping_rule u = { .r = r, .m = m->rule };

		if (m->told || strcmp(m->family, cg_mapping_text(map, "family")) != 0 ||
		    strcmp(m->table, cg_mapping_text(map, "table")) != 0 ||
		    strcmp(m->name, cg_mapping_text(map, "name")) != 0)
			continue;
		m->told |= m->asked;
		if (!json_object_is_type(list, json_type_array))
			continue;
		m->told = true;
		u.out[0] = (struct cg_mapping_ports){ m->rule.out_lo, m->rule.out_hi };
		u.nout = m->rule.out_hi ? 1 : 0;
		for (size_t j = 0; j < json_object_array_length(list) && !u.err; j++)
			if (!map_pair(&u, m->port_at, json_object_array_get_idx(list, j)))
				unread(&u, "map");
		err = u.err;
	}
	return err;
}

static void dnat(struct cg_mapping_rule *u, struct json_object *to)
{
	struct json_object *addr = cg_mapping_get(to, "addr"), *port = cg_mapping_get(to, "port");
	struct cg_mapping_addrs a;
	struct cg_mapping_ports in;

	/* Another port of the same address, which is the gateway's. */
	if (!addr)
		return;
	if (cg_mapping_get(addr, "map")) {
		map_read(u, cg_mapping_get(addr, "map"));
		return;
	}
	if (!cg_mapping_addrs_read(addr, &a) || (port && !cg_mapping_ports_read(port, &in))) {
		unread(u, "dnat");
		return;
	}
	emit(u, CG_MAPPING_FORWARD, &a, true, port ? &in : NULL, u->out, u->nout);
}

/* { 80 : accept, 81 : drop }, of ports or of addresses. */
static void vmap(struct cg_mapping_rule *u, struct json_object *v)
{
	struct json_object *list = cg_mapping_list_of(cg_mapping_get(v, "data"));
	struct json_object *key = cg_mapping_get(cg_mapping_get(v, "key"), "payload");
	bool by_port = !strcmp(cg_mapping_text(key, "field"), "dport");
	bool by_addr = !strcmp(cg_mapping_text(key, "field"), "daddr");

	if (!list) {
		if (about_camera(u))
			unread(u, "vmap");
		return;
	}
	for (size_t i = 0; i < json_object_array_length(list) && !u->err; i++) {
		struct json_object *pair = json_object_array_get_idx(list, i), *what;
		struct cg_mapping_rule one = *u;

		if (!json_object_is_type(pair, json_type_array) ||
		    json_object_array_length(pair) != 2)
			continue;
		what = json_object_array_get_idx(pair, 1);
		if (by_port)
			cg_mapping_port_take(&one,
					     cg_mapping_bare(json_object_array_get_idx(pair, 0)));
		if (by_addr) {
			cg_mapping_dst_take(&one, json_object_array_get_idx(pair, 0), NULL, 0);
			one.dst_unknown = true; /* the rule has others too */
		}
		if (json_object_is_type(what, json_type_object) &&
		    json_object_object_get_ex(what, "accept", NULL))
			passes(&one);
		else if ((cg_mapping_get(what, "jump") || cg_mapping_get(what, "goto")) &&
			 about_camera(&one))
			unread(&one, "jump");
		u->err = one.err;
	}
}

/* iptables-nft: what its matches and targets say is not told. */
static void xt(struct cg_mapping_rule *u, struct json_object *x)
{
	const char *name = cg_mapping_text(x, "name");

	u->m.by = u->m.by == CG_MAPPING_BY_UPNP ? u->m.by : CG_MAPPING_BY_IPTABLES;
	if (!strcmp(cg_mapping_text(x, "type"), "match"))
		return;
	if (!strcmp(name, "DNAT") || !strcmp(name, "DNPT") || !*name)
		unread(u, *name ? name : "xt");
}

/* ---- the rule ---- */

static const struct cg_mapping_base *base_of(const struct cg_mapping_rule *u)
{
	for (size_t i = 0; i < u->r->nbase; i++) {
		const struct cg_mapping_base *b = &u->r->base[i];

		if (!strcmp(b->chain, u->m.chain) && !strcmp(b->table, u->m.table) &&
		    !strcmp(b->family, u->m.family))
			return b;
	}
	return NULL;
}

static bool is_upnp(const struct cg_mapping_rule *u)
{
	/* Of miniupnpd.conf(5), of netfilter_nft/scripts, of OpenWrt's package, and of old. */
	static const char *const chains[] = {
		"miniupnpd",	"prerouting_miniupnpd",	 "postrouting_miniupnpd",
		"upnp_forward", "upnp_prerouting",	 "upnp_postrouting",
		"MINIUPNPD",	"MINIUPNPD-POSTROUTING", "MINIUPNPD-PCP-PEER",
	};
	const struct cg_mapping_upnp *upnp = &u->r->want->upnp;

	for (size_t i = 0; i < sizeof(chains) / sizeof(chains[0]); i++)
		if (!strcmp(chains[i], u->m.chain))
			return true;
	for (size_t i = 0; i < CG_MAPPING_CHAINS; i++) {
		const char *table = i ? upnp->nat_table : upnp->table;

		if (*upnp->chain[i] && !strcmp(upnp->chain[i], u->m.chain) &&
		    !strcmp(*table ? table : "filter", u->m.table))
			return true;
	}
	return false;
}

static bool rule_begin(struct cg_mapping_rule *u, struct json_object *rule)
{
	const char *family = cg_mapping_text(rule, "family");
	const char *table = cg_mapping_text(rule, "table"), *chain = cg_mapping_text(rule, "chain");
	const char *comment = cg_mapping_text(rule, "comment");
	struct json_object *handle = cg_mapping_get(rule, "handle");

	if (strcmp(family, "ip") != 0 && strcmp(family, "ip6") != 0 && strcmp(family, "inet") != 0)
		return false;
	cg_mapping_copy(u->m.family, sizeof(u->m.family), family);
	cg_mapping_copy(u->m.table, sizeof(u->m.table), table);
	cg_mapping_copy(u->m.chain, sizeof(u->m.chain), chain);
	if (json_object_is_type(handle, json_type_int) && json_object_get_int64(handle) > 0)
		u->m.handle = (uint64_t)json_object_get_int64(handle);
	u->m.by = CG_MAPPING_BY_HAND;
	if (is_upnp(u))
		u->m.by = CG_MAPPING_BY_UPNP;
	else if (!strcmp(table, "fw4") && !strncmp(comment, "!fw4: ", 6))
		u->m.by = CG_MAPPING_BY_FW4;
	cg_mapping_copy(u->m.note, sizeof(u->m.note),
			!strncmp(comment, "!fw4: ", 6) ? comment + 6 : comment);
	return true;
}

int cg_mapping_rule_read(struct cg_mapping_read *r, struct json_object *rule)
{
	struct json_object *expr = cg_mapping_get(rule, "expr");
	struct cg_mapping_rule u = { .r = r };
	const struct cg_mapping_base *base;

	if (!json_object_is_type(expr, json_type_array) || !rule_begin(&u, rule))
		return 0;
	base = base_of(&u);
	for (size_t i = 0; i < json_object_array_length(expr) && !u.err; i++) {
		struct json_object *s = json_object_array_get_idx(expr, i);

		if (!json_object_is_type(s, json_type_object))
			continue;
		if (cg_mapping_get(s, "match"))
			cg_mapping_match(&u, cg_mapping_get(s, "match"));
		else if (cg_mapping_get(s, "dnat") && !(base && base->output))
			dnat(&u, cg_mapping_get(s, "dnat"));
		else if (json_object_object_get_ex(s, "xt", NULL))
			xt(&u, cg_mapping_get(s, "xt"));
		else if (base && !base->forward)
			continue;
		else if (cg_mapping_get(s, "vmap"))
			vmap(&u, cg_mapping_get(s, "vmap"));
		else if (json_object_object_get_ex(s, "accept", NULL))
			passes(&u);
		else if ((cg_mapping_get(s, "jump") || cg_mapping_get(s, "goto")) &&
			 about_camera(&u))
			unread(&u, "jump");
	}
	return u.err;
}
