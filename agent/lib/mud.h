/* SPDX-License-Identifier: GPL-2.0-only */
/* MUD files (RFC 8520, with RFC 8519's lists): what one says, entry by entry, as a camera's rules. */
#ifndef CG_MUD_H
#define CG_MUD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <camgate/bpf_abi.h>
#include "diag.h"
#include "rule.h"

/* A file of a maker has a few kilobytes. */
#define CG_MUD_MAX_BYTES (1024 * 1024)
/* RFC 8520 needs 14 levels. */
#define CG_MUD_MAX_DEPTH 32
/* As many as CG_MAX_RULES rules make when written out: both families and both
 * directions, TCP and UDP, and the few that are no rules. */
#define CG_MUD_MAX_ACES	 (8 * CG_MAX_RULES + 64)
/* Lists that a policy names. */
#define CG_MUD_MAX_LISTS 64

#define CG_MUD_WHERE_LEN 136
#define CG_MUD_TEXT_LEN	 256

enum cg_mud_outcome {
	CG_MUD_RULE,	/* what it lets pass or stops is in rule */
	CG_MUD_LAN,	/* lan_viewing = all */
	CG_MUD_DNS,	/* dns = gateway */
	CG_MUD_NTP,	/* ntp = gateway */
	CG_MUD_DEFAULT, /* stops what no rule names, and so what is stopped anyway */
	CG_MUD_NOT,	/* not taken: text says why */
	__CG_MUD_MAX,
};

/* One entry of an access list; there are as many as the file has. All texts are
 * printable ASCII, whatever the file holds. */
struct cg_mud_ace {
	char where[CG_MUD_WHERE_LEN]; /* LIST/NAME */
	bool to_device;
	enum cg_mud_outcome outcome;
	size_t rule;		    /* CG_MUD_RULE: the first of them */
	size_t nrules;		    /* two for "every port but this" */
	bool narrower;		    /* the rule stops more than the entry says: text says what */
	char text[CG_MUD_TEXT_LEN]; /* the reason, or a note; "" = none */
};

struct cg_mud_rule {
	struct cg_rule_text text;
	enum cg_rule_kind kind;
};

enum cg_mud_info {
	CG_MUD_URL,
	CG_MUD_MFG,
	CG_MUD_MODEL,
	CG_MUD_SYSTEM,
	CG_MUD_FIRMWARE,
	CG_MUD_SOFTWARE,
	CG_MUD_UPDATE,
	CG_MUD_VALIDITY,
	CG_MUD_SUPPORTED,
	CG_MUD_EXTENSIONS,
	__CG_MUD_INFO_MAX,
};

/* The key of RFC 8520. */
extern const char *const cg_mud_info_key[__CG_MUD_INFO_MAX];

struct cg_mud {
	char info[__CG_MUD_INFO_MAX][CG_MUD_TEXT_LEN]; /* "" = not in the file */
	struct cg_mud_rule *rules;
	size_t nrules;
	struct cg_mud_ace *aces;
	size_t naces;
	char (*missing)[CG_MUD_TEXT_LEN]; /* lists that a policy names and the file has not */
	size_t nmissing;
};

/*
 * text[0..n) of a MUD file; file is for the diag. Every entry of every list is
 * in aces, in the file's order. -EINVAL, -E2BIG (the limits above) or -EPROTO
 * (no JSON) with diag. Fetches nothing.
 */
int cg_mud_read(const char *text, size_t n, const char *file, struct cg_diag *diag,
		struct cg_mud **ret_mud) __must_check;
void cg_mud_free(struct cg_mud **mud);

/* Entries that are not taken, and missing lists. */
size_t cg_mud_lost(const struct cg_mud *mud);
/* All of the file is in the rules, neither more nor less. */
bool cg_mud_whole(const struct cg_mud *mud);

/*
 * Takes the rules that a camera cannot have besides the ones before them out
 * again (limits.h) and says so at their entries. Returns 0 or -ENOMEM.
 */
int cg_mud_fit(struct cg_mud *mud) __must_check;

/* The block of a config that camgate.conf(5) describes: name is a camera's name
 * as ident.h has it; macs as written, NULL: a stand-in. The caller frees it;
 * NULL: no memory. */
char *cg_mud_block(const struct cg_mud *mud, const char *file, const char *name,
		   const char *const *macs, size_t nmacs);

#endif
