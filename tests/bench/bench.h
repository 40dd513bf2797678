/* SPDX-License-Identifier: GPL-2.0-only */
/* What the driver program and its loader share: packets as what is written into the frame. */
#ifndef CG_BENCH_H
#define CG_BENCH_H

#include <linux/types.h>

#define BENCH_PATCHES (256 * 1024)

enum bench_target {
	BENCH_EMPTY,
	BENCH_TESTED,
	BENCH_ONE_LOOKUP, /* what one look-up in a hash costs, whatever is done with it */
	BENCH_ONE_LINE,	  /* and one line of an array */
	BENCH_TARGETS,
};

/* Entries of what the two are measured in: as many as flows, doubled. */
#define BENCH_FLOWS (32 * 1024)

/* A frame differs from the one given to the test run by these. */
struct bench_patch {
	__u8 l2[12]; /* destination, source */
	__be16 sport, dport;
	__u8 src[16], dst[16]; /* IPv4: the first four bytes */
	__u8 pad[16];
};

struct bench_run {
	__u32 first, n; /* of the table of patches */
	__u32 at;
	__u32 target; /* enum bench_target */
};

#endif
