/* SPDX-License-Identifier: GPL-2.0-only */
/* Time zones by name: files, lines, the machine's own, and what clocks on the wall read. */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include "civil.h"
#include "near.h"
#include "tzfile.h"
#include "wholefile.h"
#include "zone.h"

/* No clock was ever set back by more; changes further apart do not touch. */
#define MAX_BACK_S (CG_TZ_MAX_S - CG_TZ_MIN_S)
#define MAX_STEPS  8

struct cg_zone {
	bool by_file;
	struct cg_tzfile file;
	struct cg_tzrule rule;
};

/* A name that stays below its folder. */
static bool is_file_name(const char *name)
{
	size_t n = strlen(name);

	if (!n || n >= CG_ZONE_NAME_LEN || *name == '/' || *name == '.')
		return false;
	for (const char *p = name; *p; p++)
		if (!strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/",
			    *p))
			return false;
	return true;
}

static int read_file(const char *path, struct cg_zone *z)
{
	_cleanup_free_ char *data = NULL;
	size_t n = 0;
	int r = cg_wholefile_read(path, CG_ZONE_MAX_BYTES, &data, &n);

	if (r)
		return r;
	r = cg_tzfile_parse(data, n, &z->file);
	z->by_file = !r;
	return r;
}

static int read_named(const char *root, const char *name, struct cg_zone *z)
{
	char path[PATH_MAX];

	if (is_file_name(name)) {
		int r;

		if (snprintf(path, sizeof(path), "%s" CG_ZONE_DIR "/%s", root, name) >=
		    (int)sizeof(path))
			return -ENAMETOOLONG;
		r = read_file(path, z);
		/* A folder, or nothing: perhaps it is a line. */
		if (!r || r == -EPROTO || r == -ENOTSUP || r == -ENOMEM)
			return r;
	}
	if (!strcmp(name, "UTC"))
		return 0;
	return cg_tzrule_parse(name, &z->rule) ? -ENOENT : 0;
}

/* OpenWrt's: one line, which musl does not read by itself. */
static int read_line(const char *root, struct cg_zone *z)
{
	_cleanup_free_ char *text = NULL;
	char path[PATH_MAX];

	if (snprintf(path, sizeof(path), "%s/etc/TZ", root) >= (int)sizeof(path) ||
	    cg_wholefile_read(path, CG_ZONE_MAX_BYTES, &text, NULL))
		return -ENOENT;
	text[strcspn(text, "\r\n")] = '\0';
	return read_named(root, text, z);
}

static int read_machine(const char *root, struct cg_zone *z)
{
	const char *name = getenv("TZ");
	char path[PATH_MAX];

	if (name && *name == ':')
		name++;
	if (name && *name && (*name == '/' ? !read_file(name, z) : !read_named(root, name, z)))
		return 0;
	if (snprintf(path, sizeof(path), "%s/etc/localtime", root) < (int)sizeof(path) &&
	    !read_file(path, z))
		return 0;
	/* UTC where nothing is said. */
	(void)read_line(root, z);
	return 0;
}

int cg_zone_read(const char *root, const char *name, struct cg_zone **ret_zone)
{
	struct cg_zone *z = calloc(1, sizeof(*z));
	int r;

	if (!z)
		return -ENOMEM;
	r = name ? read_named(root, name, z) : read_machine(root, z);
	if (r) {
		cg_zone_free(&z);
		return r;
	}
	*ret_zone = z;
	return 0;
}

void cg_zone_free(struct cg_zone **zone)
{
	if (*zone)
		cg_tzfile_free(&(*zone)->file);
	free(*zone);
	*zone = NULL;
}

/* ---- what clocks read ---- */

void cg_zone_at(const struct cg_zone *z, int64_t t, struct cg_tzspan *ret_span)
{
	if (z->by_file)
		cg_tzfile_at(&z->file, t, ret_span);
	else
		cg_tzrule_at(&z->rule, t, ret_span);
}

int64_t cg_zone_wall(const struct cg_zone *z, int64_t t)
{
	struct cg_tzspan span;
	int64_t wall;

	cg_zone_at(z, t, &span);
	wall = t + span.off_s;
	/* The last reading before each change of late: one that is ahead of now's was
	 * read before, and what is read now comes for the second time. */
	for (int i = 0; i < MAX_STEPS && span.begin_s > t - MAX_BACK_S; i++) {
		int64_t last = span.begin_s - 1 + span.before_s;

		if (last > wall)
			wall = last;
		cg_zone_at(z, span.begin_s - 1, &span);
	}
	return wall;
}

int64_t cg_zone_reach(const struct cg_zone *z, int64_t wall)
{
	/* The wall never goes back: halving finds the place. */
	int64_t lo = wall - CG_TZ_MAX_S - 1, hi = wall - CG_TZ_MIN_S + 1;

	while (lo < hi) {
		int64_t mid = lo + (hi - lo) / 2;

		if (cg_zone_wall(z, mid) >= wall)
			hi = mid;
		else
			lo = mid + 1;
	}
	return lo;
}

/* ---- near names ---- */

const char *cg_zone_near(const char *root, const char *name, char *buf, size_t n)
{
	_cleanup_free_ const char **names = calloc(CG_ZONE_MAX_NEAR, sizeof(*names));
	const char *slash = strrchr(name, '/'), *near[CG_NEAR_MAX];
	int in = slash ? (int)(slash - name + 1) : 0;
	char path[PATH_MAX];
	struct dirent *d;
	size_t found = 0;
	DIR *dir = NULL;

	*buf = '\0';
	if (snprintf(path, sizeof(path), "%s" CG_ZONE_DIR "/%.*s", root, in, name) <
		    (int)sizeof(path) &&
	    (!slash || is_file_name(name)))
		dir = opendir(path);
	while (dir && names && found < CG_ZONE_MAX_NEAR && (d = readdir(dir))) {
		char *full;

		/* What is no zone has a dot in its name, or begins small. */
		if (*d->d_name < 'A' || *d->d_name > 'Z' || strchr(d->d_name, '.'))
			continue;
		if (asprintf(&full, "%.*s%s", in, name, d->d_name) < 0)
			break;
		names[found++] = full;
	}
	if (dir)
		closedir(dir);
	if (names) {
		(void)cg_near_format(near, cg_near_find(name, names, found, near), buf, n);
		for (size_t i = 0; i < found; i++)
			free((void *)names[i]);
	}
	return buf;
}
