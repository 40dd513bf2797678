/* SPDX-License-Identifier: GPL-2.0-only */
/* Openings of ports that lead to a camera: read from nftables' JSON and from the lease files of UPnP's service. Pure. */
#ifndef CG_MAPPING_H
#define CG_MAPPING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "addr.h"

/* Of one look; what is above is counted as cut. */
#define CG_MAPPINGS_MAX	     512
#define CG_MAPPING_NAME_LEN  64
#define CG_MAPPING_FILE_LEN  128
#define CG_MAPPING_NOTE_LEN  64
#define CG_MAPPING_MAPS_MAX  16
#define CG_MAPPING_CHAINS    3
/* One object of a ruleset, larger ones are not read; and all of it. */
#define CG_MAPPING_ITEM_MAX  (1024 * 1024)
#define CG_MAPPING_RULES_MAX (32 * 1024 * 1024)
#define CG_MAPPING_LEASE_MAX (256 * 1024)

enum cg_mapping_kind {
	CG_MAPPING_FORWARD = 1, /* destination NAT: a port of the gateway leads there */
	CG_MAPPING_PASS,	/* let through to the address itself: a pinhole */
	CG_MAPPING_LEASE,	/* UPnP's service makes it again when it starts */
};

enum cg_mapping_by {
	CG_MAPPING_BY_HAND = 1, /* or by a program that is not known here */
	CG_MAPPING_BY_FW4,	/* OpenWrt's firewall, from /etc/config/firewall */
	CG_MAPPING_BY_IPTABLES, /* through iptables-nft */
	CG_MAPPING_BY_UPNP,	/* UPnP IGD, NAT-PMP or PCP: miniupnpd */
};

/* Ports are host order; 0 to 0: any, or not told by this rule. */
struct cg_mapping {
	uint8_t kind;	   /* enum cg_mapping_kind */
	uint8_t by;	   /* enum cg_mapping_by */
	uint8_t proto;	   /* IPPROTO_*, CG_PROTO_ANY, CG_PROTO_TCPUDP */
	bool sole;	   /* leads to this address and to no other */
	bool sure;	   /* it is the camera's now; given by the daemon */
	bool has_from;	   /* only who is in `from` */
	struct cg_addr to; /* the camera's */
	struct cg_prefix from;
	uint16_t out_lo, out_hi, in_lo, in_hi;
	uint32_t slot; /* of the camera; given by the daemon */
	/* Where it is written: a rule of nftables ... */
	char family[8];
	char table[CG_MAPPING_NAME_LEN], chain[CG_MAPPING_NAME_LEN];
	uint64_t handle;
	/* ... or a line of a file. */
	char file[CG_MAPPING_FILE_LEN];
	int line;
	char note[CG_MAPPING_NOTE_LEN]; /* comment or description, cut; "" = none */
};

/* A rule that may lead anywhere: it could not be read. */
struct cg_mapping_unread {
	uint8_t by;
	char family[8];
	char table[CG_MAPPING_NAME_LEN], chain[CG_MAPPING_NAME_LEN];
	uint64_t handle;
	char what[32]; /* why: a word of nft's */
};

#define CG_MAPPING_UNREAD_MAX 16

/* A named map that a rule takes its target from, and whose elements were not told with it. */
struct cg_mapping_map {
	char family[8];
	char table[CG_MAPPING_NAME_LEN], name[CG_MAPPING_NAME_LEN];
	struct cg_mapping rule; /* what of it the rule says */
	uint8_t port_at;	/* where in its key the port is, from 1; 0: nowhere */
	bool told;
	bool asked; /* by name: without elements it has none */
};

struct cg_mapping_list {
	struct cg_mapping *m; /* n of them, owned */
	size_t n;
	size_t cut; /* more than there is room for */
	struct cg_mapping_unread unread[CG_MAPPING_UNREAD_MAX];
	size_t nunread; /* may be more than there is room for */
	struct cg_mapping_map map[CG_MAPPING_MAPS_MAX];
	size_t nmap;
};

/* miniupnpd.conf, as far as it says where its openings are. "" = not said. */
struct cg_mapping_upnp {
	char leases[CG_MAPPING_FILE_LEN], leases6[CG_MAPPING_FILE_LEN];
	char table[CG_MAPPING_NAME_LEN], nat_table[CG_MAPPING_NAME_LEN];
	char chain[CG_MAPPING_CHAINS][CG_MAPPING_NAME_LEN]; /* forward, NAT, postrouting */
	uint16_t http_port; /* where it is asked by UPnP; 0 = not said */
};

/* What is looked for. */
struct cg_mapping_want {
	const struct cg_addr *addr; /* of cameras, in the order of memcmp() */
	size_t naddr;
	const char (*lan)[16]; /* what comes in there, or from there, is not from outside */
	size_t nlan;
	const struct cg_prefix *net;
	size_t nnet;
	struct cg_mapping_upnp upnp;
};

void cg_mapping_list_free(struct cg_mapping_list *list);

/* What nft -j printed: `list ruleset`, or `list map` for those of list->map. Adds to the list.
 * -EPROTO: it is no such thing, -ENOMEM; what was found before is in the list. */
int cg_mapping_nft_read(const char *text, size_t n, const struct cg_mapping_want *want,
			struct cg_mapping_list *list) __must_check;
/* A lease file (miniupnpd upnpredirect.c lease_file_add, upnppinhole.c lease_file6_add): lines
 * that are none are passed over. -ENOMEM. */
int cg_mapping_leases_read(const char *text, size_t n, const char *file,
			   const struct cg_mapping_want *want,
			   struct cg_mapping_list *list) __must_check;
/* The file's text without the lines that say what m, n of them of this file, say; freed by the
 * caller. ret_gone: how many. -ENOMEM. */
int cg_mapping_leases_without(const char *text, size_t len, const struct cg_mapping *m, size_t n,
			      char **ret_text, size_t *ret_len, size_t *ret_gone) __must_check;
/* miniupnpd.conf: `name=value` a line. What it does not say stays. */
void cg_mapping_upnp_read(const char *text, struct cg_mapping_upnp *upnp);

/* "tcp", "udp", "any", "tcp+udp", a number in buf. */
const char *cg_mapping_proto(uint8_t proto, char buf[static 8]);
const char *cg_mapping_kind_name(unsigned int kind); /* "forward", "pass", "lease" */
const char *cg_mapping_by_name(unsigned int by);     /* "hand", "fw4", "iptables", "upnp" */
/* May a name stand in a script for nft? */
bool cg_mapping_name_ok(const char *name);
/* The same opening, wherever it is written. */
bool cg_mapping_same(const struct cg_mapping *x, const struct cg_mapping *y);

#endif
