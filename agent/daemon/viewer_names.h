/* SPDX-License-Identifier: GPL-2.0-only */
/* Names of viewers, asked for again and again while an opening needs them: both families, each by its time to live. */
#ifndef CG_DAEMON_VIEWER_NAMES_H
#define CG_DAEMON_VIEWER_NAMES_H

#include "agent.h"

/* Addresses of one name and family that are taken. */
#define CG_VIEWER_NAME_ADDRS 8

struct cg_viewer_names;

/* changed: an answer came that was another than the last. */
struct cg_viewer_names *cg_viewer_names_new(struct cg_agent *a, void (*changed)(void *ctx),
					    void *ctx);
void cg_viewer_names_free(struct cg_viewer_names **names);
/* A round: what is needed now; the rest is forgotten, what is due is asked for. */
void cg_viewer_names_begin(struct cg_viewer_names *n);
/* Appends its addresses to list. Returns families that were never answered: CG_VIEWER_NAME_*. */
#define CG_VIEWER_NAME_V4 1U
#define CG_VIEWER_NAME_V6 2U
unsigned int cg_viewer_names_need(struct cg_viewer_names *n, const char *name,
				  struct cg_prefix *list, size_t room, size_t *len);
void cg_viewer_names_end(struct cg_viewer_names *n, uint64_t now_ns);
bool cg_viewer_names_has(const struct cg_viewer_names *n, const char *name,
			 const struct cg_addr *addr);

#endif
