/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's neighbours are asked every few seconds, where a camera has a viewer by MAC; an address that is gone from
 * them stays its viewer's until another device has it. */
#include <string.h>
#include "../lib/viewers.h"
#include "viewers_lan.h"

#define LOOK_NS	 (2 * CG_SEC_NS)
#define QUIET_NS (60 * CG_SEC_NS)

static bool look(struct cg_agent *a, struct cg_policy *policy)
{
	_cleanup_free_ struct cg_neigh *neigh = NULL;
	bool changed = false;
	size_t n = 0;

	if (cg_links_neighs_read(a->kern.links, &neigh, &n) < 0)
		return false;
	cg_viewers_look(policy);
	for (size_t i = 0; i < n; i++)
		cg_viewers_still(policy, &neigh[i].addr, &neigh[i].mac);
	for (size_t i = 0; i < n; i++)
		changed |= cg_viewers_seen(policy, &neigh[i].addr, &neigh[i].mac);
	return changed;
}

void cg_viewers_lan_before(struct cg_agent *a, struct cg_policy *policy)
{
	if (!cg_viewers_by_mac(policy))
		return;
	if (a->policy.now)
		cg_viewers_carry(policy, a->policy.now);
	(void)look(a, policy);
}

void cg_viewers_lan_tick(struct cg_agent *a, uint64_t now_ns)
{
	uint64_t held;
	int err;

	if (!a->policy.now || now_ns < a->run.viewers_ns || !cg_viewers_by_mac(a->policy.now))
		return;
	a->run.viewers_ns = now_ns + LOOK_NS;
	/* What could not be written then is written with the next look. */
	a->run.viewers_moved |= look(a, a->policy.now);
	if (!a->run.viewers_moved)
		return;
	err = cg_agent_again(a);
	a->run.viewers_moved = err < 0;
	if (!err)
		cg_log_info("viewers: addresses at home changed, generation %u applied",
			    cg_datapath_generation(a->kern.dp));
	else if (cg_log_limit_pass(&a->run.limit_viewers, now_ns, QUIET_NS, &held))
		cg_log_warning("viewers: new addresses at home could not be put in force: %s",
			       strerror(-err));
}
