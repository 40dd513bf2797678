/* SPDX-License-Identifier: GPL-2.0-only */
/* What speaks for the wall clock: the kernel's word, and hardware clocks that set it. */
#include <kern/clock.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
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

/* As a unit with ProtectClock has it. */
static void deny_clock(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_adjtimex, 2, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clock_adjtime, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
	};
	const struct sock_fprog prog = { sizeof(code) / sizeof(code[0]), code };

	ck_assert_int_eq(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
	ck_assert_int_eq(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog), 0);
}

START_TEST(told_where_it_may_not_be_asked)
{
	struct unit_dir d;
	bool synced = cg_clock_synced() > 0;

	UNIT_KERNEL_HAS("seccomp");
	d = unit_dir_new();
	/* Where the kernel answers, a file says nothing. */
	make(&d, CG_CLOCK_PATH + 1, "");
	ck_assert_int_eq(cg_clock_evidence(d.path), synced ? CG_CLOCK_SYNCED : CG_CLOCK_NONE);
	deny_clock();
	ck_assert_int_eq(cg_clock_synced(), -EPERM);
	ck_assert_int_eq(cg_clock_evidence(d.path), CG_CLOCK_SYNCED);
	unit_dir_free(&d);
	d = unit_dir_new();
	ck_assert_int_eq(cg_clock_evidence(d.path), CG_CLOCK_NONE);
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
	return UNIT_RUN("clock", 60, hardware_clocks, as_the_kernel_says,
			told_where_it_may_not_be_asked, which_boot);
}
