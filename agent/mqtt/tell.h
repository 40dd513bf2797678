/* SPDX-License-Identifier: GPL-2.0-only */
/* Telling who looks after many homes of this one: what the bridge does for the block `fleet`. */
#ifndef CG_MQTT_TELL_H
#define CG_MQTT_TELL_H

#include "broker.h"
#include "settings.h"

struct cg_mqtt_tell;

enum cg_mqtt_tell_ask {
	CG_MQTT_TELL_LINES,
	CG_MQTT_TELL_WISH,
};

struct cg_mqtt_tell_user {
	/* Takes request; false: the agent cannot be asked now. */
	bool (*ask)(void *ctx, enum cg_mqtt_tell_ask what, struct json_object *request);
	void *ctx;
};

/* dir, where it notes how far it told; outlives it. NULL: no memory. */
struct cg_mqtt_tell *cg_mqtt_tell_new(const char *dir, const struct cg_mqtt_tell_user *user);
void cg_mqtt_tell_free(struct cg_mqtt_tell **tell);

/* What the config says now; who is not to tell forgets how far it was. */
void cg_mqtt_tell_settings(struct cg_mqtt_tell *t, const struct cg_mqtt_settings *settings);
/* The broker is there, NULL: not any more. leave: before it goes, on purpose. */
void cg_mqtt_tell_broker(struct cg_mqtt_tell *t, struct cg_mqtt_broker *broker);
void cg_mqtt_tell_leave(struct cg_mqtt_tell *t);
/* The agent is gone: what it was asked is not answered. */
void cg_mqtt_tell_agent_down(struct cg_mqtt_tell *t);

/* Replies of the agent: to `status`, and to what was asked by way of `ask`. */
void cg_mqtt_tell_status(struct cg_mqtt_tell *t, struct json_object *status);
void cg_mqtt_tell_reply(struct cg_mqtt_tell *t, enum cg_mqtt_tell_ask what,
			struct json_object *reply);
/* The broker's side. true: the message was for us. */
bool cg_mqtt_tell_message(struct cg_mqtt_tell *t, const struct cg_mqtt_message *message);
void cg_mqtt_tell_acked(struct cg_mqtt_tell *t, int mid);
void cg_mqtt_tell_flush(struct cg_mqtt_tell *t);

#endif
