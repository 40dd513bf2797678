/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's word on a peer, not the peer's own. */
#include <grp.h>
#include <stddef.h>
#include <sys/socket.h>
#include <unistd.h>
#include <camgate/ctl.h>
#include "peer.h"

#define MAX_GROUPS 256

static bool in_group(int fd, gid_t own, gid_t wanted)
{
	gid_t groups[MAX_GROUPS];
	socklen_t len = sizeof(groups);

	if (own == wanted)
		return true;
	/* Kernels before 4.13, and people in more groups than that, are told by
	 * their first group alone. */
	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &len) < 0)
		return false;
	for (size_t i = 0; i < len / sizeof(gid_t); i++)
		if (groups[i] == wanted)
			return true;
	return false;
}

bool cg_peer_group(gid_t *ret_gid)
{
	const struct group *g = getgrnam(CG_CTL_GROUP);

	if (!g)
		return false;
	*ret_gid = g->gr_gid;
	return true;
}

struct cg_peer cg_peer_of(int fd, const gid_t *group)
{
	struct cg_peer peer = { -1, CG_PEER_OTHER };
	struct ucred cred;
	socklen_t len = sizeof(cred);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) < 0)
		return peer;
	peer.uid = cred.uid;
	/* The agent's own user: root, or whoever runs it in a test. */
	if (!cred.uid || cred.uid == geteuid())
		peer.rank = CG_PEER_ROOT;
	else if (group && in_group(fd, cred.gid, *group))
		peer.rank = CG_PEER_GROUP;
	return peer;
}
