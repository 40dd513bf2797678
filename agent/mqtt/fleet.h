/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What who looks after many homes is told of one: lines of the record as events, how it is, and
 * what was wished. Texts of topics, packaging/fleet/event.schema.json and so on. Pure.
 *
 *   camgate/fleet/v1/GATEWAY/event     one event, QoS 1, not retained
 *   camgate/fleet/v1/GATEWAY/reported  how it is, retained
 *   camgate/fleet/v1/GATEWAY/desired   what it is to be, retained by whoever wishes
 */
#ifndef CG_MQTT_FLEET_H
#define CG_MQTT_FLEET_H

#include <json-c/json.h>
#include <stdbool.h>
#include <camgate/limits.h>
#include "../lib/policy.h"
#include "fleet_key.h"

#define CG_FLEET_TOPIC	   "camgate/fleet/v1"
#define CG_FLEET_TOPIC_LEN 64
#define CG_FLEET_ID_LEN	   (CG_ID_LEN + 64)

/* How this home tells. */
struct cg_fleet_how {
	char gateway[CG_ID_LEN];
	enum cg_fleet_addresses addresses;
	bool names, desired;
	struct cg_fleet_key key;
};

/* "event", "reported", "desired"; returns buf. */
const char *cg_fleet_topic(const struct cg_fleet_how *how, const char *what,
			   char buf[static CG_FLEET_TOPIC_LEN]);

/* A line as the agent's `lines` has it. 1: *ret_event, the caller's to put; 0: it is none that is
 * told. The number seq is its place among all this home has told: one that is missing was lost. */
int cg_fleet_event(const struct cg_fleet_how *how, struct json_object *line, uint64_t seq,
		   struct json_object **ret_event) __must_check;
/* Lines from to to are gone before they could be told; to < from: the record was begun anew. */
struct json_object *cg_fleet_gap(const struct cg_fleet_how *how, uint64_t from, uint64_t to,
				 int64_t now_s, uint64_t seq);
/* It tells from line n on, for the first time. */
struct json_object *cg_fleet_begin(const struct cg_fleet_how *how, uint64_t n, int64_t now_s,
				   uint64_t seq);

/* What became of the wish of that number. */
struct cg_fleet_wish {
	int64_t rev; /* 0: there was none */
	bool done;
	char error[256];
};

/* Of a reply to `status`; seq events were told by now. */
struct json_object *cg_fleet_reported(const struct cg_fleet_how *how, struct json_object *status,
				      const struct cg_fleet_wish *wish, uint64_t seq,
				      int64_t now_s);

/* A message of the topic `desired`. */
struct cg_fleet_desired {
	int64_t rev;		     /* 0: none that could be read */
	struct json_object *request; /* for the agent, the caller's to put; NULL: none */
	bool again; /* events after line n, which was event seq, are to be told again */
	uint64_t n, seq;
	const char *why; /* it is none of ours: what was expected */
};

/* text of n bytes. 0: nothing is wished (any more), 1, -EPROTO with why, -ENOMEM. */
int cg_fleet_desired(const char *text, size_t n, struct cg_fleet_desired *ret) __must_check;

#endif
