/* SPDX-License-Identifier: GPL-2.0-only */
/* WITH_MQTT=no: nobody is told, and who says to come from there is refused. */
#include <json-c/json.h>
#include <camgate/ctl.h>
#include "../daemon/mqtt.h"

void cg_mqtt_user(struct cg_agent *a)
{
	a->mqtt.uid = -1;
}

bool cg_mqtt_is(const struct cg_agent *a, const struct cg_command_call *c)
{
	(void)a;
	return json_object_object_get_ex(c->args, "via", NULL);
}

bool cg_mqtt_may(struct cg_command_call *c, const char *cmd)
{
	cg_command_fail(c, CG_EXIT_FAILED, NULL, "'%s' cannot be asked by way of MQTT", cmd);
	return false;
}

void cg_mqtt_status(struct cg_command_call *c)
{
	(void)c;
}
