/* SPDX-License-Identifier: GPL-2.0-only */
/* The databases and lists of a reply, a line each. */
#ifndef CG_LISTS_PRINT_H
#define CG_LISTS_PRINT_H

struct json_object;

void cg_lists_print(struct json_object *reply);

#endif
