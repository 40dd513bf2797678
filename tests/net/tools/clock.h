/* SPDX-License-Identifier: GPL-2.0-only */
/* The one clock of all house tools: CLOCK_MONOTONIC, in nanoseconds. */
#ifndef CG_TEST_CLOCK_H
#define CG_TEST_CLOCK_H

#include <stdint.h>
#include <time.h>

#define NS_PER_S  1000000000ULL
#define NS_PER_MS 1000000ULL

static inline uint64_t clock_ns(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (uint64_t)ts.tv_sec * NS_PER_S + (uint64_t)ts.tv_nsec;
}

static inline uint64_t now_ns(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

#endif
