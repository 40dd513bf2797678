/* SPDX-License-Identifier: GPL-2.0-only */
/* Databases by their files: read anew when they changed, and never given up for a worse one. */
#include "places.h"

#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <camgate/ctl.h>
#include "../kern/geomap.h"
#include "../lib/jsonout.h"
#include "sessions_state.h"

static struct cg_agent_file file_of(const char *path)
{
	struct cg_agent_file f = { 0 };
	struct stat st;

	if (path && !stat(path, &st)) {
		f.dev = (uint64_t)st.st_dev;
		f.ino = (uint64_t)st.st_ino;
		f.size = (uint64_t)st.st_size;
		f.mtime_ns = (uint64_t)st.st_mtim.tv_sec * CG_SEC_NS + (uint64_t)st.st_mtim.tv_nsec;
	}
	return f;
}

static bool same_files(const struct cg_agent *a, const struct cg_policy *policy)
{
	const struct cg_agent_file now[2] = { file_of(policy->country_database),
					      file_of(policy->network_database) };

	return !memcmp(now, a->geo.file, sizeof(now));
}

static struct cg_places places_of(const struct cg_geoinfo *info)
{
	struct cg_places p = { .nnetwork = info->nnetwork };

	if (p.nnetwork > CG_MAX_NETWORKS)
		p.nnetwork = 0;
	memcpy(p.country, info->country, sizeof(p.country));
	memcpy(p.network, info->network, sizeof(p.network));
	return p;
}

/* Does the table in force say all that policy names? */
static bool holds(const struct cg_geoinfo *info, const struct cg_policy *policy)
{
	struct cg_places held = places_of(info);

	return cg_places_hold(&held, &policy->places) &&
	       (info->country_built || !cg_places_any_country(&policy->places)) &&
	       (info->network_built || !policy->places.nnetwork);
}

static const char *date_text(uint64_t s, char buf[static 16])
{
	time_t t = (time_t)s;
	struct tm tm;

	if (!gmtime_r(&t, &tm) || !strftime(buf, 16, "%Y-%m-%d", &tm))
		strcpy(buf, "?");
	return buf;
}

/* before: what the table in force holds, or NULL. */
static int load(struct cg_agent *a, struct cg_datapath *dp, const struct cg_policy *policy,
		const struct cg_geoinfo *before, struct cg_diag *diag)
{
	struct cg_places want = policy->places, more = { 0 };
	struct cg_geo_table *table = NULL;
	const struct cg_geoinfo *info;
	struct cg_agent_file file[2] = { file_of(policy->country_database),
					 file_of(policy->network_database) };
	char country[16], network[16];
	int r;

	/* Until the flip the old policy asks, too: one that an earlier agent left names what
	 * is in its table. */
	if (a->policy.now)
		more = a->policy.now->places;
	else if (before)
		more = places_of(before);
	if (cg_places_join(&want, &more))
		want = policy->places;
	r = cg_geo_read(policy->country_database, policy->network_database, &want, diag, &table);
	if (r)
		return r;
	r = cg_datapath_geo_apply(dp, table, a->real_s());
	if (!r) {
		info = &table->info;
		memcpy(a->geo.file, file, sizeof(file));
		cg_log_notice("countries: %s%s%s%s%s%s%s, %u and %u prefixes", info->country_name,
			      info->country_built ? " of " : "",
			      info->country_built ? date_text(info->country_built, country) : "",
			      info->country_built && info->network_built ? ", " : "",
			      info->network_name, info->network_built ? " of " : "",
			      info->network_built ? date_text(info->network_built, network) : "",
			      info->n4, info->n6);
	}
	cg_geo_free(&table);
	return r;
}

int cg_places_before(struct cg_agent *a, struct cg_datapath *dp, const struct cg_policy *policy,
		     struct cg_diag *diag)
{
	struct cg_diag found = { "" };
	struct cg_geoinfo info;
	bool has, good;
	int r;

	if (!cg_places_any(&policy->places)) {
		a->geo.error[0] = '\0';
		return 0;
	}
	has = !cg_datapath_geo_read(dp, &info);
	good = has && holds(&info, policy);
	if (good && !a->geo.anew && same_files(a, policy))
		return 0;
	r = load(a, dp, policy, has ? &info : NULL, &found);
	if (!r) {
		a->geo.error[0] = '\0';
		return 0;
	}
	if (!found.text[0])
		(void)snprintf(found.text, sizeof(found.text), "the databases: %s%s%s",
			       strerror(-r), *cg_datapath_strerror(dp) ? ": " : "",
			       cg_datapath_strerror(dp));
	if (!good) {
		*diag = found;
		return r;
	}
	(void)snprintf(a->geo.error, sizeof(a->geo.error), "%.300s; the one in force stays",
		       found.text);
	cg_log_error("%s", a->geo.error);
	return 0;
}

void cg_places_applied(struct cg_agent *a)
{
	struct cg_geoinfo info;

	if (!a->policy.now || cg_places_any(&a->policy.now->places) ||
	    cg_datapath_geo_read(a->kern.dp, &info))
		return;
	memset(a->geo.file, 0, sizeof(a->geo.file));
	if (cg_datapath_geo_apply(a->kern.dp, NULL, 0) < 0)
		cg_log_warning("countries: the table that nobody needs any more stays");
}

/* NAT64 and 6to4, as the packet path has them. */
static struct cg_addr inside(const struct cg_addr *addr)
{
	static const uint8_t nat64[12] = { 0x00, 0x64, 0xff, 0x9b };
	struct cg_addr a = *addr;
	bool sixto4 = a.b[0] == 0x20 && a.b[1] == 0x02;

	if (!sixto4 && memcmp(a.b, nat64, sizeof(nat64)))
		return a;
	if (sixto4)
		memcpy(a.b + 12, addr->b + 2, 4);
	memset(a.b, 0, 10);
	memset(a.b + 10, 0xff, 2);
	return a;
}

const char *cg_places_text(const struct cg_agent *a, const struct cg_addr *addr,
			   char buf[static CG_PLACES_TEXT])
{
	struct cg_addr in = inside(addr);
	char country[CG_COUNTRY_STRLEN], date[16];
	struct cg_geoinfo info;
	struct cg_geo geo;
	size_t n = 0;

	buf[0] = '\0';
	if (cg_datapath_geo_read(a->kern.dp, &info) || cg_datapath_geo_find(a->kern.dp, &in, &geo))
		return buf;
	if (info.country_built)
		n = (size_t)snprintf(buf, CG_PLACES_TEXT, "%s%s by list %.*s of %s",
				     geo.country ? "country " : "no country that a rule names",
				     geo.country ? cg_country_format(geo.country, country) : "",
				     CG_GEO_NAME_LEN - 1, info.country_name,
				     date_text(info.country_built, date));
	if (info.network_built && geo.network)
		(void)snprintf(buf + n, CG_PLACES_TEXT - n, "%snetwork AS%u by list %.*s of %s",
			       n ? ", " : "", geo.network, CG_GEO_NAME_LEN - 1, info.network_name,
			       date_text(info.network_built, date));
	return buf;
}

static void database_put(const struct cg_agent *a, struct json_object *list, const char *what,
			 const char *name, uint64_t built, const struct cg_geoinfo *info)
{
	struct json_object *o;
	int64_t age = a->real_s() - (int64_t)built;

	if (!built)
		return;
	o = json_object_new_object();
	cg_json_add(o, "what", json_object_new_string(what));
	cg_json_add(o, "name",
		    json_object_new_string_len(name, (int)strnlen(name, CG_GEO_NAME_LEN)));
	cg_json_add(o, "built_s", json_object_new_int64((int64_t)built));
	cg_json_add(o, "age_s", json_object_new_int64(age > 0 ? age : 0));
	cg_json_add(o, "loaded_s", json_object_new_int64((int64_t)info->loaded_s));
	cg_json_add(o, "prefixes", json_object_new_int64((int64_t)info->n4 + info->n6));
	cg_json_push(list, o);
}

static struct json_object *databases(const struct cg_agent *a)
{
	struct json_object *list = json_object_new_array();
	struct cg_geoinfo info;

	if (!cg_datapath_geo_read(a->kern.dp, &info)) {
		database_put(a, list, "country", info.country_name, info.country_built, &info);
		database_put(a, list, "network", info.network_name, info.network_built, &info);
	}
	return list;
}

static struct json_object *lists(const struct cg_agent *a)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; a->policy.now && i < a->policy.now->nlists; i++) {
		const struct cg_policy_list *l = &a->policy.now->lists[i];
		struct json_object *o = json_object_new_object();
		int64_t age = a->real_s() - l->written_s;

		cg_json_add(o, "name", json_object_new_string(l->name));
		cg_json_add(o, "entries",
			    json_object_new_int64((int64_t)(l->nprefix + l->ndomain)));
		cg_json_add(o, "written_s", json_object_new_int64(l->written_s));
		cg_json_add(o, "age_s", json_object_new_int64(age > 0 ? age : 0));
		cg_json_push(list, o);
	}
	return list;
}

void cg_places_status(struct cg_command_call *c, struct json_object *attention)
{
	cg_command_put(c, "databases", databases(c->a));
	cg_command_put(c, "lists", lists(c->a));
	if (c->a->geo.error[0])
		cg_json_push(attention, json_object_new_string(c->a->geo.error));
}

void cg_places_record(const struct cg_agent *a, const struct cg_addr *addr, char **country,
		      char **network)
{
	const struct cg_policy *p = a->policy.now;
	struct cg_addr in = inside(addr);
	char text[CG_GEO_TEXT_LEN];

	/* One that is being overwritten is no file to look into. */
	if (!p || !same_files(a, p))
		return;
	if (p->country_database && a->geo.file[0].size &&
	    !cg_geo_ask_country(p->country_database, &in, text))
		cg_sessions_text(country, text);
	if (p->network_database && a->geo.file[1].size &&
	    !cg_geo_ask_network(p->network_database, &in, text))
		cg_sessions_text(network, text);
}

void cg_command_update_lists(struct cg_command_call *c)
{
	struct cg_agent_applied applied = { 0 };
	struct cg_diag diag = { "" };
	int err;

	c->a->geo.anew = true;
	err = cg_agent_reload(c->a, &diag, &applied);
	c->a->geo.anew = false;
	if (err < 0) {
		cg_command_fail(c, diag.text[0] ? CG_EXIT_CONFIG : CG_EXIT_FAILED,
				"nothing was changed", "%s",
				diag.text[0] ? diag.text : strerror(-err));
		return;
	}
	cg_command_put(c, "generation", json_object_new_int64(applied.generation));
	cg_command_put(c, "databases", databases(c->a));
	cg_command_put(c, "lists", lists(c->a));
	if (c->a->geo.error[0])
		cg_command_fail(c, CG_EXIT_FAILED, NULL, "%s", c->a->geo.error);
}
