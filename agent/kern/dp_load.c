/* SPDX-License-Identifier: GPL-2.0-only */
/* Loading the programs and maps into the kernel, and pinning them; the skeleton is known only here. */
#include "dp.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include "camgate.skel.h"

_Static_assert(sizeof(((struct cg_meta *)0)->build) == CG_DP_BUILD_LEN,
	       "the build id has another length");

/* libbpf's print function has no context argument. */
static struct cg_datapath *printing;

static int on_print(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	char line[1024];
	size_t n;

	if (!printing || level == LIBBPF_DEBUG)
		return 0;
	vsnprintf(line, sizeof(line), fmt, ap);
	n = strlen(line);
	if (n && line[n - 1] == '\n')
		line[n - 1] = '\0';
	cg_dp_debug(printing, "%s", line);
	return 0;
}

void cg_dp_build_id(char out[static CG_DP_BUILD_LEN])
{
	const unsigned char *elf;
	uint64_t h = 0xcbf29ce484222325ULL;
	size_t n;

	elf = camgate_bpf__elf_bytes(&n);
	for (size_t i = 0; i < n; i++)
		h = (h ^ elf[i]) * 0x100000001b3ULL;
	memset(out, 0, CG_DP_BUILD_LEN);
	snprintf(out, CG_DP_BUILD_LEN, "%016llx", (unsigned long long)h);
}

struct sizing {
	enum cg_dp_map map;
	uint32_t per_slot;
	bool per_cpu;
	uint32_t share; /* of a slot beyond CG_FULL_SLOTS; 0: as of the others */
};

static const struct sizing sizings[] = {
	{ CG_DP_CAMS, 2 * CG_MAX_MACS, false, 0 },
	{ CG_DP_NARROW, 2 * CG_MAX_CAM_ADDRS, false, 0 },
	{ CG_DP_LENS, 1, false, 0 },
	{ CG_DP_REACH, CG_REACH_BITS / 64, false, 0 },
	{ CG_DP_EXPOSURE, 1, false, 0 },
	{ CG_DP_NAMES, 1, false, 0 },
	{ CG_DP_FLOWS, CG_QUOTA_REMOTE + CG_QUOTA_LAN + CG_QUOTA_GATEWAY, false, 0 },
	{ CG_DP_FRAGS, CG_QUOTA_FRAG, false, 0 },
	{ CG_DP_RING, CG_RING_GROUPS, false, 0 },
	{ CG_DP_STATE, 1, false, 0 },
	{ CG_DP_STATS, CG_PLACES, true, 0 },
	{ CG_DP_LEARNED, CG_QUOTA_ADDR + CG_QUOTA_HEARD_ADDR, false, CG_SHARE_ADDR },
	{ CG_DP_QNAMES, CG_QUOTA_NAME + CG_QUOTA_HEARD_NAME, false, CG_SHARE_NAME },
	{ CG_DP_QUERIES, CG_QUOTA_QUERY, false, 0 },
	{ CG_DP_REDIRECTS, CG_QUOTA_REDIRECT, false, 0 },
	{ CG_DP_NRING, CG_NRING_GROUPS, false, 0 },
	{ CG_DP_DNS, 1, false, 0 },
	{ CG_DP_FAST4, CG_FAST_PER_SLOT, true, 0 },
	{ CG_DP_FAST6, CG_FAST_PER_SLOT, true, 0 },
};

static int pin_replace(struct cg_datapath *dp, int fd, const char *name)
{
	char path[512];
	int r = cg_dp_pin_path(dp, name, path, sizeof(path));

	if (r)
		return r;
	if (unlink(path) && errno != ENOENT)
		return cg_dp_fail(dp, -errno, "%s: %s", path, strerror(errno));
	if (bpf_obj_pin(fd, path))
		return cg_dp_fail(dp, -errno, "%s: pin: %s", path, strerror(errno));
	return 0;
}

static const char *hint(int err)
{
	switch (-err) {
	case EPERM:
		return " (needs CAP_BPF and CAP_NET_ADMIN, or root)";
	case ENOSYS:
		return " (the kernel was built without CONFIG_BPF_SYSCALL)";
	case EINVAL:
		return " (kernel 5.10 or newer with CONFIG_BPF_SYSCALL and CONFIG_NET_CLS_BPF is needed)";
	default:
		return "";
	}
}

static int progs_pin(struct cg_datapath *dp, int first)
{
	int r = 0;

	for (int i = first; !r && i < CG_DP_PINNED; i++)
		if (dp->prog[i] >= 0)
			r = pin_replace(dp, dp->prog[i], cg_dp_prog_names[i]);
	return r;
}

int cg_dp_pin(struct cg_datapath *dp)
{
	int r = 0;

	for (int i = 0; !r && i < __CG_DP_MAP_MAX; i++)
		r = pin_replace(dp, dp->map[i], cg_dp_map_names[i]);
	if (!r)
		r = progs_pin(dp, 0);
	if (!r)
		dp->pins_wait = false;
	return r;
}

static int maps_size(struct cg_datapath *dp, struct camgate_bpf *skel)
{
	uint32_t more = dp->slots * CG_MORE_PER_SLOT;
	int r = cg_dp_cpus(dp);

	if (!r)
		r = bpf_map__set_max_entries(skel->maps.cg_rulemore,
					     2 * (more < CG_MIN_MORE ? CG_MIN_MORE : more));

	for (size_t i = 0; !r && i < sizeof(sizings) / sizeof(*sizings); i++) {
		const struct sizing *s = &sizings[i];

		r = bpf_map__set_max_entries(
			bpf_object__find_map_by_name(skel->obj, cg_dp_map_names[s->map]),
			CG_ROOM(dp->slots, s->per_slot, s->share ? s->share : s->per_slot) *
				(s->per_cpu ? dp->cpus : 1));
	}
	return r;
}

/* This build's programs get their own way to each other, and room to work in. */
static bool is_own(enum cg_dp_map map)
{
	return map == CG_DP_JUDGES || map == CG_DP_SCRATCH || map == CG_DP_DNSWORK;
}

static int maps_reuse(struct cg_datapath *dp, struct camgate_bpf *skel, bool own)
{
	int r = 0;

	for (int i = 0; !r && i < __CG_DP_MAP_MAX; i++)
		if (own || !is_own(i))
			r = bpf_map__reuse_fd(bpf_object__find_map_by_name(skel->obj,
									   cg_dp_map_names[i]),
					      dp->map[i]);
	return r;
}

/* Loads the programs from first to last and keeps them. */
static int progs_load(struct cg_datapath *dp, struct camgate_bpf *skel, int first, int last)
{
	struct bpf_program *prog;
	int r;

	for (int i = 0; i < __CG_DP_PROG_MAX; i++) {
		prog = bpf_object__find_program_by_name(skel->obj, cg_dp_prog_names[i]);
		(void)bpf_program__set_autoload(prog, false);
	}
	for (int i = first; i <= last; i++) {
		prog = bpf_object__find_program_by_name(skel->obj, cg_dp_prog_names[i]);
		(void)bpf_program__set_autoload(prog, true);
	}
	r = camgate_bpf__load(skel);
	if (r)
		return cg_dp_fail(dp, r, "packet path: the kernel refuses it: %s%s", strerror(-r),
				  hint(r));
	for (int i = first; !r && i <= last; i++) {
		prog = bpf_object__find_program_by_name(skel->obj, cg_dp_prog_names[i]);
		dp->prog[i] = dup(bpf_program__fd(prog));
		r = dp->prog[i] < 0 ? -errno : 0;
	}
	return r;
}

static int maps_keep(struct cg_datapath *dp, struct camgate_bpf *skel)
{
	cg_dp_fds_close(dp->map, __CG_DP_MAP_MAX);
	for (int i = 0; i < __CG_DP_MAP_MAX; i++) {
		struct bpf_map *map = bpf_object__find_map_by_name(skel->obj, cg_dp_map_names[i]);

		dp->map[i] = dup(bpf_map__fd(map));
		if (dp->map[i] < 0)
			return -errno;
	}
	return 0;
}

static int judges_set(struct cg_datapath *dp)
{
	static const enum cg_dp_prog judges[CG_JUDGES] = {
		[CG_JUDGE_UP] = CG_DP_UP,
		[CG_JUDGE_DOWN] = CG_DP_DOWN,
		[CG_JUDGE_CLASS] = CG_DP_CLASS,
		[CG_JUDGE_OUTCOME] = CG_DP_OUTCOME,
		[CG_JUDGE_KEEP] = CG_DP_KEEP,
		[CG_JUDGE_REDIRECT] = CG_DP_REDIRECT,
		[CG_JUDGE_NAMES_UP] = CG_DP_NAMES_UP,
		[CG_JUDGE_NAMES_DOWN] = CG_DP_NAMES_DOWN,
	};

	for (uint32_t i = 0; i < CG_JUDGES; i++)
		if (dp->prog[judges[i]] >= 0 &&
		    bpf_map_update_elem(dp->map[CG_DP_JUDGES], &i, &dp->prog[judges[i]], BPF_ANY))
			return cg_dp_fail(dp, -errno, "cg_judges: %s", strerror(errno));
	return 0;
}

/* Which programs, and whose maps. */
struct part {
	int first, last;
	bool reuse; /* the maps in dp->map */
	bool joins; /* programs of this build that already run */
};

static int load(struct cg_datapath *dp, const struct part *part)
{
	struct camgate_bpf *skel = camgate_bpf__open();
	int r;

	if (!skel)
		return cg_dp_fail(dp, -errno, "packet path: open: %s", strerror(errno));
	r = part->reuse ? maps_reuse(dp, skel, part->joins) : maps_size(dp, skel);
	if (r)
		r = cg_dp_fail(dp, r, "packet path: preparing maps: %s", strerror(-r));
	else
		r = progs_load(dp, skel, part->first, part->last);
	if (!r && !part->joins)
		r = maps_keep(dp, skel);
	camgate_bpf__destroy(skel);
	return r;
}

static int load_printing(struct cg_datapath *dp, const struct part *part)
{
	libbpf_print_fn_t print;
	int r;

	printing = dp;
	print = libbpf_set_print(on_print);
	r = load(dp, part);
	libbpf_set_print(print);
	printing = NULL;
	return r;
}

int cg_dp_load(struct cg_datapath *dp, bool reuse, bool early)
{
	const struct part part = {
		.last = (early ? CG_DP_EARLY : CG_DP_PINNED) - 1,
		.reuse = reuse,
	};
	int r = load_printing(dp, &part);

	return r ? r : judges_set(dp);
}

int cg_datapath_complete(struct cg_datapath *dp)
{
	static const struct part late = { CG_DP_EARLY, CG_DP_PINNED - 1, true, true };
	int r;

	if (dp->prog[CG_DP_EARLY] >= 0)
		return 0;
	r = load_printing(dp, &late);
	if (!r && !dp->pins_wait)
		r = progs_pin(dp, CG_DP_EARLY);
	return r ? r : judges_set(dp);
}

int cg_dp_told_load(struct cg_datapath *dp)
{
	static const struct part told = { CG_DP_NAMES_TOLD, CG_DP_NAMES_TOLD, true, true };

	return dp->prog[CG_DP_NAMES_TOLD] < 0 ? load_printing(dp, &told) : 0;
}

int cg_dp_why_load(struct cg_datapath *dp)
{
	static const struct part whys = { CG_DP_WHY_UP, CG_DP_WHY_DOWN, true, true };

	return dp->prog[CG_DP_WHY_UP] < 0 ? load_printing(dp, &whys) : 0;
}
