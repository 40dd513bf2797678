/* SPDX-License-Identifier: GPL-2.0-only */
/* UCI as a config: line by line, each value in quotes that nothing in it can end. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "ident.h"
#include "memtext.h"
#include "told.h"
#include "ucitext.h"

struct writer {
	FILE *f;
	const char *file;
	struct cg_diag *diag;
	int line;
	bool block; /* one is open */
	bool left;  /* the section's options are not written */
};

static void quote(FILE *f, const char *s)
{
	(void)fputc('\'', f);
	for (; *s; s++) {
		if (*s == '\\' || *s == '\'')
			(void)fputc('\\', f);
		(void)fputc(*s, f);
	}
	(void)fputc('\'', f);
}

static void go_to(struct writer *w, int line)
{
	for (; w->line < line; w->line++)
		(void)fputc('\n', w->f);
}

static int fault(const struct writer *w, int line, const char *found, const char *expected)
{
	const struct cg_pos pos = { w->file, line, 0 };

	return cg_diag_set(w->diag, &pos, -EINVAL, "found '%s', expected %s", found, expected);
}

/* "sat,sun 14:00-18:00 open Europe/Berlin"; what is no time or day is left for the config to judge. */
static int schedule(struct writer *w, const struct cg_uci_option *o)
{
	_cleanup_free_ char *text = strdup(o->value);
	char *save = NULL, *t = text ? strtok_r(text, " ", &save) : NULL, *to;
	const char *const expected = N_("[DAYS] FROM-TO [EXPOSURE] [TIMEZONE], such as "
					"sat,sun 14:00-18:00 open");

	if (!text)
		return -ENOMEM;
	(void)fputs("schedule {", w->f);
	if (t && !strchr(t, '-')) {
		char *days = NULL, *sep = "";

		(void)fputs(" days = {", w->f);
		for (char *d = strtok_r(t, ",", &days); d; d = strtok_r(NULL, ",", &days)) {
			(void)fputs(sep, w->f);
			quote(w->f, d);
			sep = ", ";
		}
		(void)fputs("}", w->f);
		t = strtok_r(NULL, " ", &save);
	}
	to = t ? strchr(t, '-') : NULL;
	if (!to)
		return fault(w, o->line, o->value, expected);
	*to++ = '\0';
	(void)fputs(" from = ", w->f);
	quote(w->f, t);
	(void)fputs(" to = ", w->f);
	quote(w->f, to);
	for (int i = 0; i < 2 && (t = strtok_r(NULL, " ", &save)); i++) {
		(void)fputs(i ? " timezone = " : " exposure = ", w->f);
		quote(w->f, t);
	}
	if (strtok_r(NULL, " ", &save))
		return fault(w, o->line, o->value, expected);
	(void)fputs(" }", w->f);
	return 0;
}

static int option(struct writer *w, const struct cg_uci_option *o, bool titled)
{
	if (titled && (!strcmp(o->key, "name") || !strcmp(o->key, "file")))
		return 0;
	/* Else it could be anything that camgate.conf(5) has. */
	if (o->key[strspn(o->key, "abcdefghijklmnopqrstuvwxyz_")])
		return fault(w, o->line, o->key, N_("a key of camgate.conf(5)"));
	go_to(w, o->line);
	if (!strcmp(o->key, "schedule"))
		return schedule(w, o);
	(void)fprintf(w->f, o->list ? "%s += { " : "%s = ", o->key);
	quote(w->f, o->value);
	if (o->list)
		(void)fputs(" }", w->f);
	return 0;
}

static int section(struct writer *w, const struct cg_uci_section *s, cg_uci_kept *kept, void *ctx)
{
	bool titled = !strcmp(s->type, "camera") || !strcmp(s->type, "viewer");
	const char *file = titled ? cg_uci_get(s, "file") : NULL, *title = cg_uci_title(s);
	int r = 0;

	go_to(w, s->line);
	if (w->block)
		(void)fputs("} ", w->f);
	w->block = false;
	if (file && cg_ident_id_fault(file))
		return fault(w, s->line, file, cg_ident_id_fault(file));
	if (titled && !title)
		return fault(w, s->line, s->type, N_("option name"));
	if (file && kept && kept(ctx, s))
		return 0;
	if (titled) {
		(void)fprintf(w->f, "%s ", s->type);
		quote(w->f, title);
		(void)fputs(" {", w->f);
		w->block = true;
	} else if (!strcmp(s->type, "defaults") || !strcmp(s->type, "unknown") ||
		   !strcmp(s->type, "mqtt") || !strcmp(s->type, "fleet")) {
		(void)fprintf(w->f, "%s {", s->type);
		w->block = true;
	} else if (strcmp(s->type, "camgate") != 0) {
		return fault(
			w, s->line, s->type,
			N_("a section camgate, unknown, mqtt, fleet, defaults, viewer or camera"));
	}
	for (size_t i = 0; i < s->n && !r; i++)
		r = option(w, &s->v[i], titled);
	return r;
}

int cg_uci_to_config(const struct cg_uci *uci, cg_uci_kept *kept, void *ctx, const char *file,
		     struct cg_diag *diag, char **ret_text, size_t *ret_len)
{
	char *text = NULL;
	size_t len = 0;
	struct writer w = { .file = file, .diag = diag, .line = 1 };
	int r = 0;

	w.f = open_memstream(&text, &len);
	if (!w.f)
		return -ENOMEM;
	for (size_t i = 0; i < uci->n && !r; i++)
		r = section(&w, &uci->v[i], kept, ctx);
	go_to(&w, uci->lines);
	if (w.block)
		(void)fputs("} ", w.f);
	(void)fprintf(w.f,
		      "include(\"cameras.d/*.conf\")\n"
		      "# Made of %s line by line, and made anew at each reload.\n",
		      file);
	if (cg_memtext_end(w.f, &text) && !r)
		r = -ENOMEM;
	if (r) {
		free(text);
		return r;
	}
	*ret_text = text;
	*ret_len = len;
	return 0;
}
