/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Asks a camera what it answers anybody: at the ports that cameras are known for (audit_ports.c),
 * one harmless question each, never a password. Only at an address that the kernel's neighbours say
 * has the camera's own MAC on a LAN interface, without any router between, and each flow only as
 * long as cg_datapath_ask() lets it.
 */
#ifndef CG_AUDIT_PROBE_H
#define CG_AUDIT_PROBE_H

#include "agent.h"
#include "../lib/told.h"

/* Connections at once, and how long each and all of a camera may take. */
#define CG_PROBE_AT_ONCE 12
#define CG_PROBE_EACH_S	 2.  /* a SYN that is lost is sent again after one */
#define CG_PROBE_REST_S	 0.3 /* after the last bytes of an answer */
#define CG_PROBE_CAM_S	 5.

/* How long and how often its neighbour is looked for. */
#define CG_PROBE_LOOK_S	 0.25
#define CG_PROBE_LOOKS	 4

#define CG_PROBE_ABSENT \
	N_("the gateway knows no neighbour with its MAC and address: it is off, or has another address")

struct cg_probes;

int cg_probes_open(struct cg_agent *a, struct cg_probes **ret_probes) __must_check;
void cg_probes_close(struct cg_probes **probes);
/* Asks it after those that wait already. -ENOENT: no neighbour shows it, *ret_why says what that
 * means; -ENOMEM. */
int cg_probes_add(struct cg_probes *p, const struct cg_agent_cam *cam,
		  const char **ret_why) __must_check;
/* Is it being asked, or waits for that? */
bool cg_probes_busy(const struct cg_probes *p, const char *id);

#endif
