/* SPDX-License-Identifier: GPL-2.0-only */
/* The report of `audit` as one page of HTML that loads nothing and runs nothing; every text in it comes from outside and is escaped. */
#ifndef CG_PAGE_H
#define CG_PAGE_H

#include <stdio.h>
#include <time.h>
#include <json-c/json.h>

/* reply: of `audit`, for what holds for all; cams: an array of cameras of such, with their hours. */
void cg_page_print(FILE *f, struct json_object *reply, struct json_object *cams, time_t now);
/* For the files that draw: s as it may stand between tags and in quotes. */
void cg_page_text(FILE *f, const char *s);

/* page_plot.c: what went where, and when; nothing where there is no destination. */
void cg_page_plots(FILE *f, struct json_object *cam);

#endif
