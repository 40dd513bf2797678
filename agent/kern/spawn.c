/* SPDX-License-Identifier: GPL-2.0-only */
/* As posix_spawn does it, which cannot take capabilities away: the child shares our memory until it is another program. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "caps.h"
#include "spawn.h"

#define STACK (32 * 1024)

struct child {
	const struct cg_spawn *s;
	int err;
};

static int fds_set(const struct cg_spawn *s)
{
	/* Out of the way first: ours may be 0 to 2 themselves. */
	int in = fcntl(s->in, F_DUPFD_CLOEXEC, STDERR_FILENO + 1), out;

	if (s->out < 0)
		out = open("/dev/null", O_WRONLY | O_CLOEXEC);
	else
		out = s->out;
	out = out < 0 ? out : fcntl(out, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	if (in < 0 || out < 0 || dup2(in, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 ||
	    dup2(out, STDERR_FILENO) < 0)
		return -errno;
	return 0;
}

/* Nothing but system calls; what it writes to memory is written to ours. */
static int child_run(void *p)
{
	struct child *c = p;
	const struct cg_spawn *s = c->s;
	struct sigaction dfl;
	sigset_t none;

	memset(&dfl, 0, sizeof(dfl));
	dfl.sa_handler = SIG_DFL;
	for (int nr = 1; nr < NSIG; nr++)
		(void)sigaction(nr, &dfl, NULL);
	if (s->session)
		(void)setsid();
	c->err = fds_set(s);
	if (!c->err)
		c->err = cg_caps_limit(s->caps);
	if (!c->err) {
		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
		execve(s->path, s->argv, s->envp);
		c->err = -errno;
	}
	_exit(127);
}

int cg_spawn(const struct cg_spawn *s, pid_t *ret_pid)
{
	_Alignas(16) char stack[STACK];
	struct child c = { .s = s };
	sigset_t all, was;
	pid_t pid;

	sigfillset(&all);
	/* A handler of ours must not run in the child. */
	sigprocmask(SIG_SETMASK, &all, &was);
	pid = clone(child_run, stack + sizeof(stack), CLONE_VM | CLONE_VFORK | SIGCHLD, &c);
	if (pid < 0)
		c.err = -errno;
	sigprocmask(SIG_SETMASK, &was, NULL);
	if (pid > 0 && c.err)
		while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			;
	if (!c.err)
		*ret_pid = pid;
	return c.err;
}
