/* SPDX-License-Identifier: GPL-2.0-only */
/* What a guard is asked for or holds: whose frames, on which ports, by which mark. */
#ifndef CG_GUARD_PLAN_H
#define CG_GUARD_PLAN_H

#include "../lib/nftext.h"
#include "agent.h"

/* With memory of its own. */
struct cg_guard_plan {
	enum cg_guard_mode mode;
	struct cg_mark mark;
	struct cg_mac *mac;
	size_t nmac;
	struct cg_nftext_port *port;
	size_t nport;
	char (*bridge)[16]; /* LAN bridges, for a guard that follows their ports */
	size_t nbridge;
	bool ports_kept; /* whichever they are: not known, and not to be changed */
};

/* All MACs of a policy; *ret_mac is NULL without memory. */
size_t cg_guard_plan_macs(const struct cg_policy *policy, struct cg_mac **ret_mac);
/* As policy and ports in force ask for. */
int cg_guard_plan_make(const struct cg_agent *a, struct cg_guard_plan *ret_plan) __must_check;
int cg_guard_plan_copy(const struct cg_guard_plan *p, struct cg_guard_plan *ret_plan) __must_check;
void cg_guard_plan_free(struct cg_guard_plan *p);
bool cg_guard_plan_same(const struct cg_guard_plan *x, const struct cg_guard_plan *y);
/* The same for nft; shares the plan's memory. */
struct cg_nftext_guard cg_guard_plan_text(const struct cg_guard_plan *p);

/* Both: true where something went. Cameras that policy does not have go. */
bool cg_guard_plan_less_macs(struct cg_guard_plan *p, const struct cg_policy *policy);
/* Ports that are still there but not in ports go, and bridges that are no LAN. */
bool cg_guard_plan_less_ports(struct cg_guard_plan *p, const struct cg_agent *a,
			      const struct cg_ports_plan *ports);

#endif
