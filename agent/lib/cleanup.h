/* SPDX-License-Identifier: GPL-2.0-only */
/* Cleanup attributes for locals: who owns a thing is visible inside one function. */
#ifndef CG_CLEANUP_H
#define CG_CLEANUP_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define _cleanup_(f) __attribute__((cleanup(f)))
#define __must_check __attribute__((warn_unused_result))

#define TAKE_PTR(p)                     \
	({                              \
		__typeof__(p) _p = (p); \
		(p) = NULL;             \
		_p;                     \
	})
#define TAKE_FD(fd)             \
	({                      \
		int _fd = (fd); \
		(fd) = -1;      \
		_fd;            \
	})

static inline void cg_freep(void *p)
{
	free(*(void **)p);
}

static inline void cg_closep(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void cg_fclosep(FILE **f)
{
	if (*f)
		fclose(*f);
}

#define _cleanup_free_	 _cleanup_(cg_freep)
#define _cleanup_close_	 _cleanup_(cg_closep)
#define _cleanup_fclose_ _cleanup_(cg_fclosep)

#endif
