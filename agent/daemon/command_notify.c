/* SPDX-License-Identifier: GPL-2.0-only */
/* `notify`: what became of the household's program, and one run of it to see. */
#include <errno.h>
#include <json-c/json.h>
#include <string.h>
#include <camgate/ctl.h>
#include "../lib/jsonout.h"
#include "command.h"
#include "notify.h"

static const char *how_name(enum cg_notify_how how)
{
	switch (how) {
	case CG_NOTIFY_EXITED:
		return "exited";
	case CG_NOTIFY_SIGNAL:
		return "signal";
	case CG_NOTIFY_TIMEOUT:
		return "timeout";
	case CG_NOTIFY_UNSTARTED:
		return "unstarted";
	case CG_NOTIFY_NEVER:
	case __CG_NOTIFY_MAX:
		break;
	}
	return "never";
}

static void result_put(struct cg_command_call *c, const char *key, const struct cg_notify_result *r)
{
	struct json_object *o;

	if (r->how == CG_NOTIFY_NEVER)
		return;
	o = json_object_new_object();
	cg_json_add(o, "event", json_object_new_string(r->event));
	cg_json_add(o, "ended_s", json_object_new_int64(r->ended_s));
	cg_json_add(o, "how", json_object_new_string(how_name(r->how)));
	if (r->how == CG_NOTIFY_EXITED || r->how == CG_NOTIFY_SIGNAL)
		cg_json_add(o, "value", json_object_new_int(r->value));
	if (r->how == CG_NOTIFY_UNSTARTED)
		cg_json_add(o, "error", json_object_new_string(strerror(r->value)));
	cg_command_put(c, key, o);
}

void cg_command_notify(struct cg_command_call *c)
{
	struct cg_agent *a = c->a;
	const struct cg_notify_told *told;
	int err = cg_command_flag(c, "test") ? cg_notify_test(a) : 0;

	switch (-err) {
	case 0:
		break;
	case ENOENT:
		cg_command_fail(c, CG_EXIT_FAILED, "set `notify` in the configuration",
				"no program is told of anything");
		return;
	case EBUSY:
		cg_command_fail(c, CG_EXIT_FAILED, NULL, "another test is not over yet");
		return;
	default:
		cg_command_fail(c, CG_EXIT_FAILED, NULL, "%s", strerror(-err));
		return;
	}
	told = cg_notify_told(a);
	if (!told)
		return;
	if (a->policy.now && a->policy.now->notify)
		cg_command_put_text(c, "program", a->policy.now->notify);
	cg_command_put(c, "told", json_object_new_int64((int64_t)told->count));
	cg_command_put(c, "left_out", json_object_new_int64((int64_t)told->left_out));
	cg_command_put(c, "waiting", json_object_new_int64((int64_t)told->waiting));
	cg_command_put(c, "running", json_object_new_boolean(told->running));
	cg_command_put(c, "testing", json_object_new_boolean(told->testing));
	result_put(c, "last", &told->last);
	result_put(c, "test", &told->test);
}
