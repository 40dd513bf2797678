/* SPDX-License-Identifier: GPL-2.0-only */
/* Asks the agent once a second and after each wish; the broker hears of what is another than before. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "../lib/jsonget.h"
#include "../lib/jsonout.h"
#include "bridge.h"
#include "broker.h"
#include "discovery.h"
#include "log.h"
#include "obey.h"
#include "socket.h"
#include "state.h"
#include "tell.h"

#define POLL_S	      1.
#define TRAFFIC_POLLS 10 /* counts move all the time: not each of them is news */
#define LEAVE_MS      2000
#define WHY_LEN	      256

enum what {
	ASK_SETTINGS,
	ASK_STATUS,
	ASK_SESSIONS,
	ASK_WISH,
	ASK_TELL_LINES, /* in the order of enum cg_mqtt_tell_ask */
	ASK_TELL_WISH,
};

struct cg_mqtt_bridge {
	struct ev_loop *loop;
	const struct cg_mqtt_bridge_opts *opts;
	struct cg_mqtt_socket *socket;
	struct cg_mqtt_broker *broker;	   /* NULL: nobody is to be told */
	struct cg_mqtt_settings *settings; /* NULL: not asked yet */
	struct cg_mqtt_house house;
	struct cg_mqtt_retained retained;
	struct cg_mqtt_tell *tell;
	struct json_object *status; /* while sessions are asked for */
	bool agent, asking, again, unfound, setting;
	unsigned int polls;
	bool connected;
	char why[WHY_LEN], agent_why[WHY_LEN];
	ev_timer poll;
};

/* ---- to the broker ---- */

static void flush(struct cg_mqtt_bridge *b)
{
	const struct cg_mqtt_topic *t;

	while (b->connected && (t = cg_mqtt_retained_next(&b->retained))) {
		if (cg_mqtt_broker_publish(b->broker, t->name, t->text, true))
			return;
		cg_mqtt_retained_sent(&b->retained, t);
	}
}

static void lost(struct cg_mqtt_bridge *b)
{
	for (int g = 0; g < __CG_MQTT_GROUPS; g++)
		cg_mqtt_retained_lost(&b->retained, (enum cg_mqtt_group)g);
}

static void say_refused(struct cg_mqtt_bridge *b, const char *topic, const char *why)
{
	struct json_object *o = json_object_new_object();
	char to[CG_MQTT_TOPIC_MAX];
	char *text;

	cg_mqtt_log(CG_MQTT_NOTICE, "%s: refused: %s", topic, why);
	cg_json_add(o, "error", json_object_new_string(why));
	text = cg_mqtt_state_text(o);
	(void)snprintf(to, sizeof(to), "%s/refused", b->settings->base);
	/* Who asked may look; it is no state that could be wrong later. */
	if (text && b->settings->home && cg_mqtt_broker_publish(b->broker, to, text, false))
		cg_mqtt_log(CG_MQTT_WARNING, "%s: could not be told", topic);
	free(text);
}

/* Takes all back that is of ours at the broker, and leaves it. */
static void leave(struct cg_mqtt_bridge *b)
{
	cg_mqtt_tell_leave(b->tell);
	for (int g = 0; g < __CG_MQTT_GROUPS; g++) {
		cg_mqtt_retained_begin(&b->retained, (enum cg_mqtt_group)g);
		cg_mqtt_retained_end(&b->retained, (enum cg_mqtt_group)g);
	}
	flush(b);
	for (int ms = 0; b->connected && cg_mqtt_retained_next(&b->retained) && ms < LEAVE_MS;
	     ms += 10) {
		cg_mqtt_broker_drain(b->broker, 10);
		flush(b);
	}
	cg_mqtt_broker_free(&b->broker);
	b->connected = false;
	cg_mqtt_retained_clear(&b->retained);
	cg_mqtt_house_clear(&b->house);
}

/* ---- to the agent ---- */

static bool ask(struct cg_mqtt_bridge *b, enum what what, struct json_object *request)
{
	int err = cg_mqtt_socket_ask(b->socket, what, request);

	if (err)
		cg_mqtt_log(CG_MQTT_WARNING, "%s: %s", b->opts->socket, strerror(-err));
	return !err;
}

/* What holds, and how it goes here. */
static void settings_ask(struct cg_mqtt_bridge *b)
{
	struct json_object *o;

	if (!b->agent || b->setting)
		return;
	o = cg_mqtt_request("mqtt");
	cg_json_add(o, "connected", json_object_new_boolean(b->connected));
	if (!b->connected && b->why[0])
		cg_json_add(o, "error", json_object_new_string(b->why));
	b->setting = ask(b, ASK_SETTINGS, o);
}

static void poll_now(struct cg_mqtt_bridge *b)
{
	if (!b->agent)
		return;
	if (!b->settings || !b->settings->enabled) {
		settings_ask(b);
		return;
	}
	b->again = b->asking;
	if (!b->asking)
		b->asking = ask(b, ASK_STATUS, cg_mqtt_request("status"));
}

static void poll_tick(struct ev_loop *loop, ev_timer *w, int revents)
{
	(void)loop;
	(void)revents;
	poll_now(w->data);
}

/* ---- the broker's side ---- */

static void broker_up(void *ctx)
{
	struct cg_mqtt_bridge *b = ctx;

	b->connected = true;
	b->why[0] = '\0';
	cg_mqtt_log(CG_MQTT_NOTICE, "%s:%d: connected", b->settings->broker, b->settings->port);
	/* It may be another broker, or have forgotten; and what is told now is of now. */
	cg_mqtt_tell_broker(b->tell, b->broker);
	lost(b);
	settings_ask(b);
	if (b->agent)
		poll_now(b);
	else
		flush(b);
}

static void broker_down(void *ctx, const char *why)
{
	struct cg_mqtt_bridge *b = ctx;
	bool news = b->connected || strcmp(why, b->why) != 0;

	cg_mqtt_tell_broker(b->tell, NULL);
	b->connected = false;
	(void)snprintf(b->why, sizeof(b->why), "%s", why);
	if (!news)
		return;
	cg_mqtt_log(CG_MQTT_WARNING, "%s:%d: %s", b->settings->broker, b->settings->port, why);
	settings_ask(b);
}

static void broker_message(void *ctx, const struct cg_mqtt_message *message)
{
	struct cg_mqtt_bridge *b = ctx;
	struct json_object *request;
	char why[CG_MQTT_WHY_LEN];

	if (cg_mqtt_tell_message(b->tell, message))
		return;
	switch (cg_mqtt_obey(b->settings, &b->house, message, &request, why)) {
	case CG_MQTT_ASK:
		cg_mqtt_log(CG_MQTT_NOTICE, "%s: asked", message->topic);
		if (!ask(b, ASK_WISH, request))
			say_refused(b, message->topic, "the agent cannot be asked now");
		break;
	case CG_MQTT_REFUSED:
		say_refused(b, message->topic, why);
		break;
	case CG_MQTT_NOTED:
		poll_now(b);
		break;
	case CG_MQTT_BORN:
		lost(b);
		flush(b);
		break;
	case CG_MQTT_IGNORED:
	case __CG_MQTT_OBEY_MAX:
		break;
	}
}

static void broker_room(void *ctx)
{
	struct cg_mqtt_bridge *b = ctx;

	flush(b);
	cg_mqtt_tell_flush(b->tell);
}

static void broker_acked(void *ctx, int mid)
{
	struct cg_mqtt_bridge *b = ctx;

	cg_mqtt_tell_acked(b->tell, mid);
}

static void broker_begin(struct cg_mqtt_bridge *b)
{
	const struct cg_mqtt_broker_user user = {
		.up = broker_up,
		.down = broker_down,
		.message = broker_message,
		.room = broker_room,
		.acked = broker_acked,
		.ctx = b,
	};

	if (!b->settings || !b->settings->enabled)
		return;
	b->broker = cg_mqtt_broker_new(b->loop, b->settings, b->opts->retry_max_s, &user);
	if (!b->broker)
		cg_mqtt_log(CG_MQTT_ERROR, "%s", strerror(ENOMEM));
}

/* ---- the agent's side ---- */

static bool is_ok(struct json_object *reply)
{
	return cg_json_get_flag(reply, "ok");
}

static void agent_say(struct cg_mqtt_bridge *b, const char *why)
{
	if (!strcmp(b->agent_why, why))
		return;
	(void)snprintf(b->agent_why, sizeof(b->agent_why), "%s", why);
	if (*why)
		cg_mqtt_log(CG_MQTT_WARNING, "%s: %s", b->opts->socket, why);
}

static void settings_take(struct cg_mqtt_bridge *b, struct json_object *reply)
{
	struct cg_mqtt_settings *s = NULL, was;
	int r = is_ok(reply) ? cg_mqtt_settings_read(reply, &s) : -EPROTO;

	if (r) {
		const char *error = cg_json_get_text(reply, "error");

		agent_say(b, *error ? error : strerror(-r));
		return;
	}
	agent_say(b, "");
	b->unfound = true;
	if (b->settings && cg_mqtt_settings_same(b->settings, s)) {
		/* The broker's client holds on to the place, not to the texts. */
		was = *b->settings;
		*b->settings = *s;
		*s = was;
		cg_mqtt_settings_free(&s);
		return;
	}
	leave(b);
	cg_mqtt_settings_free(&b->settings);
	b->settings = s;
	cg_mqtt_tell_settings(b->tell, s);
	if (!s->enabled)
		cg_mqtt_log(CG_MQTT_NOTICE, "nobody is to be told: no block `mqtt`, or it is off");
	broker_begin(b);
}

static void show(struct cg_mqtt_bridge *b, struct json_object *sessions)
{
	int changed = cg_mqtt_house_take(&b->house, b->settings, b->status), r = 0;
	bool traffic = b->polls++ % TRAFFIC_POLLS == 0 || changed > 0;

	if (!b->settings->home)
		return;
	if (changed > 0 || b->unfound)
		r = cg_mqtt_discovery_put(&b->retained, b->settings, &b->house);
	b->unfound = r != 0;
	if (!r && changed >= 0)
		r = cg_mqtt_state_put(&b->retained, b->settings, &b->house, b->status, sessions,
				      traffic);
	if (r || changed < 0)
		cg_mqtt_log(CG_MQTT_WARNING, "%s, not all is told", strerror(ENOMEM));
	flush(b);
}

static void sessions_take(struct cg_mqtt_bridge *b, struct json_object *reply)
{
	b->asking = false;
	if (b->settings && b->settings->enabled && b->status) {
		show(b, is_ok(reply) ? reply : NULL);
		if (cg_json_get_num(b->status, "generation") != b->settings->generation)
			settings_ask(b);
	}
	json_object_put(b->status);
	b->status = NULL;
	if (b->again)
		poll_now(b);
}

static void status_take(struct cg_mqtt_bridge *b, struct json_object *reply)
{
	b->asking = false;
	if (!is_ok(reply)) {
		agent_say(b, cg_json_get_text(reply, "error"));
		return;
	}
	json_object_put(b->status);
	b->status = json_object_get(reply);
	cg_mqtt_tell_status(b->tell, reply);
	b->asking = ask(b, ASK_SESSIONS, cg_mqtt_request("sessions"));
}

static void wish_take(struct cg_mqtt_bridge *b, struct json_object *reply)
{
	if (!is_ok(reply) && b->settings)
		say_refused(b, "agent", cg_json_get_text(reply, "error"));
	poll_now(b);
}

static void agent_reply(void *ctx, int what, struct json_object *reply)
{
	struct cg_mqtt_bridge *b = ctx;

	switch ((enum what)what) {
	case ASK_SETTINGS:
		b->setting = false;
		settings_take(b, reply);
		break;
	case ASK_STATUS:
		status_take(b, reply);
		break;
	case ASK_SESSIONS:
		sessions_take(b, reply);
		break;
	case ASK_WISH:
		wish_take(b, reply);
		break;
	case ASK_TELL_LINES:
	case ASK_TELL_WISH:
		cg_mqtt_tell_reply(b->tell, (enum cg_mqtt_tell_ask)(what - ASK_TELL_LINES), reply);
		break;
	}
}

static void agent_up(void *ctx)
{
	struct cg_mqtt_bridge *b = ctx;

	b->agent = true;
	b->asking = b->again = b->setting = false;
	settings_ask(b);
	poll_now(b);
}

static void agent_down(void *ctx, const char *why)
{
	struct cg_mqtt_bridge *b = ctx;

	b->agent = b->asking = b->again = b->setting = false;
	json_object_put(b->status);
	b->status = NULL;
	agent_say(b, why);
	cg_mqtt_tell_agent_down(b->tell);
	if (!b->settings || !b->settings->enabled)
		return;
	if (!b->settings->home)
		return;
	/* Nobody knows any more whether what was told is so. */
	if (cg_mqtt_state_away(&b->retained, b->settings))
		cg_mqtt_log(CG_MQTT_WARNING, "%s, not all is told", strerror(ENOMEM));
	flush(b);
}

static bool tell_ask(void *ctx, enum cg_mqtt_tell_ask what, struct json_object *request)
{
	return ask(ctx, (enum what)(ASK_TELL_LINES + what), request);
}

struct cg_mqtt_bridge *cg_mqtt_bridge_new(struct ev_loop *loop,
					  const struct cg_mqtt_bridge_opts *opts)
{
	struct cg_mqtt_bridge *b = calloc(1, sizeof(*b));
	const struct cg_mqtt_socket_user user = {
		.up = agent_up, .down = agent_down, .reply = agent_reply, .ctx = b
	};
	const struct cg_mqtt_tell_user tell = { .ask = tell_ask, .ctx = b };

	if (!b)
		return NULL;
	b->loop = loop;
	b->opts = opts;
	b->tell = cg_mqtt_tell_new(opts->state_dir, &tell);
	b->socket = cg_mqtt_socket_new(loop, opts->socket, &user);
	if (!b->socket || !b->tell) {
		cg_mqtt_socket_free(&b->socket);
		cg_mqtt_tell_free(&b->tell);
		free(b);
		return NULL;
	}
	ev_timer_init(&b->poll, poll_tick, POLL_S, POLL_S);
	b->poll.data = b;
	ev_timer_start(loop, &b->poll);
	return b;
}

void cg_mqtt_bridge_again(struct cg_mqtt_bridge *bridge)
{
	cg_mqtt_tell_broker(bridge->tell, NULL);
	cg_mqtt_broker_free(&bridge->broker);
	bridge->connected = false;
	if (bridge->settings)
		cg_mqtt_tell_settings(bridge->tell, bridge->settings);
	broker_begin(bridge);
}

void cg_mqtt_bridge_free(struct cg_mqtt_bridge **bridge)
{
	struct cg_mqtt_bridge *b = TAKE_PTR(*bridge);

	if (!b)
		return;
	ev_timer_stop(b->loop, &b->poll);
	cg_mqtt_socket_free(&b->socket);
	if (b->connected && b->settings->home && !cg_mqtt_state_away(&b->retained, b->settings))
		flush(b);
	cg_mqtt_broker_free(&b->broker);
	cg_mqtt_settings_free(&b->settings);
	cg_mqtt_house_clear(&b->house);
	cg_mqtt_retained_clear(&b->retained);
	cg_mqtt_tell_free(&b->tell);
	json_object_put(b->status);
	free(b);
}
