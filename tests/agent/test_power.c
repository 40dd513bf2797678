/* SPDX-License-Identifier: GPL-2.0-only */
/* The machine dies, or the disk fails, at every call that writes a file: what is read then is the old or the new. */
#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include "../fake/disk.h"
#include "../fault.h"
#include "harness.h"
#include "writers.h"

static char top[64], dir[160];

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static void clear(const char *path)
{
	nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* Beside each file what a machine that died left of another one. */
static void left_over(void)
{
	char name[8][64], path[300];
	struct dirent *e;
	int n = 0;
	DIR *d = opendir(dir);

	while ((e = readdir(d)) && n < 8)
		if (e->d_name[0] != '.')
			snprintf(name[n++], sizeof(*name), "%.63s", e->d_name);
	closedir(d);
	while (n--) {
		snprintf(path, sizeof(path), "%s/%s.new", dir, name[n]);
		file_write(path, "{ \"v\": 1, \"ma");
	}
}

/* A folder of the name that copies of the config are kept in. */
static void fresh(const struct writer *w)
{
	if (*dir)
		clear(dir);
	snprintf(dir, sizeof(dir), "%s/undo", top);
	ck_assert_int_eq(mkdir(dir, 0700), 0);
	w->old(dir);
	left_over();
}

static void setup(void)
{
	/* Hundreds of disks: in memory, where there is such a place. */
	snprintf(top, sizeof(top), "%s/cg-power-XXXXXX",
		 access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm");
	ck_assert_ptr_nonnull(mkdtemp(top));
	*dir = '\0';
}

static void teardown(void)
{
	disk_watch(NULL);
	clear(top);
}

/* 0: as before, 1: as after, -1: neither. */
static int found(const struct writer *w, const char *where, char text[static WRITERS_TEXT])
{
	w->read(where, text);
	if (!strcmp(text, w->is))
		return 1;
	if (!strcmp(text, w->was))
		return 0;
	/* Each file of several may be either. */
	if (w->many && strlen(text) == strlen(w->was) && !strchr(text, '?'))
		return 0;
	return -1;
}

/* ---- the machine dies ---- */

struct deaths {
	unsigned int points, reads, torn, lost;
};

static void work(void *ctx)
{
	const struct writer *w = ctx;

	if (w->change(dir) < 0)
		fprintf(stderr, "%s: failed\n", w->id);
}

static void die_everywhere(const struct writer *w, struct deaths *d, FILE *raw)
{
	bool ended = false;

	for (int nth = 1; !ended; nth++) {
		char out[128], where[160], text[WRITERS_TEXT];
		int n;

		fresh(w);
		disk_watch(dir);
		snprintf(out, sizeof(out), "%s/found", top);
		n = disk_die(nth, work, (void *)w, out, &ended);
		disk_watch(NULL);
		ck_assert_int_gt(n, 0);
		d->points++;
		for (int i = 0; i < n; i++) {
			int r;

			snprintf(where, sizeof(where), "%s%d", out, i);
			r = found(w, where, text);
			d->reads++;
			d->torn += r < 0;
			/* Said to be done, and gone. */
			d->lost += ended && r != 1;
			if (raw)
				fprintf(raw, "%s before call %d%s, case %d: %s\n", w->id, nth,
					ended ? " (none: done)" : "", i,
					r < 0 ? text :
					r     ? "new" :
						"old");
			clear(where);
		}
	}
}

START_TEST(machine_dies)
{
	struct deaths all = { 0 }, bad = { 0 };
	FILE *raw = fopen(CG_BUILD "/tests/agent/torn_reads.txt", "w");
	char id[64];

	ck_assert_ptr_nonnull(raw);
	for (size_t i = 0; i < nwriters; i++) {
		struct deaths d = { 0 };

		die_everywhere(&writers[i], &d, raw);
		snprintf(id, sizeof(id), "power/%s", writers[i].id);
		fault_say(id, d.points > 3 && !d.torn && !d.lost,
			  "%s: died at %u points, %u disks read, %u torn, %u done and lost",
			  writers[i].file, d.points, d.reads, d.torn, d.lost);
		all.points += d.points;
		all.reads += d.reads;
		all.torn += d.torn;
		all.lost += d.lost;
	}
	die_everywhere(&writer_bad, &bad, raw);
	fclose(raw);
	fault_figure("state/torn_reads", "reads", all.torn, all.points, bad.torn,
		     "tests/agent/torn_reads.txt");
	printf("# %u points, %u disks; truncated and written anew: %u torn of %u\n", all.points,
	       all.reads, bad.torn, bad.reads);
	ck_assert_uint_eq(all.torn, 0);
	ck_assert_uint_eq(all.lost, 0);
	ck_assert_uint_gt(bad.torn, 0);
}
END_TEST

/* ---- a call fails ---- */

static const struct {
	const char *calls, *id;
	int err;
	bool for_good, half;
} failures[] = {
	{ "open", "disk/open-fails", EMFILE, false, false },
	{ "write", "disk/write-fails", EIO, false, false },
	{ "write", "disk/interrupted", EINTR, false, false },
	{ "write", "disk/half-written", ENOSPC, false, true },
	{ "fsync", "disk/fsync-fails", EIO, false, false },
	{ "rename", "disk/rename-fails", EIO, false, false },
	{ "close", "disk/close-fails", EIO, false, false },
	{ "unlink", "disk/unlink-fails", EACCES, false, false },
	{ "fchmod fchown", "disk/modes-fail", EPERM, false, false },
	{ "write truncate", "disk/full", ENOSPC, true, true },
	{ "", "disk/read-only", EROFS, true, false },
};

static int descriptors(void)
{
	DIR *d = opendir("/proc/self/fd");
	int n = 0;

	while (readdir(d))
		n++;
	closedir(d);
	return n;
}

START_TEST(call_fails)
{
	unsigned int calls = 0, torn = 0, lied = 0, leaked = 0;
	const char *worst = "";

	for (size_t i = 0; i < nwriters; i++) {
		const struct writer *w = &writers[i];

		for (int nth = 1;; nth++) {
			char text[WRITERS_TEXT];
			int before, r, is;

			fresh(w);
			before = descriptors();
			disk_watch(dir);
			disk_only(failures[_i].calls);
			if (failures[_i].half)
				disk_half();
			disk_fail(nth, failures[_i].err, failures[_i].for_good);
			r = w->change(dir);
			if (!*disk_last()) {
				disk_watch(NULL);
				break;
			}
			disk_watch(NULL);
			is = found(w, dir, text);
			calls++;
			torn += is < 0;
			/* What failed says so, and what is said to be done is. */
			lied += r >= 0 && is != 1;
			leaked += descriptors() != before;
			if (is < 0 || (r >= 0 && is != 1) || descriptors() != before)
				worst = w->id;
		}
	}
	ck_assert(fault_say(failures[_i].id, calls && !torn && !lied && !leaked,
			    "%u calls failed, %u files torn, %u said to be done and not, "
			    "%u descriptors left%s%s",
			    calls, torn, lied, leaked, *worst ? ", " : "", worst));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("power");
	TCase *t = tcase_create("files");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 600); /* a loaded machine */
	tcase_add_test(t, machine_dies);
	tcase_add_loop_test(t, call_fails, 0, sizeof(failures) / sizeof(failures[0]));
	suite_add_tcase(s, t);
	return suite_run(s);
}
