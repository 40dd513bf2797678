/* SPDX-License-Identifier: GPL-2.0-only */
/* Loads an object and prints what the kernel's verifier says of the work it had; what only 5.10 refuses is told here, too. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOG   (1 << 20)
#define PROGS 24

static int to_stderr(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	return level == LIBBPF_WARN ? vfprintf(stderr, fmt, ap) : 0;
}

static const char *stat_line(char *log)
{
	char *p = strstr(log, "processed "), *end;

	if (!p)
		return "no figures";
	end = strchr(p, '\n');
	if (end)
		*end = 0;
	return p;
}

enum { DISCOVERED = 1, FELL = 2, BRANCHED = 4, EXPLORED = 8 };

struct walk {
	const struct bpf_insn *insn;
	size_t n, depth;
	int *stack;
	unsigned char *state;
	int into; /* the instruction a loop is fallen into; 0 = none */
};

/* 1: went on; 0: there is nothing new. */
static int edge(struct walk *w, int to, bool loop_ok)
{
	if (to < 0 || (size_t)to >= w->n || w->state[to] & EXPLORED)
		return 0;
	if (w->state[to]) {
		if (!loop_ok && !w->into)
			w->into = to;
		return 0;
	}
	w->state[to] = DISCOVERED;
	w->stack[w->depth++] = to;
	return 1;
}

static int edges(struct walk *w, int at)
{
	const struct bpf_insn *i = &w->insn[at];
	unsigned int class = BPF_CLASS(i->code), op = BPF_OP(i->code);
	bool jump = class == BPF_JMP || class == BPF_JMP32;
	bool call = jump && op == BPF_CALL && i->src_reg == BPF_PSEUDO_CALL;
	bool branch = call || (jump && op != BPF_CALL && op != BPF_EXIT && op != BPF_JA);

	if (jump && op == BPF_EXIT)
		return 0;
	if (!(w->state[at] & FELL)) {
		w->state[at] |= FELL;
		if (edge(w, jump && op == BPF_JA ? at + 1 + i->off : at + 1,
			 jump && op != BPF_CALL))
			return 1;
	}
	if (branch && !(w->state[at] & BRANCHED)) {
		w->state[at] |= BRANCHED;
		return edge(w, at + 1 + (call ? i->imm : i->off), !call);
	}
	return 0;
}

/* 5.10 takes a loop whose last step is a jump, and none that the code falls into
 * (kernel/bpf/verifier.c, check_cfg); later ones take both. As there, depth first. */
static int falls_into_loop(const struct bpf_insn *insn, size_t n)
{
	struct walk w = { .insn = insn, .n = n };
	int into;

	w.stack = calloc(n, sizeof(*w.stack));
	w.state = calloc(n, 1);
	if (!w.stack || !w.state)
		exit(1);
	w.state[0] = DISCOVERED;
	for (w.depth = 1; w.depth;) {
		int at = w.stack[w.depth - 1];

		if (edges(&w, at))
			continue;
		w.state[at] |= EXPLORED;
		w.depth--;
	}
	into = w.into;
	free(w.stack);
	free(w.state);
	return into;
}

int main(int argc, char **argv)
{
	/* 4: the figures alone, without the verifier's reasoning. */
	LIBBPF_OPTS(bpf_object_open_opts, opts, .kernel_log_level = 4);
	struct bpf_program *p;
	struct bpf_object *obj;
	struct bpf_map *map;
	char *log[PROGS];
	int fd, r, into, i = 0;
	bool bad = false;

	fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "cg_probe", 4, 4, 1, NULL);
	if (argc != 2 || fd < 0) {
		printf("# %s\n", argc == 2 ? "skipped: the kernel refuses BPF here" :
					     "usage: verifier OBJECT");
		return argc == 2 ? 77 : 2;
	}
	libbpf_set_print(to_stderr);
	obj = bpf_object__open_file(argv[1], &opts);
	if (!obj)
		return 1;
	bpf_object__for_each_map(map, obj)
		(void)bpf_map__set_pin_path(map, NULL);
	bpf_object__for_each_program(p, obj) {
		if (i == PROGS)
			return 1;
		/* As on machines that read no eight bytes at an odd place (MIPS, some ARM). */
		bpf_program__set_flags(p, BPF_F_STRICT_ALIGNMENT);
		log[i] = calloc(1, LOG);
		if (!log[i] || bpf_program__set_log_buf(p, log[i], LOG))
			return 1;
		i++;
	}
	r = bpf_object__load(obj);
	i = 0;
	bpf_object__for_each_program(p, obj) {
		printf("%s: %zu instructions; %s\n", bpf_program__name(p), bpf_program__insn_cnt(p),
		       r ? log[i] : stat_line(log[i]));
		free(log[i++]);
		into = r ? 0 : falls_into_loop(bpf_program__insns(p), bpf_program__insn_cnt(p));
		if (into) {
			printf("%s: 5.10 refuses it: falls into a loop at %d\n",
			       bpf_program__name(p), into);
			bad = true;
		}
	}
	bpf_object__close(obj);
	return r || bad ? 1 : 0;
}
