/* SPDX-License-Identifier: GPL-2.0-only */
/* Where log lines go is decided once, at start. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>
#ifdef CG_HAVE_SYSTEMD
#include <systemd/sd-journal.h>
#endif
#include "log.h"

#define JOURNAL_SOCKET "/run/systemd/journal/socket"
#define SYSLOG_SOCKET  "/dev/log"

enum sink {
	SINK_STDERR,
	SINK_JOURNAL,
	SINK_SYSLOG,
};

/* The one thing every file writes to without being handed it. */
static struct {
	enum sink sink;
	enum cg_log_level level;
} state = { .sink = SINK_STDERR, .level = CG_LOG_INFO };

static const char *const level_names[] = {
	[CG_LOG_ERROR] = "error", [CG_LOG_WARNING] = "warning", [CG_LOG_NOTICE] = "notice",
	[CG_LOG_INFO] = "info",	  [CG_LOG_DEBUG] = "debug",
};

void cg_log_open(bool foreground, enum cg_log_level level)
{
	state.level = level;
	state.sink = SINK_STDERR;
	if (foreground)
		return;
#ifdef CG_HAVE_SYSTEMD
	if (!access(JOURNAL_SOCKET, W_OK)) {
		state.sink = SINK_JOURNAL;
		return;
	}
#endif
	if (!access(SYSLOG_SOCKET, W_OK)) {
		openlog("camgated", LOG_PID | LOG_NDELAY, LOG_DAEMON);
		state.sink = SINK_SYSLOG;
	}
}

void cg_log_close(void)
{
	if (state.sink == SINK_SYSLOG)
		closelog();
	state.sink = SINK_STDERR;
}

int cg_log_level_parse(const char *s)
{
	for (int i = CG_LOG_ERROR; i <= CG_LOG_DEBUG; i++)
		if (!strcmp(s, level_names[i]) || (s[0] == '0' + i && !s[1]))
			return i;
	return -1;
}

void cg_log_write(enum cg_log_level level, const char *fmt, ...)
{
	char line[1024];
	va_list ap;

	if (level > state.level)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	/* What came from a file or a client must not begin a line of its own. */
	for (char *p = line; *p; p++)
		if ((unsigned char)*p < ' ')
			*p = ' ';

	switch (state.sink) {
	case SINK_JOURNAL:
#ifdef CG_HAVE_SYSTEMD
		(void)sd_journal_send("MESSAGE=%s", line, "PRIORITY=%i", (int)level,
				      "SYSLOG_IDENTIFIER=camgated", NULL);
#endif
		break;
	case SINK_SYSLOG:
		syslog((int)level, "%s", line);
		break;
	case SINK_STDERR:
		/* A full or closed stderr is nothing we could tell anybody. */
		(void)fprintf(stderr, "camgated: %s: %s\n", level_names[level], line);
		break;
	}
}

bool cg_log_limit_pass(struct cg_log_limit *limit, uint64_t now_ns, uint64_t every_ns,
		       uint64_t *ret_held)
{
	if (now_ns < limit->next_ns) {
		limit->held++;
		return false;
	}
	*ret_held = limit->held;
	limit->held = 0;
	limit->next_ns = now_ns + every_ns;
	return true;
}
