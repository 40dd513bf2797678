/* SPDX-License-Identifier: GPL-2.0-only */
/* Writing into maps whose entries get their memory one by one. */
#include "put.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <time.h>

#define WAIT_NS 2000000
#define TRIES	200

int cg_put(int fd, const void *key, const void *value, uint64_t flags)
{
	const struct timespec wait = { .tv_nsec = WAIT_NS };
	int tries = 0;

	while (bpf_map_update_elem(fd, key, value, flags)) {
		if (errno != ENOMEM || ++tries == TRIES)
			return -errno;
		nanosleep(&wait, NULL);
	}
	return 0;
}
