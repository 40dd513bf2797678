/* SPDX-License-Identifier: GPL-2.0-only */
/* Sends IP packets that were made here in somebody else's name: towards a remote, towards a camera. */
#ifndef CG_INJECT_H
#define CG_INJECT_H

#include <stddef.h>
#include <stdint.h>
#include "../lib/addr.h"
#include "../lib/cleanup.h"

struct cg_inject;

/* The sockets it sends by, and their names where somebody else makes them. */
#define CG_INJECT_SOCKETS 3
extern const char *const cg_inject_names[CG_INJECT_SOCKETS];
/* One that nothing is received by, whoever holds it; -EPERM without CAP_NET_RAW,
 * -EAFNOSUPPORT where the kernel lacks the family. */
int cg_inject_socket(size_t which) __must_check;
/* Takes those that are given and opens the others (-1). A family that the kernel
 * lacks is no error. */
int cg_inject_open(const int given[CG_INJECT_SOCKETS], struct cg_inject **ret_inject) __must_check;
void cg_inject_close(struct cg_inject **inject);

/* None blocks; -errno. ip: a whole IPv4 or IPv6 packet. */
/* By the routes for its source: connection tracking takes it for the flow's own, and
 * translates it. */
int cg_inject_remote(struct cg_inject *inject, const void *ip, size_t n) __must_check;
struct cg_inject_port {
	int ifindex;
	struct cg_mac from, to;
};
/* In a frame by that interface, with CG_SELF_MARK. No connection tracking sees it: it
 * would make a flow of its own of what is not the flow's on the other side of NAT. */
int cg_inject_camera(struct cg_inject *inject, const struct cg_inject_port *port, const void *ip,
		     size_t n) __must_check;

#endif
