/* SPDX-License-Identifier: GPL-2.0-only */
/* camgate mappings: which ports of the gateway lead to cameras, who opened them, and their end. */
#include <string.h>
#include "ask.h"
#include "commands.h"
#include "i18n.h"
#include "print.h"
#include "reply.h"

#define PORTS_LEN 48

/* "18554/tcp", "any/udp" */
static const char *port_text(struct json_object *m, const char *key, char buf[static PORTS_LEN])
{
	const char *port = cg_reply_str(m, key);

	snprintf(buf, PORTS_LEN, "%s/%s", *port ? port : _("any"), cg_reply_str(m, "proto"));
	return buf;
}

static const char *kind_text(const char *kind)
{
	if (!strcmp(kind, "forward"))
		return _("leads");
	if (!strcmp(kind, "pass"))
		return _("is let through");
	if (!strcmp(kind, "lease"))
		return _("comes back");
	return kind;
}

static void print_rows(struct json_object *reply, const char *key)
{
	const struct cg_column columns[] = {
		{ .title = _("CAMERA") },  { .title = _("PORT OUTSIDE") },
		{ .title = _("HOW") },	   { .title = _("TO") },
		{ .title = _("TO PORT") }, { .title = _("MADE"), .flex = true },
	};
	struct cg_table *table = cg_print_table_new(columns, 6);
	char port[PORTS_LEN];

	for (size_t i = 0; i < cg_reply_count(reply, key); i++) {
		struct json_object *m = cg_reply_at(reply, key, i);
		const char *kind = cg_reply_str(m, "kind"), *note = cg_reply_str(m, "note");

		cg_print_cell(table, CG_STYLE_NONE, "%s", cg_reply_str(m, "name"));
		cg_print_cell(table, CG_STYLE_NONE, "%s",
			      strcmp(kind, "pass") ? port_text(m, "port", port) : "");
		cg_print_cell(table, CG_STYLE_NONE, "%s", kind_text(kind));
		cg_print_cell(table, CG_STYLE_NONE, "%s", cg_reply_str(m, "to"));
		cg_print_cell(table, CG_STYLE_NONE, "%s", port_text(m, "to_port", port));
		cg_print_cell(table, CG_STYLE_NONE, "%s%s%s%s", cg_reply_str(m, "where"),
			      *note ? " (" : "", note, *note ? ")" : "");
	}
	cg_print_table_end(&table);
}

static const char *todo(struct json_object *reply, size_t i)
{
	return cg_reply_str(cg_reply_at(reply, "mappings", i), "todo");
}

/* What is to be done about them, each once. */
static void print_todo(struct json_object *reply)
{
	size_t said = 0;

	for (size_t i = 0; i < cg_reply_count(reply, "mappings"); i++) {
		bool again = !*todo(reply, i);

		for (size_t j = 0; j < i; j++)
			again |= !strcmp(todo(reply, i), todo(reply, j));
		if (again)
			continue;
		if (!said++)
			cg_print_out(_("\nTo close them:\n"));
		cg_print_out("  %s\n", todo(reply, i));
	}
}

int cg_cmd_mappings(const struct cg_cli *cli, int argc, char **argv)
{
	struct json_object *request = cg_ask_new("mappings"), *reply;
	int code;

	if (argc > 1)
		json_object_object_add(request, "cam", json_object_new_string(argv[1]));
	if (cli->given & CG_OPTION_CLOSE)
		json_object_object_add(request, "close", json_object_new_boolean(true));
	code = cg_ask(cli, request, &reply);
	if (!reply)
		return code;
	if (cg_reply_count(reply, "closed")) {
		cg_print_out(_("closed:\n"));
		print_rows(reply, "closed");
	}
	if (cg_reply_count(reply, "closed") && cg_reply_count(reply, "mappings"))
		cg_print_out(_("\nleft as they are:\n"));
	else if (!cg_reply_count(reply, "mappings"))
		cg_print_out("%s\n", cg_reply_count(reply, "closed") ?
					     _("nothing else leads to it from outside") :
					     _("no opening of a port leads to a camera"));
	print_rows(reply, "mappings");
	print_todo(reply);
	for (size_t i = 0; i < cg_reply_count(reply, "not_read"); i++)
		cg_print_out("%s%s\n", i ? "" : "\n",
			     cg_reply_str(cg_reply_at(reply, "not_read", i), "text"));
	if (cg_reply_has(reply, "left_out"))
		cg_print_out(_("%lld more are not listed\n"),
			     (long long)cg_reply_int(reply, "left_out"));
	if (cg_reply_has(reply, "incomplete"))
		cg_print_out(_("not everything was looked at: %s\n"),
			     cg_reply_str(reply, "incomplete"));
	json_object_put(reply);
	return code;
}
