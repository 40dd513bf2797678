/* SPDX-License-Identifier: GPL-2.0-only */
/* A slow, obvious second opinion on exposure, rules, scope, protocol and port. */
#include <netinet/in.h>
#include <string.h>
#include "reference.h"
#include "run.h"

static bool bit(const uint8_t *addr, unsigned int i)
{
	return addr[i / 8] >> (7 - i % 8) & 1;
}

static bool under(const uint8_t *addr, const uint8_t *prefix, unsigned int bits)
{
	unsigned int i;

	for (i = 0; i < bits; i++)
		if (bit(addr, i) != bit(prefix, i))
			return false;
	return true;
}

static bool in_text(const uint8_t *addr, const char *prefix)
{
	uint8_t p[16], bits;

	return addr_prefix_parse(prefix, p, &bits) && under(addr, p, bits);
}

enum cg_net_kind ref_scope(const uint8_t addr[16])
{
	if (in_text(addr, GW_4) || in_text(addr, GW_6) || in_text(addr, GW_LL) ||
	    in_text(addr, GW_WAN) || in_text(addr, "192.168.2.1") || in_text(addr, "10.8.0.1"))
		return CG_NET_GATEWAY;
	if (in_text(addr, "192.168.1.0/24") || in_text(addr, "192.168.2.0/24") ||
	    in_text(addr, "2001:db8:1::/64"))
		return CG_NET_LAN;
	if (in_text(addr, "10.8.0.0/24"))
		return CG_NET_HOME;
	return CG_NET_REMOTE;
}

/* What NAT64 and 6to4 carry inside. */
static void inside(const uint8_t addr[16], uint8_t ret_addr[16])
{
	memcpy(ret_addr, addr, 16);
	if (in_text(addr, "64:ff9b::/96")) {
		memset(ret_addr, 0, 10);
		memset(ret_addr + 10, 0xff, 2);
	} else if (in_text(addr, "2002::/16")) {
		memset(ret_addr, 0, 10);
		memset(ret_addr + 10, 0xff, 2);
		memcpy(ret_addr + 12, addr + 2, 4);
	}
}

static bool matches(const struct env_rule *r, const uint8_t addr[16], const struct ref_packet *p)
{
	bool ports = p->proto == IPPROTO_TCP || p->proto == IPPROTO_UDP;

	if (!under(addr, r->addr, r->bits))
		return false;
	if (r->rule.proto == CG_PROTO_ANY)
		return true;
	if (r->rule.proto == CG_PROTO_TCPUDP ? !ports : r->rule.proto != p->proto)
		return false;
	return !ports || (p->peer_port >= r->rule.port_lo && p->peer_port <= r->rule.port_hi);
}

static bool any_of(const struct env_cam *cam, enum cg_rule_kind kind, const uint8_t addr[16],
		   const struct ref_packet *p)
{
	size_t i;

	for (i = 0; i < cam->nrules; i++)
		if (cam->rules[i].rule.kind == kind && matches(&cam->rules[i], addr, p))
			return true;
	return false;
}

static enum cg_class class_of(const struct env_cam *cam, const uint8_t addr[16],
			      const struct ref_packet *p)
{
	size_t i;

	if (any_of(cam, CG_RULE_DENY, addr, p))
		return CG_CLASS_DENIED;
	for (i = 0; i < cam->nrules; i++) {
		if (!matches(&cam->rules[i], addr, p))
			continue;
		if (cam->rules[i].rule.kind == CG_RULE_ALLOW)
			return CG_CLASS_CONTROL;
		if (cam->rules[i].rule.kind == CG_RULE_UPLOAD)
			return CG_CLASS_UPLOAD;
	}
	return CG_CLASS_UNRULED;
}

static uint64_t decide_lan(const struct env_cam *cam, enum cg_net_kind scope,
			   const struct ref_packet *p)
{
	uint64_t pass = scope == CG_NET_LAN ? R(CG_PASS_LAN) : R(CG_PASS_HOME);

	if (cam->flags & CG_CAM_LAN_NONE)
		return R(CG_DROP_LAN_VIEWING);
	if (!(cam->flags & CG_CAM_LAN_VIEWERS))
		return pass;
	if (!any_of(cam, CG_RULE_VIEWER, p->peer, p))
		return R(CG_DROP_LAN_VIEWING);
	/* Whether a deny rule takes a viewer's place is written nowhere. */
	if (any_of(cam, CG_RULE_DENY, p->peer, p))
		pass |= R(CG_DROP_LAN_VIEWING) | R(CG_DROP_DENIED);
	return pass;
}

uint64_t ref_decide(const struct env_cam *cam, uint64_t word, const uint8_t viewer[16],
		    uint64_t now_ns, const struct ref_packet *p)
{
	unsigned int base = word >> CG_WORD_BASE_SHIFT;
	bool ahead = (word & CG_WORD_DEADLINE) > now_ns;
	bool to = ahead && word & CG_WORD_TO;
	bool all = base == CG_OPEN || (ahead && !to);
	enum cg_net_kind scope = p->from_wan ? CG_NET_REMOTE : ref_scope(p->peer);
	uint64_t other = to ? R(CG_DROP_VIEWER) : 0;
	enum cg_class class;
	uint8_t addr[16];
	bool open;

	if (scope == CG_NET_LAN || scope == CG_NET_HOME)
		return decide_lan(cam, scope, p);
	inside(p->peer, addr);
	class = class_of(cam, addr, p);
	open = all || (to && !memcmp(p->peer, viewer, 16));
	if (base == CG_SEALED && !open)
		return R(CG_DROP_SEALED) | other;
	if (class == CG_CLASS_DENIED)
		return R(CG_DROP_DENIED) | (p->inbound && !open ? R(CG_DROP_INBOUND) | other : 0);
	if (open)
		return R(CG_PASS_OPEN);
	if (p->inbound && !p->vague)
		return R(CG_DROP_INBOUND) | other;
	other |= p->vague ? R(CG_DROP_INBOUND) | R(CG_DROP_ICMP) : 0;
	if (class == CG_CLASS_CONTROL)
		return R(CG_PASS_CONTROL) | (p->vague ? other : 0);
	if (class == CG_CLASS_UPLOAD)
		return R(word & CG_WORD_FULL ? CG_DROP_DAILY : CG_PASS_UPLOAD) |
		       (p->vague ? other : 0);
	return R(CG_DROP_UNRULED) | other;
}
