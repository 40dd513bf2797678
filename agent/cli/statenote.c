/* SPDX-License-Identifier: GPL-2.0-only */
/* The state file under a lock of its folder: two commands at once both count. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include "../lib/wholefile.h"
#include "statenote.h"

static int path_make(const char *state_dir, char buf[static PATH_MAX])
{
	return snprintf(buf, PATH_MAX, "%s/%s", state_dir, CG_SAVED_FILE) >= PATH_MAX ?
		       -ENAMETOOLONG :
		       0;
}

int cg_statenote_read(const char *state_dir, struct cg_saved *ret_saved)
{
	_cleanup_free_ char *text = NULL;
	char path[PATH_MAX];
	int r = path_make(state_dir, path);

	if (!r)
		r = cg_wholefile_read(path, CG_SAVED_MAX_BYTES, &text, NULL);
	return r ? r : cg_saved_parse(text, ret_saved);
}

int cg_statenote_write(const char *state_dir, const struct cg_saved_manual *notes, size_t n)
{
	_cleanup_(cg_saved_free) struct cg_saved s = { 0 };
	_cleanup_free_ char *text = NULL;
	_cleanup_close_ int dirfd = -1;
	char path[PATH_MAX];
	int r = path_make(state_dir, path);

	if (r)
		return r;
	if (mkdir(state_dir, 0700) && errno != EEXIST)
		return -errno;
	dirfd = open(state_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	/* the second must read what the first wrote */
	if (dirfd < 0 || flock(dirfd, LOCK_EX))
		return -errno;
	r = cg_statenote_read(state_dir, &s);
	/* One that may be whole is not written over because it could not be read just now. */
	if (r < 0 && r != -ENOENT && r != -EPROTO)
		return r;
	if (r && r != -ENOENT) {
		r = cg_wholefile_keep(path);
		if (r)
			return r;
	}
	r = 0;
	for (size_t i = 0; i < n && !r; i++)
		r = cg_saved_set(&s, notes[i].id, notes[i].manual);
	if (!r)
		r = cg_saved_print(&s, &text);
	return r ? r : cg_wholefile_replace(path, text, strlen(text), 0600, geteuid(), getegid());
}
