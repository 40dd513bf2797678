/* SPDX-License-Identifier: GPL-2.0-only */
/* Of the config: which broker is told of cameras, and what may be asked by way of it. Pure. */
#ifndef CG_MQTTCONF_H
#define CG_MQTTCONF_H

#include "cleanup.h"
#include "policy.h"

/* The block `mqtt`; -EINVAL with diag. Nothing of it is freed by the caller: cg_mqttconf_free. */
int cg_mqttconf_build(const struct cg_config *config, struct cg_diag *diag,
		      struct cg_policy *policy) __must_check;
void cg_mqttconf_free(struct cg_policy *policy);
/* mqtt_may_widen of the camera, of defaults, else the block's may_widen. */
int cg_mqttconf_cam(const struct cg_config_cam *c, const struct cg_config_cam *defaults,
		    struct cg_diag *diag, const struct cg_policy *policy,
		    struct cg_policy_cam *cam) __must_check;

#endif
