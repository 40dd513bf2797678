// SPDX-License-Identifier: GPL-2.0-only
/* The netlink family: which command takes what and is answered by whom, INFO and ANNOUNCE. */
#include <linux/cache.h>
#include <linux/init.h>
#include <linux/module.h>
#include <linux/string.h>
#include <net/genetlink.h>
#include <net/net_namespace.h>
#include <camgate/genl.h>
#include "compat.h"
#include "counters.h"
#include "genl.h"
#include "genl_access.h"
#include "genl_counters.h"
#include "genl_family.h"
#include "genl_guard.h"
#include "netns.h"

static const struct nla_policy announce_policy[CAMGATE_A_MAX + 1] = {
	[CAMGATE_A_CAM_ID] = { .type = NLA_NUL_STRING, .len = CAMGATE_CAM_ID_LEN - 1 },
	[CAMGATE_A_GENERATION] = { .type = NLA_U32 },
	[CAMGATE_A_SLOT] = { .type = NLA_U32 },
};

/* For commands without attributes: every one is unknown. */
static const struct nla_policy no_policy[CAMGATE_A_MAX + 1];

static int get_info(struct sk_buff *skb, struct genl_info *info)
{
	struct cg_counters *c = &cg_netns_of(genl_info_net(info))->counters;
	struct sk_buff *msg;
	void *hdr;
	int ret;

	ret = cg_genl_access_read(skb, info);
	if (ret)
		return ret;
	msg = genlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!msg)
		return -ENOMEM;
	hdr = genlmsg_put_reply(msg, info, &cg_genl_family, 0, CAMGATE_CMD_INFO);
	if (!hdr || nla_put_string(msg, CAMGATE_A_VERSION, CAMGATE_VERSION) ||
	    nla_put_u32(msg, CAMGATE_A_PLANES, CG_REASON_PLANES) ||
	    nla_put_u32(msg, CAMGATE_A_REASONS, CG_REASONS) ||
	    cg_genl_counters_put_source(msg, c)) {
		nlmsg_free(msg);
		return -EMSGSIZE;
	}
	genlmsg_end(msg, hdr);
	return genlmsg_reply(msg, info);
}

static bool is_id(const char *s)
{
	if (!*s)
		return false;
	for (; *s; s++)
		if (!(*s >= 'a' && *s <= 'z') && !(*s >= '0' && *s <= '9') && *s != '-' &&
		    *s != '_')
			return false;
	return true;
}

static int announce(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *id = info->attrs[CAMGATE_A_CAM_ID];
	const struct nlattr *generation = info->attrs[CAMGATE_A_GENERATION];
	const struct nlattr *slot = info->attrs[CAMGATE_A_SLOT];
	struct sk_buff *msg;
	void *hdr;
	int ret;

	ret = cg_genl_access_write(skb, info);
	if (ret)
		return ret;
	if (!id || !generation) {
		if (!id)
			NL_SET_ERR_MSG(info->extack, "cam_id: missing");
		else
			NL_SET_ERR_MSG(info->extack, "generation: missing");
		return -EINVAL;
	}
	if (!is_id(nla_data(id))) {
		NL_SET_ERR_MSG_ATTR(info->extack, id, "cam_id: not a-z, 0-9, - and _");
		return -EINVAL;
	}
	msg = genlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!msg)
		return -ENOMEM;
	hdr = genlmsg_put(msg, 0, 0, &cg_genl_family, 0, CAMGATE_CMD_ANNOUNCE);
	if (!hdr || nla_put_string(msg, CAMGATE_A_CAM_ID, nla_data(id)) ||
	    nla_put_u32(msg, CAMGATE_A_GENERATION, nla_get_u32(generation)) ||
	    (slot && nla_put_u32(msg, CAMGATE_A_SLOT, nla_get_u32(slot)))) {
		nlmsg_free(msg);
		return -EMSGSIZE;
	}
	genlmsg_end(msg, hdr);
	ret = genlmsg_multicast_netns(&cg_genl_family, genl_info_net(info), msg, 0, 0, GFP_KERNEL);
	/* That nobody listens is no failure of the sender's. */
	return ret == -ESRCH ? 0 : ret;
}

#define OP(_cmd, _policy, _doit) {		\
	.cmd = _cmd,				\
	.policy = _policy,			\
	.maxattr = CAMGATE_A_MAX,		\
	.doit = _doit,				\
}

/*
 * Rights are asked for by the commands themselves: they depend on a parameter
 * or on more than one capability.
 */
static const struct genl_ops ops[] = {
	OP(CAMGATE_CMD_INFO, no_policy, get_info),
	OP(CAMGATE_CMD_SET, cg_genl_counters_set_policy, cg_genl_counters_set),
	OP(CAMGATE_CMD_UNSET, no_policy, cg_genl_counters_unset),
	{
		.cmd = CAMGATE_CMD_GET,
		.policy = cg_genl_counters_get_policy,
		.maxattr = CAMGATE_A_MAX,
		.doit = cg_genl_counters_get,
		.start = cg_genl_counters_start,
		.dumpit = cg_genl_counters_dump,
	},
	OP(CAMGATE_CMD_ANNOUNCE, announce_policy, announce),
	OP(CAMGATE_CMD_GUARD_SET, cg_genl_guard_policy, cg_genl_guard_set),
	OP(CAMGATE_CMD_GUARD_GET, no_policy, cg_genl_guard_get),
};

static const struct genl_multicast_group groups[] = {
	{ .name = CAMGATE_GENL_GROUP, CG_GROUP_ADMIN },
};

struct genl_family cg_genl_family __ro_after_init = {
	.name = CAMGATE_GENL_NAME,
	.version = CAMGATE_GENL_VERSION,
	.maxattr = CAMGATE_A_MAX,
	.netnsok = true,
	.module = THIS_MODULE,
	.ops = ops,
	.n_ops = ARRAY_SIZE(ops),
	.mcgrps = groups,
	.n_mcgrps = ARRAY_SIZE(groups),
};

int __init cg_genl_register(void)
{
	return genl_register_family(&cg_genl_family);
}

void cg_genl_unregister(void)
{
	genl_unregister_family(&cg_genl_family);
}
