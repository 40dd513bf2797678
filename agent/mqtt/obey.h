/* SPDX-License-Identifier: GPL-2.0-only */
/* A message of the broker as a request to the agent, or the reason why there is none. Pure. */
#ifndef CG_MQTT_OBEY_H
#define CG_MQTT_OBEY_H

#include <json-c/json.h>
#include "house.h"

/*
 * Below settings->base:
 *   panic/set            ON: seals all cameras; OFF: what was done by hand is taken back
 *   cam/ID/exposure/set  sealed | closed | open (for the camera's minutes)
 *   cam/ID/open/set      whatever it says: the same as open
 *   cam/ID/close/set     the same as closed
 *   cam/ID/open_for/set  minutes, 1 to 1440, that `open` is for from then on
 * Whoever may publish there may ask; what would let a camera be watched is refused unless the
 * config has it. A message that the broker had kept (retained) is nobody's wish of now.
 */

enum cg_mqtt_obey {
	CG_MQTT_ASK,	 /* ret_request is to be asked */
	CG_MQTT_REFUSED, /* why says why */
	CG_MQTT_NOTED,	 /* the camera's minutes are others */
	CG_MQTT_BORN,	 /* the home's automation has begun anew: it wants to be told all again */
	CG_MQTT_IGNORED, /* none of ours */
	__CG_MQTT_OBEY_MAX,
};

struct cg_mqtt_message {
	const char *topic;
	const char *text; /* not terminated */
	size_t len;
	bool retained;
};

#define CG_MQTT_WHY_LEN 256

/* The request is the caller's to put; NULL of CG_MQTT_ASK: no memory. */
enum cg_mqtt_obey cg_mqtt_obey(const struct cg_mqtt_settings *settings, struct cg_mqtt_house *house,
			       const struct cg_mqtt_message *message,
			       struct json_object **ret_request, char why[static CG_MQTT_WHY_LEN]);
/* {"v", "cmd", "via"}: every request says that it comes by way of MQTT. */
struct json_object *cg_mqtt_request(const char *cmd);

#endif
