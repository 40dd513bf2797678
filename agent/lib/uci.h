/* SPDX-License-Identifier: GPL-2.0-only */
/* A file of OpenWrt's UCI as written: sections with options and lists, nothing judged but the syntax. Pure. */
#ifndef CG_UCI_H
#define CG_UCI_H

#include <stdbool.h>
#include <stddef.h>
#include "cleanup.h"
#include "diag.h"

struct cg_uci_option {
	char *key; /* letters, digits and _ */
	char *value;
	bool list; /* one value of a list */
	int line;
};

struct cg_uci_section {
	char *type;
	char *name; /* letters, digits and _; NULL: it has none */
	int line;
	struct cg_uci_option *v;
	size_t n;
};

struct cg_uci {
	struct cg_uci_section *v;
	size_t n;
	int lines;
};

/*
 * text need not be terminated. -EINVAL with diag, "FILE:LINE: …": what uci itself refuses;
 * besides, control bytes, broken UTF-8 and values of more lines than one, which no key has.
 */
int cg_uci_read(const char *text, size_t len, const char *file, struct cg_diag *diag,
		struct cg_uci *ret_uci) __must_check;
void cg_uci_free(struct cg_uci *uci);
/* The last option of that key; NULL: there is none. */
const char *cg_uci_get(const struct cg_uci_section *s, const char *key);
/* What a camera or viewer is called: its option `name`, else the section's own name; or NULL. */
const char *cg_uci_title(const struct cg_uci_section *s);
/* Do both hold the same, whatever the order of their keys? The values of a list have one. */
bool cg_uci_same(const struct cg_uci_section *a, const struct cg_uci_section *b);

#endif
