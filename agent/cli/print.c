/* SPDX-License-Identifier: GPL-2.0-only */
/* What people read: lines, tables by display width, sizes, times. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "../lib/cleanup.h"
#include "../lib/duration.h"
#include "i18n.h"
#include "print.h"
#include "text.h"

/* The flexible column is never made narrower than this. */
#define FLEX_MIN 12
#define GAP	 2

struct cell {
	char *text;
	enum cg_style style;
};

struct cg_table {
	const struct cg_column *columns;
	size_t ncolumns;
	struct cell *cells;
	size_t ncells;
	size_t room;
};

static const char *const escapes[__CG_STYLE_MAX] = {
	[CG_STYLE_NONE] = "",	     [CG_STYLE_GOOD] = "\033[32m", [CG_STYLE_WARN] = "\033[33m",
	[CG_STYLE_BAD] = "\033[31m", [CG_STYLE_BOLD] = "\033[1m",
};

static bool coloured(void)
{
	const char *no = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	return !(no && *no) && term && strcmp(term, "dumb") && isatty(STDOUT_FILENO);
}

/* 0: as wide as it gets. */
static size_t terminal_columns(void)
{
	const char *env = getenv("COLUMNS");
	struct winsize ws;
	long n;

	if (env && *env) {
		n = strtol(env, NULL, 10);
		if (n > 0 && n < 10000)
			return (size_t)n;
	}
	if (isatty(STDOUT_FILENO) && !ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws))
		return ws.ws_col;
	return 0;
}

static void __attribute__((noreturn)) no_memory(void)
{
	fputs("camgate: out of memory\n", stderr);
	exit(1);
}

static char *format(const char *fmt, va_list ap)
{
	char *s;

	if (vasprintf(&s, fmt, ap) < 0)
		no_memory();
	return cg_text_clean(s);
}

void cg_print_out(const char *fmt, ...)
{
	_cleanup_free_ char *s = NULL;
	va_list ap;

	va_start(ap, fmt);
	s = format(fmt, ap);
	va_end(ap);
	fputs(s, stdout);
}

void cg_print_err(const char *fmt, ...)
{
	_cleanup_free_ char *s = NULL;
	va_list ap;

	va_start(ap, fmt);
	s = format(fmt, ap);
	va_end(ap);
	/* what was said before must stand before it where both go one way */
	fflush(stdout);
	fputs(s, stderr);
}

void cg_print_styled(enum cg_style style, const char *text)
{
	bool colour = style != CG_STYLE_NONE && coloured();

	if (colour)
		fputs(escapes[style], stdout);
	cg_print_out("%s", text);
	if (colour)
		fputs("\033[0m", stdout);
}

struct cg_table *cg_print_table_new(const struct cg_column *columns, size_t n)
{
	struct cg_table *table = calloc(1, sizeof(*table));

	if (!table)
		no_memory();
	table->columns = columns;
	table->ncolumns = n;
	return table;
}

void cg_print_cell(struct cg_table *table, enum cg_style style, const char *fmt, ...)
{
	va_list ap;

	if (table->ncells == table->room) {
		size_t room = table->room ? 2 * table->room : 64;
		struct cell *cells = reallocarray(table->cells, room, sizeof(*cells));

		if (!cells)
			no_memory();
		table->cells = cells;
		table->room = room;
	}
	va_start(ap, fmt);
	table->cells[table->ncells].text = format(fmt, ap);
	va_end(ap);
	table->cells[table->ncells++].style = style;
}

static void widths_of(const struct cg_table *table, size_t widths[CG_TABLE_COLUMNS])
{
	size_t limit = terminal_columns(), total = 0, flex = table->ncolumns;

	for (size_t c = 0; c < table->ncolumns; c++) {
		widths[c] = cg_text_width(table->columns[c].title);
		if (table->columns[c].flex)
			flex = c;
	}
	for (size_t i = 0; i < table->ncells; i++) {
		size_t w = cg_text_width(table->cells[i].text);
		size_t c = i % table->ncolumns;

		if (w > widths[c])
			widths[c] = w;
	}
	for (size_t c = 0; c < table->ncolumns; c++)
		total += widths[c] + (c ? GAP : 0);
	if (limit && total > limit && flex < table->ncolumns) {
		size_t others = total - widths[flex];
		size_t room = limit > others + FLEX_MIN ? limit - others : FLEX_MIN;

		if (room < widths[flex])
			widths[flex] = room;
	}
}

static void print_row(const struct cg_table *table, const struct cell *row,
		      const size_t widths[CG_TABLE_COLUMNS])
{
	const char *rest[CG_TABLE_COLUMNS];
	bool more;

	for (size_t c = 0; c < table->ncolumns; c++)
		rest[c] = row[c].text;
	do {
		size_t pending = 0; /* spaces owed before the next text: none at a line's end */

		more = false;
		for (size_t c = 0; c < table->ncolumns; c++) {
			size_t n = table->columns[c].flex ? cg_text_fit(rest[c], widths[c]) :
							    strlen(rest[c]);
			_cleanup_free_ char *part = strndup(rest[c], n);
			size_t w, pad;

			if (!part)
				no_memory();
			rest[c] += n;
			while (*rest[c] == ' ')
				rest[c]++;
			if (*rest[c])
				more = true;
			while (n && part[n - 1] == ' ')
				part[--n] = '\0';
			w = cg_text_width(part);
			pad = widths[c] > w ? widths[c] - w : 0;
			if (table->columns[c].right)
				pending += pad;
			if (n) {
				printf("%*s", (int)pending, "");
				pending = 0;
				cg_print_styled(row[c].style, part);
			}
			if (!table->columns[c].right)
				pending += pad;
			pending += GAP;
		}
		putchar('\n');
	} while (more);
}

void cg_print_table_end(struct cg_table **tablep)
{
	struct cg_table *table = TAKE_PTR(*tablep);
	size_t widths[CG_TABLE_COLUMNS];
	struct cell titles[CG_TABLE_COLUMNS];

	if (table->ncells) {
		widths_of(table, widths);
		for (size_t c = 0; c < table->ncolumns; c++)
			titles[c] = (struct cell){ (char *)table->columns[c].title, CG_STYLE_BOLD };
		print_row(table, titles, widths);
		for (size_t i = 0; i + table->ncolumns <= table->ncells; i += table->ncolumns)
			print_row(table, table->cells + i, widths);
	}
	for (size_t i = 0; i < table->ncells; i++)
		free(table->cells[i].text);
	free(table->cells);
	free(table);
}

const char *cg_print_size(uint64_t bytes, char buf[static CG_PRINT_LEN])
{
	static const char *const units[] = { "B", "kB", "MB", "GB", "TB", "PB", "EB" };
	uint64_t whole = bytes, tenths = 0;
	size_t u = 0;

	while (whole >= 1000 && u < 6) {
		tenths = whole % 1000 / 100;
		whole /= 1000;
		u++;
	}
	if (u && whole < 10)
		snprintf(buf, CG_PRINT_LEN, "%llu.%llu %s", (unsigned long long)whole,
			 (unsigned long long)tenths, units[u]);
	else
		snprintf(buf, CG_PRINT_LEN, "%llu %s", (unsigned long long)whole, units[u]);
	return buf;
}

/* i18n: units of a span of time, behind a number: days, hours, minutes, seconds */
static const char *unit_text(char unit)
{
	switch (unit) {
	case 'd':
		return _("%.*sd");
	case 'h':
		return _("%.*sh");
	case 'm':
		return _("%.*sm");
	default:
		return _("%.*ss");
	}
}

const char *cg_print_span(uint64_t s, char buf[static CG_PRINT_LEN])
{
	char plain[CG_PRINT_LEN];
	size_t n = 0;

	/* two units are enough: nobody reads the seconds of an hour */
	if (s >= 86400)
		s -= s % 3600;
	else if (s >= 3600)
		s -= s % 60;
	cg_duration_format(s, plain, sizeof(plain));
	*buf = '\0';
	for (const char *at = plain; *at && n < CG_PRINT_LEN;) {
		size_t digits = strspn(at, "0123456789");

		n += (size_t)snprintf(buf + n, CG_PRINT_LEN - n, unit_text(at[digits]), (int)digits,
				      at);
		at += digits + (at[digits] != '\0');
		if (*at == ' ' && n < CG_PRINT_LEN) {
			n += (size_t)snprintf(buf + n, CG_PRINT_LEN - n, " ");
			at++;
		}
	}
	return buf;
}

const char *cg_print_clock(time_t when, time_t now, char buf[static CG_PRINT_LEN])
{
	time_t next = now + 86400;
	struct tm w, n, t;
	char clock[16], day[16];

	/* A year may have ten digits; strftime() leaves nothing where it has no room. */
	if (!localtime_r(&when, &w) || !localtime_r(&now, &n) || !localtime_r(&next, &t) ||
	    !strftime(day, sizeof(day), "%Y-%m-%d", &w)) {
		snprintf(buf, CG_PRINT_LEN, "@%lld", (long long)when);
		return buf;
	}
	strftime(clock, sizeof(clock), when - now < 120 && now - when < 120 ? "%H:%M:%S" : "%H:%M",
		 &w);
	if (w.tm_year == n.tm_year && w.tm_yday == n.tm_yday) {
		snprintf(buf, CG_PRINT_LEN, "%s", clock);
	} else if (w.tm_year == t.tm_year && w.tm_yday == t.tm_yday) {
		snprintf(buf, CG_PRINT_LEN, _("tomorrow %s"), clock);
	} else {
		snprintf(buf, CG_PRINT_LEN, "%s %s", day, clock);
	}
	return buf;
}
