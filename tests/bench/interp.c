/* SPDX-License-Identifier: GPL-2.0-only */
/* Runs a program's instructions one by one, as a kernel without a JIT does, and counts them. */
#include "interp.h"

#include <bpf/bpf.h>
#include <endian.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#define STACK  512
#define FRAMES 8
#define VALUES 256

__attribute__((noreturn)) static void end(const char *what, unsigned int code)
{
	fprintf(stderr, "bench: the interpreter does not know %s %u (%s)\n", what, code,
		strerror(errno));
	exit(1);
}

/* Values that were looked up keep their place, so that what is written is read. */
static struct value {
	int fd;
	uint8_t key[64];
	uint8_t *at;
} values[VALUES];
static size_t nvalues;

static uint8_t *value_of(int fd, const struct bpf_map_info *info, const void *key)
{
	bool array = info->type == BPF_MAP_TYPE_ARRAY,
	     cpus = info->type == BPF_MAP_TYPE_PERCPU_ARRAY;
	int ncpu = libbpf_num_possible_cpus();
	struct value *v = values;
	uint8_t *at, *all;
	size_t size = (info->value_size + 7) / 8 * 8;

	for (; v < values + nvalues; v++)
		if (v->fd == fd && !memcmp(v->key, key, info->key_size))
			return v->at;
	if (nvalues == VALUES || info->key_size > sizeof(v->key))
		end("so many maps' values:", VALUES);
	if (array && info->map_flags & BPF_F_MMAPABLE) {
		uint32_t i;

		memcpy(&i, key, sizeof(i));
		if (i >= info->max_entries)
			return NULL;
		all = mmap(NULL, size * info->max_entries, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
			   0);
		if (all == MAP_FAILED)
			end("a map to be mapped:", info->id);
		at = all + size * i;
	} else {
		at = calloc(cpus ? (size_t)ncpu : 1, size);
		if (!at || bpf_map_lookup_elem(fd, key, at)) {
			free(at);
			return NULL;
		}
	}
	v->fd = fd;
	memcpy(v->key, key, info->key_size);
	v->at = at;
	nvalues++;
	return at;
}

static uint64_t lookup(int fd, const void *key)
{
	struct bpf_map_info info = { 0 };
	uint32_t len = sizeof(info);

	if (bpf_obj_get_info_by_fd(fd, &info, &len))
		end("a map:", (unsigned int)fd);
	return (uint64_t)(uintptr_t)value_of(fd, &info, key);
}

static uint64_t clock_of(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (uint64_t)t.tv_sec * 1000000000ULL + (uint64_t)t.tv_nsec;
}

static uint64_t helper(struct interp *in, int id, const uint64_t *r, const struct __sk_buff *skb)
{
	static uint8_t record[4096];

	switch (id) {
	case BPF_FUNC_map_lookup_elem:
		return lookup((int)r[1], (void *)(uintptr_t)r[2]);
	case BPF_FUNC_map_update_elem:
		return (uint64_t)bpf_map_update_elem((int)r[1], (void *)(uintptr_t)r[2],
						     (void *)(uintptr_t)r[3], r[4]);
	case BPF_FUNC_map_delete_elem:
		return (uint64_t)bpf_map_delete_elem((int)r[1], (void *)(uintptr_t)r[2]);
	case BPF_FUNC_ktime_get_ns:
		return clock_of(CLOCK_MONOTONIC);
	case BPF_FUNC_ktime_get_boot_ns:
		return clock_of(CLOCK_BOOTTIME);
	case BPF_FUNC_jiffies64:
		return in->jiffies;
	case BPF_FUNC_get_smp_processor_id:
	case BPF_FUNC_spin_lock:
	case BPF_FUNC_spin_unlock:
	case BPF_FUNC_skb_pull_data:
	case BPF_FUNC_ringbuf_submit:
	case BPF_FUNC_ringbuf_discard:
	case BPF_FUNC_ringbuf_output:
		return 0;
	case BPF_FUNC_ringbuf_reserve:
		return (uint64_t)(uintptr_t)record;
	case BPF_FUNC_skb_load_bytes:
		if (r[2] + r[4] > skb->len)
			return (uint64_t)-EFAULT;
		memcpy((void *)(uintptr_t)r[3], (void *)(uintptr_t)(skb->data + r[2]), r[4]);
		return 0;
	}
	end("helper", (unsigned int)id);
}

static uint64_t load(uint64_t at, uint8_t size)
{
	const void *p = (const void *)(uintptr_t)at;
	uint64_t v8;
	uint32_t v4;
	uint16_t v2;

	switch (size) {
	case BPF_B:
		return *(const uint8_t *)p;
	case BPF_H:
		memcpy(&v2, p, 2);
		return v2;
	case BPF_W:
		memcpy(&v4, p, 4);
		return v4;
	default:
		memcpy(&v8, p, 8);
		return v8;
	}
}

static void store(uint64_t at, uint8_t size, uint64_t v)
{
	memcpy((void *)(uintptr_t)at, &v,
	       size == BPF_B ? 1 :
	       size == BPF_H ? 2 :
	       size == BPF_W ? 4 :
			       8);
}

static uint64_t swapped(uint64_t v, const struct bpf_insn *i)
{
	bool be = BPF_SRC(i->code) == BPF_TO_BE;

	switch (i->imm) {
	case 16:
		return be ? htobe16((uint16_t)v) : htole16((uint16_t)v);
	case 32:
		return be ? htobe32((uint32_t)v) : htole32((uint32_t)v);
	default:
		return be ? htobe64(v) : htole64(v);
	}
}

static uint64_t alu(const struct bpf_insn *i, uint64_t x, uint64_t y, bool wide)
{
	unsigned int shift = wide ? 63 : 31;

	if (!wide && BPF_OP(i->code) != BPF_END) {
		x = (uint32_t)x;
		y = (uint32_t)y;
	}
	switch (BPF_OP(i->code)) {
	case BPF_ADD:
		return x + y;
	case BPF_SUB:
		return x - y;
	case BPF_MUL:
		return x * y;
	case BPF_DIV:
		return y ? x / y : 0;
	case BPF_MOD:
		return y ? x % y : x;
	case BPF_OR:
		return x | y;
	case BPF_AND:
		return x & y;
	case BPF_XOR:
		return x ^ y;
	case BPF_LSH:
		return x << (y & shift);
	case BPF_RSH:
		return x >> (y & shift);
	case BPF_ARSH:
		return wide ? (uint64_t)((int64_t)x >> (y & shift)) :
			      (uint64_t)((int32_t)x >> (y & shift));
	case BPF_NEG:
		return -x;
	case BPF_MOV:
		return y;
	case BPF_END:
		return swapped(x, i);
	}
	end("instruction", i->code);
}

static bool jumps(const struct bpf_insn *i, uint64_t x, uint64_t y, bool wide)
{
	int64_t sx = wide ? (int64_t)x : (int32_t)x, sy = wide ? (int64_t)y : (int32_t)y;

	if (!wide) {
		x = (uint32_t)x;
		y = (uint32_t)y;
	}
	switch (BPF_OP(i->code)) {
	case BPF_JA:
		return true;
	case BPF_JEQ:
		return x == y;
	case BPF_JNE:
		return x != y;
	case BPF_JGT:
		return x > y;
	case BPF_JGE:
		return x >= y;
	case BPF_JLT:
		return x < y;
	case BPF_JLE:
		return x <= y;
	case BPF_JSET:
		return x & y;
	case BPF_JSGT:
		return sx > sy;
	case BPF_JSGE:
		return sx >= sy;
	case BPF_JSLT:
		return sx < sy;
	case BPF_JSLE:
		return sx <= sy;
	}
	end("jump", i->code);
}

struct machine {
	uint64_t r[11];
	struct {
		const struct bpf_insn *back;
		uint64_t kept[4];
	} frame[FRAMES];
	unsigned int depth;
};

static const struct bpf_insn *program(struct interp *in, const char *name)
{
	struct bpf_program *p = name ? bpf_object__find_program_by_name(in->obj, name) : NULL;

	if (!p || !bpf_program__insns(p))
		end("a program for place", 0);
	return bpf_program__insns(p);
}

/* Where it goes on; NULL: it has ended. */
static const struct bpf_insn *call(struct interp *in, struct machine *m, const struct bpf_insn *i,
				   const struct __sk_buff *skb)
{
	if (i->src_reg == BPF_PSEUDO_CALL) {
		if (++m->depth == FRAMES)
			end("calls deeper than", FRAMES);
		m->frame[m->depth].back = i + 1;
		memcpy(m->frame[m->depth].kept, m->r + 6, sizeof(m->frame[0].kept));
		m->r[10] -= STACK;
		return i + 1 + i->imm;
	}
	in->calls++;
	if (i->imm != BPF_FUNC_tail_call) {
		m->r[0] = helper(in, i->imm, m->r, skb);
		return i + 1;
	}
	in->tails++;
	if (m->r[3] >= sizeof(in->judge) / sizeof(in->judge[0]) || !in->judge[m->r[3]])
		return i + 1;
	m->r[10] += (uint64_t)m->depth * STACK;
	m->depth = 0;
	return program(in, in->judge[m->r[3]]);
}

static const struct bpf_insn *leave(struct machine *m)
{
	const struct bpf_insn *back;

	if (!m->depth)
		return NULL;
	back = m->frame[m->depth].back;
	memcpy(m->r + 6, m->frame[m->depth].kept, sizeof(m->frame[0].kept));
	m->depth--;
	m->r[10] += STACK;
	return back;
}

static const struct bpf_insn *step(struct interp *in, struct machine *m, const struct bpf_insn *i,
				   const struct __sk_buff *skb)
{
	uint64_t *dst = &m->r[i->dst_reg], src = m->r[i->src_reg];
	uint64_t y = BPF_SRC(i->code) == BPF_X ? src : (uint64_t)(int64_t)i->imm;
	uint8_t class = BPF_CLASS(i->code);

	in->insns++;
	switch (class) {
	case BPF_ALU:
	case BPF_ALU64:
		*dst = alu(i, *dst, y, class == BPF_ALU64);
		if (class == BPF_ALU && BPF_OP(i->code) != BPF_END)
			*dst = (uint32_t)*dst;
		return i + 1;
	case BPF_LD:
		if (i->code != (BPF_LD | BPF_IMM | BPF_DW))
			end("load", i->code);
		*dst = i->src_reg == BPF_PSEUDO_MAP_FD ?
			       (uint64_t)i->imm :
			       (uint32_t)i->imm | (uint64_t)(uint32_t)i[1].imm << 32;
		return i + 2;
	case BPF_LDX:
		*dst = load(src + (uint64_t)(int64_t)i->off, BPF_SIZE(i->code));
		return i + 1;
	case BPF_ST:
		store(*dst + (uint64_t)(int64_t)i->off, BPF_SIZE(i->code),
		      (uint64_t)(int64_t)i->imm);
		return i + 1;
	case BPF_STX:
		if (BPF_MODE(i->code) == BPF_ATOMIC)
			src += load(*dst + (uint64_t)(int64_t)i->off, BPF_SIZE(i->code));
		store(*dst + (uint64_t)(int64_t)i->off, BPF_SIZE(i->code), src);
		return i + 1;
	}
	if (i->code == (BPF_JMP | BPF_CALL))
		return call(in, m, i, skb);
	if (i->code == (BPF_JMP | BPF_EXIT))
		return leave(m);
	return jumps(i, *dst, y, class == BPF_JMP) ? i + 1 + i->off : i + 1;
}

static void *low_memory(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT,
		       -1, 0);

	if (p == MAP_FAILED)
		end("memory that 32 bits reach:", (unsigned int)size);
	return p;
}

uint32_t interp_run(struct interp *in, const char *name, const void *frame, size_t len,
		    uint32_t ifindex, uint32_t ingress)
{
	static uint8_t *data, stack[FRAMES * STACK] __attribute__((aligned(8)));
	struct __sk_buff skb = { .len = (uint32_t)len,
				 .ifindex = ifindex,
				 .ingress_ifindex = ingress };
	struct machine m = { .r = { [1] = (uint64_t)(uintptr_t)&skb } };
	const struct bpf_insn *i = program(in, name);

	/* The context holds addresses of the frame in 32 bits. */
	if (!data)
		data = low_memory(4096);
	if (len > 4000)
		end("frames of bytes:", (unsigned int)len);
	memcpy(data, frame, len);
	skb.data = (uint32_t)(uintptr_t)data;
	skb.data_end = skb.data + (uint32_t)len;
	m.r[10] = (uint64_t)(uintptr_t)(stack + sizeof(stack));
	in->insns = 0;
	in->calls = in->tails = 0;
	while (i)
		i = step(in, &m, i, &skb);
	return (uint32_t)m.r[0];
}
