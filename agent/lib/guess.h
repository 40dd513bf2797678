/* SPDX-License-Identifier: GPL-2.0-only */
/* What something that was dropped is likely to be for, and what to type to let it through. */
#ifndef CG_GUESS_H
#define CG_GUESS_H

#include <stdbool.h>
#include <stddef.h>
#include "blocked.h"
#include "facts.h"

struct cg_guess {
	enum cg_fact_role role;
	const char *maker; /* NULL: not known */
	bool known;	   /* a fact, not a guess from port or name */
};

/* From the facts, else from port and name; a port or name of rendezvous and
 * relays is believed before one of anything else. */
void cg_guess_make(const struct cg_blocked_entry *e, struct cg_guess *ret_guess);
/* "push", for programs; "push messages", for people: "" for what is not known. */
const char *cg_guess_name(enum cg_fact_role role);
const char *cg_guess_text(enum cg_fact_role role);
/* A command line; false where none is of use: what a deny stopped, what came
 * from outside. A relay is opened for a while and never allowed. */
bool cg_guess_mend(const struct cg_blocked_entry *e, const struct cg_guess *guess,
		   const char *cam_id, char *buf, size_t n);

#endif
