/* SPDX-License-Identifier: GPL-2.0-only */
/* Words of a later agent are shown as they are. */
#include <stdio.h>
#include <string.h>
#include "../lib/signature.h"
#include "i18n.h"
#include "reply.h"
#include "viewing.h"

const char *cg_viewing_end(struct json_object *o, char buf[static CG_VIEWING_LEN])
{
	const char *addr = cg_reply_str(o, "peer"), *asked = cg_reply_str(o, "asked");
	char tail[CG_REPLY_PORT_LEN];
	bool v6;

	cg_reply_port(o, "peer_port", tail);
	/* Of a network there is no one port. */
	if (!strcmp(addr, "::/0")) {
		snprintf(buf, CG_VIEWING_LEN, "%s", _("many others"));
		return buf;
	}
	if (strchr(addr, '/') && !*asked) {
		snprintf(buf, CG_VIEWING_LEN, "%.64s", addr);
		return buf;
	}
	v6 = !*asked && strchr(addr, ':') && cg_reply_int(o, "peer_port");
	snprintf(buf, CG_VIEWING_LEN, "%s%.256s%s%s%s", v6 ? "[" : "", *asked ? asked : addr,
		 v6 ? "]" : "",
		 cg_reply_int(o, "peer_port") ? ":" :
		 *tail			      ? "/" :
						"",
		 tail);
	return buf;
}

static const struct {
	const char *word, *text;
} states[] = {
	{ "watching", N_("watching") }, { "stopped", N_("stopped") }, { "ended", N_("ended") },
	{ "open", N_("let in") },	{ "control", N_("talk") },    { "upload", N_("upload") },
	{ "other", N_("other") },	{ "allowed", N_("let in") },  { "refused", N_("refused") },
};

static const char *word_text(const char *word)
{
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		if (!strcmp(states[i].word, word))
			return _(states[i].text);
	return word;
}

const char *cg_viewing_state(struct json_object *session, time_t now,
			     char buf[static CG_VIEWING_LEN])
{
	const char *state = cg_reply_str(session, "state");
	char clock[CG_PRINT_LEN];

	if (!*state)
		state = cg_reply_str(session, "what");
	if (!strcmp(state, "stopped") && cg_reply_has(session, "until_s"))
		snprintf(buf, CG_VIEWING_LEN, _("stopped until %s"),
			 cg_print_clock((time_t)cg_reply_int(session, "until_s"), now, clock));
	else
		snprintf(buf, CG_VIEWING_LEN, "%.64s", word_text(state));
	return buf;
}

enum cg_style cg_viewing_style(const char *state)
{
	if (!strcmp(state, "stopped"))
		return CG_STYLE_BAD;
	return !strcmp(state, "watching") || !strcmp(state, "allowed") ? CG_STYLE_WARN :
									 CG_STYLE_NONE;
}

const char *cg_viewing_how(struct json_object *o, char buf[static CG_VIEWING_LEN])
{
	const char *sign = cg_reply_str(o, "sign"), *signature = cg_reply_str(o, "signature");
	unsigned int known = cg_sign_find(sign), protocol = cg_signature_find(signature);

	buf[0] = '\0';
	if (!*sign)
		return buf;
	/* The protocol says it all. */
	if (known == CG_SIGN_SIGNATURE && *signature)
		snprintf(buf, CG_VIEWING_LEN, "%.128s",
			 protocol ? _(cg_signature_text(protocol)) : signature);
	else
		snprintf(buf, CG_VIEWING_LEN, "%.128s%s%.128s%s",
			 known ? _(cg_sign_text(known)) : sign, *signature ? " (" : "",
			 protocol ? _(cg_signature_text(protocol)) : signature,
			 *signature ? ")" : "");
	return buf;
}

const char *cg_viewing_rate(struct json_object *o, const char *key, char buf[static CG_PRINT_LEN])
{
	if (cg_reply_has(o, key))
		snprintf(buf, CG_PRINT_LEN, "%lld", (long long)cg_reply_int(o, key));
	else
		snprintf(buf, CG_PRINT_LEN, "-");
	return buf;
}
