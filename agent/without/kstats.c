/* SPDX-License-Identifier: GPL-2.0-only */
/* WITH_MODULE=no: no netlink family is asked. */
#include <errno.h>
#include "../kern/kstats.h"

int cg_kstats_open(struct cg_kstats **ret_ks)
{
	(void)ret_ks;
	return -ENOENT;
}

void cg_kstats_close(struct cg_kstats **ks)
{
	(void)ks;
}

int cg_kstats_info_read(struct cg_kstats *ks, struct cg_kstats_info *ret_info)
{
	(void)ks;
	(void)ret_info;
	return -ENOENT;
}

int cg_kstats_read(struct cg_kstats *ks, uint32_t slot, struct cg_stats *ret_stats)
{
	(void)ks;
	(void)slot;
	(void)ret_stats;
	return -ENOENT;
}

int cg_kstats_guard_apply(struct cg_kstats *ks, const struct cg_kstats_guard *g)
{
	(void)ks;
	(void)g;
	return -ENOENT;
}

int cg_kstats_unset(struct cg_kstats *ks)
{
	(void)ks;
	return -ENOENT;
}
