/* SPDX-License-Identifier: GPL-2.0-only */
/* Who the other end of a socket is, and what that lets it do. */
#ifndef CG_PEER_H
#define CG_PEER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum cg_peer_rank {
	CG_PEER_OTHER, /* may read where the config says so */
	CG_PEER_GROUP, /* may do what root may */
	CG_PEER_ROOT,  /* and the agent's own user */
};

struct cg_peer {
	int64_t uid; /* -1: not known */
	enum cg_peer_rank rank;
};

/* The group of /etc/group whose members may do what root may; false: there is none here.
 * Reads files: not for every client. */
bool cg_peer_group(gid_t *ret_gid);
/* The number of that user of /etc/passwd; false: there is none. Reads files. */
bool cg_peer_uid(const char *name, uid_t *ret_uid);
/* Whose number that is, "" where nobody's; returns buf. Reads files, and may ask others. */
#define CG_PEER_USER 256
const char *cg_peer_user(int64_t uid, char buf[static CG_PEER_USER]);
/* Who made the connection, whoever holds the socket now; group may be NULL. */
struct cg_peer cg_peer_of(int fd, const gid_t *group);

#endif
