/* SPDX-License-Identifier: GPL-2.0-only */
/* What the service manager is told; without libsystemd, or not started by it, nothing happens. */
#ifndef CG_SERVICE_H
#define CG_SERVICE_H

#include <stdint.h>

void cg_service_ready(const char *status);
void cg_service_reloading(void);
void cg_service_status(const char *status);
void cg_service_stopping(void);
/* How often cg_service_alive must be called, in microseconds; 0: no watchdog. */
uint64_t cg_service_watchdog_us(void);
void cg_service_alive(void);
/* Gives it a socket to keep for the agent that it starts next, in the place of one
 * of that name; -errno. */
int cg_service_keep(const char *name, int fd);
/* The socket it keeps under that name, once; -1: it has none. */
int cg_service_kept(const char *name);

#endif
