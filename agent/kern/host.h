/* SPDX-License-Identifier: GPL-2.0-only */
/* What kind of system this is, and whether its next boot loads the boot guard. */
#ifndef CG_HOST_H
#define CG_HOST_H

#include <limits.h>
#include <stdbool.h>
#include "../lib/cleanup.h"

enum cg_host {
	CG_HOST_OTHER,
	CG_HOST_SYSTEMD,
	CG_HOST_OPENWRT,
};

/* root: before every path; "" but in tests. */
enum cg_host cg_host_kind(const char *root);

/* 1: the next boot loads it, 0: it is installed only, -ENOENT: it is not, or this
 * is a system of another kind. ret_dir: the folder it reads; "" = not known. */
int cg_host_bootguard(const char *root, char ret_dir[static PATH_MAX]) __must_check;
/* On OpenWrt, as its `enable` would. -EOPNOTSUPP: that is somebody else's to do. */
int cg_host_bootguard_enable(const char *root) __must_check;
/* The command that does; NULL: none known. */
const char *cg_host_bootguard_command(enum cg_host kind);

/* It is lost with a reboot. */
bool cg_host_in_memory(const char *path);

/* What of the kernel may be missing, by the name that brings it here. */
enum cg_host_need {
	CG_HOST_CLSACT,
	CG_HOST_CLS_BPF,
	CG_HOST_NFT,
	CG_HOST_NFT_NETDEV,
	CG_HOST_NFT_BRIDGE,
	CG_HOST_NFT_FLOW,
	CG_HOST_CT_NETLINK,
};
const char *cg_host_package(enum cg_host kind, enum cg_host_need need);
/* The firewall's own configuration asks for flow offloading. */
bool cg_host_wants_flow(const char *root);

#endif
