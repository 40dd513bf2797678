/* SPDX-License-Identifier: GPL-2.0-only */
/* kstats.h in memory: camgate.ko that is there or not, refuses, is another version, or counts otherwise. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <kern/kstats.h>
#include "fake.h"

struct cg_kstats {
	bool other;
};

static uint32_t serial;

int cg_kstats_open(struct cg_kstats **ret_ks)
{
	if (!fake_guards.module)
		return -ENOENT;
	*ret_ks = calloc(1, sizeof(**ret_ks));
	if (!*ret_ks)
		return -ENOMEM;
	(*ret_ks)->other = fake_guards.other_version;
	return fake_guards.other_version ? -EPROTO : 0;
}

void cg_kstats_close(struct cg_kstats **ks)
{
	free(*ks);
	*ks = NULL;
}

const char *cg_kstats_version(const struct cg_kstats *ks)
{
	return ks->other ? "9.9" : "0.1.0";
}

const char *cg_kstats_strerror(const struct cg_kstats *ks)
{
	return ks && fake_guards.refuses ? "prog_fd: no" : "";
}

int cg_kstats_info_read(struct cg_kstats *ks, struct cg_kstats_info *ret_info)
{
	(void)ks;
	if (!fake_guards.module)
		return -ENOENT;
	*ret_info = (struct cg_kstats_info){ .serial = serial, .slots = fake_guards.module_slots };
	return 0;
}

int cg_kstats_set(struct cg_kstats *ks, int prog_fd)
{
	(void)ks;
	(void)prog_fd;
	if (!fake_guards.module)
		return -ENOENT;
	if (fake_guards.refuses)
		return -EINVAL;
	serial++;
	fake_guards.module_slots = fake_kernel.slots;
	return 0;
}

int cg_kstats_unset(struct cg_kstats *ks)
{
	(void)ks;
	fake_guards.module_slots = 0;
	return 0;
}

int cg_kstats_read(struct cg_kstats *ks, uint32_t slot, struct cg_stats *ret_stats)
{
	(void)ks;
	if (!fake_guards.module)
		return -ENOENT;
	if (slot >= fake_guards.module_slots)
		return -ENODATA;
	*ret_stats = fake_kernel.stats[slot];
	ret_stats->c[0][0].packets += fake_guards.module_more;
	return 0;
}

int cg_kstats_announce(struct cg_kstats *ks, const char *id, uint32_t generation, uint32_t slot)
{
	(void)ks;
	(void)id;
	(void)generation;
	(void)slot;
	return 0;
}

int cg_kstats_guard_apply(struct cg_kstats *ks, const struct cg_kstats_guard *g)
{
	struct fake_guard *to = &fake_guards.by_module;
	int err = fake_call("guard_apply");

	(void)ks;
	if (err < 0)
		return err;
	*to = (struct fake_guard){
		.on = g->mode != CG_KSTATS_OFF,
		.drop = g->mode == CG_KSTATS_DROP,
		.mark = g->mark,
		.mask = g->mask,
		.nmac = g->nmac,
		.nport = g->ports_kept ? to->nport : g->nport + g->nbridge,
	};
	if (g->nmac)
		memcpy(to->mac, g->mac, g->nmac * sizeof(*g->mac));
	fake_guards_look();
	return 0;
}

int cg_kstats_guard_read(struct cg_kstats *ks, struct cg_kstats_guard_state *ret_state)
{
	const struct fake_guard *g = &fake_guards.by_module;

	(void)ks;
	if (!fake_guards.module)
		return -ENOENT;
	*ret_state = (struct cg_kstats_guard_state){
		.mode = !g->on	? CG_KSTATS_OFF :
			g->drop ? CG_KSTATS_DROP :
				  CG_KSTATS_COUNT,
		.mark = g->mark,
		.mask = g->mask,
		.macs = (uint32_t)g->nmac,
	};
	return 0;
}
