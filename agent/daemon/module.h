/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel module as the agent uses it: there or not, handed the map, asked for counters, told of changes. */
#ifndef CG_MODULE_H
#define CG_MODULE_H

#include "../kern/kstats.h"
#include "agent.h"

struct cg_guard_plan;
struct cg_module;

int cg_module_open(struct cg_module **ret_module) __must_check;
void cg_module_close(struct cg_module **module);

/* Looks whether it came or went and hands it the map in use; what is odd is
 * warned of once. */
void cg_module_look(struct cg_agent *a);
bool cg_module_due(const struct cg_agent *a, uint64_t now_ns);
bool cg_module_there(const struct cg_agent *a);
/* Every camera with the generation in force. */
void cg_module_announce(struct cg_agent *a);

/* -ENOENT: it is not there. NULL: nothing is guarded. */
int cg_module_guard(struct cg_agent *a, const struct cg_guard_plan *plan) __must_check;
int cg_module_guard_read(struct cg_agent *a, struct cg_kstats_guard_state *ret_state) __must_check;
const char *cg_module_strerror(const struct cg_agent *a);

struct cg_module_source {
	const char *name; /* "module" or "map" */
	bool differs;	  /* both were asked and do not agree */
};
/* Counters of a slot from the module, else from the map. */
int cg_module_stats(struct cg_agent *a, uint32_t slot, struct cg_stats *ret_stats,
		    struct cg_module_source *ret_source) __must_check;
/* Whom they are taken from where nothing goes wrong. */
const char *cg_module_source(const struct cg_agent *a);
/* Why it is not used; NULL: it is. */
const char *cg_module_why(const struct cg_agent *a);
const char *cg_module_version(const struct cg_agent *a);

#endif
