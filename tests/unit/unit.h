/* SPDX-License-Identifier: GPL-2.0-only */
/* What every unit test shares: running a list of cases, a private folder, files in it. */
#ifndef CG_UNIT_H
#define CG_UNIT_H

#include <check.h>
#include <errno.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static inline int unit_remove(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

/* Every case runs in a process of its own; what one that fails leaves behind
 * goes with the folder of them all. */
static char unit_base[32] = "/tmp/cg-unit-XXXXXX";

struct unit_dir {
	char path[64];
};

static inline struct unit_dir unit_dir_new(void)
{
	struct unit_dir d;

	snprintf(d.path, sizeof(d.path), "%s/XXXXXX", unit_base);
	ck_assert_ptr_nonnull(mkdtemp(d.path));
	return d;
}

static inline void unit_dir_free(struct unit_dir *d)
{
	ck_assert_int_eq(nftw(d->path, unit_remove, 8, FTW_DEPTH | FTW_PHYS), 0);
}

/* First thing in a case that asks the kernel for what emulators of one program, as qemu-user
 * is one, do not have: leaves it there, and says so to tests/arch.sh. */
#define UNIT_KERNEL_HAS(what)                                                               \
	do {                                                                                \
		if (getenv("CG_EMULATED")) {                                                \
			printf("skip %s: an emulated program has no %s\n", __func__, what); \
			return;                                                             \
		}                                                                           \
	} while (0)

static inline int unit_run(const char *name, const TTest *const *tests, size_t n, double timeout_s)
{
	Suite *s = suite_create(name);
	TCase *tc = tcase_create(name);
	SRunner *sr;
	int failed;

	if (!mkdtemp(unit_base)) {
		perror(unit_base);
		return EXIT_FAILURE;
	}
	for (size_t i = 0; i < n; i++)
		tcase_add_test(tc, tests[i]);
	tcase_set_timeout(tc, timeout_s);
	suite_add_tcase(s, tc);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	if (nftw(unit_base, unit_remove, 8, FTW_DEPTH | FTW_PHYS)) {
		perror(unit_base);
		return EXIT_FAILURE;
	}
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

#define UNIT_RUN(name, timeout_s, ...)                                                 \
	({                                                                             \
		const TTest *const _tests[] = { __VA_ARGS__ };                         \
		unit_run(name, _tests, sizeof(_tests) / sizeof(_tests[0]), timeout_s); \
	})

/* The text holds every part, in this order. */
static inline void unit_holds(const char *text, const char *const *parts, size_t n)
{
	const char *at = text;

	for (size_t i = 0; i < n; i++) {
		const char *found = strstr(at, parts[i]);

		ck_assert_msg(found, "'%s' does not hold '%s' here: '%s'", text, parts[i], at);
		at = found + strlen(parts[i]);
	}
}

#define UNIT_HOLDS(text, ...)                                                 \
	do {                                                                  \
		const char *const _parts[] = { __VA_ARGS__ };                 \
		unit_holds(text, _parts, sizeof(_parts) / sizeof(_parts[0])); \
	} while (0)

/* Returns buf: DIR/name. */
static inline const char *unit_path(const struct unit_dir *d, const char *name,
				    char buf[static 128])
{
	snprintf(buf, 128, "%s/%s", d->path, name);
	return buf;
}

/* The same folder by a name of n bytes. */
static inline const char *unit_longer(const char *path, size_t n, char buf[static PATH_MAX])
{
	size_t len = (size_t)snprintf(buf, PATH_MAX, "%s", path);

	for (; len + 2 <= n; len += 2)
		strcpy(buf + len, "/.");
	if (len < n)
		strcpy(buf + len, "/");
	ck_assert_uint_eq(strlen(buf), n);
	return buf;
}

static inline void unit_write(const struct unit_dir *d, const char *name, const void *text,
			      size_t n)
{
	char path[128];
	FILE *f = fopen(unit_path(d, name, path), "w");

	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fwrite(text, 1, n, f), n);
	ck_assert_int_eq(fclose(f), 0);
}

#endif
