/* SPDX-License-Identifier: GPL-2.0-only */
/* The line that says who is told by MQTT. */
#ifndef CG_MQTT_PRINT_H
#define CG_MQTT_PRINT_H

#include <json-c/json.h>
#include <time.h>

/* mqtt: {broker, port, tls, running, connected, since_s?, error?}; NULL: prints nothing. */
void cg_mqtt_print(struct json_object *mqtt, time_t now);

#endif
