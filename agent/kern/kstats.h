/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel module seen from the agent: generic netlink family "camgate". libnl-genl is known only here. */
#ifndef CG_KSTATS_H
#define CG_KSTATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <camgate/bpf_abi.h>
#include "../lib/addr.h"

struct cg_kstats;

/* -ENOENT: the module is not there; -EPROTO: it is of another version, whose
 * name cg_kstats_version of *ret_ks tells (which is set in that case as well). */
int cg_kstats_open(struct cg_kstats **ret_ks) __must_check;
void cg_kstats_close(struct cg_kstats **ks);
const char *cg_kstats_version(const struct cg_kstats *ks);
/* What the kernel said of the last refusal; "" = nothing. */
const char *cg_kstats_strerror(const struct cg_kstats *ks);

/*
 * All that follow: 0 or -errno, as genl.h lists them; -ENOENT where the module
 * has gone since. They wait for the kernel's answer only, which is at hand.
 */
struct cg_kstats_info {
	uint32_t serial;
	uint32_t slots;	 /* 0: no map is set */
	uint32_t map_id; /* 0: no map is set */
};
int cg_kstats_info_read(struct cg_kstats *ks, struct cg_kstats_info *ret_info) __must_check;
/* Counters are those of this program's map from now on. */
int cg_kstats_set(struct cg_kstats *ks, int prog_fd) __must_check;
int cg_kstats_unset(struct cg_kstats *ks) __must_check;
int cg_kstats_read(struct cg_kstats *ks, uint32_t slot, struct cg_stats *ret_stats) __must_check;
int cg_kstats_announce(struct cg_kstats *ks, const char *id, uint32_t generation,
		       uint32_t slot) __must_check;

enum cg_kstats_mode { /* as camgate_guard_mode */
		      CG_KSTATS_OFF = 0,
		      CG_KSTATS_COUNT = 1,
		      CG_KSTATS_DROP = 2,
};
struct cg_kstats_guard {
	enum cg_kstats_mode mode;
	uint32_t mark, mask;
	const char (*port)[16]; /* interfaces by name */
	size_t nport;
	const char (*bridge)[16]; /* all ports of these */
	size_t nbridge;
	bool ports_kept; /* those of before instead */
	const struct cg_mac *mac;
	size_t nmac;
};
/* In force as a whole when it returns 0. */
int cg_kstats_guard_apply(struct cg_kstats *ks, const struct cg_kstats_guard *g) __must_check;
struct cg_kstats_guard_state {
	uint32_t mode, mark, mask, macs, hooked, failed;
	uint64_t marked, unmarked, dropped;
};
int cg_kstats_guard_read(struct cg_kstats *ks,
			 struct cg_kstats_guard_state *ret_state) __must_check;

#endif
