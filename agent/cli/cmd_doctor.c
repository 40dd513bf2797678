/* SPDX-License-Identifier: GPL-2.0-only */
/* camgate doctor: what the agent found that keeps it from doing its job. */
#include <string.h>
#include "ask.h"
#include "commands.h"
#include "i18n.h"
#include "print.h"
#include "reply.h"
#include "sentence.h"

int cg_cmd_doctor(const struct cg_cli *cli, int argc, char **argv)
{
	static const struct {
		const char *level, *text;
		enum cg_style style;
	} levels[] = {
		{ "ok", N_("ok"), CG_STYLE_GOOD },
		{ "warn", N_("warning"), CG_STYLE_WARN },
		{ "fail", N_("WRONG"), CG_STYLE_BAD },
	};
	const struct cg_column columns[] = {
		{ .title = _("FINDING") },
		{ .title = _("ABOUT") },
		{ .title = _("WHAT"), .flex = true },
	};
	struct json_object *reply;
	struct cg_table *table;
	struct json_object *request = cg_ask_new("doctor");
	int code;

	(void)argc;
	(void)argv;
	if (cli->given & CG_OPTION_FIX)
		json_object_object_add(request, "fix", json_object_new_boolean(true));
	code = cg_ask(cli, request, &reply);
	if (!reply)
		return code;
	table = cg_print_table_new(columns, 3);
	for (size_t i = 0; i < cg_reply_count(reply, "findings"); i++) {
		struct json_object *f = cg_reply_at(reply, "findings", i);
		const char *level = cg_reply_str(f, "level"), *fix = cg_reply_str(f, "fix");
		enum cg_style style = CG_STYLE_NONE;

		for (size_t l = 0; l < sizeof(levels) / sizeof(levels[0]); l++)
			if (!strcmp(level, levels[l].level)) {
				style = levels[l].style;
				level = _(levels[l].text);
				break;
			}
		cg_print_cell(table, style, "%s", level);
		cg_print_cell(table, CG_STYLE_NONE, "%s",
			      cg_sentence_label(cg_reply_str(f, "what")));
		if (*fix)
			cg_print_cell(table, CG_STYLE_NONE, _("%s. To do: %s"),
				      cg_reply_str(f, "text"), fix);
		else
			cg_print_cell(table, CG_STYLE_NONE, "%s", cg_reply_str(f, "text"));
	}
	cg_print_table_end(&table);
	json_object_put(reply);
	return code;
}
