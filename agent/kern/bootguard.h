/* SPDX-License-Identifier: GPL-2.0-only */
/* Files that a boot or a firewall loads before the agent runs, and the taking away of what nftables holds of ours. */
#ifndef CG_BOOTGUARD_H
#define CG_BOOTGUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "../lib/addr.h"
#include "../lib/mark.h"

#define CG_BOOTGUARD_FILE	 "bootguard.nft"
#define CG_BOOTGUARD_BRIDGE_FILE "bootguard-bridge.nft"
/* Where fw4 looks for what it adds to its own rules. */
#define CG_BOOTGUARD_FW4_DIR	 "/usr/share/nftables.d/ruleset-post"
#define CG_BOOTGUARD_FW4_FILE	 "camgate.nft"

/* Replaced whole, and only where something changed: flash wears out. Without a
 * camera there is nothing to guard and the files go. */
int cg_bootguard_write(const char *state_dir, const struct cg_mac *mac, size_t n) __must_check;
/* The tables that a boot loaded are there. */
bool cg_bootguard_held(void);
/* Takes them away, those that are there; the caller frees it. */
int cg_bootguard_release_text(char **ret_script) __must_check;

/* The fw4 include. -ENOENT: no fw4 here (no folder dir). */
int cg_bootguard_fw4_install(const char *dir, const struct cg_mac *mac, size_t n,
			     const struct cg_mark *mark) __must_check;
bool cg_bootguard_fw4_installed(const char *dir);
/* 1: it was there, 0: it was not. */
int cg_bootguard_fw4_remove(const char *dir) __must_check;
/* What of it fw4's running table lacks; -ENOENT: that table is not there. */
int cg_bootguard_fw4_text(const struct cg_mac *mac, size_t n, const struct cg_mark *mark,
			  char **ret_script) __must_check;

/* All of ours that nftables holds, and the files. Returns how many things
 * were removed, or -errno. Waits for nft. */
int cg_bootguard_detach(const char *state_dir, const char *fw4_dir,
			void (*say)(void *ctx, const char *what), void *ctx) __must_check;

#endif
