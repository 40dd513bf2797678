/* SPDX-License-Identifier: GPL-2.0-only */
/* The tokenizer: kinds, places, comments, strings, and everything it must not let through. */
#include <lib/lex.h>
#include <lib/utf8.h>
#include <malloc.h>
#include "unit.h"

static struct cg_tokens lex(const char *text)
{
	struct cg_diag d = { "" };
	struct cg_tokens ts;

	ck_assert_msg(!cg_lex_read(text, strlen(text), "f", &d, &ts), "%s", d.text);
	return ts;
}

static void refused(const void *text, size_t len, const char *diag)
{
	struct cg_diag d = { "" };
	struct cg_tokens ts;

	ck_assert_msg(cg_lex_read(text, len, "f", &d, &ts) == -EINVAL, "took a text, expected '%s'",
		      diag);
	ck_assert_msg(!strncmp(d.text, diag, strlen(diag)), "found '%s', expected '%s'", d.text,
		      diag);
}

START_TEST(kinds_and_places)
{
	static const struct {
		enum cg_token_kind kind;
		const char *text;
		int line, column;
		size_t start, end;
	} want[] = {
		{ CG_TOKEN_WORD, "camera", 1, 1, 0, 6 },
		{ CG_TOKEN_STRING, "a b", 1, 8, 7, 12 },
		{ CG_TOKEN_OPEN, "{", 1, 14, 13, 14 },
		{ CG_TOKEN_WORD, "mac", 2, 2, 16, 19 },
		{ CG_TOKEN_ADD, "+=", 2, 6, 20, 22 },
		{ CG_TOKEN_OPEN, "{", 2, 9, 23, 24 },
		{ CG_TOKEN_WORD, "02:ca", 2, 10, 24, 29 },
		{ CG_TOKEN_COMMA, ",", 2, 15, 29, 30 },
		{ CG_TOKEN_STRING, "x", 2, 16, 30, 33 },
		{ CG_TOKEN_CLOSE, "}", 2, 19, 33, 34 },
		{ CG_TOKEN_CLOSE, "}", 3, 1, 35, 36 },
		{ CG_TOKEN_WORD, "include", 3, 3, 37, 44 },
		{ CG_TOKEN_PAREN, "(", 3, 10, 44, 45 },
		{ CG_TOKEN_UNPAREN, ")", 3, 11, 45, 46 },
		{ CG_TOKEN_WORD, "a", 3, 13, 47, 48 },
		{ CG_TOKEN_SET, "=", 3, 14, 48, 49 },
		{ CG_TOKEN_WORD, "b/c", 3, 15, 49, 52 },
	};
	struct cg_tokens ts = lex("camera \"a b\" {\n\tmac += {02:ca,'x'}\n} include() a=b/c");

	ck_assert_uint_eq(ts.n, sizeof(want) / sizeof(want[0]));
	for (size_t i = 0; i < ts.n; i++) {
		ck_assert_int_eq(ts.v[i].kind, want[i].kind);
		ck_assert_str_eq(ts.v[i].text, want[i].text);
		ck_assert_str_eq(ts.v[i].pos.file, "f");
		ck_assert_int_eq(ts.v[i].pos.line, want[i].line);
		ck_assert_int_eq(ts.v[i].pos.column, want[i].column);
		ck_assert_uint_eq(ts.v[i].start, want[i].start);
		ck_assert_uint_eq(ts.v[i].end, want[i].end);
	}
	cg_lex_free(&ts);
}
END_TEST

START_TEST(comments)
{
	struct cg_tokens ts = lex("# } {\n// \"\n/* ' \n } */ a /**/ b//c\n# end without a line");

	ck_assert_uint_eq(ts.n, 2);
	ck_assert_str_eq(ts.v[0].text, "a");
	ck_assert_int_eq(ts.v[0].pos.line, 4);
	ck_assert_int_eq(ts.v[0].pos.column, 7);
	ck_assert_str_eq(ts.v[1].text, "b");
	cg_lex_free(&ts);
}
END_TEST

START_TEST(strings)
{
	struct cg_tokens ts = lex(
		"\"a\\\"b\\\\c\" 'd\\'e\\f' \"#//{/*\" '' \"${HOME}\" ${HOME} \"it's\" \"婴儿房\"");
	const char *const want[] = { "a\"b\\c", "d'e\\f", "#//{/*", "",	    "${HOME}", "$",
				     "{",	"HOME",	  "}",	    "it's", "婴儿房" };

	ck_assert_uint_eq(ts.n, sizeof(want) / sizeof(want[0]));
	for (size_t i = 0; i < ts.n; i++)
		ck_assert_str_eq(ts.v[i].text, want[i]);
	cg_lex_free(&ts);
}
END_TEST

START_TEST(line_ends_and_mark)
{
	struct cg_tokens ts = lex("\xef\xbb\xbf"
				  "a = b\r\nc = d\r\n");

	ck_assert_uint_eq(ts.n, 6);
	ck_assert_int_eq(ts.v[0].kind, CG_TOKEN_WORD);
	ck_assert_str_eq(ts.v[0].text, "a");
	ck_assert_str_eq(ts.v[2].text, "b");
	ck_assert_int_eq(ts.v[3].pos.line, 2);
	ck_assert_int_eq(ts.v[3].pos.column, 1);
	cg_lex_free(&ts);
	ts = lex("");
	ck_assert_uint_eq(ts.n, 0);
	cg_lex_free(&ts);
}
END_TEST

#define REFUSED(text, diag) refused(text, sizeof(text) - 1, diag)

START_TEST(unclosed)
{
	REFUSED("a = b\ncamera \"x\" {\n mac = { a }\n", "f:2:12: this block is not closed");
	REFUSED("camera \"x\" {\n mac = { a\n", "f:2:8: this list is not closed");
	REFUSED("camera \"x\" { }\ncamera \"y\" {\ncamera \"z\" { }\n",
		"f:2:12: this block is not closed");
	REFUSED("a = b\n  /* c\n d = e\n", "f:2:3: this comment is not closed");
	REFUSED("/*/", "f:1:1: this comment is not closed");
	REFUSED("a = \"b\nc = d\n", "f:1:5: this string is not closed");
	REFUSED("a = 'b", "f:1:5: this string is not closed");
	REFUSED("a = 'b\\'", "f:1:5: this string is not closed");
	REFUSED("a = \"b\\", "f:1:7: found '\\'");
	REFUSED("a = b\n}\n", "f:2:1: found '}'");
	REFUSED("a = \"\\x41\"", "f:1:6: found '\\'");
	REFUSED("a + b", "f:1:3: found '+'");
}
END_TEST

START_TEST(bytes)
{
	REFUSED("a = b\n c\0d", "f:2:3: found control byte 0x00");
	REFUSED("# \x1b[31m", "f:1:3: found control byte 0x1b");
	REFUSED("a\rb", "f:1:2: found control byte 0x0d");
	REFUSED("a\r", "f:1:2: found control byte 0x0d");
	REFUSED("a\x7f", "f:1:2: found control byte 0x7f");
	REFUSED("a \xff", "f:1:3: found byte 0xff");
	REFUSED("a \xc3", "f:1:3: found byte 0xc3");
	REFUSED("a \xc0\x80", "f:1:3: found byte 0xc0");
	REFUSED("a \xed\xa0\x80", "f:1:3: found byte 0xed");
	REFUSED("a \xf4\x90\x80\x80", "f:1:3: found byte 0xf4");
}
END_TEST

/* Every text ends in tokens or a diag; tokens lie inside the text, in order. */
START_TEST(noise)
{
	static const char alphabet[] = "ab{}()=+,\"'\\#/*\n\r\t ;\xc3\xa9$";
	unsigned int seed = 42;

	for (int i = 0; i < 100000; i++) {
		char text[40];
		size_t n = (size_t)rand_r(&seed) % sizeof(text), at = 0;
		struct cg_diag d = { "" };
		struct cg_tokens ts;

		for (size_t k = 0; k < n; k++)
			text[k] = alphabet[(size_t)rand_r(&seed) % (sizeof(alphabet) - 1)];
		if (cg_lex_read(text, n, "f", &d, &ts)) {
			ck_assert_uint_gt(strlen(d.text), 0);
			continue;
		}
		for (size_t k = 0; k < ts.n; k++) {
			ck_assert_uint_ge(ts.v[k].start, at);
			ck_assert_uint_gt(ts.v[k].end, ts.v[k].start);
			at = ts.v[k].end;
		}
		ck_assert_uint_le(at, n);
		cg_lex_free(&ts);
	}
}
END_TEST

START_TEST(code_points)
{
	static const struct {
		const char *s;
		size_t n;
		uint32_t code;
	} cases[] = {
		{ "A", 1, 'A' },
		{ "\xc2\x80", 2, 0x80 },
		{ "\xdf\xbf", 2, 0x7ff },
		{ "\xe0\xa0\x80", 3, 0x800 },
		{ "\xef\xbf\xbf", 3, 0xffff },
		{ "\xf0\x90\x80\x80", 4, 0x10000 },
		{ "\xf4\x8f\xbf\xbf", 4, 0x10ffff },
		{ "\x80", 0, 0 },
		{ "\xc1\xbf", 0, 0 },
		{ "\xe0\x9f\xbf", 0, 0 },
		{ "\xf0\x8f\xbf\xbf", 0, 0 },
		{ "\xf8\x88\x80\x80\x80", 0, 0 },
		{ "\xe2\x82", 0, 0 },
		{ "", 0, 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint32_t code = 0;

		ck_assert_uint_eq(cg_utf8_next(cases[i].s, strlen(cases[i].s), &code), cases[i].n);
		ck_assert_uint_eq(code, cases[i].code);
	}
	ck_assert(cg_utf8_is_control(0x1b) && cg_utf8_is_control(0x9b) &&
		  cg_utf8_is_control(0x202e));
	ck_assert(!cg_utf8_is_control('a') && !cg_utf8_is_control(0x5a74) &&
		  !cg_utf8_is_control(0xe9));
}
END_TEST

START_TEST(utf8_cut)
{
	static const struct {
		const char *from;
		size_t room;
		const char *to;
	} cases[] = {
		{ "", 1, "" },
		{ "a", 1, "" },
		{ "ab", 3, "ab" },
		{ "abc", 3, "ab" },
		{ "a\xc3\xa9", 4, "a\xc3\xa9" },
		{ "a\xc3\xa9", 3, "a" },
		{ "\xf0\x9f\x93\xb7", 4, "" },
		{ "a\xc3", 8, "a" },
		{ "a\xff"
		  "b",
		  8, "a" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char to[8] = "xxxxxxx";

		cg_utf8_cut(to, cases[i].room, cases[i].from);
		ck_assert_str_eq(to, cases[i].to);
	}
}
END_TEST

/* A string takes what it needs, not what is left of its line. */
START_TEST(many_strings_on_one_line)
{
	static const char one[] = "'a\\'b',";
	const size_t n = 20000, len = n * (sizeof(one) - 1);
	char *text = malloc(len + 1), *to = text;
	struct cg_tokens ts = { 0 };
	struct cg_diag d = { "" };
	size_t before;

	ck_assert_ptr_nonnull(text);
	for (size_t i = 0; i < n; i++)
		to = stpcpy(to, one);
	before = mallinfo2().uordblks + mallinfo2().hblkhd;
	ck_assert_int_eq(cg_lex_read(text, len, "f", &d, &ts), 0);
	ck_assert_uint_lt(mallinfo2().uordblks + mallinfo2().hblkhd - before, 16 << 20);
	ck_assert_uint_eq(ts.n, 2 * n);
	ck_assert_str_eq(ts.v[2 * n - 2].text, "a'b");
	ck_assert_str_eq(ts.v[2 * n - 1].text, ",");
	cg_lex_free(&ts);
	free(text);
}
END_TEST

int main(void)
{
	return UNIT_RUN("lex", 60, kinds_and_places, comments, strings, line_ends_and_mark,
			unclosed, bytes, noise, code_points, utf8_cut, many_strings_on_one_line);
}
