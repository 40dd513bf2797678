/* SPDX-License-Identifier: GPL-2.0-only */
/* What push puts before each piece of video, so that sink can tell what came. */
#ifndef CG_TEST_FRAME_H
#define CG_TEST_FRAME_H

#include <stdint.h>

#define FRAME_MAGIC 0x43475053u /* "CGPS", host order: both ends are one machine */

struct frame {
	uint32_t magic;
	uint32_t len; /* header included */
	uint64_t seq;
	uint64_t sent_ns; /* CLOCK_MONOTONIC */
};

#endif
