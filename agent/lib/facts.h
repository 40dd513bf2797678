/* SPDX-License-Identifier: GPL-2.0-only */
/* What is known of names and addresses that cameras talk to. packaging/profiles has the source of each row. */
#ifndef CG_FACTS_H
#define CG_FACTS_H

#include <stdint.h>
#include "addr.h"

/* What something is for. */
enum cg_fact_role {
	CG_FACT_UNKNOWN,
	CG_FACT_TIME,
	CG_FACT_PUSH,
	CG_FACT_FIRMWARE,
	CG_FACT_AUTH,	 /* sign-in, registration */
	CG_FACT_API,	 /* its maker's service, no picture seen in it */
	CG_FACT_SIGNAL,	 /* sets up viewing among other things */
	CG_FACT_RELAY,	 /* rendezvous or relay: how it is watched from outside */
	CG_FACT_STORAGE, /* clips: pictures leave */
	CG_FACT_LOG,
	CG_FACT_NAMES, /* DNS */
	__CG_FACT_MAX,
};

struct cg_fact {
	const char *what;  /* a pattern (namepat.h), or an address */
	const char *maker; /* NULL: of no one */
	enum cg_fact_role role;
};

/* NULL: nothing is known. name in small letters. */
const struct cg_fact *cg_facts_name(const char *name);
const struct cg_fact *cg_facts_addr(const struct cg_addr *addr);

#endif
