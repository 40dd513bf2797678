/* SPDX-License-Identifier: GPL-2.0-only */
/* Loading the programs and maps into the kernel, and pinning them. */
#include "dp.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "object.h"
#include "worker.h"

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
	uint64_t h = 0xcbf29ce484222325ULL;

	for (size_t i = 0; i < cg_object_packed_len; i++)
		h = (h ^ cg_object_packed[i]) * 0x100000001b3ULL;
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
	{ CG_DP_SESSIONS, CG_QUOTA_SESSION, false, 0 },
	{ CG_DP_SUMS, 1, false, 0 },
	{ CG_DP_VIEWERS, CG_VIEWERS_PER_SLOT, false, 0 },
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

/* An array of programs is emptied when no process or pin holds it (kernel/bpf/arraymap.c,
 * prog_array_map_clear): the filters of before need theirs until the last of them is
 * replaced, also where the agent is killed in between. */
#define SPARE "cg_judges_was"

static void judges_spare(struct cg_datapath *dp)
{
	char path[512], was[512];

	if (!cg_dp_pin_path(dp, cg_dp_map_names[CG_DP_JUDGES], path, sizeof(path)) &&
	    !cg_dp_pin_path(dp, SPARE, was, sizeof(was)) && access(was, F_OK))
		(void)rename(path, was);
}

void cg_datapath_replaced(struct cg_datapath *dp)
{
	char was[512];

	if (!cg_dp_pin_path(dp, SPARE, was, sizeof(was)))
		(void)unlink(was);
}

int cg_dp_pin(struct cg_datapath *dp)
{
	int r = 0;

	judges_spare(dp);
	for (int i = 0; !r && i < __CG_DP_MAP_MAX; i++)
		r = pin_replace(dp, dp->map[i], cg_dp_map_names[i]);
	if (!r)
		r = progs_pin(dp, 0);
	if (!r)
		dp->pins_wait = false;
	return r;
}

static struct bpf_map *map_of(const struct bpf_object *obj, enum cg_dp_map map)
{
	return bpf_object__find_map_by_name(obj, cg_dp_map_names[map]);
}

static struct bpf_program *prog_of(const struct bpf_object *obj, enum cg_dp_prog prog)
{
	return bpf_object__find_program_by_name(obj, cg_dp_prog_names[prog]);
}

static int maps_size(struct cg_datapath *dp, const struct bpf_object *obj)
{
	uint32_t more = dp->slots * CG_MORE_PER_SLOT;
	int r = cg_dp_cpus(dp);

	if (!r)
		r = bpf_map__set_max_entries(map_of(obj, CG_DP_RULEMORE),
					     2 * (more < CG_MIN_MORE ? CG_MIN_MORE : more));

	for (size_t i = 0; !r && i < sizeof(sizings) / sizeof(*sizings); i++) {
		const struct sizing *s = &sizings[i];

		r = bpf_map__set_max_entries(map_of(obj, s->map),
					     CG_ROOM(dp->slots, s->per_slot,
						     s->share ? s->share : s->per_slot) *
						     (s->per_cpu ? dp->cpus : 1));
	}
	return r;
}

/* This build's programs get their own way to each other, and room to work in. */
static bool is_own(enum cg_dp_map map)
{
	return map == CG_DP_JUDGES || map == CG_DP_SCRATCH || map == CG_DP_DNSWORK;
}

/* What one thread loads by an object of its own. */
struct share {
	int map_first, map_last; /* made, but for those that dp has */
	int prog_first, prog_last;
};

/* Maps there are come from dp, and only the share's others are made. */
static int maps_prepare(struct cg_datapath *dp, const struct bpf_object *obj,
			const struct share *share)
{
	int r = share->map_last < 0 ? 0 : maps_size(dp, obj);

	for (int i = 0; !r && i < __CG_DP_MAP_MAX; i++) {
		struct bpf_map *map = map_of(obj, i);

		if (dp->map[i] >= 0)
			r = bpf_map__reuse_fd(map, dp->map[i]);
		else if (i < share->map_first || i > share->map_last)
			r = bpf_map__set_autocreate(map, false);
	}
	return r;
}

static void progs_choose(const struct bpf_object *obj, const struct share *share)
{
	for (int i = 0; i < __CG_DP_PROG_MAX; i++)
		(void)bpf_program__set_autoload(prog_of(obj, i),
						i >= share->prog_first && i <= share->prog_last);
}

/* The object's descriptors end with it. */
static int keep_made(struct cg_datapath *dp, const struct bpf_object *obj,
		     const struct share *share)
{
	for (int i = share->map_first; i <= share->map_last; i++) {
		if (dp->map[i] >= 0)
			continue;
		dp->map[i] = fcntl(bpf_map__fd(map_of(obj, i)), F_DUPFD_CLOEXEC, 3);
		if (dp->map[i] < 0)
			return -errno;
	}
	for (int i = share->prog_first; i <= share->prog_last; i++) {
		dp->prog[i] = fcntl(bpf_program__fd(prog_of(obj, i)), F_DUPFD_CLOEXEC, 3);
		if (dp->prog[i] < 0)
			return -errno;
	}
	return 0;
}

static int load(struct cg_datapath *dp, const struct share *share)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts, .object_name = "camgate_bpf");
	struct bpf_object *obj = bpf_object__open_mem(dp->object.bytes, cg_object_len, &opts);
	int r;

	if (!obj)
		return cg_dp_fail(dp, -errno, "packet path: open: %s", strerror(errno));
	progs_choose(obj, share);
	r = maps_prepare(dp, obj, share);
	if (r) {
		r = cg_dp_fail(dp, r, "packet path: preparing maps: %s", strerror(-r));
	} else {
		r = bpf_object__load(obj);
		if (r)
			r = cg_dp_fail(dp, r, "packet path: the kernel refuses it: %s%s",
				       strerror(-r), hint(r));
		else
			r = keep_made(dp, obj, share);
	}
	bpf_object__close(obj);
	return r;
}

/* What one of two threads writes to. */
struct half {
	struct cg_datapath dp; /* a copy of the caller's */
	const struct share *share;
	int r;
};

static void half_load(void *work)
{
	struct half *h = work;

	h->r = load(&h->dp, h->share);
}

/* What was made is dp's from now on, even where something failed. */
static int half_take(struct cg_datapath *dp, const struct half *h)
{
	for (int i = h->share->map_first; i <= h->share->map_last; i++)
		dp->map[i] = h->dp.map[i];
	for (int i = h->share->prog_first; i <= h->share->prog_last; i++)
		dp->prog[i] = h->dp.prog[i];
	if (h->r)
		memcpy(dp->error, h->dp.error, sizeof(dp->error));
	return h->r;
}

/* Two shares at once: nearly all of it is the kernel's work, which it does for
 * each thread on its own. The first one's failure is the one that is told. */
static int load_both(struct cg_datapath *dp, const struct share shares[2])
{
	struct half a = { *dp, &shares[0], 0 }, b = { *dp, &shares[1], 0 };
	struct cg_worker other;
	int r, first;

	cg_worker_begin(&other, half_load, &b);
	half_load(&a);
	cg_worker_end(&other);
	r = half_take(dp, &b);
	first = half_take(dp, &a);
	return first ? first : r;
}

/* One share, or two at once. */
static int load_shares(struct cg_datapath *dp, const struct share *shares, int nshares)
{
	libbpf_print_fn_t print;
	int r = cg_object_unpack(&dp->object);

	if (r)
		return cg_dp_fail(dp, r, "packet path: unpacking: %s", strerror(-r));
	print = libbpf_set_print(on_print);
	printing = dp;
	r = nshares > 1 ? load_both(dp, shares) : load(dp, shares);
	libbpf_set_print(print);
	printing = NULL;
	return r;
}

static int load_alone(struct cg_datapath *dp, const struct share *shares, int nshares)
{
	int r = load_shares(dp, shares, nshares);

	cg_object_free(&dp->object);
	return r;
}

static int judges_set(struct cg_datapath *dp)
{
	static const enum cg_dp_prog judges[CG_JUDGE_DISCOVER] = {
		[CG_JUDGE_UP] = CG_DP_UP,
		[CG_JUDGE_DOWN] = CG_DP_DOWN,
		[CG_JUDGE_CLASS] = CG_DP_CLASS,
		[CG_JUDGE_GEO] = CG_DP_GEO,
		[CG_JUDGE_OUTCOME] = CG_DP_OUTCOME,
		[CG_JUDGE_KEEP] = CG_DP_KEEP,
		[CG_JUDGE_REDIRECT] = CG_DP_REDIRECT,
		[CG_JUDGE_NAMES_UP] = CG_DP_NAMES_UP,
		[CG_JUDGE_NAMES_DOWN] = CG_DP_NAMES_DOWN,
		[CG_JUDGE_SIGN] = CG_DP_SIGN,
		[CG_JUDGE_SESSION] = CG_DP_SESSION,
		[CG_JUDGE_FINISH] = CG_DP_FINISH,
	};

	/* Those behind are in force where somebody listens: dp_devices.c. */
	for (uint32_t i = 0; i < CG_JUDGE_DISCOVER; i++)
		if (dp->prog[judges[i]] >= 0 &&
		    bpf_map_update_elem(dp->map[CG_DP_JUDGES], &i, &dp->prog[judges[i]], BPF_ANY))
			return cg_dp_fail(dp, -errno, "cg_judges: %s", strerror(errno));
	return 0;
}

/* Cut where both sides take the kernel about as long. */
#define NO_MAPS	 0, -1
#define NO_PROGS 0, -1
static const struct share MAPS[2] = {
	{ 0, CG_DP_LEARNED - 1, NO_PROGS },
	{ CG_DP_LEARNED, __CG_DP_MAP_MAX - 1, NO_PROGS },
};
static const struct share EARLY = { NO_MAPS, 0, CG_DP_EARLY - 1 };
static const struct share LATE[2] = {
	{ NO_MAPS, CG_DP_EARLY, CG_DP_SESSION },
	{ NO_MAPS, CG_DP_SESSION + 1, CG_DP_PINNED - 1 },
};

int cg_dp_load(struct cg_datapath *dp, bool reuse, bool early)
{
	int r;

	for (int i = 0; i < __CG_DP_MAP_MAX; i++)
		if (!reuse || is_own(i))
			cg_dp_fds_close(&dp->map[i], 1);
	r = load_shares(dp, MAPS, 2);
	if (!r)
		r = load_shares(dp, &EARLY, 1);
	if (!r && !early)
		r = load_shares(dp, LATE, 2);
	/* What is left is loaded soon. */
	if (r || !early)
		cg_object_free(&dp->object);
	return r ? r : judges_set(dp);
}

int cg_datapath_complete(struct cg_datapath *dp)
{
	int r;

	if (dp->prog[CG_DP_EARLY] >= 0)
		return 0;
	r = load_alone(dp, LATE, 2);
	if (!r && !dp->pins_wait)
		r = progs_pin(dp, CG_DP_EARLY);
	if (!r)
		r = judges_set(dp);
	return r ? r : cg_dp_tap_apply(dp);
}

int cg_dp_told_load(struct cg_datapath *dp)
{
	static const struct share told = { NO_MAPS, CG_DP_NAMES_TOLD, CG_DP_NAMES_TOLD };

	return dp->prog[CG_DP_NAMES_TOLD] < 0 ? load_alone(dp, &told, 1) : 0;
}

int cg_dp_why_load(struct cg_datapath *dp)
{
	static const struct share whys = { NO_MAPS, CG_DP_WHY_UP, CG_DP_WHY_DOWN };

	return dp->prog[CG_DP_WHY_UP] < 0 ? load_alone(dp, &whys, 1) : 0;
}
