/* SPDX-License-Identifier: GPL-2.0-only */
/* setup's last questions: what is in the LAN, and which of it are cameras. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <camgate/ctl.h>
#include "../lib/addr.h"
#include "ask.h"
#include "discover.h"
#include "i18n.h"
#include "print.h"
#include "reply.h"
#include "say.h"
#include "setup_ask.h"
#include "setup_run.h"

#define LISTEN_S 10 /* what is in the LAN says something by itself in less, mostly */
#define SEEN_S	 5

static int discover_ask(const struct cg_setup_run *run, struct json_object **ret_reply)
{
	struct json_object *reply;
	int r = cg_ask_try(run->cli, cg_ask_new("discover"), &reply), code;

	if (r)
		return cg_ask_unreachable(run->cli, r);
	if (cg_reply_bool(reply, "ok")) {
		*ret_reply = reply;
		return 0;
	}
	code = cg_say_refusal(run->cli, reply);
	json_object_put(reply);
	return code;
}

static int list_show(const struct cg_setup_run *run)
{
	struct json_object *reply;
	int code = discover_ask(run, &reply);

	if (code)
		return code;
	if (run->cli->json)
		json_object_object_add(run->json, "devices",
				       json_object_get(cg_reply_obj(reply, "devices")));
	else
		cg_discover_print(reply);
	json_object_put(reply);
	return 0;
}

/* The LAN is asked, or listened to where nobody did before; 0, -ECANCELED or the exit code. */
static int devices_wait(struct cg_setup_run *run)
{
	bool probe = run->cli->given & CG_OPTION_PROBE;
	struct cg_cli quiet = *run->cli;
	int r;

	if (run->ask && !probe) {
		r = cg_setup_ask_yes(
			_("Ask the LAN now what is there, as camera makers' tools do?"), true,
			&probe);
		if (r)
			return r;
	}
	quiet.json = false;
	if (probe) {
		/* refused, it says why: the list is there all the same */
		(void)cg_discover_probe(&quiet);
		return 0;
	}
	if (!run->file.written && !run->started)
		return 0;
	if (!run->cli->json)
		cg_print_out(_("Listening for %d seconds.\n"), LISTEN_S);
	return cg_setup_ask_wait(LISTEN_S);
}

/* Is it the camera of that name already? ret_other: another device is. */
static bool is_adopted(const struct cg_setup_run *run, struct json_object *device, const char *name)
{
	_cleanup_(cg_config_free) struct cg_config *config = NULL;
	struct json_object *reply;
	struct cg_diag diag = { "" };
	struct cg_mac want, mac;
	bool by_mac = json_object_is_type(device, json_type_string), there = false, found = false;

	if (cg_config_read(run->path, &diag, &config))
		return false;
	for (size_t i = 0; i < config->ncams; i++) {
		const struct cg_config_cam *cam = &config->cams[i];

		if (strcmp(cam->name.s, name))
			continue;
		found = true;
		for (size_t k = 0; by_mac && k < cam->mac.n; k++)
			there = there || (!cg_mac_parse(cam->mac.v[k].s, &mac) &&
					  !cg_mac_parse(json_object_get_string(device), &want) &&
					  !memcmp(&mac, &want, sizeof(mac)));
	}
	if (by_mac || !found)
		return there;
	/* a number that is still in the list is another device */
	if (discover_ask(run, &reply))
		return false;
	for (size_t i = 0; i < cg_reply_count(reply, "devices"); i++)
		if (cg_reply_int(cg_reply_at(reply, "devices", i), "nr") == cg_reply_number(device))
			found = false;
	json_object_put(reply);
	return found;
}

/* What it changes was told before, where somebody was asked. */
static void adopted_tell(const struct cg_setup_run *run, struct json_object *reply)
{
	if (run->ask)
		json_object_object_del(reply, "effects");
	cg_discover_adopted(reply, false);
}

/* One device; 0, -ECANCELED or the exit code. Takes device. */
static int adopt(struct cg_setup_run *run, struct json_object *device, const char *name)
{
	const struct cg_cli *cli = run->cli;
	struct json_object *request, *reply;
	bool show = cli->given & CG_OPTION_SHOW, yes = true;
	char text[CG_SETUP_LINE];
	int r, code;

	if (is_adopted(run, device, name)) {
		json_object_put(device);
		if (!cli->json)
			cg_print_out(_("%s is a camera already.\n"), name);
		return 0;
	}
	/* what it changes is told before it is done */
	for (int step = run->ask || show ? 0 : 1; step < 2; step++) {
		request = cg_discover_adopt_new(json_object_get(device), name, run->try_s);
		if (!step)
			json_object_object_add(request, "show", json_object_new_boolean(true));
		r = cg_ask_try(cli, request, &reply);
		if (r || !cg_reply_bool(reply, "ok")) {
			code = r ? cg_ask_unreachable(cli, r) : cg_say_refusal(cli, reply);
			if (!r)
				json_object_put(reply);
			json_object_put(device);
			return code;
		}
		if (step && run->nadopted < CG_MAX_TRIALS)
			(void)snprintf(run->adopted[run->nadopted++], CG_ID_LEN, "%s",
				       cg_reply_str(reply, "id"));
		if (step && cli->json)
			json_object_array_add(cg_reply_obj(run->json, "adopted"),
					      json_object_get(reply));
		else if (step)
			adopted_tell(run, reply);
		for (size_t i = 0; !step && i < cg_reply_count(reply, "effects"); i++)
			cg_print_out("- %s\n", cg_reply_str_at(reply, "effects", i));
		json_object_put(reply);
		if (!step && show)
			break;
		if (!step) {
			(void)snprintf(text, sizeof(text), _("Adopt it, on trial for %s?"),
				       run->try_text);
			r = cg_setup_ask_yes(text, true, &yes);
			if (r || !yes) {
				json_object_put(device);
				return r;
			}
		}
	}
	json_object_put(device);
	return 0;
}

/* "NR|MAC=NAME", as an option has it. */
static int adopt_option(struct cg_setup_run *run, const char *text)
{
	_cleanup_free_ char *word = strdup(text);
	char *name = word ? strchr(word, '=') : NULL;
	struct json_object *device;

	if (!name || !name[1])
		return cg_say_error(run->cli, CG_EXIT_USAGE, NULL,
				    _("--adopt '%s': expected NR=NAME or MAC=NAME"), text);
	*name++ = '\0';
	device = cg_discover_device(run->cli, word);
	return device ? adopt(run, device, name) : CG_EXIT_USAGE;
}

static int adopt_asked(struct cg_setup_run *run)
{
	char line[CG_SETUP_LINE];

	for (;;) {
		struct json_object *device;
		size_t cut;
		int r = cg_setup_ask(
			_("A camera to adopt: its number and a name for it (Enter: no more)"), "",
			line, sizeof(line));

		if (r || !*line)
			return r;
		cut = strcspn(line, " \t=");
		if (!line[cut]) {
			cg_print_out(_("Expected a number and a name, such as: 3 attic\n"));
			continue;
		}
		line[cut] = '\0';
		device = cg_discover_device(run->cli, line);
		if (!device)
			continue;
		r = adopt(run, device, line + cut + 1 + strspn(line + cut + 1, " \t="));
		if (r < 0)
			return r;
		if (run->nadopted == CG_MAX_TRIALS)
			return 0;
	}
}

/* Else the status that follows says that they were never seen. */
static int seen_wait(const struct cg_setup_run *run)
{
	for (int s = 0; run->nadopted && s < SEEN_S; s++) {
		struct json_object *reply;
		bool all = true;
		int r;

		if (cg_ask_try(run->cli, cg_ask_new("status"), &reply))
			return 0;
		for (size_t i = 0; i < cg_reply_count(reply, "cams"); i++) {
			struct json_object *cam = cg_reply_at(reply, "cams", i);

			all = all && !*cg_reply_str(cam, "seen");
		}
		json_object_put(reply);
		if (all)
			return 0;
		r = cg_setup_ask_wait(1);
		if (r)
			return r;
	}
	return 0;
}

int cg_setup_devices(struct cg_setup_run *run)
{
	int r = devices_wait(run);

	if (!r)
		r = list_show(run);
	for (size_t i = 0; !r && i < run->cli->adopt.n; i++) {
		if (cg_setup_ask_ended())
			return -ECANCELED;
		r = adopt_option(run, run->cli->adopt.v[i]);
	}
	if (!r && run->ask)
		r = adopt_asked(run);
	return r ? r : seen_wait(run);
}
