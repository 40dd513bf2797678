/* SPDX-License-Identifier: GPL-2.0-only */
/* What databases say: of one address, of themselves, and to whom asks. */
#include "places.h"

#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <camgate/ctl.h>
#include "../kern/geomap.h"
#include "../lib/geo_book.h"
#include "../lib/jsonout.h"
#include "../lib/told.h"
#include "sessions_state.h"
#include "uci.h"

const char *cg_places_date(uint64_t s, char buf[static CG_DATE_TEXT])
{
	time_t t = (time_t)s;
	struct tm tm;

	if (!gmtime_r(&t, &tm) || !strftime(buf, CG_DATE_TEXT, "%Y-%m-%d", &tm))
		strcpy(buf, "?");
	return buf;
}

/* ---- one address ---- */

void cg_places_books_close(struct cg_agent *a)
{
	for (size_t k = 0; k < 2; k++)
		cg_geo_book_free(&a->geo.book[k]);
}

/* The one that is open stays where there is no better one, as long as it is the same file's. */
static void book_open(struct cg_agent *a, size_t k, const char *path)
{
	struct cg_agent_file now = cg_places_file(path);
	struct cg_geo_book *book = NULL;
	struct cg_diag diag = { "" };

	if (!path || (a->geo.book[k] && strcmp(path, cg_geo_book_path(a->geo.book[k]))))
		cg_geo_book_free(&a->geo.book[k]);
	if (!path || (a->geo.book[k] && !memcmp(&now, &a->geo.book_file[k], sizeof(now))))
		return;
	if (cg_geo_book_open(path, &diag, &book)) {
		/* Where rules need it, that was said. */
		if (!a->geo.error[0]) {
			(void)snprintf(a->geo.error, sizeof(a->geo.error), "%.300s; %s",
				       diag.text[0] ? diag.text : strerror(ENOMEM),
				       a->geo.book[k] ? N_("the one of before is asked") :
							N_("it is not known where remotes are"));
			cg_log_error("%s", a->geo.error);
		}
		return;
	}
	cg_geo_book_free(&a->geo.book[k]);
	a->geo.book[k] = book;
	a->geo.book_file[k] = now;
}

void cg_places_where(const struct cg_agent *a, const struct cg_addr *addr,
		     struct cg_places_where *ret)
{
	uint16_t country = a->geo.book[0] ? cg_geo_book_country(a->geo.book[0], addr) : 0;
	uint32_t network = a->geo.book[1] ? cg_geo_book_network(a->geo.book[1], addr) : 0;

	*ret = (struct cg_places_where){ 0 };
	if (country)
		(void)cg_country_format(country, ret->country);
	if (network)
		(void)snprintf(ret->network, sizeof(ret->network), "AS%u", network);
}

const char *cg_places_list(const struct cg_agent *a, char buf[static CG_PLACES_TEXT])
{
	const struct cg_geo_book *book = a->geo.book[0];
	char date[CG_DATE_TEXT];

	buf[0] = '\0';
	if (book)
		(void)snprintf(buf, CG_PLACES_TEXT, "%.*s of %s", CG_GEO_NAME_LEN - 1,
			       cg_geo_book_name(book),
			       cg_places_date(cg_geo_book_built(book), date));
	return buf;
}

void cg_places_record(const struct cg_agent *a, const struct cg_addr *addr, char **country,
		      char **network)
{
	struct cg_places_where where;

	cg_places_where(a, addr, &where);
	if (*where.country)
		cg_sessions_text(country, where.country);
	if (*where.network)
		cg_sessions_text(network, where.network);
}

/* What the database of the table in force says where no rule names it; 0: it cannot be asked. */
static uint16_t unnamed(const struct cg_agent *a, const struct cg_addr *addr,
			const struct cg_geoinfo *info)
{
	const struct cg_geo_book *book = a->geo.book[0];

	return book && cg_geo_book_built(book) == info->country_built ?
		       cg_geo_book_country(book, addr) :
		       0;
}

/* "country CN by list dbip.mmdb of 2026-06-01", "in no country: unknown to list ..." */
static int country_text(const struct cg_agent *a, const struct cg_addr *in,
			const struct cg_geo *geo, const struct cg_geoinfo *info, char *buf,
			size_t n)
{
	uint16_t special = cg_place_special(in),
		 country = geo->country ? geo->country : unnamed(a, in, info);
	char text[CG_COUNTRY_STRLEN], date[CG_DATE_TEXT];

	if (special)
		return snprintf(buf, n, N_("a %s address, which is in no country"),
				cg_country_format(special, text));
	(void)cg_places_date(info->country_built, date);
	if (!country || country == CG_COUNTRY_UNKNOWN)
		return snprintf(buf, n,
				country ? N_("no country by list %.*s of %s") :
					  N_("no country that a rule names by list %.*s of %s"),
				CG_GEO_NAME_LEN - 1, info->country_name, date);
	return snprintf(buf, n,
			geo->country ? N_("country %s by list %.*s of %s") :
				       N_("country %s by list %.*s of %s, which no rule names"),
			cg_country_format(country, text), CG_GEO_NAME_LEN - 1, info->country_name,
			date);
}

const char *cg_places_text(const struct cg_agent *a, const struct cg_addr *addr,
			   char buf[static CG_PLACES_TEXT])
{
	struct cg_addr in = cg_place_inside(addr);
	struct cg_geoinfo info;
	char date[CG_DATE_TEXT];
	struct cg_geo geo;
	size_t n = 0;

	buf[0] = '\0';
	if (cg_datapath_geo_read(a->kern.dp, &info) || cg_datapath_geo_find(a->kern.dp, &in, &geo))
		return buf;
	if (info.country_built)
		n = (size_t)country_text(a, &in, &geo, &info, buf, CG_PLACES_TEXT);
	if (!info.network_built || !geo.network)
		return buf;
	if (n && n < CG_PLACES_TEXT)
		n += (size_t)snprintf(buf + n, CG_PLACES_TEXT - n, ", ");
	if (n < CG_PLACES_TEXT)
		(void)snprintf(buf + n, CG_PLACES_TEXT - n, N_("network AS%u by list %.*s of %s"),
			       geo.network, CG_GEO_NAME_LEN - 1, info.network_name,
			       cg_places_date(info.network_built, date));
	return buf;
}

/* ---- a policy in force ---- */

void cg_places_applied(struct cg_agent *a)
{
	const struct cg_policy *p = a->policy.now;
	struct cg_geoinfo info;

	for (size_t k = 0; p && k < 2; k++) {
		const char *path = k ? p->network_database : p->country_database;

		book_open(a, k, path);
	}
	if (!a->policy.now || cg_places_any(&a->policy.now->places) ||
	    cg_datapath_geo_read(a->kern.dp, &info))
		return;
	memset(a->geo.file, 0, sizeof(a->geo.file));
	if (cg_datapath_geo_apply(a->kern.dp, NULL, NULL, 0) < 0)
		cg_log_warning("countries: the table that nobody needs any more stays");
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
	/* One that no rule needs is asked for the record only. */
	if (info) {
		cg_json_add(o, "loaded_s", json_object_new_int64((int64_t)info->loaded_s));
		cg_json_add(o, "prefixes", json_object_new_int64((int64_t)info->n4 + info->n6));
	}
	cg_json_push(list, o);
}

static struct json_object *databases(const struct cg_agent *a)
{
	struct json_object *list = json_object_new_array();
	struct cg_geoinfo info = { 0 };

	if (!cg_datapath_geo_read(a->kern.dp, &info)) {
		database_put(a, list, "country", info.country_name, info.country_built, &info);
		database_put(a, list, "network", info.network_name, info.network_built, &info);
	}
	for (size_t k = 0; k < 2; k++)
		if (a->geo.book[k] && !(k ? info.network_built : info.country_built))
			database_put(a, list, k ? "network" : "country",
				     cg_geo_book_name(a->geo.book[k]),
				     cg_geo_book_built(a->geo.book[k]), NULL);
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

void cg_command_update_lists(struct cg_command_call *c)
{
	struct cg_agent_applied applied = { 0 };
	struct cg_diag diag = { "" };
	int err;

	c->a->geo.anew = true;
	err = cg_uci_reload(c->a, &diag, &applied);
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
