/* SPDX-License-Identifier: GPL-2.0-only */
/* The journal takes the level from the line itself. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include "log.h"

void cg_mqtt_log(enum cg_mqtt_level level, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	/* What others wrote is in it: a line stays one. */
	for (char *c = text; *c; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			*c = '?';
	if (getenv("JOURNAL_STREAM"))
		(void)fprintf(stderr, "<%d>%s\n", (int)level, text);
	else
		(void)fprintf(stderr, "camgate-mqtt: %s\n", text);
}
