/* SPDX-License-Identifier: GPL-2.0-only */
/* Openings of ports that lead from outside to a camera: looked for now and then, listed, and closed where UPnP made them. */
#ifndef CG_DAEMON_MAPPINGS_H
#define CG_DAEMON_MAPPINGS_H

#include "../lib/mapping.h"
#include "agent.h"

struct json_object;

/* Between two looks nobody asked for; after a start; after a camera moved. */
#define CG_MAPPINGS_EVERY_S 600
#define CG_MAPPINGS_FIRST_S 5
#define CG_MAPPINGS_MOVED_S 60

struct cg_mappings_found {
	struct cg_mapping_list list; /* by camera, then kind; slot says which */
	char why[300];		     /* what could not be looked at, a sentence; "" = all was */
};

/* What leads to cam now, NULL: to any camera. Asks nft and waits for it, milliseconds as a rule,
 * seconds at most. -ENOMEM; what nft or a file refused is in `why`. The caller frees ret_found,
 * after an error too. */
int cg_mappings_find(struct cg_agent *a, const struct cg_agent_cam *cam,
		     struct cg_mappings_found *ret_found) __must_check;
void cg_mappings_free(struct cg_mappings_found *found);
/* Is entry i an opening of its own? A lease that is in force, and what lets a forwarded port
 * through, are not. */
bool cg_mappings_counts(const struct cg_mapping_list *list, size_t i);
/* "port 18554/tcp of the gateway leads to 192.168.1.20:8554", where it is written, what to do
 * about it where camgate does not. All return buf. */
#define CG_MAPPINGS_TEXT 400
const char *cg_mappings_text(const struct cg_mapping *m, char buf[static CG_MAPPINGS_TEXT]);
const char *cg_mappings_where(const struct cg_mapping *m, char buf[static CG_MAPPINGS_TEXT]);
/* tried: closing it was, in vain. */
const char *cg_mappings_todo(const struct cg_mapping *m, bool tried,
			     char buf[static CG_MAPPINGS_TEXT]);

int cg_mappings_open(struct cg_agent *a);
void cg_mappings_close(struct cg_agent *a);
/* Looks when it is time, without waiting. */
void cg_mappings_tick(struct cg_agent *a, uint64_t now_ns);
/* A camera has an address that it had not: look soon. */
void cg_mappings_moved(struct cg_agent *a);
/* How many openings led to cameras at the last look. */
size_t cg_mappings_count(const struct cg_agent *a);
/* In the list of `blocked`: what went to UPnP's service, which has no port of its own. */
void cg_mappings_blocked(const struct cg_agent *a, struct json_object *list);
uint16_t cg_mappings_http_port(const struct cg_agent *a);
/* Tells the household's program. */
void cg_mappings_tell(struct cg_agent *a, const char *event, const struct cg_mapping *m);

/* ---- mappings_close.c ---- */

/* May it be closed here: made by UPnP, for an address that is this camera's now and no other's? */
bool cg_mappings_closable(const struct cg_mapping *m);
/* Closes what is closable of cam, NULL: of all. What was closed is added to closed; ret_left is
 * what there is afterwards; why: what went wrong, "" = nothing. -ENOMEM. */
int cg_mappings_shut(struct cg_agent *a, const struct cg_agent_cam *cam,
		     struct cg_mapping_list *closed, struct cg_mappings_found *ret_left, char *why,
		     size_t n) __must_check;

#endif
