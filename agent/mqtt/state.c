/* SPDX-License-Identifier: GPL-2.0-only */
/* Members are named one by one: what the agent will say in a later version is not told by itself. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "../lib/jsonget.h"
#include "../lib/jsonout.h"
#include "state.h"

struct filling {
	struct cg_mqtt_retained *to;
	const struct cg_mqtt_settings *settings;
	struct json_object *status, *sessions;
	size_t at; /* in the sessions' cameras */
	int err;
};

char *cg_mqtt_state_text(struct json_object *o)
{
	char *text = NULL;
	size_t n;

	if (cg_json_text(o, false, &text, &n))
		text = NULL;
	else if (n && text[n - 1] == '\n')
		text[n - 1] = '\0';
	json_object_put(o);
	return text;
}

const char *cg_mqtt_state_status(const struct cg_mqtt_settings *settings,
				 char buf[static CG_MQTT_TOPIC_MAX])
{
	(void)snprintf(buf, CG_MQTT_TOPIC_MAX, "%s/status", settings->base);
	return buf;
}

static void put_text(struct json_object *o, const char *key, const char *text)
{
	cg_json_add(o, key, json_object_new_string(text));
}

static void put_flag(struct json_object *o, const char *key, bool on)
{
	cg_json_add(o, key, json_object_new_boolean(on));
}

static void put_count(struct json_object *o, const char *key, uint64_t n)
{
	cg_json_add(o, key, json_object_new_int64(n > INT64_MAX ? INT64_MAX : (int64_t)n));
}

/* null where there is none: templates complain of what is not there at all. */
static void put_null(struct json_object *o, const char *key)
{
	/* Without memory nothing of o is told: its text is not made then either. */
	if (o && cg_json_set(o, key, NULL))
		cg_json_add(o, key, NULL);
}

static void put_time(struct json_object *o, const char *key, int64_t epoch_s)
{
	time_t t = (time_t)epoch_s;
	char text[40];
	struct tm tm;

	if (epoch_s && gmtime_r(&t, &tm) &&
	    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S+00:00", &tm))
		put_text(o, key, text);
	else
		put_null(o, key);
}

static struct json_object *array_of(struct json_object *o, const char *key)
{
	struct json_object *list;

	return json_object_object_get_ex(o, key, &list) &&
			       json_object_is_type(list, json_type_array) ?
		       list :
		       NULL;
}

/* Of a camera, from the member on that the last was found at. */
static struct json_object *of_cam(struct json_object *list, const char *id, size_t *at)
{
	size_t n = list ? json_object_array_length(list) : 0;

	for (size_t i = 0; i < n; i++) {
		size_t k = (*at + i) % n;
		struct json_object *o = json_object_array_get_idx(list, k);

		if (strcmp(cg_json_get_text(o, "id"), id) != 0)
			continue;
		*at = k + 1;
		return o;
	}
	return NULL;
}

static void want(struct filling *f, enum cg_mqtt_group group, const char *name,
		 struct json_object *o)
{
	int r = cg_mqtt_retained_want(f->to, group, name, cg_mqtt_state_text(o));

	if (r)
		f->err = r;
}

static void stopped_put(struct filling *f, struct json_object *o, const char *id)
{
	struct json_object *last, *s;
	size_t at = 0;

	if (!f->settings->viewers)
		return;
	last = of_cam(array_of(f->status, "stopped_lately"), id, &at);
	if (!last) {
		put_null(o, "last_stopped");
		return;
	}
	s = json_object_new_object();
	put_text(s, "viewer", cg_json_get_text(last, "peer"));
	put_time(s, "at", cg_json_get_num(last, "last_s"));
	cg_json_add(o, "last_stopped", s);
}

static bool all_passes(const struct filling *f)
{
	return cg_json_get_num(f->status, "off_until_s") ||
	       !strcmp(cg_json_get_text(f->status, "enforced"), "off");
}

static void cam_put(struct filling *f, const struct cg_mqtt_cam *cam, struct json_object *of)
{
	struct json_object *o = json_object_new_object();
	struct json_object *s = of_cam(array_of(f->sessions, "cams"), cam->id, &f->at);
	bool open = !strcmp(cam->exposure, "open");
	char topic[CG_MQTT_TOPIC_MAX];

	put_text(o, "exposure", cam->exposure);
	put_flag(o, "exposed",
		 open || all_passes(f) || !strcmp(cg_json_get_text(of, "mode"), "monitor"));
	put_flag(o, "streaming", cg_json_get_num(s, "watching") > 0);
	put_flag(o, "stopped", cg_json_get_num(s, "stopped") > 0);
	put_time(o, "until", open ? cg_json_get_num(of, "until_s") : 0);
	cg_json_add(o, "open_for", json_object_new_int((int)cam->minutes));
	stopped_put(f, o, cam->id);
	(void)snprintf(topic, sizeof(topic), "%s/cam/%s/state", f->settings->base, cam->id);
	want(f, CG_MQTT_STATE, topic, o);
}

static void traffic_put(struct filling *f, const struct cg_mqtt_cam *cam, struct json_object *of)
{
	struct json_object *o = json_object_new_object(), *sum;
	char topic[CG_MQTT_TOPIC_MAX];

	put_count(o, "passed_bytes",
		  json_object_object_get_ex(of, "passed", &sum) ? cg_json_get_count(sum, "bytes") :
								  0);
	put_count(o, "stopped_bytes",
		  json_object_object_get_ex(of, "stopped", &sum) ? cg_json_get_count(sum, "bytes") :
								   0);
	(void)snprintf(topic, sizeof(topic), "%s/cam/%s/traffic", f->settings->base, cam->id);
	want(f, CG_MQTT_TRAFFIC, topic, o);
}

static void hub_put(struct filling *f, const struct cg_mqtt_house *house)
{
	struct json_object *o = json_object_new_object(), *list = array_of(f->status, "attention");
	char topic[CG_MQTT_TOPIC_MAX];
	size_t sealed = 0;

	for (size_t i = 0; i < house->n; i++)
		sealed += !strcmp(house->cam[i].exposure, "sealed");
	put_text(o, "enforced", cg_json_get_text(f->status, "enforced"));
	put_time(o, "off_until", cg_json_get_num(f->status, "off_until_s"));
	put_text(o, "panic", house->n && sealed == house->n ? "ON" : "OFF");
	put_count(o, "cameras", house->n);
	put_count(o, "attention", list ? json_object_array_length(list) : 0);
	(void)snprintf(topic, sizeof(topic), "%s/state", f->settings->base);
	want(f, CG_MQTT_STATE, topic, o);
}

static void status_put(struct filling *f, const char *word)
{
	char topic[CG_MQTT_TOPIC_MAX];
	int r = cg_mqtt_retained_want(f->to, CG_MQTT_STATE,
				      cg_mqtt_state_status(f->settings, topic), strdup(word));

	if (r)
		f->err = r;
}

int cg_mqtt_state_put(struct cg_mqtt_retained *to, const struct cg_mqtt_settings *settings,
		      const struct cg_mqtt_house *house, struct json_object *status,
		      struct json_object *sessions, bool traffic)
{
	struct filling f = {
		.to = to, .settings = settings, .status = status, .sessions = sessions
	};
	struct json_object *list = array_of(status, "cams");
	size_t at = 0;

	cg_mqtt_retained_begin(to, CG_MQTT_STATE);
	status_put(&f, "online");
	hub_put(&f, house);
	for (size_t i = 0; i < house->n; i++)
		cam_put(&f, &house->cam[i], of_cam(list, house->cam[i].id, &at));
	cg_mqtt_retained_end(to, CG_MQTT_STATE);
	if (!traffic)
		return f.err;
	cg_mqtt_retained_begin(to, CG_MQTT_TRAFFIC);
	for (size_t i = 0; i < house->n; i++)
		traffic_put(&f, &house->cam[i], of_cam(list, house->cam[i].id, &at));
	cg_mqtt_retained_end(to, CG_MQTT_TRAFFIC);
	return f.err;
}

int cg_mqtt_state_away(struct cg_mqtt_retained *to, const struct cg_mqtt_settings *settings)
{
	struct filling f = { .to = to, .settings = settings };

	status_put(&f, "offline");
	return f.err;
}
