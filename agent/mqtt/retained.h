/* SPDX-License-Identifier: GPL-2.0-only */
/* Topics that the broker is to keep, what it was sent of them, and what is to be sent next. Pure. */
#ifndef CG_MQTT_RETAINED_H
#define CG_MQTT_RETAINED_H

#include <stdbool.h>
#include <stddef.h>
#include "../lib/cleanup.h"

/* Each is said anew as a whole: what is left out of it is taken back at the broker. */
enum cg_mqtt_group {
	CG_MQTT_STATE,
	CG_MQTT_TRAFFIC,
	CG_MQTT_DISCOVERY,
	__CG_MQTT_GROUPS,
};

struct cg_mqtt_topic {
	char *name;
	char *text; /* NULL: to be taken back */
	enum cg_mqtt_group group;
	bool sent, wanted;
};

struct cg_mqtt_retained {
	struct cg_mqtt_topic *v;
	size_t n, at;
};

/* begin, any number of want, end; in the same order as the time before is quickest. */
void cg_mqtt_retained_begin(struct cg_mqtt_retained *r, enum cg_mqtt_group group);
/* Takes text, whatever happens. -ENOMEM, as where text is NULL: what was there before stays. */
int cg_mqtt_retained_want(struct cg_mqtt_retained *r, enum cg_mqtt_group group, const char *name,
			  char *text) __must_check;
void cg_mqtt_retained_end(struct cg_mqtt_retained *r, enum cg_mqtt_group group);
/* The broker has none of the group any more. */
void cg_mqtt_retained_lost(struct cg_mqtt_retained *r, enum cg_mqtt_group group);
/* One that is to be sent, or NULL; and it was. */
const struct cg_mqtt_topic *cg_mqtt_retained_next(const struct cg_mqtt_retained *r);
void cg_mqtt_retained_sent(struct cg_mqtt_retained *r, const struct cg_mqtt_topic *topic);
void cg_mqtt_retained_clear(struct cg_mqtt_retained *r);

#endif
