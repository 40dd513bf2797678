/* SPDX-License-Identifier: GPL-2.0-only */
/* Stands before libc's calls that change files; what would be on the disk is kept beside. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>
#include "disk.h"

#define NODES 64
#define NAMES 32
#define STEPS 64

/* A file: what of it would be found. */
struct node {
	ino_t ino;
	char *text;
	size_t n;
};

struct entry {
	char name[64];
	int node; /* -1: free */
};

/* A change of names: `name` is node from now on (-1: it is gone), and `from`, if any, is gone. */
struct step {
	char name[64], from[64];
	int node;
};

static struct {
	char dir[200];
	size_t len;
	int calls, at, err;
	bool for_good;
	char only[32], last[128];
	bool die, half;
	const char *out;
	int *ret_found;
	struct node node[NODES];
	int nnode;
	struct entry name[NAMES]; /* as synced */
	int nname;
	struct step step[STEPS]; /* since then */
	int nstep;
} disk;

/* ---- what is on the disk ---- */

static const char *below(const char *path)
{
	if (!disk.len || strncmp(path, disk.dir, disk.len) || path[disk.len] != '/')
		return NULL;
	return strchr(path + disk.len + 1, '/') ? NULL : path + disk.len + 1;
}

static int node_of(ino_t ino)
{
	for (int i = disk.nnode; i--;)
		if (disk.node[i].ino == ino)
			return i;
	return -1;
}

static int real_open(const char *path, int flags, mode_t mode)
{
	return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

/* The file as it can be read now. */
static char *text_of(const char *path, int fd, size_t *ret_n)
{
	struct stat st;
	char *text;
	ssize_t n;

	fd = path ? real_open(path, O_RDONLY, 0) : dup(fd);
	if (fd < 0 || fstat(fd, &st)) {
		*ret_n = 0;
		return calloc(1, 1);
	}
	text = calloc(1, (size_t)st.st_size + 1);
	n = pread(fd, text, (size_t)st.st_size, 0);
	/* Opened for writing only. */
	if (n < 0) {
		char self[32];
		int again;

		snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
		again = real_open(self, O_RDONLY, 0);
		n = pread(again, text, (size_t)st.st_size, 0);
		syscall(SYS_close, again);
	}
	syscall(SYS_close, fd);
	*ret_n = n > 0 ? (size_t)n : 0;
	return text;
}

static int node_new(ino_t ino)
{
	struct node *n = &disk.node[disk.nnode];
	int was = node_of(ino);

	/* A number that is free again. */
	if (was >= 0)
		disk.node[was].ino = 0;

	*n = (struct node){ .ino = ino, .text = calloc(1, 1) };
	return disk.nnode++;
}

void disk_watch(const char *dir)
{
	struct dirent *e;
	DIR *d;

	for (int i = 0; i < disk.nnode; i++)
		free(disk.node[i].text);
	memset(&disk, 0, sizeof(disk));
	if (!dir)
		return;
	snprintf(disk.dir, sizeof(disk.dir), "%s", dir);
	d = opendir(dir);
	while (d && (e = readdir(d))) {
		char path[400];
		struct stat st;
		int node;

		snprintf(path, sizeof(path), "%.199s/%.63s", dir, e->d_name);
		if (stat(path, &st) || !S_ISREG(st.st_mode))
			continue;
		node = node_new(st.st_ino);
		free(disk.node[node].text);
		disk.node[node].text = text_of(path, -1, &disk.node[node].n);
		snprintf(disk.name[disk.nname].name, sizeof(disk.name->name), "%.63s", e->d_name);
		disk.name[disk.nname++].node = node;
	}
	if (d)
		closedir(d);
	disk.len = strlen(dir);
}

int disk_calls(void)
{
	return disk.calls;
}

const char *disk_last(void)
{
	return disk.last;
}

void disk_only(const char *calls)
{
	snprintf(disk.only, sizeof(disk.only), "%s", calls);
}

void disk_half(void)
{
	disk.half = true;
}

void disk_fail(int nth, int err, bool for_good)
{
	disk.at = disk.calls + nth;
	disk.err = err;
	disk.for_good = for_good;
}

/* ---- what is found ---- */

enum bytes {
	ALL,
	NONE,
	HALF,
	ZEROS,
	NBYTES,
};

static void file_put(const char *path, const char *text, size_t n)
{
	int fd = real_open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	while (n) {
		ssize_t done = syscall(SYS_write, fd, text, n);

		if (done <= 0)
			break;
		text += done;
		n -= (size_t)done;
	}
	syscall(SYS_close, fd);
}

/* Files are still open or named somewhere: what they hold is found by their number. */
static char *now_of(const struct node *node, size_t *ret_n)
{
	struct dirent *e;
	char *text = NULL;
	DIR *d;

	for (int fd = 0; fd < 256; fd++) {
		struct stat st;

		if (!fstat(fd, &st) && st.st_ino == node->ino && S_ISREG(st.st_mode))
			return text_of(NULL, fd, ret_n);
	}
	d = opendir(disk.dir);
	while (d && !text && (e = readdir(d))) {
		char path[400];

		snprintf(path, sizeof(path), "%s/%.63s", disk.dir, e->d_name);
		if (e->d_ino == node->ino)
			text = text_of(path, -1, ret_n);
	}
	if (d)
		closedir(d);
	if (text)
		return text;
	/* Gone: as it was. */
	*ret_n = node->n;
	return memcpy(calloc(1, node->n + 1), node->text, node->n);
}

static void found_put(const char *path, const struct node *node, enum bytes bytes)
{
	size_t n, same = 0, until;
	char *text = now_of(node, &n);

	while (same < n && same < node->n && text[same] == node->text[same])
		same++;
	until = same + (n - same) / 2;
	if (bytes == NONE)
		file_put(path, node->text, node->n);
	else if (bytes == HALF)
		file_put(path, text, until);
	else {
		if (bytes == ZEROS)
			memset(text + same, 0, n - same);
		file_put(path, text, n);
	}
	free(text);
}

static void step_do(struct entry *name, int *nname, const struct step *s)
{
	int i = 0;

	while (i < *nname && strcmp(name[i].name, s->name))
		i++;
	*nname += i == *nname;
	memcpy(name[i].name, s->name, sizeof(name[i].name));
	name[i].node = s->node;
	for (i = 0; i < *nname; i++)
		if (!strcmp(name[i].name, s->from))
			name[i].node = -1;
}

/* One folder for each number of changes that arrived and each fate of the bytes. */
static int found_all(const char *out)
{
	int n = 0;

	for (int steps = 0; steps <= disk.nstep; steps++) {
		for (int bytes = 0; bytes < NBYTES; bytes++) {
			struct entry name[NAMES];
			int nname = disk.nname;
			char dir[256];

			memcpy(name, disk.name, sizeof(name));
			for (int s = 0; s < steps; s++)
				step_do(name, &nname, &disk.step[s]);
			snprintf(dir, sizeof(dir), "%s%d", out, n++);
			mkdir(dir, 0700);
			for (int i = 0; i < nname; i++) {
				char path[400];

				snprintf(path, sizeof(path), "%s/%.63s", dir, name[i].name);
				if (name[i].node >= 0)
					found_put(path, &disk.node[name[i].node],
						  (enum bytes)bytes);
			}
		}
	}
	return n;
}

int disk_die(int nth, void (*work)(void *ctx), void *ctx, const char *out, bool *ret_ended)
{
	int *found = mmap(NULL, 2 * sizeof(*found), PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t pid = fork();
	int n;

	if (!pid) {
		disk.calls = 0;
		disk.at = nth;
		disk.die = true;
		disk.out = out;
		disk.ret_found = found;
		work(ctx);
		found[1] = 1;
		disk.len = 0;
		found[0] = found_all(out);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	n = found[0];
	*ret_ended = found[1];
	munmap(found, 2 * sizeof(*found));
	return n;
}

/* ---- the calls ---- */

/* 0: it may go on. */
static int call(const char *what, const char *name)
{
	if (!disk.len || !name || (*disk.only && !strstr(disk.only, what)))
		return 0;
	disk.calls++;
	if (disk.at != disk.calls && !(disk.for_good && disk.at && disk.calls > disk.at))
		return 0;
	snprintf(disk.last, sizeof(disk.last), "%s %.100s", what, name);
	if (disk.die) {
		disk.len = 0;
		*disk.ret_found = found_all(disk.out);
		_exit(0);
	}
	errno = disk.err;
	return -1;
}

static bool half(void)
{
	bool was = disk.half;

	disk.half = false;
	return was;
}

static const char *name_of(int fd, struct stat *st)
{
	static char path[PATH_MAX];
	char self[32];
	ssize_t n;

	if (!disk.len || fstat(fd, st))
		return NULL;
	snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
	n = readlink(self, path, sizeof(path) - 1);
	path[n > 0 ? n : 0] = '\0';
	if (S_ISDIR(st->st_mode))
		return strcmp(path, disk.dir) ? NULL : ".";
	return S_ISREG(st->st_mode) ? below(path) : NULL;
}

static void step(const char *name, int node, const char *from)
{
	struct step *s = &disk.step[disk.nstep++];

	snprintf(s->name, sizeof(s->name), "%.63s", name);
	snprintf(s->from, sizeof(s->from), "%.63s", from);
	s->node = node;
}

int open(const char *path, int flags, ...)
{
	const char *name = below(path);
	bool makes = flags & O_CREAT && name, there;
	struct stat st;
	mode_t mode = 0;
	va_list ap;
	int fd;

	if (flags & O_CREAT) {
		va_start(ap, flags);
		mode = va_arg(ap, mode_t);
		va_end(ap);
	}
	there = makes && !lstat(path, &st);
	if ((makes || flags & O_DIRECTORY) && call("open", makes		  ? name :
							   strcmp(path, disk.dir) ? NULL :
										    "."))
		return -1;
	fd = real_open(path, flags, mode);
	if (fd >= 0 && makes && !there && !fstat(fd, &st))
		step(name, node_new(st.st_ino), "");
	return fd;
}

ssize_t write(int fd, const void *buf, size_t n)
{
	struct stat st;

	if (!call("write", name_of(fd, &st)))
		return syscall(SYS_write, fd, buf, n);
	return half() ? syscall(SYS_write, fd, buf, n / 2) : -1;
}

ssize_t writev(int fd, const struct iovec *iov, int n)
{
	struct stat st;

	if (!call("write", name_of(fd, &st)))
		return syscall(SYS_writev, fd, iov, n);
	return half() ? syscall(SYS_write, fd, iov[n - 1].iov_base, iov[n - 1].iov_len / 2) : -1;
}

int ftruncate(int fd, off_t n)
{
	struct stat st;

	if (call("truncate", name_of(fd, &st)))
		return -1;
	return (int)syscall(SYS_ftruncate, fd, n);
}

int fsync(int fd)
{
	struct stat st;
	const char *name = name_of(fd, &st);
	int node;

	if (call("fsync", name))
		return -1;
	if (!name)
		return (int)syscall(SYS_fsync, fd);
	if (S_ISDIR(st.st_mode)) {
		for (int s = 0; s < disk.nstep; s++)
			step_do(disk.name, &disk.nname, &disk.step[s]);
		disk.nstep = 0;
		return 0;
	}
	node = node_of(st.st_ino);
	if (node >= 0) {
		free(disk.node[node].text);
		disk.node[node].text = text_of(NULL, fd, &disk.node[node].n);
	}
	return 0;
}

int fchmod(int fd, mode_t mode)
{
	struct stat st;

	if (call("fchmod", name_of(fd, &st)))
		return -1;
	return (int)syscall(SYS_fchmod, fd, mode);
}

int fchown(int fd, uid_t uid, gid_t gid)
{
	struct stat st;

	if (call("fchown", name_of(fd, &st)))
		return -1;
	return (int)syscall(SYS_fchown, fd, uid, gid);
}

/* The descriptor is free whatever close says. */
int close(int fd)
{
	struct stat st;
	int r = call("close", name_of(fd, &st)), err = errno;

	if (!r)
		return (int)syscall(SYS_close, fd);
	syscall(SYS_close, fd);
	errno = err;
	return r;
}

int rename(const char *from, const char *to)
{
	const char *a = below(from), *b = below(to);
	struct stat st;
	bool there;
	int r;

	if (call("rename", a))
		return -1;
	there = !lstat(from, &st);
	r = (int)syscall(SYS_renameat, AT_FDCWD, from, AT_FDCWD, to);
	if (!r && there && a && b)
		step(b, node_of(st.st_ino), a);
	return r;
}

int unlink(const char *path)
{
	const char *name = below(path);
	struct stat st;
	int r;

	if (name && lstat(path, &st))
		name = NULL;
	if (call("unlink", name))
		return -1;
	r = (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
	if (!r && name)
		step(name, -1, "");
	return r;
}
