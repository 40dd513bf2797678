/* SPDX-License-Identifier: GPL-2.0-only */
/* Tables of countries of geomap.h in memory: the one in force. */
#include <errno.h>
#include <string.h>
#include <time.h>
#include "../../agent/kern/geomap.h"
#include "fake.h"

#define FAKE_PREFIXES 16

static struct {
	struct cg_geo_entry4 v4[FAKE_PREFIXES];
	size_t n4;
} geo;

int cg_geo_tries_make(const struct cg_geo_table *table, const bool *stop,
		      struct cg_geo_tries *ret_tries)
{
	const struct timespec ms = { .tv_nsec = 1000000 };

	(void)table;
	*ret_tries = (struct cg_geo_tries){ -1, -1 };
	__atomic_add_fetch(&fake_kernel.geo_readings, 1, __ATOMIC_SEQ_CST);
	for (int i = 0; i < FAKE_HOLD_MS; i++) {
		if (stop && __atomic_load_n(stop, __ATOMIC_RELAXED))
			return -ECANCELED;
		if (!__atomic_load_n(&fake_kernel.geo_held, __ATOMIC_SEQ_CST))
			return 0;
		nanosleep(&ms, NULL);
	}
	return 0;
}

void cg_geo_tries_close(struct cg_geo_tries *tries)
{
	(void)tries;
}

int cg_datapath_geo_apply(struct cg_datapath *dp, const struct cg_geo_table *table,
			  const struct cg_geo_tries *tries, int64_t now_s)
{
	int r = fake_call("geo_apply");

	(void)dp;
	(void)tries;
	if (r)
		return r;
	memset(&fake_kernel.geo, 0, sizeof(fake_kernel.geo));
	memset(&geo, 0, sizeof(geo));
	fake_kernel.geo_applied++;
	fake_kernel.has_geo = table != NULL;
	if (!table)
		return 0;
	fake_kernel.geo = table->info;
	fake_kernel.geo.loaded_s = (uint64_t)now_s;
	geo.n4 = table->n4 < FAKE_PREFIXES ? table->n4 : FAKE_PREFIXES;
	memcpy(geo.v4, table->v4, geo.n4 * sizeof(geo.v4[0]));
	return 0;
}

int cg_datapath_geo_read(struct cg_datapath *dp, struct cg_geoinfo *ret_info)
{
	int r = fake_call("geo_read");

	(void)dp;
	if (!r && !fake_kernel.has_geo)
		return -ENOENT;
	if (!r)
		*ret_info = fake_kernel.geo;
	return r;
}

int cg_datapath_geo_find(struct cg_datapath *dp, const struct cg_addr *addr, struct cg_geo *ret_geo)
{
	int r = fake_call("geo_find");

	(void)dp;
	memset(ret_geo, 0, sizeof(*ret_geo));
	for (size_t i = 0; !r && cg_addr_is_v4(addr) && i < geo.n4; i++)
		if (!memcmp(geo.v4[i].key.addr, addr->b + 12, geo.v4[i].key.prefixlen / 8))
			*ret_geo = geo.v4[i].value;
	return r;
}
