/* SPDX-License-Identifier: GPL-2.0-only */
/* empty IF tc|tcx: a program that does nothing at both hooks of a port, until it is ended: what being there costs. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <net/if.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* linux/bpf.h of kernel 6.6 and later. */
#define TCX_INGRESS 46
#define TCX_EGRESS  47

static int program(void)
{
	const struct bpf_insn unspec[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = TC_ACT_UNSPEC },
		{ .code = BPF_JMP | BPF_EXIT },
	};

	return bpf_prog_load(BPF_PROG_TYPE_SCHED_CLS, "cg_empty", "GPL", unspec, 2, NULL);
}

static int attach_tc(int prog, int ifindex, enum bpf_tc_attach_point at)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = ifindex, .attach_point = at);
	LIBBPF_OPTS(bpf_tc_opts, opts, .prog_fd = prog, .priority = 1, .handle = 1);
	int r = bpf_tc_hook_create(&hook);

	return r && r != -EEXIST ? r : bpf_tc_attach(&hook, &opts);
}

int main(int argc, char **argv)
{
	int prog = program(), ifindex = argc == 3 ? (int)if_nametoindex(argv[1]) : 0, r, sig;
	bool tcx = argc == 3 && !strcmp(argv[2], "tcx");
	sigset_t end;

	if (prog < 0 || !ifindex) {
		perror("empty");
		return 1;
	}
	sigemptyset(&end);
	sigaddset(&end, SIGTERM);
	sigprocmask(SIG_BLOCK, &end, NULL);
	if (tcx)
		r = bpf_link_create(prog, ifindex, TCX_INGRESS, NULL) < 0 ||
		    bpf_link_create(prog, ifindex, TCX_EGRESS, NULL) < 0;
	else
		r = attach_tc(prog, ifindex, BPF_TC_INGRESS) ||
		    attach_tc(prog, ifindex, BPF_TC_EGRESS);
	if (r) {
		fprintf(stderr, "empty: %s: not on this kernel\n", argv[2]);
		return 77;
	}
	puts("ready");
	fflush(stdout);
	sigwait(&end, &sig);
	if (!tcx) {
		LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = ifindex,
			    .attach_point = BPF_TC_INGRESS | BPF_TC_EGRESS);

		bpf_tc_hook_destroy(&hook);
	}
	return 0;
}
