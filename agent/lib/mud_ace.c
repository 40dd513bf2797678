/* SPDX-License-Identifier: GPL-2.0-only */
/* One entry of an access list: each condition is understood or the entry is not taken, for without one it would let pass more. */
#include <errno.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "mud_ace.h"
#include "mud_json.h"

#define URN "urn:ietf:params:mud:"

struct reading {
	struct cg_mud_flow flow;
	bool to_device;
	unsigned int of_list; /* families of the list's type */
	bool has_proto, has_peer, has_ports, has_direction;
	char *text; /* CG_MUD_TEXT_LEN */
};

__attribute__((format(printf, 2, 3))) static int not_taken(struct reading *r, const char *fmt, ...)
{
	char raw[CG_MUD_TEXT_LEN];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(raw, sizeof(raw), fmt, ap);
	va_end(ap);
	cg_mud_json_clean(raw, r->text, CG_MUD_TEXT_LEN);
	return -ENOTSUP;
}

static void note(struct reading *r, const char *text)
{
	size_t n = strlen(r->text);

	snprintf(r->text + n, CG_MUD_TEXT_LEN - n, "%s%s", n ? "; " : "", text);
}

/* ---- leaves ---- */

static int set_family(struct reading *r, unsigned int family)
{
	if (r->flow.families && r->flow.families != family)
		return not_taken(r, "it is of both IPv4 and IPv6");
	if (r->of_list && !(r->of_list & family))
		return not_taken(r, "its list is not of type %s",
				 family == CG_MUD_V4 ? "ipv4-acl-type" : "ipv6-acl-type");
	r->flow.families = family;
	return 0;
}

static int set_proto(struct reading *r, uint8_t proto)
{
	if (r->has_proto && r->flow.proto != proto)
		return not_taken(r, "it is of the protocols %u and %u", r->flow.proto, proto);
	r->flow.proto = proto;
	r->has_proto = true;
	return 0;
}

static int number(struct json_object *o, int64_t max, int64_t *ret_v)
{
	const char *s = cg_mud_json_text(o);
	int64_t v = 0;

	if (json_object_is_type(o, json_type_int)) {
		v = json_object_get_int64(o);
	} else if (s && *s && strlen(s) < 8 && !s[strspn(s, "0123456789")]) {
		/* drafts write some of them as texts */
		for (; *s; s++)
			v = v * 10 + (*s - '0');
	} else {
		return -EINVAL;
	}
	if (v < 0 || v > max)
		return -ERANGE;
	*ret_v = v;
	return 0;
}

static int read_proto(struct reading *r, struct json_object *v)
{
	int64_t n;

	if (number(v, 255, &n))
		return not_taken(r, "protocol is no number from 0 to 255");
	/* 0 would be camgate's "any" */
	switch (n) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
	case IPPROTO_SCTP:
	case IPPROTO_GRE:
	case IPPROTO_ESP:
	case IPPROTO_AH:
		return set_proto(r, (uint8_t)n);
	}
	return not_taken(r, "a rule has no word for protocol %d", (int)n);
}

static int set_peer(struct reading *r, enum cg_mud_peer peer)
{
	if (r->has_peer)
		return not_taken(r, "it names its peer twice, and both would have to fit");
	r->has_peer = true;
	r->flow.peer = peer;
	return 0;
}

static int read_name(struct reading *r, struct json_object *v, bool dst)
{
	const char *s = cg_mud_json_text(v), *expected;

	if (dst == r->to_device)
		return not_taken(r, "it names the camera's own side (%s-dnsname)",
				 dst ? "dst" : "src");
	if (!s)
		return not_taken(r, "its domain name is no text");
	if (cg_namepat_parse(s, strlen(s), r->flow.name, &expected))
		return not_taken(r, "its domain name is '%.64s', expected %s", s, expected);
	return set_peer(r, CG_MUD_PEER_NAME);
}

static bool within(const char *wide, const struct cg_prefix *p)
{
	struct cg_prefix w;

	return !cg_prefix_parse(wide, &w) && p->len >= w.len && cg_prefix_contains(&w, &p->addr);
}

static bool within_one(const char *const *wide, const struct cg_prefix *p)
{
	for (; *wide; wide++)
		if (within(*wide, p))
			return true;
	return false;
}

static int read_network(struct reading *r, struct json_object *v, unsigned int family, bool dst)
{
	static const char *const on_link[] = {
		"224.0.0.0/4", "255.255.255.255", "169.254.0.0/16", "127.0.0.0/8",
		"0.0.0.0",     "ff00::/8",	  "fe80::/10",	    "::1",
		NULL
	};
	static const char *const private[] = { "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16",
					       "fc00::/7", NULL };
	const char *s = cg_mud_json_text(v);
	struct cg_prefix p;
	int e;

	if (set_family(r, family))
		return -ENOTSUP;
	if (dst == r->to_device)
		return not_taken(r, "it is about an address of the camera's own side");
	if (!s)
		return not_taken(r, "its network is no text");
	e = cg_prefix_parse(s, &p);
	if (e == -ERANGE)
		note(r, "its network has bits set behind the prefix length");
	else if (e)
		return not_taken(r, "'%.64s' is no network", s);
	/* the v4 part of ::ffff:0:0/96 included */
	if ((family == CG_MUD_V4) != (p.len >= 96 && cg_addr_is_v4(&p.addr)))
		return not_taken(r, "'%.64s' is not of its family", s);
	if (within_one(on_link, &p))
		return not_taken(r, "%.64s stays on the LAN, which rules are not about", s);
	if (within_one(private, &p))
		note(r, "at home lan_viewing decides about these addresses");
	if (!p.len)
		return set_peer(r, CG_MUD_PEER_ANY);
	r->flow.prefix = p;
	return set_peer(r, CG_MUD_PEER_PREFIX);
}

static int read_direction(struct reading *r, struct json_object *v)
{
	const char *s = cg_mud_json_text(v);

	if (r->has_direction)
		return not_taken(r, "it says direction-initiated twice");
	r->has_direction = true;
	if (s && !strcmp(s, "from-device"))
		r->flow.begun_inside = true;
	else if (s && !strcmp(s, "to-device"))
		r->flow.begun_outside = true;
	else
		return not_taken(r, "direction-initiated is neither from-device nor to-device");
	return 0;
}

/* ---- ports ---- */

static int get_port(struct json_object *o, const char *key, int64_t *ret_v)
{
	struct json_object *v;

	if (!json_object_object_get_ex(o, key, &v))
		return -ENOENT;
	return number(v, UINT16_MAX, ret_v);
}

/* Port 0 is none that a packet has. */
static void set_ports(struct cg_mud_flow *f, const char *op, uint16_t port)
{
	f->nports = 1;
	if (!strcmp(op, "eq"))
		f->ports[0] = (struct cg_mud_ports){ port, port };
	else if (!strcmp(op, "lte"))
		f->ports[0] = (struct cg_mud_ports){ port < UINT16_MAX, port };
	else if (!strcmp(op, "gte"))
		f->ports[0] = (struct cg_mud_ports){ port, UINT16_MAX };
	else if (port <= 1)
		f->ports[0] = (struct cg_mud_ports){ (uint16_t)(port + 1), UINT16_MAX };
	else if (port == UINT16_MAX)
		f->ports[0] = (struct cg_mud_ports){ 1, UINT16_MAX - 1 };
	else {
		f->ports[0] = (struct cg_mud_ports){ 1, (uint16_t)(port - 1) };
		f->ports[1] = (struct cg_mud_ports){ (uint16_t)(port + 1), UINT16_MAX };
		f->nports = 2;
	}
}

/* Which keys there are decides; one more than these is a condition unknown. */
static int read_ports(struct reading *r, struct json_object *v, bool dst)
{
	static const char *const operators[] = { "eq", "lte", "gte", "neq", NULL };
	const char *side = dst ? "destination" : "source", *op = "eq";
	int64_t port, lo, hi;
	int e, elo, ehi;

	if (!json_object_is_type(v, json_type_object))
		return not_taken(r, "%s-port is no object", side);
	json_object_object_foreach(v, key, value) {
		if (!strcmp(key, "operator")) {
			size_t i = 0;

			op = cg_mud_json_text(value);
			while (op && operators[i] && strcmp(operators[i], op))
				i++;
			if (!op || !operators[i])
				return not_taken(
					r,
					"the operator of its %s-port is none of eq, neq, lte, gte",
					side);
		} else if (strcmp(key, "port") && strcmp(key, "lower-port") &&
			   strcmp(key, "upper-port")) {
			return not_taken(r, "'%.64s' in its %s-port is not known", key, side);
		}
	}
	e = get_port(v, "port", &port);
	elo = get_port(v, "lower-port", &lo);
	ehi = get_port(v, "upper-port", &hi);
	if (e == -ENOENT && elo == -ENOENT)
		return not_taken(r, "its %s-port has neither a port nor a range", side);
	if (e && e != -ENOENT)
		return not_taken(r, "the port of its %s-port is no number from 0 to 65535", side);
	if ((elo && elo != -ENOENT) || (ehi && ehi != -ENOENT) || (elo && !ehi))
		return not_taken(r, "the range of its %s-port is not of numbers from 0 to 65535",
				 side);
	if (!e && !elo)
		return not_taken(r, "its %s-port has both a port and a range", side);
	if (dst == r->to_device)
		return not_taken(r, "a rule cannot name the camera's own port (%s-port)", side);
	if (r->has_ports)
		return not_taken(r, "it has the ports of its peer twice");
	r->has_ports = true;
	if (!e && !port && strcmp(op, "gte") && strcmp(op, "neq"))
		return not_taken(r, "its %s-port is 0, which no packet has", side);
	if (!e) {
		set_ports(&r->flow, op, (uint16_t)port);
		return 0;
	}
	/* drafts: without an upper one the lower alone */
	if (ehi)
		hi = lo;
	if (hi < lo || !hi)
		return not_taken(r, "the range of its %s-port is empty", side);
	r->flow.ports[0] = (struct cg_mud_ports){ (uint16_t)lo, (uint16_t)hi };
	return 0;
}

/* ---- MUD's own ---- */

static bool is_empty_leaf(struct json_object *v)
{
	return json_object_is_type(v, json_type_array) && json_object_array_length(v) == 1 &&
	       !json_object_array_get_idx(v, 0);
}

static int read_class(struct reading *r, const char *key, struct json_object *v)
{
	const char *s = cg_mud_json_text(v);
	bool leaf = !strcmp(key, "local-networks") || !strcmp(key, "same-manufacturer") ||
		    !strcmp(key, "my-controller");

	if (leaf && !is_empty_leaf(v))
		return not_taken(r, "%s is not [null]", key);
	if (!leaf && !s)
		return not_taken(r, "%s is no text", key);
	if (!strcmp(key, "local-networks"))
		return set_peer(r, CG_MUD_PEER_LAN);
	if (!strcmp(key, "my-controller"))
		return not_taken(
			r,
			"my-controller: the file does not say which device it is; one at home may watch by lan_viewing or viewers, one outside needs an allow with its name");
	if (!strcmp(key, "controller")) {
		if (!strcmp(s, URN "dns"))
			return set_peer(r, CG_MUD_PEER_DNS);
		if (!strcmp(s, URN "ntp"))
			return set_peer(r, CG_MUD_PEER_NTP);
		return not_taken(r, "controller %.100s: the file does not say which device it is",
				 s);
	}
	if (leaf)
		return not_taken(r, "same-manufacturer: devices are not told apart by maker");
	return not_taken(r, "%s %.100s: devices are not told apart by maker or model", key, s);
}

/* ---- conditions ---- */

/* 1: key is a container, with what follows from its name noted; else 0. Drafts
 * have l3 and l4 around them, or call them ipv4-acl and tcp-acl. */
static int enter(struct reading *r, const char *key)
{
	static const struct {
		const char *key, *draft;
		unsigned int family;
		uint8_t proto;
	} containers[] = {
		{ "mud", "l3", 0, 0 },
		{ "l4", "l4", 0, 0 },
		{ "ipv4", "ipv4-acl", CG_MUD_V4, 0 },
		{ "ipv6", "ipv6-acl", CG_MUD_V6, 0 },
		{ "tcp", "tcp-acl", 0, IPPROTO_TCP },
		{ "udp", "udp-acl", 0, IPPROTO_UDP },
	};

	for (size_t i = 0; i < sizeof(containers) / sizeof(containers[0]); i++) {
		if (strcmp(key, containers[i].key) && strcmp(key, containers[i].draft))
			continue;
		if (containers[i].family && set_family(r, containers[i].family))
			return -ENOTSUP;
		if (containers[i].proto && set_proto(r, containers[i].proto))
			return -ENOTSUP;
		return 1;
	}
	return 0;
}

static int read_leaf(struct reading *r, const char *key, struct json_object *v)
{
#define IS(name) (!strcmp(key, name))
	if (IS("protocol"))
		return read_proto(r, v);
	if (IS("dst-dnsname") || IS("src-dnsname"))
		return read_name(r, v, IS("dst-dnsname"));
	if (IS("destination-ipv4-network") || IS("source-ipv4-network"))
		return read_network(r, v, CG_MUD_V4, IS("destination-ipv4-network"));
	if (IS("destination-ipv6-network") || IS("source-ipv6-network"))
		return read_network(r, v, CG_MUD_V6, IS("destination-ipv6-network"));
	if (IS("destination-port") || IS("destination-port-range") ||
	    IS("destination-port-range-or-operator"))
		return read_ports(r, v, true);
	if (IS("source-port") || IS("source-port-range") || IS("source-port-range-or-operator"))
		return read_ports(r, v, false);
	if (IS("direction-initiated"))
		return read_direction(r, v);
	if (IS("local-networks") || IS("same-manufacturer") || IS("my-controller") ||
	    IS("controller") || IS("manufacturer") || IS("model"))
		return read_class(r, key, v);
#undef IS
	return not_taken(r, "a rule has no words for its condition '%.64s'", key);
}

/* Leaves may stand without their container, as in the first drafts. */
static int read_matches(struct reading *r, struct json_object *o)
{
	int e;

	if (!json_object_is_type(o, json_type_object))
		return not_taken(r, "a part of its matches is no object");
	json_object_object_foreach(o, written, value) {
		const char *key = cg_mud_json_key(written);

		e = enter(r, key);
		if (e == 1)
			e = read_matches(r, value);
		else if (!e)
			e = read_leaf(r, key, value);
		if (e)
			return e;
	}
	return 0;
}

static int read_action(struct reading *r, struct json_object *actions)
{
	static const char *const forwarding[] = { "forwarding",
						  "ietf-access-control-list:forwarding", NULL };
	static const char *const permit[] = { "permit", NULL };
	static const char *const deny[] = { "deny", NULL };
	static const char *const logging[] = { "logging", NULL };
	struct json_object *v = cg_mud_json_get(actions, forwarding);
	const char *s = cg_mud_json_text(v), *log;

	if (!json_object_is_type(actions, json_type_object))
		return not_taken(r, "it has no actions");
	log = cg_mud_json_text(cg_mud_json_get(actions, logging));
	if (log && strcmp(cg_mud_json_key(log), "log-none"))
		note(r, "its logging is not taken");
	s = s ? cg_mud_json_key(s) : NULL;
	if (!v && is_empty_leaf(cg_mud_json_get(actions, permit)))
		s = "permit";
	else if (!v && is_empty_leaf(cg_mud_json_get(actions, deny)))
		s = "deny";
	if (!s)
		return not_taken(r, "it does not say what becomes of the packet");
	if (!strcmp(s, "accept") || !strcmp(s, "permit"))
		return 0;
	r->flow.drop = !strcmp(s, "drop") || !strcmp(s, "reject") || !strcmp(s, "deny");
	return r->flow.drop ? 0 : not_taken(r, "its action is '%.64s'", s);
}

/* ---- the whole ---- */

static int judge(struct reading *r)
{
	struct cg_mud_flow *f = &r->flow;

	if (r->has_ports && !r->has_proto)
		return not_taken(r, "it has ports and no protocol");
	if (r->has_ports && f->proto != IPPROTO_TCP && f->proto != IPPROTO_UDP)
		return not_taken(r, "it has ports of protocol %u, where a rule has none", f->proto);
	if (!f->families)
		f->families = r->of_list ? r->of_list : CG_MUD_V4 | CG_MUD_V6;
	if (f->proto == (f->families == CG_MUD_V4 ? IPPROTO_ICMPV6 : IPPROTO_ICMP) &&
	    f->families != (CG_MUD_V4 | CG_MUD_V6))
		return not_taken(r, "protocol %u is not of its family", f->proto);
	if (f->nports == 1 && f->ports[0].lo == 0 && f->ports[0].hi < UINT16_MAX)
		f->ports[0].lo = 1;
	return 0;
}

int cg_mud_ace_read(struct json_object *ace, bool to_device, unsigned int families,
		    struct cg_mud_flow *ret_flow, char ret_text[static CG_MUD_TEXT_LEN])
{
	static const char *const matches[] = { "matches", NULL };
	static const char *const actions[] = { "actions", NULL };
	struct reading r = {
		.flow = { .nports = 1, .ports = { { 0, UINT16_MAX } } },
		.to_device = to_device,
		.of_list = families,
		.text = ret_text,
	};
	struct json_object *m;
	int e;

	*ret_text = '\0';
	if (!json_object_is_type(ace, json_type_object))
		return not_taken(&r, "it is no object");
	m = cg_mud_json_get(ace, matches);
	/* without one it would fit everything: rather an oversight than a wish */
	if (!m)
		return not_taken(&r, "it has no matches");
	e = read_action(&r, cg_mud_json_get(ace, actions));
	if (!e)
		e = read_matches(&r, m);
	if (!e)
		e = judge(&r);
	if (!e)
		*ret_flow = r.flow;
	else if (r.flow.drop)
		note(&r, "what it would stop may pass by another rule");
	return e;
}
