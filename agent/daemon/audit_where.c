/* SPDX-License-Identifier: GPL-2.0-only */
/* Where a camera may be asked: at its own address, as long as the neighbours show its own MAC there. */
#include <errno.h>
#include <string.h>
#include "audit_where.h"

static bool is_lan(const struct cg_agent *a, int ifindex)
{
	for (size_t i = 0; a->run.plan && i < a->run.plan->niface; i++)
		if (a->run.plan->iface[i].ifindex == (uint32_t)ifindex &&
		    a->run.plan->iface[i].type.kind == CG_NET_LAN)
			return true;
	return false;
}

static bool is_mac_of(const struct cg_policy_cam *cam, const struct cg_mac *mac)
{
	for (size_t i = 0; i < cam->nmac; i++)
		if (!memcmp(&cam->mac[i], mac, sizeof(*mac)))
			return true;
	return false;
}

/* Of the addresses that the config, else its own packets, say it has. */
static bool is_addr_of(const struct cg_policy_cam *cam, const struct cg_state *state,
		       const struct cg_addr *addr)
{
	if (cam->naddr) {
		for (size_t i = 0; i < cam->naddr; i++)
			if (!memcmp(&cam->addr[i], addr, sizeof(*addr)))
				return true;
		return false;
	}
	for (size_t i = 0; i < state->naddr && i < CG_SEEN_ADDRS; i++)
		if (!memcmp(state->addr[i], addr, sizeof(*addr)))
			return true;
	return false;
}

static bool is_link_local(const struct cg_addr *addr)
{
	return !cg_addr_is_v4(addr) && addr->b[0] == 0xfe && (addr->b[1] & 0xc0) == 0x80;
}

/* Where the camera is now; IPv4 before IPv6. The address may be somebody else's since: the
 * neighbour has to have the camera's MAC. */
int cg_audit_where(struct cg_agent *a, const struct cg_agent_cam *cam, struct cg_addr *ret_addr,
		   int *ret_ifindex)
{
	_cleanup_free_ struct cg_neigh *neigh = NULL;
	struct cg_state state = { 0 };
	bool found = false;
	size_t n = 0;
	int r;

	if (!cam->policy)
		return -ENOENT;
	r = cg_links_neighs_read(a->kern.links, &neigh, &n);
	if (r < 0)
		return r;
	if (!cam->policy->naddr) {
		r = cg_datapath_state_read(a->kern.dp, cam->slot, &state);
		if (r < 0)
			return r;
	}
	for (size_t i = 0; i < n; i++) {
		if (neigh[i].router || !is_lan(a, neigh[i].ifindex) ||
		    !is_mac_of(cam->policy, &neigh[i].mac) || is_link_local(&neigh[i].addr) ||
		    !is_addr_of(cam->policy, &state, &neigh[i].addr))
			continue;
		if (found && !cg_addr_is_v4(&neigh[i].addr))
			continue;
		*ret_addr = neigh[i].addr;
		*ret_ifindex = neigh[i].ifindex;
		found = true;
	}
	return found ? 0 : -ENOENT;
}

/* The LAN interface that the address is on the link of; 0: none. */
static int link_of(const struct cg_agent *a, const struct cg_addr *addr)
{
	size_t n;
	const struct cg_link_addr *own = cg_links_addrs(a->kern.links, &n);

	for (size_t i = 0; i < n; i++) {
		struct cg_prefix p = { .addr = own[i].addr, .len = own[i].len };

		/* host bits are not zero: both are cut alike */
		for (size_t k = 0; k < 16; k++)
			p.addr.b[k] &= k * 8 >= p.len	  ? 0 :
				       k * 8 + 8 <= p.len ? 0xff :
							    (uint8_t)(0xff00 >> (p.len - k * 8));
		if (is_lan(a, own[i].ifindex) && cg_prefix_contains(&p, addr))
			return own[i].ifindex;
	}
	return 0;
}

size_t cg_audit_seek(struct cg_agent *a, const struct cg_agent_cam *cam, bool look)
{
	_cleanup_free_ struct cg_neigh *neigh = NULL;
	struct cg_state state = { 0 };
	size_t n = 0, found = 0;

	if (!cam->policy || cg_links_neighs_read(a->kern.links, &neigh, &n) < 0 ||
	    cg_datapath_state_read(a->kern.dp, cam->slot, &state) < 0)
		return 0;
	for (size_t i = 0; i < (cam->policy->naddr ? cam->policy->naddr : state.naddr); i++) {
		struct cg_addr addr;
		bool taken = false;
		int ifindex;

		if (!cam->policy->naddr && i == CG_SEEN_ADDRS)
			break;
		if (cam->policy->naddr)
			addr = cam->policy->addr[i];
		else
			memcpy(&addr, state.addr[i], sizeof(addr));
		ifindex = is_link_local(&addr) ? 0 : link_of(a, &addr);
		/* Whoever the neighbours show there already is there. */
		for (size_t k = 0; k < n; k++)
			taken |= !memcmp(&neigh[k].addr, &addr, sizeof(addr));
		if (ifindex && !taken &&
		    (!look || !cg_links_neigh_seek(a->kern.links, ifindex, &addr)))
			found++;
	}
	return found;
}
