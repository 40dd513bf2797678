/* SPDX-License-Identifier: GPL-2.0-only */
/* The packet path's memory that is read and written in place. */
#include "dp.h"
#include "pins.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static size_t pages(size_t size)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	return (size + page - 1) / page * page;
}

static int map(struct cg_datapath *dp, enum cg_dp_map which, size_t size, int prot, void **ret_p)
{
	void *p = mmap(NULL, pages(size), prot, MAP_SHARED, dp->map[which], 0);

	if (p == MAP_FAILED)
		return cg_dp_fail(dp, -errno, "%s: mmap: %s", cg_dp_map_names[which],
				  strerror(errno));
	*ret_p = p;
	return 0;
}

int cg_dp_meta_map(struct cg_datapath *dp)
{
	dp->meta_size = pages(sizeof(*dp->meta));
	return map(dp, CG_DP_META, dp->meta_size, PROT_READ | PROT_WRITE, (void **)&dp->meta);
}

int cg_dp_cpus(struct cg_datapath *dp)
{
	int r = cg_pins_cpus_read(&dp->cpus);

	return r ? cg_dp_fail(dp, r, "the number of CPUs is not known: %s", strerror(-r)) : 0;
}

static size_t counts_size(const struct cg_datapath *dp)
{
	return (size_t)dp->cpus * CG_PLACES * dp->slots * sizeof(*dp->counts);
}

int cg_dp_memory_map(struct cg_datapath *dp)
{
	int r = cg_dp_cpus(dp);

	if (r)
		return r;
	dp->exposure_size = pages(dp->slots * sizeof(*dp->exposure));
	dp->fast_entries = (size_t)dp->cpus * (dp->meta->fast_mask + 1);
	r = map(dp, CG_DP_EXPOSURE, dp->exposure_size, PROT_READ | PROT_WRITE,
		(void **)&dp->exposure);
	dp->names_size = pages(dp->slots * sizeof(*dp->names));
	if (!r)
		r = map(dp, CG_DP_NAMES, dp->names_size, PROT_READ | PROT_WRITE,
			(void **)&dp->names);
	if (!r)
		r = map(dp, CG_DP_MACS, CG_MAC_WORDS * sizeof(*dp->macs), PROT_READ | PROT_WRITE,
			(void **)&dp->macs);
	if (!r)
		r = map(dp, CG_DP_LENS, dp->slots * sizeof(*dp->lens), PROT_READ | PROT_WRITE,
			(void **)&dp->lens);
	if (!r)
		r = map(dp, CG_DP_REACH, dp->slots * (CG_REACH_BITS / 8), PROT_READ | PROT_WRITE,
			(void **)&dp->reach);
	if (!r)
		r = map(dp, CG_DP_FAST4, dp->fast_entries * sizeof(*dp->fast4), PROT_READ,
			(void **)&dp->fast4);
	if (!r)
		r = map(dp, CG_DP_FAST6, dp->fast_entries * sizeof(*dp->fast6), PROT_READ,
			(void **)&dp->fast6);
	if (!r)
		r = map(dp, CG_DP_STATS, counts_size(dp), PROT_READ | PROT_WRITE,
			(void **)&dp->counts);
	if (!r)
		r = map(dp, CG_DP_SETTLED, CG_SETTLED_SETS * sizeof(*dp->settled),
			PROT_READ | PROT_WRITE, (void **)&dp->settled);
	if (!r)
		r = map(dp, CG_DP_TAPPED, CG_TAPPED_WORDS * sizeof(*dp->tapped),
			PROT_READ | PROT_WRITE, (void **)&dp->tapped);
	return r;
}

static void unmap(void *p, size_t size)
{
	if (p)
		munmap(p, pages(size));
}

void cg_dp_memory_unmap(struct cg_datapath *dp)
{
	unmap(dp->meta, dp->meta_size);
	unmap(dp->exposure, dp->exposure_size);
	unmap(dp->names, dp->names_size);
	unmap(dp->macs, CG_MAC_WORDS * sizeof(*dp->macs));
	unmap(dp->lens, dp->slots * sizeof(*dp->lens));
	unmap(dp->reach, dp->slots * (CG_REACH_BITS / 8));
	unmap(dp->fast4, dp->fast_entries * sizeof(*dp->fast4));
	unmap(dp->fast6, dp->fast_entries * sizeof(*dp->fast6));
	unmap(dp->counts, counts_size(dp));
	unmap(dp->settled, CG_SETTLED_SETS * sizeof(*dp->settled));
	unmap(dp->tapped, CG_TAPPED_WORDS * sizeof(*dp->tapped));
	dp->meta = NULL;
	dp->exposure = NULL;
	dp->names = NULL;
	dp->macs = NULL;
	dp->lens = NULL;
	dp->reach = NULL;
	dp->fast4 = NULL;
	dp->fast6 = NULL;
	dp->counts = NULL;
	dp->settled = NULL;
	dp->tapped = NULL;
}
