/* SPDX-License-Identifier: GPL-2.0-only */
/* The agent started by this machine's service manager. */
#ifndef CG_SETUP_START_H
#define CG_SETUP_START_H

#include "../lib/cleanup.h"

/* What one would type; NULL: neither systemd nor procd runs here. */
const char *cg_setup_start_how(void);
/* Runs it and waits for its end. 0; -ENOENT: as above; -ECHILD: it failed, having said
 * why on standard error; else what kept it from being run. */
int cg_setup_start(void) __must_check;

#endif
