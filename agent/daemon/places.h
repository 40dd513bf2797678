/* SPDX-License-Identifier: GPL-2.0-only */
/* The databases of countries and networks: read when a policy needs them, kept in force where a new one is no good, asked where a remote is. */
#ifndef CG_PLACES_H
#define CG_PLACES_H

#include "../lib/place.h"
#include "agent.h"
#include "command.h"

int cg_places_open(struct cg_agent *a) __must_check;
/* A reading under way is given up. */
void cg_places_close(struct cg_agent *a);

/* ---- reading: places_read.c ---- */

struct cg_agent_file cg_places_file(const char *path);

/*
 * Is everything there that policy names? A file that has not changed is not read again,
 * unless anew. Where one is no good, the table in force stays if it holds what policy
 * names, and a->geo.error says so; else -EINVAL with diag. -EINPROGRESS: it is being read.
 * When that is done, whoever a->geo.asked is of is to ask again (a->geo.waits); where it
 * is NULL the config is loaded anew then.
 */
int cg_places_read(struct cg_agent *a, const struct cg_policy *policy,
		   struct cg_diag *diag) __must_check;
/* What that has found is put in force in dp, before policy is. */
int cg_places_before(struct cg_agent *a, struct cg_datapath *dp, const struct cg_policy *policy,
		     struct cg_diag *diag) __must_check;

/* ---- places.c ---- */

/* The policy is in force: one that names no place needs no table, and remotes are looked up
 * in the files that it names. */
void cg_places_applied(struct cg_agent *a);
void cg_places_books_close(struct cg_agent *a);

struct cg_places_where {
	char country[CG_COUNTRY_STRLEN]; /* "CN", "unknown", "private", "shared" */
	char network[16];		 /* "AS13335" */
};
/* Where databases say a remote is; "" where none is named, or it cannot be asked just now. */
void cg_places_where(const struct cg_agent *a, const struct cg_addr *addr,
		     struct cg_places_where *ret);
/* Which database of countries says so: "dbip.mmdb of 2026-06-01"; "": none. */
#define CG_PLACES_TEXT 280
const char *cg_places_list(const struct cg_agent *a, char buf[static CG_PLACES_TEXT]);
/* The same into texts of the caller's, which stay where it says nothing. */
void cg_places_record(const struct cg_agent *a, const struct cg_addr *addr, char **country,
		      char **network);
/* "country CN by list dbip.mmdb of 2026-06-01"; "" where no table is in force. */
const char *cg_places_text(const struct cg_agent *a, const struct cg_addr *addr,
			   char buf[static CG_PLACES_TEXT]);
#define CG_DATE_TEXT 16
const char *cg_places_date(uint64_t s, char buf[static CG_DATE_TEXT]);

/* "databases" and "lists" of status, and what is wrong with them. */
void cg_places_status(struct cg_command_call *c, struct json_object *attention);
void cg_command_update_lists(struct cg_command_call *c);

#endif
