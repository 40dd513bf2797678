/* SPDX-License-Identifier: GPL-2.0-only */
/* The command that is timed: in a session of its own, and silent, so that nothing waits for its terminal. */
#ifndef CG_BENCH_START_H
#define CG_BENCH_START_H

#include <fcntl.h>
#include <sys/types.h>
#include <unistd.h>

static inline pid_t start_quietly(char **argv)
{
	pid_t pid = fork();
	int null;

	if (pid)
		return pid;
	null = open("/dev/null", O_RDWR);
	dup2(null, 0);
	dup2(null, 1);
	setsid();
	execv(argv[0], argv);
	_exit(127);
}

#endif
