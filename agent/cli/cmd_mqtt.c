/* SPDX-License-Identifier: GPL-2.0-only */
/* camgate mqtt: which broker is told, how that fares, and an end to it. */
#include <string.h>
#include <camgate/ctl.h>
#include "ask.h"
#include "commands.h"
#include "i18n.h"
#include "mqtt_print.h"
#include "print.h"
#include "reply.h"
#include "say.h"

void cg_mqtt_print(struct json_object *mqtt, time_t now)
{
	char clock[CG_PRINT_LEN];

	if (!mqtt)
		return;
	cg_print_styled(CG_STYLE_BOLD, _("Reports to"));
	cg_print_out(" %s:%lld (%s): ", cg_reply_str(mqtt, "broker"),
		     (long long)cg_reply_int(mqtt, "port"),
		     cg_reply_bool(mqtt, "tls") ? _("MQTT, encrypted") : _("MQTT, not encrypted"));
	if (!cg_reply_bool(mqtt, "running")) {
		cg_print_out(_("camgate-mqtt is not running"));
	} else if (cg_reply_bool(mqtt, "connected")) {
		cg_print_out(_("connected since %s"),
			     cg_print_clock((time_t)cg_reply_int(mqtt, "since_s"), now, clock));
	} else {
		cg_print_out("%s", _("not connected"));
		if (cg_reply_has(mqtt, "since_s"))
			cg_print_out(_(" since %s"),
				     cg_print_clock((time_t)cg_reply_int(mqtt, "since_s"), now,
						    clock));
		if (cg_reply_has(mqtt, "error"))
			cg_print_out(": %s", cg_reply_str(mqtt, "error"));
	}
	if (cg_reply_has(mqtt, "gateway"))
		cg_print_out(_("; sessions go to a fleet, as %s"), cg_reply_str(mqtt, "gateway"));
	cg_print_out(_(". `camgate mqtt off` ends it.\n"));
}

static void print_fleet(struct json_object *fleet)
{
	const char *how = cg_reply_str(fleet, "addresses");

	if (!fleet)
		return;
	cg_print_out(_("Fleet: as %s; addresses of viewers are %s\n"),
		     cg_reply_str(fleet, "gateway"),
		     !strcmp(how, "hashed") ? _("told under a key") :
		     !strcmp(how, "plain")  ? _("told as they are") :
					      _("not told"));
}

static void print_settings(struct json_object *reply)
{
	size_t n = cg_reply_count(reply, "may_widen");

	print_fleet(cg_reply_obj(reply, "fleet"));
	if (!strcmp(cg_reply_str(reply, "topic"), "none"))
		return;
	cg_print_out(_("Topics: %s/%s/…"), cg_reply_str(reply, "topic"), cg_reply_str(reply, "id"));
	if (strcmp(cg_reply_str(reply, "discovery"), "none"))
		cg_print_out(_(", found by way of %s/…"), cg_reply_str(reply, "discovery"));
	cg_print_out("\n");
	for (size_t i = 0; i < n; i++)
		cg_print_out("%s%s%s", i ? ", " : _("From there can be opened: "),
			     cg_reply_str_at(reply, "may_widen", i), i + 1 < n ? "" : "\n");
	if (!n)
		cg_print_out(_("From there cameras can only be made stricter.\n"));
	cg_print_out("%s", cg_reply_bool(reply, "viewers") ?
				   _("Addresses of viewers who were stopped are told.\n") :
				   _("No address of a viewer is told.\n"));
}

/* The settings and how it fares are two in the reply, and one in status. */
static void print_now(struct json_object *reply)
{
	static const char *const keys[] = { "broker", "port", "tls" };
	struct json_object *link = cg_reply_obj(reply, "link");

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		json_object_object_add(link, keys[i],
				       json_object_get(cg_reply_obj(reply, keys[i])));
	cg_mqtt_print(link, time(NULL));
	print_settings(reply);
}

int cg_cmd_mqtt(const struct cg_cli *cli, int argc, char **argv)
{
	struct json_object *reply, *request = cg_ask_new("mqtt");
	int code;

	if (argc > 1) {
		if (strcmp(argv[1], "on") && strcmp(argv[1], "off")) {
			json_object_put(request);
			return cg_say_error(cli, CG_EXIT_USAGE, NULL,
					    _("'%s' is neither on nor off"), argv[1]);
		}
		json_object_object_add(request, "set", json_object_new_string(argv[1]));
	}
	code = cg_ask(cli, request, &reply);
	if (!reply)
		return code;
	if (!cg_reply_bool(reply, "configured"))
		cg_print_out(_("Nobody is told: the configuration has no block `mqtt`.\n"));
	else if (!cg_reply_bool(reply, "enabled"))
		cg_print_out(_("Nobody is told: MQTT is off. `camgate mqtt on` begins it.\n"));
	else
		print_now(reply);
	json_object_put(reply);
	return code;
}
