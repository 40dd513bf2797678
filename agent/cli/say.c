/* SPDX-License-Identifier: GPL-2.0-only */
/* Success and failure said once, in words or as the reply object. */
#include <stdarg.h>
#include <stdio.h>
#include <camgate/ctl.h>
#include <camgate/limits.h>
#include "../lib/cleanup.h"
#include "../lib/near.h"
#include "i18n.h"
#include "print.h"
#include "reply.h"
#include "say.h"
#include "told.h"

struct json_object *cg_say_new(int code)
{
	struct json_object *reply = json_object_new_object();

	json_object_object_add(reply, "v", json_object_new_int(CG_CTL_VERSION));
	json_object_object_add(reply, "ok", json_object_new_boolean(code == CG_EXIT_OK));
	json_object_object_add(reply, "code", json_object_new_int(code));
	return reply;
}

void cg_say_json(struct json_object *reply)
{
	puts(json_object_to_json_string_ext(reply, JSON_C_TO_STRING_PLAIN |
							   JSON_C_TO_STRING_NOSLASHESCAPE));
}

int cg_say_code(struct json_object *reply)
{
	int64_t code = cg_reply_int(reply, "code");

	if (code < CG_EXIT_OK || code > CG_EXIT_PARTIAL)
		return CG_EXIT_FAILED;
	/* a refusal never ends well, whatever it says */
	return code == CG_EXIT_OK && !cg_reply_bool(reply, "ok") ? CG_EXIT_FAILED : (int)code;
}

int cg_say_refusal(const struct cg_cli *cli, struct json_object *reply)
{
	const char *near[CG_NEAR_MAX], *error = cg_reply_str(reply, "error");
	_cleanup_free_ char *told = NULL, *hint = NULL, *names = NULL;
	char list[CG_NEAR_MAX * (CG_NAME_LEN + 8)];
	size_t nnear = 0;

	if (cli->json) {
		cg_say_json(reply);
		return cg_say_code(reply);
	}
	/* What the library found wrong with a file or a rule. */
	told = cg_told(error);
	cg_print_err("camgate: %s\n", told ? told : *error ? error : _("refused, no reason given"));
	for (size_t i = 0; i < CG_NEAR_MAX && i < cg_reply_count(reply, "near"); i++)
		near[nnear++] = cg_reply_str_at(reply, "near", i);
	if (nnear) {
		names = cg_told(cg_near_format(near, nnear, list, sizeof(list)));
		cg_print_err(_("did you mean %s?\n"), names ? names : list);
	}
	if (cg_reply_has(reply, "hint")) {
		hint = cg_told(cg_reply_str(reply, "hint"));
		cg_print_err("%s\n", hint ? hint : cg_reply_str(reply, "hint"));
	}
	return cg_say_code(reply);
}

int cg_say_error(const struct cg_cli *cli, int code, const char *hint, const char *fmt, ...)
{
	struct json_object *reply = cg_say_new(code);
	_cleanup_free_ char *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		text = NULL;
	va_end(ap);
	json_object_object_add(reply, "error", json_object_new_string(text ? text : fmt));
	if (hint)
		json_object_object_add(reply, "hint", json_object_new_string(hint));
	cg_say_refusal(cli, reply);
	json_object_put(reply);
	return code;
}

void cg_say_warnings(struct json_object *list)
{
	if (!json_object_is_type(list, json_type_array))
		return;
	for (size_t i = 0; i < json_object_array_length(list); i++)
		cg_print_err(_("camgate: warning: %s\n"),
			     json_object_get_string(json_object_array_get_idx(list, i)));
}
