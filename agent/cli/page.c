/* SPDX-License-Identifier: GPL-2.0-only */
/* Head, summary, and a section for each camera: what is wrong first, then what was seen. */
#include <string.h>
#include "../lib/utf8.h"
#include "i18n.h"
#include "page.h"
#include "print.h"
#include "reply.h"
#include "sentence.h"

static const char style[] =
	":root{--ink:#1b1f24;--dim:#5b6470;--line:#d5dae1;--paper:#fff;--card:#f6f7f9;--up:#2f6fb0;"
	"--stop:#a8481c;--high:#9c1c28;--medium:#8a5300;--low:#44607a;--note:#5b6470}"
	"@media (prefers-color-scheme:dark){:root{--ink:#e7eaee;--dim:#a3acb8;--line:#3a424d;"
	"--paper:#15181c;--card:#1d2126;--up:#7fb2e6;--stop:#f0986a;--high:#ff8a92;--medium:#f0b35a;"
	"--low:#9fbcd6;--note:#a3acb8}}"
	"@media print{:root{--ink:#000;--dim:#444;--line:#999;--paper:#fff;--card:#fff;--up:#333;"
	"--stop:#000;--high:#000;--medium:#000;--low:#000;--note:#000}"
	"section.cam{break-before:page}section.cam:first-of-type{break-before:auto}"
	"body{max-width:none;margin:0;padding:0}}"
	"*{box-sizing:border-box}"
	"body{margin:0 auto;max-width:60rem;padding:1.5rem 1.25rem 4rem;background:var(--paper);"
	"color:var(--ink);font:16px/1.5 system-ui,sans-serif;overflow-wrap:anywhere}"
	"h1{font-size:1.6rem;margin:0 0 .25rem}h2{font-size:1.3rem;margin:0;padding-top:.5rem}"
	"h3{font-size:1rem;margin:1.6rem 0 .5rem}"
	"a{color:inherit}p{margin:.3rem 0}.dim{color:var(--dim)}small,.dim{font-size:.875rem}"
	"section.cam{margin-top:2.5rem;border-top:2px solid var(--ink)}"
	"table{border-collapse:collapse;width:100%;font-size:.9rem;"
	"font-variant-numeric:tabular-nums}"
	"th,td{text-align:left;vertical-align:top;padding:.3rem .75rem .3rem 0;"
	"border-bottom:1px solid var(--line)}th{font-weight:600}"
	"th,th.n,td.n,.services td:first-child,.services td:last-child{white-space:nowrap}"
	"@media(max-width:30rem){.services td:last-child{white-space:normal}}"
	"th.n,td.n{text-align:right}tr{break-inside:avoid}"
	"ol.findings{list-style:none;margin:0;padding:0}"
	"ol.findings>li{background:var(--card);border:1px solid var(--line);border-left-width:6px;"
	"border-radius:4px;padding:.6rem .9rem;margin:.5rem 0;break-inside:avoid}"
	"li.high{border-left-color:var(--high)!important}"
	"li.medium{border-left-color:var(--medium)!important}"
	"li.low{border-left-color:var(--low)!important}"
	"li.note{border-left-color:var(--note)!important}"
	".level{display:inline-block;min-width:4.5rem;font-weight:700;text-transform:uppercase;"
	"font-size:.78rem;letter-spacing:.04em}"
	".high .level{color:var(--high)}.medium .level{color:var(--medium)}"
	".low .level{color:var(--low)}.note .level{color:var(--note)}"
	"figure{margin:.5rem 0 0}h2,h3,figcaption{break-after:avoid}figcaption{font-size:.875rem;color:var(--dim)}"
	"svg{display:block;width:100%;height:auto;break-inside:avoid;font-family:system-ui,sans-serif}"
	"svg text{fill:var(--ink);font-size:12px}svg text.dim{fill:var(--dim);font-size:11px}"
	"svg .up{fill:var(--up)}svg .stop{fill:none;stroke:var(--stop);stroke-width:1.5}"
	"svg .axis{stroke:var(--line);stroke-width:1}";

void cg_page_text(FILE *f, const char *s)
{
	size_t left = strlen(s), n;
	uint32_t code;

	for (; left; s += n, left -= n) {
		n = cg_utf8_next(s, left, &code);
		if (!n) {
			fputs("\xef\xbf\xbd", f);
			n = 1;
		} else if (cg_utf8_is_control(code)) {
			fputc(' ', f);
		} else if (strchr("&<>\"'", *s)) {
			fprintf(f, "&#%u;", (unsigned int)code);
		} else {
			fwrite(s, 1, n, f);
		}
	}
}

/* <tag>text</tag>, with a class where there is one. */
static void element(FILE *f, const char *tag, const char *class, const char *text)
{
	fprintf(f, *class ? "<%s class=\"%s\">" : "<%s>", tag, class);
	cg_page_text(f, text);
	fprintf(f, "</%s>", tag);
}

/* Of ours, by name: a class is never a text from outside. */
static const char *level_class(const char *level)
{
	static const char *const levels[] = { "high", "medium", "low" };

	for (size_t i = 0; i < sizeof(levels) / sizeof(*levels); i++)
		if (!strcmp(levels[i], level))
			return levels[i];
	return "note";
}

static const char *level_text(const char *level)
{
	return !strcmp(level, "high")	? _("high") :
	       !strcmp(level, "medium") ? _("medium") :
	       !strcmp(level, "low")	? _("low") :
					  _("note");
}

static size_t count(struct json_object *cam, const char *level)
{
	size_t n = 0;

	for (size_t i = 0; i < cg_reply_count(cam, "findings"); i++)
		n += !strcmp(level_class(cg_reply_str(cg_reply_at(cam, "findings", i), "level")),
			     level);
	return n;
}

static void summary(FILE *f, struct json_object *cams)
{
	static const char *const levels[] = { "high", "medium", "low", "note" };

	fprintf(f, "<table id=\"summary\"><thead><tr><th>");
	cg_page_text(f, _("Camera"));
	fprintf(f, "</th>");
	for (size_t k = 0; k < 4; k++)
		element(f, "th", "n", level_text(levels[k]));
	fprintf(f, "</tr></thead><tbody>");
	for (size_t i = 0; i < json_object_array_length(cams); i++) {
		struct json_object *cam = json_object_array_get_idx(cams, i);
		char name[CG_REPLY_CAM_LEN];

		fprintf(f, "<tr><td><a href=\"#cam%zu\">", i + 1);
		cg_page_text(f, cg_reply_cam(cam, name));
		fprintf(f, "</a></td>");
		for (size_t k = 0; k < 4; k++)
			fprintf(f, "<td class=\"n\">%zu</td>", count(cam, levels[k]));
		fprintf(f, "</tr>");
	}
	fprintf(f, "</tbody></table>\n");
}

static void findings(FILE *f, struct json_object *cam)
{
	size_t n = cg_reply_count(cam, "findings");

	element(f, "h3", "", _("What is wrong, and what to do"));
	if (!n) {
		element(f, "p", "nothing", _("Nothing was found."));
		return;
	}
	fprintf(f, "<ol class=\"findings\">");
	for (size_t i = 0; i < n; i++) {
		struct json_object *o = cg_reply_at(cam, "findings", i);
		const char *level = level_class(cg_reply_str(o, "level"));

		fprintf(f, "<li class=\"%s\"><p>", level);
		element(f, "span", "level", level_text(level));
		fputc(' ', f);
		cg_page_text(f, cg_reply_str(o, "text"));
		fprintf(f, "</p><p><b>");
		cg_page_text(f, _("Do:"));
		fprintf(f, "</b> ");
		cg_page_text(f, cg_reply_str(o, "advice"));
		fprintf(f, "</p><p class=\"dim\">");
		cg_page_text(f, cg_reply_str(o, "provision"));
		fprintf(f, ": ");
		cg_page_text(f, cg_reply_str(o, "requires"));
		fprintf(f, "</p></li>");
	}
	fprintf(f, "</ol>\n");
}

static const char *state_text(const char *state)
{
	return !strcmp(state, "anybody")  ? _("answers anybody") :
	       !strcmp(state, "password") ? _("asks for a password") :
	       !strcmp(state, "to-https") ? _("sends to HTTPS") :
					    _("open");
}

static void services(FILE *f, struct json_object *cam, time_t now)
{
	size_t n = cg_reply_count(cam, "services");
	const char *const titles[] = { _("Port"), _("What"), _("State"), _("Known by"), _("When") };

	element(f, "h3", "", _("Services on the LAN"));
	if (!n) {
		element(f, "p", "dim",
			cg_reply_has(cam, "probed_s") ? _("None answered.") :
							_("None was seen in use."));
		return;
	}
	fprintf(f, "<table class=\"services\"><thead><tr>");
	for (size_t i = 0; i < sizeof(titles) / sizeof(*titles); i++)
		element(f, "th", "", titles[i]);
	fprintf(f, "</tr></thead><tbody>");
	for (size_t i = 0; i < n; i++) {
		struct json_object *o = cg_reply_at(cam, "services", i);
		const char *text = cg_reply_str(o, "text");
		char port[CG_REPLY_PORT_LEN], when[CG_PRINT_LEN];

		fprintf(f, "<tr>");
		element(f, "td", "", cg_reply_port(o, "port", port));
		fprintf(f, "<td>");
		cg_page_text(f, cg_reply_str(o, "what"));
		if (*text) {
			fprintf(f, " <small class=\"dim\">");
			cg_page_text(f, text);
			fprintf(f, "</small>");
		}
		fprintf(f, "</td>");
		element(f, "td", "", state_text(cg_reply_str(o, "state")));
		element(f, "td", "",
			strcmp(cg_reply_str(o, "how"), "probed") ? _("its use") : _("asking it"));
		element(f, "td", "", cg_print_clock((time_t)cg_reply_int(o, "when_s"), now, when));
		fprintf(f, "</tr>");
	}
	fprintf(f, "</tbody></table>\n");
}

/* Openings of ports, where they were looked for. */
static void mappings(FILE *f, struct json_object *cam)
{
	size_t n = cg_reply_count(cam, "mappings");

	if (!n)
		return;
	element(f, "h3", "", _("Openings of ports that lead to it from outside"));
	fprintf(f, "<ul class=\"mappings\">");
	for (size_t i = 0; i < n; i++) {
		struct json_object *o = cg_reply_at(cam, "mappings", i);

		fprintf(f, "<li>");
		cg_page_text(f, cg_reply_str(o, "text"));
		fprintf(f, " <small class=\"dim\">");
		cg_page_text(f, cg_reply_str(o, "where"));
		fprintf(f, "</small></li>");
	}
	fprintf(f, "</ul>\n");
}

static void facts(FILE *f, struct json_object *cam, time_t now)
{
	const char *firmware = cg_reply_str(cam, "firmware"),
		   *unasked = cg_reply_str(cam, "unasked");
	char when[CG_PRINT_LEN];

	fprintf(f, "<p>");
	cg_page_text(f, cg_reply_str(cam, "maker"));
	fputc(' ', f);
	cg_page_text(f, cg_reply_str(cam, "model"));
	if (*firmware) {
		cg_page_text(f, _(" firmware "));
		cg_page_text(f, firmware);
	}
	fprintf(f, "</p><p class=\"dim\">");
	if (cg_reply_has(cam, "probed_s")) {
		cg_page_text(f, _("It was asked at "));
		cg_page_text(f, cg_print_clock((time_t)cg_reply_int(cam, "probed_s"), now, when));
	} else {
		cg_page_text(f, _("It was not asked: `camgate audit --probe` does that."));
	}
	if (*unasked) {
		cg_page_text(f, _(" It could not be asked now: "));
		cg_page_text(f, unasked);
	}
	fprintf(f, "</p>\n");
}

void cg_page_print(FILE *f, struct json_object *reply, struct json_object *cams, time_t now)
{
	char day[64] = "";
	struct tm tm;

	if (localtime_r(&now, &tm))
		strftime(day, sizeof(day), "%Y-%m-%d %H:%M %Z", &tm);
	/* Nothing may be loaded or run, whatever stands in a name. */
	fprintf(f,
		"<!DOCTYPE html>\n<html lang=\"%s\"><head><meta charset=\"utf-8\">"
		"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
		"style-src 'unsafe-inline'\">"
		"<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
		"<meta name=\"color-scheme\" content=\"light dark\">"
		"<meta name=\"referrer\" content=\"no-referrer\">",
		cg_sentence_language());
	element(f, "title", "", _("Cameras: what is wrong, and what to do"));
	fprintf(f, "<style>%s</style></head>\n<body><h1>", style);
	cg_page_text(f, _("Cameras: what is wrong, and what to do"));
	fprintf(f, "</h1><p class=\"dim\">camgate " CG_VERSION ", ");
	cg_page_text(f, day);
	fprintf(f, ". ");
	cg_page_text(f, _("Requirements are those of "));
	cg_page_text(f, cg_reply_str(reply, "standard"));
	fprintf(f, ". ");
	cg_page_text(f, _("No password was tried. Countries of destinations: "));
	cg_page_text(f, cg_reply_str(reply, "countries"));
	if (*cg_reply_str(reply, "incomplete")) {
		cg_page_text(f, _(". Openings of ports: "));
		cg_page_text(f, cg_reply_str(reply, "incomplete"));
	}
	fprintf(f, ".</p>\n");
	summary(f, cams);
	for (size_t i = 0; i < json_object_array_length(cams); i++) {
		struct json_object *cam = json_object_array_get_idx(cams, i);
		char name[CG_REPLY_CAM_LEN];

		fprintf(f, "<section class=\"cam\" id=\"cam%zu\"><h2>", i + 1);
		cg_page_text(f, cg_reply_cam(cam, name));
		fprintf(f, "</h2>");
		facts(f, cam, now);
		findings(f, cam);
		mappings(f, cam);
		services(f, cam, now);
		cg_page_plots(f, cam);
		fprintf(f, "</section>\n");
	}
	fprintf(f, "</body></html>\n");
}
