/* SPDX-License-Identifier: GPL-2.0-only */
/* What runs beside the agent, outside of what confines it, so that it needs less: each a short run of this program. */
#ifndef CG_BESIDE_H
#define CG_BESIDE_H

/* Both return an exit code and log why. */
/* Makes the sockets that the agent sends by and gives them to the service manager. */
int cg_beside_sockets(void);
/* Waits until this machine's clock is disciplined, then makes the file. */
int cg_beside_clock(const char *path);

#endif
