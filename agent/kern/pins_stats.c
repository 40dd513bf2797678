/* SPDX-License-Identifier: GPL-2.0-only */
/* Counters of the pinned map, without the agent. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include "pins.h"

static int map_open(const char *dir)
{
	struct bpf_map_info info = { 0 };
	uint32_t len = sizeof(info);
	_cleanup_close_ int fd = -1;
	char path[PATH_MAX];

	if (snprintf(path, sizeof(path), "%s/cg_stats", dir) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	fd = bpf_obj_get(path);
	if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &len))
		return -errno;
	if (info.type != BPF_MAP_TYPE_PERCPU_ARRAY || info.value_size != sizeof(struct cg_stats))
		return -ESTALE;
	return TAKE_FD(fd);
}

int cg_pins_stats_sum(int fd, uint32_t slot, struct cg_stats *ret_stats)
{
	_cleanup_free_ struct cg_stats *cpu = NULL;
	int n = libbpf_num_possible_cpus();
	struct cg_stats sum = { 0 };

	if (n < 1)
		return -EINVAL;
	cpu = calloc((size_t)n, sizeof(*cpu));
	if (!cpu)
		return -ENOMEM;
	if (bpf_map_lookup_elem(fd, &slot, cpu))
		return -errno;
	for (int i = 0; i < n; i++)
		for (int p = 0; p < CG_REASON_PLANES; p++)
			for (int r = 0; r < CG_REASONS; r++) {
				sum.c[p][r].packets += cpu[i].c[p][r].packets;
				sum.c[p][r].bytes += cpu[i].c[p][r].bytes;
			}
	*ret_stats = sum;
	return 0;
}

int cg_pins_stats_read(const char *dir, uint32_t slot, struct cg_stats *ret_stats)
{
	_cleanup_close_ int fd = map_open(dir);

	return fd < 0 ? fd : cg_pins_stats_sum(fd, slot, ret_stats);
}
