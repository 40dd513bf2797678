/* SPDX-License-Identifier: GPL-2.0-only */
/* Hands scripts to nft without a shell, waiting or not, and asks nftables small questions itself. */
#ifndef CG_NFT_H
#define CG_NFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include "../lib/cleanup.h"
#include "../lib/nftext.h"

/* One nft that runs. */
struct cg_nft_job {
	pid_t pid;
	int fd;	    /* readable when it has ended */
	int out_fd; /* what it said */
};

/* -ENOENT: there is no nft. */
int cg_nft_start(const char *script, struct cg_nft_job *ret_job) __must_check;
/* Waits for it if it still runs, at most a few seconds (-ETIMEDOUT, it is then
 * ended). -EPROTO: refused, ret_why is nft's first line. The job is no more. */
int cg_nft_finish(struct cg_nft_job *job, char *ret_why, size_t n) __must_check;
/* Both. */
int cg_nft_run(const char *script, char *ret_why, size_t n) __must_check;
/* As cg_nft_run, but the kernel only says whether it would. */
int cg_nft_check(const char *script, char *ret_why, size_t n) __must_check;

/* What `list` commands say, as JSON; terse: without the elements of sets. */
int cg_nft_list_start(const char *script, bool terse, struct cg_nft_job *ret_job) __must_check;
/* As cg_nft_finish, and all it said, at most max bytes (-E2BIG), freed by the caller; NULL
 * after an error. */
int cg_nft_list_finish(struct cg_nft_job *job, size_t max, char **ret_text, size_t *ret_n,
		       char *ret_why, size_t n) __must_check;

/* nft_delete.c */

/* A rule by its handle, as listed. Names are of at most 64 bytes. */
struct cg_nft_rule {
	uint8_t family;
	const char *table, *chain;
	uint64_t handle;
};

/* Counts what anybody changes in the ruleset. */
int cg_nft_generation(uint32_t *ret_gen) __must_check;
/* All of them or none, and only while the ruleset is of that generation: a handle that was
 * listed in another may be another's by now. -ESTALE: it is of another; -ENOENT: one is gone. */
int cg_nft_rules_delete(uint32_t gen, const struct cg_nft_rule *rule, size_t n) __must_check;

/* The kernel's NFPROTO_*. */
enum cg_nft_family {
	CG_NFT_INET = 1,
	CG_NFT_IP = 2,
	CG_NFT_NETDEV = 5,
	CG_NFT_BRIDGE = 7,
	CG_NFT_IP6 = 10,
};

/* nft_ask.c */

/* family: one of these. 1, 0 or -errno; no nftables at all counts as 0. */
int cg_nft_table_has(uint8_t family, const char *table) __must_check;
int cg_nft_set_has(uint8_t family, const char *table, const char *set) __must_check;
/* -ENOENT: no such counter. */
int cg_nft_counter_read(uint8_t family, const char *table, const char *name,
			uint64_t *ret_packets) __must_check;

/* Handles of the rules that carry this comment, at most max; how many, or -errno. */
int cg_nft_rules_find(uint8_t family, const char *table, const char *chain, const char *comment,
		      uint64_t *ret_handles, size_t max) __must_check;

/* The ports that table holds a guard's chain for; how many, or -errno. */
int cg_nft_guard_ports(const char *table, struct cg_nftext_port **ret_port) __must_check;

#endif
