// SPDX-License-Identifier: GPL-2.0-only
/* Judges the header and the sender of a netlink message before its attributes are looked at. */
#include <linux/capability.h>
#include <linux/netlink.h>
#include <net/genetlink.h>
#include <net/net_namespace.h>
#include <net/sock.h>
#include <camgate/genl.h>
#include "genl_access.h"
#include "param.h"

/* The kernel itself is strict about these in new families only since 6.2. */
static int check_header(const struct nlmsghdr *nlh, const struct genlmsghdr *gnlh, u16 flags,
			struct netlink_ext_ack *extack)
{
	if (nlh->nlmsg_flags & ~(flags | NLM_F_REQUEST | NLM_F_ACK | NLM_F_ECHO)) {
		NL_SET_ERR_MSG(extack, "header: unknown flag");
		return -EINVAL;
	}
	if (gnlh->version != CAMGATE_GENL_VERSION) {
		NL_SET_ERR_MSG(extack, "header: version is not 1");
		return -EINVAL;
	}
	if (gnlh->reserved) {
		NL_SET_ERR_MSG(extack, "header: reserved is not 0");
		return -EINVAL;
	}
	return 0;
}

static bool may_read(struct sk_buff *skb, const struct net *net)
{
	return cg_param_public() || netlink_ns_capable(skb, net->user_ns, CAP_NET_ADMIN);
}

/*
 * A program's descriptor is worth as much as the right to load one: root of a
 * user namespace has neither.
 */
static bool may_write(struct sk_buff *skb, const struct net *net)
{
	return netlink_ns_capable(skb, net->user_ns, CAP_NET_ADMIN) &&
	       (netlink_capable(skb, CAP_BPF) || netlink_capable(skb, CAP_SYS_ADMIN));
}

int cg_genl_access_read(struct sk_buff *skb, struct genl_info *info)
{
	if (!may_read(skb, genl_info_net(info)))
		return -EPERM;
	return check_header(info->nlhdr, info->genlhdr, 0, info->extack);
}

int cg_genl_access_write(struct sk_buff *skb, struct genl_info *info)
{
	if (!may_write(skb, genl_info_net(info)))
		return -EPERM;
	return check_header(info->nlhdr, info->genlhdr, 0, info->extack);
}

int cg_genl_access_dump(struct netlink_callback *cb)
{
	if (!may_read(cb->skb, sock_net(cb->skb->sk)))
		return -EPERM;
	return check_header(cb->nlh, nlmsg_data(cb->nlh), NLM_F_DUMP, cb->extack);
}
