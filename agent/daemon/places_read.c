/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Databases are read, and their tables made in the kernel, by a thread of its own: seconds in
 * which everybody is answered. What needs them is given up meanwhile, and done again from its
 * beginning when they are there: a client's command, or a reload of our own. By then it finds
 * the reading it waited for, which is put in force in one step, or why it is no good.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include "../kern/geomap.h"
#include "../kern/worker.h"
#include "../lib/told.h"
#include "control.h"
#include "places.h"

/* What we do ourselves when a reading is done. */
enum own {
	OWN_NOTHING,
	OWN_RELOAD, /* nobody waits for its outcome */
	OWN_TABLE,  /* the one in force is of an earlier run, its file may be another */
};

struct cg_reading {
	struct cg_agent *a;
	struct cg_worker worker;
	ev_async done;
	bool running; /* or over, and not looked at yet */
	bool stop;    /* for the thread */
	bool over;    /* by the thread */
	bool use;     /* it is what the policy at hand takes */
	uint64_t nr;  /* of the last one begun, from 1 on */
	uint64_t applied_nr;
	enum own own;
	uint64_t own_asked;
	/* What is read. */
	char *path[2];
	struct cg_agent_file file[2];
	struct cg_places want;
	/* What came of it. */
	int r;
	struct cg_diag diag;
	struct cg_geo_table *table;
	struct cg_geo_tries tries;
};

struct cg_agent_file cg_places_file(const char *path)
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

static bool are_files(const struct cg_agent_file file[2], const struct cg_policy *policy)
{
	const struct cg_agent_file now[2] = { cg_places_file(policy->country_database),
					      cg_places_file(policy->network_database) };

	return !memcmp(now, file, sizeof(now));
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

/* ---- the thread ---- */

static void read_it(void *work)
{
	struct cg_reading *rd = work;

	rd->r = cg_geo_read_until(rd->path[0], rd->path[1], &rd->want, &rd->stop, &rd->diag,
				  &rd->table);
	if (!rd->r) {
		rd->r = cg_geo_tries_make(rd->table, &rd->stop, &rd->tries);
		if (rd->r)
			(void)snprintf(rd->diag.text, sizeof(rd->diag.text),
				       N_("tables of countries: %s"), strerror(-rd->r));
	} else if (!rd->diag.text[0]) {
		(void)snprintf(rd->diag.text, sizeof(rd->diag.text), N_("the databases: %s"),
			       strerror(-rd->r));
	}
}

static void read_apart(void *work)
{
	struct cg_reading *rd = work;

	read_it(rd);
	__atomic_store_n(&rd->over, true, __ATOMIC_RELEASE);
	ev_async_send(rd->a->loop, &rd->done);
}

static void result_free(struct cg_reading *rd)
{
	cg_geo_free(&rd->table);
	cg_geo_tries_close(&rd->tries);
}

static void join(struct cg_reading *rd)
{
	if (rd->running)
		cg_worker_end(&rd->worker);
	rd->running = false;
}

static void give_up(struct cg_reading *rd)
{
	__atomic_store_n(&rd->stop, true, __ATOMIC_RELAXED);
	join(rd);
	__atomic_store_n(&rd->stop, false, __ATOMIC_RELAXED);
}

static int path_set(char **path, const char *to)
{
	free(*path);
	*path = to ? strdup(to) : NULL;
	return to && !*path ? -ENOMEM : 0;
}

/* apart: the loop goes on meanwhile; else it is done when this returns. */
static int begin(struct cg_reading *rd, const struct cg_policy *policy,
		 const struct cg_places *want, bool apart)
{
	struct cg_places all = *want;
	bool was = rd->running;
	int r;

	give_up(rd);
	/* Whoever waited for that one needs it still. */
	if (!was || cg_places_join(&all, &rd->want))
		all = *want;
	result_free(rd);
	rd->use = false;
	rd->want = all;
	rd->diag.text[0] = '\0';
	r = path_set(&rd->path[0], policy->country_database);
	if (!r)
		r = path_set(&rd->path[1], policy->network_database);
	if (r)
		return r;
	rd->file[0] = cg_places_file(rd->path[0]);
	rd->file[1] = cg_places_file(rd->path[1]);
	rd->nr++;
	rd->over = false;
	if (apart) {
		cg_worker_begin(&rd->worker, read_apart, rd);
		rd->running = rd->worker.apart;
	}
	/* No thread is to be had: it is done, slowly. */
	if (!rd->running)
		read_it(rd);
	return 0;
}

static bool same_path(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

/* Is it, or will it be, of what the policy names as it lies there now? */
static bool suits(const struct cg_reading *rd, const struct cg_policy *policy,
		  const struct cg_places *want)
{
	return rd->nr && same_path(rd->path[0], policy->country_database) &&
	       same_path(rd->path[1], policy->network_database) && are_files(rd->file, policy) &&
	       cg_places_hold(&rd->want, want);
}

/* ---- what a policy needs ---- */

/* Until the flip the old policy asks, too: one that an earlier agent left names what is in
 * its table. */
static struct cg_places wanted(const struct cg_agent *a, const struct cg_policy *policy,
			       const struct cg_geoinfo *before)
{
	struct cg_places want = policy->places, more = { 0 };

	if (a->policy.now)
		more = a->policy.now->places;
	else if (before)
		more = places_of(before);
	if (cg_places_join(&want, &more))
		want = policy->places;
	return want;
}

static void stays(struct cg_agent *a, const struct cg_diag *why)
{
	(void)snprintf(a->geo.error, sizeof(a->geo.error), N_("%.300s; the one in force stays"),
		       why->text);
	cg_log_error("%s", a->geo.error);
}

int cg_places_read(struct cg_agent *a, const struct cg_policy *policy, struct cg_diag *diag)
{
	struct cg_reading *rd = a->geo.reading;
	uint64_t *asked = a->geo.asked ? a->geo.asked : &rd->own_asked;
	struct cg_geoinfo info;
	struct cg_places want;
	bool has, good, changed;
	int r = 0;

	rd->use = false;
	if (!cg_places_any(&policy->places)) {
		a->geo.error[0] = '\0';
		return 0;
	}
	has = !cg_datapath_geo_read(a->kern.dp, &info);
	good = has && holds(&info, policy);
	changed = !are_files(a->geo.file, policy);
	/* Read since it was asked for is read anew. */
	if (a->geo.anew && (!*asked || rd->applied_nr < *asked))
		changed = true;
	if (good && !changed)
		return 0;
	/* Not by the way, and a start does not wait for what is as good as it was. */
	if (good && a->geo.looped && !a->geo.reloading)
		return 0;
	want = wanted(a, policy, has ? &info : NULL);
	if (good && !a->geo.looped) {
		rd->own = OWN_TABLE;
		r = begin(rd, policy, &want, true);
		rd->own_asked = rd->nr;
		if (!r && rd->running)
			return 0;
		rd->own = OWN_NOTHING;
	} else if (!a->geo.looped || !a->geo.reloading) {
		r = begin(rd, policy, &want, false);
	} else if (rd->running || !*asked || rd->nr < *asked || (!rd->table && !rd->r) ||
		   !suits(rd, policy, &want)) {
		if (!rd->running || !suits(rd, policy, &want))
			r = begin(rd, policy, &want, true);
		if (!r)
			*asked = rd->nr;
		if (!r && rd->running) {
			if (a->geo.asked)
				a->geo.waits = true;
			else
				rd->own = OWN_RELOAD;
			return -EINPROGRESS;
		}
	}
	if (r)
		return r;
	rd->use = !rd->r;
	if (!rd->r)
		return 0;
	if (!good) {
		*diag = rd->diag;
		return rd->r;
	}
	stays(a, &rd->diag);
	return 0;
}

int cg_places_before(struct cg_agent *a, struct cg_datapath *dp, const struct cg_policy *policy,
		     struct cg_diag *diag)
{
	struct cg_reading *rd = a->geo.reading;
	char country[CG_DATE_TEXT], network[CG_DATE_TEXT];
	const struct cg_geoinfo *i;
	struct cg_geoinfo info;

	if (!rd->use)
		return 0;
	rd->use = false;
	i = &rd->table->info;
	rd->r = cg_datapath_geo_apply(dp, rd->table, &rd->tries, a->real_s());
	if (!rd->r) {
		memcpy(a->geo.file, rd->file, sizeof(a->geo.file));
		rd->applied_nr = rd->nr;
		a->geo.error[0] = '\0';
		cg_log_notice("countries: %s%s%s%s%s%s%s, %u and %u prefixes", i->country_name,
			      i->country_built ? " of " : "",
			      i->country_built ? cg_places_date(i->country_built, country) : "",
			      i->country_built && i->network_built ? ", " : "", i->network_name,
			      i->network_built ? " of " : "",
			      i->network_built ? cg_places_date(i->network_built, network) : "",
			      i->n4, i->n6);
		result_free(rd);
		return 0;
	}
	result_free(rd);
	(void)snprintf(rd->diag.text, sizeof(rd->diag.text), N_("the databases: %s%s%s"),
		       strerror(-rd->r), *cg_datapath_strerror(dp) ? ": " : "",
		       cg_datapath_strerror(dp));
	if (cg_datapath_geo_read(dp, &info) || !holds(&info, policy)) {
		*diag = rd->diag;
		return rd->r;
	}
	stays(a, &rd->diag);
	return 0;
}

/* ---- when it is done ---- */

static void table_again(struct cg_agent *a)
{
	struct cg_diag diag = { "" };
	int r;

	if (!a->policy.now)
		return;
	a->geo.reloading = true;
	r = cg_places_read(a, a->policy.now, &diag);
	a->geo.reloading = false;
	if (!r)
		r = cg_places_before(a, a->kern.dp, a->policy.now, &diag);
	if (r && r != -EINPROGRESS)
		cg_log_warning("countries: %s", diag.text[0] ? diag.text : strerror(-r));
	cg_places_applied(a);
}

static void done(struct ev_loop *loop, ev_async *w, int revents)
{
	struct cg_reading *rd = w->data;
	struct cg_agent *a = rd->a;
	struct cg_agent_applied applied;
	struct cg_diag diag = { "" };
	enum own own = rd->own;

	(void)loop;
	(void)revents;
	/* It may be the word of one that was given up. */
	if (!rd->running || !__atomic_load_n(&rd->over, __ATOMIC_ACQUIRE))
		return;
	join(rd);
	rd->own = OWN_NOTHING;
	if (own == OWN_TABLE)
		table_again(a);
	else if (own == OWN_RELOAD)
		/* It logs what came of it. */
		(void)cg_agent_reload(a, &diag, &applied);
	if (!rd->own)
		rd->own_asked = 0;
	if (a->control)
		cg_control_again(a->control);
}

int cg_places_open(struct cg_agent *a)
{
	struct cg_reading *rd = calloc(1, sizeof(*rd));

	if (!rd)
		return -ENOMEM;
	rd->a = a;
	rd->tries = (struct cg_geo_tries){ -1, -1 };
	ev_async_init(&rd->done, done);
	rd->done.data = rd;
	ev_async_start(a->loop, &rd->done);
	a->geo.reading = rd;
	return 0;
}

void cg_places_close(struct cg_agent *a)
{
	struct cg_reading *rd = TAKE_PTR(a->geo.reading);

	if (!rd)
		return;
	give_up(rd);
	ev_async_stop(a->loop, &rd->done);
	result_free(rd);
	free(rd->path[0]);
	free(rd->path[1]);
	free(rd);
	cg_places_books_close(a);
}
