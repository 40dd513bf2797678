// SPDX-License-Identifier: GPL-2.0-only
/* Turns the guard's netlink messages into a change of it, and its state into an answer. */
#include <linux/etherdevice.h>
#include <linux/overflow.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <net/genetlink.h>
#include <net/net_namespace.h>
#include <camgate/genl.h>
#include "genl_access.h"
#include "genl_family.h"
#include "genl_guard.h"
#include "guard.h"
#include "netns.h"

static const struct nla_policy port_policy[CAMGATE_P_MAX + 1] = {
	[CAMGATE_P_NAME] = { .type = NLA_NUL_STRING, .len = CAMGATE_PORT_LEN - 1 },
	[CAMGATE_P_BRIDGE] = { .type = NLA_NUL_STRING, .len = CAMGATE_PORT_LEN - 1 },
	[CAMGATE_P_IFINDEX] = { .type = NLA_U32 },
};

const struct nla_policy cg_genl_guard_policy[CAMGATE_A_MAX + 1] = {
	[CAMGATE_A_GUARD_MODE] = { .type = NLA_U32 },
	[CAMGATE_A_GUARD_MARK] = { .type = NLA_U32 },
	[CAMGATE_A_GUARD_MASK] = { .type = NLA_U32 },
	[CAMGATE_A_GUARD_PORTS] = NLA_POLICY_NESTED(port_policy),
	[CAMGATE_A_GUARD_MACS] = { .type = NLA_BINARY },
	[CAMGATE_A_GUARD_FLAGS] = { .type = NLA_U32 },
};

static int read_numbers(struct genl_info *info, struct cg_guard_change *change)
{
	const struct nlattr *mode = info->attrs[CAMGATE_A_GUARD_MODE];
	const struct nlattr *mark = info->attrs[CAMGATE_A_GUARD_MARK];
	const struct nlattr *mask = info->attrs[CAMGATE_A_GUARD_MASK];
	const struct nlattr *flags = info->attrs[CAMGATE_A_GUARD_FLAGS];

	if (mode) {
		change->has_mode = true;
		change->mode = nla_get_u32(mode);
		if (change->mode >= __CAMGATE_GUARD_MAX) {
			NL_SET_ERR_MSG_ATTR(info->extack, mode, "guard_mode: not 0, 1 or 2");
			return -ERANGE;
		}
	}
	if (mask && !mark) {
		NL_SET_ERR_MSG_ATTR(info->extack, mask, "guard_mask: without a guard_mark");
		return -EINVAL;
	}
	if (mark) {
		change->has_mark = true;
		change->mark = nla_get_u32(mark);
		change->mask = mask ? nla_get_u32(mask) : change->mark;
		if (change->mark & ~change->mask) {
			NL_SET_ERR_MSG_ATTR(info->extack, mask,
					    "guard_mask: does not hold all of guard_mark");
			return -EINVAL;
		}
	}
	if (flags) {
		change->flags = nla_get_u32(flags);
		if (change->flags & ~CAMGATE_F_ALL) {
			NL_SET_ERR_MSG_ATTR(info->extack, flags, "guard_flags: unknown flag");
			return -EINVAL;
		}
	}
	return 0;
}

static int read_macs(struct genl_info *info, struct cg_guard_change *change)
{
	const struct nlattr *macs = info->attrs[CAMGATE_A_GUARD_MACS];
	u32 i;

	if (!macs)
		return 0;
	if (!nla_len(macs) || nla_len(macs) % ETH_ALEN) {
		NL_SET_ERR_MSG_ATTR(info->extack, macs, "guard_macs: not addresses of 6 bytes");
		return -EINVAL;
	}
	change->macs = nla_data(macs);
	change->nmacs = nla_len(macs) / ETH_ALEN;
	for (i = 0; i < change->nmacs; i++) {
		/* ether_addr_to_u64() of it: no alignment is asked for. */
		u64 mac = ether_addr_to_u64(change->macs + i * ETH_ALEN);

		if (!mac || change->macs[i * ETH_ALEN] & 1) {
			NL_SET_ERR_MSG_ATTR(info->extack, macs,
					    "guard_macs: a group's address or zero");
			return -EINVAL;
		}
	}
	return 0;
}

static int read_port(struct genl_info *info, const struct nlattr *attr, struct cg_guard_port *port)
{
	port->kind = nla_type(attr);
	if (port->kind == CAMGATE_P_IFINDEX) {
		if (!nla_get_u32(attr) || nla_get_u32(attr) > INT_MAX) {
			NL_SET_ERR_MSG_ATTR(info->extack, attr,
					    "guard_ports: ifindex of no interface");
			return -ERANGE;
		}
		port->ifindex = nla_get_u32(attr);
		return 0;
	}
	strscpy(port->name, nla_data(attr), sizeof(port->name));
	if (!port->name[0]) {
		NL_SET_ERR_MSG_ATTR(info->extack, attr, "guard_ports: an empty name");
		return -EINVAL;
	}
	return 0;
}

/* The list is the caller's to free, also after a failure. */
static int read_ports(struct genl_info *info, struct cg_guard_change *change)
{
	const struct nlattr *ports = info->attrs[CAMGATE_A_GUARD_PORTS], *attr;
	u32 n = 0;
	int rem, ret;

	if (!ports)
		return 0;
	nla_for_each_nested(attr, ports, rem)
		n++;
	if (n > CAMGATE_MAX_PORTS) {
		NL_SET_ERR_MSG_ATTR(info->extack, ports,
				    "guard_ports: more than CAMGATE_MAX_PORTS");
		return -E2BIG;
	}
	change->ports = kvzalloc(struct_size(change->ports, port, n), GFP_KERNEL_ACCOUNT);
	if (!change->ports)
		return -ENOMEM;
	nla_for_each_nested(attr, ports, rem) {
		ret = read_port(info, attr, &change->ports->port[change->ports->n]);
		if (ret)
			return ret;
		change->ports->n++;
	}
	return 0;
}

int cg_genl_guard_set(struct sk_buff *skb, struct genl_info *info)
{
	struct cg_guard *g = &cg_netns_of(genl_info_net(info))->guard;
	struct cg_guard_change change = {};
	int ret;

	ret = cg_genl_access_write(skb, info);
	if (ret)
		return ret;
	ret = read_numbers(info, &change);
	if (!ret)
		ret = read_macs(info, &change);
	if (!ret)
		ret = read_ports(info, &change);
	if (!ret) {
		rtnl_lock();
		ret = cg_guard_set(g, &change, info->extack);
		rtnl_unlock();
	}
	/* What is still the change's own: after a failure, everything. */
	kvfree(change.ports);
	return ret;
}

static int put_ifindex(int ifindex, void *msg)
{
	return nla_put_u32(msg, CAMGATE_P_IFINDEX, ifindex);
}

static int put_state(struct sk_buff *msg, struct cg_guard *g, const struct cg_guard_state *s)
{
	struct nlattr *nest;

	if (nla_put_u32(msg, CAMGATE_A_GUARD_MODE, s->mode) ||
	    nla_put_u32(msg, CAMGATE_A_GUARD_MARK, s->mark) ||
	    nla_put_u32(msg, CAMGATE_A_GUARD_MASK, s->mask) ||
	    nla_put_u32(msg, CAMGATE_A_GUARD_NMACS, s->nmacs) ||
	    nla_put_u32(msg, CAMGATE_A_GUARD_FAILED, s->failed) ||
	    nla_put_u64_64bit(msg, CAMGATE_A_GUARD_MARKED, s->marked, CAMGATE_A_PAD) ||
	    nla_put_u64_64bit(msg, CAMGATE_A_GUARD_UNMARKED, s->unmarked, CAMGATE_A_PAD) ||
	    nla_put_u64_64bit(msg, CAMGATE_A_GUARD_DROPPED, s->dropped, CAMGATE_A_PAD))
		return -EMSGSIZE;
	nest = nla_nest_start(msg, CAMGATE_A_GUARD_HOOKED);
	if (!nest)
		return -EMSGSIZE;
	if (cg_guard_each_hooked(g, put_ifindex, msg)) {
		nla_nest_cancel(msg, nest);
		return -EMSGSIZE;
	}
	nla_nest_end(msg, nest);
	return 0;
}

int cg_genl_guard_get(struct sk_buff *skb, struct genl_info *info)
{
	struct cg_guard *g = &cg_netns_of(genl_info_net(info))->guard;
	struct cg_guard_state state;
	struct sk_buff *msg = NULL;
	void *hdr;
	int ret;

	ret = cg_genl_access_read(skb, info);
	if (ret)
		return ret;
	rtnl_lock();
	cg_guard_read(g, &state);
	msg = genlmsg_new(NLMSG_DEFAULT_SIZE + state.nhooked * nla_total_size(sizeof(u32)),
			  GFP_KERNEL);
	ret = -ENOMEM;
	if (!msg)
		goto err_unlock;
	ret = -EMSGSIZE;
	hdr = genlmsg_put_reply(msg, info, &cg_genl_family, 0, CAMGATE_CMD_GUARD_GET);
	if (!hdr || put_state(msg, g, &state))
		goto err_unlock;
	rtnl_unlock();
	genlmsg_end(msg, hdr);
	return genlmsg_reply(msg, info);

err_unlock:
	rtnl_unlock();
	nlmsg_free(msg);
	return ret;
}
