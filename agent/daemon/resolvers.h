/* SPDX-License-Identifier: GPL-2.0-only */
/* Who answers for names: the gateway, and what `resolver` names, each with the MAC it answers from. */
#ifndef CG_RESOLVERS_H
#define CG_RESOLVERS_H

#include "agent.h"

/* The packet path believes what the policy says, as far as MACs are known. One
 * that was found stays as long as its address is in the config. */
void cg_resolvers_sync(struct cg_agent *a);
/* Looks for those that are missing. */
void cg_resolvers_tick(struct cg_agent *a, uint64_t now_ns);
/* Whom the agent itself asks; false: there is nobody yet. */
bool cg_resolvers_server(const struct cg_agent *a, struct cg_addr *ret_addr);
/* Does that address answer from the MAC it is bound to? The gateway's own does. */
bool cg_resolvers_hold(const struct cg_agent *a, const struct cg_addr *addr);
/* How many have no MAC yet. */
size_t cg_resolvers_unbound(const struct cg_agent *a);

#endif
