/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A remote's bytes are what its entry in the table has more than when it was read last; what
 * was stopped is what the counters have more than when the day was written last. Memory: a
 * camera 3 KiB, each of its peers and remotes 80 bytes and a name.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "../lib/civil.h"
#include "../lib/day.h"
#include "../lib/recordlist.h"
#include "../lib/spans.h"
#include "days.h"
#include "names.h"
#include "places.h"
#include "sched.h"

#define EVERY_NS (CG_RECORD_DAY_S * CG_SEC_NS)
#define OTHER	 255
#define NONE	 254

struct remote {
	uint8_t peer[16]; /* as in the table's key */
	uint64_t first_ns, up_bytes, down_bytes, stopped_bytes;
	uint8_t at;		  /* index of its peer; OTHER */
	uint8_t country, network; /* of its sums; NONE: not known yet, OTHER */
	bool seen;
};

struct counted {
	uint8_t plane, reason;
	uint64_t packets, bytes;
};

struct camera {
	uint32_t slot;
	struct cg_day day;
	struct counted *was; /* counters as they were looked at last, what is not 0 */
	size_t nwas;
	bool counted; /* they were */
	bool dated;   /* its day is known: the clock was right */
	bool dirty;   /* the disk knows less */
	bool printed; /* and is being told */
	uint64_t written_ns;
	struct remote *remote;
	size_t nremote, room;
};

struct cg_days {
	struct camera **v;
	size_t n;
	struct camera *at[CG_MAX_CAMERAS]; /* by slot; what is found there may be another's */
	bool begun;			   /* the table was read before */
};

static void camera_free(struct camera *c)
{
	cg_day_clear(&c->day);
	free(c->was);
	free(c->remote);
	free(c);
}

void cg_days_free(struct cg_days **days)
{
	struct cg_days *d = TAKE_PTR(*days);

	if (!d)
		return;
	for (size_t i = 0; i < d->n; i++)
		camera_free(d->v[i]);
	free(d->v);
	free(d);
}

static void drop(struct cg_days *d, size_t i)
{
	if (d->v[i]->slot < CG_MAX_CAMERAS && d->at[d->v[i]->slot] == d->v[i])
		d->at[d->v[i]->slot] = NULL;
	camera_free(d->v[i]);
	d->v[i] = d->v[--d->n];
}

void cg_days_forget(struct cg_days *days, const char *cam)
{
	for (size_t i = days->n; i--;)
		if (!strcmp(days->v[i]->day.cam, cam))
			drop(days, i);
}

/* The household's date: by the gateway's time zone. */
static int64_t today(const struct cg_agent *a)
{
	time_t now = (time_t)a->real_s();
	struct tm tm;

	if (!localtime_r(&now, &tm))
		return cg_civil_floor(now, CG_DAY_S);
	return cg_civil_days(tm.tm_year + 1900LL, tm.tm_mon + 1, tm.tm_mday);
}

static struct camera *add(struct cg_days *d, const char *id)
{
	struct camera **v = reallocarray(d->v, d->n + 1, sizeof(struct camera *)), *c;

	if (!v)
		return NULL;
	d->v = v;
	c = calloc(1, sizeof(*c));
	if (!c)
		return NULL;
	(void)snprintf(c->day.cam, sizeof(c->day.cam), "%s", id);
	c->slot = UINT32_MAX;
	return d->v[d->n++] = c;
}

static struct camera *of(struct cg_days *d, const struct cg_agent *a,
			 const struct cg_agent_cam *cam)
{
	struct camera *c = cam->slot < CG_MAX_CAMERAS ? d->at[cam->slot] : NULL;

	if (c && strcmp(c->day.cam, cam->id))
		c = NULL;
	for (size_t i = 0; i < d->n && !c; i++)
		if (!strcmp(d->v[i]->day.cam, cam->id))
			c = d->v[i];
	if (!c)
		c = add(d, cam->id);
	if (!c)
		return NULL;
	/* Another slot's table and counters are others. */
	if (c->slot != cam->slot) {
		if (c->slot < CG_MAX_CAMERAS && d->at[c->slot] == c)
			d->at[c->slot] = NULL;
		c->slot = cam->slot;
		if (c->slot < CG_MAX_CAMERAS)
			d->at[c->slot] = c;
		c->nremote = c->nwas = 0;
		c->counted = false;
	}
	memcpy(c->day.cam_name, cam->name, sizeof(c->day.cam_name));
	if (!c->day.first_s) {
		c->day.day = today(a);
		c->day.first_s = c->day.last_s = a->real_s();
		c->written_ns = a->boot_ns();
		c->dated = cg_sched_clock_right(a);
	}
	return c;
}

/* ---- what went to where ---- */

void cg_days_sweep(struct cg_days *days)
{
	for (size_t i = 0; i < days->n; i++)
		for (size_t k = 0; k < days->v[i]->nremote; k++)
			days->v[i]->remote[k].seen = false;
}

static struct remote *remote_of(struct camera *c, const uint8_t peer[16], bool *ret_new)
{
	*ret_new = false;
	for (size_t i = 0; i < c->nremote; i++)
		if (!memcmp(c->remote[i].peer, peer, sizeof(c->remote[i].peer)))
			return &c->remote[i];
	if (c->nremote == c->room) {
		size_t room = c->room ? 2 * c->room : 8;
		struct remote *v = reallocarray(c->remote, room, sizeof(*v));

		if (!v)
			return NULL;
		c->remote = v;
		c->room = room;
	}
	*ret_new = true;
	c->remote[c->nremote] = (struct remote){ .country = NONE, .network = NONE };
	memcpy(c->remote[c->nremote].peer, peer, sizeof(c->remote[0].peer));
	return &c->remote[c->nremote++];
}

static struct cg_addr addr_of(const struct remote *r, const struct cg_session *s)
{
	static const uint8_t none[16];
	struct cg_addr addr;

	memcpy(&addr, memcmp(s->peer, none, sizeof(none)) ? s->peer : r->peer, sizeof(addr));
	return addr;
}

static uint8_t place(struct cg_agent *a, struct camera *c, const struct remote *r,
		     const struct cg_session *s, const struct cg_places_where *where)
{
	char text[CG_NAMEPAT_LEN];
	struct cg_datapath_name name;
	const char *asked = NULL;
	struct cg_addr addr = addr_of(r, s);
	struct cg_day_peer *p;

	if (s->name && !cg_datapath_name_find(a->kern.dp, c->slot, s->name, &name))
		asked = name.text;
	else
		asked = cg_names_of(a, c->slot, &addr, text);
	p = cg_day_peer(&c->day, asked, &addr);
	if (p == &c->day.other)
		return OTHER;
	/* Of a name the last one, as its network is. */
	memcpy(p->country, where->country, sizeof(p->country));
	memcpy(p->network, where->network, sizeof(p->network));
	return (uint8_t)(p - c->day.peer);
}

static void sum_up(struct cg_day_places *list, uint8_t *at, const char *text,
		   const struct cg_day_place *more)
{
	struct cg_day_place *p;

	if (*at == NONE && !*text)
		return;
	if (*at == NONE) {
		p = cg_day_place(list, text);
		*at = p == &list->other ? OTHER : (uint8_t)(p - list->v);
	} else {
		p = *at == OTHER ? &list->other : &list->v[*at];
	}
	p->up_bytes += more->up_bytes;
	p->down_bytes += more->down_bytes;
	p->stopped_bytes += more->stopped_bytes;
}

static uint64_t more(uint64_t now, uint64_t before)
{
	return now > before ? now - before : 0;
}

void cg_days_session(struct cg_days *days, struct cg_agent *a, const struct cg_agent_cam *cam,
		     const struct cg_flow_key *key, const struct cg_session *s)
{
	struct camera *c = of(days, a, cam);
	struct cg_day_peer *p;
	struct cg_places_where where = { 0 };
	struct cg_day_place more_of;
	bool is_new, again;
	struct remote *r;
	uint64_t up, down, stopped;

	r = c ? remote_of(c, key->peer, &is_new) : NULL;
	if (!r)
		return;
	again = !is_new && r->first_ns == s->first_ns;
	up = more(s->up_bytes, again ? r->up_bytes : 0);
	down = more(s->down_bytes, again ? r->down_bytes : 0);
	stopped = more(s->stopped_bytes, again ? r->stopped_bytes : 0);
	/* The run before has counted it. */
	if (is_new && !days->begun)
		up = down = stopped = 0;
	r->seen = true;
	r->first_ns = s->first_ns;
	r->up_bytes = s->up_bytes;
	r->down_bytes = s->down_bytes;
	r->stopped_bytes = s->stopped_bytes;
	/* One without anything has no place in the day yet, and none is taken for it. */
	if (is_new)
		r->at = OTHER;
	if (!up && !down && !stopped)
		return;
	if (r->at == OTHER || r->country == NONE || r->network == NONE) {
		struct cg_addr addr = addr_of(r, s);

		cg_places_where(a, &addr, &where);
	}
	if (r->at == OTHER)
		r->at = place(a, c, r, s, &where);
	p = r->at == OTHER ? &c->day.other : &c->day.peer[r->at];
	p->up_bytes += up;
	p->down_bytes += down;
	p->stopped_bytes += stopped;
	more_of = (struct cg_day_place){ .up_bytes = up,
					 .down_bytes = down,
					 .stopped_bytes = stopped };
	sum_up(&c->day.country, &r->country, where.country, &more_of);
	sum_up(&c->day.network, &r->network, where.network, &more_of);
	c->day.last_s = a->real_s();
	c->dirty = true;
}

/* ---- what was stopped ---- */

static struct counted *counted_of(struct camera *c, unsigned int plane, unsigned int reason)
{
	struct counted *v;

	for (size_t i = 0; i < c->nwas; i++)
		if (c->was[i].plane == plane && c->was[i].reason == reason)
			return &c->was[i];
	v = reallocarray(c->was, c->nwas + 1, sizeof(*v));
	if (!v)
		return NULL;
	c->was = v;
	v += c->nwas++;
	*v = (struct counted){ .plane = (uint8_t)plane, .reason = (uint8_t)reason };
	return v;
}

static void count_one(struct cg_agent *a, struct camera *c, unsigned int plane, unsigned int reason,
		      const struct cg_count *now)
{
	struct counted *was = now->packets ? counted_of(c, plane, reason) : NULL;
	struct cg_day_stop stop = { .reason = (uint8_t)reason };

	if (!was)
		return;
	stop.up = plane == CG_PLANE_UP || plane == CG_PLANE_UP_MONITOR;
	stop.monitored = plane >= CG_PLANE_UP_MONITOR;
	stop.packets = more(now->packets, was->packets);
	stop.bytes = more(now->bytes, was->bytes);
	was->packets = now->packets;
	was->bytes = now->bytes;
	if (!c->counted || !stop.packets)
		return;
	cg_day_stop(&c->day, &stop);
	c->day.last_s = a->real_s();
	c->dirty = true;
}

static void count(struct cg_agent *a, struct camera *c)
{
	struct cg_stats now;

	if (c->slot == UINT32_MAX || cg_datapath_stats_read(a->kern.dp, c->slot, &now))
		return;
	for (unsigned int plane = 0; plane < CG_REASON_PLANES; plane++)
		for (unsigned int reason = CG_REASON_DROP; reason < CG_REASONS; reason++)
			count_one(a, c, plane, reason, &now.c[plane][reason]);
	c->counted = true;
}

/* Every camera has counters, also one that talks to nobody: from now on they are of this day. */
static void count_all(struct cg_days *d, struct cg_agent *a)
{
	for (size_t i = 0; i < a->policy.ncams; i++) {
		struct camera *c = of(d, a, &a->policy.cams[i]);

		if (c && !c->counted)
			count(a, c);
	}
}

void cg_days_swept(struct cg_days *days, struct cg_agent *a)
{
	for (size_t i = 0; i < days->n; i++) {
		struct camera *c = days->v[i];

		for (size_t k = c->nremote; k--;)
			if (!c->remote[k].seen)
				c->remote[k] = c->remote[--c->nremote];
	}
	/* Not yet where the agent starts: that is not to wait for it. */
	if (days->begun)
		count_all(days, a);
	days->begun = true;
}

/* ---- to the disk ---- */

int cg_days_print(struct cg_days *days, struct cg_agent *a, uint64_t now_ns, bool all, FILE *f)
{
	bool right = cg_sched_clock_right(a);
	int64_t day = today(a);
	int lines = 0;

	count_all(days, a);
	for (size_t i = 0; i < days->n; i++) {
		struct camera *c = days->v[i];
		_cleanup_free_ char *line = NULL;
		/* Before the clock is right nobody knows which day it is. */
		bool over;
		int r;

		/* What came before the clock was right came today. */
		if (right && !c->dated) {
			c->day.day = day;
			c->day.first_s = c->day.last_s = a->real_s();
			c->dated = true;
		}
		over = right && c->day.day != day;
		c->printed = false;
		if (!all && !over && now_ns < c->written_ns + EVERY_NS)
			continue;
		/* Its slot may be another's since. */
		if (cg_agent_find(a, c->day.cam))
			count(a, c);
		if (!c->dirty || cg_day_empty(&c->day)) {
			c->printed = over;
			continue;
		}
		c->day.unsure = !right;
		r = cg_day_print(&c->day, &line);
		if (r)
			return r;
		(void)fputs(line, f);
		c->printed = true;
		lines++;
	}
	return lines;
}

void cg_days_written(struct cg_days *days, struct cg_agent *a, uint64_t now_ns)
{
	bool right = cg_sched_clock_right(a);
	int64_t day = today(a);

	for (size_t i = days->n; i--;) {
		struct camera *c = days->v[i];

		if (!c->printed)
			continue;
		c->printed = c->dirty = false;
		c->written_ns = now_ns;
		if (!cg_agent_find(a, c->day.cam)) {
			drop(days, i);
			continue;
		}
		if (!right || c->day.day == day)
			continue;
		/* The next day: what is connected stays so, and has a place again when it
		 * carries something. */
		cg_day_clear(&c->day);
		c->day.day = day;
		c->day.first_s = c->day.last_s = a->real_s();
		for (size_t k = 0; k < c->nremote; k++) {
			c->remote[k].at = OTHER;
			c->remote[k].country = c->remote[k].network = NONE;
		}
	}
}

/* ---- from the disk ---- */

static int recall(struct cg_days *d, struct cg_agent *a)
{
	_cleanup_(cg_chain_files_free) struct cg_chain_files files = { 0 };
	int r = cg_chain_files_read(a->opts.state_dir, &files);
	int64_t day = today(a);

	for (size_t i = 0; !r && i < files.n; i++) {
		const struct cg_chain_line *line = &files.v[i];
		struct cg_day was;
		struct camera *c = NULL;

		if (!line->linked || !cg_day_is(line->at, line->len))
			continue;
		r = cg_day_parse(line->at, line->len, &was);
		if (r == -ENOMEM)
			return r;
		if (r) {
			r = 0;
			continue;
		}
		if (was.day != day) {
			cg_day_clear(&was);
			continue;
		}
		for (size_t k = 0; k < d->n; k++)
			if (!strcmp(d->v[k]->day.cam, was.cam))
				c = d->v[k];
		if (!c)
			c = add(d, was.cam);
		if (!c) {
			cg_day_clear(&was);
			return -ENOMEM;
		}
		cg_day_clear(&c->day);
		c->day = was;
		c->dated = !was.unsure;
		c->written_ns = a->boot_ns();
	}
	return r;
}

struct cg_days *cg_days_new(struct cg_agent *a)
{
	struct cg_days *d = calloc(1, sizeof(*d));

	/* What cannot be read begins anew; its lines stay. */
	if (d && recall(d, a))
		cg_log_debug("record: today's sums begin anew");
	return d;
}
