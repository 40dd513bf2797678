/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * nft is run as a program of its own rather than by its library: a library
 * would be one more dependency in a long-running process, and its scanner and
 * cache are not made for one. It gets its script by a memory file and is named
 * by its path, with an empty environment: no shell, no search, no temporary
 * file.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "../lib/wholefile.h"
#include "caps.h"
#include "nft.h"
#include "spawn.h"

#define WAIT_MS 5000

static const char *const paths[] = { "/usr/sbin/nft", "/sbin/nft" };

static int memory_file(const char *name, const char *text)
{
	_cleanup_close_ int fd = memfd_create(name, MFD_CLOEXEC);
	int err;

	if (fd < 0)
		return -errno;
	err = cg_wholefile_write(fd, text, strlen(text));
	if (err)
		return err;
	if (lseek(fd, 0, SEEK_SET) < 0)
		return -errno;
	return TAKE_FD(fd);
}

/* "-" is /dev/stdin to nft -j: a link that udev or procd makes, and not every firmware has. */
static const char *standard_input(void)
{
	return access("/dev/stdin", F_OK) ? "/proc/self/fd/0" : "-";
}

/* Not by a search: who runs it must be able to say what is run. */
static int spawn(const char *flag, int in, int out, pid_t *ret_pid)
{
	char *const argv[] = { (char *)"nft", (char *)flag, (char *)standard_input(), NULL };
	char *const envp[] = { (char *)"LC_ALL=C", NULL };
	struct cg_spawn s = {
		.argv = argv, .envp = envp, .in = in, .out = out, .caps = CG_CAP(CAP_NET_ADMIN)
	};
	int err = -ENOENT;

	for (size_t i = 0; err == -ENOENT && i < sizeof(paths) / sizeof(paths[0]); i++) {
		s.path = paths[i];
		err = cg_spawn(&s, ret_pid);
	}
	return err;
}

static int start(const char *flag, const char *script, struct cg_nft_job *ret_job)
{
	_cleanup_close_ int in = memory_file("camgate-nft", script);
	_cleanup_close_ int out = memory_file("camgate-nft-out", "");
	pid_t pid;
	int err, fd;

	if (in < 0 || out < 0)
		return in < 0 ? in : out;
	err = spawn(flag, in, out, &pid);
	if (err)
		return err;
	fd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (fd < 0) {
		err = -errno;
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		return err;
	}
	(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
	*ret_job = (struct cg_nft_job){ pid, fd, TAKE_FD(out) };
	return 0;
}

int cg_nft_start(const char *script, struct cg_nft_job *ret_job)
{
	return start("-f", script, ret_job);
}

/* The first line is the reason; the rest shows where. */
static void why_read(int fd, char *why, size_t n)
{
	ssize_t got = n ? pread(fd, why, n - 1, 0) : 0;

	if (!n)
		return;
	why[got > 0 ? got : 0] = '\0';
	why[strcspn(why, "\n")] = '\0';
}

int cg_nft_finish(struct cg_nft_job *job, char *ret_why, size_t n)
{
	struct pollfd p = { .fd = job->fd, .events = POLLIN };
	int status = 0, err = 0, r;

	do
		r = poll(&p, 1, WAIT_MS);
	while (r < 0 && errno == EINTR);
	if (r <= 0) {
		kill(job->pid, SIGKILL);
		err = -ETIMEDOUT;
	}
	do
		r = waitpid(job->pid, &status, 0);
	while (r < 0 && errno == EINTR);
	if (!err && r < 0)
		err = -errno;
	if (!err && (!WIFEXITED(status) || WEXITSTATUS(status)))
		err = -EPROTO;
	why_read(job->out_fd, ret_why, n);
	cg_closep(&job->fd);
	cg_closep(&job->out_fd);
	*job = (struct cg_nft_job){ 0, -1, -1 };
	return err;
}

int cg_nft_run(const char *script, char *ret_why, size_t n)
{
	struct cg_nft_job job;
	int err;

	if (n)
		ret_why[0] = '\0';
	err = cg_nft_start(script, &job);
	return err ? err : cg_nft_finish(&job, ret_why, n);
}

int cg_nft_check(const char *script, char *ret_why, size_t n)
{
	struct cg_nft_job job;
	int err;

	if (n)
		ret_why[0] = '\0';
	err = start("-cf", script, &job);
	return err ? err : cg_nft_finish(&job, ret_why, n);
}

int cg_nft_list_start(const char *script, bool terse, struct cg_nft_job *ret_job)
{
	return start(terse ? "-jtf" : "-jf", script, ret_job);
}

static int all_read(int fd, size_t max, char **ret_text, size_t *ret_n)
{
	_cleanup_free_ char *text = NULL;
	struct stat st;
	size_t n = 0;

	if (fstat(fd, &st) < 0)
		return -errno;
	if ((size_t)st.st_size > max)
		return -E2BIG;
	text = malloc((size_t)st.st_size + 1);
	if (!text)
		return -ENOMEM;
	while (n < (size_t)st.st_size) {
		ssize_t got = pread(fd, text + n, (size_t)st.st_size - n, (off_t)n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got < 0 ? -errno : -EIO;
		n += (size_t)got;
	}
	text[n] = '\0';
	*ret_text = TAKE_PTR(text);
	*ret_n = n;
	return 0;
}

int cg_nft_list_finish(struct cg_nft_job *job, size_t max, char **ret_text, size_t *ret_n,
		       char *ret_why, size_t n)
{
	_cleanup_close_ int out = fcntl(job->out_fd, F_DUPFD_CLOEXEC, 0);
	int dup_err = out < 0 ? -errno : 0, err;

	*ret_text = NULL;
	*ret_n = 0;
	err = cg_nft_finish(job, ret_why, n);
	if (!err)
		err = dup_err;
	return err ? err : all_read(out, max, ret_text, ret_n);
}
