/* SPDX-License-Identifier: GPL-2.0-only */
/* Which ports, prefixes and interfaces follow from the configured LANs and homes. */
#include <errno.h>
#include <string.h>
#include <camgate/limits.h>
#include "ports.h"

#define SEC_NS	  1000000000ULL
/* Devices stacked on devices; deeper than any real one, and an end to loops. */
#define MAX_DEPTH 8

static const struct cg_link *by_name(const struct cg_ports_in *in, const char *name)
{
	for (size_t i = 0; i < in->nlinks; i++)
		if (!strcmp(in->links[i].name, name))
			return &in->links[i];
	return NULL;
}

static const struct cg_link *by_index(const struct cg_ports_in *in, int ifindex)
{
	for (size_t i = 0; i < in->nlinks; i++)
		if (in->links[i].ifindex == ifindex)
			return &in->links[i];
	return NULL;
}

static void port_add(struct cg_ports_plan *p, const struct cg_link *l)
{
	size_t at = 0;

	while (at < p->nport && p->port[at].ifindex < l->ifindex)
		at++;
	if (at < p->nport && p->port[at].ifindex == l->ifindex)
		return;
	memmove(p->port + at + 1, p->port + at, (p->nport - at) * sizeof(*p->port));
	p->port[at].ifindex = l->ifindex;
	memcpy(p->port[at].name, l->name, sizeof(l->name));
	p->nport++;
}

/* A port that two LANs share (VLANs on one bridge) belongs to neither alone. */
static void iface_add(struct cg_ports_plan *p, int ifindex, uint8_t kind, uint8_t lan)
{
	size_t at = 0;

	while (at < p->niface && p->iface[at].ifindex < (uint32_t)ifindex)
		at++;
	if (at < p->niface && p->iface[at].ifindex == (uint32_t)ifindex) {
		struct cg_if *t = &p->iface[at].type;

		if (t->kind == kind && t->lan != lan)
			t->lan = 0;
		return;
	}
	if (p->niface == CG_MAX_IFS) {
		p->cut = true;
		return;
	}
	memmove(p->iface + at + 1, p->iface + at, (p->niface - at) * sizeof(*p->iface));
	p->iface[at] = (struct cg_datapath_if){
		.ifindex = (uint32_t)ifindex,
		.type = { .kind = kind, .lan = lan },
	};
	p->niface++;
}

static void lower_add(const struct cg_ports_in *in, struct cg_ports_plan *p,
		      const struct cg_link *l, uint8_t lan, int depth)
{
	const struct cg_link *below;

	if (depth == MAX_DEPTH)
		return;
	if (!strcmp(l->kind, "vlan") && l->lower) {
		below = by_index(in, l->lower);
		if (below) {
			lower_add(in, p, below, lan, depth + 1);
			return;
		}
	}
	if (strcmp(l->kind, "bridge")) {
		port_add(p, l);
		return;
	}
	for (size_t i = 0; i < in->nlinks; i++) {
		if (in->links[i].master != l->ifindex || in->links[i].ifindex == l->ifindex)
			continue;
		/* What is forwarded between ports says the port it came in by. */
		iface_add(p, in->links[i].ifindex, CG_NET_LAN, lan);
		lower_add(in, p, &in->links[i], lan, depth + 1);
	}
}

/* Which kind stays where two claim one prefix: the more special. */
static int rank(uint8_t kind)
{
	switch (kind) {
	case CG_NET_GATEWAY:
		return 4;
	case CG_NET_GROUP:
		return 3;
	case CG_NET_HOME:
		return 2;
	case CG_NET_LAN:
		return 1;
	default:
		return 0;
	}
}

static int prefix_cmp(const struct cg_prefix *a, const struct cg_prefix *b)
{
	int c = memcmp(&a->addr, &b->addr, sizeof(a->addr));

	return c ? c : (int)a->len - (int)b->len;
}

static void net_add(struct cg_ports_plan *p, const struct cg_prefix *prefix,
		    const struct cg_net *net)
{
	size_t at = 0;
	int c = 1;

	while (at < p->nnet && (c = prefix_cmp(&p->net[at].prefix, prefix)) < 0)
		at++;
	if (at < p->nnet && !c) {
		struct cg_net *has = &p->net[at].net;

		if (rank(net->kind) > rank(has->kind))
			*has = *net;
		else if (net->kind == has->kind &&
			 (!net->until_ns || (has->until_ns && net->until_ns > has->until_ns)))
			has->until_ns = net->until_ns;
		return;
	}
	if (p->nnet == CG_MAX_NETS) {
		p->cut = true;
		return;
	}
	memmove(p->net + at + 1, p->net + at, (p->nnet - at) * sizeof(*p->net));
	p->net[at].prefix = *prefix;
	p->net[at].net = *net;
	p->nnet++;
}

static struct cg_prefix masked(const struct cg_addr *addr, uint8_t len)
{
	struct cg_prefix p = { .addr = *addr, .len = len };

	for (int i = 0; i < 16; i++) {
		int keep = len - 8 * i;

		if (keep <= 0)
			p.addr.b[i] = 0;
		else if (keep < 8)
			p.addr.b[i] &= (uint8_t)(0xff << (8 - keep));
	}
	return p;
}

static bool is_linklocal(const struct cg_addr *a)
{
	if (cg_addr_is_v4(a))
		return a->b[12] == 169 && a->b[13] == 254;
	return a->b[0] == 0xfe && (a->b[1] & 0xc0) == 0x80;
}

static bool is_loopback(const struct cg_addr *a)
{
	static const struct cg_addr one = { .b = { [15] = 1 } };

	return cg_addr_is_v4(a) ? a->b[12] == 127 : !memcmp(a, &one, sizeof(one));
}

static uint64_t until(const struct cg_ports_in *in, const struct cg_link_addr *a)
{
	if (cg_addr_is_v4(&a->addr) || a->valid_s > UINT64_MAX / SEC_NS / 2)
		return 0;
	/* 0 would mean for good. */
	return in->now_ns + (a->valid_s ? a->valid_s : 1) * SEC_NS;
}

static void net_of_addr(const struct cg_ports_in *in, struct cg_ports_plan *p,
			const struct cg_link_addr *a, uint8_t kind, uint8_t lan)
{
	struct cg_prefix prefix = masked(&a->addr, a->len);
	struct cg_net net = { .kind = kind, .lan = lan, .until_ns = until(in, a) };

	/* Link-local addresses are judged by the packet path, on every link. */
	if (a->len == 128 || is_linklocal(&a->addr))
		return;
	net_add(p, &prefix, &net);
	if (cg_addr_is_v4(&a->addr) && a->len < 127) {
		struct cg_prefix all = { .addr = prefix.addr, .len = 128 };
		struct cg_net group = { .kind = CG_NET_GROUP, .lan = lan };

		for (int bit = a->len; bit < 128; bit++)
			all.addr.b[bit / 8] |= (uint8_t)(0x80 >> (bit % 8));
		net_add(p, &all, &group);
	}
}

/* Of IPv6 addresses the one that services answer a camera from that asks a remote:
 * a global one, which stays longest, rather than one of the site or the link. */
static uint64_t goodness(const struct cg_link_addr *a)
{
	if (is_linklocal(&a->addr))
		return 1;
	if ((a->addr.b[0] & 0xfe) == 0xfc)
		return 2;
	return a->valid_s > UINT64_MAX - 3 ? a->valid_s : a->valid_s + 3;
}

/* Where the gateway is asked there. */
static void gateway_set(const struct cg_ports_in *in, const struct cg_link *l, struct cg_lan *lan)
{
	uint64_t best = 0;

	memset(lan, 0, sizeof(*lan));
	memcpy(lan->mac, l->mac.b, sizeof(lan->mac));
	for (size_t i = 0; i < in->naddrs; i++) {
		const struct cg_link_addr *a = &in->addrs[i];
		uint64_t good = goodness(a);

		if (a->ifindex != l->ifindex)
			continue;
		if (cg_addr_is_v4(&a->addr) && !(lan->flags & CG_LAN_V4)) {
			memcpy(&lan->v4, a->addr.b + 12, sizeof(lan->v4));
			lan->flags |= CG_LAN_V4;
		} else if (!cg_addr_is_v4(&a->addr) && good > best) {
			memcpy(lan->v6, a->addr.b, sizeof(lan->v6));
			lan->flags |= CG_LAN_V6;
			best = good;
		}
	}
}

static void lans(const struct cg_ports_in *in, struct cg_ports_plan *p)
{
	for (size_t i = 0; i < in->nlan; i++) {
		const struct cg_link *l = by_name(in, in->lan[i]);
		uint8_t lan = (uint8_t)(i + 1);

		p->missing[i] = !l;
		if (!l)
			continue;
		iface_add(p, l->ifindex, CG_NET_LAN, lan);
		lower_add(in, p, l, lan, 0);
		for (size_t j = 0; j < in->naddrs; j++)
			if (in->addrs[j].ifindex == l->ifindex)
				net_of_addr(in, p, &in->addrs[j], CG_NET_LAN, lan);
		for (size_t j = 0; j < p->niface; j++)
			if (p->iface[j].type.kind == CG_NET_LAN && p->iface[j].type.lan == lan)
				gateway_set(in, l, &p->iface[j].lan);
	}
}

static void homes(const struct cg_ports_in *in, struct cg_ports_plan *p)
{
	static const struct cg_net home = { .kind = CG_NET_HOME };

	for (size_t i = 0; i < in->nhome; i++) {
		const struct cg_link *l;

		if (!in->home[i].ifname[0]) {
			net_add(p, &in->home[i].prefix, &home);
			continue;
		}
		l = by_name(in, in->home[i].ifname);
		if (!l)
			continue;
		iface_add(p, l->ifindex, CG_NET_HOME, 0);
		for (size_t j = 0; j < in->naddrs; j++)
			if (in->addrs[j].ifindex == l->ifindex)
				net_of_addr(in, p, &in->addrs[j], CG_NET_HOME, 0);
	}
}

static void own(const struct cg_ports_in *in, struct cg_ports_plan *p)
{
	for (size_t i = 0; i < in->naddrs; i++) {
		struct cg_prefix prefix = { .addr = in->addrs[i].addr, .len = 128 };
		struct cg_net net = { .kind = CG_NET_GATEWAY };

		if (is_loopback(&in->addrs[i].addr))
			continue;
		for (size_t j = 0; j < in->nlan; j++) {
			const struct cg_link *l = by_name(in, in->lan[j]);

			if (l && l->ifindex == in->addrs[i].ifindex)
				net.lan = (uint8_t)(j + 1);
		}
		net_add(p, &prefix, &net);
	}
}

int cg_ports_plan(const struct cg_ports_in *in, struct cg_ports_plan **ret_plan)
{
	struct cg_ports_plan *p = calloc(1, sizeof(*p));

	if (!p)
		return -ENOMEM;
	p->nlan = in->nlan;
	p->missing = calloc(in->nlan + 1, sizeof(*p->missing));
	p->port = calloc(in->nlinks + 1, sizeof(*p->port));
	p->net = calloc(CG_MAX_NETS, sizeof(*p->net));
	p->iface = calloc(CG_MAX_IFS, sizeof(*p->iface));
	if (!p->missing || !p->port || !p->net || !p->iface) {
		cg_ports_free(&p);
		return -ENOMEM;
	}
	/* Own addresses first: where room runs out they matter most. */
	own(in, p);
	lans(in, p);
	homes(in, p);
	*ret_plan = p;
	return 0;
}

void cg_ports_free(struct cg_ports_plan **plan)
{
	struct cg_ports_plan *p = TAKE_PTR(*plan);

	if (!p)
		return;
	free(p->missing);
	free(p->port);
	free(p->net);
	free(p->iface);
	free(p);
}
