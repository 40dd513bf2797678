/* SPDX-License-Identifier: GPL-2.0-only */
/* UCI's own syntax: words, quotes and comments, a statement a line. */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "uci.h"
#include "utf8.h"

struct reader {
	const char *text;
	size_t len, at;
	struct cg_pos pos;
	struct cg_diag *diag;
	struct cg_uci *out;
};

static char peek(const struct reader *rd)
{
	return rd->at < rd->len ? rd->text[rd->at] : '\n';
}

static void blanks(struct reader *rd)
{
	while (peek(rd) == ' ' || peek(rd) == '\t' || peek(rd) == '\r')
		rd->at++;
}

static int check_bytes(struct reader *rd)
{
	struct cg_pos pos = rd->pos;
	uint32_t code;

	for (size_t i = 0, n; i < rd->len; i += n) {
		n = cg_utf8_next(rd->text + i, rd->len - i, &code);
		if (!n)
			return cg_diag_set(rd->diag, &pos, -EINVAL,
					   "found byte 0x%02x, expected UTF-8 text",
					   (unsigned char)rd->text[i]);
		if (code == '\n')
			pos.line++;
		else if ((code < 0x20 && code != '\t' && code != '\r') || code == 0x7f)
			return cg_diag_set(rd->diag, &pos, -EINVAL,
					   "found control byte 0x%02x, expected text",
					   (unsigned int)code);
	}
	return 0;
}

/* What stands between two quotes; a backslash counts within "" only. */
static int quoted(struct reader *rd, char *to, size_t *n)
{
	char quote = rd->text[rd->at++];

	while (rd->at < rd->len && peek(rd) != quote && peek(rd) != '\n') {
		if (quote == '"' && peek(rd) == '\\' && rd->at + 1 < rd->len &&
		    rd->text[rd->at + 1] != '\n')
			rd->at++;
		to[(*n)++] = rd->text[rd->at++];
	}
	if (rd->at == rd->len || peek(rd) != quote)
		return cg_diag_set(rd->diag, &rd->pos, -EINVAL,
				   "this text does not end on its line, expected %c", quote);
	rd->at++;
	return 0;
}

/* A word, of quoted and bare parts; *ret is NULL at the end of the line. */
static int word(struct reader *rd, char **ret)
{
	size_t n = 0, from;
	_cleanup_free_ char *text = NULL;
	const char *end;
	int r = 0;

	*ret = NULL;
	blanks(rd);
	if (peek(rd) == '\n' || peek(rd) == '#')
		return 0;
	from = rd->at;
	end = memchr(rd->text + from, '\n', rd->len - from);
	text = malloc((end ? (size_t)(end - rd->text) : rd->len) - from + 1);
	if (!text)
		return -ENOMEM;
	while (!r && !strchr(" \t\r\n", peek(rd))) {
		char c = peek(rd);

		if (c == '"' || c == '\'') {
			r = quoted(rd, text, &n);
		} else if (c == ';' || c == '#') {
			r = cg_diag_set(rd->diag, &rd->pos, -EINVAL,
					"found '%c' outside of quotes, expected a quoted value", c);
		} else {
			if (c == '\\' && rd->at + 1 < rd->len && rd->text[rd->at + 1] != '\n')
				rd->at++;
			text[n++] = rd->text[rd->at++];
		}
	}
	if (r)
		return r;
	text[n] = '\0';
	*ret = TAKE_PTR(text);
	return 0;
}

static bool is_name(const char *s)
{
	return *s &&
	       !s[strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")];
}

static int section_add(struct reader *rd, char **type, char **name)
{
	struct cg_uci *uci = rd->out;
	struct cg_uci_section *v = reallocarray(uci->v, uci->n + 1, sizeof(*v));

	if (!v)
		return -ENOMEM;
	uci->v = v;
	v[uci->n++] = (struct cg_uci_section){ .type = TAKE_PTR(*type),
					       .name = TAKE_PTR(*name),
					       .line = rd->pos.line };
	return 0;
}

static int option_add(struct reader *rd, char **key, char **value, bool list)
{
	struct cg_uci_section *s;
	struct cg_uci_option *v;

	if (!rd->out->n)
		return cg_diag_set(rd->diag, &rd->pos, -EINVAL,
				   "found '%s', expected a section first: config TYPE", *key);
	s = &rd->out->v[rd->out->n - 1];
	v = reallocarray(s->v, s->n + 1, sizeof(*v));
	if (!v)
		return -ENOMEM;
	s->v = v;
	v[s->n++] = (struct cg_uci_option){
		.key = TAKE_PTR(*key), .value = TAKE_PTR(*value), .list = list, .line = rd->pos.line
	};
	return 0;
}

static int statement(struct reader *rd)
{
	_cleanup_free_ char *what = NULL, *first = NULL, *second = NULL, *more = NULL;
	bool option, list, config, package;
	int r = word(rd, &what);

	if (r || !what)
		return r;
	r = word(rd, &first);
	if (!r)
		r = word(rd, &second);
	if (!r)
		r = word(rd, &more);
	if (r)
		return r;
	option = !strcmp(what, "option");
	list = !strcmp(what, "list");
	config = !strcmp(what, "config");
	package = !strcmp(what, "package");
	if (!option && !list && !config && !package)
		return cg_diag_set(rd->diag, &rd->pos, -EINVAL,
				   "found '%s', expected config, option or list", what);
	if (more || (package && second))
		return cg_diag_set(rd->diag, &rd->pos, -EINVAL,
				   "found '%s', expected the end of the line",
				   more ? more : second);
	if (!first || !is_name(first) || (config && second && !is_name(second)))
		return cg_diag_set(rd->diag, &rd->pos, -EINVAL,
				   "found '%s', expected a name of letters, digits and _",
				   !first	  ? "" :
				   is_name(first) ? second :
						    first);
	if (package)
		return 0;
	if (config)
		return section_add(rd, &first, &second);
	if (!second)
		return cg_diag_set(rd->diag, &rd->pos, -EINVAL, "'%s' has no value", first);
	return option_add(rd, &first, &second, list);
}

int cg_uci_read(const char *text, size_t len, const char *file, struct cg_diag *diag,
		struct cg_uci *ret_uci)
{
	struct cg_uci uci = { 0 };
	struct reader rd = {
		.text = text, .len = len, .pos = { file, 1, 0 }, .diag = diag, .out = &uci
	};
	int r = check_bytes(&rd);

	while (!r && rd.at < len) {
		r = statement(&rd);
		/* what is left of the line is a comment */
		while (!r && rd.at < len && peek(&rd) != '\n')
			rd.at++;
		if (!r && rd.at < len) {
			rd.at++;
			rd.pos.line++;
		}
	}
	if (r) {
		cg_uci_free(&uci);
		return cg_diag_set(diag, &rd.pos, r, "%s", strerror(-r));
	}
	uci.lines = rd.pos.line;
	*ret_uci = uci;
	return 0;
}

void cg_uci_free(struct cg_uci *uci)
{
	for (size_t i = 0; i < uci->n; i++) {
		struct cg_uci_section *s = &uci->v[i];

		for (size_t k = 0; k < s->n; k++) {
			free(s->v[k].key);
			free(s->v[k].value);
		}
		free(s->v);
		free(s->type);
		free(s->name);
	}
	free(uci->v);
	*uci = (struct cg_uci){ 0 };
}

const char *cg_uci_get(const struct cg_uci_section *s, const char *key)
{
	for (size_t i = s->n; i-- > 0;)
		if (!strcmp(s->v[i].key, key))
			return s->v[i].value;
	return NULL;
}

const char *cg_uci_title(const struct cg_uci_section *s)
{
	const char *name = cg_uci_get(s, "name");

	return name ? name : s->name;
}

/* The value of key that has as many of it before as o has in s. */
static const char *counterpart(const struct cg_uci_section *s, size_t at,
			       const struct cg_uci_section *other)
{
	size_t before = 0;

	for (size_t i = 0; i < at; i++)
		before += !strcmp(s->v[i].key, s->v[at].key);
	for (size_t i = 0; i < other->n; i++)
		if (!strcmp(other->v[i].key, s->v[at].key) && !before--)
			return other->v[i].value;
	return NULL;
}

static bool holds(const struct cg_uci_section *a, const struct cg_uci_section *b)
{
	for (size_t i = 0; i < a->n; i++) {
		const char *value = counterpart(a, i, b);

		if (strcmp(a->v[i].key, "name") != 0 && (!value || strcmp(value, a->v[i].value)))
			return false;
	}
	return true;
}

bool cg_uci_same(const struct cg_uci_section *a, const struct cg_uci_section *b)
{
	const char *x = cg_uci_title(a), *y = cg_uci_title(b);

	return !strcmp(a->type, b->type) && !strcmp(x ? x : "", y ? y : "") && holds(a, b) &&
	       holds(b, a);
}
