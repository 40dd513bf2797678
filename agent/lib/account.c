/* SPDX-License-Identifier: GPL-2.0-only */
/* What a camera has used of its daily quotas: days that only midnight ends, openings, bytes. */
#include <string.h>
#include "account.h"

#define SEC_NS 1000000000ULL

struct cg_account cg_account_new(const char *id, uint64_t now_ns, uint64_t counter)
{
	struct cg_account a = {
		.day = CG_ACCOUNT_NO_DAY,
		.passed = CG_ACCOUNT_NO_DAY,
		.seen_ns = now_ns,
		.seen_bytes = counter,
	};

	memcpy(a.id, id, strnlen(id, sizeof(a.id) - 1));
	return a;
}

bool cg_account_day(struct cg_account *a, int64_t today, bool stepped)
{
	if (a->day == CG_ACCOUNT_NO_DAY) {
		a->day = today;
		a->passed = today;
		return false;
	}
	if (today < a->day) {
		/* Not before the last midnight that did pass: its day has had its time. */
		a->day = today > a->passed ? today : a->passed;
		return false;
	}
	if (today == a->day)
		return false;
	a->day = today;
	if (stepped)
		return false;
	a->passed = today;
	a->open_ns = 0;
	a->up_bytes = 0;
	return true;
}

void cg_account_open(struct cg_account *a, const struct cg_exposure *e, uint64_t now_ns)
{
	uint64_t from = e->opened_ns & ~CG_OPENED_TIMED, to = e->word & CG_WORD_DEADLINE;

	if (e->word >> CG_WORD_BASE_SHIFT == CG_OPEN) {
		from = 0;
		to = INT64_MAX;
	}
	a->ends_ns = to > now_ns ? to : 0;
	if (now_ns <= a->seen_ns)
		return;
	if (from < a->seen_ns)
		from = a->seen_ns;
	if (to > now_ns)
		to = now_ns;
	if (to > from)
		a->open_ns += to - from;
	a->seen_ns = now_ns;
}

void cg_account_reboot(struct cg_account *a, uint64_t now_ns, uint32_t at_most_s)
{
	uint64_t lost = a->ends_ns > a->seen_ns ? a->ends_ns - a->seen_ns : 0;

	a->open_ns += lost < at_most_s * SEC_NS ? lost : at_most_s * SEC_NS;
	a->seen_ns = now_ns;
	a->ends_ns = 0;
	a->seen_bytes = 0;
}

void cg_account_bytes(struct cg_account *a, uint64_t counter)
{
	a->up_bytes += counter >= a->seen_bytes ? counter - a->seen_bytes : counter;
	a->seen_bytes = counter;
}

uint64_t cg_account_left_ns(const struct cg_account *a, uint32_t limit_s)
{
	uint64_t limit = limit_s * SEC_NS;

	return a->open_ns < limit ? limit - a->open_ns : 0;
}

uint64_t cg_account_until(const struct cg_account *a, uint32_t limit_s, uint64_t now_ns,
			  uint64_t day_end_ns)
{
	uint64_t left = cg_account_left_ns(a, limit_s);

	if (left && day_end_ns > now_ns && now_ns + left >= day_end_ns)
		return day_end_ns + limit_s * SEC_NS;
	return now_ns + left;
}

uint64_t cg_account_counter(const struct cg_stats *stats)
{
	const struct cg_count *up = stats->c[CG_PLANE_UP];

	/* Later fragments of what goes to a device of the LAN count as PASS_LAN. */
	return up[CG_PASS_CONTROL].bytes + up[CG_PASS_UPLOAD].bytes + up[CG_PASS_OPEN].bytes +
	       up[CG_PASS_FRAGMENT].bytes;
}
