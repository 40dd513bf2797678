/* SPDX-License-Identifier: GPL-2.0-only */
/* Diagnostics: formats "FILE:LINE:COLUMN: text" once, so that the first cause is the one reported. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "diag.h"

/* A cut must not leave half a UTF-8 sequence: the text goes into JSON. */
static void trim_utf8(char *s, size_t n)
{
	size_t i = n;

	while (i > 0 && ((unsigned char)s[i - 1] & 0xc0) == 0x80)
		i--;
	if (i == 0)
		return;
	unsigned char lead = s[i - 1];
	size_t want = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;

	if (n - (i - 1) < want)
		s[i - 1] = '\0';
}

int cg_diag_set(struct cg_diag *d, const struct cg_pos *pos, int err, const char *fmt, ...)
{
	va_list ap;
	int n = 0;

	if (!d || d->text[0])
		return err;
	if (pos && pos->file) {
		if (pos->line > 0 && pos->column > 0)
			n = snprintf(d->text, sizeof(d->text), "%s:%d:%d: ", pos->file, pos->line,
				     pos->column);
		else if (pos->line > 0)
			n = snprintf(d->text, sizeof(d->text), "%s:%d: ", pos->file, pos->line);
		else
			n = snprintf(d->text, sizeof(d->text), "%s: ", pos->file);
	}
	if (n < 0)
		n = 0;
	if ((size_t)n < sizeof(d->text) - 1) {
		va_start(ap, fmt);
		int m = vsnprintf(d->text + n, sizeof(d->text) - n, fmt, ap);
		va_end(ap);
		if (m > 0)
			n += m;
	}
	if ((size_t)n >= sizeof(d->text))
		trim_utf8(d->text, sizeof(d->text) - 1);
	return err;
}
