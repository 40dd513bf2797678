/* SPDX-License-Identifier: GPL-2.0-only */
/* The databases of countries and networks: read when a policy needs them, kept in force where a new one is no good. */
#ifndef CG_PLACES_H
#define CG_PLACES_H

#include "agent.h"
#include "command.h"

/*
 * Before policy is put in force in dp: the table there holds what it names, and what the
 * policy of now names. A file that has not changed is not read again, unless anew. Where
 * one is no good, the table in force stays if it holds what policy names, and
 * a->geo.error says so; else -EINVAL with diag.
 */
int cg_places_before(struct cg_agent *a, struct cg_datapath *dp, const struct cg_policy *policy,
		     struct cg_diag *diag) __must_check;
/* A policy that names no place needs no table. */
void cg_places_applied(struct cg_agent *a);
/* "country CN by list dbip.mmdb of 2026-06-01"; "" where no table is in force. */
#define CG_PLACES_TEXT 200
const char *cg_places_text(const struct cg_agent *a, const struct cg_addr *addr,
			   char buf[static CG_PLACES_TEXT]);
/* "databases" and "lists" of status, and what is wrong with them. */
void cg_places_status(struct cg_command_call *c, struct json_object *attention);
/* Where a database says a remote is, for the record: "CN", "AS13335"; texts of the caller's
 * stay where it says nothing. */
void cg_places_record(const struct cg_agent *a, const struct cg_addr *addr, char **country,
		      char **network);
void cg_command_update_lists(struct cg_command_call *c);

#endif
