/* SPDX-License-Identifier: GPL-2.0-only */
/* Whole files: what cannot be read or put in place is refused, and the old file is then the one that stands. */
#include <fcntl.h>
#include <lib/wholefile.h>
#include <limits.h>
#include <signal.h>
#include <sys/resource.h>
#include "unit.h"

static struct unit_dir dir;
static char path[128];

static void setup(void)
{
	dir = unit_dir_new();
	unit_path(&dir, "file", path);
	unit_write(&dir, "file", "old\n", 4);
}

static void is(const char *want)
{
	char *text = NULL;

	ck_assert_int_eq(cg_wholefile_read(path, 100, &text, NULL), 0);
	ck_assert_str_eq(text, want);
	free(text);
}

static int replace(const char *to, const char *text)
{
	return cg_wholefile_replace(to, text, strlen(text), 0640, geteuid(), getegid());
}

/* Nothing of an attempt is left beside it. */
static void nothing_beside(void)
{
	char beside[140];

	snprintf(beside, sizeof(beside), "%s.new", path);
	ck_assert_int_eq(access(beside, F_OK), -1);
	ck_assert_int_eq(errno, ENOENT);
}

START_TEST(reading)
{
	static const char odd[] = "/sys/class/net/lo/speed";
	char *text = NULL;
	size_t n = 0;

	setup();
	ck_assert_int_eq(cg_wholefile_read(path, 4, &text, &n), 0);
	ck_assert_uint_eq(n, 4);
	free(text);
	text = NULL;
	ck_assert_int_eq(cg_wholefile_read(path, 3, &text, &n), -E2BIG);
	ck_assert_int_eq(cg_wholefile_read(dir.path, 100, &text, &n), -EINVAL);
	ck_assert_int_eq(cg_wholefile_read("/dev/null", 100, &text, &n), -EINVAL);
	ck_assert_int_eq(cg_wholefile_read("/nowhere/at/all", 100, &text, &n), -ENOENT);
	/* A regular file of which the kernel gives nothing. */
	if (!access(odd, R_OK))
		ck_assert_int_eq(cg_wholefile_read(odd, 8192, &text, &n), -EINVAL);
	ck_assert_ptr_null(text);
}
END_TEST

START_TEST(replacing)
{
	struct stat st;

	setup();
	ck_assert_int_eq(replace(path, "new\n"), 0);
	is("new\n");
	nothing_beside();
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0640);
}
END_TEST

/* What somebody put in the way is neither followed nor taken for ours. */
START_TEST(in_the_way)
{
	char beside[140], target[128];

	setup();
	unit_write(&dir, "target", "theirs\n", 7);
	unit_path(&dir, "target", target);
	snprintf(beside, sizeof(beside), "%s.new", path);
	ck_assert_int_eq(symlink(target, beside), 0);
	ck_assert_int_eq(replace(path, "new\n"), 0);
	is("new\n");
	snprintf(path, sizeof(path), "%s", target);
	is("theirs\n");
	/* A folder cannot be taken away. */
	ck_assert_int_eq(mkdir(beside, 0700), 0);
	unit_path(&dir, "file", path);
	ck_assert_int_lt(replace(path, "newer\n"), 0);
	is("new\n");
	ck_assert_int_eq(access(beside, F_OK), 0);
}
END_TEST

START_TEST(no_place)
{
	char longer[PATH_MAX + 1], folder[140];

	setup();
	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	ck_assert_int_eq(replace(longer, "new\n"), -ENAMETOOLONG);
	/* as it stands, but not with what is put behind it */
	longer[PATH_MAX - 2] = '\0';
	ck_assert_int_eq(replace(longer, "new\n"), -ENAMETOOLONG);
	ck_assert_int_eq(cg_wholefile_keep(longer), -ENAMETOOLONG);
	snprintf(folder, sizeof(folder), "%s/none/file", dir.path);
	ck_assert_int_eq(replace(folder, "new\n"), -ENOENT);
	/* A folder of that name stays, and nothing beside it. */
	snprintf(path, sizeof(path), "%s/folder", dir.path);
	snprintf(folder, sizeof(folder), "%s/folder/in", dir.path);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	ck_assert_int_eq(mkdir(folder, 0700), 0);
	ck_assert_int_lt(replace(path, "new\n"), 0);
	nothing_beside();
	ck_assert_int_eq(access(folder, F_OK), 0);
}
END_TEST

/* Only while it is done: Check keeps a file of its own. */
static int replace_within(rlim_t bytes, const char *text)
{
	struct rlimit limit, old;
	int r;

	ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &old), 0);
	limit = old;
	limit.rlim_cur = bytes;
	signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	r = replace(path, text);
	if (setrlimit(RLIMIT_FSIZE, &old))
		abort();
	return r;
}

START_TEST(no_room)
{
	int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(cg_wholefile_write(fd, "x", 1), -ENOSPC);
	close(fd);
	setup();
	/* The first bytes find room, the rest does not. */
	ck_assert_int_eq(replace_within(8, "longer than that\n"), -EFBIG);
	is("old\n");
	nothing_beside();
	ck_assert_int_eq(replace_within(8, "shorter\n"), 0);
	is("shorter\n");
}
END_TEST

/* Is root no more, if it was, until it takes that back; the folder is its own. */
static void become_nobody(mode_t mode)
{
	const uid_t nobody = 65534;

	setup();
	ck_assert_int_eq(chmod(dir.path, mode), 0);
	if (geteuid())
		return;
	ck_assert_int_eq(chown(dir.path, nobody, nobody), 0);
	ck_assert_int_eq(chmod(unit_base, 0755), 0);
	ck_assert_int_eq(setegid(nobody) || seteuid(nobody), 0);
}

static void come_back(void)
{
	ck_assert_int_eq(seteuid(getuid()) || setegid(getgid()), 0);
}

/* An owner that it may not have: what is begun goes again. */
START_TEST(no_right)
{
	become_nobody(0700);
	ck_assert_int_eq(cg_wholefile_replace(path, "new\n", 4, 0640, 0, 0), -EPERM);
	nothing_beside();
	is("old\n");
	come_back();
}
END_TEST

/* The folder itself cannot be opened to be synced: the new file stands all the same. */
START_TEST(folder_not_synced)
{
	become_nobody(0300);
	ck_assert_int_eq(replace(path, "new\n"), 0);
	is("new\n");
	come_back();
	ck_assert_int_eq(chmod(dir.path, 0700), 0);
}
END_TEST

int main(void)
{
	return UNIT_RUN("wholefile", 10, reading, replacing, in_the_way, no_place, no_room,
			no_right, folder_not_synced);
}
