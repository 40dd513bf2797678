/* SPDX-License-Identifier: GPL-2.0-only */
/* tcx list|clear|first DEVICE: the programs that hang there by TCX, one a line; takes them all away, whoever holds them; or puts one before all that passes everything, until it is ended. */
#include <bpf/bpf.h>
#include <linux/bpf.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* linux/bpf.h of 6.6. */
#define LINK_TCX     11
#define TCX_INGRESS  46
#define TCX_EGRESS   47
#define F_BEFORE     8

#define MAX_PROGRAMS 64

/* Does this program hang at that interface of this network namespace? Links are those of
 * the whole machine, where another house has interfaces of the same numbers. */
static bool is_here(__u32 ifindex, __u32 prog_id)
{
	for (__u32 type = TCX_INGRESS; type <= TCX_EGRESS; type++) {
		__u32 ids[MAX_PROGRAMS] = { 0 };
		union bpf_attr attr;

		memset(&attr, 0, sizeof(attr));
		attr.query.target_fd = ifindex;
		attr.query.attach_type = type;
		attr.query.prog_ids = (uintptr_t)ids;
		attr.query.prog_cnt = MAX_PROGRAMS;
		if (syscall(SYS_bpf, BPF_PROG_QUERY, &attr, sizeof(attr)))
			continue;
		for (__u32 i = 0; i < attr.query.prog_cnt && i < MAX_PROGRAMS; i++)
			if (ids[i] == prog_id)
				return true;
	}
	return false;
}

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

static int first(__u32 ifindex)
{
	LIBBPF_OPTS(bpf_link_create_opts, opts, .flags = F_BEFORE);
	const struct bpf_insn pass[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = 0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	int prog = bpf_prog_load(BPF_PROG_TYPE_SCHED_CLS, "first", "GPL", pass, 2, NULL);

	if (prog < 0 ||
	    bpf_link_create(prog, ifindex, (enum bpf_attach_type)TCX_INGRESS, &opts) < 0) {
		perror("first");
		return 1;
	}
	puts("ready");
	fflush(stdout);
	pause();
	return 0;
}

int main(int argc, char **argv)
{
	__u32 id = 0, ifindex = argc == 3 ? if_nametoindex(argv[2]) : 0;
	int found = 0;

	if (!ifindex)
		return 2;
	if (!strcmp(argv[1], "first"))
		return first(ifindex);
	while (!bpf_link_get_next_id(id, &id)) {
		struct bpf_link_info info = { 0 };
		__u32 len = sizeof(info);
		int fd = bpf_link_get_fd_by_id(id);

		if (fd < 0)
			continue;
		/* Where XDP's link has its interface, TCX's has it too. */
		if (!bpf_obj_get_info_by_fd(fd, &info, &len) && info.type == LINK_TCX &&
		    info.xdp.ifindex == ifindex && is_here(ifindex, info.prog_id)) {
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
