/* SPDX-License-Identifier: GPL-2.0-only */
/* Runs a program's instructions one by one, as a kernel without a JIT does, and counts them. */
#ifndef CG_BENCH_INTERP_H
#define CG_BENCH_INTERP_H

#include <bpf/libbpf.h>
#include <stddef.h>
#include <stdint.h>

struct interp {
	struct bpf_object *obj; /* loaded: maps are those in the kernel */
	uint32_t jiffies;	/* what bpf_jiffies64() says */
	unsigned long insns;	/* of the last run */
	unsigned int calls;	/* of helpers, and of those tail calls */
	unsigned int tails;
	const char *judge[16]; /* programs by their place in the map of tail calls */
};

/*
 * The program named, over a frame of len bytes that came in by ifindex from
 * ingress (0: the machine itself). Values of maps that are mapped into memory
 * or one a CPU are written, in other maps only by the helpers that write.
 * Returns the verdict. What it does not know it names, and ends the process.
 */
uint32_t interp_run(struct interp *in, const char *name, const void *frame, size_t len,
		    uint32_t ifindex, uint32_t ingress);

#endif
