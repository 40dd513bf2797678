/* SPDX-License-Identifier: GPL-2.0-only */
/* Profiles: a file is looked for where the household keeps its own, then where they are installed. */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "ident.h"
#include "near.h"
#include "profile.h"
#include "told.h"

#define SUFFIX	  ".conf"
/* As many as are looked at for names that are near. */
#define NAMES_MAX 128

const char *const cg_profile_protections[__CG_PROTECTION_MAX + 1] = {
	[CG_PROTECTION_FULL] = "full",
	[CG_PROTECTION_PARTIAL] = "partial",
	[CG_PROTECTION_NONE] = "none",
};

const char *const cg_profile_local_views[__CG_LOCAL_VIEW_MAX + 1] = {
	[CG_LOCAL_VIEW_YES] = "yes",
	[CG_LOCAL_VIEW_CLOUD_ONLY] = "cloud-only",
};

const char *cg_profile_protection_text(enum cg_protection protection)
{
	switch (protection) {
	case CG_PROTECTION_FULL:
		return N_("closed, no known way to watch it from outside is left");
	case CG_PROTECTION_PARTIAL:
		return N_(
			"closed stops the known ways to watch it; what it still sends its maker may be "
			"looked at there");
	case CG_PROTECTION_NONE:
		return N_(
			"its maker's service cannot be told from somebody who watches: what is allowed "
			"of it lets them");
	case __CG_PROTECTION_MAX:
		break;
	}
	return "";
}

const char *cg_profile_local_view_text(enum cg_local_view local_view)
{
	switch (local_view) {
	case CG_LOCAL_VIEW_YES:
		return N_("at home it can be watched without its maker's cloud");
	case CG_LOCAL_VIEW_CLOUD_ONLY:
		return N_(
			"this camera's app goes through its maker's cloud even at home; closed stops "
			"that too");
	case __CG_LOCAL_VIEW_MAX:
		break;
	}
	return "";
}

/* The folder of config with a `/`, "" where it has none. */
static int folder_of(const char *config, const char *name, char ret_dir[static PATH_MAX])
{
	const char *slash = name[0] == '/' ? NULL : strrchr(config, '/');
	int n = slash ? (int)(slash - config) + 1 : 0;

	return snprintf(ret_dir, PATH_MAX, "%.*s%s", n, config, name) < PATH_MAX ? 0 :
										   -ENAMETOOLONG;
}

struct names {
	char text[NAMES_MAX][CG_ID_LEN];
	const char *list[NAMES_MAX];
	size_t n;
};

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void names_add(struct names *names, const char *dir)
{
	DIR *d = opendir(dir);
	struct dirent *e;

	while (d && (e = readdir(d)) && names->n < NAMES_MAX) {
		char *to = names->text[names->n];
		size_t len = strlen(e->d_name), end = strlen(SUFFIX);
		bool known = false;

		if (len <= end || len - end >= CG_ID_LEN || strcmp(e->d_name + len - end, SUFFIX))
			continue;
		memcpy(to, e->d_name, len - end);
		to[len - end] = '\0';
		for (size_t i = 0; i < names->n; i++)
			known |= !strcmp(names->list[i], to);
		if (!known)
			names->list[names->n++] = to;
	}
	if (d)
		closedir(d);
}

/* fault: what is wrong with the name itself; NULL: nothing. */
static int unknown(const char *const dirs[2], const char *name, const char *fault,
		   const struct cg_pos *pos, struct cg_diag *diag)
{
	struct names *names = calloc(1, sizeof(*names));
	const char *near[CG_NEAR_MAX];
	char text[300];
	size_t n;
	int r;

	if (!names)
		return -ENOMEM;
	names_add(names, dirs[0]);
	names_add(names, dirs[1]);
	qsort(names->list, names->n, sizeof(names->list[0]), by_name);
	n = cg_near_find(name, names->list, names->n, near);
	if (n)
		r = cg_diag_set(diag, pos, -EINVAL, "profile: found '%s', expected %s", name,
				cg_near_format(near, n, text, sizeof(text)));
	else if (fault)
		r = cg_diag_set(diag, pos, -EINVAL, "profile: found '%s', expected %s", name,
				fault);
	else if (names->n)
		r = cg_diag_set(diag, pos, -EINVAL, "profile: found '%s', expected one of %s", name,
				cg_near_format(names->list, names->n, text, sizeof(text)));
	else
		r = cg_diag_set(diag, pos, -EINVAL,
				"profile: found '%s', expected a file of that name in %s or %s",
				name, dirs[0], dirs[1]);
	free(names);
	return r;
}

int cg_profile_find(const char *config, const char *dir, const char *name, const struct cg_pos *pos,
		    struct cg_diag *diag, char **ret_path)
{
	char own[PATH_MAX], installed[PATH_MAX], path[PATH_MAX];
	const char *const dirs[2] = { own, installed };
	const char *fault = cg_ident_id_fault(name);
	struct stat st;
	int r;

	r = folder_of(config, CG_PROFILE_OWN, own);
	if (!r)
		r = folder_of(config, dir ? dir : CG_PROFILE_DIR, installed);
	if (r)
		return r;
	for (size_t i = 0; i < 2 && !fault; i++) {
		if (snprintf(path, sizeof(path), "%s/%s" SUFFIX, dirs[i], name) >=
		    (int)sizeof(path))
			return -ENAMETOOLONG;
		/* One that is there and cannot be read is an error of its own. */
		if (lstat(path, &st))
			continue;
		*ret_path = strdup(path);
		return *ret_path ? 0 : -ENOMEM;
	}
	return unknown(dirs, name, fault, pos, diag);
}
