/* SPDX-License-Identifier: GPL-2.0-only */
/* The broker (MQTT 3.1.1) under a loop: connected again by itself, TLS, a last will. Only here libmosquitto is known. */
#ifndef CG_MQTT_BROKER_H
#define CG_MQTT_BROKER_H

#include <ev.h>
#include <stdbool.h>
#include "obey.h"
#include "settings.h"

struct cg_mqtt_broker;

struct cg_mqtt_broker_user {
	void (*up)(void *ctx);
	/* Each attempt that fails, and the end of a connection; why is for people. */
	void (*down)(void *ctx, const char *why);
	void (*message)(void *ctx, const struct cg_mqtt_message *message);
	/* The broker has what was sent as that number. */
	void (*acked)(void *ctx, int mid);
	/* There is room again after cg_mqtt_broker_publish had none. */
	void (*room)(void *ctx);
	void *ctx;
};

/* settings must outlive it. retry_max_s: the longest time between two attempts to connect. NULL: no
 * memory. The first attempt is made by the loop; files of the settings are read at each. */
struct cg_mqtt_broker *cg_mqtt_broker_new(struct ev_loop *loop,
					  const struct cg_mqtt_settings *settings,
					  double retry_max_s,
					  const struct cg_mqtt_broker_user *user);
/* Says goodbye where it is connected: what was published is out, or a second is over. The last will
 * stays unsaid then. */
void cg_mqtt_broker_free(struct cg_mqtt_broker **broker);
/* retained and at most once: a new connection publishes all anew. text NULL: taken back. -ENOTCONN;
 * -EAGAIN: what was published before is not out yet, `room` tells when it is. */
int cg_mqtt_broker_publish(struct cg_mqtt_broker *b, const char *topic, const char *text,
			   bool retained) __must_check;

/* At least once, not retained: *ret_mid is its number, which `acked` tells. As cg_mqtt_broker_publish
 * else. */
int cg_mqtt_broker_send(struct cg_mqtt_broker *b, const char *topic, const char *text,
			int *ret_mid) __must_check;
/* Waits up to ms until there is room. */
void cg_mqtt_broker_drain(struct cg_mqtt_broker *b, int ms);

#endif
