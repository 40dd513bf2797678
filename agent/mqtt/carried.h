/* SPDX-License-Identifier: GPL-2.0-only */
/* How far the record was told, over restarts: STATE_DIR/fleet.json, written beside and renamed. */
#ifndef CG_MQTT_CARRIED_H
#define CG_MQTT_CARRIED_H

#include <stdint.h>
#include <camgate/limits.h>
#include "fleet.h"

struct cg_mqtt_carried {
	char gateway[CG_ID_LEN]; /* it was told as; another one begins anew */
	uint64_t n;		 /* the last line that is with the broker */
	uint64_t seq;		 /* and how many events that were */
	uint64_t from;		 /* where telling began: nothing of before is ever told */
	struct cg_fleet_wish wish;
};

/* -ENOENT: there is none; -EPROTO: it is none of ours; or the errno of the file. */
int cg_mqtt_carried_read(const char *dir, struct cg_mqtt_carried *ret_carried) __must_check;
int cg_mqtt_carried_write(const char *dir, const struct cg_mqtt_carried *carried) __must_check;
/* Nothing is told any more, and what comes until it is again is not told later. */
int cg_mqtt_carried_remove(const char *dir) __must_check;

#endif
