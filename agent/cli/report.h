/* SPDX-License-Identifier: GPL-2.0-only */
/* What `camgate report` has gathered, as text for machines and browsers; all of it is of the reply object. */
#ifndef CG_CLI_REPORT_H
#define CG_CLI_REPORT_H

#include <json-c/json.h>
#include <stdio.h>

/* A row of whatever kind; NULL and -1: nothing. */
struct cg_report_row {
	const char *
		kind; /* "left", "country", "network" (sums of a day), "stopped", "session", "opened", "erased", "hole" */
	const char *cam; /* name */
	int64_t from_s, to_s;
	const char *what; /* "stopped", a reason */
	const char *name, *net, *country;
	const char *network; /* "AS64500" */
	int64_t up_bytes, down_bytes, stopped_bytes, packets, count;
	const char *by; /* who */
};

/* Each row of reply, in order, to row(). */
void cg_report_rows(struct json_object *reply,
		    void (*row)(void *ctx, const struct cg_report_row *row), void *ctx);
/* A row's kind, what or by, as people read it; NULL: "". */
const char *cg_report_word(const char *word);
/* RFC 4180, with a header; times are ISO 8601, UTC. A cell that a spreadsheet would take for
 * a formula has an apostrophe before it. */
void cg_report_csv(struct json_object *reply, FILE *f);
/* One file that loads nothing and runs nothing: report_html.c. */
void cg_report_html(struct json_object *reply, FILE *f);

#endif
