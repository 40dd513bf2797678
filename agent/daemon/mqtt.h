/* SPDX-License-Identifier: GPL-2.0-only */
/* What the bridge to MQTT may ask, what it is told, and how it fares; the bridge is agent/mqtt, a program of its own. */
#ifndef CG_DAEMON_MQTT_H
#define CG_DAEMON_MQTT_H

#include "agent.h"
#include "command.h"

/* The user the bridge runs as: a request of his is MQTT's, whatever it says of itself. */
#define CG_MQTT_USER "camgate-mqtt"

/* Looks that user up. Reads files: not for every request. */
void cg_mqtt_user(struct cg_agent *a);
/* Is the request, of user uid, one of the bridge? It says so in "via". */
bool cg_mqtt_is(const struct cg_agent *a, const struct cg_command_call *c);
/* What is asked by way of MQTT makes nothing wider than the config lets it; else false, the call
 * being failed. Notes that the bridge is there. */
bool cg_mqtt_may(struct cg_command_call *c, const char *cmd);
/* "mqtt" of status: who is told. */
void cg_mqtt_status(struct cg_command_call *c);

#endif
