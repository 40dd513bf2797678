// SPDX-License-Identifier: GPL-2.0-only
/* Makes and ends the module's part of each network namespace. */
#include <linux/cache.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>
#include "netns.h"
#include "procfs.h"
#include "source.h"

static unsigned int netns_id __read_mostly;

struct cg_netns *cg_netns_of(const struct net *net)
{
	return net_generic(net, netns_id);
}

static int __net_init init_netns(struct net *net)
{
	struct cg_netns *ns = cg_netns_of(net);
	int ret;

	cg_counters_init(&ns->counters);
	ret = cg_guard_init(&ns->guard, net);
	if (ret)
		return ret;
	ret = cg_procfs_add(net);
	if (ret)
		goto err_guard;
	return 0;

err_guard:
	cg_guard_exit(&ns->guard);
	return ret;
}

static void __net_exit exit_netns(struct net *net)
{
	struct cg_netns *ns = cg_netns_of(net);

	/* Waits for those who are reading it. */
	cg_procfs_remove(net);
	cg_guard_exit(&ns->guard);
	cg_source_unset(&ns->counters);
}

static struct pernet_operations netns_ops = {
	.init = init_netns,
	.exit = exit_netns,
	.id = &netns_id,
	.size = sizeof(struct cg_netns),
};

int cg_netns_register(void)
{
	return register_pernet_subsys(&netns_ops);
}

void cg_netns_unregister(void)
{
	unregister_pernet_subsys(&netns_ops);
}
