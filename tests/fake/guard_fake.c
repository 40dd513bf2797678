/* SPDX-License-Identifier: GPL-2.0-only */
/* Stands in for nft, nftables' answers and the kernel module: no test of the agent touches the host's. */
#include <errno.h>
#include <kern/datapath.h>
#include <kern/kstats.h>
#include <kern/nft.h>

int cg_datapath_guard_set(struct cg_datapath *dp, uint32_t mark)
{
	struct cg_meta *meta = cg_datapath_meta(dp);

	meta->mark = mark;
	meta->flags = mark ? meta->flags | CG_META_GUARD : meta->flags & ~(uint32_t)CG_META_GUARD;
	return 0;
}

int cg_datapath_prog_fd(const struct cg_datapath *dp)
{
	(void)dp;
	return -1;
}

int cg_nft_start(const char *script, struct cg_nft_job *ret_job)
{
	(void)script;
	(void)ret_job;
	return -ENOENT;
}

int cg_nft_finish(struct cg_nft_job *job, char *ret_why, size_t n)
{
	(void)job;
	(void)ret_why;
	(void)n;
	return -ENOENT;
}

int cg_nft_run(const char *script, char *ret_why, size_t n)
{
	(void)script;
	if (n)
		ret_why[0] = '\0';
	return -ENOENT;
}

int cg_nft_table_has(uint8_t family, const char *table)
{
	(void)family;
	(void)table;
	return 0;
}

int cg_nft_set_has(uint8_t family, const char *table, const char *set)
{
	(void)family;
	(void)table;
	(void)set;
	return 0;
}

int cg_nft_counter_read(uint8_t family, const char *table, const char *name, uint64_t *ret_packets)
{
	(void)family;
	(void)table;
	(void)name;
	(void)ret_packets;
	return -ENOENT;
}

int cg_nft_rules_find(uint8_t family, const char *table, const char *chain, const char *comment,
		      uint64_t *ret_handles, size_t max)
{
	(void)family;
	(void)table;
	(void)chain;
	(void)comment;
	(void)ret_handles;
	(void)max;
	return 0;
}
