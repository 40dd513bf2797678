/* SPDX-License-Identifier: GPL-2.0-only */
/* Opening the packet path: taking over the one that runs, or having it loaded. */
#include "dp.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <pthread.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>
#include "../lib/store.h"

const char *const cg_dp_map_names[__CG_DP_MAP_MAX] = {
	[CG_DP_META] = "cg_meta",	    [CG_DP_MACS] = "cg_macs",
	[CG_DP_CAMS] = "cg_cams",	    [CG_DP_NARROW] = "cg_narrow",
	[CG_DP_RULES] = "cg_rules",	    [CG_DP_RULEMORE] = "cg_rulemore",
	[CG_DP_LENS] = "cg_lens",	    [CG_DP_REACH] = "cg_reach",
	[CG_DP_NETS] = "cg_nets",	    [CG_DP_IFS] = "cg_ifs",
	[CG_DP_PORTS] = "cg_ports",	    [CG_DP_EXPOSURE] = "cg_exposure",
	[CG_DP_NAMES] = "cg_names",	    [CG_DP_FLOWS] = "cg_flows",
	[CG_DP_FAST4] = "cg_fast4",	    [CG_DP_FAST6] = "cg_fast6",
	[CG_DP_FRAGS] = "cg_frags",	    [CG_DP_RING] = "cg_ring",
	[CG_DP_STATE] = "cg_state",	    [CG_DP_STATS] = "cg_stats",
	[CG_DP_EVENTS] = "cg_events",	    [CG_DP_LOST] = "cg_lost",
	[CG_DP_GRACE] = "cg_grace",	    [CG_DP_SCRATCH] = "cg_scratch",
	[CG_DP_JUDGES] = "cg_judges",	    [CG_DP_NAMERULES] = "cg_namerules",
	[CG_DP_RESOLVERS] = "cg_resolvers", [CG_DP_LANS] = "cg_lans",
	[CG_DP_LEARNED] = "cg_learned",	    [CG_DP_QNAMES] = "cg_qnames",
	[CG_DP_QUERIES] = "cg_queries",	    [CG_DP_REDIRECTS] = "cg_redirects",
	[CG_DP_NRING] = "cg_nring",	    [CG_DP_DNS] = "cg_dns",
	[CG_DP_DNSWORK] = "cg_dnswork",	    [CG_DP_SESSIONS] = "cg_sessions",
	[CG_DP_SUMS] = "cg_sums",	    [CG_DP_BUDGETS] = "cg_budgets",
	[CG_DP_VIEWERS] = "cg_viewers",	    [CG_DP_ASKS] = "cg_asks",
	[CG_DP_SETTLED] = "cg_settled",	    [CG_DP_TAPPED] = "cg_tapped",
	[CG_DP_DEVICES] = "cg_devices",	    [CG_DP_CROWD] = "cg_crowd",
	[CG_DP_HEARD] = "cg_heard",	    [CG_DP_UNHEARD] = "cg_unheard",
	[CG_DP_GEO4] = "cg_geo4",	    [CG_DP_GEO6] = "cg_geo6",
	[CG_DP_GEOINFO] = "cg_geoinfo",
};

const char *const cg_dp_prog_names[__CG_DP_PROG_MAX] = {
	[CG_DP_FROM_CAM] = "cg_from_cam",
	[CG_DP_TO_CAM] = "cg_to_cam",
	[CG_DP_UP] = "cg_up",
	[CG_DP_DOWN] = "cg_down",
	[CG_DP_OUTCOME] = "cg_outcome",
	[CG_DP_CLASS] = "cg_class",
	[CG_DP_GEO] = "cg_geo",
	[CG_DP_KEEP] = "cg_keep",
	[CG_DP_REDIRECT] = "cg_redirect",
	[CG_DP_FINISH] = "cg_finish",
	[CG_DP_SIGN] = "cg_sign",
	[CG_DP_SESSION] = "cg_session",
	[CG_DP_NAMES_UP] = "cg_names_up",
	[CG_DP_NAMES_DOWN] = "cg_names_down",
	[CG_DP_NAMES_TOLD] = "cg_names_told",
	[CG_DP_DISCOVER] = "cg_discover",
	[CG_DP_TO_DEVICE] = "cg_to_device",
	[CG_DP_WHY_UP] = "cg_why_up",
	[CG_DP_WHY_DOWN] = "cg_why_down",
};

void cg_dp_debug(struct cg_datapath *dp, const char *fmt, ...)
{
	/* Programs are loaded by two threads; lines are told one after the other. */
	static pthread_mutex_t telling = PTHREAD_MUTEX_INITIALIZER;
	char line[1100];
	va_list ap;

	if (!dp->debug)
		return;
	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	pthread_mutex_lock(&telling);
	dp->debug(dp->debug_ctx, line);
	pthread_mutex_unlock(&telling);
}

int cg_dp_fail(struct cg_datapath *dp, int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(dp->error, sizeof(dp->error), fmt, ap);
	va_end(ap);
	cg_dp_debug(dp, "%s", dp->error);
	return err;
}

int cg_dp_pin_path(const struct cg_datapath *dp, const char *name, char *buf, size_t n)
{
	return snprintf(buf, n, "%s/%s", dp->pin_dir, name) < (int)n ? 0 : -ENAMETOOLONG;
}

/* The folder on a bpffs; mounts one on its parent where there is none. */
static int pin_dir_make(struct cg_datapath *dp)
{
	_cleanup_free_ char *parent = strdup(dp->pin_dir);
	struct statfs fs;
	char *slash;

	if (!parent)
		return -ENOMEM;
	slash = strrchr(parent, '/');
	if (!slash || slash == parent)
		return cg_dp_fail(dp, -EINVAL, "pin folder '%s' has no parent", dp->pin_dir);
	*slash = '\0';
	if (mkdir(parent, 0755) && errno != EEXIST)
		return cg_dp_fail(dp, -errno, "%s: %s", parent, strerror(errno));
	if (statfs(parent, &fs))
		return cg_dp_fail(dp, -errno, "%s: %s", parent, strerror(errno));
	if ((unsigned long)fs.f_type != BPF_FS_MAGIC && mount("bpf", parent, "bpf", 0, "mode=0755"))
		return cg_dp_fail(dp, -errno, "%s: no bpffs there, mounting one failed: %s", parent,
				  strerror(errno));
	if (mkdir(dp->pin_dir, 0700) && errno != EEXIST)
		return cg_dp_fail(dp, -errno, "%s: %s", dp->pin_dir, strerror(errno));
	return 0;
}

void cg_dp_fds_close(int *fds, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		cg_closep(&fds[i]);
		fds[i] = -1;
	}
}

/* Every map that is pinned; -ENOENT if one is missing. */
static int maps_get(struct cg_datapath *dp)
{
	char path[512];

	for (int i = 0; i < __CG_DP_MAP_MAX; i++) {
		int r = cg_dp_pin_path(dp, cg_dp_map_names[i], path, sizeof(path));

		if (r)
			return r;
		dp->map[i] = bpf_obj_get(path);
		if (dp->map[i] < 0)
			return -errno;
	}
	return 0;
}

static int progs_get(struct cg_datapath *dp)
{
	char path[512];

	for (int i = 0; i < CG_DP_PINNED; i++) {
		int r = cg_dp_pin_path(dp, cg_dp_prog_names[i], path, sizeof(path));

		if (r)
			return r;
		dp->prog[i] = bpf_obj_get(path);
		if (dp->prog[i] < 0)
			return -errno;
	}
	return 0;
}

static int prog_ids_read(struct cg_datapath *dp)
{
	for (int i = 0; i < 2; i++) {
		struct bpf_prog_info info = { 0 };
		uint32_t len = sizeof(info);

		if (bpf_obj_get_info_by_fd(dp->prog[i], &info, &len))
			return cg_dp_fail(dp, -errno, "%s: no information: %s", cg_dp_prog_names[i],
					  strerror(errno));
		dp->prog_id[i] = info.id;
	}
	return 0;
}

/* What must outlive a change of map layout or size. */
struct kept {
	struct cg_name *names;
	struct cg_exposure *exposure;
	struct cg_port *ports;
	uint32_t *port_ifs;
	size_t nslots, nports;
	uint32_t mark; /* that a guard looks for; 0: none does */
	uint32_t tap;  /* CG_META_TAP, CG_META_PROBATION */
	uint32_t geo;  /* which table of countries; its tries are pinned */
	struct cg_geoinfo geoinfo;
	int copied[__CG_DP_MAP_MAX]; /* maps that are copied whole; -1 = not one */
};

static void kept_free(struct kept *k)
{
	free(k->names);
	free(k->exposure);
	free(k->ports);
	free(k->port_ifs);
	cg_dp_fds_close(k->copied, __CG_DP_MAP_MAX);
}

/* What is in it is copied when the map that takes its place is there. */
static int keep_map(const struct cg_datapath *dp, struct kept *k, int map)
{
	if (dp->map[map] < 0)
		return 0;
	k->copied[map] = fcntl(dp->map[map], F_DUPFD_CLOEXEC, 3);
	return k->copied[map] < 0 ? -errno : 0;
}

static int keep(struct cg_datapath *dp, struct kept *k)
{
	static const enum cg_dp_map whole[] = { CG_DP_SESSIONS, CG_DP_SUMS,    CG_DP_VIEWERS,
						CG_DP_RING,	CG_DP_SETTLED, CG_DP_TAPPED,
						CG_DP_DEVICES,	CG_DP_CROWD };
	uint32_t next, *prev = NULL;
	int r = 0;

	k->nslots = dp->meta->slots;
	k->mark = dp->meta->flags & CG_META_GUARD ? dp->meta->mark : 0;
	k->tap = dp->meta->flags & (CG_META_TAP | CG_META_PROBATION);
	k->geo = dp->meta->geo;
	if (bpf_map_lookup_elem(dp->map[CG_DP_GEOINFO], &k->geo, &k->geoinfo))
		return -errno;
	k->names = calloc(k->nslots, sizeof(*k->names));
	k->exposure = calloc(k->nslots, sizeof(*k->exposure));
	k->ports = calloc(CG_MAX_IFS, sizeof(*k->ports));
	k->port_ifs = calloc(CG_MAX_IFS, sizeof(*k->port_ifs));
	if (!k->names || !k->exposure || !k->ports || !k->port_ifs)
		return -ENOMEM;
	for (uint32_t i = 0; i < k->nslots; i++)
		if (bpf_map_lookup_elem(dp->map[CG_DP_NAMES], &i, &k->names[i]) ||
		    bpf_map_lookup_elem(dp->map[CG_DP_EXPOSURE], &i, &k->exposure[i]))
			return -errno;
	while (k->nports < CG_MAX_IFS && !bpf_map_get_next_key(dp->map[CG_DP_PORTS], prev, &next)) {
		k->port_ifs[k->nports] = next;
		if (!bpf_map_lookup_elem(dp->map[CG_DP_PORTS], &next, &k->ports[k->nports]))
			k->nports++;
		prev = &k->port_ifs[k->nports ? k->nports - 1 : 0];
	}
	for (int i = CG_DP_LEARNED; !r && i <= CG_DP_DNS; i++)
		r = keep_map(dp, k, i);
	for (size_t i = 0; !r && i < sizeof(whole) / sizeof(*whole); i++)
		r = keep_map(dp, k, whole[i]);
	return r;
}

static int restore(struct cg_datapath *dp, const struct kept *k)
{
	int r;

	dp->meta->mark = k->mark;
	dp->meta->flags = (k->mark ? CG_META_GUARD : 0) | k->tap;
	for (uint32_t i = 0; i < k->nslots && i < dp->slots; i++)
		if (bpf_map_update_elem(dp->map[CG_DP_NAMES], &i, &k->names[i], BPF_ANY) ||
		    bpf_map_update_elem(dp->map[CG_DP_EXPOSURE], &i, &k->exposure[i], BPF_ANY))
			return -errno;
	for (size_t i = 0; i < k->nports; i++)
		if (bpf_map_update_elem(dp->map[CG_DP_PORTS], &k->port_ifs[i], &k->ports[i],
					BPF_ANY))
			return -errno;
	r = cg_dp_names_copy(k->copied, dp->map);
	if (!r)
		r = cg_dp_sessions_copy(k->copied, dp->map);
	if (!r)
		r = cg_dp_geo_restore(dp, k->geo, &k->geoinfo);
	return r ? r : cg_dp_devices_copy(k->copied, dp->map);
}

static uint32_t room_for(uint32_t cameras)
{
	uint32_t n = CG_MIN_SLOTS;

	while (n < cameras && n < CG_MAX_CAMERAS)
		n *= 2;
	return n;
}

static bool pinned(const struct cg_datapath *dp, enum cg_dp_prog prog)
{
	char path[512];

	return !cg_dp_pin_path(dp, cg_dp_prog_names[prog], path, sizeof(path)) &&
	       !access(path, F_OK);
}

/* Uses what is pinned as far as it fits. *ret_have: maps are there and fit;
 * *ret_fresh: nothing is there. */
static int take_over(struct cg_datapath *dp, uint32_t slots, const char *build, bool *ret_have,
		     bool *ret_fresh, struct kept *kept)
{
	int r = maps_get(dp);

	*ret_have = false;
	/* Pins of a version that had fewer maps enforce, too, and so does what an agent left
	 * that was killed while it moved its pins. */
	*ret_fresh = r == -ENOENT && dp->map[CG_DP_META] < 0 && !pinned(dp, CG_DP_FROM_CAM);
	if (r == -ENOENT) {
		cg_dp_fds_close(dp->map, __CG_DP_MAP_MAX);
		return 0;
	}
	if (r)
		return cg_dp_fail(dp, r, "%s: %s", dp->pin_dir, strerror(-r));
	r = cg_dp_meta_map(dp);
	if (r)
		return r;
	if (dp->meta->abi_version != CG_BPF_ABI_VERSION) {
		cg_dp_debug(dp, "pinned maps are of version %u, this is %u: made anew",
			    dp->meta->abi_version, CG_BPF_ABI_VERSION);
	} else if (dp->meta->slots < slots) {
		cg_dp_debug(dp, "pinned maps have room for %u cameras, %u are wanted: made anew",
			    dp->meta->slots, slots);
		r = keep(dp, kept);
	} else {
		*ret_have = true;
		dp->slots = dp->meta->slots;
		dp->taken_over = !memcmp(dp->meta->build, build, sizeof(dp->meta->build)) &&
				 !progs_get(dp);
		if (!dp->taken_over)
			cg_dp_fds_close(dp->prog, __CG_DP_PROG_MAX);
		return 0;
	}
	cg_dp_memory_unmap(dp);
	cg_dp_fds_close(dp->map, __CG_DP_MAP_MAX);
	return r;
}

static int grace_open(struct cg_datapath *dp)
{
	dp->grace_fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "cg_grace_in", sizeof(uint32_t),
				      sizeof(uint32_t), 1, NULL);
	return dp->grace_fd < 0 ? cg_dp_fail(dp, -errno, "cg_grace: %s", strerror(errno)) : 0;
}

int cg_dp_grace(struct cg_datapath *dp)
{
	uint32_t zero = 0;

	return bpf_map_update_elem(dp->map[CG_DP_GRACE], &zero, &dp->grace_fd, BPF_ANY) ? -errno :
											  0;
}

/* The coarse clock goes by the kernel's ticks (kernel/time/posix-timers.c). */
static uint32_t ticks_of_second(void)
{
	struct timespec tick;
	long n;

	if (clock_getres(CLOCK_MONOTONIC_COARSE, &tick) || tick.tv_sec || !tick.tv_nsec)
		return CG_FAST_TICKS_MIN;
	n = 1000000000L / tick.tv_nsec;
	return n < CG_FAST_TICKS_MIN ? CG_FAST_TICKS_MIN :
	       n > CG_FAST_TICKS_MAX ? CG_FAST_TICKS_MAX :
				       n;
}

static int open_all(struct cg_datapath *dp, uint32_t slots)
{
	_cleanup_(kept_free) struct kept kept = { 0 };
	char build[sizeof(dp->meta->build)];
	bool have, fresh;
	int r;

	memset(kept.copied, 0xff, sizeof(kept.copied));
	cg_dp_build_id(build);
	r = pin_dir_make(dp);
	if (!r)
		r = take_over(dp, slots, build, &have, &fresh, &kept);
	if (r)
		return r;
	if (!have)
		dp->slots = room_for(slots);
	if (!dp->taken_over) {
		/* Where nothing enforces yet every moment counts. */
		r = cg_dp_load(dp, have, fresh);
		if (!r && !have)
			r = cg_dp_meta_map(dp);
		if (!r && !have) {
			dp->meta->abi_version = CG_BPF_ABI_VERSION;
			dp->meta->slots = dp->slots;
			dp->meta->fast_mask = dp->slots * CG_FAST_PER_SLOT - 1;
			dp->meta->fast_ticks = ticks_of_second();
			/* The pins stay with what runs until a policy is in these. */
			dp->pins_wait = true;
			r = restore(dp, &kept);
		}
		if (!r)
			r = cg_dp_tap_apply(dp);
		if (!r && have)
			r = cg_dp_pin(dp);
		if (!r)
			memcpy(dp->meta->build, build, sizeof(build));
	}
	if (!r)
		r = cg_dp_memory_map(dp);
	if (!r)
		r = prog_ids_read(dp);
	if (!r)
		r = grace_open(dp);
	if (!r)
		r = cg_dp_policy_load(dp);
	if (!r)
		r = cg_dp_nets_load(dp);
	if (!r)
		r = cg_dp_events_open(dp);
	if (!r)
		r = cg_dp_heard_open(dp);
	return r;
}

int cg_datapath_open(const struct cg_datapath_opts *opts, struct cg_datapath **ret_dp)
{
	static const struct rlimit no_limit = { RLIM_INFINITY, RLIM_INFINITY };
	struct cg_datapath *dp = calloc(1, sizeof(*dp));
	int r;

	if (!dp)
		return -ENOMEM;
	dp->grace_fd = -1;
	memset(dp->map, 0xff, sizeof(dp->map));
	memset(dp->prog, 0xff, sizeof(dp->prog));
	dp->debug = opts->debug;
	dp->debug_ctx = opts->ctx;
	if (opts->object) {
		dp->object = *opts->object;
		opts->object->bytes = NULL;
	}
	dp->pin_dir = strdup(opts->pin_dir);
	if (!dp->pin_dir) {
		cg_object_free(&dp->object);
		free(dp);
		return -ENOMEM;
	}
	/* Kernels before 5.11 charge maps to this limit; newer ones to the cgroup. */
	(void)setrlimit(RLIMIT_MEMLOCK, &no_limit);
	r = open_all(dp, opts->slots);
	if (r) {
		if (opts->debug && !*dp->error)
			cg_dp_debug(dp, "packet path: %s", strerror(-r));
		cg_datapath_close(&dp);
		return r;
	}
	*ret_dp = dp;
	return 0;
}

void cg_datapath_close(struct cg_datapath **dp)
{
	struct cg_datapath *d = *dp;

	if (!d)
		return;
	cg_dp_events_close(d);
	cg_dp_heard_close(d);
	cg_dp_memory_unmap(d);
	cg_dp_fds_close(d->map, __CG_DP_MAP_MAX);
	cg_dp_fds_close(d->prog, __CG_DP_PROG_MAX);
	cg_closep(&d->grace_fd);
	cg_mapset_free(&d->set);
	cg_object_free(&d->object);
	free(d->nets);
	free(d->ifs);
	free(d->pin_dir);
	free(d);
	*dp = NULL;
}

const char *cg_datapath_strerror(const struct cg_datapath *dp)
{
	return dp ? dp->error : "";
}

bool cg_datapath_taken_over(const struct cg_datapath *dp)
{
	return dp->taken_over;
}

uint32_t cg_datapath_slots(const struct cg_datapath *dp)
{
	return dp->slots;
}

uint32_t cg_datapath_generation(const struct cg_datapath *dp)
{
	return __atomic_load_n(&dp->meta->generation, __ATOMIC_ACQUIRE);
}

struct cg_meta *cg_datapath_meta(struct cg_datapath *dp)
{
	return dp->meta;
}

struct cg_exposure *cg_datapath_exposure(struct cg_datapath *dp)
{
	return dp->exposure;
}

void cg_datapath_off(struct cg_datapath *dp, uint64_t until_ns)
{
	cg_store64((uint64_t *)&dp->meta->off_until_ns, until_ns);
	/* From now on no verdict holds that was kept before. */
	__atomic_add_fetch((uint32_t *)&dp->meta->exposed, 1, __ATOMIC_SEQ_CST);
}
