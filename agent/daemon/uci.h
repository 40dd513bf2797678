/* SPDX-License-Identifier: GPL-2.0-only */
/* OpenWrt: the config is made of /etc/config/camgate, and what commands change in it is written there. */
#ifndef CG_DAEMON_UCI_H
#define CG_DAEMON_UCI_H

#include "../lib/cleanup.h"
#include "agent.h"

/*
 * All of these do nothing where the agent was started without --uci.
 *
 * Where UCI says something else than the config, the config becomes what UCI says; nothing is
 * changed where that is not valid: -errno with diag.
 */
int cg_uci_take(struct cg_agent *a, struct cg_diag *diag) __must_check;
/* The same, and cg_agent_reload; a failure of the first is logged and kept as that of the other. */
int cg_uci_reload(struct cg_agent *a, struct cg_diag *diag, struct cg_agent_applied *ret_applied);
/* A command has changed the config, and it is in force: UCI becomes what the config says.
 * -errno; nothing is changed then. */
int cg_uci_keep(struct cg_agent *a) __must_check;

#endif
