/* SPDX-License-Identifier: GPL-2.0-only */
/* One entry of an access list: what it is about, or why camgate has no words for it. */
#ifndef CG_MUD_ACE_H
#define CG_MUD_ACE_H

#include <json-c/json.h>
#include "addr.h"
#include "mud.h"
#include "namepat.h"

enum cg_mud_peer {
	CG_MUD_PEER_ANY,
	CG_MUD_PEER_NAME,
	CG_MUD_PEER_PREFIX,
	CG_MUD_PEER_LAN,
	CG_MUD_PEER_DNS,
	CG_MUD_PEER_NTP,
	__CG_MUD_PEER_MAX,
};

#define CG_MUD_V4 0x1
#define CG_MUD_V6 0x2

/* Host order; 0-65535 is every port. */
struct cg_mud_ports {
	uint16_t lo, hi;
};

/* Always seen from the camera: peer and ports are the other side's. */
struct cg_mud_flow {
	enum cg_mud_peer peer;
	char name[CG_NAMEPAT_LEN];
	struct cg_prefix prefix;
	unsigned int families; /* CG_MUD_V4, CG_MUD_V6 */
	uint8_t proto;	       /* as struct cg_rule_text */
	struct cg_mud_ports ports[2];
	size_t nports; /* 1 or 2, apart from each other */
	bool drop;
	bool begun_outside; /* direction-initiated is the peer's */
	bool begun_inside;
};

/*
 * families: of the list's type, 0 where it has none. -ENOTSUP with the reason in
 * ret_text, printable ASCII; else a note there or "".
 */
int cg_mud_ace_read(struct json_object *ace, bool to_device, unsigned int families,
		    struct cg_mud_flow *ret_flow, char ret_text[static CG_MUD_TEXT_LEN]);
/* The flows b could have are among those of a. */
bool cg_mud_flow_covers(const struct cg_mud_flow *a, const struct cg_mud_flow *b);
/* A packet could belong to both, as far as can be told: names may be any address. */
bool cg_mud_flow_meets(const struct cg_mud_flow *a, const struct cg_mud_flow *b);
/* Everything of its families. */
bool cg_mud_flow_is_all(const struct cg_mud_flow *f);

#endif
