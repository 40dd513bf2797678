/* SPDX-License-Identifier: GPL-2.0-only */
/* WITH_AUDIT=no: nothing is noted of cameras for an audit. */
#include "../daemon/audit.h"

int cg_audit_open(struct cg_agent *a)
{
	(void)a;
	return 0;
}

void cg_audit_close(struct cg_agent *a)
{
	(void)a;
}

void cg_audit_event(struct cg_agent *a, const struct cg_agent_cam *cam, const struct cg_event *e)
{
	(void)a;
	(void)cam;
	(void)e;
}

void cg_audit_tick(struct cg_agent *a, uint64_t now_ns)
{
	(void)a;
	(void)now_ns;
}

void cg_audit_forget(struct cg_agent *a, uint32_t slot)
{
	(void)a;
	(void)slot;
}
