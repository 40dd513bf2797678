/* SPDX-License-Identifier: GPL-2.0-only */
/* Defaults of others, from their sources and from the list at github.com/fwmark/registry. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include "mark.h"
#include "told.h"

static const struct cg_mark_user users[] = {
	{ "mwan3", 0x00003f00, "/etc/config/mwan3" },
	{ "pbr", 0x00ff0000, "/etc/config/pbr" },
	{ "tailscale", 0x00ff0000, "/usr/sbin/tailscaled" },
	{ "sqm-scripts", 0x000000ff, "/etc/config/sqm" },
	{ "banIP", 0x00000003, "/etc/config/banip" },
	{ N_("tc ctinfo (as in its manual)"), 0xfd000000, "/sys/module/act_ctinfo" },
	{ "PassWall", 0x000000ff, "/etc/config/passwall" },
	{ N_("the CNI portmap plugin"), 0x00002000, "/opt/cni/bin/portmap" },
	{ "Kubernetes", 0x0000c000, "/usr/bin/kubelet" },
	{ N_("the AWS CNI"), 0x00000080, "/opt/cni/bin/aws-cni" },
	{ "Weave Net", 0x00020000, "/opt/cni/bin/weave-net" },
	{ "Calico", 0xffff0000, "/opt/cni/bin/calico" },
	{ "Cilium", 0xffff1fff, "/opt/cni/bin/cilium-cni" },
};
#define NUSERS (sizeof(users) / sizeof(users[0]))

bool cg_mark_same(const struct cg_mark *a, const struct cg_mark *b)
{
	return a->bits == b->bits && a->mask == b->mask;
}

int cg_mark_check(const struct cg_mark *mark, const struct cg_pos *pos, struct cg_diag *diag)
{
	if (!mark->bits || !mark->mask)
		return cg_diag_set(diag, pos, -EINVAL,
				   "guard_mark: found no bit, expected one at least");
	if (mark->bits & ~mark->mask)
		return cg_diag_set(
			diag, pos, -EINVAL,
			"guard_mark: 0x%08x has bits outside of guard_mask 0x%08x, expected all of them within",
			mark->bits, mark->mask);
	return 0;
}

bool cg_mark_joins(const struct cg_mark *a, const struct cg_mark *b)
{
	return !(b->bits & a->mask & ~a->bits) && !(a->bits & b->mask & ~b->bits);
}

const struct cg_mark_user *cg_mark_overlaps(uint32_t mask, size_t *at)
{
	while (*at < NUSERS) {
		const struct cg_mark_user *u = &users[(*at)++];

		if (u->mask & mask)
			return u;
	}
	return NULL;
}

const char *cg_mark_text(uint32_t mask, const struct cg_mark_user *user,
			 char buf[static CG_MARK_TEXT_LEN])
{
	(void)snprintf(buf, CG_MARK_TEXT_LEN, N_("guard_mask 0x%08x holds bits of %s (0x%08x)"),
		       mask, user->name, user->mask);
	return buf;
}
