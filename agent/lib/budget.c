/* SPDX-License-Identifier: GPL-2.0-only */
/* Budgets: words into bytes, bytes into the times of a GCRA, each half of an hour's amount. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "budget.h"

#define SEC_NS	      1000000000ULL
#define HOUR_NS	      (3600 * SEC_NS)
/* Bytes of one flow between two charges; a clip is worth fewer looks than talk. Of talk
 * whose rate is watched too the packet path grants CG_FAST_GRANT at most. */
#define UPLOAD_GRANT  (64 * 1024)
#define CONTROL_GRANT (16 * 1024)

static const struct {
	const char *name;
	const char *expected;
} OPTIONS[] = {
	{ "rate", "bytes a second" },
	{ "burst", "bytes at once" },
	{ "hour", "bytes an hour" },
};
#define NOPTIONS (sizeof(OPTIONS) / sizeof(OPTIONS[0]))

static uint64_t *field(struct cg_budget_text *t, size_t i)
{
	return i == 0 ? &t->rate : i == 1 ? &t->burst : &t->hour;
}

/* 0: no size. s is not terminated. */
static uint64_t size_parse(const char *s, size_t len)
{
	uint64_t n = 0, unit = 1;
	size_t digits = 0;

	for (; digits < len && s[digits] >= '0' && s[digits] <= '9' && n <= CG_BUDGET_MAX; digits++)
		n = n * 10 + (uint64_t)(s[digits] - '0');
	if (digits + 1 == len) {
		switch (s[digits++]) {
		case 'k':
		case 'K':
			unit = 1000;
			break;
		case 'M':
			unit = 1000 * 1000;
			break;
		case 'G':
			unit = 1000 * 1000 * 1000;
			break;
		default:
			return 0;
		}
	}
	if (digits != len || n > CG_BUDGET_MAX / unit || n * unit < CG_BUDGET_MIN)
		return 0;
	return n * unit;
}

static int option_parse(const char *s, size_t len, const char *what, const struct cg_pos *pos,
			struct cg_diag *diag, struct cg_budget_text *t)
{
	const char *set = memchr(s, '=', len);
	size_t name = set ? (size_t)(set - s) : len, i = 0;
	uint64_t n;

	while (i < NOPTIONS &&
	       (strlen(OPTIONS[i].name) != name || strncmp(OPTIONS[i].name, s, name)))
		i++;
	if (i == NOPTIONS || !set)
		return cg_diag_set(
			diag, pos, -EINVAL,
			"%s: found '%.*s', expected rate=BYTES, burst=BYTES or hour=BYTES", what,
			len > 64 ? 64 : (int)len, s);
	if (*field(t, i))
		return cg_diag_set(diag, pos, -EINVAL, "%s: %s is written twice, expected it once",
				   what, OPTIONS[i].name);
	n = size_parse(set + 1, len - name - 1);
	if (!n)
		return cg_diag_set(diag, pos, -EINVAL,
				   "%s: found '%.*s', expected %s=%s such as 64k, 100 to 1G", what,
				   len > 64 ? 64 : (int)len, s, OPTIONS[i].name,
				   OPTIONS[i].expected);
	*field(t, i) = n;
	return 0;
}

int cg_budget_parse(const char *s, const char *what, const struct cg_pos *pos, struct cg_diag *diag,
		    struct cg_budget_text *ret_text)
{
	struct cg_budget_text t = { 0 };

	for (s += strspn(s, " \t"); *s; s += strspn(s, " \t")) {
		size_t len = strcspn(s, " \t");
		int r = option_parse(s, len, what, pos, diag, &t);

		if (r)
			return r;
		s += len;
	}
	if (!cg_budget_is_set(&t))
		return cg_diag_set(
			diag, pos, -EINVAL,
			"%s: found nothing, expected a budget such as rate=2k burst=64k hour=4M",
			what);
	*ret_text = t;
	return 0;
}

bool cg_budget_is_set(const struct cg_budget_text *t)
{
	return t->rate || t->burst || t->hour;
}

void cg_budget_under(struct cg_budget_text *t, const struct cg_budget_text *under)
{
	t->rate = t->rate ? t->rate : under->rate;
	t->burst = t->burst ? t->burst : under->burst;
	t->hour = t->hour ? t->hour : under->hour;
}

struct cg_budget_text cg_budget_default(bool upload)
{
	return upload ? (struct cg_budget_text){ CG_UPLOAD_BYTES_S, CG_UPLOAD_BURST,
						 CG_UPLOAD_HOUR } :
			(struct cg_budget_text){ CG_CONTROL_BYTES_S, CG_CONTROL_BURST,
						 CG_CONTROL_HOUR };
}

bool cg_budget_same(const struct cg_budget_text *a, const struct cg_budget_text *b)
{
	return a->rate == b->rate && a->burst == b->burst && a->hour == b->hour;
}

struct cg_budget cg_budget_make(const struct cg_budget_text *t, bool upload)
{
	uint64_t most = upload ? UPLOAD_GRANT : CONTROL_GRANT, grant = t->burst / 16;

	return (struct cg_budget){
		.ns_256 = 256 * SEC_NS / t->rate,
		.burst_ns = t->burst * SEC_NS / t->rate,
		.hour_ns_256 = 256 * HOUR_NS / (t->hour / 2),
		.hour_burst_ns = HOUR_NS,
		.grant = (uint32_t)(grant < most ? grant : most),
	};
}

static int put_size(char *buf, size_t n, const char *name, uint64_t bytes)
{
	static const char units[] = "\0kMG";
	size_t unit = 0;

	if (!bytes)
		return 0;
	for (; unit < 3 && bytes % 1000 == 0; unit++)
		bytes /= 1000;
	return snprintf(buf, n, "%s=%llu%.1s", name, (unsigned long long)bytes, &units[unit]);
}

const char *cg_budget_format(const struct cg_budget_text *t, char buf[static CG_BUDGET_STRLEN])
{
	struct cg_budget_text copy = *t;
	size_t at = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < NOPTIONS; i++) {
		if (!*field(&copy, i))
			continue;
		if (at)
			buf[at++] = ' ';
		at += (size_t)put_size(buf + at, CG_BUDGET_STRLEN - at, OPTIONS[i].name,
				       *field(&copy, i));
	}
	return buf;
}
