/* SPDX-License-Identifier: GPL-2.0-only */
/* camgate discover, adopt, keep, forget, release: devices that are no cameras of the configuration, and how they become some. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <camgate/ctl.h>
#include <camgate/limits.h>
#include "../lib/addr.h"
#include "../lib/duration.h"
#include "ask.h"
#include "caller.h"
#include "commands.h"
#include "discover.h"
#include "i18n.h"
#include "print.h"
#include "reply.h"
#include "say.h"

struct json_object *cg_discover_device(const struct cg_cli *cli, const char *word)
{
	struct cg_mac mac;
	char *end;
	long nr = strtol(word, &end, 10);

	if (*word >= '0' && *word <= '9' && !*end && nr > 0 && nr < 1000000)
		return json_object_new_int64(nr);
	if (!cg_mac_parse(word, &mac))
		return json_object_new_string(word);
	(void)cg_say_error(cli, CG_EXIT_USAGE, _("`camgate discover` lists them."),
			   _("'%s' is neither a number of the list nor a MAC"), word);
	return NULL;
}

/* ---- discover ---- */

static const char *class_word(struct json_object *d)
{
	const char *class = cg_reply_str(d, "class");

	if (cg_reply_bool(d, "user"))
		return _("no, a user's device");
	if (!strcmp(class, "camera"))
		return _("camera");
	if (!strcmp(class, "perhaps"))
		return _("perhaps a camera");
	if (!strcmp(class, "other"))
		return _("no");
	return _("not known");
}

static enum cg_style style_of(struct json_object *d)
{
	if (cg_reply_has(d, "held"))
		return CG_STYLE_BAD;
	return strcmp(cg_reply_str(d, "class"), "camera") ? CG_STYLE_NONE : CG_STYLE_WARN;
}

static const char *name_of(struct json_object *d)
{
	static const char *const keys[] = { "hostname", "model", "maker" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (*cg_reply_str(d, keys[i]))
			return cg_reply_str(d, keys[i]);
	return "-";
}

static void print_list(struct json_object *reply, time_t now)
{
	const struct cg_column columns[] = {
		{ .title = _("NR"), .right = true },
		{ .title = _("DEVICE") },
		{ .title = _("NAME"), .flex = true },
		{ .title = _("ADDRESS") },
		{ .title = _("CAMERA?") },
		{ .title = _("SCORE"), .right = true },
		{ .title = _("SENT OUT"), .right = true },
		{ .title = _("SEEN"), .right = true },
	};
	struct cg_table *table = cg_print_table_new(columns, 8);
	char buf[CG_PRINT_LEN];

	for (size_t i = 0; i < cg_reply_count(reply, "devices"); i++) {
		struct json_object *d = cg_reply_at(reply, "devices", i);
		int64_t ago = (int64_t)now - cg_reply_int(d, "last_s");
		const char *address = cg_reply_str(d, "address"), *port = cg_reply_str(d, "port");

		if (!cg_reply_has(d, "nr"))
			continue;
		cg_print_cell(table, CG_STYLE_NONE, "%lld", (long long)cg_reply_int(d, "nr"));
		cg_print_cell(table, CG_STYLE_NONE, "%s", cg_reply_str(d, "mac"));
		cg_print_cell(table, CG_STYLE_NONE, "%s", name_of(d));
		cg_print_cell(table, CG_STYLE_NONE, "%s%s%s", *address ? address : "-",
			      *port ? _(" on ") : "", port);
		cg_print_cell(table, style_of(d), "%s%s", class_word(d),
			      cg_reply_has(d, "held")	   ? _(", held") :
			      cg_reply_bool(d, "released") ? _(", released") :
							     "");
		cg_print_cell(table, CG_STYLE_NONE, "%lld", (long long)cg_reply_int(d, "score"));
		cg_print_cell(table, CG_STYLE_NONE, "%s",
			      cg_print_size((uint64_t)cg_reply_int(d, "up_bytes"), buf));
		cg_print_cell(table, CG_STYLE_NONE, _("%s ago"),
			      cg_print_span(ago > 0 ? (uint64_t)ago : 0, buf));
	}
	cg_print_table_end(&table);
}

/* Why, of those that may be cameras: the rest need no reason. */
static void print_reasons(struct json_object *reply)
{
	char size[CG_PRINT_LEN];

	for (size_t i = 0; i < cg_reply_count(reply, "devices"); i++) {
		struct json_object *d = cg_reply_at(reply, "devices", i);
		const char *class = cg_reply_str(d, "class");
		bool held = cg_reply_has(d, "held");

		if (!held && strcmp(class, "camera") && strcmp(class, "perhaps"))
			continue;
		cg_print_out("\n%lld  %s", (long long)cg_reply_int(d, "nr"),
			     cg_reply_str(d, "mac"));
		if (held)
			cg_print_out(_(": held, %s; %s were stopped"), cg_reply_str(d, "held_text"),
				     cg_print_size((uint64_t)cg_reply_int(d, "stopped_bytes"),
						   size));
		cg_print_out("\n");
		for (size_t k = 0; k < cg_reply_count(d, "reasons"); k++)
			cg_print_out("   - %s\n", cg_reply_str_at(d, "reasons", k));
		if (*cg_reply_str(d, "profile"))
			cg_print_out(_("   profile that fits: %s\n"), cg_reply_str(d, "profile"));
		cg_print_out(_("   camgate adopt %lld NAME makes it a camera of yours, camgate "
			       "release %lld %s\n"),
			     (long long)cg_reply_int(d, "nr"), (long long)cg_reply_int(d, "nr"),
			     held ? _("lets it go") : _("has it never held"));
	}
}

void cg_discover_print(struct json_object *reply)
{
	size_t n = cg_reply_count(reply, "devices");
	int64_t grouped = cg_reply_int(reply, "grouped");

	if (!n)
		cg_print_out(_("No unknown device was seen yet.\n"));
	print_list(reply, time(NULL));
	if (grouped)
		cg_print_out(n_("%lld device with a private address\n",
				"%lld devices with private addresses\n", (unsigned long)grouped),
			     (long long)grouped);
	print_reasons(reply);
	if (cg_reply_has(reply, "listening") && !cg_reply_bool(reply, "listening"))
		cg_print_err(
			_("camgate does not listen: unknown { notify = no quarantine = none }\n"));
	if (cg_reply_has(reply, "unheard"))
		cg_print_err(n_("%lld frame could not be looked at\n",
				"%lld frames could not be looked at\n",
				(unsigned long)cg_reply_int(reply, "unheard")),
			     (long long)cg_reply_int(reply, "unheard"));
}

int cg_discover_probe(const struct cg_cli *cli)
{
	struct json_object *request = cg_ask_new("discover"), *reply;
	struct cg_cli quiet = *cli;
	int code;
	unsigned int wait_s;

	/* what --json prints is the list */
	quiet.json = false;
	json_object_object_add(request, "probe", json_object_new_boolean(true));
	code = cg_ask(cli->json ? &quiet : cli, request, &reply);
	if (!reply || code) {
		json_object_put(reply);
		return code ? code : CG_EXIT_FAILED;
	}
	wait_s = (unsigned int)cg_reply_int(reply, "wait_s");
	if (!cli->json)
		cg_print_err(n_("asked on %lld network, waiting for answers\n",
				"asked on %lld networks, waiting for answers\n",
				(unsigned long)cg_reply_int(reply, "asked")),
			     (long long)cg_reply_int(reply, "asked"));
	json_object_put(reply);
	while (wait_s)
		wait_s = sleep(wait_s < 60 ? wait_s : 60);
	return 0;
}

int cg_cmd_discover(const struct cg_cli *cli, int argc, char **argv)
{
	struct json_object *reply;
	int code = cli->given & CG_OPTION_PROBE ? cg_discover_probe(cli) : 0;

	(void)argc;
	(void)argv;
	if (code)
		return code;
	code = cg_ask(cli, cg_ask_new("discover"), &reply);
	if (!reply)
		return code;
	cg_discover_print(reply);
	json_object_put(reply);
	return code;
}

/* ---- adopt ---- */

void cg_discover_adopted(struct json_object *reply, bool show)
{
	char clock[CG_PRINT_LEN];

	if (show)
		cg_print_out("%s", cg_reply_str(reply, "text"));
	else
		cg_print_out(_("%s: written to %s\n"), cg_reply_str(reply, "name"),
			     cg_reply_str(reply, "file"));
	for (size_t i = 0; i < cg_reply_count(reply, "effects"); i++) {
		const char *text = cg_reply_str_at(reply, "effects", i);

		/* the file alone on stdout: it may be kept */
		if (show)
			cg_print_err("# %s\n", text);
		else
			cg_print_out("- %s\n", text);
	}
	if (cg_reply_has(reply, "until_s"))
		cg_print_out(_("- at %s all of this is undone, unless you type camgate keep %s\n"),
			     cg_print_clock((time_t)cg_reply_int(reply, "until_s"), time(NULL),
					    clock),
			     cg_reply_str(reply, "id"));
	else if (!show)
		cg_print_out(_("to take it back: camgate forget %s\n"), cg_reply_str(reply, "id"));
}

struct json_object *cg_discover_adopt_new(struct json_object *device, const char *name,
					  uint64_t try_s)
{
	struct json_object *request = cg_ask_new("adopt");
	char text[CG_ADDR_STRLEN];
	struct cg_addr from;

	json_object_object_add(request, "device", device);
	json_object_object_add(request, "name", json_object_new_string(name));
	if (try_s)
		json_object_object_add(request, "try_s", json_object_new_int64((int64_t)try_s));
	if (!cg_caller_address(&from))
		json_object_object_add(request, "from",
				       json_object_new_string(cg_addr_format(&from, text)));
	return request;
}

int cg_cmd_adopt(const struct cg_cli *cli, int argc, char **argv)
{
	struct json_object *device = cg_discover_device(cli, argv[1]), *request, *reply;
	uint64_t try_s = 0;
	int code;

	(void)argc;
	if (!device)
		return CG_EXIT_USAGE;
	if (cli->given & CG_OPTION_TRY && (cg_duration_parse(cli->trial, CG_OPEN_MAX_S, &try_s))) {
		json_object_put(device);
		return cg_say_error(cli, CG_EXIT_USAGE, NULL,
				    _("--try '%s': no time of at most 30d, such as 10m"),
				    cli->trial);
	}
	request = cg_discover_adopt_new(device, argv[2], try_s);
	if (cli->profile)
		json_object_object_add(request, "profile", json_object_new_string(cli->profile));
	if (cli->given & CG_OPTION_SHOW)
		json_object_object_add(request, "show", json_object_new_boolean(true));
	if (cli->given & CG_OPTION_FORCE)
		json_object_object_add(request, "force", json_object_new_boolean(true));
	code = cg_ask(cli, request, &reply);
	if (!reply)
		return code;
	cg_discover_adopted(reply, cli->given & CG_OPTION_SHOW);
	json_object_put(reply);
	return code;
}

/* ---- keep, forget, release ---- */

static void print_note(struct json_object *reply)
{
	if (*cg_reply_str(reply, "note"))
		cg_print_err("%s\n", cg_reply_str(reply, "note"));
}

int cg_cmd_keep(const struct cg_cli *cli, int argc, char **argv)
{
	struct json_object *request = cg_ask_new("keep"), *reply;
	int code;

	(void)argc;
	json_object_object_add(request, "cam", json_object_new_string(argv[1]));
	code = cg_ask(cli, request, &reply);
	if (!reply)
		return code;
	cg_print_out(_("%s is kept: %s\n"), cg_reply_str(reply, "name"),
		     cg_reply_str(reply, "file"));
	print_note(reply);
	json_object_put(reply);
	return code;
}

int cg_cmd_forget(const struct cg_cli *cli, int argc, char **argv)
{
	struct json_object *request = cg_ask_new("forget"), *reply;
	int code;

	(void)argc;
	json_object_object_add(request, "cam", json_object_new_string(argv[1]));
	if (cli->given & CG_OPTION_FORCE)
		json_object_object_add(request, "force", json_object_new_boolean(true));
	code = cg_ask(cli, request, &reply);
	if (!reply)
		return code;
	if (*cg_reply_str(reply, "name"))
		cg_print_out(_("%s is no camera any more, %s is gone; the device is new again\n"),
			     cg_reply_str(reply, "name"), cg_reply_str(reply, "file"));
	else
		cg_print_out(_("%s is new again\n"), cg_reply_str(reply, "mac"));
	json_object_put(reply);
	return code;
}

int cg_cmd_release(const struct cg_cli *cli, int argc, char **argv)
{
	struct json_object *device = cg_discover_device(cli, argv[1]), *request, *reply;
	int code;

	(void)argc;
	if (!device)
		return CG_EXIT_USAGE;
	request = cg_ask_new("release");
	json_object_object_add(request, "device", device);
	code = cg_ask(cli, request, &reply);
	if (!reply)
		return code;
	cg_print_out(
		cg_reply_bool(reply, "was_held") ?
			_("%s is let go and is not held again; `camgate forget %s` takes that back\n") :
			_("%s is never held; `camgate forget %s` takes that back\n"),
		cg_reply_str(reply, "mac"), cg_reply_str(reply, "mac"));
	print_note(reply);
	json_object_put(reply);
	return code;
}
