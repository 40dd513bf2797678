/* SPDX-License-Identifier: GPL-2.0-only */
/* By system calls: libcap is one more dependency, and its calls are not for a child that shares our memory. */
#include <errno.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "caps.h"

#define WORDS 2

int cg_caps_limit(uint64_t keep)
{
	struct __user_cap_header_struct head = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[WORDS];

	/* Else the next program would get all of root's again. */
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	if (syscall(SYS_capget, &head, data) < 0)
		return -errno;
	for (int i = 0; i < WORDS; i++) {
		data[i].permitted &= (uint32_t)(keep >> (32 * i));
		data[i].effective = data[i].permitted;
		data[i].inheritable = 0;
	}
	return syscall(SYS_capset, &head, data) < 0 ? -errno : 0;
}

int cg_caps_drop(uint64_t keep)
{
	/* -1: the kernel knows no more of them. */
	for (int nr = 0; prctl(PR_CAPBSET_READ, nr, 0, 0, 0) >= 0; nr++)
		if (!(keep & CG_CAP(nr)) && prctl(PR_CAPBSET_DROP, nr, 0, 0, 0) < 0 &&
		    errno != EPERM)
			return -errno;
	return cg_caps_limit(keep);
}
