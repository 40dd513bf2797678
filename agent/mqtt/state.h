/* SPDX-License-Identifier: GPL-2.0-only */
/* What the broker is told of the house: replies of the agent to texts of topics. Pure. */
#ifndef CG_MQTT_STATE_H
#define CG_MQTT_STATE_H

#include <json-c/json.h>
#include "house.h"
#include "retained.h"

/*
 * Below settings->base:
 *   status             "online", or "offline": nobody answers for what the others say
 *   state              {"enforced":"full|partial|off", "off_until", "panic":"ON|OFF", "cameras", "attention"}
 *   cam/ID/state       {"exposure":"sealed|closed|open", "exposed", "streaming", "stopped", "until", "open_for",
 *                      "last_stopped"?:{"viewer","at"}}
 *   cam/ID/traffic     {"passed_bytes", "stopped_bytes"}
 * Times are RFC 3339, UTC, or null. No other member of a reply is told; an address only in
 * last_stopped, and that only where settings->viewers.
 */

/* The groups CG_MQTT_STATE and, if traffic, CG_MQTT_TRAFFIC. sessions may be NULL. -ENOMEM: some
 * are as they were. */
int cg_mqtt_state_put(struct cg_mqtt_retained *to, const struct cg_mqtt_settings *settings,
		      const struct cg_mqtt_house *house, struct json_object *status,
		      struct json_object *sessions, bool traffic) __must_check;
/* The agent does not answer. */
int cg_mqtt_state_away(struct cg_mqtt_retained *to,
		       const struct cg_mqtt_settings *settings) __must_check;
/* The topic of it. */
const char *cg_mqtt_state_status(const struct cg_mqtt_settings *settings,
				 char buf[static CG_MQTT_TOPIC_MAX]);
/* o as a line without its end; puts o. NULL without memory. */
char *cg_mqtt_state_text(struct json_object *o);

#endif
