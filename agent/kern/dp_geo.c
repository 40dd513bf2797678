/* SPDX-License-Identifier: GPL-2.0-only */
/* Countries and networks: a trie a family, written beside the one in force, named by one word. */
#include "dp.h"
#include "geomap.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>
#include "put.h"

#define BATCH	 4096
#define FAMILIES 2

/* A trie of ours, by its outer map. */
static const struct family {
	enum cg_dp_map outer;
	const char *pin;
} families[FAMILIES] = {
	{ CG_DP_GEO4, "cg_geo4_%u" },
	{ CG_DP_GEO6, "cg_geo6_%u" },
};

static int pin_path(const struct cg_datapath *dp, const struct family *f, uint32_t place, char *buf,
		    size_t n)
{
	char name[32];

	(void)snprintf(name, sizeof(name), f->pin, place);
	return cg_dp_pin_path(dp, name, buf, n);
}

/* Entries as one long row of keys and one of values; what a batch does not take goes one by
 * one (kernels before 5.6, and those whose small store is empty). */
static int fill(int fd, const char *keys, size_t key_size, const struct cg_geo *values, size_t n,
		const bool *stop)
{
	for (size_t done = 0; done < n; done += BATCH) {
		size_t part = n - done < BATCH ? n - done : BATCH;
		uint32_t count = (uint32_t)part;

		if (stop && __atomic_load_n(stop, __ATOMIC_RELAXED))
			return -ECANCELED;
		if (!bpf_map_update_batch(fd, keys + done * key_size, values + done, &count, NULL))
			continue;
		for (size_t i = 0; i < part; i++) {
			int r = cg_put(fd, keys + (done + i) * key_size, values + done + i,
				       BPF_ANY);

			if (r)
				return r;
		}
	}
	return 0;
}

/* Each sixteenth is read back: what would be wrong is the form of all. */
static int check(int fd, const char *keys, size_t key_size, const struct cg_geo *values, size_t n)
{
	struct cg_geo back;

	for (size_t i = 0; i < n; i += 16)
		if (bpf_map_lookup_elem(fd, keys + i * key_size, &back) ||
		    memcmp(&back, &values[i], sizeof(back)))
			return -EIO;
	return 0;
}

static int make(const char *name, const char *keys, size_t key_size, const struct cg_geo *values,
		size_t n, const bool *stop)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = BPF_F_NO_PREALLOC);
	_cleanup_close_ int fd = bpf_map_create(BPF_MAP_TYPE_LPM_TRIE, name, (uint32_t)key_size,
						sizeof(struct cg_geo), CG_MAX_GEO, &opts);
	int r;

	if (fd < 0)
		return -errno;
	r = fill(fd, keys, key_size, values, n, stop);
	if (!r)
		r = check(fd, keys, key_size, values, n);
	return r ? r : TAKE_FD(fd);
}

/* Keys and values apart, which is what a batch takes. */
#define MAKE(name, v, n, stop)                                                                 \
	({                                                                                     \
		_cleanup_free_ char *_keys = malloc(((n) + 1) * sizeof((v)->key));             \
		_cleanup_free_ struct cg_geo *_values = calloc((n) + 1, sizeof(*_values));     \
		int _r = -ENOMEM;                                                              \
                                                                                               \
		for (size_t _i = 0; _keys && _values && _i < (n); _i++) {                      \
			memcpy(_keys + _i * sizeof((v)->key), &(v)[_i].key, sizeof((v)->key)); \
			_values[_i] = (v)[_i].value;                                           \
		}                                                                              \
		if (_keys && _values)                                                          \
			_r = make(name, _keys, sizeof((v)->key), _values, n, stop);            \
		_r;                                                                            \
	})

int cg_geo_tries_make(const struct cg_geo_table *table, const bool *stop,
		      struct cg_geo_tries *ret_tries)
{
	_cleanup_close_ int v4 = MAKE("cg_geo4_in", table->v4, table->n4, stop);
	_cleanup_close_ int v6 = v4 < 0 ? -1 : MAKE("cg_geo6_in", table->v6, table->n6, stop);

	if (v4 < 0 || v6 < 0)
		return v4 < 0 ? v4 : v6;
	ret_tries->v4 = TAKE_FD(v4);
	ret_tries->v6 = TAKE_FD(v6);
	return 0;
}

void cg_geo_tries_close(struct cg_geo_tries *tries)
{
	if (tries->v4 >= 0)
		close(tries->v4);
	if (tries->v6 >= 0)
		close(tries->v6);
	tries->v4 = tries->v6 = -1;
}

/* Nobody looks there any more, or not yet. */
static void place_clear(struct cg_datapath *dp, uint32_t place)
{
	static const struct cg_geoinfo nothing;
	char path[512];

	for (size_t i = 0; i < FAMILIES; i++) {
		(void)bpf_map_delete_elem(dp->map[families[i].outer], &place);
		if (!pin_path(dp, &families[i], place, path, sizeof(path)))
			(void)unlink(path);
	}
	(void)bpf_map_update_elem(dp->map[CG_DP_GEOINFO], &place, &nothing, BPF_ANY);
}

/* The pins are for the next agent, which may not ask for maps by number. */
static int place_write(struct cg_datapath *dp, uint32_t place, const int fd[FAMILIES],
		       const struct cg_geoinfo *info)
{
	char path[512];

	place_clear(dp, place);
	for (size_t i = 0; i < FAMILIES; i++) {
		int r = pin_path(dp, &families[i], place, path, sizeof(path));

		if (r)
			return r;
		if (bpf_obj_pin(fd[i], path))
			return cg_dp_fail(dp, -errno, "%s: pin: %s", path, strerror(errno));
		if (bpf_map_update_elem(dp->map[families[i].outer], &place, &fd[i], BPF_ANY))
			return cg_dp_fail(dp, -errno, "%s: %s", cg_dp_map_names[families[i].outer],
					  strerror(errno));
	}
	if (bpf_map_update_elem(dp->map[CG_DP_GEOINFO], &place, info, BPF_ANY))
		return cg_dp_fail(dp, -errno, "cg_geoinfo: %s", strerror(errno));
	return 0;
}

static uint32_t in_force(const struct cg_datapath *dp)
{
	return __atomic_load_n(&dp->meta->geo, __ATOMIC_ACQUIRE);
}

static void flip(struct cg_datapath *dp, uint32_t place)
{
	__atomic_store_n(&dp->meta->geo, place, __ATOMIC_RELEASE);
	/* From now on every flow looks again, those with a kept verdict too. */
	__atomic_add_fetch(&dp->meta->epoch, 1, __ATOMIC_SEQ_CST);
}

int cg_datapath_geo_apply(struct cg_datapath *dp, const struct cg_geo_table *table,
			  const struct cg_geo_tries *tries, int64_t now_s)
{
	uint32_t was = in_force(dp), place = was == CG_GEO_FIRST ? CG_GEO_FIRST + 1 : CG_GEO_FIRST;
	struct cg_geoinfo info;
	int r = 0;

	if (!table) {
		if (was == CG_GEO_NONE)
			return 0;
		flip(dp, CG_GEO_NONE);
		r = cg_dp_grace(dp);
		place_clear(dp, was);
		return r;
	}
	info = table->info;
	info.loaded_s = (uint64_t)now_s;
	r = place_write(dp, place, (const int[FAMILIES]){ tries->v4, tries->v6 }, &info);
	if (r) {
		place_clear(dp, place);
		return r;
	}
	flip(dp, place);
	/* In force from here. The kernel keeps a trie for who still looks into it. */
	if (was != CG_GEO_NONE && !cg_dp_grace(dp))
		place_clear(dp, was);
	return 0;
}

int cg_datapath_geo_read(struct cg_datapath *dp, struct cg_geoinfo *ret_info)
{
	uint32_t place = in_force(dp);

	if (place == CG_GEO_NONE)
		return -ENOENT;
	return bpf_map_lookup_elem(dp->map[CG_DP_GEOINFO], &place, ret_info) ? -errno : 0;
}

int cg_datapath_geo_find(struct cg_datapath *dp, const struct cg_addr *addr, struct cg_geo *ret_geo)
{
	struct cg_geo4_key k4 = { .prefixlen = 32 };
	struct cg_geo6_key k6 = { .prefixlen = 128 };
	bool v4 = cg_addr_is_v4(addr);
	_cleanup_close_ int fd = -1;
	char path[512];
	int r;

	memset(ret_geo, 0, sizeof(*ret_geo));
	if (in_force(dp) == CG_GEO_NONE)
		return 0;
	r = pin_path(dp, &families[v4 ? 0 : 1], in_force(dp), path, sizeof(path));
	if (r)
		return r;
	fd = bpf_obj_get(path);
	if (fd < 0)
		return -errno;
	memcpy(k4.addr, addr->b + 12, sizeof(k4.addr));
	memcpy(k6.addr, addr->b, sizeof(k6.addr));
	if (bpf_map_lookup_elem(fd, v4 ? (const void *)&k4 : (const void *)&k6, ret_geo))
		memset(ret_geo, 0, sizeof(*ret_geo));
	return 0;
}

int cg_dp_geo_restore(struct cg_datapath *dp, uint32_t place, const struct cg_geoinfo *info)
{
	char path[512];

	if (place == CG_GEO_NONE)
		return 0;
	for (size_t i = 0; i < FAMILIES; i++) {
		_cleanup_close_ int fd = -1;
		int r = pin_path(dp, &families[i], place, path, sizeof(path));

		if (r)
			return r;
		fd = bpf_obj_get(path);
		if (fd < 0)
			return -errno;
		if (bpf_map_update_elem(dp->map[families[i].outer], &place, &fd, BPF_ANY))
			return -errno;
	}
	if (bpf_map_update_elem(dp->map[CG_DP_GEOINFO], &place, info, BPF_ANY))
		return -errno;
	__atomic_store_n(&dp->meta->geo, place, __ATOMIC_RELEASE);
	return 0;
}
