/* SPDX-License-Identifier: GPL-2.0-only */
/* UTF-8 text on a terminal: display width, cutting, cleaning. */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <wchar.h>
#include "../lib/utf8.h"
#include "text.h"

/* The character at s: its bytes, and the columns it takes. What is not UTF-8
 * is one byte and one column. */
static size_t step(const char *s, size_t *ret_columns)
{
	uint32_t code;
	size_t n = cg_utf8_next(s, strnlen(s, 4), &code);
	int w = n ? wcwidth((wchar_t)code) : 1;

	*ret_columns = w < 0 ? 1 : (size_t)w;
	return n ? n : 1;
}

size_t cg_text_width(const char *s)
{
	size_t width = 0, w;

	while (*s) {
		s += step(s, &w);
		width += w;
	}
	return width;
}

/* What no line begins with: closing marks of wide scripts. */
static bool closes(const char *s)
{
	static const char *const marks[] = { "、", "。", "，", "：", "；",
					     "！", "？", "）", "》", "”" };

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (!strncmp(s, marks[i], strlen(marks[i])))
			return true;
	return false;
}

size_t cg_text_fit(const char *s, size_t columns)
{
	size_t at = 0, word = 0, width = 0, w;

	while (s[at]) {
		size_t n = step(s + at, &w);

		if (width + w > columns) {
			/* a space at the edge ends a word too */
			if (s[at] == ' ' && at)
				return at;
			if (word)
				return word;
			return at ? at : n;
		}
		width += w;
		at += n;
		/* wide scripts have no spaces: a line may end behind any of their letters */
		if (s[at - 1] == ' ' || (w == 2 && !closes(s + at)))
			word = at;
	}
	return at;
}

char *cg_text_clean(char *s)
{
	char *out = s;
	uint32_t code;

	for (const char *in = s; *in;) {
		size_t n = cg_utf8_next(in, strnlen(in, 4), &code);

		if (!n || (code != '\n' && cg_utf8_is_control(code)))
			*out++ = '?';
		else
			for (size_t i = 0; i < n; i++)
				*out++ = in[i];
		in += n ? n : 1;
	}
	*out = '\0';
	return s;
}
