/* SPDX-License-Identifier: GPL-2.0-only */
/* Nothing of a message goes into a request but what was compared with a word, a camera's id or a number. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <camgate/ctl.h>
#include "../lib/jsonout.h"
#include "obey.h"

#define PAYLOAD_MAX 16

struct wish {
	const struct cg_mqtt_settings *settings;
	struct cg_mqtt_cam *cam;
	const char *text;
	struct json_object **request;
	char *why;
};

struct json_object *cg_mqtt_request(const char *cmd)
{
	struct json_object *o = json_object_new_object();

	cg_json_add(o, "v", json_object_new_int(CG_CTL_VERSION));
	cg_json_add(o, "cmd", json_object_new_string(cmd));
	cg_json_add(o, "via", json_object_new_string("mqtt"));
	return o;
}

static enum cg_mqtt_obey refuse(const struct wish *w, const char *expected)
{
	/* It is not ours: what cannot be shown is not. */
	char shown[PAYLOAD_MAX + 1] = "";

	for (size_t i = 0; i < PAYLOAD_MAX && w->text[i]; i++)
		shown[i] = (char)(isprint((unsigned char)w->text[i]) ? w->text[i] : '?');
	(void)snprintf(w->why, CG_MQTT_WHY_LEN, "found '%s', expected %s", shown, expected);
	return CG_MQTT_REFUSED;
}

static enum cg_mqtt_obey ask(const struct wish *w, const char *cmd, const char *cam)
{
	*w->request = cg_mqtt_request(cmd);
	if (cam)
		cg_json_add(*w->request, "cam", json_object_new_string(cam));
	return CG_MQTT_ASK;
}

static enum cg_mqtt_obey wider(const struct wish *w, const char *what)
{
	(void)snprintf(w->why, CG_MQTT_WHY_LEN,
		       "%s: by way of MQTT %s only be made stricter, unless `mqtt_may_widen = yes`",
		       w->cam ? w->cam->name : what, w->cam ? "it can" : "cameras can");
	return CG_MQTT_REFUSED;
}

static enum cg_mqtt_obey open_cam(const struct wish *w)
{
	enum cg_mqtt_obey r;

	if (!w->cam->may_widen)
		return wider(w, "open");
	r = ask(w, "open", w->cam->id);
	cg_json_add(*w->request, "for_s", json_object_new_int((int)w->cam->minutes * 60));
	return r;
}

/* A seal by hand ends only where opening would be right, too. */
static enum cg_mqtt_obey close_cam(const struct wish *w)
{
	enum cg_mqtt_obey r = ask(w, "close", w->cam->id);

	if (w->cam->may_widen)
		cg_json_add(*w->request, "force", json_object_new_boolean(true));
	return r;
}

static enum cg_mqtt_obey exposure(const struct wish *w)
{
	if (!strcmp(w->text, "sealed"))
		return ask(w, "seal", w->cam->id);
	if (!strcmp(w->text, "closed"))
		return close_cam(w);
	if (!strcmp(w->text, "open"))
		return open_cam(w);
	return refuse(w, "sealed, closed or open");
}

/* Home automation writes "45.0" as well. */
static enum cg_mqtt_obey open_for(const struct wish *w)
{
	unsigned int n;
	int end = 0;

	if (sscanf(w->text, "%4u%n", &n, &end) != 1 || !isdigit((unsigned char)*w->text) || !n ||
	    n > CG_MQTT_MINUTES_MAX || (w->text[end] && strcmp(w->text + end, ".0")))
		return refuse(w, "minutes, 1 to 1440");
	w->cam->minutes = n;
	return CG_MQTT_NOTED;
}

static enum cg_mqtt_obey panic(const struct wish *w, const struct cg_mqtt_house *house)
{
	if (!strcmp(w->text, "ON"))
		return ask(w, "seal", "all");
	if (strcmp(w->text, "OFF") != 0)
		return refuse(w, "ON or OFF");
	for (size_t i = 0; i < house->n; i++)
		if (!house->cam[i].may_widen)
			return wider(w, "panic");
	return ask(w, "auto", "all");
}

/* "cam/ID/WHAT/set" behind the base: ID into id, WHAT returned; NULL: it is none. */
static const char *cam_topic(const char *rest, char id[static CG_ID_LEN])
{
	const char *slash;

	if (strncmp(rest, "cam/", 4) != 0)
		return NULL;
	rest += 4;
	slash = strchr(rest, '/');
	if (!slash || slash - rest >= CG_ID_LEN)
		return NULL;
	memcpy(id, rest, (size_t)(slash - rest));
	id[slash - rest] = '\0';
	return slash + 1;
}

static enum cg_mqtt_obey of_cam(const struct wish *w, const char *what)
{
	static const struct {
		const char *what;
		enum cg_mqtt_obey (*run)(const struct wish *w);
	} wishes[] = {
		{ "exposure/set", exposure },
		{ "open/set", open_cam },
		{ "close/set", close_cam },
		{ "open_for/set", open_for },
	};

	for (size_t i = 0; i < sizeof(wishes) / sizeof(wishes[0]); i++)
		if (!strcmp(wishes[i].what, what))
			return wishes[i].run(w);
	return CG_MQTT_IGNORED;
}

static bool is_birth(const struct cg_mqtt_settings *s, const char *topic, const char *text)
{
	size_t n = s->discovery ? strlen(s->discovery) : 0;

	return n && !strncmp(topic, s->discovery, n) && !strcmp(topic + n, "/status") &&
	       !strcmp(text, "online");
}

enum cg_mqtt_obey cg_mqtt_obey(const struct cg_mqtt_settings *settings, struct cg_mqtt_house *house,
			       const struct cg_mqtt_message *message,
			       struct json_object **ret_request, char why[static CG_MQTT_WHY_LEN])
{
	size_t n = strlen(settings->base), len = message->len;
	char text[PAYLOAD_MAX + 1] = "", id[CG_ID_LEN];
	struct wish w = { .settings = settings, .text = text, .request = ret_request, .why = why };
	const char *what;

	*ret_request = NULL;
	why[0] = '\0';
	/* Longer than any word of ours stays longer, and is no word of ours. */
	if (len)
		memcpy(text, message->text, len < PAYLOAD_MAX ? len : PAYLOAD_MAX);
	if (is_birth(settings, message->topic, text))
		return CG_MQTT_BORN;
	if (strncmp(message->topic, settings->base, n) != 0 || message->topic[n] != '/')
		return CG_MQTT_IGNORED;
	if (message->retained) {
		(void)snprintf(why, CG_MQTT_WHY_LEN,
			       "it was kept at the broker, from some time "
			       "before; expected no retained message");
		return CG_MQTT_REFUSED;
	}
	if (len && memchr(message->text, '\0', len))
		return refuse(&w, "text");
	what = cam_topic(message->topic + n + 1, id);
	if (!what)
		return strcmp(message->topic + n + 1, "panic/set") ? CG_MQTT_IGNORED :
								     panic(&w, house);
	w.cam = cg_mqtt_house_find(house, id);
	if (!w.cam) {
		(void)snprintf(why, CG_MQTT_WHY_LEN, "there is no such camera");
		return CG_MQTT_REFUSED;
	}
	return of_cam(&w, what);
}
