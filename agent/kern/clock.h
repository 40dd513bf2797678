/* SPDX-License-Identifier: GPL-2.0-only */
/* What speaks for the wall clock being right, and which boot this is. */
#ifndef CG_CLOCK_H
#define CG_CLOCK_H

#include <stdbool.h>
#include <stddef.h>

enum cg_clock_evidence {
	CG_CLOCK_NONE,
	CG_CLOCK_RTC,	 /* the kernel set it from a hardware clock at boot */
	CG_CLOCK_SYNCED, /* adjtimex(2): somebody disciplines it (chrony, ntpd, timesyncd,
			  * busybox ntpd after its first step) */
	__CG_CLOCK_MAX,
};

/* root: before paths of the system; "" but in tests. */
enum cg_clock_evidence cg_clock_evidence(const char *root);
/* Where somebody who may ask the kernel says that it is CG_CLOCK_SYNCED: systemd's
 * ProtectClock forbids the question too. */
#define CG_CLOCK_PATH "/run/camgate/clock"
/* adjtimex(2) alone: 1, 0, or -errno where it may not be asked. */
int cg_clock_synced(void);
/* The RTC's part of it. */
bool cg_clock_by_rtc(const char *root);
/* /proc/sys/kernel/random/boot_id; "" where it cannot be read. Returns buf. */
const char *cg_clock_boot_id(const char *root, char *buf, size_t n);

#endif
