/* SPDX-License-Identifier: GPL-2.0-only */
/* Without the keys the household is protected from its own record, too. */
#include <errno.h>
#include <string.h>
#include <camgate/limits.h>
#include "duration.h"
#include "keeping.h"
#include "value.h"

static const char *const MODES[] = {
	[CG_RECORD_MINIMAL] = "minimal",
	[CG_RECORD_FULL] = "full",
	[CG_RECORD_OFF] = "off",
	[__CG_RECORD_MODE_MAX] = NULL,
};

static int days(const struct cg_text *t, struct cg_diag *diag, uint32_t *ret_days)
{
	char *end;
	unsigned long n;

	*ret_days = CG_RECORD_DAYS;
	if (!t->s)
		return 0;
	n = strtoul(t->s, &end, 10);
	if (*t->s < '0' || *t->s > '9' || *end || strlen(t->s) > 5 || !n || n > CG_RECORD_DAYS_MAX)
		return cg_diag_set(diag, &t->pos, -EINVAL,
				   "record_days: found '%s', expected a number of days, 1 to %d",
				   t->s, CG_RECORD_DAYS_MAX);
	*ret_days = (uint32_t)n;
	return 0;
}

static int every(const struct cg_text *t, struct cg_diag *diag, uint32_t *ret_s)
{
	uint64_t s = CG_RECORD_EVERY_S;

	if (t->s && cg_duration_parse(t->s, CG_RECORD_EVERY_MAX_S, &s))
		return cg_diag_set(
			diag, &t->pos, -EINVAL,
			"record_every: found '%s', expected a time such as 5m, at most 24h", t->s);
	*ret_s = (uint32_t)s;
	return 0;
}

/* "4M", "512k", or bytes. */
static int size(const struct cg_text *t, struct cg_diag *diag, uint32_t *ret_size)
{
	unsigned long n, unit = 1;
	char *end;

	*ret_size = CG_RECORD_SIZE;
	if (!t->s)
		return 0;
	n = strtoul(t->s, &end, 10);
	if (*end == 'k' || *end == 'M')
		unit = *end++ == 'k' ? 1024 : 1024 * 1024;
	if (*t->s < '0' || *t->s > '9' || *end || strlen(t->s) > 9 ||
	    n > CG_RECORD_SIZE_MAX / unit || n * unit < CG_RECORD_SIZE_MIN)
		return cg_diag_set(
			diag, &t->pos, -EINVAL,
			"record_size: found '%s', expected a size such as 4M, 256k to %dM", t->s,
			CG_RECORD_SIZE_MAX / (1024 * 1024));
	*ret_size = (uint32_t)(n * unit);
	return 0;
}

int cg_keeping_build(const struct cg_config *config, struct cg_diag *diag, struct cg_policy *policy)
{
	int mode, r;

	r = cg_value_word(&config->record, "record", MODES, CG_RECORD_MINIMAL, diag, &mode);
	if (!r)
		r = days(&config->record_days, diag, &policy->record_days);
	if (!r)
		r = every(&config->record_every, diag, &policy->record_every_s);
	if (!r)
		r = size(&config->record_size, diag, &policy->record_size);
	if (!r)
		policy->record = (enum cg_record_mode)mode;
	return r;
}
