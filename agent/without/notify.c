/* SPDX-License-Identifier: GPL-2.0-only */
/* WITH_NOTIFY=no: no program of the household is started. */
#include "../daemon/notify.h"

int cg_notify_open(struct cg_agent *a, struct cg_notify **ret_notify)
{
	(void)a;
	*ret_notify = NULL;
	return 0;
}

void cg_notify_close(struct cg_notify **notify)
{
	(void)notify;
}

void cg_notify_event(struct cg_agent *a, struct json_object *event)
{
	(void)a;
	(void)event;
}

void cg_notify_tick(struct cg_agent *a, uint64_t now_ns)
{
	(void)a;
	(void)now_ns;
}
