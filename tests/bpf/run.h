/* SPDX-License-Identifier: GPL-2.0-only */
/* Runs rows: one packet, its verdict, and the one counter that has to move. */
#ifndef CG_TEST_RUN_H
#define CG_TEST_RUN_H

#include "env.h"

/* Rows say what matters and leave the rest 0. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

/* A set of reasons, where the rules leave more than one open. */
#define R(reason) (1ULL << (reason))
#define UNTOUCHED R(CG_REASON_NONE) /* not a camera's: passed, nothing counted */
#define ANY_DROP  (~0ULL << CG_REASON_DROP)
#define ANY_PASS  ((R(CG_REASON_DROP) - 1) & ~UNTOUCHED)

struct row {
	const char *name;
	const char *state; /* env_state() */
	enum env_dir dir;
	const struct pkt *pkt;
	uint64_t want;
	uint32_t in;	     /* ingress_ifindex; UP: 0 = the port */
	uint32_t port;	     /* 0 = IF_LAN */
	uint32_t slot;	     /* whose counter; 0 = 1 */
	bool monitor;	     /* counted in the monitor plane, passed */
	bool up_plane;	     /* DOWN judged as from a camera */
	uint32_t segs, size; /* GSO */
	uint32_t mark;
	uint64_t packets, bytes; /* 0: 1, the length */
};

/* One packet, with the state as it is; prints ok or not ok; returns the reason counted. */
enum cg_reason run_packet(struct env *e, const struct row *r);
/* Reset, state, packet, for every row. */
void run_rows(struct env *e, const struct row *rows, size_t n);
#define RUN(e, rows) run_rows(e, rows, sizeof(rows) / sizeof((rows)[0]))
/* A packet inside a longer test. */
#define STEP(e, ...) run_packet(e, &(struct row){ __VA_ARGS__ })
/* As run_packet, but says nothing: the reason, CG_REASON_NONE if untouched;
 * ok is false if verdict and counters disagree. */
enum cg_reason run_quiet(struct env *e, const struct row *r, bool *ret_ok);
void run_check(bool ok, const char *name, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void run_skip(const char *name, const char *why);
/* One that must be 0 of n, and how often it was not where it could be otherwise;
 * collected where build/ is. */
void run_figure(const char *name, const char *unit, unsigned int value, unsigned int n,
		unsigned int control);
/* The same held to another limit: op is "<=", ">=" or "==". */
void run_measure(const char *name, const char *op, unsigned int limit, const char *unit,
		 unsigned int value, unsigned int n, unsigned int control);
const char *reason_name(unsigned int reason);
/* Prints the last line; the exit code. */
int run_end(void);

#endif
