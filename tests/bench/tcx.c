/* SPDX-License-Identifier: GPL-2.0-only */
/* tcx PIN_DIR IF: attaches the pinned programs by TCX until it is ended; 77 where the kernel has none. */
#include <bpf/bpf.h>
#include <linux/bpf.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define TCX_INGRESS 46
#define TCX_EGRESS  47

static int attach(const char *dir, const char *prog, int type, int ifindex)
{
	union bpf_attr attr;
	char path[512];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, prog);
	fd = bpf_obj_get(path);
	if (fd < 0)
		return -1;
	memset(&attr, 0, sizeof(attr));
	attr.link_create.prog_fd = fd;
	attr.link_create.target_ifindex = ifindex;
	attr.link_create.attach_type = type;
	return syscall(SYS_bpf, BPF_LINK_CREATE, &attr, sizeof(attr));
}

int main(int argc, char **argv)
{
	int ifindex = argc == 3 ? if_nametoindex(argv[2]) : 0;

	if (!ifindex)
		return 2;
	if (attach(argv[1], "cg_from_cam", TCX_INGRESS, ifindex) < 0 ||
	    attach(argv[1], "cg_to_cam", TCX_EGRESS, ifindex) < 0) {
		perror("tcx");
		return 77;
	}
	puts("ready");
	fflush(stdout);
	pause();
	return 0;
}
