/* SPDX-License-Identifier: GPL-2.0-only */
/* Is there a service on this machine that the LAN may ask by UDP? */
#ifndef CG_LISTENS_H
#define CG_LISTENS_H

#include <stdbool.h>
#include <stdint.h>
#include "../lib/cleanup.h"

/* A socket for anybody at this port, not of loopback alone. True where it cannot
 * be known. root: before the path; "" but in tests. */
bool cg_listens_udp(const char *root, uint16_t port);

#endif
