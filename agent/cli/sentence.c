/* SPDX-License-Identifier: GPL-2.0-only */
/* The sentences of the design: what a camera may do now, in words. */
#include <stdio.h>
#include <string.h>
#include "../lib/reason.h"
#include "i18n.h"
#include "reply.h"
#include "sentence.h"

static bool never_seen(struct json_object *cam)
{
	return !strcmp(cg_reply_str(cam, "seen"), "never");
}

static void open_sentence(struct json_object *cam, const char *to, time_t now,
			  char buf[static CG_SENTENCE_LEN])
{
	char clock[CG_PRINT_LEN], who[256];

	if (*cg_reply_str(cam, "to"))
		to = cg_reply_str(cam, "to");
	if (to && *to && strcmp(to, "all"))
		snprintf(who, sizeof(who), _("can be watched from outside by %s only"), to);
	else
		snprintf(who, sizeof(who), "%s", _("can be watched from outside"));
	if (cg_reply_has(cam, "until_s"))
		snprintf(buf, CG_SENTENCE_LEN, _("open until %s: %s"),
			 cg_print_clock((time_t)cg_reply_int(cam, "until_s"), now, clock), who);
	else if (!strcmp(cg_reply_str(cam, "why"), "schedule"))
		snprintf(buf, CG_SENTENCE_LEN, _("open by schedule: %s"), who);
	else
		snprintf(buf, CG_SENTENCE_LEN, _("always open: %s"), who);
}

/* Who says so, where it is not the config, nor an opening, which is said otherwise. */
static const char *by_whom(struct json_object *cam)
{
	const char *why = cg_reply_str(cam, "why");

	if (!strcmp(why, "manual"))
		return _(" (by hand)");
	if (!strcmp(why, "quota"))
		return _(" (its quota is used up)");
	if (strcmp(why, "schedule"))
		return "";
	return cg_reply_has(cam, "until_s") || strcmp(cg_reply_str(cam, "exposure"), "open") ?
		       _(" (by schedule)") :
		       "";
}

const char *cg_sentence_exposure(struct json_object *cam, const char *to, time_t now,
				 char buf[static CG_SENTENCE_LEN])
{
	const char *exposure = cg_reply_str(cam, "exposure");
	bool monitor = !strcmp(cg_reply_str(cam, "mode"), "monitor") && strcmp(exposure, "open");
	char state[CG_SENTENCE_LEN] = "";

	if (!strcmp(exposure, "open"))
		open_sentence(cam, to, now, state);
	else if (!strcmp(exposure, "closed"))
		snprintf(state, sizeof(state), "%s",
			 _("closed: talks to its maker, nobody can watch"));
	else if (!strcmp(exposure, "sealed"))
		snprintf(state, sizeof(state), "%s", _("sealed: nothing leaves"));
	else
		snprintf(state, sizeof(state), "%.64s", exposure);

	snprintf(buf, CG_SENTENCE_LEN, "%s%.280s%s%s",
		 monitor ? _("monitored only, nothing is stopped; would be ") : "", state,
		 by_whom(cam), never_seen(cam) ? _("; never seen: check the MAC") : "");
	return buf;
}

enum cg_style cg_sentence_style(struct json_object *cam)
{
	const char *exposure = cg_reply_str(cam, "exposure");

	if (never_seen(cam))
		return CG_STYLE_BAD;
	if (!strcmp(exposure, "open") || !strcmp(cg_reply_str(cam, "mode"), "monitor"))
		return CG_STYLE_WARN;
	return !strcmp(exposure, "closed") || !strcmp(exposure, "sealed") ? CG_STYLE_GOOD :
									    CG_STYLE_NONE;
}

const char *cg_sentence_reason(struct json_object *o)
{
	int64_t nr = cg_reply_int(o, "reason_nr");

	/* a number of a later agent has only its own word */
	if (nr <= 0 || nr >= __CG_REASON_MAX)
		return cg_reply_str(o, "reason");
	return _(cg_reason_text((unsigned int)nr));
}

/* i18n: words of the protocol that are shown as they are in English */
static const char *const labels[] = {
	/* what a camera is */
	N_("open"),
	N_("closed"),
	N_("sealed"),
	/* how grave */
	N_("high"),
	N_("medium"),
	N_("low"),
	N_("note"),
	/* how far a profile protects */
	N_("full"),
	N_("partial"),
	N_("none"),
	/* what a doctor's finding is about */
	N_("kernel"),
	N_("config"),
	N_("mark"),
	N_("port"),
	N_("filters"),
	N_("offload"),
	N_("module"),
	N_("counters"),
	N_("state"),
	N_("boot guard"),
	N_("guard"),
	N_("resets"),
	N_("camera"),
	N_("off"),
	N_("events"),
	N_("links"),
	N_("fix"),
	/* what a line of a report is */
	N_("left"),
	N_("stopped"),
	N_("session"),
	N_("opened"),
	N_("erased"),
	N_("hole"),
	N_("allowed"),
	N_("refused"),
	N_("remote"),
	N_("lan"),
	N_("gateway"),
	N_("(others)"),
	/* why lines of the record are gone: too old, too much, by hand, lost */
	N_("days"),
	N_("size"),
	N_("erase"),
	N_("cut"),
	N_("head"),
	N_("lost"),
	/* who opened; which way */
	N_("schedule"),
	N_("manual"),
	N_("up"),
	N_("down"),
};

const char *cg_sentence_language(void)
{
	/* i18n: the code of this language as HTML has it: de, zh-Hans */
	return _("en");
}

const char *cg_sentence_label(const char *word)
{
	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++)
		if (!strcmp(word, labels[i]))
			return _(labels[i]);
	return word;
}

const char *cg_sentence_word(const char *word)
{
	static const struct {
		const char *word, *text;
	} words[] = {
		{ "drop", N_("stopped") },     { "pass", N_("passes") },
		{ "up", N_("from it") },       { "down", N_("to it") },
		{ "remote", N_("internet") },  { "lan", N_("LAN") },
		{ "home", N_("home tunnel") }, { "gateway", N_("gateway") },
		{ "group", N_("group") },      { "camera", N_("camera") },
		{ "peer", N_("other side") },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strcmp(word, words[i].word))
			return _(words[i].text);
	return word;
}
