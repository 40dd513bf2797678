/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What Home Assistant makes devices of: one for the gateway, one for each camera. Pure.
 *
 * DISCOVERY/device/camgate_ID/config and …/camgate_ID_CAM/config, retained, in its form for whole
 * devices ("dev", "o", "cmps"; home-assistant.io, integration MQTT, "Device discovery payload").
 */
#ifndef CG_MQTT_DISCOVERY_H
#define CG_MQTT_DISCOVERY_H

#include "house.h"
#include "retained.h"

/* The group CG_MQTT_DISCOVERY; empty where the settings want none. -ENOMEM: some are as they were. */
int cg_mqtt_discovery_put(struct cg_mqtt_retained *to, const struct cg_mqtt_settings *settings,
			  const struct cg_mqtt_house *house) __must_check;

#endif
