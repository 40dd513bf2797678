/* SPDX-License-Identifier: GPL-2.0-only */
/* Not in the loop: these may sleep. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include <camgate/ctl.h>
#include "../kern/clock.h"
#include "../kern/inject.h"
#include "beside.h"
#include "log.h"
#include "service.h"

int cg_beside_sockets(void)
{
	int code = CG_EXIT_OK;

	for (size_t i = 0; i < CG_INJECT_SOCKETS; i++) {
		_cleanup_close_ int fd = cg_inject_socket(i);
		int err = fd < 0 ? fd : cg_service_keep(cg_inject_names[i], fd);

		/* A kernel without IPv6 is none the worse for it. */
		if (!err || err == -EAFNOSUPPORT)
			continue;
		cg_log_error("%s: %s", cg_inject_names[i], strerror(-err));
		code = CG_EXIT_FAILED;
	}
	return code;
}

int cg_beside_clock(const char *path)
{
	_cleanup_close_ int fd = -1;
	int synced;

	while (!(synced = cg_clock_synced()))
		sleep(1);
	if (synced > 0)
		fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (synced < 0 || fd < 0) {
		cg_log_error("%s: %s", path, strerror(synced < 0 ? -synced : errno));
		return CG_EXIT_FAILED;
	}
	return CG_EXIT_OK;
}
