/* SPDX-License-Identifier: GPL-2.0-only */
/* Counters with the agent dead: from the module where it lets the caller, else from the pinned map. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <camgate/ctl.h>
#include "../kern/kstats.h"
#include "../kern/pins.h"
#include "../lib/view.h"
#include "ask.h"
#include "direct.h"
#include "i18n.h"
#include "print.h"
#include "say.h"

struct reading {
	const struct cg_cli *cli;
	struct cg_kstats *ks; /* NULL: the module is not there, or holds no map */
	struct cg_pins pins;
	bool pinned; /* pins is filled: there are names */
	size_t nslots;
	int why; /* the first failure */
	struct json_object *cams;
};

static void module_open(struct reading *r)
{
	struct cg_kstats_info info = { 0 };
	int err = cg_kstats_open(&r->ks);

	if (!err)
		err = cg_kstats_info_read(r->ks, &info);
	if (!err && info.slots) {
		r->nslots = info.slots;
		return;
	}
	cg_kstats_close(&r->ks);
}

/* false: neither knows. */
static bool slot_read(struct reading *r, uint32_t slot, struct cg_stats *stats, const char **source)
{
	int err = r->ks ? cg_kstats_read(r->ks, slot, stats) : -ENOENT;

	*source = "module";
	if (!err)
		return true;
	/* Not permitted, or a camera that came after the map it holds. */
	*source = "map";
	err = cg_pins_stats_read(r->cli->pin_dir, slot, stats);
	if (err && !r->why)
		r->why = err;
	return !err;
}

static void slot_add(struct reading *r, uint32_t slot)
{
	const struct cg_name *name = r->pinned ? &r->pins.names[slot] : NULL;
	struct json_object *cam, *counts;
	struct cg_stats stats;
	const char *source;
	char text[16];

	if ((name && !*name->id) || !slot_read(r, slot, &stats, &source))
		return;
	counts = cg_view_counts(&stats);
	/* Without names a slot that counted nothing is no camera's. */
	if (!name && !json_object_array_length(counts)) {
		json_object_put(counts);
		return;
	}
	(void)snprintf(text, sizeof(text), "slot-%u", slot);
	cam = json_object_new_object();
	json_object_object_add(cam, "id", json_object_new_string(name ? name->id : text));
	json_object_object_add(cam, "name", json_object_new_string(name ? name->name : text));
	json_object_object_add(cam, "slot", json_object_new_int64(slot));
	json_object_object_add(cam, "source", json_object_new_string(source));
	json_object_object_add(cam, "counts", counts);
	json_object_array_add(r->cams, cam);
}

static int reply_make(struct reading *r, struct json_object **ret_reply)
{
	bool module = false, map = false;
	struct json_object *reply;

	for (size_t i = 0; i < json_object_array_length(r->cams); i++) {
		struct json_object *o = NULL;

		(void)json_object_object_get_ex(json_object_array_get_idx(r->cams, i), "source",
						&o);
		module |= !strcmp(json_object_get_string(o), "module");
		map |= !strcmp(json_object_get_string(o), "map");
	}
	reply = cg_say_new(CG_EXIT_OK);
	json_object_object_add(reply, "direct", json_object_new_boolean(true));
	json_object_object_add(reply, "cams", json_object_get(r->cams));
	json_object_object_add(reply, "source",
			       json_object_new_string(module && !map ? "module" : "map"));
	if (r->cli->json) {
		cg_say_json(reply);
		json_object_put(reply);
		return CG_EXIT_OK;
	}
	*ret_reply = reply;
	return CG_EXIT_OK;
}

int cg_direct_counters(const struct cg_cli *cli, const char *cam, int cause,
		       struct json_object **ret_reply)
{
	struct reading r = { .cli = cli };
	uint32_t only = 0;
	int code, err;

	*ret_reply = NULL;
	module_open(&r);
	err = cg_pins_open(cli->pin_dir, &r.pins);
	r.pinned = !err;
	if (r.pinned)
		r.nslots = r.pins.nnames;
	if (!r.pinned && !r.ks)
		return cg_direct_no_pins(cli, cause, err);
	r.cams = json_object_new_array();
	if (cam && !r.pinned)
		code = cg_say_error(cli, CG_EXIT_NO_AGENT, NULL,
				    _("the agent is not running; without it only root knows which "
				      "camera is which"));
	else if (cam && cg_pins_find(&r.pins, cam, &only))
		code = cg_direct_no_camera(cli, &r.pins, cam);
	else {
		for (size_t slot = cam ? only : 0; slot < (cam ? only + 1UL : r.nslots); slot++)
			slot_add(&r, (uint32_t)slot);
		code = r.why && !json_object_array_length(r.cams) ?
			       cg_direct_no_pins(cli, cause, r.why) :
			       reply_make(&r, ret_reply);
	}
	json_object_put(r.cams);
	if (r.pinned)
		cg_pins_close(&r.pins);
	cg_kstats_close(&r.ks);
	return code;
}
