/* SPDX-License-Identifier: (GPL-2.0-only WITH Linux-syscall-note) OR MIT */
/*
 * Countries and networks of addresses; a part of bpf_abi.h.
 *
 * map          key             value            written by         read by
 * cg_geo4      cg_meta.geo     a trie           agent              packet path
 * cg_geo6      cg_meta.geo     a trie           agent              packet path
 * cg_geoinfo   cg_meta.geo     cg_geoinfo       agent              agent, CLI
 *
 * A trie is an LPM trie of cg_geo4_key or cg_geo6_key to cg_geo. Each map has two places:
 * a new table is written to the one that is not in force, then one store to cg_meta.geo
 * puts both families in force at once. Only what some camera names is in the tables: what
 * is not there is another country, another network, or not known, which is all the same.
 */
#ifndef CG_GEO_ABI_H
#define CG_GEO_ABI_H

#include <linux/types.h>
#include "limits.h"
#include "abi_check.h"

/* cg_meta.geo: CG_GEO_NONE, or CG_GEO_FIRST and the one behind. */
#define CG_GEO_NONE	   0 /* no table is in force: every address is somewhere else */
#define CG_GEO_FIRST	   1
#define CG_GEO_PLACES	   3 /* the first stays empty */

/* A country: 1 + 26 * letter + letter of its code, "AA" being 1; 0 = not one that is named.
 * Behind the codes stand those that are none. */
#define CG_COUNTRY_UNKNOWN 677 /* the database has no country for the address */
#define CG_COUNTRY_PRIVATE 678 /* of somebody's own network, nobody's on the internet */
#define CG_COUNTRY_SHARED  679 /* behind a provider's NAT, RFC 6598 */
#define CG_COUNTRIES	   680

struct cg_geo4_key {
	__u32 prefixlen;
	__u8 addr[4];
};
CG_ABI_SIZE(struct cg_geo4_key, 8);

struct cg_geo6_key {
	__u32 prefixlen;
	__u8 addr[16];
};
CG_ABI_SIZE(struct cg_geo6_key, 20);

struct cg_geo {
	__u32 network; /* number of the AS; 0 = not one that is named */
	__u16 country;
	__u16 pad;
};
CG_ABI_SIZE(struct cg_geo, 8);

/*
 * Rules of a place lie in cg_rules under keys that no address has: cg_rule_key.slot with
 * CG_GEO_SLOT set, its address being one of these, a number in network order, and zeros.
 */
#define CG_GEO_SLOT    0x80000000U
#define CG_GEO_COUNTRY 1 /* rules with this country */
#define CG_GEO_NETWORK 2 /* rules with this network */
#define CG_GEO_STAY    3 /* stay_in names this country; the list is empty */

struct cg_geoinfo {
	__u64 country_built; /* the file's own date, seconds of the epoch; 0 = none is used */
	__u64 network_built;
	__u64 loaded_s;			    /* when, by the wall clock */
	__u32 n4, n6;			    /* prefixes in the tries */
	char country_name[CG_GEO_NAME_LEN]; /* the file's name, without its folder */
	char network_name[CG_GEO_NAME_LEN];
	__u8 country[(CG_COUNTRIES + 7) / 8]; /* one bit for each that is in the tables, */
	__u8 pad[3];
	__u32 nnetwork; /* and the networks, sorted */
	__u32 network[CG_MAX_NETWORKS];
	__u32 pad2;
};
CG_ABI_SIZE(struct cg_geoinfo, 32 + 2 * CG_GEO_NAME_LEN + 88 + 8 + 4 * CG_MAX_NETWORKS);

#endif
