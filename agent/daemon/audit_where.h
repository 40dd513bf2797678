/* SPDX-License-Identifier: GPL-2.0-only */
/* Where a camera is now, told by the kernel's neighbours: nobody else may be asked in its place. */
#ifndef CG_AUDIT_WHERE_H
#define CG_AUDIT_WHERE_H

#include "agent.h"

/* An address of the config's or the camera's own packets' that a neighbour of a LAN interface with
 * its MAC has now; IPv4 before IPv6. -ENOENT: none. */
int cg_audit_where(struct cg_agent *a, const struct cg_agent_cam *cam, struct cg_addr *ret_addr,
		   int *ret_ifindex) __must_check;
/* How many of its addresses no neighbour is known for; look: the kernel looks for these (ARP,
 * neighbour solicitation). */
size_t cg_audit_seek(struct cg_agent *a, const struct cg_agent_cam *cam, bool look);

#endif
