/* SPDX-License-Identifier: GPL-2.0-only */
/* Flows of MUD files as sets of packets: which has all of another, which have some in common. */
#include <string.h>
#include "mud_ace.h"

static bool ports_cover(const struct cg_mud_flow *a, const struct cg_mud_ports *b)
{
	for (size_t i = 0; i < a->nports; i++)
		if (a->ports[i].lo <= b->lo && a->ports[i].hi >= b->hi)
			return true;
	return false;
}

static bool peer_covers(const struct cg_mud_flow *a, const struct cg_mud_flow *b)
{
	if (a->peer != b->peer)
		return a->peer == CG_MUD_PEER_ANY &&
		       (b->peer == CG_MUD_PEER_NAME || b->peer == CG_MUD_PEER_PREFIX);
	if (a->peer == CG_MUD_PEER_NAME)
		return !strcmp(a->name, b->name);
	if (a->peer == CG_MUD_PEER_PREFIX)
		return a->prefix.len <= b->prefix.len &&
		       cg_prefix_contains(&a->prefix, &b->prefix.addr);
	return true;
}

bool cg_mud_flow_covers(const struct cg_mud_flow *a, const struct cg_mud_flow *b)
{
	/* a rule by name is of both families */
	if (a->peer != CG_MUD_PEER_NAME && (a->families & b->families) != b->families)
		return false;
	if (a->proto != CG_PROTO_ANY && a->proto != b->proto)
		return false;
	for (size_t i = 0; i < b->nports; i++)
		if (!ports_cover(a, &b->ports[i]))
			return false;
	return peer_covers(a, b);
}

static bool ports_meet(const struct cg_mud_flow *a, const struct cg_mud_flow *b)
{
	for (size_t i = 0; i < a->nports; i++)
		for (size_t j = 0; j < b->nports; j++)
			if (a->ports[i].lo <= b->ports[j].hi && b->ports[j].lo <= a->ports[i].hi)
				return true;
	return false;
}

bool cg_mud_flow_meets(const struct cg_mud_flow *a, const struct cg_mud_flow *b)
{
	if (!(a->families & b->families))
		return false;
	if (a->proto != CG_PROTO_ANY && b->proto != CG_PROTO_ANY && a->proto != b->proto)
		return false;
	if (!ports_meet(a, b))
		return false;
	if (a->peer == CG_MUD_PEER_NAME && b->peer == CG_MUD_PEER_NAME)
		return cg_namepat_is_wild(a->name) || cg_namepat_is_wild(b->name) ||
		       !strcmp(a->name, b->name);
	if (a->peer == CG_MUD_PEER_PREFIX && b->peer == CG_MUD_PEER_PREFIX)
		return cg_prefix_contains(&a->prefix, &b->prefix.addr) ||
		       cg_prefix_contains(&b->prefix, &a->prefix.addr);
	return true;
}

bool cg_mud_flow_is_all(const struct cg_mud_flow *f)
{
	return f->peer == CG_MUD_PEER_ANY && f->proto == CG_PROTO_ANY && f->nports == 1 &&
	       f->ports[0].lo == 0 && f->ports[0].hi == UINT16_MAX;
}
