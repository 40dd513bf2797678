/* SPDX-License-Identifier: GPL-2.0-only */
/* tcx list|clear DEVICE: the programs that hang there by TCX, one a line; or takes them all away, whoever holds them. */
#include <bpf/bpf.h>
#include <linux/bpf.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* linux/bpf.h of 6.6. */
#define LINK_TCX 11

static void name_print(__u32 id)
{
	struct bpf_prog_info info = { 0 };
	__u32 len = sizeof(info);
	int fd = bpf_prog_get_fd_by_id(id);

	if (fd >= 0 && !bpf_obj_get_info_by_fd(fd, &info, &len))
		puts(info.name);
	if (fd >= 0)
		close(fd);
}

int main(int argc, char **argv)
{
	__u32 id = 0, ifindex = argc == 3 ? if_nametoindex(argv[2]) : 0;
	int found = 0;

	if (!ifindex)
		return 2;
	while (!bpf_link_get_next_id(id, &id)) {
		struct bpf_link_info info = { 0 };
		__u32 len = sizeof(info);
		int fd = bpf_link_get_fd_by_id(id);

		if (fd < 0)
			continue;
		/* Where XDP's link has its interface, TCX's has it too. */
		if (!bpf_obj_get_info_by_fd(fd, &info, &len) && info.type == LINK_TCX &&
		    info.xdp.ifindex == ifindex) {
			found++;
			if (strcmp(argv[1], "clear"))
				name_print(info.prog_id);
			else if (bpf_link_detach(fd))
				perror("detach");
		}
		close(fd);
	}
	return found ? 0 : 1;
}
