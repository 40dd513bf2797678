/* SPDX-License-Identifier: GPL-2.0-only */
/* The cameras of the agent's status, and what is remembered of each from one to the next. Pure. */
#ifndef CG_MQTT_HOUSE_H
#define CG_MQTT_HOUSE_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <camgate/limits.h>
#include "settings.h"

#define CG_MQTT_MINUTES	    30
#define CG_MQTT_MINUTES_MAX 1440

struct cg_mqtt_cam {
	char id[CG_ID_LEN];
	char name[CG_NAME_LEN];
	char exposure[8]; /* "sealed", "closed", "open" */
	bool may_widen;
	unsigned int minutes; /* how long `open` is for */
};

struct cg_mqtt_house {
	struct cg_mqtt_cam *cam;
	size_t n;
};

/* Of a reply to `status`; devices that are held are no cameras of the house. 1: cameras came, went
 * or have other names or rights; 0; -ENOMEM: nothing changed. */
int cg_mqtt_house_take(struct cg_mqtt_house *house, const struct cg_mqtt_settings *settings,
		       struct json_object *status) __must_check;
struct cg_mqtt_cam *cg_mqtt_house_find(const struct cg_mqtt_house *house, const char *id);
void cg_mqtt_house_clear(struct cg_mqtt_house *house);

#endif
