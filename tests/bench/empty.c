/* SPDX-License-Identifier: GPL-2.0-only */
/* empty IF tc|tcx DIR: programs that do nothing where camgate's are, until it is ended: what being there costs. DIR: on a bpffs. */
#include <bpf/bpf.h>
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <net/if.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include "../../agent/kern/tcx.h"

/* By their names they are taken away again. */
static int program(const char *name)
{
	const struct bpf_insn unspec[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = TC_ACT_UNSPEC },
		{ .code = BPF_JMP | BPF_EXIT },
	};

	return bpf_prog_load(BPF_PROG_TYPE_SCHED_CLS, name, "GPL", unspec, 2, NULL);
}

int main(int argc, char **argv)
{
	int from = program("cg_from_cam"), to = program("cg_to_cam"), ifindex, r, sig;
	sigset_t end;
	bool tcx;

	if (argc != 4 || from < 0 || to < 0)
		return 2;
	ifindex = (int)if_nametoindex(argv[1]);
	tcx = !strcmp(argv[2], "tcx");
	sigemptyset(&end);
	sigaddset(&end, SIGTERM);
	sigprocmask(SIG_BLOCK, &end, NULL);
	r = tcx ? cg_tcx_attach(argv[3], ifindex, from, to) : cg_tc_attach(ifindex, from, to);
	if (r < 0) {
		fprintf(stderr, "empty: %s: %s\n", argv[2], strerror(-r));
		return 1;
	}
	puts("ready");
	fflush(stdout);
	sigwait(&end, &sig);
	return (tcx ? cg_tcx_detach(argv[3], ifindex) : cg_tc_detach(ifindex, 0, 0, r > 0)) != 1;
}
