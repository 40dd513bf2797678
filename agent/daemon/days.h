/* SPDX-License-Identifier: GPL-2.0-only */
/* What each camera's day was: summed up as the table of sessions is read, written seldom. */
#ifndef CG_DAYS_H
#define CG_DAYS_H

#include <camgate/session_abi.h>
#include "agent.h"

struct cg_days;

/* What the record says of today goes on. NULL without memory, which is no failure: days are
 * not told of then. */
struct cg_days *cg_days_new(struct cg_agent *a);
void cg_days_free(struct cg_days **days);
/* Around a reading of the table; what the first one finds was counted by whom was before. */
void cg_days_sweep(struct cg_days *days);
void cg_days_session(struct cg_days *days, struct cg_agent *a, const struct cg_agent_cam *cam,
		     const struct cg_flow_key *key, const struct cg_session *s);
void cg_days_swept(struct cg_days *days, struct cg_agent *a);
/* Lines of days that are due, or of all that say something new, to f; how many, or -errno. */
int cg_days_print(struct cg_days *days, struct cg_agent *a, uint64_t now_ns, bool all, FILE *f);
/* They are on the disk. */
void cg_days_written(struct cg_days *days, struct cg_agent *a, uint64_t now_ns);
/* A camera's, by its id. */
void cg_days_forget(struct cg_days *days, const char *cam);

#endif
