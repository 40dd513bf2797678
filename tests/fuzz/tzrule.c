/* SPDX-License-Identifier: GPL-2.0-only */
/* A time zone as one line of text, and the spans it makes of the years around now. */
#include <errno.h>
#include <lib/tzrule.h>
#include "fuzz.h"

#define WEEK (7 * 86400)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size);
	struct cg_tzrule rule;
	int err = cg_tzrule_parse(text, &rule);

	free(text);
	FUZZ_PROMISE(!err || err == -EINVAL);
	if (err)
		return 0;
	for (int64_t t = 1700000000; t < 1700000000 + 60LL * WEEK; t += WEEK) {
		struct cg_tzspan span;

		cg_tzrule_at(&rule, t, &span);
		FUZZ_PROMISE(span.begin_s <= t && t < span.end_s);
		FUZZ_PROMISE(span.off_s == rule.std_s ||
			     (rule.has_dst && span.off_s == rule.dst_s));
	}
	if (rule.has_dst)
		fuzz_plant(rule.to_dst.kind == CG_TZRULE_JULIAN ? (size_t)rule.to_dst.day : 0, 60);
	return 0;
}
