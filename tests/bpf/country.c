/* SPDX-License-Identifier: GPL-2.0-only */
/* Policies and databases of the tests of countries, by the agent's own code. */
#include <assert.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <arpa/inet.h>
#include "country.h"

#define DIR "build/tests/bpf"

static int map_fd(struct env *e, const char *name)
{
	return bpf_object__find_map_fd_by_name(e->obj, name);
}

struct cg_policy *country_policy(struct env *e, const char *lines)
{
	char path[] = "/tmp/cg-country-XXXXXX";
	struct cg_name names[ENV_SLOTS] = { 0 };
	struct cg_config *config = NULL;
	struct cg_policy *policy = NULL;
	struct cg_mapset *set = NULL;
	struct cg_diag d = { "" };
	int fd = mkstemp(path);

	assert(fd >= 0);
	dprintf(fd,
		"lan = { lo }\ncountry_database = \"/c\"\nnetwork_database = \"/n\"\n"
		"camera \"cam1\" { mac = { \"%02x:%02x:%02x:%02x:%02x:%02x\" }\n%s }\n",
		CAM1[0], CAM1[1], CAM1[2], CAM1[3], CAM1[4], CAM1[5], lines);
	close(fd);
	if (cg_config_read(path, &d, &config) || cg_policy_build(config, &d, &policy))
		env_die(1, "%s", d.text);
	unlink(path);
	cg_config_free(&config);
	strcpy(names[1].id, "cam1");
	if (cg_mapset_build(policy, e->meta->generation, names, ENV_SLOTS, &d, &set))
		env_die(1, "%s", d.text);
	assert(set->ncams == 1 && set->cams[0].value.slot == 1);
	for (size_t i = 0; i < set->nmore; i++)
		assert(!bpf_map_update_elem(e->rulemore, &set->more[i].key, &set->more[i].value,
					    BPF_ANY));
	for (size_t i = 0; i < set->nrules; i++) {
		assert(!bpf_map_update_elem(e->rules, &set->rules[i].key, &set->rules[i].value,
					    BPF_ANY));
		if (!(set->rules[i].key.slot & CG_GEO_SLOT))
			env_rule_known(e, &set->rules[i].key);
	}
	set->cams[0].value.flags |= e->no_signs;
	assert(!bpf_map_update_elem(e->cams, &set->cams[0].key, &set->cams[0].value, BPF_ANY));
	env_fast_clear(e);
	cg_mapset_free(&set);
	return policy;
}

void country_table(struct env *e, const struct cg_geo_table *table)
{
	uint32_t place = e->meta->geo == CG_GEO_FIRST ? CG_GEO_FIRST + 1 : CG_GEO_FIRST;
	struct cg_geo_tries tries = { -1, -1 };
	int r;

	if (!table) {
		e->meta->geo = CG_GEO_NONE;
		e->meta->epoch++;
		return;
	}
	r = cg_geo_tries_make(table, NULL, &tries);
	if (r)
		env_die(1, "tables of countries: %s", strerror(-r));
	if (bpf_map_update_elem(map_fd(e, "cg_geo4"), &place, &tries.v4, BPF_ANY) ||
	    bpf_map_update_elem(map_fd(e, "cg_geo6"), &place, &tries.v6, BPF_ANY))
		env_die(1, "cg_geo4, cg_geo6: %s", strerror(errno));
	cg_geo_tries_close(&tries);
	e->meta->geo = place;
	e->meta->epoch++;
}

static void put(const char *path, const struct mmdb_row *rows, size_t n)
{
	static const struct mmdb_opts opts = { 28, false, true, MMDB_MAXMIND, 1780000000 };
	size_t len;
	uint8_t *bytes = mmdb_make(rows, n, &opts, &len);
	FILE *f = fopen(path, "w");

	if (!f || fwrite(bytes, 1, len, f) != len || fclose(f))
		env_die(1, "%s: %s", path, strerror(errno));
	free(bytes);
}

void country_file(const char *name, const struct mmdb_row *rows, size_t n, char ret_path[256])
{
	snprintf(ret_path, 256, "/tmp/cg-country-%d-%s.mmdb", getpid(), name);
	put(ret_path, rows, n);
}

struct cg_geo_table *country_read(const char *country, const char *network,
				  const struct cg_places *want)
{
	struct cg_geo_table *table = NULL;
	struct cg_diag d = { "" };

	if (cg_geo_read(country, network, want, &d, &table))
		env_die(1, "%s", d.text);
	return table;
}

static uint32_t next(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (uint32_t)(*seed >> 33);
}

void country_full(char ret_path[256])
{
	static const char *const codes[] = { "US", "CN", "DE", "JP", "BR", "IN", "FR", "GB",
					     "RU", "KR", "NL", "SE", "AU", "CA", "IT", "ZA" };
	const size_t n = 500000;
	struct mmdb_row *rows = calloc(n + 2, sizeof(*rows));
	uint64_t seed = 20261127;

	assert(rows);
	for (size_t i = 0; i < n; i++) {
		struct mmdb_row *r = &rows[i];

		r->v4 = i % 2;
		r->len = r->v4 ? (int)(14 + i * 10 / n) : (int)(28 + i * 20 / n);
		r->country = codes[next(&seed) % 16];
		for (int k = 0; k < (r->v4 ? 4 : 16); k++)
			r->addr[k] = (uint8_t)next(&seed);
		if (!r->v4)
			r->addr[0] = 0x24 | (r->addr[0] & 0xb);
	}
	/* Where the packets of benchmarks go to, and where they are stopped. */
	rows[n] = (struct mmdb_row){ { 198, 18 }, 16, true, "US", 0 };
	rows[n + 1] = (struct mmdb_row){ { 198, 19 }, 16, true, "CN", 0 };
	country_file("full", rows, n + 2, ret_path);
	free(rows);
}

bool country_public(char ret_path[256])
{
	const char *path = getenv("CG_GEO_DB");
	glob_t found = { 0 };
	bool is = false;

	if (path && *path) {
		snprintf(ret_path, 256, "%s", path);
		return true;
	}
	if (!glob("build/geodb/*/package/*-country.mmdb", 0, NULL, &found) && found.gl_pathc) {
		snprintf(ret_path, 256, "%s", found.gl_pathv[0]);
		is = true;
	}
	globfree(&found);
	return is;
}
