/* SPDX-License-Identifier: GPL-2.0-only */
/* Log lines of the agent: levels, where they go, and how often one may repeat. */
#ifndef CG_LOG_H
#define CG_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* syslog's numbers. error: we stop or enforcement is incomplete; warning: odd,
 * continued; notice: enforcement changed; info: lifecycle; debug: free. */
enum cg_log_level {
	CG_LOG_ERROR = 3,
	CG_LOG_WARNING = 4,
	CG_LOG_NOTICE = 5,
	CG_LOG_INFO = 6,
	CG_LOG_DEBUG = 7,
};

/* foreground: stderr. Else the journal (when built in and there), else syslog
 * where something listens, else stderr. */
void cg_log_open(bool foreground, enum cg_log_level level);
void cg_log_close(void);
/* "error".."debug" or 3..7; -1: neither. */
int cg_log_level_parse(const char *s);
void cg_log_write(enum cg_log_level level, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* A member for those who look for lines by machine: the journal, where it is there. */
struct cg_log_field {
	const char *name;  /* capital letters, digits and _ */
	const char *value; /* NULL: left out */
};
#define CG_LOG_FIELDS 16
void cg_log_fields(enum cg_log_level level, const struct cg_log_field *fields, size_t n,
		   const char *fmt, ...) __attribute__((format(printf, 4, 5)));

#define cg_log_error(...)   cg_log_write(CG_LOG_ERROR, __VA_ARGS__)
#define cg_log_warning(...) cg_log_write(CG_LOG_WARNING, __VA_ARGS__)
#define cg_log_notice(...)  cg_log_write(CG_LOG_NOTICE, __VA_ARGS__)
#define cg_log_info(...)    cg_log_write(CG_LOG_INFO, __VA_ARGS__)
#define cg_log_debug(...)   cg_log_write(CG_LOG_DEBUG, __VA_ARGS__)

struct cg_log_limit {
	uint64_t next_ns;
	uint64_t held; /* lines not written since the last one */
};

/* May a line be written now? ret_held: how many were held back before it. */
bool cg_log_limit_pass(struct cg_log_limit *limit, uint64_t now_ns, uint64_t every_ns,
		       uint64_t *ret_held);

#endif
