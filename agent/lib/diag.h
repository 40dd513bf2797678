/* SPDX-License-Identifier: GPL-2.0-only */
/* Error text with file, line and column, made where a thing is found wrong and logged by the caller. */
#ifndef CG_DIAG_H
#define CG_DIAG_H

struct cg_pos {
	const char *file; /* owned by the config it came from; NULL: none */
	int line;	  /* from 1; 0: the file as a whole */
	int column;	  /* from 1, in bytes; 0: not known */
};

struct cg_diag {
	char text[512]; /* "FILE:LINE:COLUMN: what was found, expected what" */
};

/* Formats once: a diag that already holds text keeps it. Returns err, so that
 * `return cg_diag_set(d, pos, -EINVAL, …)` reads as one step. */
int cg_diag_set(struct cg_diag *d, const struct cg_pos *pos, int err, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

#endif
