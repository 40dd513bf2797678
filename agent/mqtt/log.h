/* SPDX-License-Identifier: GPL-2.0-only */
/* Lines for the system's log, by way of stderr. */
#ifndef CG_MQTT_LOG_H
#define CG_MQTT_LOG_H

enum cg_mqtt_level {
	CG_MQTT_ERROR = 3, /* syslog's numbers */
	CG_MQTT_WARNING = 4,
	CG_MQTT_NOTICE = 5,
};

void cg_mqtt_log(enum cg_mqtt_level level, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif
