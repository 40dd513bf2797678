// SPDX-License-Identifier: GPL-2.0-only
/* Answers questions about counters; a dump goes on where the last message was full. */
#include <linux/mutex.h>
#include <net/genetlink.h>
#include <net/net_namespace.h>
#include <net/sock.h>
#include <camgate/genl.h>
#include "compat.h"
#include "counters.h"
#include "genl_access.h"
#include "genl_counters.h"
#include "genl_family.h"
#include "netns.h"
#include "source.h"

/* The most one entry takes: two levels of nesting apart, with the padding. */
#define ENTRY_SIZE	(nla_total_size(0) + 2 * nla_total_size(sizeof(u32)) + \
			 2 * nla_total_size_64bit(sizeof(u64)))

/* Where a dump goes on, laid over the callback's own words. */
struct dump_ctx {
	u32 slot;
	u32 place;
};

const struct nla_policy cg_genl_counters_set_policy[CAMGATE_A_MAX + 1] = {
	[CAMGATE_A_PROG_FD] = { .type = NLA_U32 },
};

const struct nla_policy cg_genl_counters_get_policy[CAMGATE_A_MAX + 1] = {
	[CAMGATE_A_SLOT] = { .type = NLA_U32 },
};

int cg_genl_counters_put_source(struct sk_buff *msg, struct cg_counters *c)
{
	int ret = -EMSGSIZE;

	mutex_lock(&c->lock);
	if (nla_put_u32(msg, CAMGATE_A_SERIAL, c->serial))
		goto out;
	if (c->map && (nla_put_u32(msg, CAMGATE_A_SLOTS, cg_counters_slots(c)) ||
		       nla_put_u32(msg, CAMGATE_A_MAP_ID, cg_counters_map_id(c))))
		goto out;
	ret = 0;
out:
	mutex_unlock(&c->lock);
	return ret;
}

static int put_entry(struct sk_buff *msg, const struct cg_stats *sum, u32 place)
{
	const struct cg_count *c = &sum->c[place / CG_REASONS][place % CG_REASONS];
	struct nlattr *nest = nla_nest_start(msg, CAMGATE_C_ENTRY);

	if (!nest)
		return -EMSGSIZE;
	if (nla_put_u32(msg, CAMGATE_C_PLANE, place / CG_REASONS) ||
	    nla_put_u32(msg, CAMGATE_C_REASON, place % CG_REASONS) ||
	    nla_put_u64_64bit(msg, CAMGATE_C_PACKETS, c->packets, CAMGATE_C_PAD) ||
	    nla_put_u64_64bit(msg, CAMGATE_C_BYTES, c->bytes, CAMGATE_C_PAD)) {
		nla_nest_cancel(msg, nest);
		return -EMSGSIZE;
	}
	nla_nest_end(msg, nest);
	return 0;
}

/*
 * Puts the slot that was read last, from *place on. -EMSGSIZE: not all of it;
 * *place is then the first that is missing.
 */
static int put_slot(struct sk_buff *msg, const struct cg_counters *c, u32 slot, u32 *place)
{
	struct nlattr *counts;

	lockdep_assert_held(&c->lock);
	if (nla_put_u32(msg, CAMGATE_A_SLOT, slot) ||
	    nla_put_u32(msg, CAMGATE_A_SERIAL, c->serial))
		return -EMSGSIZE;
	counts = nla_nest_start(msg, CAMGATE_A_COUNTS);
	if (!counts)
		return -EMSGSIZE;
	for (; *place < CG_PLACES; *place = cg_counters_next(&c->sum, *place + 1)) {
		if (put_entry(msg, &c->sum, *place))
			break;
	}
	nla_nest_end(msg, counts);
	return *place < CG_PLACES ? -EMSGSIZE : 0;
}

int cg_genl_counters_set(struct sk_buff *skb, struct genl_info *info)
{
	struct cg_counters *c = &cg_netns_of(genl_info_net(info))->counters;
	const struct nlattr *fd = info->attrs[CAMGATE_A_PROG_FD];
	struct sk_buff *msg;
	void *hdr;
	int ret;

	ret = cg_genl_access_write(skb, info);
	if (ret)
		return ret;
	if (!fd) {
		NL_SET_ERR_MSG(info->extack, "prog_fd: missing");
		return -EINVAL;
	}
	/* Before anything is done, so that nothing can fail behind it. */
	msg = genlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!msg)
		return -ENOMEM;
	ret = cg_source_set(c, nla_get_u32(fd), info->extack, fd);
	if (ret)
		goto err_msg;
	hdr = genlmsg_put_reply(msg, info, &cg_genl_family, 0, CAMGATE_CMD_SET);
	if (!hdr || cg_genl_counters_put_source(msg, c)) {
		ret = -EMSGSIZE;
		goto err_msg;
	}
	genlmsg_end(msg, hdr);
	return genlmsg_reply(msg, info);

err_msg:
	nlmsg_free(msg);
	return ret;
}

int cg_genl_counters_unset(struct sk_buff *skb, struct genl_info *info)
{
	int ret = cg_genl_access_write(skb, info);

	if (ret)
		return ret;
	cg_source_unset(&cg_netns_of(genl_info_net(info))->counters);
	return 0;
}

int cg_genl_counters_get(struct sk_buff *skb, struct genl_info *info)
{
	struct cg_counters *c = &cg_netns_of(genl_info_net(info))->counters;
	const struct nlattr *slot = info->attrs[CAMGATE_A_SLOT];
	struct sk_buff *msg;
	u32 place = 0;
	void *hdr;
	int ret;

	ret = cg_genl_access_read(skb, info);
	if (ret)
		return ret;
	if (!slot) {
		NL_SET_ERR_MSG(info->extack, "slot: missing");
		return -EINVAL;
	}
	msg = genlmsg_new(NLMSG_DEFAULT_SIZE + CG_PLACES * ENTRY_SIZE, GFP_KERNEL);
	if (!msg)
		return -ENOMEM;
	hdr = genlmsg_put_reply(msg, info, &cg_genl_family, 0, CAMGATE_CMD_GET);
	if (!hdr) {
		ret = -EMSGSIZE;
		goto err_msg;
	}
	mutex_lock(&c->lock);
	ret = cg_counters_read(c, nla_get_u32(slot));
	if (!ret) {
		place = cg_counters_next(&c->sum, 0);
		ret = put_slot(msg, c, nla_get_u32(slot), &place);
	}
	mutex_unlock(&c->lock);
	if (ret == -ENODATA)
		NL_SET_ERR_MSG(info->extack, "no map is set");
	else if (ret == -ENOENT)
		NL_SET_ERR_MSG_ATTR(info->extack, slot, "slot: the map has no such slot");
	if (ret)
		goto err_msg;
	genlmsg_end(msg, hdr);
	return genlmsg_reply(msg, info);

err_msg:
	nlmsg_free(msg);
	return ret;
}

int cg_genl_counters_start(struct netlink_callback *cb)
{
	struct cg_counters *c = &cg_netns_of(sock_net(cb->skb->sk))->counters;
	bool none;
	int ret;

	BUILD_BUG_ON(sizeof(struct dump_ctx) > sizeof(cb->ctx));
	ret = cg_genl_access_dump(cb);
	if (ret)
		return ret;
	if (cg_dump_attrs(cb)[CAMGATE_A_SLOT]) {
		NL_SET_ERR_MSG_ATTR(cb->extack, cg_dump_attrs(cb)[CAMGATE_A_SLOT],
				    "slot: a dump is of every slot");
		return -EINVAL;
	}
	mutex_lock(&c->lock);
	none = !c->map;
	mutex_unlock(&c->lock);
	if (none) {
		NL_SET_ERR_MSG(cb->extack, "no map is set");
		return -ENODATA;
	}
	return 0;
}

int cg_genl_counters_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct cg_counters *c = &cg_netns_of(sock_net(cb->skb->sk))->counters;
	struct dump_ctx *ctx = (struct dump_ctx *)cb->ctx;
	int ret = 0;

	mutex_lock(&c->lock);
	cb->seq = c->serial;
	for (; !ret && ctx->slot < cg_counters_slots(c); ctx->slot++, ctx->place = 0) {
		int len = skb->len;
		u32 from;
		void *hdr;

		ret = cg_counters_read(c, ctx->slot);
		if (ret)
			break;
		from = cg_counters_next(&c->sum, ctx->place);
		ctx->place = from;
		if (from == CG_PLACES)
			continue;
		hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
				  &cg_genl_family, NLM_F_MULTI, CAMGATE_CMD_GET);
		if (!hdr) {
			ret = -EMSGSIZE;
			break;
		}
		genl_dump_check_consistent(cb, hdr);
		ret = put_slot(skb, c, ctx->slot, &ctx->place);
		/* No room for even one entry: not a message. */
		if (ret && ctx->place == from) {
			genlmsg_cancel(skb, hdr);
			/* Nor would there be in the next one: cannot be, but must not loop. */
			if (!len)
				goto out;
			break;
		}
		genlmsg_end(skb, hdr);
		if (ret)
			break;
	}
	ret = skb->len;
out:
	mutex_unlock(&c->lock);
	return ret;
}
