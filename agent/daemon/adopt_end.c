/* SPDX-License-Identifier: GPL-2.0-only */
/* What ends an adoption: the end of its trial, keep, forget. */
#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <camgate/ctl.h>
#include "../lib/adopt.h"
#include "../lib/wholefile.h"
#include "../lib/told.h"
#include "command.h"
#include "devices_state.h"
#include "uci.h"

/* ---- trials ---- */

struct cg_device_trial *cg_adopt_trial(const struct cg_agent *a, const char *id)
{
	struct cg_devices *t = a->devices;

	for (size_t i = 0; i < t->ntrial; i++)
		if (!strcmp(t->trial[i].id, id))
			return &t->trial[i];
	return NULL;
}

void cg_adopt_trial_drop(struct cg_agent *a, struct cg_device_trial *trial)
{
	struct cg_devices *t = a->devices;

	*trial = t->trial[--t->ntrial];
	t->dirty = true;
}

/* By the clock of its boot; after another, by the wall's or when its time has passed once
 * more: whichever comes first. */
static bool is_over(const struct cg_agent *a, const struct cg_device_trial *t, uint64_t now_ns)
{
	if (!strcmp(t->boot, a->devices->boot))
		return now_ns >= t->until_ns || (!*t->boot && a->real_s() >= t->until_s);
	return a->real_s() >= t->until_s || now_ns >= t->for_s * CG_SEC_NS;
}

/* The file goes; what somebody wrote into it stays, under a name that is not read. */
static int file_remove(const char *path)
{
	_cleanup_free_ char *text = NULL;
	char beside[PATH_MAX];
	struct cg_mac mac;
	size_t len;
	int err = cg_wholefile_read(path, CG_MAX_CONFIG_BYTES, &text, &len);

	if (err)
		return err == -ENOENT ? 0 : err;
	if (cg_adopt_judge(text, len, &mac) == CG_ADOPT_WRITTEN)
		return unlink(path) < 0 ? -errno : 0;
	if (snprintf(beside, sizeof(beside), "%s.undone", path) >= (int)sizeof(beside))
		return -ENAMETOOLONG;
	if (rename(path, beside) < 0)
		return -errno;
	cg_log_notice("adopt: %s was changed, it is kept as %s", path, beside);
	return 0;
}

/* A device whose camera is gone: what it was before. */
static void back(struct cg_agent *a, const struct cg_mac *mac, enum cg_hold why)
{
	struct cg_device_known *d;

	/* Still configured as yet: put where it will be found when it is not. */
	d = cg_devices_find(a, mac);
	if (!d && a->devices->n < CG_MAX_DEVICES && (d = calloc(1, sizeof(*d)))) {
		d->note.mac = *mac;
		d->note.first_s = d->note.last_s = a->real_s();
		d->begun_ns = a->boot_ns();
		d->news = true;
		(void)cg_clues_mac(&d->note.clues, mac);
		a->devices->v[a->devices->n++] = d;
	}
	if (!d)
		return;
	d->note.told = true;
	d->note.known = true;
	d->note.what = why == CG_HOLD_NOT ? CG_DEVICE_SEEN : CG_DEVICE_IN_QUARANTINE;
	d->note.why = (uint8_t)why;
	a->devices->dirty = true;
}

static void undo(struct cg_agent *a, struct cg_device_trial *trial)
{
	struct cg_device_trial t = *trial;
	struct cg_agent_applied applied;
	struct cg_diag diag = { 0 };
	int err = file_remove(t.file);

	cg_adopt_trial_drop(a, trial);
	if (err < 0)
		cg_log_error("adopt: %s: %s, it stays", t.file, strerror(-err));
	back(a, &t.mac, (enum cg_hold)t.why);
	cg_devices_tell_trial(a, &t);
	/* Where the config is broken by now, the next reload that works undoes it. */
	if (!cg_agent_reload(a, &diag, &applied) && cg_uci_keep(a) < 0)
		cg_log_error("adopt: %s: it stays a camera in %s", t.id, a->opts.uci);
}

void cg_adopt_tick(struct cg_agent *a, uint64_t now_ns)
{
	struct cg_devices *t = a->devices;

	for (size_t i = t->ntrial; i-- > 0;)
		if (is_over(a, &t->trial[i], now_ns))
			undo(a, &t->trial[i]);
}

/* ---- keep, forget ---- */

void cg_command_keep(struct cg_command_call *c)
{
	const struct cg_agent_cam *cam = cg_command_cam(c);
	struct cg_device_trial *t;

	if (!cam)
		return;
	t = cg_adopt_trial(c->a, cam->id);
	if (!t) {
		cg_command_fail(c, CG_EXIT_FAILED, NULL, "%s is not on trial", cam->name);
		return;
	}
	cg_command_put_text(c, "id", cam->id);
	cg_command_put_text(c, "name", cam->name);
	cg_command_put_text(c, "file", t->file);
	cg_adopt_trial_drop(c->a, t);
	if (cg_devices_save(c->a) < 0)
		cg_command_put_text(c, "note",
				    N_("this could not be written down yet, it is tried again"));
	cg_log_notice("%s: kept", cam->name);
}

/* A device, not a camera: what is known of it goes. */
static void forget_device(struct cg_command_call *c, const struct cg_mac *mac)
{
	struct cg_device_known *d = cg_devices_find(c->a, mac);
	char text[CG_MAC_STRLEN];
	int err = 0;

	cg_mac_format(mac, text);
	if (!d) {
		cg_command_fail(c, CG_EXIT_FAILED, NULL, "%s was never seen", text);
		return;
	}
	if (d->note.what == CG_DEVICE_IN_QUARANTINE)
		err = cg_devices_release(c->a, d);
	if (!err)
		err = cg_datapath_device_forget(c->a->kern.dp, mac);
	if (err < 0) {
		cg_command_fail(c, CG_EXIT_FAILED, "nothing was changed", "%s: %s", text,
				strerror(-err));
		return;
	}
	cg_devices_drop(c->a, mac);
	cg_command_put_text(c, "mac", text);
}

/* Is this file one that may go? False after having failed the call. */
static bool may_go(struct cg_command_call *c, const struct cg_agent_cam *cam, const char *text,
		   size_t len)
{
	const struct cg_policy *p = c->a->policy.now;
	const char *file = cam->policy->pos.file;
	struct cg_mac mac;

	for (size_t i = 0; i < p->ncams; i++)
		if (&p->cams[i] != cam->policy && p->cams[i].pos.file &&
		    !strcmp(p->cams[i].pos.file, file)) {
			cg_command_fail(c, CG_EXIT_FAILED, "take its block out by hand",
					"%s holds other cameras, too", file);
			return false;
		}
	switch (cg_adopt_judge(text, len, &mac)) {
	case CG_ADOPT_WRITTEN:
		return true;
	case CG_ADOPT_CHANGED:
		if (cg_command_flag(c, "force"))
			return true;
		cg_command_fail(c, CG_EXIT_FAILED, "`--force` takes it out all the same",
				"%s was changed since `camgate adopt` wrote it", file);
		return false;
	case CG_ADOPT_FOREIGN:
		break;
	}
	cg_command_fail(c, CG_EXIT_FAILED, "take its block out by hand",
			"%s was not written by `camgate adopt`", file);
	return false;
}

static void forget_camera(struct cg_command_call *c, const struct cg_agent_cam *cam)
{
	_cleanup_free_ char *text = NULL, *file = NULL;
	struct cg_agent *a = c->a;
	struct cg_agent_applied applied;
	struct cg_diag diag = { 0 };
	char error[sizeof(a->cfg.error)], name[CG_NAME_LEN], id[CG_ID_LEN];
	struct cg_mac mac[CG_MAX_MACS];
	size_t len = 0, nmac;
	bool back = false; /* what is in force, too */
	struct stat st;
	int err;

	if (!cam->policy || !cam->policy->pos.file) {
		cg_command_fail(c, CG_EXIT_FAILED, "`camgate release` lets a held device go",
				"%s is no camera of the config", cam->name);
		return;
	}
	file = strdup(cam->policy->pos.file);
	err = !file ? -ENOMEM : cg_wholefile_read(file, CG_MAX_CONFIG_BYTES, &text, &len);
	if (!err && stat(file, &st) < 0)
		err = -errno;
	if (err < 0) {
		cg_command_fail(c, CG_EXIT_FAILED, "nothing was changed", "%s", strerror(-err));
		return;
	}
	if (!may_go(c, cam, text, len))
		return;
	memcpy(name, cam->name, sizeof(name));
	memcpy(id, cam->id, sizeof(id));
	nmac = cam->policy->nmac;
	memcpy(mac, cam->policy->mac, sizeof(mac));
	memcpy(error, a->cfg.error, sizeof(error));
	err = file_remove(file);
	if (!err)
		err = cg_agent_reload(a, &diag, &applied);
	if (!err) {
		err = cg_uci_keep(a);
		back = err < 0;
	}
	if (err < 0) {
		memcpy(a->cfg.error, error, sizeof(error));
		if (cg_wholefile_replace(file, text, len, st.st_mode & 07777, st.st_uid,
					 st.st_gid) < 0)
			cg_log_error("%s: cannot be put back", file);
		if (back)
			(void)cg_agent_reload(a, &diag, &applied);
		cg_command_fail(c, diag.text[0] ? CG_EXIT_CONFIG : CG_EXIT_FAILED,
				"nothing was changed", "%s",
				diag.text[0] ? diag.text : strerror(-err));
		return;
	}
	for (size_t i = 0; i < nmac; i++) {
		if (cg_datapath_device_forget(a->kern.dp, &mac[i]) < 0)
			cg_log_warning("%s: the packet path still knows it", name);
		cg_devices_drop(a, &mac[i]);
	}
	if (cg_adopt_trial(a, id))
		cg_adopt_trial_drop(a, cg_adopt_trial(a, id));
	a->devices->dirty = true;
	cg_log_notice("%s: forgotten, %s", name, file);
	cg_command_put_text(c, "id", id);
	cg_command_put_text(c, "name", name);
	cg_command_put_text(c, "file", file);
}

void cg_command_forget(struct cg_command_call *c)
{
	const char *text = cg_command_text(c, "cam");
	const struct cg_agent_cam *cam;
	struct cg_mac mac;

	if (text && !cg_mac_parse(text, &mac)) {
		forget_device(c, &mac);
		return;
	}
	cam = cg_command_cam(c);
	if (cam)
		forget_camera(c, cam);
}
