/* SPDX-License-Identifier: GPL-2.0-only */
/* discover and release: the list of unknown devices, questions to the LAN, and the letting go. */
#include <errno.h>
#include <json-c/json.h>
#include <string.h>
#include <camgate/ctl.h>
#include "../lib/jsonout.h"
#include "../lib/told.h"
#include "command.h"
#include "devices_state.h"

/* What is most like a camera first; what was seen last before what was not. */
static int by_interest(const void *x, const void *y)
{
	const struct cg_device_known *a = *(struct cg_device_known *const *)x;
	const struct cg_device_known *b = *(struct cg_device_known *const *)y;
	bool a_held = a->note.what == CG_DEVICE_IN_QUARANTINE;
	bool b_held = b->note.what == CG_DEVICE_IN_QUARANTINE;

	if (a_held != b_held)
		return b_held - a_held;
	if (a->like.score != b->like.score)
		return a->like.score < b->like.score ? 1 : -1;
	if (a->note.last_s != b->note.last_s)
		return a->note.last_s < b->note.last_s ? 1 : -1;
	return memcmp(&a->note.mac, &b->note.mac, sizeof(a->note.mac));
}

/* Of phones that make a new MAC up for each network there would be no end. */
static bool is_grouped(const struct cg_device_known *d)
{
	return d->note.what == CG_DEVICE_SEEN && cg_devices_is_private(&d->note.mac) &&
	       d->like.score < CG_LIKENESS_PERHAPS;
}

static uint32_t next_nr(const struct cg_devices *t)
{
	uint32_t most = 0;

	for (size_t i = 0; i < t->n; i++)
		if (t->v[i]->note.nr > most)
			most = t->v[i]->note.nr;
	return most + 1;
}

static void list_put(struct cg_command_call *c)
{
	struct json_object *list = json_object_new_array();
	struct cg_devices *t = c->a->devices;
	uint32_t nr = next_nr(t);
	size_t grouped = 0;

	if (t->n)
		qsort(t->v, t->n, sizeof(struct cg_device_known *), by_interest);
	for (size_t i = 0; i < t->n; i++) {
		struct cg_device_known *d = t->v[i];

		if (is_grouped(d)) {
			grouped++;
		} else if (!d->note.nr) {
			/* It keeps it: who types a number means the list that was printed. */
			d->note.nr = nr++;
			t->news = true;
		}
		cg_json_push(list, cg_devices_json(c->a, d));
	}
	cg_command_put(c, "devices", list);
	cg_command_put(c, "grouped", json_object_new_int64((int64_t)grouped));
}

static void probe(struct cg_command_call *c)
{
	size_t n = 0;
	int err = cg_probe_send(c->a, &n);

	if (err == -EAGAIN)
		cg_command_fail(c, CG_EXIT_FAILED, NULL,
				"the LAN was asked just now, expected %d s between two times",
				CG_PROBE_EVERY_S);
	else if (err < 0)
		cg_command_fail(c, CG_EXIT_FAILED, NULL, "the LAN cannot be asked: %s",
				err == -ENOENT ? N_("no LAN interface has an IPv4 address") :
						 strerror(-err));
	if (err < 0)
		return;
	cg_command_put(c, "asked", json_object_new_int64((int64_t)n));
	cg_command_put(c, "wait_s", json_object_new_int(CG_PROBE_WAIT_S));
}

void cg_command_discover(struct cg_command_call *c)
{
	const struct cg_policy *p = c->a->policy.now;
	uint64_t lost = 0;

	if (cg_command_flag(c, "probe")) {
		probe(c);
		return;
	}
	list_put(c);
	if (p) {
		cg_command_put(c, "listening",
			       json_object_new_boolean(p->unknown_notify ||
						       p->quarantine != CG_QUARANTINE_NONE));
		cg_command_put_text(c, "quarantine", cg_quarantine_word(p->quarantine));
		cg_command_put(c, "probation", json_object_new_boolean(p->probation));
	}
	if (!cg_datapath_unheard_read(c->a->kern.dp, &lost) && lost)
		cg_command_put(c, "unheard", json_object_new_int64((int64_t)lost));
}

void cg_command_release(struct cg_command_call *c)
{
	const char *text = cg_command_text(c, "device");
	struct cg_devices *t = c->a->devices;
	struct cg_device_known *d = NULL;
	char mac_text[CG_MAC_STRLEN];
	bool was;
	struct cg_mac mac;
	uint64_t nr = 0;
	int err;

	if (text && !cg_mac_parse(text, &mac)) {
		d = cg_devices_get(c->a, &mac);
	} else if (!cg_command_number(c, "device", &nr) && nr) {
		for (size_t i = 0; i < t->n && !d; i++)
			if (t->v[i]->note.nr == nr)
				d = t->v[i];
	} else {
		cg_command_fail(
			c, CG_EXIT_USAGE, "`camgate discover` lists them",
			"'device' is missing, expected a MAC or a number of discover's list");
		return;
	}
	if (!d) {
		cg_command_fail(c, CG_EXIT_FAILED, "`camgate discover` lists them",
				"that is no device that can be released");
		return;
	}
	was = d->note.what == CG_DEVICE_IN_QUARANTINE;
	err = cg_devices_release(c->a, d);
	if (err < 0) {
		cg_command_fail(c, CG_EXIT_FAILED, "nothing was changed", "%s",
				err == -EAGAIN ? N_("the config is not in force, repair it first") :
						 strerror(-err));
		return;
	}
	cg_mac_format(&d->note.mac, mac_text);
	cg_log_notice("devices: %s is released", mac_text);
	cg_command_put_text(c, "mac", mac_text);
	cg_command_put(c, "was_held", json_object_new_boolean(was));
	if (cg_devices_save(c->a) < 0)
		cg_command_put_text(c, "note",
				    N_("this could not be written down yet, it is tried again"));
}
