/* SPDX-License-Identifier: GPL-2.0-only */
/* The control socket: who may connect, lines in, lines out, and clients that send nothing, half or too much. */
#ifndef CG_CONTROL_H
#define CG_CONTROL_H

#include "agent.h"

/* -EADDRINUSE: another agent answers there. */
int cg_control_open(struct cg_agent *a, struct cg_control **ret_control) __must_check;
/* Ends every client; removes the socket. */
void cg_control_close(struct cg_control **control);
/* `readers` may have changed: who may open the socket at all. */
void cg_control_mode(struct cg_control *control);
/* Databases are read: requests that wait for them are run again. */
void cg_control_again(struct cg_control *control);
/* How long a client may leave a line or a reply half done, and how long it may
 * say nothing; seconds. */
void cg_control_timeouts(struct cg_control *control, double half_s, double idle_s);
size_t cg_control_clients(const struct cg_control *control);

#endif
