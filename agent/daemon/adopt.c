/* SPDX-License-Identifier: GPL-2.0-only */
/* adopt: a camera file written and tried, gone again where it is refused. */
#include <errno.h>
#include <json-c/json.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <camgate/ctl.h>
#include "../kern/own.h"
#include "../lib/adopt.h"
#include "../lib/duration.h"
#include "../lib/ident.h"
#include "../lib/jsonout.h"
#include "../lib/wholefile.h"
#include "../lib/told.h"
#include "command.h"
#include "devices_state.h"
#include "uci.h"

#define TRY_MAX_S CG_OPEN_MAX_S

/* What is asked for, judged. */
struct wish {
	struct cg_mac mac;
	const char *name;
	char id[CG_ID_LEN];
	const char *profile;
	uint64_t try_s; /* 0: for good */
	char dir[PATH_MAX], file[PATH_MAX];
	enum cg_hold why;
};

static bool device_read(struct cg_command_call *c, struct cg_mac *ret_mac)
{
	const char *text = cg_command_text(c, "device");
	struct cg_devices *t = c->a->devices;
	uint64_t nr = 0;

	if (text && !cg_mac_parse(text, ret_mac))
		return true;
	if (!cg_command_number(c, "device", &nr))
		for (size_t i = 0; i < t->n; i++)
			if (nr && t->v[i]->note.nr == nr) {
				*ret_mac = t->v[i]->note.mac;
				return true;
			}
	if (nr)
		cg_command_fail(c, CG_EXIT_FAILED, "`camgate discover` lists them",
				"there is no device number %llu", (unsigned long long)nr);
	else
		cg_command_fail(
			c, CG_EXIT_USAGE, "`camgate discover` lists them",
			"'device' is missing, expected a number of discover's list or a MAC");
	return false;
}

/* Must not be adopted but by force; false after having failed the call. */
static bool mac_ok(struct cg_command_call *c, const struct cg_mac *mac)
{
	const char *from = cg_command_text(c, "from"), *of;
	_cleanup_free_ struct cg_neigh *neigh = NULL;
	char buf[128], text[CG_MAC_STRLEN];
	static const struct cg_mac zero;
	struct cg_addr addr;
	size_t n = 0;

	if (mac->b[0] & 1 || !memcmp(mac, &zero, sizeof(zero))) {
		cg_command_fail(c, CG_EXIT_USAGE, NULL, "%s is no device's MAC",
				cg_mac_format(mac, text));
		return false;
	}
	of = cg_own_whose(c->a->kern.links, mac, buf, sizeof(buf));
	if (from && !of && !cg_addr_parse(from, &addr) &&
	    !cg_links_neighs_read(c->a->kern.links, &neigh, &n))
		for (size_t i = 0; i < n; i++)
			if (!memcmp(&neigh[i].addr, &addr, sizeof(addr)) &&
			    !memcmp(&neigh[i].mac, mac, sizeof(*mac)))
				of = N_("the device you are logged in from");
	if (!of || cg_command_flag(c, "force"))
		return true;
	cg_command_fail(c, CG_EXIT_FAILED,
			"nothing was changed; `--force` takes the last of these all the same",
			"%s is %s, expected a camera", cg_mac_format(mac, text), of);
	return false;
}

static bool name_ok(struct cg_command_call *c, struct wish *w)
{
	const char *fault;
	const struct cg_agent_cam *cam;

	w->name = cg_command_text(c, "name");
	if (!w->name) {
		cg_command_fail(c, CG_EXIT_USAGE, NULL, "'name' is missing, what is it called?");
		return false;
	}
	fault = cg_ident_name_fault(w->name);
	if (!fault) {
		cg_ident_make(w->name, w->id);
		if (cg_ident_id_fault(w->id))
			fault = N_("a name that an id can be made from");
	}
	if (fault) {
		cg_command_fail(c, CG_EXIT_USAGE, NULL, "name: found '%s', expected %s", w->name,
				fault);
		return false;
	}
	cam = cg_agent_find(c->a, w->name);
	if (!cam)
		cam = cg_agent_find(c->a, w->id);
	if (!cam)
		return true;
	cg_command_fail(c, CG_EXIT_FAILED, "nothing was changed", "there is a camera '%s' already",
			cam->name);
	return false;
}

static bool profile_ok(struct cg_command_call *c, struct wish *w)
{
	const struct cg_device_known *d = cg_devices_find(c->a, &w->mac);

	w->profile = cg_command_text(c, "profile");
	if (!w->profile)
		w->profile = d ? d->note.clues.profile : "";
	/* It becomes part of a file. */
	if (!*w->profile || !strcmp(w->profile, "none") || !cg_ident_id_fault(w->profile)) {
		if (!strcmp(w->profile, "none"))
			w->profile = "";
		return true;
	}
	cg_command_fail(c, CG_EXIT_USAGE, NULL, "profile: found '%s', expected %s", w->profile,
			cg_ident_id_fault(w->profile));
	return false;
}

static bool file_find(struct cg_command_call *c, struct wish *w)
{
	const char *config = c->a->opts.config;
	_cleanup_free_ char *text = NULL;
	struct cg_diag diag = { 0 };
	struct stat st;
	size_t len = 0;
	int err = cg_wholefile_read(config, CG_MAX_CONFIG_BYTES, &text, &len);

	if (!err)
		err = cg_adopt_dir(text, len, config, &diag, w->dir);
	if (err == -ENOENT && text) {
		cg_command_fail(
			c, CG_EXIT_CONFIG,
			"add the line include(\"cameras.d/*.conf\") to it, outside of any block",
			"%s has no include(\"FOLDER/*.conf\"): there is no folder to write a camera file to",
			config);
		return false;
	}
	if (err < 0) {
		cg_command_fail(c, CG_EXIT_CONFIG, "repair the config first", "%s%s%s",
				diag.text[0] ? diag.text : config, diag.text[0] ? "" : ": ",
				diag.text[0] ? "" : strerror(-err));
		return false;
	}
	if (snprintf(w->file, sizeof(w->file), "%s/%s.conf", w->dir, w->id) >=
	    CG_DEVSTATE_FILE_LEN) {
		cg_command_fail(c, CG_EXIT_FAILED, NULL, "%s: %s", w->dir, strerror(ENAMETOOLONG));
		return false;
	}
	if (!lstat(w->file, &st)) {
		cg_command_fail(c, CG_EXIT_FAILED, "nothing was changed", "%s is there already",
				w->file);
		return false;
	}
	return true;
}

static bool wish_read(struct cg_command_call *c, struct wish *w)
{
	const struct cg_device_known *d;
	char text[CG_MAC_STRLEN], most[32];

	if (!device_read(c, &w->mac) || !name_ok(c, w))
		return false;
	if (!c->a->policy.now) {
		cg_command_fail(c, CG_EXIT_CONFIG, "repair the config first", "%s",
				c->a->cfg.error[0] ? c->a->cfg.error :
						     N_("the config is not in force"));
		return false;
	}
	if (cg_held_is_configured(c->a->policy.now, &w->mac)) {
		cg_command_fail(c, CG_EXIT_FAILED, "nothing was changed",
				"%s is a camera of the config already",
				cg_mac_format(&w->mac, text));
		return false;
	}
	if (cg_command_number(c, "try_s", &w->try_s) == -EINVAL || w->try_s > TRY_MAX_S) {
		cg_command_fail(c, CG_EXIT_USAGE, NULL, "expected a time of 1s to %s",
				cg_duration_format(TRY_MAX_S, most, sizeof(most)));
		return false;
	}
	if (w->try_s && c->a->devices->ntrial == CG_MAX_TRIALS) {
		cg_command_fail(c, CG_EXIT_FAILED, "`camgate keep NAME` ends one",
				"%d cameras are on trial already", CG_MAX_TRIALS);
		return false;
	}
	d = cg_devices_find(c->a, &w->mac);
	w->why = d && d->note.what == CG_DEVICE_IN_QUARANTINE ? (enum cg_hold)d->note.why :
								CG_HOLD_NOT;
	return mac_ok(c, &w->mac) && profile_ok(c, w) && file_find(c, w);
}

static int text_make(struct cg_agent *a, const struct wish *w, char **ret_text, size_t *ret_len)
{
	const struct cg_device_known *d = cg_devices_find(a, &w->mac);
	struct cg_adopt adopt = { .name = w->name,
				  .id = w->id,
				  .mac = w->mac,
				  .profile = w->profile,
				  .clues = d ? &d->note.clues : NULL };
	time_t now = (time_t)a->real_s();
	char when[64];
	struct tm tm;

	localtime_r(&now, &tm);
	(void)strftime(when, sizeof(when), "Written by camgate on %Y-%m-%d %H:%M", &tm);
	adopt.when = when;
	return cg_adopt_text(&adopt, ret_text, ret_len);
}

static int file_write(const struct cg_agent *a, const struct wish *w, const char *text, size_t len)
{
	struct stat st;

	/* Read by whoever reads the config. */
	if (stat(a->opts.config, &st) < 0)
		return -errno;
	if (mkdir(w->dir, 0755) < 0 && errno != EEXIST)
		return -errno;
	return cg_wholefile_replace(w->file, text, len, st.st_mode & 0666, st.st_uid, st.st_gid);
}

static struct cg_device_trial *trial_add(struct cg_agent *a, const struct wish *w)
{
	struct cg_devices *t = a->devices;
	struct cg_device_trial *trial = &t->trial[t->ntrial++];

	*trial = (struct cg_device_trial){ .mac = w->mac,
					   .why = (uint8_t)w->why,
					   .until_ns = a->boot_ns() + w->try_s * CG_SEC_NS,
					   .until_s = a->real_s() + (int64_t)w->try_s,
					   .for_s = (uint32_t)w->try_s };
	memcpy(trial->id, w->id, sizeof(trial->id));
	memcpy(trial->file, w->file, strlen(w->file) + 1);
	memcpy(trial->boot, t->boot, sizeof(trial->boot));
	return trial;
}

static void __attribute__((format(printf, 2, 3)))
effect(struct json_object *list, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	cg_json_push(list, json_object_new_string(text));
}

/* What the household gets, in sentences. */
static void effects_put(struct cg_command_call *c, const struct wish *w)
{
	struct json_object *list = json_object_new_array();
	char mac[CG_MAC_STRLEN];

	effect(list, "%s is the camera %s, and nobody can watch it from outside until you open it",
	       cg_mac_format(&w->mac, mac), w->name);
	if (*w->profile)
		effect(list,
		       "what its make needs to send (profile %s) passes, everything else is stopped",
		       w->profile);
	else
		effect(list,
		       "no profile is known to fit: nothing of it leaves the house, its maker's app will not reach it from outside; `camgate blocked %s` shows what it tries, `camgate learn %s` writes rules",
		       w->id, w->id);
	if (w->why != CG_HOLD_NOT)
		effect(list, "it is held no longer: rules decide from now on");
	effect(list, "at home it can be watched as before");
	cg_command_put(c, "effects", list);
}

static void put(struct cg_command_call *c, const struct wish *w, const char *text)
{
	char mac[CG_MAC_STRLEN];

	cg_command_put_text(c, "id", w->id);
	cg_command_put_text(c, "name", w->name);
	cg_command_put_text(c, "mac", cg_mac_format(&w->mac, mac));
	cg_command_put_text(c, "file", w->file);
	cg_command_put_text(c, "text", text);
	if (*w->profile)
		cg_command_put_text(c, "profile", w->profile);
	effects_put(c, w);
}

/* Writes and reloads; as before where that is refused. False after having failed the call. */
static bool carry_out(struct cg_command_call *c, const struct wish *w, const char *text, size_t len)
{
	struct cg_agent *a = c->a;
	struct cg_agent_applied applied;
	struct cg_diag diag = { 0 };
	char error[sizeof(a->cfg.error)];
	bool back = false; /* what is in force, too */
	int err = 0;

	/* The end of it is on the disk before it begins. */
	if (w->try_s) {
		(void)trial_add(a, w);
		err = cg_devices_save(a);
	}
	if (!err)
		err = file_write(a, w, text, len);
	if (!err) {
		memcpy(error, a->cfg.error, sizeof(error));
		err = cg_agent_reload(a, &diag, &applied);
		if (!err && !cg_agent_find(a, w->id))
			err = -ENOENT;
		back = !err;
		if (!err)
			err = cg_uci_keep(a);
		if (err < 0) {
			(void)unlink(w->file);
			memcpy(a->cfg.error, error, sizeof(error));
			if (back)
				(void)cg_agent_reload(a, &diag, &applied);
		}
	}
	if (!err)
		return true;
	if (w->try_s && cg_adopt_trial(a, w->id))
		cg_adopt_trial_drop(a, cg_adopt_trial(a, w->id));
	if (diag.text[0])
		cg_command_fail(c, CG_EXIT_CONFIG, "nothing was changed", "%s", diag.text);
	else
		cg_command_fail(c, CG_EXIT_FAILED, "nothing was changed", "%s: %s", w->file,
				strerror(-err));
	return false;
}

void cg_command_adopt(struct cg_command_call *c)
{
	_cleanup_free_ struct wish *w = calloc(1, sizeof(*w));
	_cleanup_free_ char *text = NULL;
	size_t len = 0;

	if (!w) {
		cg_command_fail(c, CG_EXIT_FAILED, NULL, "%s", strerror(ENOMEM));
		return;
	}
	if (!wish_read(c, w))
		return;
	if (text_make(c->a, w, &text, &len)) {
		cg_command_fail(c, CG_EXIT_FAILED, "nothing was changed", "%s", strerror(ENOMEM));
		return;
	}
	put(c, w, text);
	if (cg_command_flag(c, "show"))
		return;
	if (!carry_out(c, w, text, len))
		return;
	if (w->try_s)
		cg_command_put(c, "until_s",
			       json_object_new_int64(c->a->real_s() + (int64_t)w->try_s));
	cg_log_notice("%s: adopted, %s%s", w->name, w->file, w->try_s ? ", on trial" : "");
}
