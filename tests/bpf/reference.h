/* SPDX-License-Identifier: GPL-2.0-only */
/* A slow, obvious second opinion on exposure, rules, scope, protocol and port. */
#ifndef CG_TEST_REFERENCE_H
#define CG_TEST_REFERENCE_H

#include "env.h"

struct ref_packet {
	enum env_dir dir;
	uint8_t peer[16]; /* as on the wire */
	bool from_wan;	  /* DOWN: came in by an interface of no LAN and no home */
	uint8_t proto;
	uint16_t peer_port;
	bool inbound; /* the peer began this flow, or begins it now */
	bool vague;   /* no rule says whether this kind of first packet is inbound */
};

/* The scope of an address by what stands in the test's world. */
enum cg_net_kind ref_scope(const uint8_t addr[16]);
/* The reasons that are right, as a set of bits. */
uint64_t ref_decide(const struct env_cam *cam, uint64_t word, const uint8_t viewer[16],
		    uint64_t now_ns, const struct ref_packet *p);

#endif
