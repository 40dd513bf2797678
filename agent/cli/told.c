/* SPDX-License-Identifier: GPL-2.0-only */
/* Finds the format that a sentence was made of, and makes it again of the format's translation. */
#include <ctype.h>
#include <json-c/json.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../lib/cleanup.h"
#include "i18n.h"
#include "told.h"

#ifdef CG_NLS
#define ARGS	16
/* A value may be a sentence with values. */
#define DEPTH	4
/* Two values beside each other can be cut in many ways: none is worth more. */
#define STEPS	20000
#define LONGEST 1500
/* Of a list of names in quotes. */
#define OR	N_("' or '")

struct part {
	const char *at;
	size_t len;
};

struct match {
	struct part arg[ARGS];
	size_t n;
	unsigned int steps;
};

/* What begins with the '%' at f. */
struct conversion {
	size_t len;
	char type; /* 's', 'd' for any number, '%' */
	int nr;	   /* of "%2$s", from 1; 0: the next */
};

static struct conversion conversion_at(const char *f)
{
	struct conversion c = { .type = 'd' };
	size_t at = 1;

	if (isdigit((unsigned char)f[1])) {
		char *end;
		long nr = strtol(f + 1, &end, 10);

		if (*end == '$') {
			c.nr = nr > 0 && nr <= ARGS ? (int)nr : 0;
			at = (size_t)(end - f) + 1;
		}
	}
	at += strspn(f + at, "0123456789.*-+# lhzjt");
	if (f[at] == 's' || f[at] == 'c')
		c.type = 's';
	else if (f[at] == '%')
		c.type = '%';
	c.len = f[at] ? at + 1 : at;
	return c;
}

static bool put_arg(struct match *m, const char *s, size_t len)
{
	if (m->n == ARGS)
		return false;
	m->arg[m->n++] = (struct part){ s, len };
	return true;
}

/* Digits, all there are: no format has one behind a number. */
static size_t number_at(const char *s, const char *end)
{
	const char *at = s;

	if (at < end && *at == '-')
		at++;
	while (at < end && isxdigit((unsigned char)*at))
		at++;
	return (size_t)(at - s);
}

/* Is what stands from s to end made of the format f? */
static bool fits(const char *f, const char *s, const char *end, struct match *m)
{
	size_t first, empty = 0, n;

	while (*f) {
		struct conversion c;

		if (*f != '%') {
			if (s == end || *f++ != *s++)
				return false;
			continue;
		}
		c = conversion_at(f);
		if (c.type == 's')
			break;
		f += c.len;
		n = c.type == 'd' ? number_at(s, end) : s < end && *s == '%';
		if (!n || (c.type == 'd' && !put_arg(m, s, n)))
			return false;
		s += n;
	}
	if (!*f)
		return s == end;
	/* Values without anything between them are one. */
	while (f[0] == '%' && conversion_at(f).type == 's') {
		f += conversion_at(f).len;
		empty++;
	}
	first = m->n;
	for (const char *at = s; at <= end; at++) {
		if (m->steps++ > STEPS)
			return false;
		m->n = first;
		if (!put_arg(m, s, (size_t)(at - s)))
			return false;
		for (size_t i = 1; i < empty; i++)
			if (!put_arg(m, at, 0))
				return false;
		if (fits(f, at, end, m))
			return true;
	}
	return false;
}

/* Most are told apart by their ends. */
static bool may_fit(const char *f, struct part p)
{
	size_t n = strlen(f);

	if (f[0] != '%' && (!p.len || f[0] != p.at[0]))
		return false;
	return n < 2 || f[n - 2] == '%' || !isalpha((unsigned char)f[n - 1]) || memchr(f, '%', n) ||
	       (p.len && p.at[p.len - 1] == f[n - 1]);
}

/* A value may be a sentence: what tells it is handed down. */
typedef void teller(FILE *out, struct part p, int depth);

/* The translation, with the values in it. */
static void put(FILE *out, const char *f, const struct match *m, int depth, teller *tell)
{
	size_t next = 0;

	while (*f) {
		struct conversion c;
		size_t nr;

		if (*f != '%') {
			(void)fputc(*f++, out);
			continue;
		}
		c = conversion_at(f);
		f += c.len;
		if (c.type == '%') {
			(void)fputc('%', out);
			continue;
		}
		nr = c.nr ? (size_t)c.nr - 1 : next++;
		if (nr < m->n)
			tell(out, m->arg[nr], c.type == 's' ? depth + 1 : DEPTH);
	}
}

/* false: it is no sentence that is known. */
static bool known(FILE *out, struct part p, int depth, teller *tell)
{
	for (const char *const *row = cg_told_rows; *row; row++) {
		struct match m = { .n = 0 };

		if (!may_fit(*row, p) || !fits(*row, p.at, p.at + p.len, &m))
			continue;
		put(out, gettext(*row), &m, depth, tell);
		return true;
	}
	return false;
}

/* What sentences are put together with: its length, 0 where s does not begin with it. */
static size_t glue(const char *s, size_t len)
{
	static const char *const glues[] = { OR, ": ", "; ", ", ", ". ", " (", ")" };

	for (size_t i = 0; i < sizeof(glues) / sizeof(glues[0]); i++)
		if (len >= strlen(glues[i]) && !strncmp(s, glues[i], strlen(glues[i])))
			return strlen(glues[i]);
	return 0;
}

/* Piece by piece, the longest that is known first. */
static void tell_pieces(FILE *out, struct part p, int depth, teller *tell)
{
	size_t at = 0;

	while (at < p.len) {
		size_t end = p.len, nearest = p.len, n = glue(p.at + at, p.len - at);

		if (n) {
			if (n == strlen(OR))
				(void)fputs(gettext(OR), out);
			else
				(void)fwrite(p.at + at, 1, n, out);
			at += n;
			continue;
		}
		for (size_t i = p.len - 1; i > at; i--)
			if (glue(p.at + i, p.len - i))
				nearest = i;
		for (; end > at; end--) {
			if (end < p.len && !glue(p.at + end, p.len - end))
				continue;
			if ((at || end < p.len) &&
			    known(out, (struct part){ p.at + at, end - at }, depth, tell))
				break;
		}
		if (end == at) {
			(void)fwrite(p.at + at, 1, nearest - at, out);
			end = nearest;
		}
		at = end;
	}
}

static void tell(FILE *out, struct part p, int depth)
{
	if (depth >= DEPTH || p.len > LONGEST)
		(void)fwrite(p.at, 1, p.len, out);
	else if (p.len && !known(out, p, depth, tell))
		tell_pieces(out, p, depth, tell);
}

/* There is a translation: its head is. */
static bool translates(void)
{
	return *gettext("") != '\0';
}

char *cg_told(const char *text)
{
	_cleanup_free_ char *told = NULL;
	size_t n;
	FILE *f;

	/* More than a line is a file, and a file is not told. */
	if (!translates() || strchr(text, '\n'))
		return NULL;
	f = open_memstream(&told, &n);
	if (!f)
		return NULL;
	tell(f, (struct part){ text, strlen(text) }, 0);
	if (fclose(f) || !told || !strcmp(told, text))
		return NULL;
	return TAKE_PTR(told);
}

/* Names, words that programs look for and lines to be typed are under other keys. */
static bool is_sentence(const char *key)
{
	static const char *const keys[] = {
		"advice",   "attention", "config_error", "countries",  "effects",     "error",
		"fix",	    "held_text", "hint",	 "incomplete", "lists_error", "note",
		"place",    "reasons",	 "requires",	 "text",       "todo",	      "unasked",
		"warnings", "what",	 "where",
	};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (!strcmp(keys[i], key))
			return true;
	return false;
}

static struct json_object *told_value(const char *key, struct json_object *v)
{
	const char *text = json_object_get_string(v);
	_cleanup_free_ char *told = NULL;

	/* One word is for programs. */
	if (!strcmp(key, "what") && !strchr(text, ' '))
		return NULL;
	told = cg_told(text);
	return told ? json_object_new_string(told) : NULL;
}

static void tell_array(const char *key, struct json_object *list)
{
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *v = json_object_array_get_idx(list, i), *told;

		if (!json_object_is_type(v, json_type_string)) {
			cg_told_reply(v);
			continue;
		}
		told = is_sentence(key) ? told_value(key, v) : NULL;
		if (told)
			json_object_array_put_idx(list, i, told);
	}
}

void cg_told_reply(struct json_object *reply)
{
	if (!json_object_is_type(reply, json_type_object) || !translates())
		return;
	json_object_object_foreach(reply, key, v) {
		struct json_object *told;

		if (json_object_is_type(v, json_type_object))
			cg_told_reply(v);
		else if (json_object_is_type(v, json_type_array))
			tell_array(key, v);
		else if (json_object_is_type(v, json_type_string) && is_sentence(key)) {
			told = told_value(key, v);
			/* A key that is there takes the place of its value: the walk goes on. */
			if (told)
				json_object_object_add(reply, key, told);
		}
	}
}
#else
char *cg_told(const char *text)
{
	(void)text;
	return NULL;
}

void cg_told_reply(struct json_object *reply)
{
	(void)reply;
}
#endif
