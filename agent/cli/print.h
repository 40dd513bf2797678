/* SPDX-License-Identifier: GPL-2.0-only */
/* What people read: lines, tables by display width, sizes, times. Colour only repeats what the words say. */
#ifndef CG_PRINT_H
#define CG_PRINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

enum cg_style {
	CG_STYLE_NONE,
	CG_STYLE_GOOD,
	CG_STYLE_WARN,
	CG_STYLE_BAD,
	CG_STYLE_BOLD,
	__CG_STYLE_MAX,
};

/* Both clean what they print (cg_text_clean). */
void cg_print_out(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void cg_print_err(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* A text on stdout in a style, without newline. */
void cg_print_styled(enum cg_style style, const char *text);

#define CG_TABLE_COLUMNS 12

struct cg_column {
	const char *title; /* translated */
	bool right;	   /* numbers */
	bool flex;	   /* the one that is wrapped where the terminal is narrow */
};

struct cg_table;

/* columns: n of them, must outlive the table; aborts without memory. */
struct cg_table *cg_print_table_new(const struct cg_column *columns, size_t n);
/* The next cell, left to right, row by row; the text is copied. */
void cg_print_cell(struct cg_table *table, enum cg_style style, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* Prints it to stdout (titles only where there are rows) and frees it. */
void cg_print_table_end(struct cg_table **table);

#define CG_PRINT_LEN 64

/* All return buf. */
const char *cg_print_size(uint64_t bytes, char buf[static CG_PRINT_LEN]); /* "1.2 MB" */
const char *cg_print_span(uint64_t s, char buf[static CG_PRINT_LEN]);	  /* "1h 30m" */
/* Local time, as short as it is clear seen from now: "18:30", "18:30:20"
 * (less than two minutes away), "tomorrow 07:30", "2026-11-30 07:30". */
const char *cg_print_clock(time_t when, time_t now, char buf[static CG_PRINT_LEN]);

#endif
