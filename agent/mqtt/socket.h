/* SPDX-License-Identifier: GPL-2.0-only */
/* The agent's control socket (camgate/ctl.h) under a loop: one request at a time, connected again by itself. */
#ifndef CG_MQTT_SOCKET_H
#define CG_MQTT_SOCKET_H

#include <ev.h>
#include <stdbool.h>
#include <json-c/json.h>
#include "../lib/cleanup.h"

struct cg_mqtt_socket;

struct cg_mqtt_socket_user {
	/* The agent can be asked, or cannot any more; why is for people. */
	void (*up)(void *ctx);
	void (*down)(void *ctx, const char *why);
	/* The answer to what was asked as `what`; put by the socket. */
	void (*reply)(void *ctx, int what, struct json_object *reply);
	void *ctx;
};

/* path must outlive it. The first attempt to connect is made by the loop. */
struct cg_mqtt_socket *cg_mqtt_socket_new(struct ev_loop *loop, const char *path,
					  const struct cg_mqtt_socket_user *user);
void cg_mqtt_socket_free(struct cg_mqtt_socket **socket);
/* Takes request, whatever happens. -ENOTCONN, -EBUSY: more wait than anybody would mean; -ENOMEM.
 * What waits is lost with the connection. */
int cg_mqtt_socket_ask(struct cg_mqtt_socket *s, int what,
		       struct json_object *request) __must_check;

#endif
