/* SPDX-License-Identifier: GPL-2.0-only */
/* In the order of the status, which is that of the config. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "../lib/jsonget.h"
#include "house.h"

struct cg_mqtt_cam *cg_mqtt_house_find(const struct cg_mqtt_house *house, const char *id)
{
	for (size_t i = 0; i < house->n; i++)
		if (!strcmp(house->cam[i].id, id))
			return &house->cam[i];
	return NULL;
}

static void cam_read(struct cg_mqtt_cam *cam, const struct cg_mqtt_settings *settings,
		     struct json_object *o)
{
	memset(cam, 0, sizeof(*cam));
	(void)snprintf(cam->id, sizeof(cam->id), "%s", cg_json_get_text(o, "id"));
	(void)snprintf(cam->name, sizeof(cam->name), "%s", cg_json_get_text(o, "name"));
	(void)snprintf(cam->exposure, sizeof(cam->exposure), "%s", cg_json_get_text(o, "exposure"));
	cam->may_widen = cg_mqtt_settings_may_widen(settings, cam->id);
	cam->minutes = CG_MQTT_MINUTES;
}

/* The one at the same place is nearly always it. */
static const struct cg_mqtt_cam *before(const struct cg_mqtt_house *house, size_t at,
					const char *id)
{
	if (at < house->n && !strcmp(house->cam[at].id, id))
		return &house->cam[at];
	return cg_mqtt_house_find(house, id);
}

int cg_mqtt_house_take(struct cg_mqtt_house *house, const struct cg_mqtt_settings *settings,
		       struct json_object *status)
{
	struct json_object *list;
	struct cg_mqtt_cam *v;
	size_t n = 0, max = 0;
	int changed = 0;

	if (json_object_object_get_ex(status, "cams", &list) &&
	    json_object_is_type(list, json_type_array))
		max = json_object_array_length(list);
	v = calloc(max + 1, sizeof(*v));
	if (!v)
		return -ENOMEM;
	for (size_t i = 0; i < max; i++) {
		struct json_object *o = json_object_array_get_idx(list, i);
		const struct cg_mqtt_cam *was;

		if (cg_json_get_flag(o, "held") || !*cg_json_get_text(o, "id"))
			continue;
		cam_read(&v[n], settings, o);
		was = before(house, n, v[n].id);
		if (was)
			v[n].minutes = was->minutes;
		changed |= !was || strcmp(was->name, v[n].name) || was->may_widen != v[n].may_widen;
		n++;
	}
	changed |= n != house->n;
	free(house->cam);
	*house = (struct cg_mqtt_house){ v, n };
	return changed;
}

void cg_mqtt_house_clear(struct cg_mqtt_house *house)
{
	free(house->cam);
	*house = (struct cg_mqtt_house){ 0 };
}
