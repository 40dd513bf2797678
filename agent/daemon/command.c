/* SPDX-License-Identifier: GPL-2.0-only */
/* The command table and the commands that change something. */
#include <errno.h>
#include <json-c/json.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <camgate/ctl.h>
#include "../kern/bootguard.h"
#include "../kern/own.h"
#include "../kern/pins.h"
#include "../lib/duration.h"
#include "../lib/exposure.h"
#include "../lib/jsonget.h"
#include "../lib/jsonout.h"
#include "../lib/near.h"
#include "../lib/optional.h"
#include "../lib/view.h"
#include "../lib/viewers.h"
#include "../lib/told.h"
#include "audit.h"
#include "command.h"
#include "guard.h"
#include "manual.h"
#include "mqtt.h"
#include "places.h"
#include "sched.h"
#include "sessions.h"
#include "uci.h"
#include "viewers.h"

static struct json_object *reply_new(bool ok, int code)
{
	struct json_object *o = json_object_new_object();

	cg_json_add(o, "v", json_object_new_int(CG_CTL_VERSION));
	cg_json_add(o, "ok", json_object_new_boolean(ok));
	cg_json_add(o, "code", json_object_new_int(code));
	return o;
}

struct json_object *cg_command_refuse(int code, const char *error)
{
	struct json_object *o = reply_new(false, code);

	cg_json_add(o, "error", json_object_new_string(error));
	return o;
}

void cg_command_put(struct cg_command_call *c, const char *key, struct json_object *value)
{
	cg_json_add(c->reply, key, value);
}

void cg_command_put_text(struct cg_command_call *c, const char *key, const char *value)
{
	cg_command_put(c, key, json_object_new_string(value));
}

void cg_command_fail(struct cg_command_call *c, int code, const char *hint, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	cg_command_put(c, "ok", json_object_new_boolean(false));
	cg_command_put(c, "code", json_object_new_int(code));
	cg_command_put_text(c, "error", text);
	if (hint)
		cg_command_put_text(c, "hint", hint);
}

const char *cg_command_text(const struct cg_command_call *c, const char *key)
{
	struct json_object *o;

	if (!json_object_object_get_ex(c->args, key, &o) ||
	    !json_object_is_type(o, json_type_string))
		return NULL;
	/* A NUL inside would make two readers see two texts. */
	if (strlen(json_object_get_string(o)) != (size_t)json_object_get_string_len(o))
		return NULL;
	return json_object_get_string(o);
}

int cg_command_number(const struct cg_command_call *c, const char *key, uint64_t *ret_n)
{
	struct json_object *o;
	int64_t n;

	if (!json_object_object_get_ex(c->args, key, &o) || !o)
		return -ENOENT;
	if (!json_object_is_type(o, json_type_int))
		return -EINVAL;
	n = json_object_get_int64(o);
	if (n < 0 || n == INT64_MAX)
		return -EINVAL;
	*ret_n = (uint64_t)n;
	return 0;
}

bool cg_command_flag(const struct cg_command_call *c, const char *key)
{
	return cg_json_get_flag(c->args, key);
}

static void no_camera(struct cg_command_call *c, const char *name)
{
	const struct cg_agent *a = c->a;
	const char *near[CG_NEAR_MAX];
	struct json_object *list = json_object_new_array();
	_cleanup_free_ const char **names = calloc(2 * a->policy.ncams + 1, sizeof(*names));
	size_t n = 0;

	for (size_t i = 0; names && i < a->policy.ncams; i++) {
		names[n++] = a->policy.cams[i].name;
		if (strcmp(a->policy.cams[i].name, a->policy.cams[i].id))
			names[n++] = a->policy.cams[i].id;
	}
	n = names ? cg_near_find(name, names, n, near) : 0;
	for (size_t i = 0; i < n; i++)
		cg_json_push(list, json_object_new_string(near[i]));
	cg_command_fail(c, CG_EXIT_FAILED, NULL, "there is no camera '%s'", name);
	cg_command_put(c, "near", list);
}

const struct cg_agent_cam *cg_command_cam(struct cg_command_call *c)
{
	const char *name = cg_command_text(c, "cam");
	const struct cg_agent_cam *cam;

	if (!name) {
		cg_command_fail(c, CG_EXIT_USAGE, NULL,
				"'cam' is missing, expected a camera's name or id");
		return NULL;
	}
	cam = cg_agent_find(c->a, name);
	if (!cam)
		no_camera(c, name);
	return cam;
}

static const struct cg_exposure *exposure_of(const struct cg_agent *a,
					     const struct cg_agent_cam *cam)
{
	return &cg_datapath_exposure(a->kern.dp)[cam->slot];
}

static struct json_object *cam_new(const struct cg_agent *a, const struct cg_agent_cam *cam)
{
	const struct cg_exposure *e = exposure_of(a, cam);
	struct json_object *o = json_object_new_object();
	char text[CG_VIEWERS_TEXT];
	uint64_t now = a->boot_ns();

	cg_json_add(o, "id", json_object_new_string(cam->id));
	cg_json_add(o, "name", json_object_new_string(cam->name));
	cg_json_add(o, "exposure",
		    json_object_new_string(cg_view_exposure_name(cg_exposure_now(e, now))));
	if (cg_exposure_opening(e, now))
		cg_json_add(o, "until_s",
			    json_object_new_int64(cg_agent_epoch(a, cg_exposure_deadline(e))));
	if (cg_viewers_text(a, cam, text))
		cg_json_add(o, "to", json_object_new_string(text));
	return o;
}

/* When the opening or pause ends; false after having failed the call. */
static bool until(struct cg_command_call *c, uint64_t default_s, uint64_t max_s, uint64_t *ret_ns)
{
	uint64_t for_s = default_s, until_s = 0, now_ns = c->a->boot_ns();
	int64_t now_s = c->a->real_s();
	int for_err = cg_command_number(c, "for_s", &for_s);
	int until_err = cg_command_number(c, "until_s", &until_s);
	char text[32];

	if (for_err == -EINVAL || until_err == -EINVAL || (!for_err && !until_err)) {
		cg_command_fail(c, CG_EXIT_USAGE, NULL,
				"expected one of 'for_s' and 'until_s', a whole number of seconds");
		return false;
	}
	if (!until_err) {
		if ((int64_t)until_s <= now_s) {
			cg_command_fail(c, CG_EXIT_USAGE, NULL, "that moment is in the past");
			return false;
		}
		for_s = until_s - (uint64_t)now_s;
	}
	if (!for_s || for_s > max_s) {
		cg_command_fail(c, CG_EXIT_USAGE, NULL, "expected a time of 1s to %s",
				cg_duration_format(max_s, text, sizeof(text)));
		return false;
	}
	*ret_ns = now_ns + for_s * CG_SEC_NS;
	return true;
}

/* What the camera's quotas leave of the opening; false after having failed the call. */
static bool within_quota(struct cg_command_call *c, const struct cg_agent_cam *cam,
			 uint64_t *until_ns, const char **ret_cut_by)
{
	const char *why;
	uint64_t may = cg_sched_open_until(c->a, cam, &why);

	*ret_cut_by = NULL;
	if (!may) {
		cg_command_fail(c, CG_EXIT_FAILED, "the next day of the camera begins anew",
				"%s has used up the %s of its day, nobody was let in", cam->name,
				why);
		return false;
	}
	if (may < *until_ns) {
		*until_ns = may;
		*ret_cut_by = why;
	}
	return true;
}

static void no_viewer(struct cg_command_call *c, const char *to)
{
	const struct cg_policy *policy = c->a->policy.now;
	const char *names[CG_MAX_NAMED_VIEWERS], *near[CG_NEAR_MAX];
	struct json_object *list = json_object_new_array();
	size_t n = 0;

	for (; policy && n < policy->nviewers; n++)
		names[n] = policy->viewers[n].name;
	n = cg_near_find(to, names, n, near);
	for (size_t i = 0; i < n; i++)
		cg_json_push(list, json_object_new_string(near[i]));
	cg_command_fail(c, CG_EXIT_USAGE, NULL,
			"'%s' is no viewer, expected a viewer's name, an address, a prefix or all",
			to);
	cg_command_put(c, "near", list);
}

/* Whom it is opened for; false after having failed the call. */
static bool to_read(struct cg_command_call *c, const struct cg_agent_cam *cam,
		    struct cg_manual_open *how, struct cg_addr *addr)
{
	const struct cg_policy *policy = c->a->policy.now;
	const char *to = cg_command_text(c, "to");
	struct json_object *given;
	struct cg_prefix p;

	/* A viewer that cannot be read must not become "anyone". */
	if (!to && json_object_object_get_ex(c->args, "to", &given) && given)
		to = "";
	if (!to) {
		how->to = cam->policy && cg_viewers_has(cam->policy) ? "" : NULL;
		return true;
	}
	if (!strcmp(to, CG_VIEWERS_ALL))
		return true;
	if (!cg_addr_parse(to, addr) && cg_addr_is_unicast(addr)) {
		how->viewer = addr->b;
		return true;
	}
	if ((policy && cg_viewers_find(policy, to)) || (!cg_prefix_parse(to, &p) && p.len < 128)) {
		how->to = to;
		return true;
	}
	no_viewer(c, to);
	return false;
}

static void cmd_open(struct cg_command_call *c)
{
	const struct cg_agent_cam *cam = cg_command_cam(c);
	struct cg_manual_open how = { .force = cg_command_flag(c, "force") };
	struct json_object *list, *o;
	struct cg_addr viewer;
	uint64_t old_ns = 0;
	const char *cut_by;
	int err;

	if (!cam || !until(c, CG_OPEN_DEFAULT_S, CG_OPEN_MAX_S, &how.until_ns))
		return;
	if (!to_read(c, cam, &how, &viewer))
		return;
	if (!within_quota(c, cam, &how.until_ns, &cut_by))
		return;
	err = cg_manual_open(c->a, cam, &how, &old_ns);
	if (err < 0 && err != -EPERM) {
		cg_command_fail(c, CG_EXIT_FAILED, NULL, "%s: whom it is for cannot be stored: %s",
				cam->name, strerror(-err));
		return;
	}
	if (err) {
		cg_command_fail(c, CG_EXIT_FAILED, "`--force` opens it all the same",
				"%s is sealed: nothing leaves, and nobody was let in", cam->name);
		return;
	}
	cg_sessions_opened(c->a, cam, c->uid, c->mqtt ? "mqtt" : NULL);
	o = cam_new(c->a, cam);
	if (old_ns)
		cg_json_add(o, "old_until_s", json_object_new_int64(cg_agent_epoch(c->a, old_ns)));
	if (cut_by)
		cg_json_add(o, "cut_by", json_object_new_string(cut_by));
	list = json_object_new_array();
	cg_json_push(list, o);
	cg_command_put(c, "cams", list);
}

/* close, seal and auto, of one camera or all. */
static void each(struct cg_command_call *c,
		 const char *(*change)(struct cg_agent *a, const struct cg_agent_cam *cam,
				       bool force))
{
	const char *name = cg_command_text(c, "cam");
	struct cg_agent *a = c->a;
	const struct cg_agent_cam *one = NULL;
	struct json_object *list;

	/* A camera that is really called so is reached by its id. */
	if (!name || strcmp(name, "all")) {
		one = cg_command_cam(c);
		if (!one)
			return;
	}
	list = json_object_new_array();
	for (size_t i = 0; i < a->policy.ncams; i++) {
		const struct cg_agent_cam *cam = &a->policy.cams[i];
		const char *was, *note;
		struct json_object *o;

		if (one && cam != one)
			continue;
		was = cg_view_exposure_name(cg_exposure_now(exposure_of(a, cam), a->boot_ns()));
		note = change(a, cam, cg_command_flag(c, "force"));
		o = cam_new(a, cam);
		cg_json_add(o, "old", json_object_new_string(was));
		if (note)
			cg_json_add(o, "note", json_object_new_string(note));
		cg_json_push(list, o);
	}
	cg_manual_save(a);
	cg_command_put(c, "cams", list);
}

static const char *close_one(struct cg_agent *a, const struct cg_agent_cam *cam, bool force)
{
	return cg_manual_close(a, cam, force) == 1 ?
		       N_("the seal by hand stays, `camgate auto` lifts it") :
		       NULL;
}

static const char *seal_one(struct cg_agent *a, const struct cg_agent_cam *cam, bool force)
{
	(void)force;
	cg_manual_seal(a, cam);
	return NULL;
}

static const char *auto_one(struct cg_agent *a, const struct cg_agent_cam *cam, bool force)
{
	(void)force;
	cg_manual_auto(a, cam);
	return NULL;
}

static void cmd_close(struct cg_command_call *c)
{
	each(c, close_one);
}

static void cmd_seal(struct cg_command_call *c)
{
	each(c, seal_one);
}

static void cmd_auto(struct cg_command_call *c)
{
	each(c, auto_one);
}

static void cmd_off(struct cg_command_call *c)
{
	uint64_t until_ns;

	if (!until(c, CG_OFF_DEFAULT_S, CG_OFF_MAX_S, &until_ns))
		return;
	cg_manual_off(c->a, until_ns);
	cg_command_put(c, "off_until_s", json_object_new_int64(cg_agent_epoch(c->a, until_ns)));
}

static void cmd_on(struct cg_command_call *c)
{
	cg_manual_off(c->a, 0);
}

/* "from": where the command is typed. A camera that is that device is told of. */
static void caller_warn(struct cg_command_call *c)
{
	const char *from = cg_command_text(c, "from");
	const struct cg_policy_cam *cam = NULL;
	struct json_object *list;
	struct cg_addr addr;
	char text[256];

	if (from && !c->a->policy.now->force && !cg_addr_parse(from, &addr))
		cam = cg_own_caller(c->a->kern.links, c->a->policy.now, &addr);
	if (!cam)
		return;
	(void)snprintf(text, sizeof(text), N_("camera '%s' is the device you are logged in from"),
		       cam->name);
	cg_log_warning("%s: the device that the reload was asked from, %s", cam->name, from);
	list = json_object_new_array();
	cg_json_push(list, json_object_new_string(text));
	cg_command_put(c, "warnings", list);
}

static void cmd_reload(struct cg_command_call *c)
{
	struct cg_agent_applied applied = { 0 };
	struct cg_diag diag = { 0 };
	int err = cg_uci_reload(c->a, &diag, &applied);

	if (err < 0) {
		if (diag.text[0])
			cg_command_fail(c, CG_EXIT_CONFIG, "nothing was changed", "%s", diag.text);
		else
			cg_command_fail(c, CG_EXIT_FAILED, "nothing was changed", "%s",
					strerror(-err));
		return;
	}
	cg_command_put(c, "generation", json_object_new_int64(applied.generation));
	cg_command_put(c, "cameras", json_object_new_int64((int64_t)applied.cameras));
	cg_command_put(c, "rules", json_object_new_int64((int64_t)applied.rules));
	cg_command_put(c, "added", json_object_new_int64((int64_t)applied.diff.added));
	cg_command_put(c, "removed", json_object_new_int64((int64_t)applied.diff.removed));
	cg_command_put(c, "changed", json_object_new_int64((int64_t)applied.diff.changed));
	if (c->a->geo.error[0])
		cg_command_put_text(c, "lists_error", c->a->geo.error);
	caller_warn(c);
}

static void removed_say(void *ctx, const char *what)
{
	cg_log_notice("detach: %s", what);
	cg_json_push(ctx, json_object_new_string(what));
}

static void cmd_detach(struct cg_command_call *c)
{
	struct json_object *list = json_object_new_array();
	/* The guard first: without filters it would stop everything. */
	int m = cg_bootguard_detach(c->a->opts.state_dir, cg_guard_fw4_dir(c->a), removed_say,
				    list);
	int n = cg_pins_detach(c->a->opts.pin_dir, removed_say, list);

	cg_command_put(c, "removed", list);
	if (n >= 0 && m < 0)
		n = m;
	if (n < 0) {
		cg_command_fail(c, CG_EXIT_FAILED, NULL,
				"detach: %s, what is listed is gone all the same", strerror(-n));
		return;
	}
	c->a->run.leave = true;
}

static void cmd_version(struct cg_command_call *c)
{
	cg_command_put_text(c, "version", CG_VERSION);
	cg_command_put(c, "abi", json_object_new_int(CG_BPF_ABI_VERSION));
}

/* Those of features that may be left out. */
CG_OPTIONAL(cg_command_log);
CG_OPTIONAL(cg_command_record);
CG_OPTIONAL(cg_command_lines);
CG_OPTIONAL(cg_command_erase);
CG_OPTIONAL(cg_command_allow);
CG_OPTIONAL(cg_command_deny);
CG_OPTIONAL(cg_command_undo);
CG_OPTIONAL(cg_command_learn);
CG_OPTIONAL(cg_command_mappings);
CG_OPTIONAL(cg_command_discover);
CG_OPTIONAL(cg_command_adopt);
CG_OPTIONAL(cg_command_keep);
CG_OPTIONAL(cg_command_forget);
CG_OPTIONAL(cg_command_release);
CG_OPTIONAL(cg_command_audit);
CG_OPTIONAL(cg_command_update_lists);
CG_OPTIONAL(cg_command_doctor);
CG_OPTIONAL(cg_command_notify);
CG_OPTIONAL(cg_command_setup);
CG_OPTIONAL(cg_command_mqtt);

static const struct command {
	const char *name;
	bool reads; /* changes nothing: `readers = all` lets anybody */
	void (*run)(struct cg_command_call *c);
} commands[] = {
	{ "status", true, cg_command_status },
	{ "open", false, cmd_open },
	{ "close", false, cmd_close },
	{ "seal", false, cmd_seal },
	{ "auto", false, cmd_auto },
	{ "off", false, cmd_off },
	{ "on", false, cmd_on },
	{ "who", true, cg_command_who },
	{ "blocked", true, cg_command_blocked },
	{ "sessions", true, cg_command_sessions },
	{ "log", false, cg_command_log },
	{ "record", false, cg_command_record },
	{ "lines", false, cg_command_lines },
	{ "erase", false, cg_command_erase },
	{ "why", true, cg_command_why },
	{ "allow", false, cg_command_allow },
	{ "deny", false, cg_command_deny },
	{ "undo", false, cg_command_undo },
	{ "setup", false, cg_command_setup },
	{ "learn", false, cg_command_learn },
	{ "mappings", false, cg_command_mappings },
	{ "discover", false, cg_command_discover },
	{ "adopt", false, cg_command_adopt },
	{ "keep", false, cg_command_keep },
	{ "forget", false, cg_command_forget },
	{ "release", false, cg_command_release },
	{ "audit", true, cg_command_audit },
	{ "counters", true, cg_command_counters },
	{ "reload", false, cmd_reload },
	{ "update-lists", false, cg_command_update_lists },
	{ "doctor", true, cg_command_doctor },
	{ "mqtt", false, cg_command_mqtt },
	{ "notify", false, cg_command_notify },
	{ "detach", false, cmd_detach },
	{ "version", true, cmd_version },
};

static bool may(const struct cg_agent *a, const struct command *cmd, bool privileged)
{
	return privileged || (cmd->reads && a->policy.now && a->policy.now->readers_all);
}

struct json_object *cg_command_run(struct cg_agent *a, struct json_object *request, bool privileged,
				   int64_t uid)
{
	struct cg_command_call c = { .a = a, .args = request, .privileged = privileged, .uid = uid };
	struct json_object *v;
	const char *name;

	if (!json_object_object_get_ex(request, "v", &v) ||
	    !json_object_is_type(v, json_type_int) || json_object_get_int64(v) != CG_CTL_VERSION)
		return cg_command_refuse(CG_EXIT_USAGE,
					 "'v' is not 1, the version of the protocol spoken here");
	name = cg_command_text(&c, "cmd");
	if (!name)
		return cg_command_refuse(CG_EXIT_USAGE,
					 "'cmd' is missing, expected a command's name");
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(commands[i].name, name))
			continue;
		if (!may(a, &commands[i], privileged))
			return cg_command_refuse(
				CG_EXIT_FAILED,
				N_("only root and members of group `camgate` may do this"));
		c.reply = reply_new(true, CG_EXIT_OK);
		c.mqtt = cg_mqtt_is(a, &c);
		if (a->run.leave)
			cg_command_fail(&c, CG_EXIT_FAILED, NULL, "the agent is leaving");
		else if (!commands[i].run)
			cg_command_fail(&c, CG_EXIT_FAILED, NULL,
					"'%s' is not built into this agent", name);
		else if (!c.mqtt || cg_mqtt_may(&c, name))
			commands[i].run(&c);
		return c.reply;
	}
	return cg_command_refuse(CG_EXIT_USAGE, "no such command");
}
