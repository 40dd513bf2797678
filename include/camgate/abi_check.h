/* SPDX-License-Identifier: (GPL-2.0-only WITH Linux-syscall-note) OR MIT */
/* Compile-time proof that a shared struct has the layout that was written down. */
#ifndef CG_ABI_CHECK_H
#define CG_ABI_CHECK_H

#define CG_ABI_SIZE(type, size) _Static_assert(sizeof(type) == (size), #type " has another size")
#define CG_ABI_OFFSET(type, member, offset)                          \
	_Static_assert(__builtin_offsetof(type, member) == (offset), \
		       #type "." #member " lies elsewhere")

#endif
