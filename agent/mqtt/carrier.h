/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Lines of the record on their way to the broker: a page at a time, each event until the broker
 * has it, and only then the page is behind us. The record is the spool, bounded by `record_size`
 * and `record_days`; what leaves it untold is told as a gap. Knows no socket and no broker.
 */
#ifndef CG_MQTT_CARRIER_H
#define CG_MQTT_CARRIER_H

#include <json-c/json.h>
#include "carried.h"
#include "fleet.h"

/* Lines of a page: as much as is in memory, and told twice at worst. */
#define CG_MQTT_PAGE 16

struct cg_mqtt_carrier;

struct cg_mqtt_carrier_event {
	char *text;
	int mid; /* the broker's number of it; 0: not sent */
};

/* dir must outlive it. NULL: no memory. */
struct cg_mqtt_carrier *cg_mqtt_carrier_new(const char *dir);
void cg_mqtt_carrier_free(struct cg_mqtt_carrier **carrier);

/* Tells as how says from now on, in its copy; NULL: nothing, and forgets how far it was; or
 * why that could not be. */
int cg_mqtt_carrier_begin(struct cg_mqtt_carrier *c, const struct cg_fleet_how *how) __must_check;
/* Tells nothing for now, and forgets nothing. */
void cg_mqtt_carrier_pause(struct cg_mqtt_carrier *c);
const struct cg_fleet_how *cg_mqtt_carrier_how(const struct cg_mqtt_carrier *c);

/* The agent's record goes to line last. true: lines after *ret_after are to be asked for. */
bool cg_mqtt_carrier_wants(struct cg_mqtt_carrier *c, uint64_t last, int64_t now_s,
			   uint64_t *ret_after);
/* A reply to `lines`. 0, or -ENOMEM and -EPROTO with nothing taken. */
int cg_mqtt_carrier_take(struct cg_mqtt_carrier *c, struct json_object *reply,
			 int64_t now_s) __must_check;

/* The next that is to be sent; NULL: none. It was, as number mid; and the broker has that one. */
const char *cg_mqtt_carrier_next(const struct cg_mqtt_carrier *c);
void cg_mqtt_carrier_sent(struct cg_mqtt_carrier *c, int mid);
/* 0, or why it could not be noted down: it is told again after a restart then. */
int cg_mqtt_carrier_acked(struct cg_mqtt_carrier *c, int mid) __must_check;
/* The connection is gone: what the broker has not said it has is sent again. */
void cg_mqtt_carrier_lost(struct cg_mqtt_carrier *c);

/* How many events were told, since it began. */
uint64_t cg_mqtt_carrier_seq(const struct cg_mqtt_carrier *c);
/* Tells again what comes after line n, which was event seq; never of before telling began. -ERANGE: it
 * did not come so far. */
int cg_mqtt_carrier_again(struct cg_mqtt_carrier *c, uint64_t n, uint64_t seq) __must_check;

/* Of the state; wish_set notes it down. */
const struct cg_fleet_wish *cg_mqtt_carrier_wish(const struct cg_mqtt_carrier *c);
int cg_mqtt_carrier_wish_set(struct cg_mqtt_carrier *c,
			     const struct cg_fleet_wish *wish) __must_check;

#endif
