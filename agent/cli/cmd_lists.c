/* SPDX-License-Identifier: GPL-2.0-only */
/* camgate update-lists, and the lists of status: what is in force, of which day, how old. */
#include <camgate/ctl.h>
#include "ask.h"
#include "commands.h"
#include "i18n.h"
#include "lists_print.h"
#include "print.h"
#include "reply.h"

static const char *day(int64_t s, char buf[static 16])
{
	time_t t = (time_t)s;
	struct tm tm;

	if (!gmtime_r(&t, &tm) || !strftime(buf, 16, "%Y-%m-%d", &tm))
		buf[0] = '\0';
	return buf;
}

/* Half a day is not worth a word. */
static void print_age(int64_t age_s)
{
	long long days = age_s / 86400;

	cg_print_out(n_(" (%lld day old)", " (%lld days old)", (unsigned long)days), days);
}

void cg_lists_print(struct json_object *reply)
{
	char date[16];

	for (size_t i = 0; i < cg_reply_count(reply, "databases"); i++) {
		struct json_object *o = cg_reply_at(reply, "databases", i);
		long long n = cg_reply_int(o, "prefixes");

		cg_print_out(_("- %s of %s: %s"),
			     cg_reply_str(o, "what")[0] == 'c' ? _("countries") : _("networks"),
			     day(cg_reply_int(o, "built_s"), date), cg_reply_str(o, "name"));
		print_age(cg_reply_int(o, "age_s"));
		/* One that no rule needs. */
		if (!cg_reply_has(o, "prefixes")) {
			cg_print_out(_(", for the record and reports\n"));
			continue;
		}
		cg_print_out(n_(", %lld prefix in force\n", ", %lld prefixes in force\n",
				(unsigned long)n),
			     n);
	}
	for (size_t i = 0; i < cg_reply_count(reply, "lists"); i++) {
		struct json_object *o = cg_reply_at(reply, "lists", i);
		long long n = cg_reply_int(o, "entries");

		cg_print_out(_("- list %s of %s"), cg_reply_str(o, "name"),
			     day(cg_reply_int(o, "written_s"), date));
		print_age(cg_reply_int(o, "age_s"));
		cg_print_out(n_(", %lld entry\n", ", %lld entries\n", (unsigned long)n), n);
	}
}

int cg_cmd_update_lists(const struct cg_cli *cli, int argc, char **argv)
{
	struct json_object *reply;
	int code = cg_ask(cli, cg_ask_new("update-lists"), &reply);

	(void)argc;
	(void)argv;
	if (!reply)
		return code;
	if (!cg_reply_count(reply, "databases") && !cg_reply_count(reply, "lists"))
		cg_print_out(_("No rule names a country, a network or a list.\n"));
	cg_lists_print(reply);
	json_object_put(reply);
	return code;
}
