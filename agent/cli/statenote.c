/* SPDX-License-Identifier: GPL-2.0-only */
/* A note in the agent's state file while the agent is dead: {"v":1,"manual":{ID:"close"|"seal"},…}. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <json-c/json.h>
#include "statenote.h"

#define STATE_VERSION 1
#define STATE_MAX     (1024 * 1024)

static void json_putp(struct json_object **o)
{
	json_object_put(*o);
}

/* NULL: not there, or not one of ours. */
static struct json_object *read_state(int dirfd)
{
	_cleanup_close_ int fd =
		openat(dirfd, "state.json", O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	_cleanup_(json_putp) struct json_object *root = NULL;
	struct json_object *v;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) || !S_ISREG(st.st_mode) || st.st_size > STATE_MAX)
		return NULL;
	root = json_object_from_fd(fd);
	if (!json_object_is_type(root, json_type_object) ||
	    !json_object_object_get_ex(root, "v", &v) || json_object_get_int(v) != STATE_VERSION)
		return NULL;
	return TAKE_PTR(root);
}

/* Beside, synced, renamed: the next boot finds the old or the new. */
static int replace_state(int dirfd, struct json_object *root)
{
	_cleanup_close_ int fd = -1;
	int r = 0;

	if (unlinkat(dirfd, "state.json.new", 0) && errno != ENOENT)
		return -errno;
	fd = openat(dirfd, "state.json.new", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	if (json_object_to_fd(fd, root, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE))
		r = errno ? -errno : -EIO;
	if (!r && (fsync(fd) || renameat(dirfd, "state.json.new", dirfd, "state.json")))
		r = -errno;
	if (r)
		(void)unlinkat(dirfd, "state.json.new", 0);
	else
		(void)fsync(dirfd); /* the new file is in place whatever this says */
	return r;
}

int cg_statenote_write(const char *state_dir, const struct cg_statenote *notes, size_t n)
{
	_cleanup_(json_putp) struct json_object *root = NULL;
	_cleanup_close_ int dirfd = -1;
	struct json_object *manual;

	if (mkdir(state_dir, 0700) && errno != EEXIST)
		return -errno;
	dirfd = open(state_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	/* two commands at once: the second must read what the first wrote */
	if (dirfd < 0 || flock(dirfd, LOCK_EX))
		return -errno;
	root = read_state(dirfd);
	if (!root) {
		root = json_object_new_object();
		json_object_object_add(root, "v", json_object_new_int(STATE_VERSION));
	}
	if (!json_object_object_get_ex(root, "manual", &manual) ||
	    !json_object_is_type(manual, json_type_object)) {
		manual = json_object_new_object();
		json_object_object_add(root, "manual", manual);
	}
	for (size_t i = 0; i < n; i++)
		if (notes[i].manual == CG_MANUAL_AUTO)
			json_object_object_del(manual, notes[i].id);
		else
			json_object_object_add(
				manual, notes[i].id,
				json_object_new_string(
					notes[i].manual == CG_MANUAL_SEAL ? "seal" : "close"));
	return replace_state(dirfd, root);
}
