/* SPDX-License-Identifier: GPL-2.0-only */
/* camgate sessions: who is connected with a camera from outside now, and each change of it. */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <camgate/ctl.h>
#include "../lib/addr.h"
#include "ask.h"
#include "commands.h"
#include "i18n.h"
#include "print.h"
#include "reply.h"
#include "say.h"
#include "viewing.h"

#define FOLLOW_MS 500
/* The agent needs two readings so far apart for a rate. */
#define RATE_MS	  950

static struct json_object *request_new(const char *cam)
{
	struct json_object *request = cg_ask_new("sessions");

	if (cam)
		json_object_object_add(request, "cam", json_object_new_string(cam));
	return request;
}

/* ---- once ---- */

static bool has_rates(struct json_object *reply)
{
	for (size_t i = 0; i < cg_reply_count(reply, "sessions"); i++)
		if (!cg_reply_has(cg_reply_at(reply, "sessions", i), "up_kbps"))
			return false;
	return true;
}

static int ask_twice(const struct cg_cli *cli, const char *cam, struct json_object **ret_reply)
{
	_cleanup_close_ int fd = -1;
	int r = cg_ask_open(cli, &fd);

	if (!r)
		r = cg_ask_on(cli, fd, request_new(cam), ret_reply);
	if (r || has_rates(*ret_reply))
		return r;
	json_object_put(*ret_reply);
	*ret_reply = NULL;
	(void)poll(NULL, 0, RATE_MS);
	return cg_ask_on(cli, fd, request_new(cam), ret_reply);
}

/* A column of its own only where a database says something. */
static bool has_places(struct json_object *reply)
{
	for (size_t i = 0; i < cg_reply_count(reply, "sessions"); i++)
		if (cg_reply_has(cg_reply_at(reply, "sessions", i), "country") ||
		    cg_reply_has(cg_reply_at(reply, "sessions", i), "network"))
			return true;
	return false;
}

static void print_sessions(struct json_object *reply, time_t now)
{
	const struct cg_column columns[] = {
		{ .title = _("CAMERA") },
		{ .title = _("OTHER SIDE") },
		{ .title = _("WHERE") },
		{ .title = _("NOW") },
		{ .title = _("BEGUN BY") },
		{ .title = _("SINCE"), .right = true },
		{ .title = _("KBIT/S OUT"), .right = true },
		{ .title = _("IN"), .right = true },
		{ .title = _("SENT"), .right = true },
		{ .title = _("IDLE"), .right = true },
		{ .title = _("HOW"), .flex = true },
	};
	size_t n = 0;
	struct cg_column shown[sizeof(columns) / sizeof(columns[0])];
	bool places = has_places(reply);
	struct cg_table *table;
	char text[CG_VIEWING_LEN], cell[CG_PRINT_LEN];

	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
		if (places || i != 2)
			shown[n++] = columns[i];
	table = cg_print_table_new(shown, n);
	for (size_t i = 0; i < cg_reply_count(reply, "sessions"); i++) {
		struct json_object *s = cg_reply_at(reply, "sessions", i);

		cg_print_cell(table, CG_STYLE_NONE, "%s", cg_reply_str(s, "name"));
		cg_print_cell(table, CG_STYLE_NONE, "%s", cg_viewing_end(s, text));
		if (places)
			cg_print_cell(
				table, CG_STYLE_NONE, "%s%s%s", cg_reply_str(s, "country"),
				cg_reply_has(s, "country") && cg_reply_has(s, "network") ? " " : "",
				cg_reply_str(s, "network"));
		cg_print_cell(table, cg_viewing_style(cg_reply_str(s, "state")), "%s%s",
			      cg_viewing_state(s, now, text),
			      cg_reply_bool(s, "monitored") ? _(" (monitored)") : "");
		cg_print_cell(table, CG_STYLE_NONE, "%s",
			      !strcmp(cg_reply_str(s, "began"), "peer") ? _("other side") :
									  _("camera"));
		cg_print_cell(table, CG_STYLE_NONE, "%s",
			      cg_print_clock((time_t)cg_reply_int(s, "since_s"), now, cell));
		cg_print_cell(table, CG_STYLE_NONE, "%s", cg_viewing_rate(s, "up_kbps", cell));
		cg_print_cell(table, CG_STYLE_NONE, "%s", cg_viewing_rate(s, "down_kbps", cell));
		cg_print_cell(table, CG_STYLE_NONE, "%s",
			      cg_print_size((uint64_t)cg_reply_int(s, "up_bytes"), cell));
		cg_print_cell(table, CG_STYLE_NONE, "%s",
			      cg_print_span((uint64_t)cg_reply_int(s, "idle_s"), cell));
		cg_print_cell(table, CG_STYLE_NONE, "%s", cg_viewing_how(s, text));
	}
	cg_print_table_end(&table);
}

static int once(const struct cg_cli *cli, const char *cam)
{
	struct json_object *reply;
	int code, r = ask_twice(cli, cam, &reply);
	time_t now = time(NULL);
	char name[CG_REPLY_CAM_LEN], clock[CG_PRINT_LEN];

	if (r)
		return cg_ask_unreachable(cli, r);
	code = cg_ask_finish(cli, reply, &reply);
	if (!reply)
		return code;
	if (!cg_reply_count(reply, "sessions"))
		cg_print_out(_("no camera is connected with anybody outside\n"));
	print_sessions(reply, now);
	for (size_t i = 0; i < cg_reply_count(reply, "cams"); i++) {
		struct json_object *c = cg_reply_at(reply, "cams", i);

		if (cg_reply_has(c, "blocked_until_s"))
			cg_print_out(_("%s: all remotes together got too much; blocked until %s\n"),
				     cg_reply_cam(c, name),
				     cg_print_clock((time_t)cg_reply_int(c, "blocked_until_s"), now,
						    clock));
	}
	json_object_put(reply);
	return code;
}

/* ---- --follow ---- */

/* An IPv6 remote is its /64: its last address may be any of them. */
static bool is_same(struct json_object *x, struct json_object *y)
{
	struct cg_addr a, b;

	if (strcmp(cg_reply_str(x, "cam"), cg_reply_str(y, "cam")))
		return false;
	if (cg_addr_parse(cg_reply_str(x, "peer"), &a) ||
	    cg_addr_parse(cg_reply_str(y, "peer"), &b))
		return !strcmp(cg_reply_str(x, "peer"), cg_reply_str(y, "peer"));
	return !memcmp(&a, &b, cg_addr_is_v4(&a) ? sizeof(a) : sizeof(a) / 2);
}

static struct json_object *find(struct json_object *reply, struct json_object *session)
{
	for (size_t i = 0; i < cg_reply_count(reply, "sessions"); i++)
		if (is_same(cg_reply_at(reply, "sessions", i), session))
			return cg_reply_at(reply, "sessions", i);
	return NULL;
}

static void say_change(const struct cg_cli *cli, const char *change, struct json_object *s)
{
	char end[CG_VIEWING_LEN], state[CG_VIEWING_LEN], how[CG_VIEWING_LEN], clock[CG_PRINT_LEN];
	time_t now = time(NULL);

	if (cli->json) {
		struct json_object *o = cg_say_new(CG_EXIT_OK);

		json_object_object_add(o, "change", json_object_new_string(change));
		json_object_object_add(o, "at_s", json_object_new_int64(now));
		json_object_object_add(o, "session", json_object_get(s));
		cg_say_json(o);
		json_object_put(o);
		return;
	}
	cg_viewing_how(s, how);
	cg_print_out("%s %s: %s: ", cg_print_clock(now, now, clock), cg_reply_str(s, "name"),
		     cg_viewing_end(s, end));
	cg_print_styled(!strcmp(change, "ended") ? CG_STYLE_NONE :
						   cg_viewing_style(cg_reply_str(s, "state")),
			!strcmp(change, "ended") ? _("ended") : cg_viewing_state(s, now, state));
	cg_print_out("%s%s%s\n", *how ? " (" : "", how, *how ? ")" : "");
}

static void say_changes(const struct cg_cli *cli, struct json_object *was, struct json_object *is)
{
	for (size_t i = 0; i < cg_reply_count(is, "sessions"); i++) {
		struct json_object *s = cg_reply_at(is, "sessions", i), *before = find(was, s);

		if (!before)
			say_change(cli, was ? "began" : "there", s);
		/* A block that begins anew is another stop. */
		else if (strcmp(cg_reply_str(before, "state"), cg_reply_str(s, "state")) ||
			 cg_reply_int(before, "repeats") < cg_reply_int(s, "repeats"))
			say_change(cli, "changed", s);
	}
	for (size_t i = 0; i < cg_reply_count(was, "sessions"); i++)
		if (!find(is, cg_reply_at(was, "sessions", i)))
			say_change(cli, "ended", cg_reply_at(was, "sessions", i));
}

static int follow(const struct cg_cli *cli, const char *cam)
{
	struct json_object *was = NULL, *reply;
	_cleanup_close_ int fd = -1;
	int r = cg_ask_open(cli, &fd);

	while (!r) {
		r = cg_ask_on(cli, fd, request_new(cam), &reply);
		if (r)
			break;
		if (!cg_reply_bool(reply, "ok")) {
			json_object_put(was);
			r = cg_say_refusal(cli, reply);
			json_object_put(reply);
			return r;
		}
		say_changes(cli, was, reply);
		json_object_put(was);
		was = reply;
		/* Whoever reads it would otherwise go on for good. */
		if (fflush(stdout))
			r = -EIO;
		else
			(void)poll(NULL, 0, FOLLOW_MS);
	}
	json_object_put(was);
	return r == -EIO ? CG_EXIT_FAILED : cg_ask_unreachable(cli, r);
}

int cg_cmd_sessions(const struct cg_cli *cli, int argc, char **argv)
{
	const char *cam = argc > 1 ? argv[1] : NULL;

	return cli->given & CG_OPTION_FOLLOW ? follow(cli, cam) : once(cli, cam);
}
