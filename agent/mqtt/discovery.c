/* SPDX-License-Identifier: GPL-2.0-only */
/* A row an entity; what all of a device share stands once, above them. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "../lib/jsonout.h"
#include "discovery.h"
#include "state.h"

#ifndef CG_VERSION
#define CG_VERSION "0"
#endif

struct entity {
	const char *key, *platform, *name;
	const char *value;   /* template of the state; NULL: it has none */
	const char *command; /* behind the device's topics; NULL: none */
	const char *class, *category, *icon;
	const char *state; /* where the state is told; NULL: "state" */
	bool viewers;	   /* only where addresses are told */
};

static const struct entity OF_CAM[] = {
	{ "exposure", "select", "Exposure", "{{ value_json.exposure }}", "exposure/set", NULL, NULL,
	  "mdi:cctv", NULL, false },
	{ "open_for", "number", "Open for", "{{ value_json.open_for }}", "open_for/set", "duration",
	  "config", "mdi:timer-outline", NULL, false },
	{ "open", "button", "Open", NULL, "open/set", NULL, NULL, "mdi:eye-outline", NULL, false },
	{ "close", "button", "Close", NULL, "close/set", NULL, NULL, "mdi:eye-off-outline", NULL,
	  false },
	{ "until", "sensor", "Open until", "{{ value_json.until }}", NULL, "timestamp", NULL, NULL,
	  NULL, false },
	{ "exposed", "binary_sensor", "Exposed", "{{ 'ON' if value_json.exposed else 'OFF' }}",
	  NULL, NULL, NULL, "mdi:eye-check-outline", NULL, false },
	{ "streaming", "binary_sensor", "Streaming",
	  "{{ 'ON' if value_json.streaming else 'OFF' }}", NULL, "running", NULL, NULL, NULL,
	  false },
	{ "stopped", "binary_sensor", "Viewer stopped",
	  "{{ 'ON' if value_json.stopped else 'OFF' }}", NULL, "problem", NULL, NULL, NULL, false },
	{ "passed", "sensor", "Passed", "{{ value_json.passed_bytes }}", NULL, "data_size",
	  "diagnostic", NULL, "traffic", false },
	{ "stopped_bytes", "sensor", "Stopped", "{{ value_json.stopped_bytes }}", NULL, "data_size",
	  "diagnostic", NULL, "traffic", false },
	{ "last_stopped", "sensor", "Last stopped viewer",
	  "{{ value_json.last_stopped.viewer if value_json.last_stopped else None }}", NULL, NULL,
	  "diagnostic", "mdi:account-cancel-outline", NULL, true },
};

static const struct entity OF_HUB[] = {
	{ "enforced", "sensor", "Enforcement", "{{ value_json.enforced }}", NULL, "enum", NULL,
	  NULL, NULL, false },
	{ "panic", "switch", "Seal all cameras", "{{ value_json.panic }}", "panic/set", NULL, NULL,
	  "mdi:shield-lock", NULL, false },
	{ "attention", "sensor", "Needs attention", "{{ value_json.attention }}", NULL, NULL,
	  "diagnostic", "mdi:alert-circle-outline", NULL, false },
};

#define N(array) (sizeof(array) / sizeof((array)[0]))

static void put(struct json_object *o, const char *key, const char *text)
{
	if (text)
		cg_json_add(o, key, json_object_new_string(text));
}

static void put_words(struct json_object *o, const char *key, const char *const *words)
{
	struct json_object *list = json_object_new_array();

	for (; *words; words++)
		cg_json_push(list, json_object_new_string(*words));
	cg_json_add(o, key, list);
}

/* What single kinds have besides. */
static void put_kind(struct json_object *o, const struct entity *e)
{
	static const char *const exposures[] = { "sealed", "closed", "open", NULL };
	static const char *const enforced[] = { "full", "partial", "off", NULL };

	if (!strcmp(e->platform, "select"))
		put_words(o, "options", exposures);
	if (e->class && !strcmp(e->class, "enum"))
		put_words(o, "options", enforced);
	if (!strcmp(e->platform, "number")) {
		cg_json_add(o, "min", json_object_new_int(1));
		cg_json_add(o, "max", json_object_new_int(CG_MQTT_MINUTES_MAX));
		put(o, "mode", "box");
		put(o, "unit_of_measurement", "min");
	}
	if (e->class && !strcmp(e->class, "data_size")) {
		put(o, "unit_of_measurement", "B");
		put(o, "state_class", "total_increasing");
	}
}

/* where: the device's topics; node: its name in ids. */
static struct json_object *entity(const struct entity *e, const char *where, const char *node)
{
	struct json_object *o = json_object_new_object();
	char text[CG_MQTT_TOPIC_MAX];

	put(o, "p", e->platform);
	put(o, "name", e->name);
	(void)snprintf(text, sizeof(text), "%s_%s", node, e->key);
	put(o, "unique_id", text);
	put(o, "value_template", e->value);
	if (e->value) {
		(void)snprintf(text, sizeof(text), "%s/%s", where, e->state ? e->state : "state");
		put(o, "state_topic", text);
	}
	if (e->command) {
		(void)snprintf(text, sizeof(text), "%s/%s", where, e->command);
		put(o, "command_topic", text);
	}
	put(o, "device_class", e->class);
	put(o, "entity_category", e->category);
	put(o, "icon", e->icon);
	put_kind(o, e);
	return o;
}

static struct json_object *device(const char *node, const char *name, const char *model,
				  const char *via)
{
	struct json_object *o = json_object_new_object();
	const char *const ids[] = { node, NULL };

	put_words(o, "ids", ids);
	put(o, "name", name);
	put(o, "mf", "camgate");
	put(o, "mdl", model);
	put(o, "sw", CG_VERSION);
	put(o, "via_device", via);
	return o;
}

/* Takes dev. */
static int device_put(struct cg_mqtt_retained *to, const struct cg_mqtt_settings *settings,
		      struct json_object *dev, const char *node, const char *where,
		      const struct entity *entities, size_t n)
{
	struct json_object *o = json_object_new_object(), *origin = json_object_new_object(),
			   *cmps = json_object_new_object();
	char topic[CG_MQTT_TOPIC_MAX];

	cg_json_add(o, "dev", dev);
	put(origin, "name", "camgate");
	put(origin, "sw", CG_VERSION);
	cg_json_add(o, "o", origin);
	put(o, "availability_topic", cg_mqtt_state_status(settings, topic));
	for (size_t i = 0; i < n; i++)
		if (!entities[i].viewers || settings->viewers)
			cg_json_add(cmps, entities[i].key, entity(&entities[i], where, node));
	cg_json_add(o, "cmps", cmps);
	(void)snprintf(topic, sizeof(topic), "%s/device/%s/config", settings->discovery, node);
	return cg_mqtt_retained_want(to, CG_MQTT_DISCOVERY, topic, cg_mqtt_state_text(o));
}

static int all_put(struct cg_mqtt_retained *to, const struct cg_mqtt_settings *settings,
		   const struct cg_mqtt_house *house)
{
	char hub[CG_ID_LEN + 16], node[2 * CG_ID_LEN + 16], where[CG_MQTT_TOPIC_MAX];
	char name[CG_ID_LEN + 16];
	int r;

	(void)snprintf(hub, sizeof(hub), "camgate_%s", settings->id);
	(void)snprintf(name, sizeof(name), "camgate %s", settings->id);
	r = device_put(to, settings, device(hub, name, "gateway", NULL), hub, settings->base,
		       OF_HUB, N(OF_HUB));
	for (size_t i = 0; i < house->n && !r; i++) {
		const struct cg_mqtt_cam *cam = &house->cam[i];

		(void)snprintf(node, sizeof(node), "%s_%s", hub, cam->id);
		(void)snprintf(where, sizeof(where), "%s/cam/%s", settings->base, cam->id);
		r = device_put(to, settings, device(node, cam->name, "camera", hub), node, where,
			       OF_CAM, N(OF_CAM));
	}
	return r;
}

int cg_mqtt_discovery_put(struct cg_mqtt_retained *to, const struct cg_mqtt_settings *settings,
			  const struct cg_mqtt_house *house)
{
	int r;

	cg_mqtt_retained_begin(to, CG_MQTT_DISCOVERY);
	r = settings->discovery ? all_put(to, settings, house) : 0;
	/* Half of it is not taken for the whole. */
	if (!r)
		cg_mqtt_retained_end(to, CG_MQTT_DISCOVERY);
	return r;
}
