/* SPDX-License-Identifier: GPL-2.0-only */
/* Spans: every step asks first whether it stays inside. */
#include <string.h>
#include "span.h"
#include "utf8.h"

struct cg_span cg_span_part(struct cg_span s, size_t at, size_t n)
{
	if (at >= s.n)
		return (struct cg_span){ s.p, 0 };
	return (struct cg_span){ s.p + at, n < s.n - at ? n : s.n - at };
}

struct cg_span cg_span_from(struct cg_span s, size_t at)
{
	return cg_span_part(s, at, SIZE_MAX);
}

struct cg_span cg_span_text(struct cg_span s)
{
	const uint8_t *end = s.n ? memchr(s.p, 0, s.n) : NULL;

	return end ? cg_span_part(s, 0, (size_t)(end - s.p)) : s;
}

struct cg_span cg_span_of(const char *text)
{
	return (struct cg_span){ (const uint8_t *)text, strlen(text) };
}

static bool is_blank(uint8_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static uint8_t lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
}

static bool is_alnum(uint8_t c)
{
	return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z');
}

static bool is_hex(uint8_t c)
{
	return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'f');
}

struct cg_span cg_span_trim(struct cg_span s)
{
	while (s.n && is_blank(s.p[0]))
		s = cg_span_from(s, 1);
	while (s.n && is_blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

unsigned int cg_span_8(struct cg_span s, size_t at)
{
	return at < s.n ? s.p[at] : 0;
}

unsigned int cg_span_be16(struct cg_span s, size_t at)
{
	return at + 2 <= s.n ? (unsigned int)s.p[at] << 8 | s.p[at + 1] : 0;
}

uint32_t cg_span_be32(struct cg_span s, size_t at)
{
	return at + 4 <= s.n ? (uint32_t)cg_span_be16(s, at) << 16 | cg_span_be16(s, at + 2) : 0;
}

bool cg_span_begins(struct cg_span s, const char *text)
{
	size_t i = 0;

	for (; text[i]; i++)
		if (i >= s.n || lower(s.p[i]) != lower((uint8_t)text[i]))
			return false;
	return true;
}

bool cg_span_is(struct cg_span s, const char *text)
{
	return s.n == strlen(text) && cg_span_begins(s, text);
}

size_t cg_span_find(struct cg_span s, size_t at, const char *text)
{
	for (; at < s.n; at++)
		if (cg_span_begins(cg_span_from(s, at), text))
			return at;
	return CG_SPAN_NONE;
}

bool cg_span_holds(struct cg_span s, const char *text)
{
	return cg_span_find(s, 0, text) != CG_SPAN_NONE;
}

static bool like_here(struct cg_span s, const char *pattern)
{
	size_t i = 0;

	for (; pattern[i]; i++) {
		if (pattern[i] == '*' && !pattern[i + 1])
			return true;
		if (i >= s.n)
			return false;
		if (pattern[i] == '#' ? !is_digit(s.p[i]) :
		    pattern[i] == '%' ? !is_hex(s.p[i]) :
					lower(s.p[i]) != lower((uint8_t)pattern[i]))
			return false;
	}
	return i == s.n;
}

bool cg_span_like(struct cg_span s, const char *pattern)
{
	if (pattern[0] != '*')
		return like_here(s, pattern);
	for (size_t at = 0; at < s.n; at++)
		if ((!at || !is_alnum(s.p[at - 1])) && like_here(cg_span_from(s, at), pattern + 1))
			return true;
	return false;
}

bool cg_span_next(struct cg_span *rest, const char *ends, struct cg_span *ret_piece)
{
	size_t n = 0;

	if (!rest->n)
		return false;
	while (n < rest->n && !(rest->p[n] && strchr(ends, rest->p[n])))
		n++;
	*ret_piece = cg_span_part(*rest, 0, n);
	*rest = cg_span_from(*rest, n + 1);
	return true;
}

bool cg_span_header(struct cg_span line, const char *key, struct cg_span *ret_value)
{
	size_t n = strlen(key);

	if (!cg_span_begins(line, key) || cg_span_8(line, n) != ':')
		return false;
	*ret_value = cg_span_trim(cg_span_from(line, n + 1));
	return true;
}

size_t cg_span_print(struct cg_span s, char *ret_text, size_t size)
{
	size_t out = 0, last = 0;

	for (size_t at = 0; at < s.n;) {
		uint32_t code;
		size_t n = cg_utf8_next((const char *)s.p + at, s.n - at, &code);

		if (!n || cg_utf8_is_control(code)) {
			at += n ? n : 1;
			continue;
		}
		if (out + n >= size)
			break;
		if (out || code != ' ') {
			memcpy(ret_text + out, s.p + at, n);
			out += n;
			if (code != ' ')
				last = out;
		}
		at += n;
	}
	ret_text[last] = '\0';
	return last;
}

/* Does an opening tag of that local name begin at `at`, the place of '<'? How long its name is. */
static size_t tag(struct cg_span s, size_t at, const char *name)
{
	size_t n = at + 1, from = n, len = strlen(name);

	while (n < s.n && (is_alnum(s.p[n]) || (s.p[n] && strchr("_-.:", s.p[n])))) {
		if (s.p[n] == ':')
			from = n + 1;
		n++;
	}
	return n - from == len && cg_span_begins(cg_span_from(s, from), name) ? n - at : 0;
}

bool cg_span_xml(struct cg_span s, size_t *at, const char *name, struct cg_span *ret_text)
{
	for (size_t i = *at; i < s.n; i++) {
		size_t n, end;

		if (s.p[i] != '<')
			continue;
		n = tag(s, i, name);
		if (!n)
			continue;
		end = cg_span_find(s, i + n, ">");
		if (end == CG_SPAN_NONE)
			break;
		i = end + 1;
		if (s.p[end - 1] == '/') { /* <Name/> */
			*ret_text = cg_span_part(s, end, 0);
		} else {
			end = cg_span_find(s, i, "<");
			*ret_text = cg_span_trim(cg_span_part(s, i, end - i));
		}
		*at = i;
		return true;
	}
	return false;
}

bool cg_span_json(struct cg_span s, const char *key, struct cg_span *ret_value)
{
	size_t n = strlen(key);

	for (size_t i = 0; (i = cg_span_find(s, i, key)) != CG_SPAN_NONE; i++) {
		struct cg_span v;
		size_t end = 0;

		if (!i || s.p[i - 1] != '"' || cg_span_8(s, i + n) != '"')
			continue;
		v = cg_span_trim(cg_span_from(s, i + n + 1));
		if (cg_span_8(v, 0) != ':')
			continue;
		v = cg_span_trim(cg_span_from(v, 1));
		if (cg_span_8(v, 0) == '"') {
			v = cg_span_from(v, 1);
			while (end < v.n && v.p[end] != '"')
				end += v.p[end] == '\\' ? 2 : 1;
		} else {
			while (end < v.n && !strchr(",}] \r\n", v.p[end]))
				end++;
		}
		*ret_value = cg_span_part(v, 0, end);
		return true;
	}
	return false;
}
