/* SPDX-License-Identifier: GPL-2.0-only */
/* Keeps the filters on the ports they belong on, and the packet path's idea of LAN, home and gateway current. */
#ifndef CG_ATTACH_H
#define CG_ATTACH_H

#include "agent.h"

/* Makes filters, nets and interfaces what tables and policy ask for. look: ask
 * the kernel whether each filter is still there, also where it was before. */
void cg_attach_sync(struct cg_agent *a, bool look);
/* Filters of ours on ports that are none (any more); once, at start. */
void cg_attach_sweep(struct cg_agent *a);
/* A start that fails where nothing was in force leaves nothing in force. */
void cg_attach_undo(struct cg_agent *a);
/* cg_links_open's callback; ctx: struct cg_agent. */
void cg_attach_links_changed(void *ctx, unsigned int what);
/* Ports that failed are tried again. */
void cg_attach_tick(struct cg_agent *a, uint64_t now_ns);
/* All ports there are have the filters. */
bool cg_attach_complete(const struct cg_agent *a);

/* The watcher of the packet path's events, which changes with it. */
void cg_attach_events_start(struct cg_agent *a);
void cg_attach_events_stop(struct cg_agent *a);

#endif
