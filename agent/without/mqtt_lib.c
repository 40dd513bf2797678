/* SPDX-License-Identifier: GPL-2.0-only */
/* WITH_MQTT=no: a config that wants somebody told is refused, agent and command do. */
#include "../lib/fleetconf.h"
#include "../lib/mqttconf.h"
#include "refuse.h"

int cg_mqttconf_build(const struct cg_config *config, struct cg_diag *diag,
		      struct cg_policy *policy)
{
	(void)policy;
	return config->mqtt_pos.file ? refuse(&config->mqtt_pos, "mqtt", diag) : 0;
}

void cg_mqttconf_free(struct cg_policy *policy)
{
	(void)policy;
}

int cg_mqttconf_cam(const struct cg_config_cam *c, const struct cg_config_cam *defaults,
		    struct cg_diag *diag, const struct cg_policy *policy, struct cg_policy_cam *cam)
{
	const struct cg_text *t = c->mqtt_may_widen.s ? &c->mqtt_may_widen :
							&defaults->mqtt_may_widen;

	(void)policy;
	(void)cam;
	return t->s ? refuse(&t->pos, "mqtt_may_widen", diag) : 0;
}

int cg_fleetconf_build(const struct cg_config *config, struct cg_diag *diag,
		       struct cg_policy *policy)
{
	(void)policy;
	for (int i = 0; i < __CG_FLEET_KEYS; i++)
		if (config->fleet[i].s)
			return refuse(&config->fleet[i].pos, "fleet", diag);
	return 0;
}
