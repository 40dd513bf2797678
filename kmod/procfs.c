// SPDX-License-Identifier: GPL-2.0-only
/* Prints the counters to /proc/net/camgate, one slot a step. */
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/seq_file_net.h>
#include <net/net_namespace.h>
#include <camgate/genl.h>
#include "netns.h"
#include "param.h"
#include "procfs.h"

/*
 * Position 0 is the heading, position n slot n - 1. The value of a step is its
 * position + 1, so that it is not NULL.
 */
static void *at(struct cg_counters *c, loff_t pos)
{
	return pos <= cg_counters_slots(c) ? (void *)(unsigned long)(pos + 1) : NULL;
}

static void *start(struct seq_file *m, loff_t *pos)
{
	struct cg_counters *c = &cg_netns_of(seq_file_net(m))->counters;

	mutex_lock(&c->lock);
	return at(c, *pos);
}

static void *next(struct seq_file *m, void *v, loff_t *pos)
{
	struct cg_counters *c = &cg_netns_of(seq_file_net(m))->counters;

	return at(c, ++*pos);
}

static void stop(struct seq_file *m, void *v)
{
	mutex_unlock(&cg_netns_of(seq_file_net(m))->counters.lock);
}

static int show(struct seq_file *m, void *v)
{
	struct cg_counters *c = &cg_netns_of(seq_file_net(m))->counters;
	unsigned long pos = (unsigned long)v - 1;
	u32 i;

	if (!pos) {
		seq_puts(m, "slot plane reason packets bytes\n");
		return 0;
	}
	if (cg_counters_read(c, pos - 1))
		return 0;
	for (i = cg_counters_next(&c->sum, 0); i < CG_PLACES;
	     i = cg_counters_next(&c->sum, i + 1)) {
		const struct cg_count *n = &c->sum.c[i / CG_REASONS][i % CG_REASONS];

		seq_printf(m, "%lu %u %u %llu %llu\n", pos - 1, i / CG_REASONS, i % CG_REASONS,
			   n->packets, n->bytes);
	}
	return 0;
}

static const struct seq_operations seq_ops = {
	.start = start,
	.next = next,
	.stop = stop,
	.show = show,
};

int cg_procfs_add(struct net *net)
{
	umode_t mode = cg_param_public() ? 0444 : 0440;

	if (!proc_create_net(CAMGATE_GENL_NAME, mode, net->proc_net, &seq_ops,
			     sizeof(struct seq_net_private)))
		return -ENOMEM;
	return 0;
}

void cg_procfs_remove(struct net *net)
{
	remove_proc_entry(CAMGATE_GENL_NAME, net->proc_net);
}
