/* SPDX-License-Identifier: GPL-2.0-only */
/* Where log lines go is decided once, at start. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
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

#ifdef CG_HAVE_SYSTEMD
static void to_journal(enum cg_log_level level, const char *line, const struct cg_log_field *fields,
		       size_t n)
{
	char text[CG_LOG_FIELDS][320], message[1100], priority[16];
	struct iovec iov[CG_LOG_FIELDS + 3];
	int used = 0;

	(void)snprintf(message, sizeof(message), "MESSAGE=%s", line);
	(void)snprintf(priority, sizeof(priority), "PRIORITY=%i", (int)level);
	iov[used++] = (struct iovec){ message, strlen(message) };
	iov[used++] = (struct iovec){ priority, strlen(priority) };
	iov[used++] = (struct iovec){ "SYSLOG_IDENTIFIER=camgated", 26 };
	for (size_t i = 0; i < n && i < CG_LOG_FIELDS; i++) {
		if (!fields[i].value)
			continue;
		(void)snprintf(text[i], sizeof(text[i]), "%s=%s", fields[i].name, fields[i].value);
		iov[used++] = (struct iovec){ text[i], strlen(text[i]) };
	}
	(void)sd_journal_sendv(iov, used);
}
#endif

static void __attribute__((format(printf, 4, 0)))
write_line(enum cg_log_level level, const struct cg_log_field *fields, size_t n, const char *fmt,
	   va_list ap)
{
	char line[1024];

	if (level > state.level)
		return;
	(void)vsnprintf(line, sizeof(line), fmt, ap);
	/* What came from a file or a client must not begin a line of its own. */
	for (char *p = line; *p; p++)
		if ((unsigned char)*p < ' ')
			*p = ' ';

	switch (state.sink) {
	case SINK_JOURNAL:
#ifdef CG_HAVE_SYSTEMD
		to_journal(level, line, fields, n);
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
	(void)fields;
	(void)n;
}

void cg_log_write(enum cg_log_level level, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	write_line(level, NULL, 0, fmt, ap);
	va_end(ap);
}

void cg_log_fields(enum cg_log_level level, const struct cg_log_field *fields, size_t n,
		   const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	write_line(level, fields, n, fmt, ap);
	va_end(ap);
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
