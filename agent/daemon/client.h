/* SPDX-License-Identifier: GPL-2.0-only */
/* Those who are connected to the control socket: lines in, lines out, and clients that send nothing, half or too much. */
#ifndef CG_CLIENT_H
#define CG_CLIENT_H

#include "agent.h"
#include "peer.h"

struct cg_client;

struct cg_clients {
	struct cg_agent *a;
	double half_s; /* how long a line or a reply may be left half done */
	double idle_s; /* how long nothing may be said */
	struct cg_client *first;
	size_t n;
	uint64_t served; /* requests */
	ev_idle turn;	 /* runs while requests wait */
};

/* Before anything else; the times are set by the caller. */
void cg_clients_begin(struct cg_clients *c, struct cg_agent *a);
/* fd is taken. With too many there it is told so and closed: places, and how
 * many of them one user may have, are in limits.h. */
void cg_clients_add(struct cg_clients *c, int fd, const struct cg_peer *peer);
/* Requests that wait for databases are run again. */
void cg_clients_again(struct cg_clients *c);
void cg_clients_end(struct cg_clients *c);

#endif
