/* SPDX-License-Identifier: GPL-2.0-only */
/* camgate who, why, counters: what a camera does, and what becomes of it. */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <camgate/bpf_abi.h>
#include <camgate/ctl.h>
#include "../lib/rule.h"
#include "ask.h"
#include "commands.h"
#include "direct.h"
#include "i18n.h"
#include "print.h"
#include "reply.h"
#include "say.h"
#include "sentence.h"

#define END_LEN 300

/* "203.0.113.9:443/tcp", "[2001:db8::1]:443/tcp", "203.0.113.9/icmp". */
static const char *end_text(struct json_object *o, char buf[static END_LEN])
{
	const char *addr = cg_reply_str(o, "peer");
	bool port = cg_reply_int(o, "peer_port");
	bool named = cg_reply_count(o, "names");
	bool v6 = port && strchr(addr, ':');
	char tail[CG_REPLY_PORT_LEN];

	cg_reply_port(o, "peer_port", tail);
	/* A name says more; --json has the address, too. */
	if (named)
		addr = cg_reply_str(cg_reply_at(o, "names", 0), "name");
	v6 &= !named;
	snprintf(buf, END_LEN, "%s%s%s%s%s", v6 ? "[" : "", addr, v6 ? "]" : "",
		 port  ? ":" :
		 *tail ? "/" :
			 "",
		 tail);
	return buf;
}

static struct json_object *ask_about(const char *cmd, const char *cam)
{
	struct json_object *request = cg_ask_new(cmd);

	if (cam)
		json_object_object_add(request, "cam", json_object_new_string(cam));
	return request;
}

static enum cg_style verdict_style(const char *verdict)
{
	return !strcmp(verdict, "drop") ? CG_STYLE_BAD : CG_STYLE_NONE;
}

int cg_cmd_who(const struct cg_cli *cli, int argc, char **argv)
{
	const struct cg_column columns[] = {
		{ .title = _("OTHER SIDE") },
		{ .title = _("WHERE") },
		{ .title = _("BEGUN BY") },
		{ .title = _("VERDICT") },
		{ .title = _("SENT"), .right = true },
		{ .title = _("GOT"), .right = true },
		{ .title = _("AGE"), .right = true },
		{ .title = _("IDLE"), .right = true },
		{ .title = _("BECAUSE"), .flex = true },
	};
	struct json_object *reply;
	struct cg_table *table;
	char end[END_LEN], text[CG_PRINT_LEN];
	int code = cg_ask(cli, ask_about("who", argv[1]), &reply);

	(void)argc;
	if (!reply)
		return code;
	table = cg_print_table_new(columns, 9);
	for (size_t i = 0; i < cg_reply_count(reply, "peers"); i++) {
		struct json_object *flow = cg_reply_at(reply, "peers", i);
		const char *verdict = cg_reply_str(flow, "verdict");
		const char *rule = cg_reply_str(flow, "rule_text");
		const char *viewer = cg_reply_str(flow, "viewer");

		cg_print_cell(table, CG_STYLE_NONE, "%s%s%s%s", end_text(flow, end),
			      *viewer ? " (" : "", viewer, *viewer ? ")" : "");
		cg_print_cell(table, CG_STYLE_NONE, "%s",
			      cg_sentence_word(cg_reply_str(flow, "scope")));
		cg_print_cell(table, CG_STYLE_NONE, "%s",
			      cg_sentence_word(cg_reply_str(flow, "began")));
		cg_print_cell(table, verdict_style(verdict), "%s", cg_sentence_word(verdict));
		cg_print_cell(table, CG_STYLE_NONE, "%s",
			      cg_print_size((uint64_t)cg_reply_int(flow, "up_bytes"), text));
		cg_print_cell(table, CG_STYLE_NONE, "%s",
			      cg_print_size((uint64_t)cg_reply_int(flow, "down_bytes"), text));
		cg_print_cell(table, CG_STYLE_NONE, "%s",
			      cg_print_span((uint64_t)cg_reply_int(flow, "age_s"), text));
		cg_print_cell(table, CG_STYLE_NONE, "%s",
			      cg_print_span((uint64_t)cg_reply_int(flow, "idle_s"), text));
		cg_print_cell(table, CG_STYLE_NONE, "%s%s%s", cg_sentence_reason(flow),
			      *rule ? ": " : "", rule);
	}
	if (!cg_reply_count(reply, "peers"))
		cg_print_out(_("%s talks to nobody\n"), argv[1]);
	cg_print_table_end(&table);
	json_object_put(reply);
	return code;
}

/* The agent's sentence names the port and protocol it took where none was typed,
 * the verdict, and the rule with its file and line. */
static void print_answer(struct json_object *answer)
{
	cg_print_styled(verdict_style(cg_reply_str(answer, "verdict")),
			cg_reply_str(answer, "text"));
	cg_print_out(_("\n  reason: %s (%lld)\n"), cg_reply_str(answer, "reason"),
		     (long long)cg_reply_int(answer, "reason_nr"));
	if (cg_reply_has(answer, "budget"))
		cg_print_out(_("  budget: %s\n"), cg_reply_str(answer, "budget"));
}

static void print_names(struct json_object *reply)
{
	char asked[CG_PRINT_LEN], left[CG_PRINT_LEN];

	for (size_t i = 0; i < cg_reply_count(reply, "names"); i++) {
		struct json_object *n = cg_reply_at(reply, "names", i);

		cg_print_out(_("  name: %s, asked for %s ago, holds another %s\n"),
			     cg_reply_str(n, "name"),
			     cg_print_span((uint64_t)cg_reply_int(n, "asked_s"), asked),
			     cg_print_span((uint64_t)cg_reply_int(n, "left_s"), left));
	}
}

int cg_cmd_why(const struct cg_cli *cli, int argc, char **argv)
{
	struct json_object *request, *reply;
	_cleanup_(cg_rule_clear) struct cg_rule_text end = { 0 };
	struct cg_diag diag = { "" };
	char addr[CG_ADDR_STRLEN];
	int code;

	(void)argc;
	if (cg_rule_parse(argv[2], NULL, &diag, &end))
		return cg_say_error(cli, CG_EXIT_USAGE, NULL, "%s", diag.text);
	if (end.dst.len != 128 || cg_budget_is_set(&end.budget) ||
	    (end.port_lo != end.port_hi && end.port_hi != UINT16_MAX) ||
	    (end.port_hi == UINT16_MAX && end.port_lo && end.port_lo != UINT16_MAX))
		return cg_say_error(cli, CG_EXIT_USAGE, NULL,
				    _("'%s': one address and at most one port, such as "
				      "203.0.113.9:443/tcp"),
				    argv[2]);
	request = ask_about("why", argv[1]);
	json_object_object_add(request, "address",
			       json_object_new_string(cg_addr_format(&end.dst.addr, addr)));
	if (end.port_lo)
		json_object_object_add(request, "port", json_object_new_int(end.port_lo));
	if (end.proto != CG_PROTO_ANY && end.proto != CG_PROTO_TCPUDP)
		json_object_object_add(request, "proto",
				       json_object_new_string(strrchr(argv[2], '/') + 1));
	code = cg_ask(cli, request, &reply);
	if (!reply)
		return code;
	print_answer(reply);
	print_names(reply);
	if (cg_reply_has(reply, "inbound"))
		print_answer(cg_reply_obj(reply, "inbound"));
	json_object_put(reply);
	return code;
}

int cg_cmd_counters(const struct cg_cli *cli, int argc, char **argv)
{
	const struct cg_column columns[] = {
		{ .title = _("CAMERA") },
		{ .title = _("DIRECTION") },
		{ .title = _("VERDICT") },
		{ .title = _("PACKETS"), .right = true },
		{ .title = _("BYTES"), .right = true },
		{ .title = _("BECAUSE"), .flex = true },
	};
	struct json_object *reply;
	struct cg_table *table;
	char name[CG_REPLY_CAM_LEN];
	const char *one = argc > 1 ? argv[1] : NULL;
	int code = cg_ask_try(cli, ask_about("counters", one), &reply);
	size_t rows = 0;

	switch (-code) {
	case 0:
		code = cg_ask_finish(cli, reply, &reply);
		break;
	case ENOENT:
	case ENOTDIR:
	case ECONNREFUSED:
	case ECONNRESET:
	case ETIMEDOUT:
		code = cg_direct_counters(cli, one, code, &reply);
		break;
	default:
		return cg_ask_unreachable(cli, code);
	}
	if (!reply)
		return code;
	table = cg_print_table_new(columns, 6);
	for (size_t i = 0; i < cg_reply_count(reply, "cams"); i++) {
		struct json_object *cam = cg_reply_at(reply, "cams", i);

		for (size_t j = 0; j < cg_reply_count(cam, "counts"); j++, rows++) {
			struct json_object *c = cg_reply_at(cam, "counts", j);
			const char *verdict = cg_reply_str(c, "verdict");

			cg_print_cell(table, CG_STYLE_NONE, "%s", cg_reply_cam(cam, name));
			cg_print_cell(table, CG_STYLE_NONE, "%s",
				      cg_sentence_word(cg_reply_str(c, "direction")));
			cg_print_cell(table, verdict_style(verdict), "%s%s",
				      cg_sentence_word(verdict),
				      cg_reply_bool(c, "monitored") ? _(" (monitored)") : "");
			cg_print_cell(table, CG_STYLE_NONE, "%lld",
				      (long long)cg_reply_int(c, "packets"));
			cg_print_cell(table, CG_STYLE_NONE, "%lld",
				      (long long)cg_reply_int(c, "bytes"));
			cg_print_cell(table, CG_STYLE_NONE, "%s", cg_sentence_reason(c));
		}
	}
	if (!rows)
		cg_print_out(_("nothing was counted yet\n"));
	cg_print_table_end(&table);
	if (rows)
		cg_print_out(
			!strcmp(cg_reply_str(reply, "source"), "module") ?
				_("counted by the packet path, read from the kernel module\n") :
				_("counted by the packet path, read from its map\n"));
	for (size_t i = 0; i < cg_reply_count(reply, "cams"); i++)
		if (cg_reply_bool(cg_reply_at(reply, "cams", i), "differs"))
			cg_print_err(
				_("camgate: %s: the module and the packet path do not agree\n"),
				cg_reply_cam(cg_reply_at(reply, "cams", i), name));
	json_object_put(reply);
	return code;
}
