/* SPDX-License-Identifier: GPL-2.0-only */
/* camgate audit: what is wrong with cameras and what to do, in words, as JSON, or as a page of HTML. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <camgate/ctl.h>
#include "../lib/memtext.h"
#include "../lib/wholefile.h"
#include "ask.h"
#include "commands.h"
#include "i18n.h"
#include "page.h"
#include "print.h"
#include "reply.h"
#include "say.h"
#include "sentence.h"

#define LOOK_MS 200
/* For each camera that is asked, and on top: the agent gives each five. */
#define ASK_S	6

static int audit(const struct cg_cli *cli, int fd, const char *cam, bool probe,
		 struct json_object **ret_reply)
{
	struct json_object *request = cg_ask_new("audit"), *reply;
	int r;

	if (cam)
		json_object_object_add(request, "cam", json_object_new_string(cam));
	if (probe)
		json_object_object_add(request, "probe", json_object_new_boolean(true));
	*ret_reply = NULL;
	r = cg_ask_on(cli, fd, request, &reply);
	if (r)
		return cg_ask_unreachable(cli, r);
	if (!cg_reply_bool(reply, "ok")) {
		r = cg_say_refusal(cli, reply);
		json_object_put(reply);
		return r;
	}
	*ret_reply = reply;
	return CG_EXIT_OK;
}

static size_t probing(struct json_object *reply)
{
	size_t n = 0;

	for (size_t i = 0; i < cg_reply_count(reply, "cams"); i++)
		n += cg_reply_bool(cg_reply_at(reply, "cams", i), "probing");
	return n;
}

/* Why a camera was not asked is said once, by the reply that began it. */
static void unasked_keep(struct json_object *from, struct json_object *to)
{
	for (size_t i = 0; i < cg_reply_count(to, "cams"); i++) {
		struct json_object *cam = cg_reply_at(to, "cams", i);

		for (size_t k = 0; k < cg_reply_count(from, "cams"); k++) {
			struct json_object *was = cg_reply_at(from, "cams", k);
			const char *why = cg_reply_str(was, "unasked");

			if (*why && !strcmp(cg_reply_str(was, "id"), cg_reply_str(cam, "id")))
				json_object_object_add(cam, "unasked", json_object_new_string(why));
		}
	}
}

/* *reply becomes the one behind the last answer. */
static int answers_wait(const struct cg_cli *cli, int fd, const char *cam,
			struct json_object **reply)
{
	time_t until = time(NULL) + (time_t)(probing(*reply) + 1) * ASK_S;

	while (probing(*reply) && time(NULL) < until) {
		struct json_object *next;
		int code;

		(void)poll(NULL, 0, LOOK_MS);
		code = audit(cli, fd, cam, false, &next);
		if (!next)
			return code;
		unasked_keep(*reply, next);
		json_object_put(*reply);
		*reply = next;
	}
	return CG_EXIT_OK;
}

/* With their hours, which the agent tells of one camera at a time. */
static int page_cams(const struct cg_cli *cli, int fd, struct json_object *reply,
		     struct json_object **ret_cams)
{
	struct json_object *cams = json_object_new_array();

	*ret_cams = NULL;
	for (size_t i = 0; i < cg_reply_count(reply, "cams"); i++) {
		const char *id = cg_reply_str(cg_reply_at(reply, "cams", i), "id");
		struct json_object *one;
		int code = audit(cli, fd, id, false, &one);

		if (!one) {
			json_object_put(cams);
			return code;
		}
		unasked_keep(reply, one);
		if (cg_reply_count(one, "cams"))
			json_object_array_add(cams, json_object_get(cg_reply_at(one, "cams", 0)));
		json_object_put(one);
	}
	*ret_cams = cams;
	return CG_EXIT_OK;
}

static int page(const struct cg_cli *cli, int fd, struct json_object *reply)
{
	_cleanup_free_ char *text = NULL;
	struct json_object *cams;
	size_t n = 0;
	FILE *f;
	int r = page_cams(cli, fd, reply, &cams);

	if (r)
		return r;
	f = open_memstream(&text, &n);
	if (f)
		cg_page_print(f, reply, cams, time(NULL));
	json_object_put(cams);
	r = f ? cg_memtext_end(f, &text) : -ENOMEM;
	if (r)
		return cg_say_error(cli, CG_EXIT_FAILED, NULL, "%s", strerror(-r));
	if (!cli->html) {
		fputs(text, stdout);
		return CG_EXIT_OK;
	}
	/* What a camera is like is its household's business. */
	r = cg_wholefile_replace(cli->html, text, strlen(text), 0600, geteuid(), getegid());
	if (r)
		return cg_say_error(cli, CG_EXIT_FAILED, NULL, "%s: %s", cli->html, strerror(-r));
	cg_print_err(_("camgate: %s is written\n"), cli->html);
	return CG_EXIT_OK;
}

/* ---- words ---- */

static enum cg_style style_of(const char *level)
{
	return !strcmp(level, "high")	? CG_STYLE_BAD :
	       !strcmp(level, "medium") ? CG_STYLE_WARN :
					  CG_STYLE_NONE;
}

static void print_findings(struct json_object *cam)
{
	const struct cg_column columns[] = {
		{ .title = _("LEVEL") },
		{ .title = _("BREAKS") },
		{ .title = _("WHAT IS WRONG, WHAT TO DO"), .flex = true },
	};
	size_t n = cg_reply_count(cam, "findings");
	struct cg_table *table;

	if (!n) {
		cg_print_out(_("nothing was found wrong\n"));
		return;
	}
	table = cg_print_table_new(columns, 3);
	for (size_t i = 0; i < n; i++) {
		struct json_object *o = cg_reply_at(cam, "findings", i);
		const char *level = cg_reply_str(o, "level");

		cg_print_cell(table, style_of(level), "%s", cg_sentence_label(level));
		cg_print_cell(table, CG_STYLE_NONE, "%s", cg_reply_str(o, "provision"));
		cg_print_cell(table, CG_STYLE_NONE, "%s. -> %s", cg_reply_str(o, "text"),
			      cg_reply_str(o, "advice"));
	}
	cg_print_table_end(&table);
}

static const char *state_text(const char *state)
{
	return !strcmp(state, "anybody")  ? _("answers anybody") :
	       !strcmp(state, "password") ? _("asks for a password") :
	       !strcmp(state, "to-https") ? _("sends to HTTPS") :
					    _("open");
}

static void print_services(struct json_object *cam, time_t now)
{
	const struct cg_column columns[] = {
		{ .title = _("SERVICE ON THE LAN") },
		{ .title = _("WHAT"), .flex = true },
		{ .title = _("STATE") },
		{ .title = _("KNOWN BY") },
		{ .title = _("WHEN"), .right = true },
	};
	size_t n = cg_reply_count(cam, "services");
	struct cg_table *table;
	char port[CG_REPLY_PORT_LEN], when[CG_PRINT_LEN];

	if (!n)
		return;
	cg_print_out("\n");
	table = cg_print_table_new(columns, 5);
	for (size_t i = 0; i < n; i++) {
		struct json_object *o = cg_reply_at(cam, "services", i);
		int64_t ago = (int64_t)now - cg_reply_int(o, "when_s");

		cg_print_cell(table, CG_STYLE_NONE, "%s", cg_reply_port(o, "port", port));
		cg_print_cell(table, CG_STYLE_NONE, "%s%s%s", cg_reply_str(o, "what"),
			      *cg_reply_str(o, "text") ? ": " : "", cg_reply_str(o, "text"));
		cg_print_cell(table, CG_STYLE_NONE, "%s", state_text(cg_reply_str(o, "state")));
		cg_print_cell(table, CG_STYLE_NONE, "%s",
			      strcmp(cg_reply_str(o, "how"), "probed") ? _("its use") :
									 _("asking it"));
		cg_print_cell(table, CG_STYLE_NONE, _("%s ago"),
			      cg_print_span(ago > 0 ? (uint64_t)ago : 0, when));
	}
	cg_print_table_end(&table);
}

static void print_bytes(struct cg_table *table, struct json_object *o)
{
	int64_t up = cg_reply_int(o, "up_bytes"), down = cg_reply_int(o, "down_bytes");
	char text[CG_PRINT_LEN];

	cg_print_cell(table, CG_STYLE_NONE, "%s", cg_print_size(up > 0 ? (uint64_t)up : 0, text));
	cg_print_cell(table, CG_STYLE_NONE, "%s",
		      cg_print_size(down > 0 ? (uint64_t)down : 0, text));
	cg_print_cell(table, CG_STYLE_NONE, "%lld", (long long)cg_reply_int(o, "tries"));
}

/* Where its bytes go: the countries that a database says. */
static void print_countries(struct json_object *cam)
{
	const struct cg_column columns[] = {
		{ .title = _("COUNTRY, LAST 24 HOURS") },
		{ .title = _("SENT"), .right = true },
		{ .title = _("GOT"), .right = true },
		{ .title = _("TRIES STOPPED"), .right = true },
	};
	size_t n = cg_reply_count(cam, "countries");
	struct cg_table *table;

	if (!n)
		return;
	cg_print_out("\n");
	table = cg_print_table_new(columns, 4);
	for (size_t i = 0; i < n; i++) {
		struct json_object *o = cg_reply_at(cam, "countries", i);

		cg_print_cell(table, CG_STYLE_NONE, "%s",
			      cg_reply_has(o, "country") ? cg_reply_str(o, "country") :
							   _("(not told apart)"));
		print_bytes(table, o);
	}
	cg_print_table_end(&table);
}

static void print_destinations(struct json_object *cam)
{
	const struct cg_column columns[] = {
		{ .title = _("DESTINATION, LAST 24 HOURS"), .flex = true },
		{ .title = _("WHERE") },
		{ .title = _("SENT"), .right = true },
		{ .title = _("GOT"), .right = true },
		{ .title = _("TRIES STOPPED"), .right = true },
	};
	size_t n = cg_reply_count(cam, "destinations");
	bool places = cg_reply_count(cam, "countries");
	struct cg_column shown[sizeof(columns) / sizeof(columns[0])];
	size_t nshown = 0;
	struct cg_table *table;

	if (!n)
		return;
	cg_print_out("\n");
	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
		if (places || i != 1)
			shown[nshown++] = columns[i];
	table = cg_print_table_new(shown, nshown);
	for (size_t i = 0; i < n; i++) {
		struct json_object *o = cg_reply_at(cam, "destinations", i);
		const char *name = cg_reply_str(o, "name");

		cg_print_cell(table, CG_STYLE_NONE, "%s",
			      cg_reply_bool(o, "rest") ? _("all the others") :
			      *name		       ? name :
							 cg_reply_str(o, "peer"));
		if (places)
			cg_print_cell(table, CG_STYLE_NONE, "%s%s%s", cg_reply_str(o, "country"),
				      cg_reply_has(o, "network") ? " " : "",
				      cg_reply_str(o, "network"));
		print_bytes(table, o);
	}
	cg_print_table_end(&table);
}

static void print_cam(struct json_object *cam, time_t now)
{
	const char *maker = cg_reply_str(cam, "maker"), *model = cg_reply_str(cam, "model");
	const char *firmware = cg_reply_str(cam, "firmware");
	char name[CG_REPLY_CAM_LEN], when[CG_PRINT_LEN];

	cg_print_styled(CG_STYLE_BOLD, cg_reply_cam(cam, name));
	cg_print_out("%s%s%s%s%s%s\n", *maker || *model ? ": " : "", maker,
		     *maker && *model ? " " : "", model, *firmware ? _(", firmware ") : "",
		     firmware);
	if (cg_reply_has(cam, "probed_s"))
		cg_print_out(_("asked at %s, no password was tried\n"),
			     cg_print_clock((time_t)cg_reply_int(cam, "probed_s"), now, when));
	else
		cg_print_out(_("not asked: `camgate audit --probe` does that\n"));
	if (*cg_reply_str(cam, "unasked"))
		cg_print_out(_("could not be asked now: %s\n"), cg_reply_str(cam, "unasked"));
	if (cg_reply_bool(cam, "probing"))
		cg_print_out(_("is still being asked\n"));
	print_findings(cam);
	for (size_t i = 0; i < cg_reply_count(cam, "mappings"); i++) {
		struct json_object *o = cg_reply_at(cam, "mappings", i);

		cg_print_out("%s%s (%s)\n", i ? "" : "\n", cg_reply_str(o, "text"),
			     cg_reply_str(o, "where"));
	}
	print_services(cam, now);
	print_countries(cam);
	print_destinations(cam);
}

static void print_all(struct json_object *reply)
{
	time_t now = time(NULL);

	for (size_t i = 0; i < cg_reply_count(reply, "cams"); i++) {
		if (i)
			cg_print_out("\n");
		print_cam(cg_reply_at(reply, "cams", i), now);
	}
	if (*cg_reply_str(reply, "incomplete"))
		cg_print_out(_("\nopenings of ports: %s\n"), cg_reply_str(reply, "incomplete"));
	if (!cg_reply_count(reply, "cams"))
		cg_print_out(_("no camera is configured\n"));
	else
		cg_print_out(_("\nwhat is broken are provisions of %s; countries of destinations: "
			       "%s\n"),
			     cg_reply_str(reply, "standard"), cg_reply_str(reply, "countries"));
}

int cg_cmd_audit(const struct cg_cli *cli, int argc, char **argv)
{
	bool probe = cli->given & CG_OPTION_PROBE, html = cli->given & CG_OPTION_HTML;
	const char *cam = argc > 1 ? argv[1] : NULL;
	_cleanup_close_ int fd = -1;
	struct json_object *reply;
	int r;

	if (html && cli->json)
		return cg_say_error(cli, CG_EXIT_USAGE, NULL,
				    _("--html and --json: expected one of them"));
	r = cg_ask_open(cli, &fd);
	if (r)
		return cg_ask_unreachable(cli, r);
	r = audit(cli, fd, cam, probe, &reply);
	if (!reply)
		return r;
	if (probe)
		r = answers_wait(cli, fd, cam, &reply);
	if (!r && html)
		r = page(cli, fd, reply);
	else if (!r && cli->json)
		cg_say_json(reply);
	else if (!r)
		print_all(reply);
	json_object_put(reply);
	return r;
}
