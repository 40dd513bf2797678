/* SPDX-License-Identifier: GPL-2.0-only */
/* What a power cut in the middle leaves is whole, and what somebody else put in the way is not followed. */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include "wholefile.h"

int cg_wholefile_read(const char *path, size_t max, char **ret_text, size_t *ret_n)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	_cleanup_free_ char *text = NULL;
	struct stat st;
	size_t n = 0;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	if ((uint64_t)st.st_size > max)
		return -E2BIG;
	text = malloc((size_t)st.st_size + 1);
	if (!text)
		return -ENOMEM;
	while (n < (size_t)st.st_size) {
		ssize_t got = read(fd, text + n, (size_t)st.st_size - n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (!got)
			break;
		n += (size_t)got;
	}
	text[n] = '\0';
	*ret_text = TAKE_PTR(text);
	if (ret_n)
		*ret_n = n;
	return 0;
}

int cg_wholefile_write(int fd, const char *text, size_t n)
{
	while (n) {
		ssize_t done = write(fd, text, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return -errno;
		text += done;
		n -= (size_t)done;
	}
	return 0;
}

static int name_sync(const char *path)
{
	_cleanup_free_ char *copy = strdup(path);
	_cleanup_close_ int fd = -1;

	if (!copy)
		return -ENOMEM;
	fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fsync(fd) < 0)
		return -errno;
	return 0;
}

int cg_wholefile_keep(const char *path)
{
	char kept[PATH_MAX];

	if (snprintf(kept, sizeof(kept), "%s.kept", path) >= (int)sizeof(kept))
		return -ENAMETOOLONG;
	if (unlink(kept) < 0 && errno != ENOENT)
		return -errno;
	/* Both names, where the file system knows that: what is left of it is read until
	 * there is another. */
	if (!link(path, kept) || !rename(path, kept))
		return 0;
	return -errno;
}

int cg_wholefile_sync_name(const char *path)
{
	return name_sync(path);
}

int cg_wholefile_replace(const char *path, const char *text, size_t n, unsigned int mode,
			 unsigned int uid, unsigned int gid)
{
	_cleanup_close_ int fd = -1;
	char beside[PATH_MAX];
	int err;

	if (snprintf(beside, sizeof(beside), "%s.new", path) >= (int)sizeof(beside))
		return -ENAMETOOLONG;
	/* Left by a crash; whoever else made it, it is not followed. */
	if (unlink(beside) < 0 && errno != ENOENT)
		return -errno;
	fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	err = cg_wholefile_write(fd, text, n);
	/* The mode while it is ours: of another's file it would take a right more. */
	if (!err && (fchmod(fd, mode) < 0 || fchown(fd, uid, gid) < 0 || fsync(fd) < 0))
		err = -errno;
	if (!err && rename(beside, path) < 0)
		err = -errno;
	if (err < 0) {
		(void)unlink(beside);
		return err;
	}
	/* The new file is in place whatever this says. */
	(void)name_sync(path);
	return 0;
}
