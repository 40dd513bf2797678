/* SPDX-License-Identifier: GPL-2.0-only */
/* camgate blocked: what of a camera was stopped lately, what it may be for, what to type to let it through. */
#include <string.h>
#include <camgate/ctl.h>
#include "../lib/blocked.h"
#include "../lib/duration.h"
#include "../lib/guess.h"
#include "ask.h"
#include "commands.h"
#include "i18n.h"
#include "print.h"
#include "reply.h"
#include "say.h"
#include "sentence.h"

#define GUESS_LEN 128

/* "push messages (Reolink)"; what is no more than a port or a word: "push messages?" */
static const char *guess_text(struct json_object *b, char buf[static GUESS_LEN])
{
	const char *word = cg_reply_str(b, "guess"), *maker = cg_reply_str(b, "maker");
	enum cg_fact_role role = CG_FACT_UNKNOWN;

	while (role < __CG_FACT_MAX && strcmp(cg_guess_name(role), word))
		role++;
	buf[0] = '\0';
	if (role == CG_FACT_UNKNOWN || !*word)
		return buf;
	snprintf(buf, GUESS_LEN, "%s%s%s%s%s", role < __CG_FACT_MAX ? _(cg_guess_text(role)) : word,
		 cg_reply_bool(b, "known") ? "" : "?", *maker ? " (" : "", maker,
		 *maker ? ")" : "");
	return buf;
}

static void print_rows(struct json_object *reply)
{
	const struct cg_column columns[] = {
		{ .title = _("OTHER SIDE") },
		{ .title = _("DIRECTION") },
		{ .title = _("TO PORT") },
		{ .title = _("PACKETS"), .right = true },
		{ .title = _("FIRST"), .right = true },
		{ .title = _("LAST"), .right = true },
		{ .title = _("MAYBE") },
		{ .title = _("BECAUSE"), .flex = true },
	};
	struct cg_table *table = cg_print_table_new(columns, 8);
	char port[CG_REPLY_PORT_LEN], text[CG_PRINT_LEN], guess[GUESS_LEN];
	time_t now = time(NULL);

	for (size_t i = 0; i < cg_reply_count(reply, "blocked"); i++) {
		struct json_object *b = cg_reply_at(reply, "blocked", i);
		const char *name = cg_reply_str(b, "name");

		/* the port is where it was to go: the peer's or the camera's */
		cg_print_cell(table, CG_STYLE_NONE, "%s", *name ? name : cg_reply_str(b, "peer"));
		cg_print_cell(table, CG_STYLE_NONE, "%s",
			      cg_sentence_word(cg_reply_str(b, "direction")));
		cg_print_cell(table, CG_STYLE_NONE, "%s", cg_reply_port(b, "port", port));
		cg_print_cell(table, CG_STYLE_NONE, "%lld", (long long)cg_reply_int(b, "packets"));
		cg_print_cell(table, CG_STYLE_NONE, "%s",
			      cg_print_clock((time_t)cg_reply_int(b, "first_s"), now, text));
		cg_print_cell(table, CG_STYLE_NONE, "%s",
			      cg_print_clock((time_t)cg_reply_int(b, "last_s"), now, text));
		cg_print_cell(table, CG_STYLE_NONE, "%s", guess_text(b, guess));
		cg_print_cell(table, CG_STYLE_NONE, "%s%s", cg_sentence_reason(b),
			      cg_reply_bool(b, "monitored") ? _(" (monitored: passed)") : "");
	}
	cg_print_table_end(&table);
}

static const char *mend(struct json_object *reply, size_t i)
{
	return cg_reply_str(cg_reply_at(reply, "blocked", i), "mend");
}

/* Command lines of one kind, each once, on lines of their own: they are there to be typed. */
static void print_mends(struct json_object *reply, const char *begins, const char *title)
{
	size_t said = 0;

	for (size_t i = 0; i < cg_reply_count(reply, "blocked"); i++) {
		const char *line = mend(reply, i);
		bool again = false;

		if (strncmp(line, begins, strlen(begins)))
			continue;
		for (size_t j = 0; j < i; j++)
			again |= !strcmp(line, mend(reply, j));
		if (again)
			continue;
		if (!said++)
			cg_print_out("\n%s\n", title);
		cg_print_out("  %s\n", line);
	}
}

int cg_cmd_blocked(const struct cg_cli *cli, int argc, char **argv)
{
	struct json_object *request = cg_ask_new("blocked"), *reply;
	uint64_t since_s;
	int code;

	(void)argc;
	json_object_object_add(request, "cam", json_object_new_string(argv[1]));
	if (cli->since) {
		if (cg_duration_parse(cli->since, CG_BLOCKED_KEEP_S, &since_s)) {
			json_object_put(request);
			return cg_say_error(cli, CG_EXIT_USAGE, NULL,
					    _("--since '%s': no time, such as 10m, at most 1h"),
					    cli->since);
		}
		json_object_object_add(request, "since_s", json_object_new_int64((int64_t)since_s));
	}
	code = cg_ask(cli, request, &reply);
	if (!reply)
		return code;
	if (!cg_reply_count(reply, "blocked"))
		cg_print_out(_("nothing of %s was stopped in this time\n"), argv[1]);
	print_rows(reply);
	print_mends(reply, "camgate allow ", _("What the camera should reach is let through by"));
	print_mends(reply, "camgate open ",
		    _("Viewing from outside is not allowed for good, but opened for a while by"));
	json_object_put(reply);
	return code;
}
