/* SPDX-License-Identifier: GPL-2.0-only */
/* Lines are asked for as the record grows; how it is, when that changes and once an hour. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "../lib/jsonget.h"
#include "../lib/jsonout.h"
#include "carrier.h"
#include "log.h"
#include "obey.h"
#include "state.h"
#include "tell.h"

#define ALIVE_S 3600

struct cg_mqtt_tell {
	struct cg_mqtt_tell_user user;
	struct cg_mqtt_carrier *carrier;
	struct cg_mqtt_broker *broker; /* NULL: away */
	bool asking, wishing;
	uint64_t last;		   /* line of the record */
	struct cg_fleet_wish wish; /* while it is asked */
	struct json_object *status;
	char *told; /* of `reported`, without the time */
	int64_t told_s;
	char why[512];
};

/* Each once. */
static void say(struct cg_mqtt_tell *t, const char *why)
{
	if (!strcmp(t->why, why))
		return;
	(void)snprintf(t->why, sizeof(t->why), "%s", why);
	if (*why)
		cg_mqtt_log(CG_MQTT_WARNING, "fleet: %s", why);
}

static void told_forget(struct cg_mqtt_tell *t)
{
	free(t->told);
	t->told = NULL;
}

/* ---- how it is ---- */

static char *reported_text(struct cg_mqtt_tell *t, int64_t now_s)
{
	return cg_mqtt_state_text(cg_fleet_reported(
		cg_mqtt_carrier_how(t->carrier), t->status, cg_mqtt_carrier_wish(t->carrier),
		now_s ? cg_mqtt_carrier_seq(t->carrier) : 0, now_s));
}

static void reported(struct cg_mqtt_tell *t)
{
	_cleanup_free_ char *same = NULL, *text = NULL;
	int64_t now_s = (int64_t)time(NULL);
	char topic[CG_FLEET_TOPIC_LEN];

	if (!t->broker || !t->status)
		return;
	same = reported_text(t, 0);
	if (!same || (t->told && !strcmp(t->told, same) && now_s >= t->told_s &&
		      now_s < t->told_s + ALIVE_S))
		return;
	text = reported_text(t, now_s);
	if (!text || cg_mqtt_broker_publish(t->broker,
					    cg_fleet_topic(cg_mqtt_carrier_how(t->carrier),
							   "reported", topic),
					    text, true))
		return;
	free(t->told);
	t->told = TAKE_PTR(same);
	t->told_s = now_s;
}

/* ---- events ---- */

static void lines_ask(struct cg_mqtt_tell *t)
{
	struct json_object *o;
	uint64_t after;

	if (t->asking || !t->broker ||
	    !cg_mqtt_carrier_wants(t->carrier, t->last, (int64_t)time(NULL), &after))
		return;
	o = cg_mqtt_request("lines");
	cg_json_add(o, "after", json_object_new_int64((int64_t)after));
	cg_json_add(o, "max", json_object_new_int(CG_MQTT_PAGE));
	t->asking = t->user.ask(t->user.ctx, CG_MQTT_TELL_LINES, o);
}

void cg_mqtt_tell_flush(struct cg_mqtt_tell *t)
{
	const struct cg_fleet_how *how = cg_mqtt_carrier_how(t->carrier);
	char topic[CG_FLEET_TOPIC_LEN];
	const char *text;
	int mid;

	if (!how || !t->broker)
		return;
	while ((text = cg_mqtt_carrier_next(t->carrier))) {
		if (cg_mqtt_broker_send(t->broker, cg_fleet_topic(how, "event", topic), text, &mid))
			return;
		cg_mqtt_carrier_sent(t->carrier, mid);
	}
	reported(t);
}

void cg_mqtt_tell_acked(struct cg_mqtt_tell *t, int mid)
{
	int r;

	if (!cg_mqtt_carrier_how(t->carrier))
		return;
	r = cg_mqtt_carrier_acked(t->carrier, mid);
	if (r < 0) {
		char why[128];

		(void)snprintf(why, sizeof(why), "fleet.json: %s", strerror(-r));
		say(t, why);
	}
	lines_ask(t);
}

static void lines_take(struct cg_mqtt_tell *t, struct json_object *reply)
{
	int r;

	t->asking = false;
	if (!cg_json_get_flag(reply, "ok")) {
		say(t, cg_json_get_text(reply, "error"));
		return;
	}
	r = cg_mqtt_carrier_take(t->carrier, reply, (int64_t)time(NULL));
	if (r)
		say(t, strerror(-r));
	cg_mqtt_tell_flush(t);
}

/* ---- wishes ---- */

static void wish_over(struct cg_mqtt_tell *t, const char *error)
{
	t->wishing = false;
	t->wish.done = !error;
	(void)snprintf(t->wish.error, sizeof(t->wish.error), "%s", error ? error : "");
	cg_mqtt_log(CG_MQTT_NOTICE, "fleet: wish %" PRId64 " %s%s", t->wish.rev,
		    error ? "refused: " : "done", error ? error : "");
	if (cg_mqtt_carrier_wish_set(t->carrier, &t->wish))
		say(t, "fleet.json cannot be written");
	cg_mqtt_tell_flush(t);
}

static void wish_begin(struct cg_mqtt_tell *t, struct cg_fleet_desired *d, int r)
{
	t->wish = (struct cg_fleet_wish){ .rev = d->rev };
	if (r < 0) {
		wish_over(t, d->why);
	} else if (d->again) {
		r = cg_mqtt_carrier_again(t->carrier, d->n, d->seq);
		wish_over(t, r ? strerror(-r) : NULL);
		lines_ask(t);
	} else if (!cg_mqtt_carrier_how(t->carrier)->desired) {
		wish_over(t, "this home takes no wishes (`desired`)");
	} else {
		t->wishing = t->user.ask(t->user.ctx, CG_MQTT_TELL_WISH, TAKE_PTR(d->request));
	}
}

bool cg_mqtt_tell_message(struct cg_mqtt_tell *t, const struct cg_mqtt_message *message)
{
	const struct cg_fleet_how *how = cg_mqtt_carrier_how(t->carrier);
	struct cg_fleet_desired d;
	char topic[CG_FLEET_TOPIC_LEN];
	int r;

	if (!how || strcmp(cg_fleet_topic(how, "desired", topic), message->topic) != 0)
		return false;
	r = cg_fleet_desired(message->text, message->len, &d);
	if (r < 0)
		cg_mqtt_log(CG_MQTT_NOTICE, "%s: %s", topic,
			    r == -ENOMEM ? strerror(ENOMEM) : d.why);
	/* The broker keeps it: the same again is no news. */
	if (d.rev && d.rev != cg_mqtt_carrier_wish(t->carrier)->rev && !t->wishing)
		wish_begin(t, &d, r);
	json_object_put(d.request);
	return true;
}

void cg_mqtt_tell_reply(struct cg_mqtt_tell *t, enum cg_mqtt_tell_ask what,
			struct json_object *reply)
{
	if (!cg_mqtt_carrier_how(t->carrier))
		return;
	switch (what) {
	case CG_MQTT_TELL_LINES:
		lines_take(t, reply);
		break;
	case CG_MQTT_TELL_WISH:
		wish_over(t,
			  cg_json_get_flag(reply, "ok") ? NULL : cg_json_get_text(reply, "error"));
		break;
	}
}

/* ---- what there is ---- */

void cg_mqtt_tell_status(struct cg_mqtt_tell *t, struct json_object *status)
{
	struct json_object *mqtt;

	if (!cg_mqtt_carrier_how(t->carrier))
		return;
	json_object_put(t->status);
	t->status = json_object_get(status);
	if (json_object_object_get_ex(status, "mqtt", &mqtt))
		t->last = cg_json_get_count(mqtt, "record");
	lines_ask(t);
	cg_mqtt_tell_flush(t);
}

void cg_mqtt_tell_broker(struct cg_mqtt_tell *t, struct cg_mqtt_broker *broker)
{
	t->broker = broker;
	cg_mqtt_carrier_lost(t->carrier);
	told_forget(t);
}

void cg_mqtt_tell_leave(struct cg_mqtt_tell *t)
{
	const struct cg_fleet_how *how = cg_mqtt_carrier_how(t->carrier);
	char topic[CG_FLEET_TOPIC_LEN];

	if (how && t->broker && t->told &&
	    cg_mqtt_broker_publish(t->broker, cg_fleet_topic(how, "reported", topic), NULL, true))
		cg_mqtt_log(CG_MQTT_WARNING, "%s: stays at the broker", topic);
	cg_mqtt_tell_broker(t, NULL);
}

void cg_mqtt_tell_agent_down(struct cg_mqtt_tell *t)
{
	t->asking = t->wishing = false;
	json_object_put(t->status);
	t->status = NULL;
}

void cg_mqtt_tell_settings(struct cg_mqtt_tell *t, const struct cg_mqtt_settings *s)
{
	struct cg_fleet_how how = { .addresses = s->fleet.addresses,
				    .names = s->fleet.names,
				    .desired = s->fleet.desired };
	struct cg_diag diag = { "" };
	int r;

	t->asking = t->wishing = false;
	if (s->fleet.report) {
		(void)snprintf(how.gateway, sizeof(how.gateway), "%s", s->fleet.gateway);
		if (cg_fleet_key_read(s->fleet.key_file, &diag, &how.key)) {
			/* No word without the key, and nothing forgotten. */
			say(t, diag.text);
			cg_mqtt_carrier_pause(t->carrier);
			return;
		}
	}
	r = cg_mqtt_carrier_begin(t->carrier, s->fleet.report ? &how : NULL);
	cg_fleet_key_wipe(&how.key);
	say(t, r ? strerror(-r) : "");
}

struct cg_mqtt_tell *cg_mqtt_tell_new(const char *dir, const struct cg_mqtt_tell_user *user)
{
	struct cg_mqtt_tell *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->user = *user;
	t->carrier = cg_mqtt_carrier_new(dir);
	if (!t->carrier) {
		free(t);
		return NULL;
	}
	return t;
}

void cg_mqtt_tell_free(struct cg_mqtt_tell **tell)
{
	struct cg_mqtt_tell *t = TAKE_PTR(*tell);

	if (!t)
		return;
	cg_mqtt_carrier_free(&t->carrier);
	json_object_put(t->status);
	told_forget(t);
	free(t);
}
