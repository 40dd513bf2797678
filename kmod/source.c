// SPDX-License-Identifier: GPL-2.0-only
/* Finds the packet path's counter map by its program and keeps a reference to that map only. */
#include <linux/bpf.h>
#include <linux/err.h>
#include <linux/filter.h>
#include <linux/mutex.h>
#include <linux/netlink.h>
#include <linux/string.h>
#include <camgate/genl.h>
#include "counters.h"
#include "source.h"

/*
 * The references of a program's maps may be dropped together with the program:
 * ours is taken under the lock that guards the list.
 */
static struct bpf_map *find_map(struct bpf_prog *prog)
{
	struct bpf_map *map = ERR_PTR(-ENOENT);
	u32 i;

	mutex_lock(&prog->aux->used_maps_mutex);
	for (i = 0; i < prog->aux->used_map_cnt; i++) {
		struct bpf_map *m = prog->aux->used_maps[i];

		if (strcmp(m->name, CAMGATE_MAP_NAME))
			continue;
		if (!IS_ERR(map)) {
			map = ERR_PTR(-ENOTUNIQ);
			break;
		}
		map = m;
	}
	if (!IS_ERR(map))
		bpf_map_inc(map);
	mutex_unlock(&prog->aux->used_maps_mutex);
	return map;
}

static const char *what_is_wrong(const struct bpf_map *map)
{
	if (map->map_type != BPF_MAP_TYPE_ARRAY)
		return "prog_fd: map cg_stats is not an array";
	if (map->key_size != sizeof(u32))
		return "prog_fd: map cg_stats has another key size";
	if (map->value_size != sizeof(struct cg_count))
		return "prog_fd: map cg_stats has another value size";
	if (!cg_counters_slots_of(map->max_entries))
		return "prog_fd: map cg_stats has another number of entries";
	return NULL;
}

static void swap_map(struct cg_counters *c, struct bpf_map *map)
{
	struct bpf_map *old;

	mutex_lock(&c->lock);
	old = c->map;
	c->map = map;
	if (old || map)
		c->serial += c->serial == U32_MAX ? 2 : 1;
	mutex_unlock(&c->lock);
	/* Nobody reads without the lock. */
	if (old)
		bpf_map_put(old);
}

int cg_source_set(struct cg_counters *c, u32 fd, struct netlink_ext_ack *extack,
		  const struct nlattr *attr)
{
	struct bpf_prog *prog;
	struct bpf_map *map;
	const char *wrong;

	prog = bpf_prog_get_type_dev(fd, BPF_PROG_TYPE_SCHED_CLS, false);
	if (IS_ERR(prog)) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "prog_fd: not the descriptor of a traffic control program");
		return PTR_ERR(prog);
	}
	map = find_map(prog);
	bpf_prog_put(prog);
	if (IS_ERR(map)) {
		if (PTR_ERR(map) == -ENOENT)
			NL_SET_ERR_MSG_ATTR(extack, attr,
					    "prog_fd: the program uses no map cg_stats");
		else
			NL_SET_ERR_MSG_ATTR(extack, attr,
					    "prog_fd: the program uses two maps cg_stats");
		return PTR_ERR(map);
	}
	wrong = what_is_wrong(map);
	if (wrong) {
		bpf_map_put(map);
		if (extack) {
			extack->_msg = wrong;
			NL_SET_BAD_ATTR(extack, attr);
		}
		return -EINVAL;
	}
	swap_map(c, map);
	return 0;
}

void cg_source_unset(struct cg_counters *c)
{
	swap_map(c, NULL);
}
