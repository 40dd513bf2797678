/* SPDX-License-Identifier: GPL-2.0-only */
/* A parent that lacks something is marked in its user data; the printer of our own knows when it has no room. */
#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "jsonout.h"
#include "utf8.h"

static char lacking;

static void lacks(struct json_object *o)
{
	json_object_set_userdata(o, &lacking, NULL);
}

int cg_json_set(struct json_object *o, const char *key, struct json_object *value)
{
	struct lh_table *t = json_object_get_object(o);

	/* Grown before json-c does: where that fails, it loses its copy of the key. */
	if (t->count >= t->size * LH_LOAD_FACTOR && lh_table_resize(t, 2 * t->size))
		return -ENOMEM;
	return json_object_object_add(o, key, value) ? -ENOMEM : 0;
}

void cg_json_add(struct json_object *o, const char *key, struct json_object *value)
{
	if (o && value && !cg_json_set(o, key, value))
		return;
	json_object_put(value);
	if (o)
		lacks(o);
}

void cg_json_push(struct json_object *list, struct json_object *value)
{
	if (list && value && !json_object_array_add(list, value))
		return;
	json_object_put(value);
	if (list)
		lacks(list);
}

bool cg_json_whole(struct json_object *root)
{
	struct json_object_iterator it, end;

	if (!root || json_object_get_userdata(root) == &lacking)
		return false;
	if (json_object_is_type(root, json_type_array))
		for (size_t i = 0; i < json_object_array_length(root); i++) {
			struct json_object *o = json_object_array_get_idx(root, i);

			/* A null that was read. */
			if (o && !cg_json_whole(o))
				return false;
		}
	if (!json_object_is_type(root, json_type_object))
		return true;
	it = json_object_iter_begin(root);
	end = json_object_iter_end(root);
	for (; !json_object_iter_equal(&it, &end); json_object_iter_next(&it)) {
		struct json_object *o = json_object_iter_peek_value(&it);

		if (o && !cg_json_whole(o))
			return false;
	}
	return true;
}

/* ---- text ---- */

struct out {
	char *text;
	size_t n, room;
	bool pretty, failed;
};

static void put(struct out *b, const char *s, size_t n)
{
	if (b->room - b->n <= n && !b->failed) {
		size_t room = 2 * (b->room + n) + 256;
		char *text = realloc(b->text, room);

		b->failed = !text;
		if (text) {
			b->text = text;
			b->room = room;
		}
	}
	if (b->failed)
		return;
	memcpy(b->text + b->n, s, n);
	b->n += n;
	b->text[b->n] = '\0';
}

static void put_text(struct out *b, const char *s)
{
	put(b, s, strlen(s));
}

/* Bytes that stand for themselves. */
static size_t plain(const char *s, size_t n)
{
	size_t i = 0;

	while (i < n && s[i] >= ' ' && s[i] <= '~' && s[i] != '"' && s[i] != '\\')
		i++;
	return i;
}

/* What is no UTF-8, as a name of the kernel's may be, becomes U+FFFD: nobody would read the rest. */
static void put_string(struct out *b, const char *s, size_t n)
{
	static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";
	uint32_t code = 0;
	size_t step;

	put(b, "\"", 1);
	for (size_t i = 0; i < n; i += step) {
		const char *at = s[i] ? strchr(from, s[i]) : NULL;
		char buf[8] = { '\\', at ? to[at - from] : 0 };

		step = plain(s + i, n - i);
		if (step) {
			put(b, s + i, step);
			continue;
		}
		step = cg_utf8_next(s + i, n - i, &code);
		if (at)
			put(b, buf, 2);
		else if (!step)
			put_text(b, "\xef\xbf\xbd");
		else if (code < 0x20)
			put(b, buf, (size_t)snprintf(buf, sizeof(buf), "\\u%04x", code));
		else
			put(b, s + i, step);
		step += !step;
	}
	put(b, "\"", 1);
}

static void put_line(struct out *b, unsigned int depth)
{
	if (!b->pretty)
		return;
	put(b, "\n", 1);
	while (depth--)
		put(b, "  ", 2);
}

static void put_value(struct out *b, struct json_object *o, unsigned int depth)
{
	struct json_object_iterator it, end;
	size_t n = 0;
	char buf[40];

	switch (json_object_get_type(o)) {
	case json_type_null:
		put_text(b, "null");
		break;
	case json_type_boolean:
		put_text(b, json_object_get_boolean(o) ? "true" : "false");
		break;
	case json_type_int:
		(void)snprintf(buf, sizeof(buf), "%" PRId64, json_object_get_int64(o));
		put_text(b, buf);
		break;
	case json_type_double:
		(void)snprintf(buf, sizeof(buf), "%.17g", json_object_get_double(o));
		put_text(b, buf);
		if (!strpbrk(buf, ".en"))
			put_text(b, ".0");
		break;
	case json_type_string:
		put_string(b, json_object_get_string(o), (size_t)json_object_get_string_len(o));
		break;
	case json_type_array:
		put(b, "[", 1);
		for (; n < json_object_array_length(o); n++) {
			put(b, ",", n > 0);
			put_line(b, depth + 1);
			put_value(b, json_object_array_get_idx(o, n), depth + 1);
		}
		if (n)
			put_line(b, depth);
		put(b, "]", 1);
		break;
	case json_type_object:
		put(b, "{", 1);
		it = json_object_iter_begin(o);
		end = json_object_iter_end(o);
		for (; !json_object_iter_equal(&it, &end); json_object_iter_next(&it)) {
			const char *key = json_object_iter_peek_name(&it);

			put(b, ",", n++ > 0);
			put_line(b, depth + 1);
			put_string(b, key, strlen(key));
			put(b, ":", 1);
			put_value(b, json_object_iter_peek_value(&it), depth + 1);
		}
		if (n)
			put_line(b, depth);
		put(b, "}", 1);
		break;
	}
}

int cg_json_text(struct json_object *root, bool pretty, char **ret_text, size_t *ret_n)
{
	struct out b = { .pretty = pretty };

	if (!cg_json_whole(root))
		return -ENOMEM;
	put_value(&b, root, 0);
	put(&b, "\n", 1);
	if (b.failed) {
		free(b.text);
		return -ENOMEM;
	}
	*ret_text = b.text;
	*ret_n = b.n;
	return 0;
}
