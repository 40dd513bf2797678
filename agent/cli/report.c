/* SPDX-License-Identifier: GPL-2.0-only */
/* The report's rows, and what they look like as CSV. Names come from outside: every cell is escaped. */
#include <inttypes.h>
#include <string.h>
#include <time.h>
#include "../lib/reason.h"
#include "i18n.h"
#include "print.h"
#include "reply.h"
#include "report.h"
#include "sentence.h"

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

/* Of a day's sums by country, or by network. */
static void place_rows(struct json_object *day, const char *list, const char *kind,
		       void (*row)(void *ctx, const struct cg_report_row *row), void *ctx)
{
	for (size_t i = 0; i < cg_reply_count(day, list); i++) {
		struct cg_report_row r = row_of(kind, day);
		struct json_object *p = cg_reply_at(day, list, i);

		r.country = text_of(p, "country");
		r.network = text_of(p, "network");
		r.name = cg_reply_has(p, "others") ? "(others)" : NULL;
		r.up_bytes = num_of(p, "up_bytes");
		r.down_bytes = num_of(p, "down_bytes");
		r.stopped_bytes = num_of(p, "stopped_bytes");
		r.count = num_of(p, "others");
		row(ctx, &r);
	}
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
		r.network = text_of(to, "network");
		r.up_bytes = num_of(to, "up_bytes");
		r.down_bytes = num_of(to, "down_bytes");
		r.stopped_bytes = num_of(to, "stopped_bytes");
		r.count = num_of(to, "count");
		row(ctx, &r);
	}
	place_rows(day, "countries", "country", row, ctx);
	place_rows(day, "networks", "network", row, ctx);
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
		r.network = text_of(s, "network");
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

const char *cg_report_word(const char *word)
{
	if (!word)
		return "";
	/* Where it is not translated the key is shorter. */
	for (unsigned int i = 1; i < __CG_REASON_MAX; i++) {
		const char *text = cg_reason_text(i);
		const char *told = _(text);

		if (!strcmp(word, cg_reason_name(i)) && strcmp(told, text))
			return told;
	}
	return cg_sentence_label(word);
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
	cell(f, r->by, false);
	cell(f, r->network, true);
}

void cg_report_csv(struct json_object *reply, FILE *f)
{
	(void)fputs("kind,camera,from,to,what,name,network,country,up_bytes,down_bytes,"
		    "stopped_bytes,packets,count,by,asn\r\n",
		    f);
	cg_report_rows(reply, csv_row, f);
}
