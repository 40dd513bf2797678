/* SPDX-License-Identifier: GPL-2.0-only */
/* The report's rows, and what they look like as CSV and HTML. Names come from outside: every cell is escaped. */
#include <inttypes.h>
#include <string.h>
#include <time.h>
#include "i18n.h"
#include "print.h"
#include "reply.h"
#include "report.h"

/* ---- rows ---- */

static const char *text_of(struct json_object *o, const char *key)
{
	return cg_reply_has(o, key) ? cg_reply_str(o, key) : NULL;
}

static int64_t num_of(struct json_object *o, const char *key)
{
	return cg_reply_has(o, key) ? cg_reply_int(o, key) : -1;
}

static struct cg_report_row row_of(const char *kind, struct json_object *o)
{
	return (struct cg_report_row){
		.kind = kind,
		.cam = text_of(o, cg_reply_has(o, "name") ? "name" : "cam"),
		.from_s = num_of(o, "first_s"),
		.to_s = num_of(o, "last_s"),
		.up_bytes = num_of(o, "up_bytes"),
		.down_bytes = num_of(o, "down_bytes"),
		.stopped_bytes = num_of(o, "stopped_bytes"),
		.packets = -1,
		.count = num_of(o, "count"),
	};
}

static void day_rows(struct json_object *day,
		     void (*row)(void *ctx, const struct cg_report_row *row), void *ctx)
{
	for (size_t i = 0; i < cg_reply_count(day, "to") + cg_reply_has(day, "others"); i++) {
		struct cg_report_row r = row_of("left", day);
		bool other = i == cg_reply_count(day, "to");
		struct json_object *to = other ? cg_reply_obj(day, "others") :
						 cg_reply_at(day, "to", i);

		r.name = other ? "(others)" : text_of(to, "name");
		r.net = text_of(to, "net");
		r.country = text_of(to, "country");
		r.up_bytes = num_of(to, "up_bytes");
		r.down_bytes = num_of(to, "down_bytes");
		r.stopped_bytes = num_of(to, "stopped_bytes");
		r.count = num_of(to, "count");
		row(ctx, &r);
	}
	for (size_t i = 0; i < cg_reply_count(day, "stopped"); i++) {
		struct cg_report_row r = row_of("stopped", day);
		struct json_object *s = cg_reply_at(day, "stopped", i);

		r.what = text_of(s, "reason");
		r.net = text_of(s, "class");
		r.up_bytes = r.down_bytes = -1;
		r.stopped_bytes = num_of(s, "bytes");
		r.packets = num_of(s, "packets");
		r.by = text_of(s, "direction");
		row(ctx, &r);
	}
}

void cg_report_rows(struct json_object *reply,
		    void (*row)(void *ctx, const struct cg_report_row *row), void *ctx)
{
	static const char *const lists[] = { "opened", "erased", "holes" };
	static const char *const kinds[] = { "opened", "erased", "hole" };

	for (size_t i = 0; i < cg_reply_count(reply, "days"); i++)
		day_rows(cg_reply_at(reply, "days", i), row, ctx);
	for (size_t i = 0; i < cg_reply_count(reply, "sessions"); i++) {
		struct json_object *s = cg_reply_at(reply, "sessions", i);
		struct json_object *opening = cg_reply_obj(s, "opening");
		struct cg_report_row r = row_of("session", s);

		r.what = text_of(s, "what");
		r.name = text_of(s, "asked");
		r.net = text_of(s, "peer");
		r.country = text_of(s, "country");
		r.by = cg_reply_has(opening, "user") ? text_of(opening, "user") :
						       text_of(opening, "by");
		row(ctx, &r);
	}
	for (size_t k = 0; k < 3; k++)
		for (size_t i = 0; i < cg_reply_count(reply, lists[k]); i++) {
			struct json_object *o = cg_reply_at(reply, lists[k], i);
			struct cg_report_row r = row_of(kinds[k], o);

			r.what = text_of(o, "why");
			r.by = text_of(o, "user");
			/* An opening is of the moment it was typed, until its end. */
			if (!k) {
				r.from_s = r.to_s;
				r.to_s = num_of(o, "until_s");
			}
			row(ctx, &r);
		}
}

#define TIME_LEN 24

static const char *iso(int64_t s, char buf[static TIME_LEN])
{
	time_t t = (time_t)s;
	struct tm tm;

	if (s <= 0 || !gmtime_r(&t, &tm) || !strftime(buf, TIME_LEN, "%Y-%m-%dT%H:%M:%SZ", &tm))
		*buf = '\0';
	return buf;
}

/* ---- CSV ---- */

static void cell(FILE *f, const char *s, bool last)
{
	if (s && *s) {
		(void)fputc('"', f);
		if (strchr("=+-@\t\r", *s))
			(void)fputc('\'', f);
		for (; *s; s++) {
			if (*s == '"')
				(void)fputc('"', f);
			(void)fputc(*s, f);
		}
		(void)fputc('"', f);
	}
	(void)fputs(last ? "\r\n" : ",", f);
}

static void number(FILE *f, int64_t n)
{
	if (n >= 0)
		(void)fprintf(f, "%" PRId64, n);
	(void)fputc(',', f);
}

static void csv_row(void *ctx, const struct cg_report_row *r)
{
	char from[TIME_LEN], to[TIME_LEN];
	FILE *f = ctx;

	cell(f, r->kind, false);
	cell(f, r->cam, false);
	cell(f, iso(r->from_s, from), false);
	cell(f, iso(r->to_s, to), false);
	cell(f, r->what, false);
	cell(f, r->name, false);
	cell(f, r->net, false);
	cell(f, r->country, false);
	number(f, r->up_bytes);
	number(f, r->down_bytes);
	number(f, r->stopped_bytes);
	number(f, r->packets);
	number(f, r->count);
	cell(f, r->by, true);
}

void cg_report_csv(struct json_object *reply, FILE *f)
{
	(void)fputs("kind,camera,from,to,what,name,network,country,up_bytes,down_bytes,"
		    "stopped_bytes,packets,count,by\r\n",
		    f);
	cg_report_rows(reply, csv_row, f);
}

/* ---- HTML ---- */

static void escaped(FILE *f, const char *s)
{
	for (; s && *s; s++) {
		switch (*s) {
		case '&':
			(void)fputs("&amp;", f);
			break;
		case '<':
			(void)fputs("&lt;", f);
			break;
		case '>':
			(void)fputs("&gt;", f);
			break;
		case '"':
			(void)fputs("&quot;", f);
			break;
		case '\'':
			(void)fputs("&#39;", f);
			break;
		default:
			/* What no document may hold. */
			if ((unsigned char)*s < ' ' || *s == 0x7f)
				(void)fputs("&#xfffd;", f);
			else
				(void)fputc(*s, f);
		}
	}
}

static void td(FILE *f, const char *class, const char *s)
{
	(void)fprintf(f, "<td%s>", class);
	escaped(f, s);
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
	char text[32] = "";

	if (s > 0 && localtime_r(&t, &tm))
		(void)strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S %z", &tm);
	td(f, "", text);
}

static void html_row(void *ctx, const struct cg_report_row *r)
{
	FILE *f = ctx;

	(void)fputs("<tr>", f);
	td(f, "", r->kind);
	td(f, "", r->cam);
	td_time(f, r->from_s);
	td_time(f, r->to_s);
	td(f, "", r->what);
	td(f, "", r->name);
	td(f, "", r->net);
	td(f, "", r->country);
	td_size(f, r->up_bytes);
	td_size(f, r->down_bytes);
	td_size(f, r->stopped_bytes);
	td_number(f, r->packets);
	td_number(f, r->count);
	td(f, "", r->by);
	(void)fputs("</tr>\n", f);
}

void cg_report_html(struct json_object *reply, FILE *f)
{
	const char *const columns[] = { _("kind"),  _("camera"),   _("from"),	 _("to"),
					_("what"),  _("name"),	   _("network"), _("country"),
					_("sent"),  _("received"), _("stopped"), _("packets"),
					_("count"), _("by") };

	(void)fputs("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
		    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
		    "style-src 'unsafe-inline'\">\n<title>camgate report</title>\n<style>"
		    "body{font-family:sans-serif;margin:2em}table{border-collapse:collapse}"
		    "td,th{border:1px solid #999;padding:.2em .5em;text-align:left;"
		    "vertical-align:top}.n{text-align:right}</style></head><body>\n"
		    "<h1>camgate report</h1>\n<p>",
		    f);
	escaped(f,
		cg_reply_bool(reply, "whole") ?
			_("The record is as it was written") :
			_("The record is NOT as it was written: `camgate log verify` says where"));
	if (cg_reply_has(reply, "anchor")) {
		(void)fputs("; anchor <code>", f);
		escaped(f, cg_reply_str(reply, "anchor"));
		(void)fputs("</code>", f);
	}
	(void)fputs("</p>\n<table><thead><tr>", f);
	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++) {
		(void)fputs("<th>", f);
		escaped(f, columns[i]);
		(void)fputs("</th>", f);
	}
	(void)fputs("</tr></thead><tbody>\n", f);
	cg_report_rows(reply, html_row, f);
	(void)fputs("</tbody></table>\n</body></html>\n", f);
}
