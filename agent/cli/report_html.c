/* SPDX-License-Identifier: GPL-2.0-only */
/* The report as a page: what left to which country, drawn, then every row. Names come from outside: every cell is escaped. */
#include <inttypes.h>
#include <string.h>
#include <time.h>
#include "i18n.h"
#include "page.h"
#include "print.h"
#include "reply.h"
#include "report.h"
#include "sentence.h"

static void td(FILE *f, const char *class, const char *s)
{
	(void)fprintf(f, "<td%s>", class);
	cg_page_text(f, s ? s : "");
	(void)fputs("</td>", f);
}

static void td_size(FILE *f, int64_t n)
{
	char size[CG_PRINT_LEN];

	td(f, " class=n", n < 0 ? "" : cg_print_size((uint64_t)n, size));
}

static void td_number(FILE *f, int64_t n)
{
	char text[24] = "";

	if (n >= 0)
		(void)snprintf(text, sizeof(text), "%" PRId64, n);
	td(f, " class=n", text);
}

static void td_time(FILE *f, int64_t s)
{
	time_t t = (time_t)s;
	struct tm tm;
	char text[32];

	if (s <= 0 || !localtime_r(&t, &tm) ||
	    !strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S %z", &tm))
		text[0] = '\0';
	td(f, "", text);
}

static void html_row(void *ctx, const struct cg_report_row *r)
{
	FILE *f = ctx;

	(void)fputs("<tr>", f);
	td(f, "", cg_report_word(r->kind));
	td(f, "", r->cam);
	td_time(f, r->from_s);
	td_time(f, r->to_s);
	td(f, "", cg_report_word(r->what));
	td(f, "", r->name ? cg_sentence_label(r->name) : "");
	td(f, "", r->net ? cg_sentence_label(r->net) : "");
	td(f, "", r->country);
	td(f, "", r->network);
	td_size(f, r->up_bytes);
	td_size(f, r->down_bytes);
	td_size(f, r->stopped_bytes);
	td_number(f, r->packets);
	td_number(f, r->count);
	td(f, "", cg_report_word(r->by));
	(void)fputs("</tr>\n", f);
}

/* ---- by country ---- */

#define PLACES	64
#define WIDTH	720
#define LABEL	120
#define ROW	24
#define NUMBERS 190 /* room behind a bar */

struct sum {
	const char *cam, *country; /* country NULL: not known to the record */
	int64_t up_bytes, down_bytes, stopped_bytes;
};

struct sums {
	struct sum v[PLACES];
	size_t n;
};

static int64_t number(struct json_object *o, const char *key)
{
	int64_t n = cg_reply_int(o, key);

	return n > 0 ? n : 0;
}

static bool same_text(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

/* The last place is for all that come behind. */
static struct sum *sum_of(struct sums *s, const char *cam, const char *country)
{
	for (size_t i = 0; i < s->n; i++)
		if (!strcmp(s->v[i].cam, cam) && same_text(s->v[i].country, country))
			return &s->v[i];
	if (s->n == PLACES)
		return NULL;
	s->v[s->n] = (struct sum){ .cam = cam, .country = country };
	return &s->v[s->n++];
}

/* All days of the report together. */
static void sums_take(struct sums *s, struct json_object *reply)
{
	for (size_t i = 0; i < cg_reply_count(reply, "days"); i++) {
		struct json_object *day = cg_reply_at(reply, "days", i);
		const char *cam = cg_reply_str(day, cg_reply_has(day, "name") ? "name" : "cam");

		for (size_t k = 0; k < cg_reply_count(day, "countries"); k++) {
			struct json_object *o = cg_reply_at(day, "countries", k);
			struct sum *sum = sum_of(
				s, cam,
				cg_reply_has(o, "country") ? cg_reply_str(o, "country") : NULL);

			if (!sum)
				continue;
			sum->up_bytes += number(o, "up_bytes");
			sum->down_bytes += number(o, "down_bytes");
			sum->stopped_bytes += number(o, "stopped_bytes");
		}
	}
}

static void bar(FILE *f, const struct sum *sum, int y, int64_t most)
{
	double w = (double)sum->up_bytes / (double)most * (WIDTH - LABEL - NUMBERS);
	char size[CG_PRINT_LEN];

	(void)fprintf(f, "<text x=\"0\" y=\"%d\">", y + 16);
	cg_page_text(f, sum->country ? sum->country : _("(others)"));
	(void)fprintf(f, "</text><rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"16\"/>", LABEL,
		      y + 4, sum->up_bytes && w < 1 ? 1. : w);
	(void)fprintf(f, "<text x=\"%.1f\" y=\"%d\">", LABEL + w + 8, y + 16);
	cg_page_text(f, cg_print_size((uint64_t)sum->up_bytes, size));
	if (sum->stopped_bytes) {
		(void)fputs(", ", f);
		cg_page_text(f, cg_print_size((uint64_t)sum->stopped_bytes, size));
		cg_page_text(f, _(" stopped"));
	}
	(void)fputs("</text>\n", f);
}

static void countries(FILE *f, const struct sums *s, size_t first)
{
	const char *cam = s->v[first].cam;
	int64_t most = 1;
	int rows = 0;

	for (size_t i = first; i < s->n; i++) {
		if (strcmp(s->v[i].cam, cam))
			continue;
		rows++;
		most = s->v[i].up_bytes > most ? s->v[i].up_bytes : most;
	}
	(void)fputs("<h3>", f);
	cg_page_text(f, cam);
	(void)fprintf(f, "</h3>\n<svg class=\"countries\" role=\"img\" viewBox=\"0 0 %d %d\">",
		      WIDTH, rows * ROW + 4);
	rows = 0;
	for (size_t i = first; i < s->n; i++)
		if (!strcmp(s->v[i].cam, cam))
			bar(f, &s->v[i], rows++ * ROW, most);
	(void)fputs("</svg>\n", f);
}

static void by_country(FILE *f, struct json_object *reply)
{
	struct sums s = { .n = 0 };

	sums_take(&s, reply);
	if (!s.n)
		return;
	(void)fputs("<h2>", f);
	cg_page_text(f, _("Bytes that left, by country"));
	(void)fputs("</h2>\n", f);
	for (size_t i = 0; i < s.n; i++) {
		size_t first = 0;

		while (strcmp(s.v[first].cam, s.v[i].cam))
			first++;
		if (first == i)
			countries(f, &s, i);
	}
}

void cg_report_html(struct json_object *reply, FILE *f)
{
	const char *const columns[] = { _("kind"),    _("camera"), _("from"),	  _("to"),
					_("what"),    _("name"),   _("network"),  _("country"),
					_("AS"),      _("sent"),   _("received"), _("stopped"),
					_("packets"), _("count"),  _("by") };

	(void)fputs("<!DOCTYPE html>\n<html lang=\"", f);
	cg_page_text(f, cg_sentence_language());
	(void)fputs("\"><head><meta charset=\"utf-8\">\n"
		    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
		    "style-src 'unsafe-inline'\">\n<title>",
		    f);
	cg_page_text(f, _("camgate report"));
	(void)fputs(
		"</title>\n<style>"
		"body{font-family:sans-serif;margin:2em}table{border-collapse:collapse}"
		"td,th{border:1px solid #999;padding:.2em .5em;text-align:left;"
		"vertical-align:top}.n{text-align:right}svg{display:block;width:100%;max-width:45em;"
		"font-size:13px}rect{fill:#2f6fb0}</style></head><body>\n"
		"<h1>",
		f);
	cg_page_text(f, _("camgate report"));
	(void)fputs("</h1>\n<p>", f);
	cg_page_text(
		f,
		cg_reply_bool(reply, "whole") ?
			_("The record is as it was written") :
			_("The record is NOT as it was written: `camgate log verify` says where"));
	if (cg_reply_has(reply, "anchor")) {
		cg_page_text(f, _("; anchor "));
		(void)fputs("<code>", f);
		cg_page_text(f, cg_reply_str(reply, "anchor"));
		(void)fputs("</code>", f);
	}
	(void)fputs("</p>\n", f);
	by_country(f, reply);
	(void)fputs("<h2>", f);
	cg_page_text(f, _("Every row"));
	(void)fputs("</h2>\n<table><thead><tr>", f);
	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++) {
		(void)fputs("<th>", f);
		cg_page_text(f, columns[i]);
		(void)fputs("</th>", f);
	}
	(void)fputs("</tr></thead><tbody>\n", f);
	cg_report_rows(reply, html_row, f);
	(void)fputs("</tbody></table>\n</body></html>\n", f);
}
