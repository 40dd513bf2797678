/* SPDX-License-Identifier: GPL-2.0-only */
/* What the agent and the library say, in the language of who reads it. */
#ifndef CG_CLI_TOLD_H
#define CG_CLI_TOLD_H

#include <stddef.h>

struct json_object;

/*
 * They speak English: it is in logs, in JSON and in other programs' replies. The
 * command knows their sentences, formats with %s among them (cg_told_rows, made
 * of packaging/po/camgate.pot), finds the one that text is of, and says its
 * translation with the same values. What is of none stays as it is, and so does
 * everything where there is no translation.
 */

/* text in other words; NULL: it stays as it is. The caller frees it. */
char *cg_told(const char *text);
/* The same for the sentences of a reply, in place. Never of one that is printed as JSON. */
void cg_told_reply(struct json_object *reply);

/* Longest first; ended by NULL. */
extern const char *const cg_told_rows[];

#endif
