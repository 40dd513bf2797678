/* SPDX-License-Identifier: GPL-2.0-only */
/* Copies from before an edit: there and back, the last few of them, and what is none. */
#include <dirent.h>
#include <lib/undo.h>
#include "unit.h"

static int save(const char *state, const char *what, char copy[static PATH_MAX])
{
	struct cg_undo u = { .file = "/etc/camgate.conf", .after = 7, .text = (char *)"lan = a\n" };

	snprintf(u.what, sizeof(u.what), "%s", what);
	u.len = strlen(u.text);
	return cg_undo_save(state, &u, copy);
}

START_TEST(there_and_back)
{
	struct unit_dir dir = unit_dir_new();
	char copy[PATH_MAX], what[32], undo[128];
	struct cg_undo u = { 0 };
	struct dirent *e;
	size_t n = 0;
	DIR *d;

	ck_assert_int_eq(cg_undo_last(dir.path, &u), -ENOENT);
	for (int i = 0; i < CG_UNDO_KEEP + 3; i++) {
		snprintf(what, sizeof(what), "edit %d", i);
		ck_assert_int_eq(save(dir.path, what, copy), 0);
	}
	ck_assert_int_eq(cg_undo_last(dir.path, &u), 0);
	ck_assert_str_eq(u.copy, copy);
	ck_assert_str_eq(u.what, what);
	ck_assert_str_eq(u.file, "/etc/camgate.conf");
	ck_assert_str_eq(u.text, "lan = a\n");
	ck_assert_uint_eq(u.after, 7);
	free(u.text);
	d = opendir(unit_path(&dir, "undo", undo));
	ck_assert_ptr_nonnull(d);
	while ((e = readdir(d)))
		n += *e->d_name != '.';
	closedir(d);
	ck_assert_uint_eq(n, CG_UNDO_KEEP);
	/* What was cut off is none. */
	ck_assert_int_eq(truncate(copy, 20), 0);
	ck_assert_int_eq(cg_undo_last(dir.path, &u), -EPROTO);
	/* What cannot be read is not passed over: the one before is not the last. */
	unit_path(&dir, "undo/99999999", undo);
	ck_assert_int_eq(mkdir(undo, 0700), 0);
	ck_assert_int_lt(cg_undo_last(dir.path, &u), 0);
	ck_assert_int_ne(cg_undo_last(dir.path, &u), -EPROTO);
	unit_dir_free(&dir);
}
END_TEST

START_TEST(no_place)
{
	struct unit_dir dir = unit_dir_new();
	char copy[PATH_MAX], state[PATH_MAX], path[128];
	struct cg_undo u = { 0 };

	ck_assert_int_eq(save(unit_path(&dir, "none", path), "x", copy), -ENOENT);
	ck_assert_int_eq(cg_undo_last(path, &u), -ENOENT);
	unit_longer(dir.path, PATH_MAX - 8, state);
	ck_assert_int_eq(save(state, "x", copy), -ENAMETOOLONG);
	ck_assert_int_eq(cg_undo_last(state, &u), -ENAMETOOLONG);
	/* Nothing is cut off where there is room. */
	unit_longer(dir.path, PATH_MAX - 64, state);
	ck_assert_int_eq(save(state, "x", copy), 0);
	ck_assert_int_eq(cg_undo_last(state, &u), 0);
	ck_assert_str_eq(u.copy, copy);
	free(u.text);
	unit_dir_free(&dir);
}
END_TEST

int main(void)
{
	return UNIT_RUN("undo", 20, there_and_back, no_place);
}
