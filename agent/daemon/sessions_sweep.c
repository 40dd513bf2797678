/* SPDX-License-Identifier: GPL-2.0-only */
/* The packet path's table of sessions, read: entries count on, end, and are begun where no event told of them. */
#include <string.h>
#include "../lib/exposure.h"
#include "sessions_state.h"

#define IDLE_NS (CG_RECORD_IDLE_S * CG_SEC_NS)
/* Two readings of two clocks. */
#define NEAR_S	5

struct sweep {
	struct cg_agent *a;
	uint64_t now_ns;
	bool first;
};

/* What the run before has written of this session: it goes on. */
static void recall(struct cg_agent *a, struct cg_entry *e)
{
	struct cg_view_time t = cg_sessions_time(a);
	int64_t begun_s = cg_view_epoch(&t, e->begun_ns);

	for (size_t i = a->sessions->recent.n; i--;) {
		struct cg_record *r = &a->sessions->recent.v[i];
		int64_t ago_s = t.now_s - r->first_s;

		if (strcmp(r->cam, e->r.cam) || !cg_prefix_contains(&r->peer, &e->r.peer.addr) ||
		    (r->what == CG_RECORD_ALLOWED) != (e->r.what == CG_RECORD_ALLOWED) ||
		    (r->id != e->r.id && r->last_s < begun_s - NEAR_S))
			continue;
		/* Knocks of its network, and what another goes on with. */
		if ((r->what == CG_RECORD_REFUSED && r->sign == CG_SIGN_INBOUND) ||
		    (r->id != e->r.id && cg_entry_id_taken(&a->sessions->entries, r->cam, r->id)))
			continue;
		e->r.id = r->id;
		if (r->count > e->r.count)
			e->r.count = r->count;
		if (r->up_bytes > e->now.up_bytes)
			e->before.up_bytes = r->up_bytes - e->now.up_bytes;
		if (r->down_bytes > e->now.down_bytes)
			e->before.down_bytes = r->down_bytes - e->now.down_bytes;
		if (ago_s > 0 && (uint64_t)ago_s * CG_SEC_NS < e->first_ns)
			e->first_ns = t.now_ns - (uint64_t)ago_s * CG_SEC_NS;
		cg_sessions_text(&e->r.rule, r->rule);
		cg_sessions_text(&e->r.file, r->file);
		e->r.line = r->line;
		if (!strcmp(r->opening.by, e->r.opening.by))
			e->r.opening = r->opening;
		return;
	}
}

static void adopt(struct sweep *w, const struct cg_agent_cam *cam, const struct cg_flow_key *key,
		  const struct cg_session *s)
{
	struct cg_agent *a = w->a;
	bool stopped = s->block_ns && !cg_session_monitored(s);
	bool active = w->now_ns < s->last_ns + IDLE_NS;
	struct cg_entry *e;

	e = cg_entry_ended(&a->sessions->entries, cam, key->peer, cg_session_begun(s));
	if (e) {
		/* A lull is no end, and what is silent still has ended. */
		if (!active || s->last_ns <= e->last_ns)
			return;
		e->open = true;
		cg_entry_count(e, s);
		e->seen = true;
		return;
	}
	/* Its block is over: the flag is left over. */
	if (stopped && s->block_ns <= w->now_ns)
		return;
	/* It watched until the camera was closed, and whoever saw that has told of it. */
	if (!stopped && !cg_session_monitored(s) &&
	    cg_exposure_now(&cg_datapath_exposure(a->kern.dp)[key->slot], w->now_ns) != CG_OPEN)
		return;
	if (!active && !(stopped && (w->first || s->viewing_ns > a->sessions->swept_ns)))
		return;
	e = cg_sessions_entry(a, cam, s, key->peer, w->now_ns);
	if (!e)
		return;
	e->r.what = stopped ? CG_RECORD_STOPPED : CG_RECORD_ALLOWED;
	e->begun_ns = cg_session_begun(s);
	e->seen = true;
	/* Its rule may be one of a policy from before. */
	cg_sessions_take(a, cam, e, s, !w->first);
	if (w->first) {
		recall(a, e);
	} else if (stopped) {
		cg_sessions_stop_say(a, cam, &e->r, s, w->now_ns);
		cg_sessions_stop_add(a->sessions, &e->r, cg_session_begun(s));
	}
}

static int look_at(void *ctx, const struct cg_flow_key *key, const struct cg_session *s)
{
	struct sweep *w = ctx;
	const struct cg_agent_cam *cam = cg_agent_by_slot(w->a, key->slot);
	struct cg_entry *e;

	cg_sessions_sample(w->a->sessions, key, s, w->now_ns);
	/* What is counted without that flag is talk, maybe after a stop. */
	if (cam && w->a->sessions->sums)
		cg_days_session(w->a->sessions->sums, w->a, cam, key, s);
	if (!cam || !(s->flags & CG_SESSION_VIEWING))
		return 0;
	e = cg_entry_find(&w->a->sessions->entries, cam, key->peer, false);
	if (!e) {
		adopt(w, cam, key, s);
		return 0;
	}
	e->seen = true;
	if (e->told_early)
		cg_sessions_take(w->a, cam, e, s, !w->first);
	else
		cg_entry_count(e, s);
	return 0;
}

void cg_sessions_sweep(struct cg_agent *a, uint64_t now_ns, bool first)
{
	struct cg_entries *all = &a->sessions->entries;
	struct sweep w = { a, now_ns, first };
	int err;

	for (size_t i = 0; i < all->n; i++)
		all->v[i]->seen = false;
	if (a->sessions->sums)
		cg_days_sweep(a->sessions->sums);
	err = cg_datapath_sessions_read(a->kern.dp, UINT32_MAX, look_at, &w);
	a->sessions->swept_ns = now_ns;
	/* What was not read has not ended for that. */
	if (err < 0) {
		cg_log_debug("sessions: %s, reading them again", strerror(-err));
		return;
	}
	if (a->sessions->sums)
		cg_days_swept(a->sessions->sums, a);
	for (size_t i = 0; i < all->n; i++) {
		struct cg_entry *e = all->v[i];

		if (e->open && !e->knock && (!e->seen || now_ns >= e->last_ns + IDLE_NS))
			cg_entry_close(e);
	}
}
