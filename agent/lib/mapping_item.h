/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files that read openings share: one rule of nftables, statement by statement. Pure. */
#ifndef CG_MAPPING_ITEM_H
#define CG_MAPPING_ITEM_H

#include "mapping.h"

struct json_object;

/* -ENOMEM; one above CG_MAPPINGS_MAX is only counted. */
int cg_mapping_add(struct cg_mapping_list *list, const struct cg_mapping *m) __must_check;
/* The first wanted address that is not before addr; naddr: none. */
size_t cg_mapping_from(const struct cg_mapping_want *want, const struct cg_addr *addr);
/* Cut where it is too long, '?' for what is no UTF-8 or steers a terminal. */
void cg_mapping_copy(char *to, size_t size, const char *from);

#define CG_MAPPING_BASES 128

/* Chains that packets come into by themselves, and where. */
struct cg_mapping_base {
	char family[8];
	char table[CG_MAPPING_NAME_LEN], chain[CG_MAPPING_NAME_LEN];
	bool forward; /* else what is accepted there is not let in by that */
	bool output;  /* what the gateway itself sends */
};

struct cg_mapping_read {
	const struct cg_mapping_want *want;
	struct cg_mapping_list *list;
	struct cg_mapping_base base[CG_MAPPING_BASES];
	size_t nbase;
};

/* mapping_rule.c: the members of "rule" and of "map"; 0 or -ENOMEM. */
int cg_mapping_rule_read(struct cg_mapping_read *r, struct json_object *rule) __must_check;
int cg_mapping_map_read(struct cg_mapping_read *r, struct json_object *map) __must_check;

/* mapping_value.c: an address, a port, a protocol as nft says it. */

/* Values of one expression: from lo to hi, or those that are value where mask is set. */
struct cg_mapping_addrs {
	struct cg_addr lo, hi, mask;
	bool masked;
};
struct cg_mapping_ports {
	uint16_t lo, hi;
};

/* "a.b.c.d", {"range"}, {"prefix"}. */
bool cg_mapping_addrs_read(struct json_object *o, struct cg_mapping_addrs *ret_addrs);
bool cg_mapping_addrs_have(const struct cg_mapping_addrs *a, const struct cg_addr *addr);
/* Exactly one address? */
bool cg_mapping_addrs_sole(const struct cg_mapping_addrs *a);
/* 80, "http" is none, {"range"}. */
bool cg_mapping_ports_read(struct json_object *o, struct cg_mapping_ports *ret_ports);
/* "tcp", 6, {"set": ["tcp", "udp"]}. */
bool cg_mapping_proto_read(struct json_object *o, uint8_t *ret_proto);
bool cg_mapping_proto_named(const char *name, uint8_t *ret_proto);
/* A number of at most 128 bits, as miniupnpd's raw matches are told: 3232235796, "0x2001…". */
bool cg_mapping_raw_addr(struct json_object *o, int bits, struct cg_addr *ret_addr);

/* ---- mapping_match.c ---- */

#define CG_MAPPING_PORTS 16
#define CG_MAPPING_ADDRS 32

/* A rule while it is read. */
struct cg_mapping_rule {
	struct cg_mapping_read *r;
	struct cg_mapping m;
	struct cg_mapping_ports out[CG_MAPPING_PORTS];
	size_t nout;
	struct cg_mapping_addrs dst[CG_MAPPING_ADDRS];
	size_t ndst;
	bool dst_unknown; /* a named set, or too many */
	bool set6;	  /* of IPv6: a camera may be in it */
	bool lan;	  /* only what comes from the house */
	bool later;	  /* no packet that begins something */
	int err;
};

void cg_mapping_match(struct cg_mapping_rule *u, struct json_object *m);
/* A value, or {"set"} of them: to which ports, to which addresses. part: of a concatenation. */
void cg_mapping_port_take(struct cg_mapping_rule *u, struct json_object *right);
void cg_mapping_dst_take(struct cg_mapping_rule *u, struct json_object *right,
			 const struct cg_addr *mask, size_t part);
/* An array, also that of {"set"}; NULL: none. */
struct json_object *cg_mapping_list_of(struct json_object *o);
/* Without what an element has beside its value. */
struct json_object *cg_mapping_bare(struct json_object *o);
/* Member nr of a concatenation; what is none has one. */
struct json_object *cg_mapping_part_of(struct json_object *o, size_t nr);

/* A member of an object, NULL where there is none or o is no object. */
struct json_object *cg_mapping_get(struct json_object *o, const char *key);
/* A string member, "" = none. */
const char *cg_mapping_text(struct json_object *o, const char *key);

#endif
