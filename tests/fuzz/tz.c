/* SPDX-License-Identifier: GPL-2.0-only */
/* A compiled time zone, and the time it makes of any moment: spans that hold it, in order, within what a zone may be. */
#include <errno.h>
#include <lib/tzfile.h>
#include "fuzz.h"

static void ask(const struct cg_tzfile *f, int64_t t)
{
	struct cg_tzspan span;

	cg_tzfile_at(f, t, &span);
	FUZZ_PROMISE(span.begin_s <= t);
	FUZZ_PROMISE(t < span.end_s || span.end_s == INT64_MAX);
	FUZZ_PROMISE(span.off_s >= CG_TZ_MIN_S && span.off_s <= CG_TZ_MAX_S);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int64_t moments[] = { 0, 1700000000, 1720000000, 4102444800, -2208988800 };
	uint8_t *bytes = fuzz_bytes(data, size);
	struct cg_tzfile f = { 0 };
	int err = cg_tzfile_parse(bytes, size, &f);

	free(bytes);
	FUZZ_PROMISE(!err || err == -EPROTO || err == -ENOTSUP || err == -ENOMEM);
	if (err)
		return 0;
	for (size_t i = 0; i < sizeof(moments) / sizeof(moments[0]); i++)
		ask(&f, moments[i]);
	for (size_t i = 0; i < f.n; i++) {
		FUZZ_PROMISE(!i || f.change[i - 1].at_s < f.change[i].at_s);
		ask(&f, f.change[i].at_s);
		if (f.change[i].at_s > INT64_MIN)
			ask(&f, f.change[i].at_s - 1);
	}
	fuzz_plant(f.first_s > 0 ? (size_t)f.first_s / 60 : 0, 120);
	cg_tzfile_free(&f);
	return 0;
}
