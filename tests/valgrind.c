/* SPDX-License-Identifier: GPL-2.0-only */
/* Loaded before libc under valgrind: refuses the one bpf() command whose writes to memory valgrind does not know of. */
#include <dlfcn.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdarg.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * valgrind 3.19 lets BPF_MAP_LOOKUP_BATCH pass, but takes what the kernel wrote
 * for memory that nobody has written. Kernels before 5.6 do not have it either:
 * the agent then reads one entry after another.
 */
long syscall(long number, ...)
{
	static long (*next)(long, long, long, long, long, long, long);
	long arg[6];
	va_list ap;

	va_start(ap, number);
	for (int i = 0; i < 6; i++)
		arg[i] = va_arg(ap, long);
	va_end(ap);
	if (number == SYS_bpf &&
	    (arg[0] == BPF_MAP_LOOKUP_BATCH || arg[0] == BPF_MAP_LOOKUP_AND_DELETE_BATCH)) {
		errno = EINVAL;
		return -1;
	}
	if (!next)
		*(void **)&next = dlsym(RTLD_NEXT, "syscall");
	return next(number, arg[0], arg[1], arg[2], arg[3], arg[4], arg[5]);
}
