/* SPDX-License-Identifier: GPL-2.0-only */
/* A folder in memory that looks like the config's own, but for what is to be judged. */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <camgate/limits.h>
#include "adopt.h"
#include "ucistage.h"
#include "wholefile.h"

#ifdef CG_HAVE_UCI
#define CAMERAS "cameras.d"
#define SUFFIX	".conf"

bool cg_uci_is(const char *path)
{
	_cleanup_fclose_ FILE *f = fopen(path, "re");
	char line[64], first[16];

	while (f && fgets(line, sizeof(line), f)) {
		bool whole = strchr(line, '\n') != NULL;

		if (sscanf(line, " %15s", first) == 1 && *first != '#')
			return !strcmp(first, "config") || !strcmp(first, "package");
		/* the rest of a long comment is no word */
		while (!whole && fgets(line, sizeof(line), f))
			whole = strchr(line, '\n') != NULL;
	}
	return false;
}

/* What is in place, as UCI would say it; empty where it cannot be read. */
static int in_place(const char *config, char **ret_text, struct cg_uci *ret_uci)
{
	_cleanup_(cg_config_free) struct cg_config *now = NULL;
	struct cg_diag diag = { "" };
	size_t len;
	int r = cg_config_read(config, &diag, &now);

	if (r)
		return r == -ENOMEM ? r : 0;
	r = cg_uci_from_config(now, NULL, ret_text, &len);
	if (!r)
		r = cg_uci_read(*ret_text, len, config, &diag, ret_uci);
	return r;
}

struct keeping {
	const struct cg_uci *now;
	struct cg_uci_stage *stage;
	bool failed;
};

static bool is_kept(void *ctx, const struct cg_uci_section *section)
{
	struct keeping *k = ctx;
	struct cg_uci_stage *st = k->stage;
	const char *file = cg_uci_get(section, "file");
	char(*keep)[64];

	for (size_t i = 0; i < k->now->n; i++) {
		if (!cg_uci_same(section, &k->now->v[i]))
			continue;
		keep = reallocarray(st->keep, st->nkeep + 1, sizeof(*keep));
		if (!keep) {
			k->failed = true;
			return false;
		}
		st->keep = keep;
		(void)snprintf(keep[st->nkeep++], sizeof(*keep), "%s", file);
		return true;
	}
	return false;
}

static int point(const char *dir, const char *name, const char *at, const char *what)
{
	char from[PATH_MAX], to[PATH_MAX];

	if (snprintf(from, sizeof(from), "%s/%s", dir, name) >= (int)sizeof(from) ||
	    snprintf(to, sizeof(to), "%s/%s", at, what) >= (int)sizeof(to))
		return -ENAMETOOLONG;
	return symlink(to, from) < 0 ? -errno : 0;
}

/* Everything beside the config is beside this one: profiles, lists, what it names. */
static int beside(const struct cg_uci_stage *st, const char *base)
{
	DIR *dir = opendir(st->of);
	struct dirent *e;
	int r = 0;

	if (!dir)
		return errno == ENOENT ? 0 : -errno;
	while (!r && (e = readdir(dir)))
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0 &&
		    strcmp(e->d_name, base) != 0 && strcmp(e->d_name, CAMERAS) != 0)
			r = point(st->dir, e->d_name, st->of, e->d_name);
	closedir(dir);
	return r;
}

static int make(struct cg_uci_stage *st, const char *base)
{
	char cameras[64], name[80], at[PATH_MAX];
	int r;

	strcpy(st->dir, "/tmp/camgate.XXXXXX");
	if (!mkdtemp(st->dir)) {
		r = -errno;
		st->dir[0] = '\0';
		return r;
	}
	r = snprintf(st->config, sizeof(st->config), "%s/%s", st->dir, base) >=
			    (int)sizeof(st->config) ?
		    -ENAMETOOLONG :
		    0;
	if (!r)
		r = cg_wholefile_replace(st->config, st->text, st->len, 0600, geteuid(), getegid());
	if (!r)
		r = beside(st, base);
	(void)snprintf(cameras, sizeof(cameras), "%s/" CAMERAS, st->dir);
	if (!r && mkdir(cameras, 0700) < 0)
		r = -errno;
	if (!r && snprintf(at, sizeof(at), "%s/" CAMERAS, st->of) >= (int)sizeof(at))
		r = -ENAMETOOLONG;
	for (size_t i = 0; i < st->nkeep && !r; i++) {
		(void)snprintf(name, sizeof(name), "%s" SUFFIX, st->keep[i]);
		r = point(cameras, name, at, name);
	}
	return r;
}

/* Says the config the same as what is in place? */
static int compare(struct cg_uci_stage *st, const char *now, struct cg_diag *diag)
{
	_cleanup_(cg_config_free) struct cg_config *config = NULL;
	_cleanup_free_ char *text = NULL;
	size_t len;
	int r = cg_config_read(st->config, diag, &config);

	if (!r)
		r = cg_uci_from_config(config, NULL, &text, &len);
	if (!r)
		st->same = now && !strcmp(now, text);
	return r;
}

int cg_uci_stage(const char *uci, const char *config, struct cg_diag *diag,
		 struct cg_uci_stage *ret_stage)
{
	const char *slash = strrchr(config, '/'), *base = slash ? slash + 1 : config;
	struct cg_pos pos = { uci, 0, 0 };
	struct cg_uci_stage st = { .uci = uci };
	struct cg_uci wanted = { 0 }, now = { 0 };
	struct keeping k = { &now, &st, false };
	_cleanup_free_ char *text = NULL, *is = NULL;
	size_t len;
	int r = cg_wholefile_read(uci, CG_MAX_CONFIG_BYTES, &text, &len);

	if (r == -ENOENT)
		return r;
	if (!r && (!slash ? !getcwd(st.of, sizeof(st.of)) :
			    snprintf(st.of, sizeof(st.of), "%.*s", (int)(slash - config), config) >=
				    (int)sizeof(st.of)))
		r = -ENAMETOOLONG;
	if (!r)
		r = cg_uci_read(text, len, uci, diag, &wanted);
	if (!r)
		r = in_place(config, &is, &now);
	if (!r)
		r = cg_uci_to_config(&wanted, is_kept, &k, uci, diag, &st.text, &st.len);
	if (!r && k.failed)
		r = -ENOMEM;
	if (!r)
		r = make(&st, base);
	if (!r)
		r = compare(&st, is, diag);
	cg_uci_free(&wanted);
	cg_uci_free(&now);
	if (r) {
		cg_uci_stage_diag(&st, diag);
		cg_uci_stage_end(&st);
		return cg_diag_set(diag, &pos, r, "%s", strerror(-r));
	}
	*ret_stage = st;
	return 0;
}

void cg_uci_stage_diag(const struct cg_uci_stage *st, struct cg_diag *diag)
{
	size_t n = strlen(st->config), dir = strlen(st->dir);
	char text[sizeof(diag->text)];
	const char *rest = diag->text + n;
	int room = (int)sizeof(text) - 1;

	if (!dir || strncmp(diag->text, st->dir, dir) != 0)
		return;
	if (strncmp(diag->text, st->config, n) != 0) {
		(void)snprintf(text, sizeof(text), "%.*s%.*s", room / 2, st->of, room / 2,
			       diag->text + dir);
	} else {
		/* The line is that of the UCI file, the column is not. */
		int skip = 0;

		if (sscanf(rest, ":%*d%n:%*d%n", &skip, &skip) >= 0 && skip) {
			int line = (int)(strchr(rest + 1, ':') - rest);

			(void)snprintf(text, sizeof(text), "%.99s%.*s%.*s", st->uci, line, rest,
				       room - 120, rest + skip);
		} else {
			(void)snprintf(text, sizeof(text), "%.99s%.*s", st->uci, room - 120, rest);
		}
	}
	memcpy(diag->text, text, sizeof(text));
}

static bool stays(const struct cg_uci_stage *st, const char *name, size_t n)
{
	for (size_t i = 0; i < st->nkeep; i++)
		if (!strncmp(st->keep[i], name, n) && !st->keep[i][n])
			return true;
	return false;
}

static int take_away(const char *dir, const char *name)
{
	_cleanup_free_ char *text = NULL;
	char path[PATH_MAX], undone[PATH_MAX];
	struct cg_mac mac;
	size_t len;

	if (snprintf(path, sizeof(path), "%s/%s", dir, name) >= (int)sizeof(path) ||
	    snprintf(undone, sizeof(undone), "%s.undone", path) >= (int)sizeof(undone))
		return -ENAMETOOLONG;
	if (!cg_wholefile_read(path, CG_MAX_CONFIG_BYTES, &text, &len) &&
	    cg_adopt_judge(text, len, &mac) == CG_ADOPT_WRITTEN)
		return unlink(path) < 0 ? -errno : 0;
	return rename(path, undone) < 0 ? -errno : 0;
}

int cg_uci_stage_commit(const struct cg_uci_stage *st, const char *config)
{
	char cameras[PATH_MAX];
	struct stat st_was;
	struct dirent *e;
	DIR *dir;
	int r;

	if (stat(config, &st_was) < 0)
		st_was = (struct stat){ .st_mode = 0644, .st_uid = geteuid(), .st_gid = getegid() };
	r = cg_wholefile_replace(config, st->text, st->len, st_was.st_mode & 0777, st_was.st_uid,
				 st_was.st_gid);
	if (r)
		return r;
	if (snprintf(cameras, sizeof(cameras), "%s/" CAMERAS, st->of) >= (int)sizeof(cameras))
		return -ENAMETOOLONG;
	dir = opendir(cameras);
	if (!dir)
		return errno == ENOENT ? 0 : -errno;
	while (!r && (e = readdir(dir))) {
		size_t n = strlen(e->d_name), suffix = strlen(SUFFIX);

		if (n > suffix && *e->d_name != '.' && !strcmp(e->d_name + n - suffix, SUFFIX) &&
		    !stays(st, e->d_name, n - suffix))
			r = take_away(cameras, e->d_name);
	}
	closedir(dir);
	return r;
}

static void empty(const char *path)
{
	DIR *dir = opendir(path);
	char name[PATH_MAX];
	struct dirent *e;

	while (dir && (e = readdir(dir)))
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0 &&
		    snprintf(name, sizeof(name), "%s/%s", path, e->d_name) < (int)sizeof(name))
			(void)unlink(name);
	if (dir)
		closedir(dir);
	(void)rmdir(path);
}

void cg_uci_stage_end(struct cg_uci_stage *st)
{
	char cameras[64];

	if (st->dir[0]) {
		(void)snprintf(cameras, sizeof(cameras), "%s/" CAMERAS, st->dir);
		empty(cameras);
		empty(st->dir);
	}
	free(st->text);
	free(st->keep);
	*st = (struct cg_uci_stage){ 0 };
}
#endif
