/* SPDX-License-Identifier: GPL-2.0-only */
/* Short names for the packets most rows are about. */
#ifndef CG_TEST_FRAMES_H
#define CG_TEST_FRAMES_H

#include <netinet/in.h>
#include "env.h"

/* L4, as the rest of a PK(): */
/* clang-format off */
#define TCP(f, s, d)	.flags = (f), .sport = (s), .dport = (d)
#define UDP(s, d)	.proto = IPPROTO_UDP, .sport = (s), .dport = (d)
#define ECHO4(n)	.proto = IPPROTO_ICMP, .icmp = 8, .id = (n)
#define REPLY4(n)	.proto = IPPROTO_ICMP, .icmp = 0, .id = (n)
#define ECHO6(n)	.proto = IPPROTO_ICMPV6, .icmp = 128, .id = (n)
#define REPLY6(n)	.proto = IPPROTO_ICMPV6, .icmp = 129, .id = (n)
/* clang-format on */

/* From CAM1 by way of the gateway, and to it. */
#define UP4(to, ...)	PK(.smac = CAM1, .dmac = GW, .src = CAM1_4, .dst = (to), __VA_ARGS__)
#define UP6(to, ...)	PK(.smac = CAM1, .dmac = GW, .src = CAM1_6, .dst = (to), __VA_ARGS__)
#define DN4(from, ...)	PK(.smac = GW, .dmac = CAM1, .src = (from), .dst = CAM1_4, __VA_ARGS__)
#define DN6(from, ...)	PK(.smac = GW, .dmac = CAM1, .src = (from), .dst = CAM1_6, __VA_ARGS__)
/* The same for CAM2. */
#define UP4B(to, ...)	PK(.smac = CAM2, .dmac = GW, .src = CAM2_4, .dst = (to), __VA_ARGS__)
#define DN4B(from, ...) PK(.smac = GW, .dmac = CAM2, .src = (from), .dst = CAM2_4, __VA_ARGS__)
/* CAM1 with any addresses and destination MAC. */
#define CAM(to_mac, from, to, ...) \
	PK(.smac = CAM1, .dmac = (to_mac), .src = (from), .dst = (to), __VA_ARGS__)

#endif
