/* SPDX-License-Identifier: GPL-2.0-only */
/* Viewers by name: `viewer "NAME" { mac address domain interface }`, and the cameras that name them. Pure. */
#ifndef CG_VIEWERS_H
#define CG_VIEWERS_H

#include <stdbool.h>
#include "cleanup.h"
#include "policy.h"

/* "all": an opening is for anyone. */
#define CG_VIEWERS_ALL "all"

/* policy->viewers; lan and home are there already. -EINVAL, -EEXIST, -E2BIG with diag. */
int cg_viewers_build(const struct cg_config *config, struct cg_diag *diag,
		     struct cg_policy *policy) __must_check;
void cg_viewers_free(struct cg_policy *policy);
const struct cg_policy_viewer *cg_viewers_find(const struct cg_policy *policy, const char *name);
/* An entry of a camera's `viewers`: a viewer's name or one address. */
int cg_viewers_rule(const struct cg_policy *policy, const struct cg_text *t, struct cg_diag *diag,
		    struct cg_policy_rule *rule) __must_check;
/* Those of `viewers`, of whom an opening is for without a word. */
bool cg_viewers_has(const struct cg_policy_cam *cam);
/* How many addresses and prefixes of the LAN a rule of VIEWER stands for, and which. */
size_t cg_viewers_count(const struct cg_policy_rule *rule);
const struct cg_prefix *cg_viewers_at(const struct cg_policy_rule *rule, size_t i);
bool cg_viewers_cover(const struct cg_policy_rule *rule, const struct cg_addr *addr);

/* A new look begins; then it is said of all it has that they still are, and of all that they are seen. */
void cg_viewers_look(struct cg_policy *policy);
void cg_viewers_still(struct cg_policy *policy, const struct cg_addr *addr,
		      const struct cg_mac *mac);
/*
 * addr is seen with mac: whose MAC it is has it from now on, and nobody else. Returns
 * whether anything changed; without room the oldest of a viewer's goes that is not in
 * this look; where all are, addr is left out.
 */
bool cg_viewers_seen(struct cg_policy *policy, const struct cg_addr *addr,
		     const struct cg_mac *mac);

/* What was seen under an older policy still is. */
void cg_viewers_carry(struct cg_policy *policy, const struct cg_policy *old);
/* Does a camera ask for viewers by their MACs? */
bool cg_viewers_by_mac(const struct cg_policy *policy);

#endif
