/* SPDX-License-Identifier: GPL-2.0-only */
/* The inside of struct cg_audit, shared by audit.c and command_audit.c. */
#ifndef CG_AUDIT_STATE_H
#define CG_AUDIT_STATE_H

#include "../lib/traffic.h"
#include "audit.h"
#include "audit_probe.h"

struct cg_audit {
	struct cg_audit_seen **cam; /* by slot; NULL: nothing is known of it */
	size_t ncam;
	struct cg_traffic *traffic;
	struct cg_probes *probes;
	uint64_t began_ns; /* what is older than this was there before */
	uint64_t look_ns;  /* the next one */
};

/* A look at everything, now. */
void cg_audit_look(struct cg_agent *a, uint64_t now_ns);

#endif
