/* SPDX-License-Identifier: GPL-2.0-only */
/* Counters of the pinned map, without the agent. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <bpf/bpf.h>
#include "pins.h"

int cg_pins_cpus_read(uint32_t *ret_cpus)
{
	_cleanup_fclose_ FILE *f = fopen("/sys/devices/system/cpu/possible", "re");
	unsigned int last;
	int n = 0;

	if (!f)
		return -errno;
	/* "0-3", "0,2-3": the last number is the highest. */
	while (fscanf(f, "%u%*[-,]", &last) == 1)
		n++;
	if (!n || last >= INT_MAX / CG_PLACES)
		return -EINVAL;
	*ret_cpus = last + 1;
	return 0;
}

static int map_open(const char *dir, uint32_t cpus, uint32_t *ret_slots)
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
	if (info.type != BPF_MAP_TYPE_ARRAY || info.value_size != sizeof(struct cg_count) ||
	    info.max_entries % (cpus * CG_PLACES))
		return -ESTALE;
	*ret_slots = info.max_entries / (cpus * CG_PLACES);
	return TAKE_FD(fd);
}

/* The packet path writes meanwhile. On a 32-bit machine such a store is two, and
 * two equal readings are one value. */
static uint64_t counter_read(const __u64 *p)
{
	uint64_t v = *(const volatile __u64 *)p, again;

	if (sizeof(long) < sizeof(v))
		while ((again = *(const volatile __u64 *)p) != v)
			v = again;
	return v;
}

void cg_pins_stats_sum(const struct cg_count *counts, uint32_t cpus, uint32_t slots, uint32_t slot,
		       struct cg_stats *ret_stats)
{
	struct cg_count *to = &ret_stats->c[0][0];

	memset(ret_stats, 0, sizeof(*ret_stats));
	for (uint32_t cpu = 0; cpu < cpus; cpu++)
		for (uint32_t place = 0; place < CG_PLACES; place++) {
			const struct cg_count *c = &counts[cg_stats_at(cpu, place, slots, slot)];

			to[place].packets += counter_read(&c->packets);
			to[place].bytes += counter_read(&c->bytes);
		}
}

int cg_pins_stats_read(const char *dir, uint32_t slot, struct cg_stats *ret_stats)
{
	_cleanup_close_ int fd = -1;
	uint32_t cpus, slots;
	size_t size;
	void *p;
	int r = cg_pins_cpus_read(&cpus);

	if (r)
		return r;
	fd = map_open(dir, cpus, &slots);
	if (fd < 0)
		return fd;
	if (slot >= slots)
		return -ENOENT;
	size = (size_t)cpus * CG_PLACES * slots * sizeof(struct cg_count);
	p = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		return -errno;
	cg_pins_stats_sum(p, cpus, slots, slot, ret_stats);
	munmap(p, size);
	return 0;
}
