/* SPDX-License-Identifier: GPL-2.0-only */
/* The house of the bench: cameras, their rules, and frames of theirs. */
#ifndef CG_BENCH_WORLD_H
#define CG_BENCH_WORLD_H

#include "../bpf/env.h"

#define CLOUD_PORT    443
#define NO_RULE	      200 /* an address behind those of the rules */
#define HEARTBEAT_CAM 100

struct size {
	uint32_t cams, rules;
	struct env *env;
};

/* Ends the program where it is not so. */
void must(bool ok, const char *what);
void cam_mac(uint32_t cam, uint8_t mac[6]);
void cam_addr(uint32_t cam, bool v6, uint8_t addr[16]);
void rule_addr(uint32_t rule, bool v6, uint8_t addr[16]);
void size_open(struct size *s);
struct pkt *frame_of(bool tcp, bool v6, const uint8_t *smac, const uint8_t *dmac, const char *src,
		     const char *dst, uint16_t sport, uint16_t dport, size_t len);
struct pkt *frame(bool v6, const uint8_t *smac, const uint8_t *dmac, const char *src,
		  const char *dst, uint16_t sport, uint16_t dport, size_t len);
void session_block(struct env *e, uint32_t slot, const char *peer);

#endif
