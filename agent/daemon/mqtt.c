/* SPDX-License-Identifier: GPL-2.0-only */
/* mqtt: the settings for the bridge, its word on how it fares, on and off; and the line that MQTT does not cross. */
#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <camgate/ctl.h>
#include "../lib/confedit.h"
#include "../lib/fleetconf.h"
#include "../lib/jsonget.h"
#include "../lib/jsonout.h"
#include "../lib/told.h"
#include "../lib/wholefile.h"
#include "edit.h"
#include "mqtt.h"
#include "peer.h"
#include "sessions_state.h"

/* It asks every second. */
#define AWAY_NS (10 * CG_SEC_NS)

void cg_mqtt_user(struct cg_agent *a)
{
	uid_t uid;

	a->mqtt.uid = cg_peer_uid(CG_MQTT_USER, &uid) ? (int64_t)uid : -1;
}

bool cg_mqtt_is(const struct cg_agent *a, const struct cg_command_call *c)
{
	struct json_object *via;

	/* Whatever it says: not to be understood must not let it do more. */
	return json_object_object_get_ex(c->args, "via", &via) ||
	       (c->uid > 0 && c->uid == a->mqtt.uid);
}

/* ---- what may be asked ---- */

static const struct cg_policy_mqtt *settings(const struct cg_agent *a)
{
	return a->policy.now ? a->policy.now->mqtt : NULL;
}

/* NULL: nothing is told of this home. */
static const struct cg_policy_fleet *fleet(const struct cg_agent *a)
{
	const struct cg_policy_mqtt *m = settings(a);

	return m && m->enabled && a->policy.now->fleet.report ? &a->policy.now->fleet : NULL;
}

static bool may_widen(const struct cg_agent_cam *cam)
{
	return cam->policy && !cam->policy->held && cam->policy->mqtt_may_widen;
}

static bool refuse(struct cg_command_call *c, const struct cg_agent_cam *cam, const char *cmd)
{
	if (cam)
		cg_command_fail(c, CG_EXIT_FAILED, "`mqtt_may_widen = yes` of the camera lets it",
				"%s: not by way of MQTT, which can only make it stricter",
				cam->name);
	else
		cg_command_fail(c, CG_EXIT_FAILED, NULL, "'%s' cannot be asked by way of MQTT",
				cmd);
	cg_log_notice("mqtt: %s%s%s refused", cmd, cam ? " of " : "", cam ? cam->name : "");
	return false;
}

/* Taking back what was typed: a seal or close ends, and a schedule may open. */
static bool may_loosen(struct cg_command_call *c, const char *cmd)
{
	const char *name = cg_command_text(c, "cam");
	bool all = name && !strcmp(name, "all");
	const struct cg_agent_cam *one = NULL;
	struct cg_agent *a = c->a;

	if (!all) {
		one = cg_command_cam(c);
		if (!one)
			return false;
	}
	for (size_t i = 0; i < a->policy.ncams; i++) {
		const struct cg_agent_cam *cam = &a->policy.cams[i];

		if ((one && cam != one) || may_widen(cam))
			continue;
		if (cg_datapath_exposure(a->kern.dp)[cam->slot].manual != CG_MANUAL_AUTO)
			return refuse(c, cam, cmd);
	}
	return true;
}

static bool may_open(struct cg_command_call *c)
{
	const struct cg_agent_cam *cam = cg_command_cam(c);

	if (!cam)
		return false;
	/* What the config seals nobody far away opens. */
	return (may_widen(cam) && !cg_command_flag(c, "force")) || refuse(c, cam, "open");
}

bool cg_mqtt_may(struct cg_command_call *c, const char *cmd)
{
	static const char *const reads[] = { "status", "sessions", "version", "mqtt" };
	const char *via = cg_command_text(c, "via");
	struct json_object *o;

	c->a->mqtt.heard_ns = c->a->boot_ns();
	if (json_object_object_get_ex(c->args, "via", &o) && (!via || strcmp(via, "mqtt"))) {
		cg_command_fail(c, CG_EXIT_USAGE, NULL, "'via' is mqtt, or is not there");
		return false;
	}
	for (size_t i = 0; i < sizeof(reads) / sizeof(reads[0]); i++)
		if (!strcmp(cmd, reads[i]))
			return true;
	/* The record leaves the home only where that is turned on. */
	if (!strcmp(cmd, "lines") && fleet(c->a))
		return true;
	if (!settings(c->a) || !settings(c->a)->enabled)
		return refuse(c, NULL, cmd);
	if (!strcmp(cmd, "seal") || !strcmp(cmd, "on"))
		return true;
	if (!strcmp(cmd, "close"))
		return !cg_command_flag(c, "force") || may_loosen(c, cmd);
	if (!strcmp(cmd, "auto"))
		return may_loosen(c, cmd);
	if (!strcmp(cmd, "open"))
		return may_open(c);
	return refuse(c, NULL, cmd);
}

/* ---- what is told ---- */

static void put_text(struct json_object *o, const char *key, const char *text)
{
	if (text)
		cg_json_add(o, key, json_object_new_string(text));
}

static void put_flag(struct json_object *o, const char *key, bool on)
{
	cg_json_add(o, key, json_object_new_boolean(on));
}

static struct json_object *link_new(const struct cg_agent *a)
{
	struct json_object *o = json_object_new_object();
	uint64_t now = a->boot_ns();
	bool there = a->mqtt.heard_ns && now - a->mqtt.heard_ns < AWAY_NS;

	put_flag(o, "running", there);
	put_flag(o, "connected", there && a->mqtt.connected);
	if (there && a->mqtt.since_s)
		cg_json_add(o, "since_s", json_object_new_int64(a->mqtt.since_s));
	if (there && a->mqtt.error[0])
		put_text(o, "error", a->mqtt.error);
	return o;
}

void cg_mqtt_status(struct cg_command_call *c)
{
	const struct cg_policy_mqtt *m = settings(c->a);
	struct json_object *o;

	if (!m || !m->enabled)
		return;
	o = link_new(c->a);
	put_text(o, "broker", m->broker);
	cg_json_add(o, "port", json_object_new_int(m->port));
	put_flag(o, "tls", m->tls);
	put_flag(o, "viewers", m->viewers);
	if (fleet(c->a)) {
		put_text(o, "gateway", fleet(c->a)->gateway);
		if (c->a->sessions)
			cg_json_add(o, "record",
				    json_object_new_int64((int64_t)c->a->sessions->anchor.n));
	}
	cg_command_put(c, "mqtt", o);
}

static void fleet_put(struct json_object *r, const struct cg_policy_fleet *f)
{
	struct json_object *o = json_object_new_object();

	put_text(o, "gateway", f->gateway);
	put_text(o, "addresses", cg_fleetconf_addresses(f->addresses));
	put_text(o, "key_file", f->key_file);
	put_flag(o, "names", f->names);
	put_flag(o, "desired", f->desired);
	cg_json_add(r, "fleet", o);
}

static void settings_put(struct cg_command_call *c, const struct cg_policy_mqtt *m)
{
	struct json_object *list = json_object_new_array(), *r = c->reply;
	const struct cg_policy *policy = c->a->policy.now;

	put_flag(r, "enabled", m->enabled);
	put_text(r, "broker", m->broker);
	cg_json_add(r, "port", json_object_new_int(m->port));
	put_flag(r, "tls", m->tls);
	put_text(r, "ca_file", m->ca_file);
	put_text(r, "cert_file", m->cert_file);
	put_text(r, "key_file", m->key_file);
	put_text(r, "credentials", m->credentials);
	put_text(r, "id", m->id);
	put_text(r, "topic", m->topic);
	put_text(r, "discovery", m->discovery);
	put_flag(r, "viewers", m->viewers);
	for (size_t i = 0; i < policy->ncams; i++)
		if (policy->cams[i].mqtt_may_widen)
			cg_json_push(list, json_object_new_string(policy->cams[i].id));
	cg_json_add(r, "may_widen", list);
	if (fleet(c->a))
		fleet_put(r, fleet(c->a));
}

/* The bridge's own word. */
static void report_take(struct cg_command_call *c)
{
	struct cg_agent *a = c->a;
	struct json_object *o;
	bool connected;

	if (!json_object_object_get_ex(c->args, "connected", &o))
		return;
	connected = cg_command_flag(c, "connected");
	if (connected != a->mqtt.connected || !a->mqtt.since_s)
		a->mqtt.since_s = a->real_s();
	a->mqtt.connected = connected;
	(void)snprintf(a->mqtt.error, sizeof(a->mqtt.error), "%s",
		       cg_json_get_text(c->args, "error"));
}

/* ---- on and off ---- */

/* Says so in the config; nothing to do where it says so already. */
static void set(struct cg_command_call *c, const struct cg_policy_mqtt *m, bool on)
{
	const struct cg_confedit_set edit = { "mqtt", "enabled", on ? "yes" : "no" };
	struct cg_undo undo = { 0 };
	_cleanup_free_ char *was = NULL, *text = NULL;
	struct cg_diag diag = { 0 };
	size_t was_len, len;
	int line, err;

	if (m->enabled == on)
		return;
	if (!m->pos.file || !realpath(m->pos.file, undo.file)) {
		cg_command_fail(c, CG_EXIT_FAILED, "nothing was changed", "%s: %s",
				m->pos.file ? m->pos.file : c->a->opts.config, strerror(errno));
		return;
	}
	err = cg_wholefile_read(undo.file, CG_MAX_CONFIG_BYTES, &was, &was_len);
	if (!err)
		err = cg_confedit_set(was, was_len, undo.file, &edit, &diag, &text, &len, &line);
	if (err) {
		cg_command_fail(c, CG_EXIT_FAILED, "nothing was changed", "%s: %s", undo.file,
				diag.text[0] ? diag.text : strerror(-err));
		return;
	}
	(void)snprintf(undo.what, sizeof(undo.what), "mqtt %s", on ? "on" : "off");
	undo.text = was;
	undo.len = was_len;
	undo.after = cg_undo_hash(text, len);
	/* Off comes first, and is as easily put on again: without a copy, too. */
	if (cg_undo_save(c->a->opts.state_dir, &undo, undo.copy))
		undo.copy[0] = '\0';
	err = cg_edit_try(c, &undo, text, len, was, was_len);
	if (err) {
		if (err == 1 && undo.copy[0])
			(void)unlink(undo.copy);
		return;
	}
	cg_log_notice("mqtt: %s, written at %s:%d", on ? "on" : "off", undo.file, line);
	cg_command_put_text(c, "file", undo.file);
	cg_command_put(c, "line", json_object_new_int(line));
	if (undo.copy[0])
		cg_command_put_text(c, "undo", "camgate undo");
}

void cg_command_mqtt(struct cg_command_call *c)
{
	const char *word = cg_command_text(c, "set");
	const struct cg_policy_mqtt *m = settings(c->a);

	if (c->mqtt && word) {
		(void)refuse(c, NULL, "mqtt");
		return;
	}
	if (word && strcmp(word, "on") && strcmp(word, "off")) {
		cg_command_fail(c, CG_EXIT_USAGE, NULL, "'set' is on or off");
		return;
	}
	if (word && !m) {
		cg_command_fail(c, CG_EXIT_FAILED, NULL, "%s",
				N_("the config has no block `mqtt`: nobody is told"));
		return;
	}
	if (word)
		set(c, m, !strcmp(word, "on"));
	if (c->mqtt)
		report_take(c);
	/* The reload has made another policy of it. */
	m = settings(c->a);
	cg_command_put(c, "generation",
		       json_object_new_int64(cg_datapath_generation(c->a->kern.dp)));
	cg_command_put(c, "configured", json_object_new_boolean(m != NULL));
	if (m)
		settings_put(c, m);
	cg_command_put(c, "link", link_new(c->a));
}
