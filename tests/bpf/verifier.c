/* SPDX-License-Identifier: GPL-2.0-only */
/* Loads an object and prints what the kernel's verifier says of the work it had. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <stdarg.h>
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

int main(int argc, char **argv)
{
	/* 4: the figures alone, without the verifier's reasoning. */
	LIBBPF_OPTS(bpf_object_open_opts, opts, .kernel_log_level = 4);
	struct bpf_program *p;
	struct bpf_object *obj;
	struct bpf_map *map;
	char *log[PROGS];
	int fd, r, i = 0;

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
	}
	bpf_object__close(obj);
	return r ? 1 : 0;
}
