/* SPDX-License-Identifier: GPL-2.0-only */
/* usage.json: any bytes, the accounts counted on from what they say, and that they are written so that they are read the same. */
#include <errno.h>
#include <lib/usage.h>
#include "fuzz.h"

#define NOW_NS 5000000000ULL

static void count_on(struct cg_account *a)
{
	struct cg_exposure closed = { .config = CG_CLOSED };

	FUZZ_PROMISE(memchr(a->id, '\0', sizeof(a->id)));
	cg_account_open(a, &closed, NOW_NS);
	cg_account_bytes(a, 1000);
	(void)cg_account_day(a, 20000, false);
	cg_account_reboot(a, NOW_NS, 60);
	(void)cg_account_until(a, 3600, NOW_NS, 2 * NOW_NS);
	(void)cg_account_left_ns(a, 3600);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(cg_usage_free) struct cg_usage u = { 0 }, again = { 0 };
	_cleanup_free_ char *text = fuzz_text(data, size), *out = NULL, *twice = NULL;
	int err = cg_usage_parse(text, &u);

	/* 1: of a later version, and read as far as it is known. */
	FUZZ_PROMISE(!err || err == 1 || err == -EPROTO || err == -E2BIG || err == -ENOMEM);
	if (err < 0)
		return 0;
	FUZZ_PROMISE(memchr(u.boot, '\0', sizeof(u.boot)));
	fuzz_plant(u.n ? strlen(u.v[0].id) : 0, 7);
	FUZZ_PROMISE(!cg_usage_print(&u, &out));
	FUZZ_PROMISE(!cg_usage_parse(out, &again));
	FUZZ_PROMISE(again.n == u.n);
	FUZZ_PROMISE(!cg_usage_print(&again, &twice));
	FUZZ_PROMISE(!strcmp(out, twice));
	for (size_t i = 0; i < u.n; i++)
		count_on(&u.v[i]);
	return 0;
}
