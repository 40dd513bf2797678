/* SPDX-License-Identifier: GPL-2.0-only */
/* What root may do without the agent: close, seal and detach, straight on the pinned maps. */
#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <camgate/ctl.h>
#include "../kern/bootguard.h"
#include "../kern/pins.h"
#include "../lib/exposure.h"
#include "../lib/near.h"
#include "direct.h"
#include "i18n.h"
#include "print.h"
#include "say.h"
#include "statenote.h"

static const char *const words[] = {
	[CG_SEALED] = "sealed",
	[CG_CLOSED] = "closed",
	[CG_OPEN] = "open",
};

static uint64_t boot_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_BOOTTIME, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

/* Why the agent cannot do it. */
static const char *excuse(int cause)
{
	switch (-cause) {
	case ENOENT:
	case ENOTDIR:
	case ECONNREFUSED:
	case ECONNRESET:
		return _("the agent is not running");
	default:
		return _("the agent does not answer");
	}
}

int cg_direct_no_pins(const struct cg_cli *cli, int cause, int r)
{
	switch (-r) {
	case ENOENT:
	case ENOTDIR:
		return cg_say_error(
			cli, CG_EXIT_NO_AGENT, NULL,
			_("%s, and nothing of camgate is in the packet path (no pins in "
			  "%s)"),
			excuse(cause), cli->pin_dir);
	case EACCES:
	case EPERM:
		return cg_say_error(cli, CG_EXIT_NO_AGENT, NULL,
				    _("%s; without it only root may do this"), excuse(cause));
	case ESTALE:
		return cg_say_error(cli, CG_EXIT_NO_AGENT, _("Start the agent of this version."),
				    _("%s, and the packet path is another version's"),
				    excuse(cause));
	default:
		return cg_say_error(cli, CG_EXIT_NO_AGENT, NULL, "%s; %s: %s", excuse(cause),
				    cli->pin_dir, strerror(-r));
	}
}

int cg_direct_no_camera(const struct cg_cli *cli, const struct cg_pins *pins, const char *cam)
{
	_cleanup_free_ const char **names = calloc(2 * pins->nnames, sizeof(*names));
	const char *near[CG_NEAR_MAX];
	struct json_object *reply = cg_say_new(CG_EXIT_FAILED), *list = json_object_new_array();
	_cleanup_free_ char *error = NULL;
	size_t n = 0, nnear = 0;

	for (size_t slot = 0; names && slot < pins->nnames; slot++) {
		if (!*pins->names[slot].id)
			continue;
		names[n++] = pins->names[slot].id;
		if (strcmp(pins->names[slot].id, pins->names[slot].name))
			names[n++] = pins->names[slot].name;
	}
	if (names)
		nnear = cg_near_find(cam, names, n, near);
	for (size_t i = 0; i < nnear; i++)
		json_object_array_add(list, json_object_new_string(near[i]));
	if (asprintf(&error, _("there is no camera '%s'"), cam) < 0)
		error = NULL;
	json_object_object_add(reply, "error", json_object_new_string(error ? error : cam));
	json_object_object_add(reply, "near", list);
	cg_say_refusal(cli, reply);
	json_object_put(reply);
	return CG_EXIT_FAILED;
}

/* Changes one slot; what holds then goes into cams. */
static void set_slot(const struct cg_pins *pins, uint32_t slot, bool seal, struct json_object *cams)
{
	struct cg_exposure e = pins->exposure[slot];
	struct json_object *cam = json_object_new_object();
	uint64_t now = boot_ns();
	const char *old = words[cg_exposure_now(&e, now)];

	if (seal)
		cg_exposure_seal(&e);
	else
		(void)cg_exposure_close(&e, false); /* the sentence says that a seal stays */
	cg_exposure_store(pins->meta, &pins->exposure[slot], &e);
	json_object_object_add(cam, "id", json_object_new_string(pins->names[slot].id));
	json_object_object_add(cam, "name", json_object_new_string(pins->names[slot].name));
	json_object_object_add(cam, "exposure",
			       json_object_new_string(words[cg_exposure_now(&e, now)]));
	json_object_object_add(cam, "old", json_object_new_string(old));
	json_object_array_add(cams, cam);
}

int cg_direct_set(const struct cg_cli *cli, const char *cam, bool seal, int cause,
		  struct json_object **ret_reply)
{
	_cleanup_(cg_pins_close) struct cg_pins pins = { 0 };
	_cleanup_free_ struct cg_saved_manual *notes = NULL;
	struct json_object *reply, *cams;
	bool all = !strcmp(cam, "all");
	uint32_t only = 0;
	size_t n = 0;
	int r, saved;

	*ret_reply = NULL;
	r = cg_pins_open(cli->pin_dir, &pins);
	if (r)
		return cg_direct_no_pins(cli, cause, r);
	if (!all && cg_pins_find(&pins, cam, &only))
		return cg_direct_no_camera(cli, &pins, cam);

	/* the packet path first: the state file may wait for a disk */
	notes = calloc(pins.nnames, sizeof(*notes));
	cams = json_object_new_array();
	for (size_t slot = all ? 0 : only; slot < (all ? pins.nnames : only + 1UL); slot++) {
		if (!*pins.names[slot].id)
			continue;
		set_slot(&pins, (uint32_t)slot, seal, cams);
		if (notes) {
			memcpy(notes[n].id, pins.names[slot].id, sizeof(notes[n].id) - 1);
			notes[n++].manual = pins.exposure[slot].manual;
		}
	}
	saved = notes ? cg_statenote_write(cli->state_dir, notes, n) : -ENOMEM;

	r = saved ? CG_EXIT_PARTIAL : CG_EXIT_OK;
	reply = cg_say_new(CG_EXIT_OK);
	json_object_object_add(reply, "code", json_object_new_int(r));
	json_object_object_add(reply, "direct", json_object_new_boolean(true));
	json_object_object_add(reply, "saved", json_object_new_boolean(!saved));
	json_object_object_add(reply, "cams", cams);
	if (cli->json) {
		cg_say_json(reply);
		json_object_put(reply);
		return r;
	}
	cg_print_err(_("%s: done in the packet path itself\n"), excuse(cause));
	if (saved)
		cg_print_err(_("camgate: %s/state.json: %s: this holds until the next boot only\n"),
			     cli->state_dir, strerror(-saved));
	*ret_reply = reply;
	return r;
}

static void add_removed(void *ctx, const char *what)
{
	json_object_array_add(ctx, json_object_new_string(what));
}

int cg_direct_detach(const struct cg_cli *cli, struct json_object **ret_reply)
{
	_cleanup_(cg_saved_free) struct cg_saved saved = { 0 };
	struct json_object *removed = json_object_new_array(), *reply;
	int r, guard;

	*ret_reply = NULL;
	if (geteuid()) {
		json_object_put(removed);
		return cg_say_error(cli, CG_EXIT_NO_AGENT, NULL,
				    _("the agent is not running; without it only root can detach"));
	}
	/* the guard first: without filters it would stop everything */
	if (cg_statenote_read(cli->state_dir, &saved) < 0)
		saved = (struct cg_saved){ 0 };
	guard = cg_bootguard_detach(cli->state_dir,
				    saved.fw4_dir ? saved.fw4_dir : CG_BOOTGUARD_FW4_DIR,
				    add_removed, removed);
	r = cg_pins_detach(cli->pin_dir, add_removed, removed);
	if (r >= 0 && guard < 0)
		r = guard;
	if (r < 0) {
		/* what went before is told: it is gone */
		for (size_t i = 0; !cli->json && i < json_object_array_length(removed); i++)
			cg_print_out(_("removed: %s\n"),
				     json_object_get_string(json_object_array_get_idx(removed, i)));
		json_object_put(removed);
		return cg_say_error(cli, CG_EXIT_FAILED, NULL,
				    _("%s: not all could be removed: %s"), cli->pin_dir,
				    strerror(-r));
	}
	reply = cg_say_new(CG_EXIT_OK);
	json_object_object_add(reply, "removed", removed);
	json_object_object_add(reply, "direct", json_object_new_boolean(true));
	if (cli->json) {
		cg_say_json(reply);
		json_object_put(reply);
		return CG_EXIT_OK;
	}
	cg_print_err(_("the agent is not running: done in the packet path itself\n"));
	*ret_reply = reply;
	return CG_EXIT_OK;
}
