/* SPDX-License-Identifier: GPL-2.0-only */
/* A recursive descent that looks at every allocation. */
#include <errno.h>
#include <json-c/json.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include "jsonin.h"
#include "jsonout.h"
#include "utf8.h"

#define NUMBER_LEN 64

struct in {
	const char *at, *end;
	int err; /* the first */
};

void cg_json_freep(struct json_object **o)
{
	json_object_put(*o);
}

static bool fail(struct in *in, int err)
{
	if (!in->err)
		in->err = err;
	return false;
}

static void space_skip(struct in *in)
{
	while (in->at < in->end && strchr(" \t\n\r", *in->at) && *in->at)
		in->at++;
}

static bool take(struct in *in, char c)
{
	if (in->at == in->end || *in->at != c)
		return false;
	in->at++;
	return true;
}

static bool word(struct in *in, const char *w)
{
	size_t n = strlen(w);

	if ((size_t)(in->end - in->at) < n || memcmp(in->at, w, n) != 0)
		return fail(in, -EPROTO);
	in->at += n;
	return true;
}

/* ---- strings ---- */

static bool hex4(struct in *in, uint32_t *ret)
{
	uint32_t v = 0;

	if (in->end - in->at < 4)
		return fail(in, -EPROTO);
	for (int i = 0; i < 4; i++) {
		char c = *in->at++;

		v <<= 4;
		if (c >= '0' && c <= '9')
			v |= (uint32_t)(c - '0');
		else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
			v |= (uint32_t)((c | 0x20) - 'a' + 10);
		else
			return fail(in, -EPROTO);
	}
	*ret = v;
	return true;
}

static size_t utf8_put(char *to, uint32_t c)
{
	if (c < 0x80) {
		to[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		to[0] = (char)(0xc0 | c >> 6);
		to[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		to[0] = (char)(0xe0 | c >> 12);
		to[1] = (char)(0x80 | (c >> 6 & 0x3f));
		to[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	to[0] = (char)(0xf0 | c >> 18);
	to[1] = (char)(0x80 | (c >> 12 & 0x3f));
	to[2] = (char)(0x80 | (c >> 6 & 0x3f));
	to[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

/* Behind the backslash. What it stands for is never longer than it is. */
static bool escape(struct in *in, char *to, size_t *n)
{
	static const char from[] = "\"\\/bfnrt", is[] = "\"\\/\b\f\n\r\t";
	uint32_t c, low;
	const char *p;

	if (in->at == in->end || !*in->at)
		return fail(in, -EPROTO);
	p = strchr(from, *in->at);
	if (p) {
		in->at++;
		to[(*n)++] = is[p - from];
		return true;
	}
	if (!take(in, 'u') || !hex4(in, &c))
		return fail(in, -EPROTO);
	if (c >= 0xd800 && c < 0xdc00) {
		if (!word(in, "\\u") || !hex4(in, &low) || low < 0xdc00 || low >= 0xe000)
			return fail(in, -EPROTO);
		c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
	} else if (c >= 0xdc00 && c < 0xe000) {
		return fail(in, -EPROTO);
	}
	*n += utf8_put(to + *n, c);
	return true;
}

/* Freed by the caller. */
static char *string(struct in *in, size_t *ret_n)
{
	const char *end = in->at + 1;
	char *text;
	size_t n = 0;

	if (!take(in, '"')) {
		fail(in, -EPROTO);
		return NULL;
	}
	while (end < in->end && *end != '"')
		end += *end == '\\' ? 2 : 1;
	if (end >= in->end) {
		fail(in, -EPROTO);
		return NULL;
	}
	text = malloc((size_t)(end - in->at) + 1);
	if (!text) {
		fail(in, -ENOMEM);
		return NULL;
	}
	while (in->at < end) {
		uint32_t code;
		size_t used = cg_utf8_next(in->at, (size_t)(end - in->at), &code);

		if (!used || code < 0x20) {
			fail(in, -EPROTO);
		} else if (*in->at == '\\') {
			in->at++;
			(void)escape(in, text, &n);
		} else {
			memcpy(text + n, in->at, used);
			n += used;
			in->at += used;
		}
		if (in->err) {
			free(text);
			return NULL;
		}
	}
	in->at = end + 1;
	text[n] = '\0';
	*ret_n = n;
	return text;
}

/* ---- values ---- */

static bool digits(struct in *in)
{
	const char *from = in->at;

	while (in->at < in->end && *in->at >= '0' && *in->at <= '9')
		in->at++;
	return in->at > from || fail(in, -EPROTO);
}

static struct json_object *number(struct in *in)
{
	const char *from = in->at;
	bool whole = true;
	char buf[NUMBER_LEN];
	size_t n;

	(void)take(in, '-');
	if (!take(in, '0'))
		(void)digits(in);
	if (take(in, '.')) {
		whole = false;
		(void)digits(in);
	}
	if (in->at < in->end && (*in->at | 0x20) == 'e') {
		whole = false;
		in->at++;
		if (!take(in, '-'))
			(void)take(in, '+');
		(void)digits(in);
	}
	n = (size_t)(in->at - from);
	if (in->err || n >= sizeof(buf)) {
		fail(in, -EPROTO);
		return NULL;
	}
	memcpy(buf, from, n);
	buf[n] = '\0';
	return whole ? json_object_new_int64(strtoll(buf, NULL, 10)) :
		       json_object_new_double(strtod(buf, NULL));
}

static struct json_object *text_value(struct in *in)
{
	_cleanup_free_ char *s = NULL;
	size_t n;

	s = string(in, &n);
	return s ? json_object_new_string_len(s, (int)n) : NULL;
}

/* NULL is null, or there is in->err. */
static struct json_object *value(struct in *in, unsigned int depth)
{
	struct json_object *o = NULL, *v;
	char close;

	space_skip(in);
	if (in->at == in->end || depth > CG_JSON_DEPTH) {
		fail(in, -EPROTO);
		return NULL;
	}
	switch (*in->at) {
	case 'n':
		(void)word(in, "null");
		return NULL;
	case 't':
		o = word(in, "true") ? json_object_new_boolean(1) : NULL;
		break;
	case 'f':
		o = word(in, "false") ? json_object_new_boolean(0) : NULL;
		break;
	case '"':
		o = text_value(in);
		break;
	case '[':
	case '{':
		close = *in->at++ == '[' ? ']' : '}';
		o = close == ']' ? json_object_new_array() : json_object_new_object();
		space_skip(in);
		if (!o || take(in, close))
			break;
		do {
			_cleanup_free_ char *key = NULL;
			size_t n = 0;

			space_skip(in);
			if (close == '}') {
				key = string(in, &n);
				space_skip(in);
				/* A NUL inside would make two readers see two names. */
				if (!key || strlen(key) != n || !take(in, ':'))
					fail(in, -EPROTO);
			}
			v = in->err ? NULL : value(in, depth + 1);
			if (!in->err &&
			    (key ? cg_json_set(o, key, v) : json_object_array_add(o, v)))
				fail(in, -ENOMEM);
			else if (!in->err)
				v = NULL;
			json_object_put(v);
			space_skip(in);
		} while (!in->err && take(in, ','));
		if (!take(in, close))
			fail(in, -EPROTO);
		break;
	default:
		o = number(in);
	}
	if (!o)
		fail(in, -ENOMEM);
	if (in->err) {
		json_object_put(o);
		return NULL;
	}
	return o;
}

int cg_json_read(const char *text, size_t n, struct json_object **ret_value)
{
	struct in in = { .at = text, .end = text + n };
	struct json_object *o = value(&in, 1);

	space_skip(&in);
	if (!in.err && in.at != in.end)
		fail(&in, -EPROTO);
	if (in.err) {
		json_object_put(o);
		return in.err;
	}
	*ret_value = o;
	return 0;
}
