/* SPDX-License-Identifier: GPL-2.0-only */
/* Text of what camgate asks nftables for: the guard, the boot guard, the rules that keep cameras out of a flow table. Pure. */
#ifndef CG_NFTEXT_H
#define CG_NFTEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "addr.h"
#include "mark.h"

/* Our tables; no other is ever touched, but for two rules and a set in fw4's. */
#define CG_NFTEXT_GUARD_TABLE	 "camgate_guard"
#define CG_NFTEXT_GUARD_UNMARKED "unmarked" /* named counters of the guard */
#define CG_NFTEXT_GUARD_MARKED	 "marked"
#define CG_NFTEXT_BOOT_TABLE	 "camgate_boot"
#define CG_NFTEXT_FW4_TABLE	 "fw4"
#define CG_NFTEXT_FW4_SET	 "camgate_cams"
#define CG_NFTEXT_FW4_COMMENT	 "camgate"
#define CG_NFTEXT_FW4_RULES	 3

struct cg_nftext_port {
	int ifindex;
	char name[16];
};

struct cg_nftext_guard {
	bool drop; /* false: count only */
	struct cg_mark mark;
	const struct cg_mac *mac;
	size_t nmac;
	const struct cg_nftext_port *port;
	size_t nport;
};

/* Whether a name may stand in a script: a kernel's name may hold a quote. */
bool cg_nftext_name_ok(const char *name);

/*
 * All: -ENOMEM, or 0 and a script the caller frees; nft takes it whole or not
 * at all. Ports whose name may not stand in a script are left out.
 */

/* was: what is in force, NULL where that is not known: then the table is made
 * anew. A chain that stays is never replaced: between two of them a packet
 * could be looked at twice, and the first look clears the mark. */
int cg_nftext_guard(const struct cg_nftext_guard *g, const struct cg_nftext_guard *was,
		    char **ret_text) __must_check;
/* Denies forwarding to and from the cameras. One script a family, as a kernel
 * may have no bridge family. */
int cg_nftext_boot(const struct cg_mac *mac, size_t n, char **ret_text) __must_check;
int cg_nftext_boot_bridge(const struct cg_mac *mac, size_t n, char **ret_text) __must_check;
/* For fw4's ruleset-post: connections of cameras get the mark and are accepted
 * before the rule that would put them into the flow table, and nothing gets there
 * before it is answered, which is when a camera that did not begin is known. Without
 * rules: the set only, for rules that are there; the CG_NFTEXT_FW4_RULES rules
 * carry CG_NFTEXT_FW4_COMMENT. */
int cg_nftext_fw4(const struct cg_mac *mac, size_t n, const struct cg_mark *mark, bool rules,
		  char **ret_text) __must_check;
/* The table that is there or not is gone afterwards. */
int cg_nftext_remove(const char *family, const char *table, char **ret_text) __must_check;

#endif
