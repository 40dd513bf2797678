/* SPDX-License-Identifier: GPL-2.0-only */
/* JSON from strangers: bounded, no key twice, texts made harmless. */
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include "mud.h"
#include "mud_json.h"

/* Where the parser stopped, for people. */
static struct cg_pos place(const char *text, size_t at, const char *file)
{
	struct cg_pos pos = { file, 1, 1 };

	for (size_t i = 0; i < at; i++) {
		pos.column++;
		if (text[i] == '\n') {
			pos.line++;
			pos.column = 1;
		}
	}
	return pos;
}

/* Keys written: the colons outside of strings, in text that is JSON. */
static size_t written(const char *text, size_t n)
{
	bool string = false;
	size_t keys = 0;

	for (size_t i = 0; i < n; i++) {
		if (string && text[i] == '\\')
			i++;
		else if (text[i] == '"')
			string = !string;
		else if (text[i] == ':' && !string)
			keys++;
	}
	return keys;
}

/* Keys kept. The depth is bounded by the parser. */
static size_t kept(struct json_object *o)
{
	size_t keys = 0;

	if (json_object_is_type(o, json_type_array)) {
		for (size_t i = 0; i < json_object_array_length(o); i++)
			keys += kept(json_object_array_get_idx(o, i));
	} else if (json_object_is_type(o, json_type_object)) {
		json_object_object_foreach(o, key, value) {
			(void)key;
			keys += 1 + kept(value);
		}
	}
	return keys;
}

int cg_mud_json_parse(const char *text, size_t n, const char *file, struct cg_diag *diag,
		      struct json_object **ret_root)
{
	_cleanup_(cg_json_putp) struct json_object *root = NULL;
	struct cg_pos pos = { file, 0, 0 };
	struct json_tokener *tok;
	enum json_tokener_error e;
	size_t end;

	if (n > CG_MUD_MAX_BYTES)
		return cg_diag_set(diag, &pos, -E2BIG, "found %zu bytes, expected at most %d", n,
				   CG_MUD_MAX_BYTES);
	tok = json_tokener_new_ex(CG_MUD_MAX_DEPTH);
	if (!tok)
		return -ENOMEM;
	json_tokener_set_flags(tok, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	root = json_tokener_parse_ex(tok, text, (int)n);
	e = json_tokener_get_error(tok);
	end = json_tokener_get_parse_end(tok);
	json_tokener_free(tok);
	pos = place(text, end, file);
	if (e == json_tokener_error_depth)
		return cg_diag_set(diag, &pos, -E2BIG,
				   "found more than %d levels of nesting, expected at most that",
				   CG_MUD_MAX_DEPTH);
	if (e == json_tokener_continue)
		return cg_diag_set(diag, &pos, -EPROTO,
				   "found the end of the file, expected the rest of the JSON");
	if (e != json_tokener_success)
		return cg_diag_set(diag, &pos, -EPROTO, "found %s, expected JSON",
				   json_tokener_error_desc(e));
	while (end < n && strchr(" \t\r\n", text[end]) && text[end])
		end++;
	if (end != n) {
		pos = place(text, end, file);
		return cg_diag_set(diag, &pos, -EPROTO,
				   "found more text, expected the end of the file");
	}
	if (written(text, n) != kept(root)) {
		pos = (struct cg_pos){ file, 0, 0 };
		return cg_diag_set(diag, &pos, -EPROTO,
				   "found a key twice in one object, expected it once");
	}
	*ret_root = TAKE_PTR(root);
	return 0;
}

size_t cg_mud_json_count(struct json_object *o, const char *key)
{
	size_t n = 0;

	if (json_object_is_type(o, json_type_array)) {
		for (size_t i = 0; i < json_object_array_length(o); i++)
			n += cg_mud_json_count(json_object_array_get_idx(o, i), key);
	} else if (json_object_is_type(o, json_type_object)) {
		json_object_object_foreach(o, name, value) {
			if (!strcmp(cg_mud_json_key(name), key) &&
			    json_object_is_type(value, json_type_array))
				n += json_object_array_length(value);
			n += cg_mud_json_count(value, key);
		}
	}
	return n;
}

const char *cg_mud_json_key(const char *key)
{
	static const char *const modules[] = { "ietf-mud:", "ietf-acldns:",
					       "ietf-access-control-list:" };

	for (size_t i = 0; i < sizeof(modules) / sizeof(modules[0]); i++)
		if (!strncmp(key, modules[i], strlen(modules[i])))
			return key + strlen(modules[i]);
	return key;
}

const char *cg_mud_json_text(struct json_object *o)
{
	const char *s;

	if (!json_object_is_type(o, json_type_string))
		return NULL;
	s = json_object_get_string(o);
	return strlen(s) == (size_t)json_object_get_string_len(o) ? s : NULL;
}

struct json_object *cg_mud_json_get(struct json_object *o, const char *const *names)
{
	struct json_object *v;

	if (!json_object_is_type(o, json_type_object))
		return NULL;
	for (; *names; names++)
		if (json_object_object_get_ex(o, *names, &v))
			return v;
	return NULL;
}

const char *cg_mud_json_clean(const char *s, char *buf, size_t size)
{
	size_t n = 0;

	for (; s && *s && n < size - 1; s++) {
		/* one mark for each character, not for each byte of it */
		if (((unsigned char)*s & 0xc0) == 0x80)
			continue;
		buf[n++] = *s < ' ' || *s > '~' ? '?' : *s;
	}
	if (s && *s)
		memcpy(buf + size - 4, "...", 3);
	buf[n] = '\0';
	return buf;
}
