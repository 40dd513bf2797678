/* SPDX-License-Identifier: GPL-2.0-only */
/* Answers of the module's netlink family: who it is, what was counted, how its guard stands, and what it refuses. */
#include <kern/kstats.h>
#include "kernel.h"

static void ask(struct cg_kstats *ks)
{
	static const struct cg_kstats_guard off = { .mode = CG_KSTATS_OFF };
	struct cg_kstats_guard_state state = { 0 };
	static struct cg_stats stats;
	struct cg_kstats_info info;

	for (int i = 0; i < 8 && !kernel_done(); i++) {
		(void)!cg_kstats_read(ks, 1, &stats);
		(void)!cg_kstats_guard_read(ks, &state);
		(void)!cg_kstats_info_read(ks, &info);
		(void)!cg_kstats_guard_apply(ks, &off);
		FUZZ_PROMISE(memchr(cg_kstats_strerror(ks), '\0', 256));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cg_kstats *ks = NULL;
	int r;

	kernel_says(data, size);
	r = cg_kstats_open(&ks);
	FUZZ_PROMISE(r <= 0);
	if (!r)
		ask(ks);
	if (ks) {
		FUZZ_PROMISE(memchr(cg_kstats_version(ks), '\0', 32));
		fuzz_plant(strlen(cg_kstats_version(ks)), 10);
	}
	cg_kstats_close(&ks);
	return 0;
}
