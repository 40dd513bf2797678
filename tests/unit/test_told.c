/* SPDX-License-Identifier: GPL-2.0-only */
/* The command's knowledge of the agent's sentences: which one a text is, with which values, in which words. */
#include <json-c/json.h>
#include "cli/told.h"
#include "unit.h"

static const struct {
	const char *english, *other;
} catalogue[] = {
	{ "%s is held: %s%s%s; %llu bytes went out", "HELD %s (%s%s%s) %llu" },
	{ "line %d of file %s is wrong", "WRONG %2$s, %1$d" },
	{ "%s: found '%s', expected %s", "%s: FOUND %s, WANTED %s" },
	{ "calls itself %.*s, as cameras do", "NAMED %.*s" },
	{ "found byte 0x%02x, 100%% sure", "BYTE %02x 100%%" },
	{ "it is new and sends", "NEW" },
	{ "answers RTSP", "RTSP!" },
	{ "a plain name", "A NAME" },
	{ "%s %s %s %s %s end", "MANY" },
	{ "' or '", "' OR '" },
};
#define N (sizeof(catalogue) / sizeof(catalogue[0]))

/* What the build makes of the template. */
const char *const cg_told_rows[N + 1] = {
	"%s is held: %s%s%s; %llu bytes went out",
	"calls itself %.*s, as cameras do",
	"found byte 0x%02x, 100%% sure",
	"line %d of file %s is wrong",
	"%s: found '%s', expected %s",
	"it is new and sends",
	"answers RTSP",
	"a plain name",
	"%s %s %s %s %s end",
	"' or '",
	NULL,
};

static const char *head = "Language: xx\n";

/* In the place of the C library's. */
char *gettext(const char *msgid)
{
	for (size_t i = 0; i < N; i++)
		if (!strcmp(catalogue[i].english, msgid))
			return (char *)catalogue[i].other;
	return (char *)(*msgid ? msgid : head);
}

/* Which is what an optimising build calls. */
char *dcgettext(const char *domain, const char *msgid, int category)
{
	(void)domain;
	(void)category;
	return gettext(msgid);
}

static void told(const char *text, const char *wanted)
{
	char *got = cg_told(text);

	if (wanted)
		ck_assert_str_eq(got ? got : "(nothing)", wanted);
	else
		ck_assert_msg(!got, "%s", got);
	free(got);
}

START_TEST(values)
{
	told("answers RTSP", "RTSP!");
	/* a translation may have them in another order */
	told("line 12 of file /etc/a b.conf is wrong", "WRONG /etc/a b.conf, 12");
	told("line x of file /etc/a is wrong", NULL);
	told("found byte 0x7f, 100% sure", "BYTE 7f 100%");
	told("calls itself IPC, as cameras do", "NAMED IPC");
	/* a value may be empty, and values may touch */
	told("cam is held: ; 7 bytes went out", "HELD cam () 7");
}
END_TEST

START_TEST(within)
{
	/* a value that is a sentence; a colon in a value */
	told("aa:bb is held: it is new and sends: answers RTSP; 7 bytes went out",
	     "HELD aa:bb (NEW: RTSP!) 7");
	told("x.conf:3:9: mac: found 'a: b', expected a plain name",
	     "x.conf:3:9: mac: FOUND a: b, WANTED A NAME");
	told("answers RTSP, calls itself C, as cameras do; it is new and sends",
	     "RTSP!, NAMED C; NEW");
	told("key: found 'x', expected 'a', 'b' or 'c'", "key: FOUND x, WANTED 'a', 'b' OR 'c'");
}
END_TEST

START_TEST(others)
{
	told("front door", NULL);
	told("", NULL);
	told("answers RTSP today", NULL);
	/* a file that is shown */
	told("answers RTSP\nanswers RTSP\n", NULL);
	head = "";
	told("answers RTSP", NULL);
	head = "Language: xx\n";
}
END_TEST

START_TEST(hostile)
{
	static char text[20000];

	/* as many ways to cut it as there are: given up, and soon */
	for (size_t n = 10; n < sizeof(text); n *= 3) {
		memset(text, ' ', n);
		text[n] = '\0';
		free(cg_told(text));
		for (size_t i = 0; i < n; i += 2)
			text[i] = ':';
		free(cg_told(text));
	}
	free(cg_told("\xff\xfe: \x80"));
	free(cg_told("%s%n%5$s"));
}
END_TEST

START_TEST(reply)
{
	struct json_object *o = json_tokener_parse(
		"{\"name\":\"answers RTSP\",\"text\":\"answers RTSP\",\"n\":1,\"what\":\"x\","
		"\"attention\":[\"answers RTSP\",\"front door\"],"
		"\"cams\":[{\"id\":\"answers RTSP\",\"advice\":\"answers RTSP\"}],"
		"\"inbound\":{\"text\":\"answers RTSP\"}}");

	cg_told_reply(o);
	/* names stay, whatever they are */
	ck_assert_str_eq(json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN),
			 "{\"name\":\"answers RTSP\",\"text\":\"RTSP!\",\"n\":1,\"what\":\"x\","
			 "\"attention\":[\"RTSP!\",\"front door\"],"
			 "\"cams\":[{\"id\":\"answers RTSP\",\"advice\":\"RTSP!\"}],"
			 "\"inbound\":{\"text\":\"RTSP!\"}}");
	json_object_put(o);
	cg_told_reply(NULL);
}
END_TEST

int main(void)
{
	return UNIT_RUN("told", 20, values, within, others, hostile, reply);
}
