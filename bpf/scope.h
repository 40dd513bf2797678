/* SPDX-License-Identifier: GPL-2.0-only */
/* Where a peer is: LAN, home, the gateway itself, a group, or a remote. By interface first, by address second. */
#ifndef CG_SCOPE_H
#define CG_SCOPE_H

#include "flow.h"

#define PORT_DNS	 53
#define PORT_DHCP	 67
#define PORT_DHCP_CLIENT 68
#define PORT_NTP	 123
#define PORT_DHCP6	 547
#define PORT_SSDP	 1900
#define PORT_NATPMP	 5350
#define PORT_PCP	 5351

/* The camera one packet is judged for: pointers, which only the stack may hold;
 * everything else is in m. */
struct seat {
	struct scratch *m;
	struct cg_state *state;
	struct cg_exposure *exposure;
};

INLINE int is_unset(const __u8 *a, int v4)
{
	const __u32 *w = (const __u32 *)a;

	return !(v4 ? w[3] : w[0] | w[1] | w[2] | w[3]);
}

INLINE int is_link_local(const __u8 *a, int v4)
{
	if (v4)
		return a[12] == 169 && a[13] == 254;
	return a[0] == 0xfe && (a[1] & 0xc0) == 0x80;
}

INLINE int is_group(const __u8 *a, int v4)
{
	if (v4)
		return (a[12] & 0xf0) == 0xe0 || *(const __u32 *)(a + 12) == 0xffffffffU;
	return a[0] == 0xff;
}

/* Groups that a multicast router may carry out of the house are remotes:
 * beyond RFC 2365's local scopes, beyond site scope of RFC 4291 2.7. */
INLINE int is_local_group(const __u8 *a, int v4)
{
	if (v4)
		return a[12] == 239 || a[12] == 255 || (a[12] == 224 && !a[13] && !a[14]);
	return (a[1] & 0xf) <= 5;
}

/* Groups by which devices find each other and which carry no picture. */
INLINE int is_discovery_group(const __u8 *a, int v4)
{
	if (v4)
		return (a[12] == 224 && !a[13] && !a[14]) ||
		       *(const __u32 *)(a + 12) == bpf_htonl(0xeffffffa);
	return (a[1] & 0xf) <= 2;
}

INLINE void place_of(const __u8 *addr, int v4, __u64 now, struct place *at)
{
	struct cg_net_key key = {};
	struct cg_net *net;

	at->until_ns = ~0ULL;
	at->lan = 0;
	at->kind = CG_NET_REMOTE;
	if (is_group(addr, v4)) {
		if (is_local_group(addr, v4))
			at->kind = CG_NET_GROUP;
		return;
	}
	/* Not in the initializer: clang 19 makes that a .rodata whose BTF 5.10 refuses. */
	key.prefixlen = 128;
	memcpy(key.addr, addr, 16);
	net = bpf_map_lookup_elem(&cg_nets, &key);
	if (net) {
		if (net->until_ns) {
			if (now >= net->until_ns)
				return;
			at->until_ns = net->until_ns;
		}
		at->kind = net->kind;
		at->lan = net->lan;
	} else if (is_link_local(addr, v4)) {
		at->kind = CG_NET_LAN;
	}
}

/* Where the sender of a packet to the camera is. */
INLINE void origin_of(const struct seat *s, const struct pkt *p, struct place *at)
{
	__u32 ifindex = s->m->peer_if;
	struct cg_if *in;

	place_of(p->src, p->is_v4, s->m->now, at);
	if (!ifindex) {
		/* The gateway's own, or a station of the same AP: these meet only
		 * here, with an address of the LAN. A remote's address on a packet
		 * that came in nowhere was made by a process of the gateway. */
		if (at->kind == CG_NET_REMOTE || at->kind == CG_NET_GROUP)
			at->kind = CG_NET_GATEWAY;
		return;
	}
	in = bpf_map_lookup_elem(&cg_ifs, &ifindex);
	if (!in) {
		at->kind = CG_NET_REMOTE;
	} else if (in->kind == CG_NET_HOME) {
		at->kind = CG_NET_HOME;
	} else if (in->kind != CG_NET_LAN) {
		at->kind = CG_NET_REMOTE;
	} else if (at->kind == CG_NET_GATEWAY || at->kind == CG_NET_GROUP) {
		/* Masqueraded on its way through: a LAN host all the same. An
		 * unset source (DHCP, DAD) stays within the LAN too. */
		at->kind = CG_NET_LAN;
	} else if (at->kind == CG_NET_REMOTE && is_unset(p->src, p->is_v4)) {
		at->kind = CG_NET_LAN;
	}
}

/* Is addr one that a device on this port's LAN may use as its own? */
INLINE int is_own(const struct seat *s, const __u8 *addr, int v4)
{
	__u32 ifindex = s->m->port_if;
	struct place *at = &s->m->at;
	struct cg_if *port;

	place_of(addr, v4, s->m->now, at);
	forget();
	if (at->kind != CG_NET_LAN)
		return 0;
	port = bpf_map_lookup_elem(&cg_ifs, &ifindex);
	if (!port || port->kind != CG_NET_LAN)
		return 0;
	return !at->lan || !port->lan || at->lan == port->lan;
}

#endif
