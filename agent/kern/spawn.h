/* SPDX-License-Identifier: GPL-2.0-only */
/* The one place where a program is started: by its path, without a shell, with no more rights than it needs. */
#ifndef CG_SPAWN_H
#define CG_SPAWN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include "../lib/cleanup.h"

struct cg_spawn {
	const char *path;
	char *const *argv, *const *envp;
	int in;	       /* its standard input */
	int out;       /* output and errors; -1: nowhere */
	bool session;  /* of its own, so that all it starts can be ended with it */
	uint64_t caps; /* what it may keep of ours, CG_CAP() of caps.h */
};

/* Signals are as a fresh program expects them. The caller waits for *ret_pid.
 * -errno of what failed, the start of the program too. */
int cg_spawn(const struct cg_spawn *s, pid_t *ret_pid) __must_check;

#endif
