/* SPDX-License-Identifier: GPL-2.0-only */
/* The agent has judged them; here only their shape is. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "../lib/jsonget.h"
#include "settings.h"

static int text(struct json_object *o, const char *key, bool needed, char **ret)
{
	const char *s = cg_json_get_text(o, key);

	if (!*s)
		return needed ? -EPROTO : 0;
	*ret = strdup(s);
	return *ret ? 0 : -ENOMEM;
}

static int widen(struct json_object *reply, struct cg_mqtt_settings *s)
{
	struct json_object *list;
	size_t n;

	if (!json_object_object_get_ex(reply, "may_widen", &list) ||
	    !json_object_is_type(list, json_type_array))
		return 0;
	n = json_object_array_length(list);
	s->widen = calloc(n + 1, sizeof(*s->widen));
	if (!s->widen)
		return -ENOMEM;
	for (; s->nwiden < n; s->nwiden++)
		(void)snprintf(s->widen[s->nwiden], CG_ID_LEN, "%s",
			       json_object_get_string(json_object_array_get_idx(list, s->nwiden)));
	return 0;
}

/* Without the member nothing is told. */
static int fleet(struct json_object *reply, struct cg_mqtt_settings *s)
{
	const char *addresses;
	struct json_object *o;
	int r;

	if (!json_object_object_get_ex(reply, "fleet", &o))
		return 0;
	r = text(o, "gateway", true, &s->fleet.gateway);
	if (!r)
		r = text(o, "key_file", true, &s->fleet.key_file);
	addresses = cg_json_get_text(o, "addresses");
	s->fleet.addresses = !strcmp(addresses, "plain")  ? CG_FLEET_PLAIN :
			     !strcmp(addresses, "hashed") ? CG_FLEET_HASHED :
							    CG_FLEET_NONE;
	s->fleet.names = cg_json_get_flag(o, "names");
	s->fleet.desired = cg_json_get_flag(o, "desired");
	s->fleet.report = !r;
	return r;
}

static int read_all(struct json_object *reply, struct cg_mqtt_settings *s)
{
	const char *topic = cg_json_get_text(reply, "topic");
	int n, r;

	s->generation = cg_json_get_num(reply, "generation");
	s->enabled = cg_json_get_flag(reply, "enabled");
	if (!s->enabled)
		return 0;
	s->port = (int)cg_json_get_num(reply, "port");
	s->tls = cg_json_get_flag(reply, "tls");
	s->viewers = cg_json_get_flag(reply, "viewers");
	r = text(reply, "broker", true, &s->broker);
	if (!r)
		r = text(reply, "ca_file", false, &s->ca_file);
	if (!r)
		r = text(reply, "cert_file", false, &s->cert_file);
	if (!r)
		r = text(reply, "key_file", false, &s->key_file);
	if (!r)
		r = text(reply, "credentials", false, &s->credentials);
	if (!r)
		r = text(reply, "id", true, &s->id);
	if (!r && strcmp(cg_json_get_text(reply, "discovery"), "none"))
		r = text(reply, "discovery", false, &s->discovery);
	if (!r)
		r = widen(reply, s);
	if (!r)
		r = fleet(reply, s);
	if (r)
		return r;
	s->home = strcmp(topic, "none") != 0;
	n = snprintf(s->base, sizeof(s->base), "%s/%s", topic, s->id);
	return !*topic || n >= (int)sizeof(s->base) || s->port < 1 || s->port > 65535 ? -EPROTO : 0;
}

int cg_mqtt_settings_read(struct json_object *reply, struct cg_mqtt_settings **ret_settings)
{
	struct cg_mqtt_settings *s = calloc(1, sizeof(*s));
	int r = s ? read_all(reply, s) : -ENOMEM;

	if (r) {
		cg_mqtt_settings_free(&s);
		return r;
	}
	*ret_settings = s;
	return 0;
}

void cg_mqtt_settings_free(struct cg_mqtt_settings **settings)
{
	struct cg_mqtt_settings *s = TAKE_PTR(*settings);

	if (!s)
		return;
	free(s->broker);
	free(s->ca_file);
	free(s->cert_file);
	free(s->key_file);
	free(s->credentials);
	free(s->id);
	free(s->discovery);
	free(s->widen);
	free(s->fleet.gateway);
	free(s->fleet.key_file);
	free(s);
}

static bool equal(const char *a, const char *b)
{
	return !a || !b ? a == b : !strcmp(a, b);
}

static bool fleet_same(const struct cg_mqtt_settings *a, const struct cg_mqtt_settings *b)
{
	return a->fleet.report == b->fleet.report && a->fleet.names == b->fleet.names &&
	       a->fleet.desired == b->fleet.desired && a->fleet.addresses == b->fleet.addresses &&
	       equal(a->fleet.gateway, b->fleet.gateway) &&
	       equal(a->fleet.key_file, b->fleet.key_file);
}

bool cg_mqtt_settings_same(const struct cg_mqtt_settings *a, const struct cg_mqtt_settings *b)
{
	return a->enabled == b->enabled && a->port == b->port && a->tls == b->tls &&
	       equal(a->broker, b->broker) && equal(a->ca_file, b->ca_file) &&
	       equal(a->cert_file, b->cert_file) && equal(a->key_file, b->key_file) &&
	       equal(a->credentials, b->credentials) && equal(a->discovery, b->discovery) &&
	       !strcmp(a->base, b->base) && fleet_same(a, b);
}

bool cg_mqtt_settings_may_widen(const struct cg_mqtt_settings *s, const char *cam)
{
	for (size_t i = 0; i < s->nwiden; i++)
		if (!strcmp(s->widen[i], cam))
			return true;
	return false;
}
