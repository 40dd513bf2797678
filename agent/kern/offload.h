/* SPDX-License-Identifier: GPL-2.0-only */
/* Ways by which packets pass the CPU, and with it every filter, by: as far as they can be seen. */
#ifndef CG_OFFLOAD_H
#define CG_OFFLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "../lib/addr.h"

enum cg_offload_kind {
	CG_OFFLOAD_TABLE,    /* name: a flow table with `flags offload`; count: how many */
	CG_OFFLOAD_FLOWS_HW, /* count: connections of cameras in hardware */
	CG_OFFLOAD_FLOWS_SW, /* count: of cameras in a software flow table: seen by our filters */
	CG_OFFLOAD_VENDOR,   /* name: a vendor's module */
	CG_OFFLOAD_PPE,	     /* name: a packet engine; count: its bound entries */
	CG_OFFLOAD_WED,	     /* name: the Wi-Fi driver that hands frames to the engine */
	CG_OFFLOAD_SWITCH,   /* name: two LAN ports that one switch bridges by itself */
	CG_OFFLOAD_MESH,     /* name: an 802.11s interface */
	CG_OFFLOAD_BATMAN,   /* name: a LAN port that is a batman-adv mesh */
	CG_OFFLOAD_TC,	     /* name: a LAN port with a filter of others in hardware (bridger) */
	__CG_OFFLOAD_MAX,
};

struct cg_offload_found {
	enum cg_offload_kind kind;
	bool bypass; /* enforcement is partial */
	char name[64];
	unsigned int count;
};

struct cg_offload_in {
	const char *root; /* before /proc and /sys; "" */
	const char (*port)[16];
	size_t nport;		/* LAN ports */
	const char (*kind)[16]; /* of each port, as rtnetlink names it */
	const bool *in_hw;	/* it has a filter that hardware carries out */
	const struct cg_addr *addr;
	size_t naddr;  /* addresses that cameras use */
	bool kept_out; /* rules keep cameras out of the flow tables */
};

#define CG_OFFLOAD_FOUND_MAX 16

/* How many of ret_found are filled; what cannot be looked at is not there. */
size_t cg_offload_look(const struct cg_offload_in *in,
		       struct cg_offload_found ret_found[static CG_OFFLOAD_FOUND_MAX]);
/* One sentence; returns buf. */
const char *cg_offload_text(const struct cg_offload_found *f, char *buf, size_t n);
/* What to do; NULL: nothing. */
const char *cg_offload_fix(const struct cg_offload_found *f);

/* offload_nl.c */

/* How many flow tables there are with `flags offload`, or of any kind (all);
 * ret_name: one of them, as "TABLE NAME". -EOPNOTSUPP: no nftables or no flow
 * tables in this kernel. */
int cg_offload_tables(bool all, char *ret_name, size_t n) __must_check;
struct cg_offload_flows {
	unsigned int hw, sw;
};
/* Offloaded connections that one of these addresses is an end of. */
int cg_offload_flows_read(const struct cg_addr *addr, size_t naddr,
			  struct cg_offload_flows *ret_flows) __must_check;
/* 1 and its name, 0: no mesh interface, or no wireless at all. */
int cg_offload_mesh(char ret_name[static 16]) __must_check;

#endif
