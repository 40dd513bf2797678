/* SPDX-License-Identifier: GPL-2.0-only */
/* Words of 64 bits that the packet path reads while they are stored. */
#ifndef CG_STORE_H
#define CG_STORE_H

#include <stdint.h>

/* A half of one, by either name the same memory. */
typedef uint32_t __attribute__((may_alias)) cg_half;

/* Which of the two is the high one: as memory has them. */
#define CG_HIGH_HALF (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)

/* Machines of 32 bits store halves, and MIPS knows nothing else. */
#define CG_STORES_WHOLE \
	(__atomic_always_lock_free(sizeof(uint64_t), 0) && sizeof(long) == sizeof(uint64_t))

/*
 * What was written before is seen first. Where it takes two stores, one packet may see the
 * new high half with the old low one: of bits each is the old or the new one; a time that
 * moves from 0 is never seen later than it is, one that moves to 0 lies in the first four
 * seconds after boot, any other is off by as much. A word that needs more has
 * cg_exposure_store_halves().
 */
static inline void cg_store64(uint64_t *to, uint64_t value)
{
	if (CG_STORES_WHOLE) {
		__atomic_store_n(to, value, __ATOMIC_RELEASE);
	} else {
		cg_half *half = (cg_half *)to;

		__atomic_store_n(&half[CG_HIGH_HALF], (uint32_t)(value >> 32), __ATOMIC_RELEASE);
		__atomic_store_n(&half[!CG_HIGH_HALF], (uint32_t)value, __ATOMIC_RELEASE);
	}
}

#endif
