/* SPDX-License-Identifier: GPL-2.0-only */
/* A device that is no camera: its frames, and a house in which it was not heard of. */
#ifndef CG_TEST_DEVICE_H
#define CG_TEST_DEVICE_H

#include <linux/pkt_cls.h>
#include "frames.h"
#include "run.h"

static const uint8_t DEV[6] = { 0x02, 0xde, 0, 0, 0, 1 };
#define DEV_4 "192.168.1.40"
#define DEV_6 "2001:db8:1::40"

#define FROM(to_mac, to, ...) \
	PK(.smac = DEV, .dmac = (to_mac), .src = DEV_4, .dst = (to), __VA_ARGS__)
#define FROM6(to_mac, to, ...) \
	PK(.smac = DEV, .dmac = (to_mac), .src = DEV_6, .dst = (to), __VA_ARGS__)
#define TO(from, ...)  PK(.smac = GW, .dmac = DEV, .src = (from), .dst = DEV_4, __VA_ARGS__)
#define TO6(from, ...) PK(.smac = GW, .dmac = DEV, .src = (from), .dst = DEV_6, __VA_ARGS__)

static inline bool passes(struct env *e, enum env_dir dir, const struct pkt *p, uint32_t in)
{
	struct env_result r = env_run(e, dir, p, IF_LAN, in, 0, 0);

	return r.verdict == (uint32_t)TC_ACT_UNSPEC || r.verdict == ENV_NOT_RUN;
}

static inline void sent(struct env *e, const struct pkt *p, const char *name)
{
	run_check(passes(e, UP, p, IF_LAN), name, "dropped");
}

/* ports: those that are listened to. */
static inline void begin_with(struct env *e, const uint16_t *ports)
{
	struct cg_heard h;

	env_reset(e);
	env_tap(e, ports, false);
	(void)env_heard(e, &h);
}

#endif
