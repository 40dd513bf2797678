/* SPDX-License-Identifier: GPL-2.0-only */
/* `camgate why`: a made packet judged by the very code of the packet path, in a test run that writes nothing. */
#include "dp.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <netinet/in.h>
#include <string.h>

/* An ifindex that no interface has: the packet came in from outside. */
#define OUTSIDE_IF 0x7fffffff

/* Ethernet, IPv6, TCP: the longest that is made here. */
#define FRAME_MAX  (14 + 40 + 20)

struct ends {
	struct cg_mac mac;
	struct cg_addr addr;
	uint32_t port_if;
};

/* The camera as it would speak: its MAC, an address of its own of this family. */
static int ends_find(struct cg_datapath *dp, uint32_t slot, bool v4, struct ends *ret_ends)
{
	struct ends e = { 0 };
	bool have_mac = false, have_addr = false;
	struct cg_state st;
	uint8_t lan = 0;
	int r = cg_datapath_state_read(dp, slot, &st);

	if (r)
		return r;
	for (size_t i = 0; dp->set && i < dp->set->nnarrow && !have_addr; i++) {
		const struct cg_narrow_key *k = &dp->set->narrow[i].key;
		struct cg_addr a;

		memcpy(a.b, k->addr, sizeof(a.b));
		if (dp->set->narrow[i].value.slot != slot || cg_addr_is_v4(&a) != v4)
			continue;
		memcpy(e.mac.b, k->mac, sizeof(e.mac.b));
		e.addr = a;
		have_mac = have_addr = true;
	}
	for (size_t i = 0; dp->set && i < dp->set->ncams && !have_mac; i++)
		if (dp->set->cams[i].value.slot == slot) {
			memcpy(e.mac.b, dp->set->cams[i].key.mac, sizeof(e.mac.b));
			have_mac = true;
		}
	if (!have_mac)
		return -ENOENT;
	for (uint32_t i = 0; i < st.naddr && i < CG_SEEN_ADDRS && !have_addr; i++) {
		memcpy(e.addr.b, st.addr[i], sizeof(e.addr.b));
		have_addr = cg_addr_is_v4(&e.addr) == v4;
	}
	e.port_if = st.last_ns ? st.ifindex : 0;
	for (size_t i = 0; i < dp->nifs; i++) {
		if (dp->ifs[i].type.kind != CG_NET_LAN)
			continue;
		if (!e.port_if || e.port_if == dp->ifs[i].ifindex) {
			e.port_if = dp->ifs[i].ifindex;
			lan = dp->ifs[i].type.lan;
			break;
		}
	}
	for (size_t i = 0; i < dp->nnets && !have_addr; i++) {
		const struct cg_datapath_net *n = &dp->nets[i];

		if (n->net.kind != CG_NET_LAN || cg_addr_is_v4(&n->prefix.addr) != v4 ||
		    (lan && n->net.lan && n->net.lan != lan) || n->prefix.len > 126)
			continue;
		e.addr = n->prefix.addr;
		e.addr.b[15] |= 2;
		have_addr = true;
	}
	if (!have_addr || !e.port_if)
		return -ENETUNREACH;
	*ret_ends = e;
	return 0;
}

/* Where a packet from peer would come in. */
static uint32_t origin_if(struct cg_datapath *dp, const struct cg_addr *peer, uint32_t port_if)
{
	struct cg_net_key key = { .prefixlen = 128 };
	struct cg_net net;

	memcpy(key.addr, peer->b, sizeof(key.addr));
	if (bpf_map_lookup_elem(dp->map[CG_DP_NETS], &key, &net))
		return OUTSIDE_IF;
	if (net.kind == CG_NET_GATEWAY)
		return 0;
	for (size_t i = 0; net.kind == CG_NET_HOME && i < dp->nifs; i++)
		if (dp->ifs[i].type.kind == CG_NET_HOME)
			return dp->ifs[i].ifindex;
	return net.kind == CG_NET_REMOTE ? OUTSIDE_IF : port_if;
}

static void put16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

/* Checksums are not looked at in the packet path and stay 0. */
static size_t frame_make(const struct cg_datapath_probe *probe, const struct ends *e,
			 uint8_t frame[static FRAME_MAX])
{
	static const uint8_t other_mac[6] = { 0x02, 0, 0, 0, 0, 0x01 };
	const struct cg_addr *src = probe->up ? &e->addr : &probe->peer;
	const struct cg_addr *dst = probe->up ? &probe->peer : &e->addr;
	bool v4 = cg_addr_is_v4(&probe->peer);
	/* A port nobody has a flow from. */
	uint16_t sport = probe->up ? 1 : probe->port, dport = probe->up ? probe->port : 1;
	uint8_t *ip = frame + 14, *l4 = ip + (v4 ? 20 : 40);
	size_t l4_len = probe->proto == IPPROTO_TCP ? 20 : 8;

	memset(frame, 0, FRAME_MAX);
	memcpy(frame, probe->up ? other_mac : e->mac.b, 6);
	memcpy(frame + 6, probe->up ? e->mac.b : other_mac, 6);
	put16(frame + 12, v4 ? ETH_P_IP : ETH_P_IPV6);
	if (v4) {
		ip[0] = 0x45;
		put16(ip + 2, (uint16_t)(20 + l4_len));
		ip[8] = 64;
		ip[9] = probe->proto;
		memcpy(ip + 12, src->b + 12, 4);
		memcpy(ip + 16, dst->b + 12, 4);
	} else {
		ip[0] = 0x60;
		put16(ip + 4, (uint16_t)l4_len);
		ip[6] = probe->proto;
		ip[7] = 64;
		memcpy(ip + 8, src->b, 16);
		memcpy(ip + 24, dst->b, 16);
	}
	if (probe->proto == IPPROTO_TCP || probe->proto == IPPROTO_UDP) {
		put16(l4, sport);
		put16(l4 + 2, dport);
	}
	if (probe->proto == IPPROTO_TCP) {
		l4[12] = 5 << 4;
		l4[13] = 0x02; /* SYN */
	} else if (probe->proto == IPPROTO_UDP) {
		put16(l4 + 4, 8);
	} else if (probe->proto == IPPROTO_ICMP || probe->proto == IPPROTO_ICMPV6) {
		l4[0] = v4 ? 8 : 128; /* echo request */
	}
	return (size_t)(l4 - frame) + l4_len;
}

int cg_datapath_why(struct cg_datapath *dp, const struct cg_datapath_probe *probe,
		    struct cg_datapath_answer *ret_answer)
{
	struct __sk_buff ctx = { 0 };
	uint8_t frame[FRAME_MAX], out[FRAME_MAX + 64];
	struct ends ends;
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = frame, .data_out = out,
		    .data_size_out = sizeof(out), .ctx_in = &ctx, .ctx_size_in = sizeof(ctx));
	int r = ends_find(dp, probe->slot, cg_addr_is_v4(&probe->peer), &ends);
	uint16_t rule;

	if (!r)
		r = cg_dp_why_load(dp);
	if (r)
		return r;
	run.data_size_in = (uint32_t)frame_make(probe, &ends, frame);
	ctx.cb[0] = origin_if(dp, &probe->peer, ends.port_if);
	ctx.cb[1] = ends.port_if;
	if (bpf_prog_test_run_opts(dp->prog[probe->up ? CG_DP_WHY_UP : CG_DP_WHY_DOWN], &run))
		return -errno;
	ret_answer->reason = (enum cg_reason)(run.retval & 0xff);
	ret_answer->scope = (enum cg_net_kind)(run.retval >> 8 & 0xff);
	rule = (uint16_t)(run.retval >> 16);
	ret_answer->rule = rule == 0xffff ? -1 : rule;
	return 0;
}
