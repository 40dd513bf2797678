// SPDX-License-Identifier: GPL-2.0-only
/* The guard of a namespace: judges a frame, and changes what frames are judged by. */
#include <linux/if_ether.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/percpu.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <linux/skbuff.h>
#include <linux/string.h>
#include <camgate/genl.h>
#include "compat.h"
#include "guard.h"
#include "guard_hooks.h"
#include "guard_policy.h"

static void count(struct cg_guard *g, const struct sk_buff *skb, bool marked, bool dropped)
{
	struct cg_guard_stats *s = this_cpu_ptr(g->stats);
	/* A merged packet is as many as were on the wire. */
	unsigned long n = max_t(unsigned int, skb_shinfo(skb)->gso_segs, 1);

	u64_stats_update_begin(&s->syncp);
	if (marked)
		u64_stats_add(&s->marked, n);
	else
		u64_stats_add(&s->unmarked, n);
	if (dropped)
		u64_stats_add(&s->dropped, n);
	u64_stats_update_end(&s->syncp);
}

/*
 * tc ingress of the same port has run just before, and nothing else: a camera's
 * frame without the mark is one that our filter did not see. The mark has done
 * its work then, and is taken off so that nobody else finds it.
 */
unsigned int cg_guard_judge(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	struct cg_guard *g = priv;
	const struct cg_guard_policy *p = rcu_dereference(g->policy);
	bool marked, drop;

	if (!p || p->mode == CAMGATE_GUARD_OFF)
		return NF_ACCEPT;
	if (!skb_mac_header_was_set(skb) || !cg_guard_policy_has(p, eth_hdr(skb)->h_source))
		return NF_ACCEPT;
	marked = (skb->mark & p->mask) == p->mark;
	skb->mark &= ~p->mask;
	drop = !marked && p->mode == CAMGATE_GUARD_DROP;
	count(g, skb, marked, drop);
	return drop ? NF_DROP : NF_ACCEPT;
}

int cg_guard_init(struct cg_guard *g, struct net *net)
{
	int cpu;

	g->stats = alloc_percpu(struct cg_guard_stats);
	if (!g->stats)
		return -ENOMEM;
	for_each_possible_cpu(cpu)
		u64_stats_init(&per_cpu_ptr(g->stats, cpu)->syncp);
	g->net = net;
	INIT_LIST_HEAD(&g->hooked);
	return 0;
}

/* Every interface is gone or let go of by now, and with it every packet. */
void cg_guard_exit(struct cg_guard *g)
{
	WARN_ON(!list_empty(&g->hooked));
	cg_guard_policy_free(rcu_dereference_protected(g->policy, 1));
	kvfree(g->stage);
	kvfree(g->ports);
	free_percpu(g->stats);
}

/*
 * The stage as it is after this change: what stood there, if it is kept, and
 * what is added. NULL with *ret_n = 0: nothing is staged.
 */
static int next_stage(const struct cg_guard *g, const struct cg_guard_change *change,
		      u8 **ret_stage, u32 *ret_n)
{
	u32 kept = change->flags & CAMGATE_F_MACS_BEGIN ? 0 : g->nstage;
	u32 n = kept + change->nmacs;
	u8 *stage = NULL;

	if (n > CAMGATE_MAX_MACS)
		return -E2BIG;
	if (n) {
		stage = kvmalloc_array(n, ETH_ALEN, GFP_KERNEL_ACCOUNT);
		if (!stage)
			return -ENOMEM;
		if (kept)
			memcpy(stage, g->stage, kept * ETH_ALEN);
		if (change->nmacs)
			memcpy(stage + kept * ETH_ALEN, change->macs, change->nmacs * ETH_ALEN);
	}
	*ret_stage = stage;
	*ret_n = n;
	return 0;
}

static void replace_stage(struct cg_guard *g, u8 *stage, u32 n)
{
	kvfree(g->stage);
	g->stage = stage;
	g->nstage = n;
}

int cg_guard_set(struct cg_guard *g, struct cg_guard_change *change,
		 struct netlink_ext_ack *extack)
{
	struct cg_guard_policy *old = rtnl_dereference(g->policy), *new;
	u32 mode = change->has_mode ? change->mode : old ? old->mode : CAMGATE_GUARD_OFF;
	u32 mark = change->has_mark ? change->mark : old ? old->mark : 0;
	u32 mask = change->has_mark ? change->mask : old ? old->mask : 0;
	bool commit = change->flags & CAMGATE_F_MACS_COMMIT;
	const struct cg_guard_ports *ports = change->ports ?: g->ports;
	static const u8 none[ETH_ALEN];
	u32 nstage;
	u8 *stage;
	int ret;

	ASSERT_RTNL();
	if (mode != CAMGATE_GUARD_OFF && !mark) {
		NL_SET_ERR_MSG(extack, "guard_mark: a guard needs a mark other than 0");
		return -EINVAL;
	}
	if (commit && !g->nstage && !change->nmacs && !(change->flags & CAMGATE_F_MACS_BEGIN)) {
		NL_SET_ERR_MSG(extack, "guard_flags: nothing is staged to commit");
		return -EINVAL;
	}
	ret = next_stage(g, change, &stage, &nstage);
	if (ret) {
		if (ret == -E2BIG)
			NL_SET_ERR_MSG(extack, "guard_macs: more addresses than CAMGATE_MAX_MACS");
		return ret;
	}
	new = cg_guard_policy_new(mode, mark, mask, !commit ? NULL : stage ?: none,
				  nstage, old);
	if (!new) {
		ret = -ENOMEM;
		goto err_stage;
	}
	/*
	 * First the hooks that are missing, which can fail; they let everything
	 * pass until the policy that follows says otherwise.
	 */
	if (mode != CAMGATE_GUARD_OFF) {
		ret = cg_guard_hooks_add(g, ports);
		if (ret) {
			NL_SET_ERR_MSG(extack, "guard_ports: the kernel refused a hook");
			goto err_policy;
		}
	}
	rcu_assign_pointer(g->policy, new);
	cg_guard_policy_free_later(old);
	if (change->ports) {
		kvfree(g->ports);
		g->ports = change->ports;
		change->ports = NULL;
	}
	cg_guard_hooks_prune(g);
	if (commit) {
		kvfree(stage);
		replace_stage(g, NULL, 0);
	} else {
		replace_stage(g, stage, nstage);
	}
	return 0;

err_policy:
	cg_guard_policy_free(new);
err_stage:
	kvfree(stage);
	return ret;
}

void cg_guard_read(struct cg_guard *g, struct cg_guard_state *ret_state)
{
	const struct cg_guard_policy *p = rtnl_dereference(g->policy);
	int cpu;

	ASSERT_RTNL();
	memset(ret_state, 0, sizeof(*ret_state));
	if (p) {
		ret_state->mode = p->mode;
		ret_state->mark = p->mark;
		ret_state->mask = p->mask;
		ret_state->nmacs = p->nmacs;
	}
	cg_guard_hooks_count(g, &ret_state->nhooked, &ret_state->failed);
	for_each_possible_cpu(cpu) {
		const struct cg_guard_stats *s = per_cpu_ptr(g->stats, cpu);
		u64 marked, unmarked, dropped;
		unsigned int start;

		do {
			start = cg_stats_begin(&s->syncp);
			marked = u64_stats_read(&s->marked);
			unmarked = u64_stats_read(&s->unmarked);
			dropped = u64_stats_read(&s->dropped);
		} while (cg_stats_retry(&s->syncp, start));
		ret_state->marked += marked;
		ret_state->unmarked += unmarked;
		ret_state->dropped += dropped;
	}
}
