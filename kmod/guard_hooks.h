/* SPDX-License-Identifier: GPL-2.0-only */
/* Where the guard is hooked in: the wanted interfaces, those that come, and those that go. */
#ifndef CG_GUARD_HOOKS_H
#define CG_GUARD_HOOKS_H

#include <linux/compiler.h>
#include <linux/types.h>

struct cg_guard;
struct cg_guard_ports;
struct nf_hook_state;
struct sk_buff;

/* The hook itself, in guard.c. */
unsigned int cg_guard_judge(void *priv, struct sk_buff *skb, const struct nf_hook_state *state);

/* All under RTNL. */

/*
 * Hooks in on every present interface of `ports` (NULL: none) where it is
 * missing: on all of them, or on none that was not hooked before.
 */
int __must_check cg_guard_hooks_add(struct cg_guard *g, const struct cg_guard_ports *ports);
/* Unhooks where g's own policy and ports want none. */
void cg_guard_hooks_prune(struct cg_guard *g);
void cg_guard_hooks_count(struct cg_guard *g, u32 *ret_hooked, u32 *ret_failed);

#endif
