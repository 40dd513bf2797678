/* SPDX-License-Identifier: GPL-2.0-only */
/* From the tables of links and addresses to where the filters belong and what counts as LAN, home and gateway. Pure. */
#ifndef CG_PORTS_H
#define CG_PORTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "../kern/datapath.h"
#include "../kern/links.h"
#include "../lib/policy.h"

struct cg_ports_in {
	const struct cg_link *links;
	size_t nlinks;
	const struct cg_link_addr *addrs;
	size_t naddrs;
	const char (*lan)[16];
	size_t nlan;
	const struct cg_policy_home *home;
	size_t nhome;
	uint64_t now_ns; /* boot clock, for lifetimes */
};

struct cg_ports_port {
	int ifindex;
	char name[16];
};

struct cg_ports_plan {
	struct cg_ports_port *port; /* by ifindex; each once */
	size_t nport;
	struct cg_datapath_net *net; /* by prefix; each once */
	size_t nnet;
	struct cg_datapath_if *iface; /* by ifindex; each once */
	size_t niface;
	bool *missing; /* nlan: that LAN interface is not there */
	size_t nlan;
	bool cut; /* limits.h held something back */
};

/*
 * A bridge is entered through its ports, never itself: a flowtable on the ports
 * goes round it. A VLAN device stands for the device below it, frame tags and
 * all; on a bridge that is the bridge's ports. Everything else is its own port.
 */
int cg_ports_plan(const struct cg_ports_in *in, struct cg_ports_plan **ret_plan) __must_check;
void cg_ports_free(struct cg_ports_plan **plan);

#endif
