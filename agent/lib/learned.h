/* SPDX-License-Identifier: GPL-2.0-only */
/* What one camera asks for and reaches while it is watched for that: a bounded table, and the rules that it suggests. */
#ifndef CG_LEARNED_H
#define CG_LEARNED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <camgate/bpf_abi.h>
#include "addr.h"
#include "namepat.h"

/* A camera talks to a few dozen; one that looks for viewers, to any number. */
#define CG_LEARNED_PEERS 512
#define CG_LEARNED_NAMES 256
/* So many addresses without a name that UDP goes to look like a search for viewers. */
#define CG_LEARNED_MANY	 4

struct cg_learned_asked {
	char name[CG_NAMEPAT_LEN];
	uint32_t reports;
	uint64_t first_ns, last_ns; /* boot clock, as all here */
};

struct cg_learned_peer {
	struct cg_addr addr;
	uint16_t port; /* host order: the peer's; of what began outside, the camera's */
	uint8_t proto;
	uint8_t reason; /* enum cg_reason, the last */
	bool outside;	/* the peer began */
	bool named;
	uint16_t name;	  /* in names, where named */
	uint32_t reports; /* the packet path's, which are limited by rate */
	uint64_t first_ns, last_ns;
};

struct cg_learned_of {
	struct cg_learned_peer peers[CG_LEARNED_PEERS];
	size_t npeers;
	struct cg_learned_asked names[CG_LEARNED_NAMES];
	size_t nnames;
	uint32_t full; /* reports that found no room */
};

/* One report, put in the words of the table. */
struct cg_learned_report {
	struct cg_addr peer;
	uint16_t peer_port, cam_port; /* host order */
	uint8_t proto, reason;
	bool up;    /* from the camera */
	bool begun; /* who began is known: the camera where `up` */
	uint64_t ns;
	const char *name; /* the peer was asked for by; NULL: none */
};

/* The entry it went to; NULL: an answer to what is known, or no room. */
struct cg_learned_peer *cg_learned_add(struct cg_learned_of *l, const struct cg_learned_report *r);
/* A name was asked for, in small letters. */
void cg_learned_ask(struct cg_learned_of *l, const char *name, uint64_t ns);

/* What is to be thought of an entry. */
enum cg_learned_kind {
	CG_LEARNED_ALLOW,   /* a rule for it would be an allow */
	CG_LEARNED_PASSES,  /* a rule lets it pass already */
	CG_LEARNED_DENIED,  /* a deny names it */
	CG_LEARNED_OPEN,    /* went out because the camera was open, or all was off */
	CG_LEARNED_DNS,	    /* another name server */
	CG_LEARNED_NTP,	    /* another time server, by address */
	CG_LEARNED_SEARCH,  /* one of many without a name */
	CG_LEARNED_OUTSIDE, /* the peer began */
	CG_LEARNED_NO_RULE, /* no rule has words for its protocol */
	__CG_LEARNED_MAX,
};
enum cg_learned_kind cg_learned_kind_of(const struct cg_learned_of *l,
					const struct cg_learned_peer *p);
/* "api.vendor.example:443/tcp"; returns buf. */
#define CG_LEARNED_RULE_LEN 384
const char *cg_learned_rule(const struct cg_learned_of *l, const struct cg_learned_peer *p,
			    char buf[static CG_LEARNED_RULE_LEN]);
/* One word for --json. */
const char *cg_learned_kind_name(enum cg_learned_kind kind);

/*
 * Lines for the block of camera `name`: allow += { … }, one rule for all the
 * addresses of a name, and behind it, as comments, what is no rule and why.
 * clock writes a time. The caller frees it; NULL: no memory.
 */
char *cg_learned_block(const struct cg_learned_of *l, const char *name,
		       const char *(*clock)(void *ctx, uint64_t ns, char *buf, size_t n),
		       void *ctx);

#endif
