/* SPDX-License-Identifier: GPL-2.0-only */
/* Where a frame came in by, on kernels whose test runs take no such thing: handed over in cb[0]. */
#include <assert.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "env.h"

/* Kernel 5.10 runs no test with an interface the frame came in by. CG_TEST_CB
 * does without on any kernel. */
bool env_ingress_taken(void)
{
	const struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	struct __sk_buff ctx = { .ingress_ifindex = 1 };
	uint8_t frame[64] = { 0 };
	LIBBPF_OPTS(bpf_test_run_opts, o, .data_in = frame, .data_size_in = sizeof(frame),
		    .ctx_in = &ctx, .ctx_size_in = sizeof(ctx));
	int fd, r;

	if (getenv("CG_TEST_CB"))
		return false;
	fd = bpf_prog_load(BPF_PROG_TYPE_SCHED_CLS, "cg_probe", "GPL", insns, 2, NULL);
	if (fd < 0)
		env_die(1, "probe: %s", strerror(errno));
	r = bpf_prog_test_run_opts(fd, &o);
	close(fd);
	return !r;
}

/* Which registers and words of the stack may hold the context. */
struct holds {
	uint16_t reg;
	uint64_t slot;
	bool seen;
};

static bool slot_of(short off, uint64_t *ret_bit)
{
	if (off >= 0 || off < -512 || off % 8)
		return false;
	*ret_bit = 1ULL << (-off / 8 - 1);
	return true;
}

static struct holds after(struct holds h, const struct bpf_insn *i)
{
	uint16_t dst = 1U << i->dst_reg, src = 1U << i->src_reg;
	uint64_t bit = 0;

	switch (BPF_CLASS(i->code)) {
	case BPF_STX:
		if (i->dst_reg != BPF_REG_10 || !slot_of(i->off, &bit))
			break;
		h.slot &= ~bit;
		if (i->code == (BPF_STX | BPF_MEM | BPF_DW) && h.reg & src)
			h.slot |= bit;
		break;
	case BPF_LDX:
		h.reg &= ~dst;
		if (i->src_reg == BPF_REG_10 && slot_of(i->off, &bit) && h.slot & bit)
			h.reg |= dst;
		break;
	case BPF_ALU64:
		if (i->code == (BPF_ALU64 | BPF_MOV | BPF_X) && h.reg & src)
			h.reg |= dst;
		else
			h.reg &= ~dst;
		break;
	case BPF_ALU:
	case BPF_LD:
		h.reg &= ~dst;
		break;
	case BPF_JMP:
		if (BPF_OP(i->code) == BPF_CALL)
			h.reg &= ~0x3fU;
		break;
	default:
		break;
	}
	return h;
}

static bool join(struct holds *at, const struct holds *h)
{
	struct holds was = *at;

	at->reg |= h->reg;
	at->slot |= h->slot;
	at->seen = true;
	return !was.seen || was.reg != at->reg || was.slot != at->slot;
}

/* What holds the context before each instruction: followed from the first one,
 * until nothing is new. Programs have no calls of their own. */
static struct holds *follow(const struct bpf_insn *insns, size_t n)
{
	struct holds *at = calloc(n + 1, sizeof(*at));
	bool again = true;
	size_t i;

	assert(at);
	at[0] = (struct holds){ .reg = 1U << BPF_REG_1, .seen = true };
	while (again) {
		again = false;
		for (i = 0; i < n; i++) {
			const struct bpf_insn *in = &insns[i];
			bool jump = BPF_CLASS(in->code) == BPF_JMP ||
				    BPF_CLASS(in->code) == BPF_JMP32;
			struct holds h;
			size_t next = i + 1;

			if (!at[i].seen || (jump && BPF_OP(in->code) == BPF_EXIT))
				continue;
			h = after(at[i], in);
			/* The second half of a 64-bit constant is no instruction. */
			if (in->code == (BPF_LD | BPF_DW | BPF_IMM))
				next++;
			if (jump && BPF_OP(in->code) != BPF_CALL) {
				size_t to = i + 1 + in->off;

				assert(to < n);
				again |= join(&at[to], &h) && to <= i;
				if (BPF_OP(in->code) == BPF_JA)
					continue;
			}
			assert(next <= n);
			(void)join(&at[next], &h);
		}
	}
	return at;
}

/* There the programs read it from the first word of cb, as those that answer
 * "why" do: the loads of it from the context, and nothing else, are changed. */
void env_ingress_move(struct bpf_object *obj)
{
	const size_t from = offsetof(struct __sk_buff, ingress_ifindex);
	const size_t to = offsetof(struct __sk_buff, cb);
	struct bpf_program *p;
	size_t i, n, moved = 0;

	bpf_object__for_each_program(p, obj) {
		struct bpf_insn *insns;
		struct holds *at;

		n = bpf_program__insn_cnt(p);
		insns = calloc(n, sizeof(*insns));
		assert(insns);
		memcpy(insns, bpf_program__insns(p), n * sizeof(*insns));
		at = follow(insns, n);
		for (i = 0; i < n; i++)
			if (at[i].seen && insns[i].code == (BPF_LDX | BPF_MEM | BPF_W) &&
			    insns[i].off == (int)from && at[i].reg & 1U << insns[i].src_reg) {
				insns[i].off = (short)to;
				moved++;
			}
		if (bpf_program__set_insns(p, insns, n))
			env_die(1, "%s: instructions are not taken", bpf_program__name(p));
		free(at);
		free(insns);
	}
	printf("# this kernel runs no test with ingress_ifindex: %zu loads of it read cb[0]\n",
	       moved);
}

void env_ingress_set(const struct env *e, struct __sk_buff *in, uint32_t ingress)
{
	if (e->in_cb)
		in->cb[0] = ingress;
	else
		in->ingress_ifindex = ingress;
}
