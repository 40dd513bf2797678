/* SPDX-License-Identifier: GPL-2.0-only */
/* A copy that `camgate undo` would put back: any bytes as the newest file of the folder. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include "../../agent/lib/undo.h"
#include "fuzz.h"

static char dir[64], copy[96];
static int fd = -1;

static void dir_remove(void)
{
	char path[96];

	(void)unlink(copy);
	snprintf(path, sizeof(path), "%s/undo", dir);
	(void)rmdir(path);
	(void)rmdir(dir);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	char path[96];

	(void)argc;
	(void)argv;
	fuzz_dir(dir);
	(void)atexit(dir_remove);
	snprintf(path, sizeof(path), "%s/undo", dir);
	snprintf(copy, sizeof(copy), "%s/undo/00000001", dir);
	FUZZ_PROMISE(!mkdir(path, 0700));
	fd = open(copy, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	FUZZ_PROMISE(fd >= 0);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cg_undo undo = { 0 };
	int err;

	FUZZ_PROMISE(!ftruncate(fd, 0) && pwrite(fd, data, size, 0) == (ssize_t)size);
	err = cg_undo_last(dir, &undo);
	FUZZ_PROMISE(!err || err == -EPROTO || err == -ENOMEM);
	if (err)
		return 0;
	FUZZ_PROMISE(memchr(undo.file, '\0', sizeof(undo.file)));
	FUZZ_PROMISE(memchr(undo.what, '\0', sizeof(undo.what)));
	FUZZ_PROMISE(undo.len < size && undo.text[undo.len] == '\0');
	fuzz_plant(strlen(undo.what), 64);
	(void)cg_undo_hash(undo.text, undo.len);
	free(undo.text);
	return 0;
}
