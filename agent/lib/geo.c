/* SPDX-License-Identifier: GPL-2.0-only */
/* A walk through two trees at once; what both halves of a prefix say alike is said of the whole. */
#include "geo.h"

#include <errno.h>
#include <string.h>
#include "addr.h"

#ifdef CG_HAVE_MAXMINDDB

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include "geo_meta.h"
#include "geo_record.h"
#include "told.h"

/* Records that were looked into; leaves share them, a country's all the same. */
#define CACHE 4096

enum tree_kind {
	COUNTRY,
	NETWORK,
	NTREES,
};

/* A place in a tree: a node, or the leaf that everything below shares. */
struct spot {
	bool is_node;
	uint32_t value; /* the node's number, or what the leaf says; 0 = nothing */
};

struct tree {
	bool open;
	enum tree_kind kind;
	MMDB_s db;
	struct spot root4, root6;
	uint64_t known; /* leaves that say something */
	struct {
		uint32_t offset, value; /* offset + 1; 0 = empty */
	} cache[CACHE];
};

/* What a whole prefix says, or that its parts differ and have been written. */
struct said {
	bool mixed;
	struct cg_geo value;
};

struct walk {
	struct tree tree[NTREES];
	const struct cg_places *want;
	const bool *stop; /* another thread sets it; NULL: nobody does */
	bool special;	  /* ranges that are in no country are wanted */
	int deepest;	  /* bits of the longest of them */
	struct cg_geo_table *table;
	size_t room4, room6;
	bool v6;
	uint64_t steps;
	uint8_t addr[16];
	int err;
};

/* ---- records ---- */

static uint32_t record_value(struct tree *t, MMDB_entry_s *entry)
{
	uint32_t at = entry->offset % CACHE;

	if (t->cache[at].offset != entry->offset + 1) {
		t->cache[at].value = t->kind == COUNTRY ? cg_geo_country(entry) :
							  cg_geo_network(entry);
		t->cache[at].offset = entry->offset + 1;
	}
	return t->cache[at].value;
}

/* ---- the tree ---- */

/* What stands where a tree has nothing. */
static uint32_t nothing(const struct walk *w, enum tree_kind kind)
{
	return kind == COUNTRY && w->tree[COUNTRY].open &&
			       cg_places_has_country(w->want, CG_COUNTRY_UNKNOWN) ?
		       CG_COUNTRY_UNKNOWN :
		       0;
}

static int child(struct walk *w, struct tree *t, struct spot at, int right, struct spot *ret)
{
	MMDB_search_node_s node;
	uint8_t type;

	if (!at.is_node) {
		*ret = at;
		return 0;
	}
	if (MMDB_read_node(&t->db, at.value, &node) != MMDB_SUCCESS)
		return -EBADMSG;
	type = right ? node.right_record_type : node.left_record_type;
	*ret = (struct spot){ 0 };
	switch (type) {
	case MMDB_RECORD_TYPE_SEARCH_NODE:
		ret->is_node = true;
		ret->value = (uint32_t)(right ? node.right_record : node.left_record);
		return 0;
	case MMDB_RECORD_TYPE_EMPTY:
		ret->value = nothing(w, t->kind);
		return 0;
	case MMDB_RECORD_TYPE_DATA:
		ret->value =
			record_value(t, right ? &node.right_record_entry : &node.left_record_entry);
		t->known += ret->value != 0;
		if (!ret->value) {
			ret->value = nothing(w, t->kind);
			return 0;
		}
		/* Others are nowhere, as what is not there. */
		if (t->kind == COUNTRY ? !cg_places_has_country(w->want, (uint16_t)ret->value) :
					 !cg_places_has_network(w->want, ret->value))
			ret->value = 0;
		return 0;
	default:
		return -EBADMSG;
	}
}

/* Where IPv4 begins: the root, or ::/96. */
static int roots_find(struct walk *w, struct tree *t)
{
	struct spot at = { .is_node = true };
	int r = 0;

	t->root6 = at;
	if (t->db.metadata.ip_version == 4)
		t->root6 = (struct spot){ .value = nothing(w, t->kind) };
	else
		for (int i = 0; !r && i < 96; i++)
			r = child(w, t, at, 0, &at);
	t->root4 = at;
	return r;
}

/* ---- prefixes ---- */

static bool same(const struct cg_geo *a, const struct cg_geo *b)
{
	return a->country == b->country && a->network == b->network;
}

/* One more; *v grows as a power of two. NULL: no memory, or too many. */
static void *place(struct walk *w, void **v, size_t n, size_t *room, size_t size)
{
	if (n == CG_MAX_GEO) {
		w->err = -E2BIG;
		return NULL;
	}
	if (n == *room) {
		size_t more = *room ? 2 * *room : 1024;
		void *p = reallocarray(*v, more, size);

		if (!p) {
			w->err = -ENOMEM;
			return NULL;
		}
		*v = p;
		*room = more;
	}
	return (char *)*v + n * size;
}

static void emit(struct walk *w, int depth, const struct cg_geo *value)
{
	struct cg_geo_table *t = w->table;

	if (!value->country && !value->network)
		return;
	if (w->v6) {
		struct cg_geo_entry6 *e =
			place(w, (void **)&t->v6, t->n6, &w->room6, sizeof(*t->v6));

		if (!e)
			return;
		e->key.prefixlen = (uint32_t)depth;
		memcpy(e->key.addr, w->addr, sizeof(e->key.addr));
		e->value = *value;
		t->n6++;
	} else {
		struct cg_geo_entry4 *e =
			place(w, (void **)&t->v4, t->n4, &w->room4, sizeof(*t->v4));

		if (!e)
			return;
		e->key.prefixlen = (uint32_t)depth;
		memcpy(e->key.addr, w->addr, sizeof(e->key.addr));
		e->value = *value;
		t->n4++;
	}
}

/* What is looked up by the IPv4 address inside, or not at all. */
static const struct inside {
	uint8_t addr[16];
	int depth;
	bool nowhere;
} INSIDE[] = {
	{ { 0 }, 96, true },
	{ { [10] = 0xff, [11] = 0xff }, 96, false },
	{ { 0x00, 0x64, 0xff, 0x9b }, 96, false },
	{ { 0x20, 0x02 }, 16, false },
	{ { 0x20, 0x01 }, 32, true },
};
#define NINSIDE (sizeof(INSIDE) / sizeof(INSIDE[0]))

static bool is_inside(const struct walk *w, int depth, struct said *ret)
{
	for (size_t i = 0; i < NINSIDE; i++) {
		if (depth != INSIDE[i].depth || memcmp(w->addr, INSIDE[i].addr, sizeof(w->addr)))
			continue;
		*ret = (struct said){ 0 };
		if (INSIDE[i].nowhere)
			ret->value.country = (uint16_t)nothing(w, COUNTRY);
		return true;
	}
	return false;
}

/* Does the prefix at depth cover addr/len, which is longer? */
static bool covers(const uint8_t *at, int depth, const uint8_t *addr, int len)
{
	int bytes = depth / 8, bits = depth % 8;

	return depth < len && !memcmp(at, addr, (size_t)bytes) &&
	       (!bits || !((at[bytes] ^ addr[bytes]) >> (8 - bits)));
}

/* Does the prefix cover one of those? */
static bool holds_inside(const struct walk *w, int depth)
{
	for (size_t i = 0; i < NINSIDE; i++)
		if (covers(w->addr, depth, INSIDE[i].addr, INSIDE[i].depth))
			return true;
	return false;
}

/* A range that is in no country, and where it begins within the family's address. */
static const struct cg_place_range *range_next(const struct walk *w, size_t *at, int *ret_len,
					       const uint8_t **ret_addr)
{
	size_t n;
	const struct cg_place_range *r = cg_place_ranges(&n);

	while (*at < n) {
		const struct cg_place_range *one = &r[(*at)++];
		struct cg_addr addr;

		memcpy(addr.b, one->addr, sizeof(addr.b));
		if (cg_addr_is_v4(&addr) == w->v6)
			continue;
		*ret_len = w->v6 ? one->len : one->len - 96;
		*ret_addr = one->addr + (w->v6 ? 0 : 12);
		return one;
	}
	return NULL;
}

static bool is_special(const struct walk *w, int depth, struct said *ret)
{
	const struct cg_place_range *r;
	const uint8_t *addr;
	size_t at = 0;
	int len;

	if (depth > w->deepest)
		return false;
	while ((r = range_next(w, &at, &len, &addr))) {
		if (depth != len || memcmp(w->addr, addr, w->v6 ? 16 : 4))
			continue;
		*ret = (struct said){ 0 };
		if (cg_places_has_country(w->want, r->country))
			ret->value.country = r->country;
		return true;
	}
	return false;
}

static bool holds_special(const struct walk *w, int depth)
{
	const uint8_t *addr;
	size_t at = 0;
	int len;

	if (depth >= w->deepest)
		return false;
	while (range_next(w, &at, &len, &addr))
		if (covers(w->addr, depth, addr, len))
			return true;
	return false;
}

static void turn(struct walk *w, int depth, int right)
{
	uint8_t bit = (uint8_t)(0x80 >> depth % 8);

	w->addr[depth / 8] =
		(uint8_t)(right ? w->addr[depth / 8] | bit : w->addr[depth / 8] & ~bit);
}

/* May a leaf that says the same of all below be taken as it is? */
static bool is_whole(const struct walk *w, uint32_t country, uint32_t network, int depth)
{
	bool says = country || network;

	if (!says && !w->special)
		return true;
	if (w->v6 && says && holds_inside(w, depth))
		return false;
	return !holds_special(w, depth);
}

static struct said walk(struct walk *w, struct spot country, struct spot network, int depth)
{
	struct said half[2] = { 0 }, said;

	if ((w->v6 && is_inside(w, depth, &said)) || is_special(w, depth, &said))
		return said;
	if (!country.is_node && !network.is_node &&
	    is_whole(w, country.value, network.value, depth))
		return (struct said){ .value = { network.value, (uint16_t)country.value, 0 } };
	if (w->stop && __atomic_load_n(w->stop, __ATOMIC_RELAXED))
		w->err = -ECANCELED;
	else if (depth == (w->v6 ? 128 : 32))
		w->err = -EBADMSG;
	else if (++w->steps > CG_MAX_GEO_STEPS)
		w->err = -E2BIG;
	for (int right = 0; right < 2 && !w->err; right++) {
		struct spot c, n;

		w->err = child(w, &w->tree[COUNTRY], country, right, &c);
		if (!w->err)
			w->err = child(w, &w->tree[NETWORK], network, right, &n);
		if (w->err)
			break;
		turn(w, depth, right);
		half[right] = walk(w, c, n, depth + 1);
		turn(w, depth, 0);
	}
	if (w->err || (!half[0].mixed && !half[1].mixed && same(&half[0].value, &half[1].value)))
		return half[0];
	for (int right = 0; right < 2 && !w->err; right++) {
		if (half[right].mixed)
			continue;
		turn(w, depth, right);
		emit(w, depth + 1, &half[right].value);
		turn(w, depth, 0);
	}
	return (struct said){ .mixed = true };
}

static int walk_family(struct walk *w, bool v6)
{
	const uint8_t *addr;
	struct said said;
	size_t at = 0;
	int len;

	w->v6 = v6;
	w->deepest = 0;
	while (range_next(w, &at, &len, &addr))
		if (len > w->deepest)
			w->deepest = len;
	memset(w->addr, 0, sizeof(w->addr));
	said = walk(w, v6 ? w->tree[COUNTRY].root6 : w->tree[COUNTRY].root4,
		    v6 ? w->tree[NETWORK].root6 : w->tree[NETWORK].root4, 0);
	if (!w->err && !said.mixed)
		emit(w, 0, &said.value);
	return w->err;
}

/* ---- files ---- */

static const char *base_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* All of it in memory of its own; -EFBIG, -ENODATA: empty, -EINVAL: no file. */
static int copy_file(const char *path, const bool *stop, int *ret_fd)
{
	_cleanup_close_ int from = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	_cleanup_close_ int to = -1;
	_cleanup_free_ char *buf = malloc(1 << 16);
	struct stat st;
	size_t all = 0;
	ssize_t n = 0;

	if (from < 0)
		return -errno;
	if (!buf)
		return -ENOMEM;
	if (fstat(from, &st))
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	to = memfd_create("camgate-database", MFD_CLOEXEC);
	if (to < 0)
		return -errno;
	while ((n = read(from, buf, 1 << 16)) > 0 || (n < 0 && errno == EINTR)) {
		for (ssize_t done = 0, k; done < n; done += k) {
			k = write(to, buf + done, (size_t)(n - done));
			if (k <= 0)
				return k < 0 ? -errno : -EIO;
		}
		all += n > 0 ? (size_t)n : 0;
		if (stop && __atomic_load_n(stop, __ATOMIC_RELAXED))
			return -ECANCELED;
		if (all > CG_MAX_GEO_BYTES)
			return -EFBIG;
	}
	if (n < 0)
		return -errno;
	if (!all)
		return -ENODATA;
	*ret_fd = TAKE_FD(to);
	return 0;
}

static int refuse(const char *path, const char *what, int err, struct cg_diag *diag)
{
	if (err == -ENOMEM || err == -ECANCELED)
		return err;
	return cg_diag_set(diag, NULL, -EINVAL, "%s: %s", path, what);
}

static int tree_open(struct walk *w, enum tree_kind kind, const char *path, struct cg_diag *diag)
{
	struct tree *t = &w->tree[kind];
	_cleanup_close_ int fd = -1;
	char name[64], text[192];
	int r;

	t->kind = kind;
	if (!path)
		return 0;
	r = copy_file(path, w->stop, &fd);
	if (r)
		return refuse(path,
			      r == -ENODATA ? N_("found an empty file, expected a database") :
			      r == -EFBIG   ? N_("found a larger file than any database is") :
					      strerror(-r),
			      r, diag);
	r = cg_geo_meta_file(fd);
	if (r)
		return refuse(path, N_("no whole database in MaxMind's format; was it cut off?"), r,
			      diag);
	(void)snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	r = MMDB_open(name, MMDB_MODE_MMAP, &t->db);
	if (r == MMDB_OUT_OF_MEMORY_ERROR)
		return -ENOMEM;
	if (r != MMDB_SUCCESS) {
		(void)snprintf(text, sizeof(text),
			       N_("no whole database in MaxMind's format (%s); was it cut off?"),
			       MMDB_strerror(r));
		return refuse(path, text, -EINVAL, diag);
	}
	t->open = true;
	if (roots_find(w, t))
		return refuse(path, N_("a damaged database"), -EINVAL, diag);
	return 0;
}

static void name_file(const struct tree *t, const char *path, char ret_name[static CG_GEO_NAME_LEN],
		      __u64 *ret_built)
{
	if (!t->open)
		return;
	(void)snprintf(ret_name, CG_GEO_NAME_LEN, "%s", base_of(path));
	*ret_built = t->db.metadata.build_epoch ? t->db.metadata.build_epoch : 1;
}

static int walk_all(struct walk *w, const char *const path[NTREES], struct cg_diag *diag)
{
	static const char *const without[NTREES] = {
		[COUNTRY] = N_("a database without a single country, expected one of countries"),
		[NETWORK] =
			N_("a database without a single network (ASN), expected one of networks"),
	};
	struct cg_geoinfo *info = &w->table->info;
	int r = walk_family(w, false);

	if (!r)
		r = walk_family(w, true);
	if (r == -ENOMEM || r == -ECANCELED)
		return r;
	for (int k = 0; k < NTREES; k++)
		if (r && path[k])
			return refuse(path[k],
				      r == -E2BIG ? N_("more prefixes than there is room for") :
						    N_("a damaged database"),
				      -EINVAL, diag);
	for (int k = 0; k < NTREES; k++)
		if (w->tree[k].open && !w->tree[k].known)
			return refuse(path[k], without[k], -EINVAL, diag);
	info->n4 = (uint32_t)w->table->n4;
	info->n6 = (uint32_t)w->table->n6;
	name_file(&w->tree[COUNTRY], path[COUNTRY], info->country_name, &info->country_built);
	name_file(&w->tree[NETWORK], path[NETWORK], info->network_name, &info->network_built);
	_Static_assert(sizeof(info->country) == sizeof(w->want->country) &&
			       sizeof(info->network) == sizeof(w->want->network),
		       "copied");
	memcpy(info->country, w->want->country, sizeof(info->country));
	memcpy(info->network, w->want->network, sizeof(info->network));
	info->nnetwork = (uint32_t)w->want->nnetwork;
	return 0;
}

int cg_geo_read_until(const char *country_path, const char *network_path,
		      const struct cg_places *want, const bool *stop, struct cg_diag *diag,
		      struct cg_geo_table **ret_table)
{
	const char *const path[NTREES] = { country_path, network_path };
	struct walk *w = calloc(1, sizeof(*w));
	int r = -ENOMEM;

	if (!w)
		return r;
	w->want = want;
	w->stop = stop;
	w->special = cg_places_has_country(want, CG_COUNTRY_PRIVATE) ||
		     cg_places_has_country(want, CG_COUNTRY_SHARED);
	w->table = calloc(1, sizeof(*w->table));
	if (w->table)
		r = tree_open(w, COUNTRY, country_path, diag);
	if (!r)
		r = tree_open(w, NETWORK, network_path, diag);
	if (!r)
		r = walk_all(w, path, diag);
	for (int k = 0; k < NTREES; k++)
		if (w->tree[k].open)
			MMDB_close(&w->tree[k].db);
	if (!r)
		*ret_table = TAKE_PTR(w->table);
	cg_geo_free(&w->table);
	free(w);
	return r;
}

#else /* without libmaxminddb: a config that names a database is refused before */

int cg_geo_read_until(const char *country_path, const char *network_path,
		      const struct cg_places *want, const bool *stop, struct cg_diag *diag,
		      struct cg_geo_table **ret_table)
{
	(void)stop;
	(void)country_path;
	(void)network_path;
	(void)want;
	(void)ret_table;
	return cg_diag_set(diag, NULL, -ENOTSUP, "this camgate was built without libmaxminddb");
}

#endif

int cg_geo_read(const char *country_path, const char *network_path, const struct cg_places *want,
		struct cg_diag *diag, struct cg_geo_table **ret_table)
{
	return cg_geo_read_until(country_path, network_path, want, NULL, diag, ret_table);
}

void cg_geo_free(struct cg_geo_table **table)
{
	struct cg_geo_table *t = *table;

	*table = NULL;
	if (!t)
		return;
	free(t->v4);
	free(t->v6);
	free(t);
}
