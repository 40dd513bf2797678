/* SPDX-License-Identifier: GPL-2.0-only */
/* Told by files; nothing is run. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>
#include "host.h"

#define TMPFS_MAGIC 0x01021994UL /* part of the kernel's ABI, as the next */
#define RAMFS_MAGIC 0x858458f6UL

#define UNIT	    "camgate-bootguard.service"
#define SCRIPT	    "camgate-bootguard"
#define START	    "S18" SCRIPT /* as START in the script */

static const char *at(const char *root, const char *path, char buf[static PATH_MAX])
{
	/* Too long a root leads nowhere, as a missing one does. */
	return snprintf(buf, PATH_MAX, "%s%s", root, path) < PATH_MAX ? buf : "";
}

static bool there(const char *root, const char *path)
{
	char buf[PATH_MAX];

	/* A link is there though what it names lies below another root. */
	return !faccessat(AT_FDCWD, at(root, path, buf), F_OK, AT_SYMLINK_NOFOLLOW);
}

enum cg_host cg_host_kind(const char *root)
{
	return there(root, "/etc/openwrt_release") ? CG_HOST_OPENWRT :
	       there(root, "/run/systemd/system")  ? CG_HOST_SYSTEMD :
						     CG_HOST_OTHER;
}

/* The folder in "-f FOLDER/bootguard.nft" or "STATE_DIR:-FOLDER}". */
static void dir_read(const char *root, const char *path, char dir[static PATH_MAX])
{
	char buf[PATH_MAX], line[512];
	_cleanup_fclose_ FILE *f = fopen(at(root, path, buf), "re");

	dir[0] = '\0';
	while (f && !*dir && fgets(line, sizeof(line), f)) {
		char *end = strstr(line, "/bootguard.nft"), *from = strstr(line, "STATE_DIR:-");

		if (from) {
			from += strlen("STATE_DIR:-");
			end = strchr(from, '}');
		} else {
			from = end ? strstr(line, "-f /") : NULL;
			from = from ? from + 3 : NULL;
		}
		if (from && end && from < end && *from == '/')
			(void)snprintf(dir, PATH_MAX, "%.*s", (int)(end - from), from);
	}
}

static int by_systemd(const char *root, char dir[static PATH_MAX])
{
	static const char *const units[] = { "/etc/systemd/system/" UNIT,
					     "/usr/lib/systemd/system/" UNIT,
					     "/lib/systemd/system/" UNIT,
					     "/usr/local/lib/systemd/system/" UNIT };
	static const char *const wants[] = {
		"/etc/systemd/system/sysinit.target.wants/" UNIT,
		"/usr/lib/systemd/system/sysinit.target.wants/" UNIT,
		"/lib/systemd/system/sysinit.target.wants/" UNIT,
	};
	bool installed = false;

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]) && !installed; i++) {
		installed = there(root, units[i]);
		if (installed)
			dir_read(root, units[i], dir);
	}
	for (size_t i = 0; installed && i < sizeof(wants) / sizeof(wants[0]); i++)
		if (there(root, wants[i]))
			return 1;
	return installed ? 0 : -ENOENT;
}

static int by_procd(const char *root, char dir[static PATH_MAX])
{
	char path[PATH_MAX];
	struct dirent *e;
	DIR *d;
	int r = 0;

	if (!there(root, "/etc/init.d/" SCRIPT))
		return -ENOENT;
	dir_read(root, "/etc/init.d/" SCRIPT, dir);
	d = opendir(at(root, "/etc/rc.d", path));
	while (d && !r && (e = readdir(d)))
		r = e->d_name[0] == 'S' && strlen(e->d_name) > 3 && !strcmp(e->d_name + 3, SCRIPT);
	if (d)
		closedir(d);
	return r;
}

int cg_host_bootguard(const char *root, char ret_dir[static PATH_MAX])
{
	ret_dir[0] = '\0';
	switch (cg_host_kind(root)) {
	case CG_HOST_SYSTEMD:
		return by_systemd(root, ret_dir);
	case CG_HOST_OPENWRT:
		return by_procd(root, ret_dir);
	case CG_HOST_OTHER:
		break;
	}
	return -ENOENT;
}

int cg_host_bootguard_enable(const char *root)
{
	char path[PATH_MAX];

	if (cg_host_kind(root) != CG_HOST_OPENWRT)
		return -EOPNOTSUPP;
	if (!there(root, "/etc/init.d/" SCRIPT))
		return -ENOENT;
	if (symlink("../init.d/" SCRIPT, at(root, "/etc/rc.d/" START, path)) && errno != EEXIST)
		return -errno;
	return 0;
}

const char *cg_host_bootguard_command(enum cg_host kind)
{
	switch (kind) {
	case CG_HOST_SYSTEMD:
		return "systemctl enable " UNIT;
	case CG_HOST_OPENWRT:
		return "/etc/init.d/" SCRIPT " enable";
	case CG_HOST_OTHER:
		break;
	}
	return NULL;
}

bool cg_host_in_memory(const char *path)
{
	struct statfs fs;

	return !statfs(path, &fs) &&
	       ((unsigned long)fs.f_type == TMPFS_MAGIC || (unsigned long)fs.f_type == RAMFS_MAGIC);
}

const char *cg_host_package(enum cg_host kind, enum cg_host_need need)
{
	static const struct {
		const char *openwrt, *other;
	} names[] = {
		[CG_HOST_CLSACT] = { "kmod-sched-core", "CONFIG_NET_SCH_INGRESS" },
		[CG_HOST_CLS_BPF] = { "kmod-sched-bpf", "CONFIG_NET_CLS_BPF" },
		[CG_HOST_NFT] = { "nftables", "nftables" },
		[CG_HOST_NFT_NETDEV] = { "kmod-nft-netdev", "CONFIG_NF_TABLES_NETDEV" },
		[CG_HOST_NFT_BRIDGE] = { "kmod-nft-bridge", "CONFIG_NF_TABLES_BRIDGE" },
		[CG_HOST_NFT_FLOW] = { "kmod-nft-offload", "CONFIG_NFT_FLOW_OFFLOAD" },
		[CG_HOST_CT_NETLINK] = { "kmod-nf-conntrack-netlink", "CONFIG_NF_CT_NETLINK" },
	};

	return kind == CG_HOST_OPENWRT ? names[need].openwrt : names[need].other;
}

bool cg_host_wants_flow(const char *root)
{
	char path[PATH_MAX], line[256];
	_cleanup_fclose_ FILE *f = fopen(at(root, "/etc/config/firewall", path), "re");

	while (f && fgets(line, sizeof(line), f))
		if (strstr(line, "option flow_offloading '1'") ||
		    strstr(line, "option flow_offloading 1"))
			return true;
	return false;
}
