/* SPDX-License-Identifier: GPL-2.0-only */
/* What the agent's config says of the broker, as it was told by the agent. Pure. */
#ifndef CG_MQTT_SETTINGS_H
#define CG_MQTT_SETTINGS_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <camgate/limits.h>
#include "../lib/cleanup.h"
#include "../lib/policy.h"

#define CG_MQTT_BASE_LEN  128
#define CG_MQTT_TOPIC_MAX 256

struct cg_mqtt_settings {
	int64_t generation; /* of the policy they are of */
	bool enabled;	    /* false: nobody is told, and the rest may say nothing */
	char *broker;
	int port;
	bool tls, viewers;
	bool home; /* the house itself is told there, too: `topic` is not none */
	char *ca_file, *cert_file, *key_file, *credentials; /* NULL: none */
	char *id;
	char base[CG_MQTT_BASE_LEN]; /* what all topics begin with, "camgate/gateway" */
	char *discovery;	     /* "homeassistant"; NULL: none */
	char (*widen)[CG_ID_LEN];    /* cameras that can be opened */
	size_t nwiden;
	struct {
		bool report, names, desired;
		enum cg_fleet_addresses addresses;
		char *gateway, *key_file;
	} fleet;
};

/* Of a reply to `mqtt`; -EPROTO: it is none, -ENOMEM. The caller frees it. */
int cg_mqtt_settings_read(struct json_object *reply,
			  struct cg_mqtt_settings **ret_settings) __must_check;
void cg_mqtt_settings_free(struct cg_mqtt_settings **settings);
/* Is it the same broker, reached the same way, with the same topics? */
bool cg_mqtt_settings_same(const struct cg_mqtt_settings *a, const struct cg_mqtt_settings *b);
bool cg_mqtt_settings_may_widen(const struct cg_mqtt_settings *s, const char *cam);

#endif
