/* SPDX-License-Identifier: GPL-2.0-only */
/* WITH_DISCOVER=no: nothing is known of devices that are no cameras, and none is held. */
#include "../daemon/devices.h"

int cg_devices_open(struct cg_agent *a)
{
	(void)a;
	return 0;
}

void cg_devices_close(struct cg_agent *a)
{
	(void)a;
}

void cg_devices_listen(struct cg_agent *a)
{
	(void)a;
}

void cg_devices_deaf(struct cg_agent *a)
{
	(void)a;
}

int cg_devices_hold(struct cg_agent *a, struct cg_policy *policy)
{
	(void)a;
	(void)policy;
	return 0;
}

size_t cg_devices_held(const struct cg_agent *a)
{
	(void)a;
	return 0;
}

void cg_devices_policy(struct cg_agent *a)
{
	(void)a;
}

void cg_devices_tick(struct cg_agent *a, uint64_t now_ns)
{
	(void)a;
	(void)now_ns;
}

bool cg_devices_is_held(const struct cg_agent_cam *cam)
{
	(void)cam;
	return false;
}

void cg_devices_status(struct cg_command_call *c, struct json_object *attention)
{
	(void)c;
	(void)attention;
}
