// SPDX-License-Identifier: GPL-2.0-only
/* Keeps the guard's hooks in place while interfaces come, go, are renamed and join bridges. */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/if_arp.h>
#include <linux/kernel.h>
#include <linux/netdevice.h>
#include <linux/notifier.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <net/net_namespace.h>
#include <camgate/genl.h>
#include "compat.h"
#include "guard.h"
#include "guard_hooks.h"
#include "guard_policy.h"
#include "netns.h"

struct hook {
	struct list_head list;
	struct net_device *dev;
	struct nf_hook_ops ops;
	bool fresh;		/* of a change that may still fail */
	struct rcu_head rcu;	/* a listing of hooks may be looking at ops */
};

static struct hook *find(const struct cg_guard *g, const struct net_device *dev)
{
	struct hook *h;

	list_for_each_entry(h, &g->hooked, list)
		if (h->dev == dev)
			return h;
	return NULL;
}

/*
 * An interface on its way out, of the machine or to another namespace, may
 * still be talked about (its bridge lets go of it): it is not listed any more.
 */
static bool present(struct cg_guard *g, struct net_device *dev)
{
	return dev->reg_state == NETREG_REGISTERED && net_eq(dev_net(dev), g->net) &&
	       __dev_get_by_index(g->net, dev->ifindex) == dev;
}

static bool wanted(struct cg_guard *g, const struct cg_guard_ports *ports, struct net_device *dev)
{
	const struct net_device *bridge = netdev_master_upper_dev_get(dev);
	u32 i;

	if (!ports || dev->type != ARPHRD_ETHER || !present(g, dev))
		return false;
	if (bridge && !netif_is_bridge_master(bridge))
		bridge = NULL;
	for (i = 0; i < ports->n; i++) {
		const struct cg_guard_port *p = &ports->port[i];

		switch (p->kind) {
		case CAMGATE_P_NAME:
			if (!strcmp(p->name, dev->name))
				return true;
			break;
		case CAMGATE_P_BRIDGE:
			if (bridge && !strcmp(p->name, bridge->name))
				return true;
			break;
		case CAMGATE_P_IFINDEX:
			if (p->ifindex == dev->ifindex)
				return true;
			break;
		}
	}
	return false;
}

static bool is_on(const struct cg_guard *g)
{
	const struct cg_guard_policy *p = rtnl_dereference(g->policy);

	return p && p->mode != CAMGATE_GUARD_OFF;
}

static int hook_in(struct cg_guard *g, struct net_device *dev)
{
	struct hook *h = kzalloc(sizeof(*h), GFP_KERNEL);
	int ret;

	if (!h)
		return -ENOMEM;
	h->dev = dev;
	h->fresh = true;
	h->ops.hook = cg_guard_judge;
	h->ops.priv = g;
	h->ops.dev = dev;
	h->ops.pf = NFPROTO_NETDEV;
	h->ops.hooknum = NF_NETDEV_INGRESS;
	/* Before everything else there: a flowtable would take the frame away. */
	h->ops.priority = INT_MIN;
	ret = cg_hook_register(g->net, &h->ops);
	if (ret) {
		kfree(h);
		return ret;
	}
	list_add_tail(&h->list, &g->hooked);
	return 0;
}

static void unhook(struct cg_guard *g, struct hook *h)
{
	list_del(&h->list);
	cg_hook_unregister(g->net, &h->ops);
	kfree_rcu(h, rcu);
}

int cg_guard_hooks_add(struct cg_guard *g, const struct cg_guard_ports *ports)
{
	struct net_device *dev;
	struct hook *h, *next;
	int ret = 0;

	ASSERT_RTNL();
	for_each_netdev(g->net, dev) {
		if (!wanted(g, ports, dev) || find(g, dev))
			continue;
		ret = hook_in(g, dev);
		if (ret)
			break;
	}
	list_for_each_entry_safe(h, next, &g->hooked, list) {
		if (h->fresh && ret)
			unhook(g, h);
		else
			h->fresh = false;
	}
	return ret;
}

void cg_guard_hooks_prune(struct cg_guard *g)
{
	struct hook *h, *next;
	bool on = is_on(g);

	ASSERT_RTNL();
	list_for_each_entry_safe(h, next, &g->hooked, list)
		if (!on || !wanted(g, g->ports, h->dev))
			unhook(g, h);
}

void cg_guard_hooks_count(struct cg_guard *g, u32 *ret_hooked, u32 *ret_failed)
{
	struct net_device *dev;
	u32 hooked = 0, failed = 0;
	struct hook *h;

	ASSERT_RTNL();
	list_for_each_entry(h, &g->hooked, list)
		hooked++;
	if (is_on(g)) {
		for_each_netdev(g->net, dev)
			failed += wanted(g, g->ports, dev) && !find(g, dev);
	}
	*ret_hooked = hooked;
	*ret_failed = failed;
}

int cg_guard_each_hooked(struct cg_guard *g, int (*fn)(int ifindex, void *arg), void *arg)
{
	struct hook *h;
	int ret = 0;

	ASSERT_RTNL();
	list_for_each_entry(h, &g->hooked, list) {
		ret = fn(h->dev->ifindex, arg);
		if (ret)
			break;
	}
	return ret;
}

/*
 * A hook may be missing for lack of memory: what can be hooked in is, and
 * GUARD_FAILED tells of the rest.
 */
static void follow(struct cg_guard *g, struct net_device *dev)
{
	struct hook *h = find(g, dev);
	bool want = is_on(g) && wanted(g, g->ports, dev);
	int ret;

	if (h && !want) {
		unhook(g, h);
	} else if (!h && want) {
		ret = hook_in(g, dev);
		if (ret)
			pr_warn_ratelimited("%s: cannot be guarded (%d)\n", dev->name, ret);
		else
			list_last_entry(&g->hooked, struct hook, list)->fresh = false;
	}
}

static int on_netdev(struct notifier_block *nb, unsigned long event, void *ptr)
{
	struct net_device *dev = netdev_notifier_info_to_dev(ptr), *other;
	struct cg_guard *g = &cg_netns_of(dev_net(dev))->guard;
	struct hook *h;

	ASSERT_RTNL();
	switch (event) {
	case NETDEV_REGISTER:
	case NETDEV_CHANGEUPPER:
		follow(g, dev);
		break;
	case NETDEV_CHANGENAME:
		/* It may be a bridge that was renamed. */
		for_each_netdev(g->net, other)
			follow(g, other);
		break;
	case NETDEV_UNREGISTER:
		h = find(g, dev);
		if (h)
			unhook(g, h);
		break;
	}
	return NOTIFY_DONE;
}

static struct notifier_block netdev_notifier = {
	.notifier_call = on_netdev,
};

int cg_guard_register(void)
{
	return register_netdevice_notifier(&netdev_notifier);
}

/* Tells us that every interface goes, and so unhooks everywhere. */
void cg_guard_unregister(void)
{
	unregister_netdevice_notifier(&netdev_notifier);
	/* Packets may still be inside the hook, and so in our text and data. */
	synchronize_net();
}
