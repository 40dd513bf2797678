/* SPDX-License-Identifier: GPL-2.0-only */
/* The object of the packet path, loaded for a test, or taken as an earlier test has left it. */
#define _GNU_SOURCE
#include <assert.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <camgate/names_abi.h>
#include "env.h"

static int quiet(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	if (level == LIBBPF_WARN && getenv("CG_TEST_VERBOSE"))
		return vfprintf(stderr, fmt, ap);
	return 0;
}

static int map_fd(struct env *e, const char *name)
{
	int fd = bpf_object__find_map_fd_by_name(e->obj, name);

	if (fd < 0)
		env_die(1, "the object has no map %s", name);
	return fd;
}

static void *map_mmap(struct env *e, const char *name, size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, map_fd(e, name), 0);

	if (p == MAP_FAILED)
		env_die(1, "%s: mmap: %s", name, strerror(errno));
	return p;
}

static bool bpf_refused(void)
{
	int fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "cg_probe", 4, 4, 1, NULL);

	if (fd < 0)
		return true;
	close(fd);
	return false;
}

static const char *const programs[ENV_PROGS] = {
	[UP] = "cg_from_cam",		[DOWN] = "cg_to_cam",		[NAMES_UP] = "cg_names_up",
	[NAMES_DOWN] = "cg_names_down", [NAMES_TOLD] = "cg_names_told", [DISCOVER] = "cg_discover",
	[TO_DEVICE] = "cg_to_device",
};

static void judges_set(struct env *e)
{
	static const char *const names[CG_JUDGES] = { [CG_JUDGE_UP] = "cg_up",
						      [CG_JUDGE_DOWN] = "cg_down",
						      [CG_JUDGE_CLASS] = "cg_class",
						      [CG_JUDGE_GEO] = "cg_geo",
						      [CG_JUDGE_OUTCOME] = "cg_outcome",
						      [CG_JUDGE_KEEP] = "cg_keep",
						      [CG_JUDGE_REDIRECT] = "cg_redirect",
						      [CG_JUDGE_NAMES_UP] = "cg_names_up",
						      [CG_JUDGE_NAMES_DOWN] = "cg_names_down",
						      [CG_JUDGE_SIGN] = "cg_sign",
						      [CG_JUDGE_SESSION] = "cg_session",
						      [CG_JUDGE_FINISH] = "cg_finish" };
	uint32_t i;

	/* Those behind are put in force by env_tap(). */
	for (i = 0; i < CG_JUDGE_DISCOVER; i++) {
		struct bpf_program *p = bpf_object__find_program_by_name(e->obj, names[i]);
		int fd = p ? bpf_program__fd(p) : -1;

		if (bpf_map_update_elem(map_fd(e, "cg_judges"), &i, &fd, BPF_ANY))
			env_die(1, "cg_judges: %s: %s", names[i], strerror(errno));
	}
}

static void programs_load(struct env *e)
{
	struct bpf_program *p;
	int r, i;

	r = bpf_object__load(e->obj);
	if (r)
		env_die(1, "load: %s", strerror(-r));
	judges_set(e);
	for (i = 0; i < ENV_PROGS; i++) {
		p = bpf_object__find_program_by_name(e->obj, programs[i]);
		if (!p)
			env_die(1, "the object has no program %s", programs[i]);
		e->prog[i] = bpf_program__fd(p);
	}
}

static const char *pin_path(const char *dir, const char *name, char ret_path[static 256])
{
	snprintf(ret_path, 256, "%s/%s", dir, name);
	return ret_path;
}

/* Programs and maps that an earlier test left in dir; false if there are none. */
static bool pins_take(struct env *e, const char *dir)
{
	struct bpf_map *map;
	char path[256];
	int i;

	for (i = 0; i < ENV_PROGS; i++) {
		e->prog[i] = bpf_obj_get(pin_path(dir, programs[i], path));
		if (e->prog[i] < 0)
			return false;
	}
	bpf_object__for_each_map(map, e->obj) {
		int fd = bpf_obj_get(pin_path(dir, bpf_map__name(map), path));

		if (fd < 0 || bpf_map__reuse_fd(map, fd))
			env_die(1, "%s: %s", path, strerror(errno));
		close(fd);
	}
	return true;
}

static void pins_leave(struct env *e, const char *dir)
{
	struct bpf_map *map;
	char path[256];
	int i;

	bpf_object__for_each_map(map, e->obj)
		if (bpf_obj_pin(bpf_map__fd(map), pin_path(dir, bpf_map__name(map), path)))
			env_die(1, "%s: %s", path, strerror(errno));
	for (i = 0; i < ENV_PROGS; i++)
		if (bpf_obj_pin(e->prog[i], pin_path(dir, programs[i], path)))
			env_die(1, "%s: %s", path, strerror(errno));
}

static void slots_set(struct bpf_object *obj, uint32_t slots)
{
	static const struct {
		const char *map;
		uint32_t per_slot;
		bool per_cpu;
	} sizes[] = {
		{ "cg_cams", 2 * CG_MAX_MACS, false },
		{ "cg_narrow", 2 * CG_MAX_CAM_ADDRS, false },
		{ "cg_rulemore", 2 * CG_MIN_MORE / CG_MIN_SLOTS, false },
		{ "cg_lens", 1, false },
		{ "cg_reach", CG_REACH_BITS / 64, false },
		{ "cg_exposure", 1, false },
		{ "cg_names", 1, false },
		{ "cg_flows", CG_QUOTA_REMOTE + CG_QUOTA_LAN + CG_QUOTA_GATEWAY, false },
		{ "cg_frags", CG_QUOTA_FRAG, false },
		{ "cg_ring", CG_RING_GROUPS, false },
		{ "cg_state", 1, false },
		{ "cg_stats", CG_PLACES, true },
		{ "cg_learned", CG_QUOTA_ADDR + CG_QUOTA_HEARD_ADDR, false },
		{ "cg_qnames", CG_QUOTA_NAME + CG_QUOTA_HEARD_NAME, false },
		{ "cg_queries", CG_QUOTA_QUERY, false },
		{ "cg_redirects", CG_QUOTA_REDIRECT, false },
		{ "cg_nring", CG_NRING_GROUPS, false },
		{ "cg_dns", 1, false },
		{ "cg_sessions", CG_QUOTA_SESSION, false },
		{ "cg_sums", 1, false },
		{ "cg_viewers", CG_VIEWERS_PER_SLOT, false },
		{ "cg_fast4", CG_FAST_PER_SLOT, true },
		{ "cg_fast6", CG_FAST_PER_SLOT, true },
	};
	uint32_t cpus = (uint32_t)libbpf_num_possible_cpus();
	size_t i;

	for (i = 0; i < sizeof(sizes) / sizeof(*sizes); i++)
		if (bpf_map__set_max_entries(bpf_object__find_map_by_name(obj, sizes[i].map),
					     sizes[i].per_slot * slots *
						     (sizes[i].per_cpu ? cpus : 1)))
			env_die(1, "%s: cannot be sized", sizes[i].map);
}

/* A second and a third netdev are needed, for the ports of two LANs. Some kernels have
 * some of their own in every network namespace. */
static int netdevs_make(void)
{
	char name[IF_NAMESIZE];
	bool two = if_indextoname(2, name), three = if_indextoname(3, name);

	if (two && three)
		return 0;
	return system(two   ? "ip link add v3 index 3 type veth peer name v9 index 9" :
		      three ? "ip link add v2 index 2 type veth peer name v9 index 9" :
			      "ip link add v2 index 2 type veth peer name v3 index 3");
}

struct env *env_open(void)
{
	return env_open_slots(ENV_SLOTS);
}

struct env *env_open_slots(uint32_t slots)
{
	static bool in_own_net;
	const char *path = getenv("CG_BPF_OBJECT"), *pins = getenv("CG_BPF_PINS");
	struct env *e = calloc(1, sizeof(*e));
	struct bpf_map *map;

	assert(e);
	setvbuf(stdout, NULL, _IOLBF, 0);
	libbpf_set_print(quiet);
	libbpf_set_strict_mode(LIBBPF_STRICT_ALL);
	if (bpf_refused())
		env_die(77, "skipped: the kernel refuses BPF here");
	if (!in_own_net && (unshare(CLONE_NEWNET) || netdevs_make()))
		env_die(77, "skipped: no network namespace or veth here");
	in_own_net = true;
	e->obj = bpf_object__open_file(path ? path : "build/camgate.bpf.o", NULL);
	if (!e->obj)
		env_die(1, "%s: %s", path ? path : "build/camgate.bpf.o", strerror(errno));
	bpf_object__for_each_map(map, e->obj)
		(void)bpf_map__set_pin_path(map, NULL);
	while (e->slots < slots)
		e->slots = e->slots ? 2 * e->slots : ENV_SLOTS;
	slots = e->slots;
	slots_set(e->obj, slots);
	if (pins && !*pins)
		pins = NULL;
	e->in_cb = !env_ingress_taken();
	if (!pins || !pins_take(e, pins)) {
		if (e->in_cb)
			env_ingress_move(e->obj);
		programs_load(e);
		if (pins)
			pins_leave(e, pins);
	}
	e->cams = map_fd(e, "cg_cams");
	e->narrow = map_fd(e, "cg_narrow");
	e->rules = map_fd(e, "cg_rules");
	e->rulemore = map_fd(e, "cg_rulemore");
	e->nets = map_fd(e, "cg_nets");
	e->ifs = map_fd(e, "cg_ifs");
	e->flows = map_fd(e, "cg_flows");
	e->sessions = map_fd(e, "cg_sessions");
	e->sums = map_fd(e, "cg_sums");
	e->budgets = map_fd(e, "cg_budgets");
	e->viewers = map_fd(e, "cg_viewers");
	e->asks = map_fd(e, "cg_asks");
	e->frags = map_fd(e, "cg_frags");
	e->ring = map_fd(e, "cg_ring");
	e->state = map_fd(e, "cg_state");
	e->events = map_fd(e, "cg_events");
	e->lost = map_fd(e, "cg_lost");
	e->judges = map_fd(e, "cg_judges");
	e->devices = map_fd(e, "cg_devices");
	e->crowd = map_fd(e, "cg_crowd");
	e->heard = map_fd(e, "cg_heard");
	e->unheard = map_fd(e, "cg_unheard");
	e->ncpu = libbpf_num_possible_cpus();
	e->fast_size = slots * CG_FAST_PER_SLOT * e->ncpu;
	e->fast4 = map_mmap(e, "cg_fast4", e->fast_size * sizeof(*e->fast4));
	e->fast6 = map_mmap(e, "cg_fast6", e->fast_size * sizeof(*e->fast6));
	e->macs = map_mmap(e, "cg_macs", CG_MAC_WORDS * sizeof(*e->macs));
	e->lens = map_mmap(e, "cg_lens", slots * sizeof(*e->lens));
	e->reach = map_mmap(e, "cg_reach", slots * (CG_REACH_BITS / 8));
	e->settled = map_mmap(e, "cg_settled", CG_SETTLED_SETS * sizeof(*e->settled));
	e->tapped = map_mmap(e, "cg_tapped", CG_TAPPED_WORDS * sizeof(*e->tapped));
	e->meta = map_mmap(e, "cg_meta", sizeof(*e->meta));
	e->exposure = map_mmap(e, "cg_exposure", slots * sizeof(*e->exposure));
	e->ncounts = slots * CG_PLACES * e->ncpu;
	e->counts = map_mmap(e, "cg_stats", e->ncounts * sizeof(*e->counts));
	return e;
}

void env_close(struct env **e)
{
	munmap((*e)->fast4, (*e)->fast_size * sizeof(*(*e)->fast4));
	munmap((*e)->fast6, (*e)->fast_size * sizeof(*(*e)->fast6));
	munmap((*e)->macs, CG_MAC_WORDS * sizeof(*(*e)->macs));
	munmap((*e)->lens, (*e)->slots * sizeof(*(*e)->lens));
	munmap((*e)->reach, (*e)->slots * (CG_REACH_BITS / 8));
	munmap((*e)->settled, CG_SETTLED_SETS * sizeof(*(*e)->settled));
	munmap((*e)->tapped, CG_TAPPED_WORDS * sizeof(*(*e)->tapped));
	munmap((*e)->meta, sizeof(*(*e)->meta));
	munmap((*e)->exposure, (*e)->slots * sizeof(*(*e)->exposure));
	munmap((*e)->counts, (*e)->ncounts * sizeof(*(*e)->counts));
	bpf_object__close((*e)->obj);
	free(*e);
	*e = NULL;
}
