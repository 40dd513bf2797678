/* SPDX-License-Identifier: GPL-2.0-only */
/* Fixed programs with fixed arguments: nothing that was typed goes into them. */
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/wait.h>
#include <unistd.h>
#include "../kern/spawn.h"
#include "setup_start.h"

#define INIT "/etc/init.d/camgate"

static const struct manager {
	const char *runs;	/* there while it is the one */
	const char *program[2]; /* where it may lie */
	const char *const *argv[2];
	const char *how;
} managers[] = {
	{ "/run/systemd/system",
	  { "/usr/bin/systemctl", "/bin/systemctl" },
	  { (const char *const[]){ "systemctl", "--quiet", "enable", "--now", "camgate", NULL } },
	  "systemctl enable --now camgate" },
	{ "/sbin/procd",
	  { INIT, INIT },
	  { (const char *const[]){ INIT, "enable", NULL },
	    (const char *const[]){ INIT, "start", NULL } },
	  INIT " enable && " INIT " start" },
};

static const struct manager *manager_find(const char **ret_program)
{
	for (size_t i = 0; i < sizeof(managers) / sizeof(managers[0]); i++)
		for (size_t k = 0; k < 2; k++)
			if (!access(managers[i].runs, F_OK) &&
			    !access(managers[i].program[k], X_OK)) {
				*ret_program = managers[i].program[k];
				return &managers[i];
			}
	return NULL;
}

const char *cg_setup_start_how(void)
{
	const char *program;
	const struct manager *m = manager_find(&program);

	return m ? m->how : NULL;
}

static int run(const char *program, const char *const *argv)
{
	static char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
	static char *const envp[] = { path, NULL };
	_cleanup_close_ int in = open("/dev/null", O_RDONLY | O_CLOEXEC);
	const struct cg_spawn s = { .path = program,
				    .argv = (char *const *)argv,
				    .envp = envp,
				    .in = in,
				    .out = STDERR_FILENO,
				    .caps = UINT64_MAX };
	int status = 0, r;
	pid_t pid;

	if (in < 0)
		return -errno;
	r = cg_spawn(&s, &pid);
	if (r)
		return r;
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) && !WEXITSTATUS(status) ? 0 : -ECHILD;
}

int cg_setup_start(void)
{
	const char *program;
	const struct manager *m = manager_find(&program);
	int r = m ? 0 : -ENOENT;

	for (size_t i = 0; !r && i < 2 && m->argv[i]; i++)
		r = run(program, m->argv[i]);
	return r;
}
