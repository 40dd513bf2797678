/* SPDX-License-Identifier: GPL-2.0-only */
/* WITH_GUARD=no: neither guard nor boot guard; nothing of either is made, so nothing is taken away. */
#include <errno.h>
#include "../daemon/guard.h"
#include "../daemon/module.h"
#include "../lib/told.h"

int cg_guard_open(struct cg_agent *a, struct cg_guard **ret_guard)
{
	(void)a;
	*ret_guard = NULL;
	return 0;
}

void cg_guard_close(struct cg_guard **guard)
{
	(void)guard;
}

/* A config that asks for it was refused. */
int cg_guard_before(struct cg_agent *a, struct cg_datapath *dp, const struct cg_policy *policy)
{
	(void)a;
	(void)dp;
	return policy->guard == CG_GUARD_OFF ? 0 : -EOPNOTSUPP;
}

void cg_guard_ports_go(struct cg_agent *a, const struct cg_ports_plan *ports)
{
	(void)a;
	(void)ports;
}

void cg_guard_applied(struct cg_agent *a)
{
	cg_module_look(a);
	cg_module_announce(a);
}

void cg_guard_files(struct cg_agent *a)
{
	(void)a;
}

void cg_guard_sync(struct cg_agent *a)
{
	(void)a;
}

void cg_guard_handover(struct cg_agent *a)
{
	(void)a;
}

void cg_guard_tick(struct cg_agent *a, uint64_t now_ns)
{
	if (!a->run.leave && cg_module_due(a, now_ns))
		cg_module_look(a);
}

void cg_guard_state_read(struct cg_agent *a, struct cg_guard_state *ret_state)
{
	(void)a;
	*ret_state = (struct cg_guard_state){ .mode = CG_GUARD_OFF, .why = "" };
}

bool cg_guard_kept_out(void)
{
	return false;
}

const char *cg_guard_fw4_dir(const struct cg_agent *a)
{
	return a->opts.fw4_dir;
}

void cg_guard_fix(struct cg_agent *a, void (*say)(void *ctx, bool ok, const char *text), void *ctx)
{
	(void)a;
	say(ctx, false, N_("this camgate is built without the guard: no rules are made"));
}
