/* SPDX-License-Identifier: GPL-2.0-only */
/* What speaks for the wall clock: the kernel's word, and hardware clocks that set it. */
#include <kern/clock.h>
#include <sys/timex.h>
#include "unit.h"

static void make(const struct unit_dir *d, const char *path, const char *text)
{
	char cmd[300];

	snprintf(cmd, sizeof(cmd), "mkdir -p \"$(dirname '%s/%s')\"", d->path, path);
	ck_assert_int_eq(system(cmd), 0);
	unit_write(d, path, text, strlen(text));
}

START_TEST(hardware_clocks)
{
	struct unit_dir d = unit_dir_new();

	ck_assert(!cg_clock_by_rtc(d.path));
	make(&d, "sys/class/rtc/rtc0/hctosys", "0\n");
	ck_assert(!cg_clock_by_rtc(d.path));
	make(&d, "sys/class/rtc/rtc1/hctosys", "1\n");
	ck_assert(cg_clock_by_rtc(d.path));
	unit_dir_free(&d);
}
END_TEST

START_TEST(as_the_kernel_says)
{
	struct unit_dir d = unit_dir_new();
	struct timex t = { .modes = 0 };
	bool synced = adjtimex(&t) >= 0 && !(t.status & STA_UNSYNC);

	ck_assert_int_eq(cg_clock_evidence(d.path), synced ? CG_CLOCK_SYNCED : CG_CLOCK_NONE);
	make(&d, "sys/class/rtc/rtc0/hctosys", "1\n");
	ck_assert_int_eq(cg_clock_evidence(d.path), synced ? CG_CLOCK_SYNCED : CG_CLOCK_RTC);
	unit_dir_free(&d);
}
END_TEST

START_TEST(which_boot)
{
	struct unit_dir d = unit_dir_new();
	char id[40];

	ck_assert_str_eq(cg_clock_boot_id(d.path, id, sizeof(id)), "");
	make(&d, "proc/sys/kernel/random/boot_id", "b51f3b9c-7f3e-4b8f-9d0e-1d2c3b4a5968\n");
	ck_assert_str_eq(cg_clock_boot_id(d.path, id, sizeof(id)),
			 "b51f3b9c-7f3e-4b8f-9d0e-1d2c3b4a5968");
	ck_assert_uint_eq(strlen(cg_clock_boot_id("", id, sizeof(id))), 36);
	unit_dir_free(&d);
}
END_TEST

int main(void)
{
	return UNIT_RUN("clock", 60, hardware_clocks, as_the_kernel_says, which_boot);
}
