/* SPDX-License-Identifier: GPL-2.0-only */
/* Between the agent and the broker: what one says of the house is told the other, what is wished there is asked here. */
#ifndef CG_MQTT_BRIDGE_H
#define CG_MQTT_BRIDGE_H

#include <ev.h>

struct cg_mqtt_bridge;

struct cg_mqtt_bridge_opts {
	const char *socket;
	const char *state_dir; /* how far the record was told */
	double retry_max_s;    /* between attempts to reach the broker */
};

/* opts must outlive it. NULL: no memory. */
struct cg_mqtt_bridge *cg_mqtt_bridge_new(struct ev_loop *loop,
					  const struct cg_mqtt_bridge_opts *opts);
/* Another connection to the broker: files of its settings may be others. */
void cg_mqtt_bridge_again(struct cg_mqtt_bridge *bridge);
/* Tells the broker that nobody answers from now on. */
void cg_mqtt_bridge_free(struct cg_mqtt_bridge **bridge);

#endif
