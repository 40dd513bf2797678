/* SPDX-License-Identifier: GPL-2.0-only */
/* What speaks for the wall clock being right: adjtimex(2), and /sys/class/rtc. */
#include <errno.h>
#include <glob.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/timex.h>
#include <unistd.h>
#include "../lib/cleanup.h"
#include "clock.h"

static bool starts_with_1(const char *path)
{
	_cleanup_fclose_ FILE *f = fopen(path, "re");

	return f && getc(f) == '1';
}

/* The kernel sets its clock from one of them, if from any, before there is a process. */
bool cg_clock_by_rtc(const char *root)
{
	char pattern[PATH_MAX];
	bool found = false;
	glob_t g;

	if (snprintf(pattern, sizeof(pattern), "%s/sys/class/rtc/rtc*/hctosys", root) >=
		    (int)sizeof(pattern) ||
	    glob(pattern, 0, NULL, &g))
		return false;
	for (size_t i = 0; i < g.gl_pathc && !found; i++)
		found = starts_with_1(g.gl_pathv[i]);
	globfree(&g);
	return found;
}

int cg_clock_synced(void)
{
	struct timex t = { .modes = 0 };

	return adjtimex(&t) < 0 ? -errno : !(t.status & STA_UNSYNC);
}

static bool told(const char *root)
{
	char path[PATH_MAX];

	return snprintf(path, sizeof(path), "%s" CG_CLOCK_PATH, root) < (int)sizeof(path) &&
	       !access(path, F_OK);
}

enum cg_clock_evidence cg_clock_evidence(const char *root)
{
	int synced = cg_clock_synced();

	if (synced > 0 || (synced < 0 && told(root)))
		return CG_CLOCK_SYNCED;
	return cg_clock_by_rtc(root) ? CG_CLOCK_RTC : CG_CLOCK_NONE;
}

const char *cg_clock_boot_id(const char *root, char *buf, size_t n)
{
	char path[PATH_MAX];
	_cleanup_fclose_ FILE *f = NULL;

	*buf = '\0';
	if (snprintf(path, sizeof(path), "%s/proc/sys/kernel/random/boot_id", root) <
	    (int)sizeof(path))
		f = fopen(path, "re");
	if (f && !fgets(buf, (int)n, f))
		*buf = '\0';
	buf[strcspn(buf, "\n")] = '\0';
	return buf;
}
