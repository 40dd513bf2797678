/* SPDX-License-Identifier: GPL-2.0-only */
/* Devices in words and as JSON: for the log, the household's program, `status` and `discover`. */
#include <json-c/json.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "../lib/jsonout.h"
#include "../lib/view.h"
#include "command.h"
#include "devices_state.h"
#include "notify.h"

static const char *const CLASSES[] = {
	[CG_LIKENESS_UNKNOWN] = "unknown",
	[CG_LIKENESS_OTHER] = "other",
	[CG_LIKENESS_MAYBE] = "perhaps",
	[CG_LIKENESS_IS] = "camera",
};

static bool has_address(const struct cg_device_known *d)
{
	static const struct cg_addr none;

	return memcmp(&d->note.addr, &none, sizeof(none)) != 0;
}

const char *cg_devices_who(const struct cg_device_known *d, char buf[static CG_DEVICES_WHO])
{
	const struct cg_device_note *n = &d->note;
	char mac[CG_MAC_STRLEN], addr[CG_ADDR_STRLEN] = "", at[160] = "";

	if (has_address(d))
		cg_addr_format(&n->addr, addr);
	if (*n->clues.hostname || *addr || *n->port)
		(void)snprintf(at, sizeof(at), " (%s%s%s%s%s)", n->clues.hostname,
			       *n->clues.hostname && *addr ? ", " : "", addr,
			       *n->port && (*addr || *n->clues.hostname) ? ", " : "", n->port);
	(void)snprintf(buf, CG_DEVICES_WHO, "%s%s", cg_mac_format(&n->mac, mac), at);
	return buf;
}

const char *cg_devices_reasons(const struct cg_device_known *d, char buf[static CG_DEVICES_REASONS])
{
	char sentence[CG_CLUE_SENTENCE];
	size_t used = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < d->note.clues.n; i++) {
		const char *s = cg_clue_sentence(&d->note.clues.clue[i], sentence);
		size_t len = strlen(s);

		if (used + len + 3 > CG_DEVICES_REASONS)
			break;
		used += (size_t)snprintf(buf + used, CG_DEVICES_REASONS - used, "%s%s",
					 used ? ", " : "", s);
	}
	return buf;
}

static void text_add(struct json_object *o, const char *key, const char *text)
{
	if (*text)
		cg_json_add(o, key, json_object_new_string(text));
}

static struct json_object *reasons_new(const struct cg_device_known *d)
{
	struct json_object *list = json_object_new_array();
	char sentence[CG_CLUE_SENTENCE];

	for (size_t i = 0; i < d->note.clues.n; i++)
		cg_json_push(list, json_object_new_string(
					   cg_clue_sentence(&d->note.clues.clue[i], sentence)));
	return list;
}

/* What every reader wants to know of it. */
static void core_add(struct json_object *o, const struct cg_device_known *d)
{
	const struct cg_device_note *n = &d->note;
	char buf[CG_ADDR_STRLEN];

	text_add(o, "mac", cg_mac_format(&n->mac, buf));
	if (cg_devices_is_private(&n->mac))
		cg_json_add(o, "private", json_object_new_boolean(true));
	text_add(o, "hostname", n->clues.hostname);
	if (has_address(d))
		text_add(o, "address", cg_addr_format(&n->addr, buf));
	text_add(o, "port", n->port);
	text_add(o, "maker", n->clues.maker);
	text_add(o, "model", n->clues.model);
	text_add(o, "firmware", n->clues.firmware);
	text_add(o, "profile", n->clues.profile);
	cg_json_add(o, "score", json_object_new_int(d->like.score));
	text_add(o, "class", CLASSES[d->like.class]);
	cg_json_add(o, "reasons", reasons_new(d));
	if (n->what == CG_DEVICE_IN_QUARANTINE) {
		text_add(o, "held", cg_hold_word((enum cg_hold)n->why));
		text_add(o, "held_text", cg_hold_text((enum cg_hold)n->why));
	}
}

static uint64_t stopped_bytes(struct cg_agent *a, const struct cg_device_known *d)
{
	char id[CG_ID_LEN], name[CG_NAME_LEN];
	uint64_t bytes = d->device.dropped_bytes;
	const struct cg_agent_cam *cam;
	struct cg_stats stats;

	cg_held_names(&d->note.mac, id, name);
	cam = d->note.what == CG_DEVICE_IN_QUARANTINE ? cg_agent_find(a, id) : NULL;
	if (!cam || cg_datapath_stats_read(a->kern.dp, cam->slot, &stats) < 0)
		return bytes;
	for (size_t r = CG_REASON_DROP; r < CG_REASONS; r++)
		bytes += stats.c[CG_PLANE_UP][r].bytes;
	return bytes;
}

struct json_object *cg_devices_json(struct cg_agent *a, struct cg_device_known *d)
{
	struct json_object *o = json_object_new_object(), *list = json_object_new_array();
	const struct cg_device_note *n = &d->note;

	if (n->nr)
		cg_json_add(o, "nr", json_object_new_int64(n->nr));
	core_add(o, d);
	for (size_t i = 0; i < n->clues.n; i++)
		cg_json_push(list, json_object_new_string(
					   cg_clue_word((enum cg_clue_kind)n->clues.clue[i].kind)));
	cg_json_add(o, "clues", list);
	if (n->what == CG_DEVICE_RELEASED)
		cg_json_add(o, "released", json_object_new_boolean(true));
	if (d->like.user)
		cg_json_add(o, "user", json_object_new_boolean(true));
	if (d->like.streams)
		cg_json_add(o, "streams", json_object_new_boolean(true));
	cg_json_add(o, "first_s", json_object_new_int64(n->first_s));
	cg_json_add(o, "last_s", json_object_new_int64(n->last_s));
	cg_json_add(o, "up_bytes",
		    json_object_new_int64((int64_t)(n->up_bytes + d->device.up_bytes)));
	cg_json_add(o, "stopped_bytes", json_object_new_int64((int64_t)stopped_bytes(a, d)));
	return o;
}

/* ---- log and program ---- */

static struct json_object *event_new(struct cg_agent *a, const char *event)
{
	struct json_object *e = json_object_new_object();

	cg_json_add(e, "v", json_object_new_int(1));
	cg_json_add(e, "event", json_object_new_string(event));
	cg_json_add(e, "time_s", json_object_new_int64(a->real_s()));
	return e;
}

void cg_devices_tell(struct cg_agent *a, const char *event, struct cg_device_known *d)
{
	char who[CG_DEVICES_WHO], why[CG_DEVICES_REASONS];
	struct json_object *e = event_new(a, event);

	d->note.told = true;
	a->devices->dirty = true;
	cg_devices_who(d, who);
	cg_devices_reasons(d, why);
	if (d->note.what == CG_DEVICE_IN_QUARANTINE)
		cg_log_warning("devices: %s is held: %s%s%s", who,
			       cg_hold_text((enum cg_hold)d->note.why), *why ? ": " : "", why);
	else
		cg_log_warning("devices: %s is like a camera and none of the config's%s%s", who,
			       *why ? ": " : "", why);
	core_add(e, d);
	cg_json_add(e, "up_bytes",
		    json_object_new_int64((int64_t)(d->note.up_bytes + d->device.up_bytes)));
	cg_notify_event(a, e);
	json_object_put(e);
}

void cg_devices_tell_trial(struct cg_agent *a, const struct cg_device_trial *t)
{
	struct json_object *e = event_new(a, "trial-ended");
	char mac[CG_MAC_STRLEN];

	cg_log_notice("%s: nobody said `camgate keep %s`, it is no camera of the config any more",
		      t->id, t->id);
	text_add(e, "cam", t->id);
	text_add(e, "mac", cg_mac_format(&t->mac, mac));
	cg_notify_event(a, e);
	json_object_put(e);
}

/* ---- status ---- */

static void __attribute__((format(printf, 2, 3)))
attention(struct json_object *list, const char *fmt, ...)
{
	char text[1200];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	cg_json_push(list, json_object_new_string(text));
}

static void held_say(struct cg_agent *a, struct cg_device_known *d, struct json_object *list)
{
	char who[CG_DEVICES_WHO], why[CG_DEVICES_REASONS], mac[CG_MAC_STRLEN];

	cg_mac_format(&d->note.mac, mac);
	attention(
		list,
		"%s is held: %s%s%s; %llu bytes went out before, %llu were stopped. `camgate adopt %s NAME` makes it a camera of yours, `camgate release %s` lets it go",
		cg_devices_who(d, who), cg_hold_text((enum cg_hold)d->note.why),
		d->note.clues.n ? ": " : "", cg_devices_reasons(d, why),
		(unsigned long long)(d->note.up_bytes + d->device.up_bytes),
		(unsigned long long)stopped_bytes(a, d), mac, mac);
}

/* Absent where there is none. */
static void trials_put(struct cg_command_call *c)
{
	struct cg_view_time now = { .now_ns = c->a->boot_ns(), .now_s = c->a->real_s() };
	struct json_object *list = json_object_new_array();
	struct cg_devices *t = c->a->devices;

	for (size_t i = 0; i < t->ntrial; i++) {
		struct json_object *o = json_object_new_object();
		bool same_boot = !strcmp(t->trial[i].boot, t->boot);

		text_add(o, "id", t->trial[i].id);
		cg_json_add(o, "until_s",
			    json_object_new_int64(
				    same_boot ? cg_view_epoch(&now, t->trial[i].until_ns) :
						t->trial[i].until_s));
		cg_json_push(list, o);
	}
	if (t->ntrial)
		cg_command_put(c, "trials", list);
	else
		json_object_put(list);
}

/* So many are said one by one; `discover` has all. */
#define SAY_MAX 8

void cg_devices_status(struct cg_command_call *c, struct json_object *list)
{
	struct cg_agent *a = c->a;
	struct cg_devices *t = a->devices;
	size_t held = 0, cameras = 0;
	char who[CG_DEVICES_WHO], why[CG_DEVICES_REASONS], mac[CG_MAC_STRLEN];
	struct json_object *o;

	if (!t)
		return;
	for (size_t i = 0; i < t->n; i++) {
		struct cg_device_known *d = t->v[i];

		if (d->note.what == CG_DEVICE_IN_QUARANTINE) {
			if (++held <= SAY_MAX)
				held_say(a, d, list);
		} else if (d->note.what == CG_DEVICE_SEEN && d->like.class == CG_LIKENESS_IS) {
			if (++cameras <= SAY_MAX)
				attention(
					list,
					"%s is like a camera and none of the config's%s%s. `camgate adopt %s NAME` makes it one, `camgate release %s` ends this notice",
					cg_devices_who(d, who), d->note.clues.n ? ": " : "",
					cg_devices_reasons(d, why),
					cg_mac_format(&d->note.mac, mac), mac);
		}
	}
	if (held > SAY_MAX || cameras > SAY_MAX)
		attention(list, "%zu more unknown devices: `camgate discover`",
			  (held > SAY_MAX ? held - SAY_MAX : 0) +
				  (cameras > SAY_MAX ? cameras - SAY_MAX : 0));
	if (t->too_many && held >= CG_MAX_HELD)
		attention(list, "%d devices are held, no more can be", CG_MAX_HELD);
	for (size_t i = 0; i < t->ntrial; i++)
		attention(list, "%s is adopted on trial: `camgate keep %s` keeps it",
			  t->trial[i].id, t->trial[i].id);
	o = json_object_new_object();
	cg_json_add(o, "devices", json_object_new_int64((int64_t)t->n));
	cg_json_add(o, "held", json_object_new_int64((int64_t)held));
	cg_json_add(o, "cameras", json_object_new_int64((int64_t)cameras));
	cg_command_put(c, "unknown", o);
	trials_put(c);
}
