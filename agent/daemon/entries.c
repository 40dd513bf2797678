/* SPDX-License-Identifier: GPL-2.0-only */
/* A few hundred at most: every question walks them all. */
#include <string.h>
#include "entries.h"

#define JOIN_NS (CG_RECORD_JOIN_S * CG_SEC_NS)

void cg_entry_drop(struct cg_entries *all, size_t i)
{
	cg_record_clear(&all->v[i]->r);
	free(all->v[i]);
	all->v[i] = all->v[--all->n];
}

void cg_entries_clear(struct cg_entries *all)
{
	while (all->n)
		cg_entry_drop(all, all->n - 1);
}

static bool is_of(const struct cg_entry *e, const struct cg_agent_cam *cam, const uint8_t key[16],
		  bool knock)
{
	return e->slot == cam->slot && !strcmp(e->r.cam, cam->id) && e->knock == knock &&
	       !memcmp(e->key, key, sizeof(e->key));
}

struct cg_entry *cg_entry_find(const struct cg_entries *all, const struct cg_agent_cam *cam,
			       const uint8_t key[16], bool knock)
{
	for (size_t i = 0; i < all->n; i++)
		if (all->v[i]->open && is_of(all->v[i], cam, key, knock))
			return all->v[i];
	return NULL;
}

struct cg_entry *cg_entry_ended(const struct cg_entries *all, const struct cg_agent_cam *cam,
				const uint8_t key[16], uint64_t begun_ns)
{
	for (size_t i = 0; i < all->n; i++)
		if (!all->v[i]->open && is_of(all->v[i], cam, key, false) &&
		    all->v[i]->begun_ns == begun_ns)
			return all->v[i];
	return NULL;
}

struct cg_entry *cg_entry_again(const struct cg_entries *all, uint32_t slot,
				const struct cg_record *kind, uint64_t now_ns)
{
	for (size_t i = 0; i < all->n; i++) {
		struct cg_entry *e = all->v[i];

		if (!e->open && !e->knock && e->slot == slot && now_ns <= e->last_ns + JOIN_NS &&
		    cg_record_alike(&e->r, kind))
			return e;
	}
	return NULL;
}

/* The one that is missed least: one that ended, else of many that knocked; all->n: each of
 * them is a session that goes on. */
static size_t least(const struct cg_entries *all)
{
	size_t found = all->n;

	for (size_t i = 0; i < all->n; i++) {
		const struct cg_entry *e = all->v[i], *f = found < all->n ? all->v[found] : NULL;

		if (e->open && (!e->knock || (f && !f->open)))
			continue;
		if (!f || f->open != e->open || e->dirty < f->dirty ||
		    (e->dirty == f->dirty && e->last_ns < f->last_ns))
			found = i;
	}
	return found;
}

bool cg_entry_id_taken(const struct cg_entries *all, const char *cam, uint64_t id)
{
	for (size_t i = 0; i < all->n; i++)
		if (all->v[i]->r.id == id && !strcmp(all->v[i]->r.cam, cam))
			return true;
	return false;
}

struct cg_entry *cg_entry_add(struct cg_entries *all, const struct cg_agent_cam *cam, uint64_t id,
			      bool knock)
{
	struct cg_entry *e;

	if (all->n == CG_RECORD_ENTRIES) {
		size_t i = least(all);

		all->lost += i == all->n || all->v[i]->dirty;
		if (i == all->n)
			return NULL;
		cg_entry_drop(all, i);
	}
	e = calloc(1, sizeof(*e));
	if (!e) {
		all->lost++;
		return NULL;
	}
	while (cg_entry_id_taken(all, cam->id, id))
		id++;
	e->slot = cam->slot;
	e->knock = knock;
	e->open = e->dirty = true;
	e->r.id = id;
	e->r.count = 1;
	e->r.opening.uid = -1;
	memcpy(e->r.cam, cam->id, sizeof(e->r.cam));
	memcpy(e->r.cam_name, cam->name, sizeof(e->r.cam_name));
	all->v[all->n++] = e;
	return e;
}

static void fold(struct cg_entry_sum *before, struct cg_entry_sum *now)
{
	before->up_bytes += now->up_bytes;
	before->down_bytes += now->down_bytes;
	before->stopped_bytes += now->stopped_bytes;
	before->up_packets += now->up_packets;
	before->down_packets += now->down_packets;
	*now = (struct cg_entry_sum){ .lasted_ns = now->lasted_ns };
}

void cg_entry_attempt(struct cg_entry *e)
{
	e->r.count++;
	e->before.lasted_ns += e->now.lasted_ns;
	e->now.lasted_ns = 0;
	e->open = e->dirty = true;
}

void cg_entry_count(struct cg_entry *e, const struct cg_session *s)
{
	uint64_t lasted = s->last_ns > e->begun_ns ? s->last_ns - e->begun_ns : 0;

	if (e->made_ns && e->made_ns != s->first_ns)
		fold(&e->before, &e->now);
	if (e->made_ns != s->first_ns || e->now.up_bytes != s->up_bytes ||
	    e->now.down_bytes != s->down_bytes || e->now.stopped_bytes != s->stopped_bytes)
		e->dirty = true;
	e->made_ns = s->first_ns;
	/* What tries on behind a stop is no viewing. */
	if (e->r.what != CG_RECORD_ALLOWED)
		lasted = e->now.lasted_ns;
	e->now = (struct cg_entry_sum){
		.up_bytes = s->up_bytes,
		.down_bytes = s->down_bytes,
		.stopped_bytes = s->stopped_bytes,
		.up_packets = s->up_packets,
		.down_packets = s->down_packets,
		.lasted_ns = lasted,
	};
	if (s->last_ns > e->last_ns)
		e->last_ns = s->last_ns;
	e->block_ns = s->block_ns;
}

void cg_entry_close(struct cg_entry *e)
{
	e->open = false;
	e->dirty = true;
}

void cg_entry_record(const struct cg_entry *e, const struct cg_view_time *t,
		     enum cg_record_mode mode, bool unsure, struct cg_record *ret_record)
{
	struct cg_record *r = ret_record;

	*r = e->r;
	r->running = e->open;
	r->unsure = unsure;
	r->first_s = cg_view_epoch(t, e->first_ns);
	r->last_s = cg_view_epoch(t, e->last_ns);
	r->duration_s = (e->before.lasted_ns + e->now.lasted_ns) / CG_SEC_NS;
	r->up_bytes = e->before.up_bytes + e->now.up_bytes;
	r->down_bytes = e->before.down_bytes + e->now.down_bytes;
	r->stopped_bytes = e->before.stopped_bytes + e->now.stopped_bytes;
	r->up_packets = e->before.up_packets + e->now.up_packets;
	r->down_packets = e->before.down_packets + e->now.down_packets;
	r->blocked_s = e->block_ns ? cg_view_epoch(t, e->block_ns) : 0;
	if (e->opened_ns)
		r->opening.since_s = cg_view_epoch(t, e->opened_ns);
	if (e->open_until_ns)
		r->opening.until_s = cg_view_epoch(t, e->open_until_ns);
	cg_record_minimise(r, mode);
}
