/* SPDX-License-Identifier: GPL-2.0-only */
/* Two plots of a camera's last day as SVG in the page: bytes by destination, and each destination's hours. */
#include <string.h>
#include "i18n.h"
#include "page.h"
#include "print.h"
#include "reply.h"
#include "text.h"

#define HOURS	 24
#define WIDTH	 760
#define LABEL	 236 /* where what is drawn begins */
#define LETTERS	 31  /* of a label that fit before it */
#define COLUMN	 ((WIDTH - LABEL - 4) / HOURS)
#define BAR_ROW	 26
#define HOUR_ROW 48
#define BASE	 36 /* the line of an hour row */
#define AXIS	 24

static const char *label_of(struct json_object *d)
{
	const char *name = cg_reply_str(d, "name");

	if (cg_reply_bool(d, "rest"))
		return _("all the others");
	return *name ? name : cg_reply_str(d, "peer");
}

/* Cut where it would run into what is drawn; the whole of it is its title. */
static void label(FILE *f, struct json_object *d, int y)
{
	const char *text = label_of(d);
	size_t len = strlen(text);
	char cut[256];

	if (cg_text_width(text) > LETTERS) {
		/* the end of a name says whose it is */
		while (cg_text_width(text + strlen(text) - len) > LETTERS - 1) {
			len--;
			while (len && (text[strlen(text) - len] & 0xc0) == 0x80)
				len--;
		}
		snprintf(cut, sizeof(cut), "\xe2\x80\xa6%s", text + strlen(text) - len);
	} else {
		snprintf(cut, sizeof(cut), "%s", text);
	}
	fprintf(f, "<text x=\"0\" y=\"%d\"><title>", y);
	cg_page_text(f, text);
	if (cg_reply_has(d, "country") || cg_reply_has(d, "network")) {
		fprintf(f, ", ");
		cg_page_text(f, cg_reply_str(d, "country"));
		fputc(' ', f);
		cg_page_text(f, cg_reply_str(d, "network"));
	}
	fprintf(f, "</title>");
	cg_page_text(f, cut);
	fprintf(f, "</text>");
}

static void svg(FILE *f, const char *class, int height)
{
	fprintf(f, "<svg class=\"%s\" role=\"img\" viewBox=\"0 0 %d %d\">", class, WIDTH, height);
}

static void bars(FILE *f, struct json_object *cam)
{
	size_t n = cg_reply_count(cam, "destinations");
	int room = WIDTH - LABEL - 190;
	int64_t most = 1;

	for (size_t i = 0; i < n; i++) {
		int64_t up = cg_reply_int(cg_reply_at(cam, "destinations", i), "up_bytes");

		most = up > most ? up : most;
	}
	fprintf(f, "<figure><figcaption>");
	cg_page_text(f,
		     _("Bytes sent by the camera in the last 24 hours, by destination; tries are "
		       "reports of what was stopped"));
	fprintf(f, "</figcaption>");
	svg(f, "bytes", (int)n * BAR_ROW + 6);
	for (size_t i = 0; i < n; i++) {
		struct json_object *d = cg_reply_at(cam, "destinations", i);
		int64_t up = cg_reply_int(d, "up_bytes"), tries = cg_reply_int(d, "tries");
		double w = up > 0 ? (double)up / (double)most * room : 0;
		int y = (int)i * BAR_ROW;
		char size[CG_PRINT_LEN];

		label(f, d, y + 17);
		fprintf(f, "<rect class=\"up\" x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"16\"/>",
			LABEL, y + 5, up > 0 && w < 1 ? 1. : w);
		fprintf(f, "<text x=\"%.1f\" y=\"%d\">", LABEL + w + 8, y + 17);
		cg_page_text(f, cg_print_size(up > 0 ? (uint64_t)up : 0, size));
		if (tries > 0) {
			char text[64];

			snprintf(text, sizeof(text),
				 n_(", %lld try stopped", ", %lld tries stopped",
				    (unsigned long)tries),
				 (long long)tries);
			cg_page_text(f, text);
		}
		fprintf(f, "</text>");
	}
	fprintf(f, "</svg></figure>\n");
}

static int64_t hour_of(struct json_object *d, size_t hour, size_t what)
{
	struct json_object *h = cg_reply_at(d, "hours", hour);
	struct json_object *v =
		json_object_is_type(h, json_type_array) ? json_object_array_get_idx(h, what) : NULL;

	return json_object_is_type(v, json_type_int) ? cg_reply_number(v) : 0;
}

/* The clock at every third hour. */
static void axis(FILE *f, time_t first_s)
{
	svg(f, "axis", AXIS);
	for (size_t h = 0; h < HOURS; h += 3) {
		time_t at = first_s + (time_t)h * 3600;
		char clock[8] = "";
		struct tm tm;

		if (localtime_r(&at, &tm))
			strftime(clock, sizeof(clock), "%H:%M", &tm);
		fprintf(f, "<text class=\"dim\" x=\"%zu\" y=\"14\">", LABEL + h * COLUMN);
		cg_page_text(f, clock);
		fprintf(f,
			"</text><line class=\"axis\" x1=\"%zu\" y1=\"18\" x2=\"%zu\" y2=\"%d\"/>",
			LABEL + h * COLUMN, LABEL + h * COLUMN, AXIS);
	}
	fprintf(f, "</svg>");
}

/* A picture of its own, so that no page ends within one. */
static void hour_row(FILE *f, struct json_object *d)
{
	int64_t most = 1;
	char size[CG_PRINT_LEN];

	for (size_t h = 0; h < HOURS; h++) {
		int64_t up = hour_of(d, h, 0);

		most = up > most ? up : most;
	}
	svg(f, "hours", HOUR_ROW);
	label(f, d, 16);
	fprintf(f, "<text class=\"dim\" x=\"0\" y=\"31\">");
	cg_page_text(f, _("most in an hour: "));
	cg_page_text(f, most > 1 ? cg_print_size((uint64_t)most, size) : _("none"));
	fprintf(f, "</text><line class=\"axis\" x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\"/>", LABEL,
		BASE, LABEL + HOURS * COLUMN, BASE);
	for (size_t h = 0; h < HOURS; h++) {
		int64_t up = hour_of(d, h, 0), tries = hour_of(d, h, 2);
		double high = up > 0 ? (double)up / (double)most * (BASE - 3) : 0;
		size_t x = LABEL + h * COLUMN + 2;

		if (up > 0)
			fprintf(f,
				"<rect class=\"up\" x=\"%zu\" y=\"%.1f\" width=\"%d\" "
				"height=\"%.1f\"><title>%s</title></rect>",
				x, BASE - (high < 1 ? 1 : high), COLUMN - 4, high < 1 ? 1. : high,
				cg_print_size((uint64_t)up, size));
		/* a cross below the line: seen without colours */
		if (tries > 0)
			fprintf(f,
				"<path class=\"stop\" d=\"M%zu %dl6 6m0 -6l-6 6\"><title>%lld</title>"
				"</path>",
				x + (COLUMN - 4) / 2 - 3, BASE + 3, (long long)tries);
	}
	fprintf(f, "</svg>");
}

static void hours(FILE *f, struct json_object *cam)
{
	fprintf(f, "<figure><figcaption>");
	cg_page_text(f, _("By hour: each destination on its own scale; a cross is an hour in which "
			  "tries were stopped"));
	fprintf(f, "</figcaption>");
	axis(f, (time_t)cg_reply_int(cam, "hour_s") - (HOURS - 1) * 3600);
	for (size_t i = 0; i < cg_reply_count(cam, "destinations"); i++)
		hour_row(f, cg_reply_at(cam, "destinations", i));
	fprintf(f, "</figure>\n");
}

static void number(FILE *f, const char *text)
{
	fprintf(f, "<td class=\"n\">");
	cg_page_text(f, text);
	fprintf(f, "</td>");
}

static void countries(FILE *f, struct json_object *cam)
{
	const char *const titles[] = { _("Country"), _("Sent"), _("Got"), _("Tries stopped") };
	size_t n = cg_reply_count(cam, "countries");
	char text[CG_PRINT_LEN];

	if (!n)
		return;
	fprintf(f, "<table class=\"countries\"><thead><tr>");
	for (size_t i = 0; i < sizeof(titles) / sizeof(*titles); i++) {
		fprintf(f, i ? "<th class=\"n\">" : "<th>");
		cg_page_text(f, titles[i]);
		fprintf(f, "</th>");
	}
	fprintf(f, "</tr></thead><tbody>");
	for (size_t i = 0; i < n; i++) {
		struct json_object *o = cg_reply_at(cam, "countries", i);
		int64_t up = cg_reply_int(o, "up_bytes"), down = cg_reply_int(o, "down_bytes");

		fprintf(f, "<tr><td>");
		cg_page_text(f, cg_reply_has(o, "country") ? cg_reply_str(o, "country") :
							     _("(not told apart)"));
		fprintf(f, "</td>");
		number(f, cg_print_size(up > 0 ? (uint64_t)up : 0, text));
		number(f, cg_print_size(down > 0 ? (uint64_t)down : 0, text));
		snprintf(text, sizeof(text), "%lld", (long long)cg_reply_int(o, "tries"));
		number(f, text);
		fprintf(f, "</tr>");
	}
	fprintf(f, "</tbody></table>\n");
}

void cg_page_plots(FILE *f, struct json_object *cam)
{
	fprintf(f, "<h3>");
	cg_page_text(f, _("Where it sends to"));
	fprintf(f, "</h3>");
	if (!cg_reply_count(cam, "destinations")) {
		fprintf(f, "<p class=\"dim\">");
		cg_page_text(f, _("Nowhere outside in the last 24 hours."));
		fprintf(f, "</p>");
		return;
	}
	countries(f, cam);
	bars(f, cam);
	hours(f, cam);
}
