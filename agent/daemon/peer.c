/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's word on a peer, not the peer's own. */
#include <grp.h>
#include <pwd.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
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

/* getgrnam() would load what /etc/nsswitch.conf names, for a group that packages make here. */
bool cg_peer_group(gid_t *ret_gid)
{
	FILE *f = fopen("/etc/group", "re");
	const struct group *g;
	bool found = false;

	if (!f)
		return false;
	while (!found && (g = fgetgrent(f))) {
		found = !strcmp(g->gr_name, CG_CTL_GROUP);
		if (found)
			*ret_gid = g->gr_gid;
	}
	(void)fclose(f);
	return found;
}

bool cg_peer_uid(const char *name, uid_t *ret_uid)
{
	FILE *f = fopen("/etc/passwd", "re");
	const struct passwd *pw = NULL;

	if (!f)
		return false;
	while ((pw = fgetpwent(f)) && strcmp(pw->pw_name, name) != 0)
		;
	if (pw)
		*ret_uid = pw->pw_uid;
	(void)fclose(f);
	return pw;
}

/* Most are in the file; others are asked for as this machine asks. */
const char *cg_peer_user(int64_t uid, char buf[static CG_PEER_USER])
{
	FILE *f = fopen("/etc/passwd", "re");
	const struct passwd *pw = NULL;

	buf[0] = '\0';
	if (uid < 0)
		goto out;
	while (f && (pw = fgetpwent(f)) && pw->pw_uid != (uid_t)uid)
		;
	if (!pw)
		pw = getpwuid((uid_t)uid);
	if (pw)
		(void)snprintf(buf, CG_PEER_USER, "%s", pw->pw_name);
out:
	if (f)
		(void)fclose(f);
	return buf;
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
