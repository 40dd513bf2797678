/* SPDX-License-Identifier: GPL-2.0-only */
/* Who the other end of a socket is, and what that lets it do. */
#ifndef CG_PEER_H
#define CG_PEER_H

#include <stdbool.h>
#include <sys/types.h>

/* The group whose members may do what root may; false: there is none here. */
bool cg_peer_group(gid_t *ret_gid);
/* root, the agent's own user, or a member of that group. */
bool cg_peer_privileged(int fd);

#endif
