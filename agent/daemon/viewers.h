/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Openings for some only: who they are is kept where packets see it, and followed while
 * addresses change. New ones are there at once, old ones for another minute. A name is
 * asked for again by its time to live, and only while an opening needs it.
 */
#ifndef CG_DAEMON_VIEWERS_H
#define CG_DAEMON_VIEWERS_H

#include "agent.h"

/* Behind the policy: what was followed before a restart goes on. */
int cg_viewers_open(struct cg_agent *a, struct cg_viewers **ret_viewers) __must_check;
void cg_viewers_close(struct cg_viewers **viewers);

/* to: a viewer's name, a prefix, or "" for the camera's own `viewers`. Before the opening
 * is stored. The same as before goes on as it is. */
int cg_viewers_begin(struct cg_agent *a, const struct cg_agent_cam *cam,
		     const char *to) __must_check;
/* Forgets them if the camera's opening is not for such any more. */
void cg_viewers_ended(struct cg_agent *a, const struct cg_agent_cam *cam);
/* The maps are others: all is written again. */
void cg_viewers_moved(struct cg_agent *a);
void cg_viewers_tick(struct cg_agent *a, uint64_t now_ns);

/* Whom the camera's opening is for: "phone", "phone, 203.0.113.9"; NULL: anyone, or it
 * has none. */
#define CG_VIEWERS_TEXT 160
const char *cg_viewers_text(const struct cg_agent *a, const struct cg_agent_cam *cam,
			    char buf[static CG_VIEWERS_TEXT]);
/* The viewer who has that address now; NULL. */
const char *cg_viewers_name(const struct cg_agent *a, const struct cg_addr *addr);

#endif
