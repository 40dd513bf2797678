/* SPDX-License-Identifier: GPL-2.0-only */
/* Events open entries; the tick has the table read, ends what is over and has entries written. */
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include "../lib/exposure.h"
#include "../lib/utf8.h"
#include "peer.h"
#include "sessions_state.h"

#define SWEEP_NS (CG_RECORD_SWEEP_S * CG_SEC_NS)
#define HOUR_NS	 (CG_RECORD_JOIN_S * CG_SEC_NS)
/* News is limited in the packet path, too: even so the table is read now and then. */
#define SLOW_NS	 (60 * CG_SEC_NS)

enum cg_record_mode cg_sessions_mode(const struct cg_agent *a)
{
	return a->policy.now ? a->policy.now->record : CG_RECORD_MINIMAL;
}

const char *cg_sessions_mode_name(const struct cg_agent *a)
{
	static const char *const modes[] = {
		[CG_RECORD_MINIMAL] = "minimal",
		[CG_RECORD_FULL] = "full",
		[CG_RECORD_OFF] = "off",
	};

	return modes[cg_sessions_mode(a)];
}

struct cg_view_time cg_sessions_time(const struct cg_agent *a)
{
	return (struct cg_view_time){ .now_ns = a->boot_ns(), .now_s = a->real_s() };
}

/* ---- events ---- */

/* The entry that an event is about. */
static struct cg_entry *entry_for(struct cg_agent *a, const struct cg_agent_cam *cam,
				  const struct cg_session_event *ev, uint8_t what)
{
	const struct cg_entries *all = &a->sessions->entries;
	struct cg_record kind = cg_sessions_kind(cam, what, &ev->session, ev->peer);
	struct cg_entry *e = cg_entry_find(all, cam, ev->peer, false);

	/* One that ran and is stopped goes on; one that was let in again is another. */
	if (e && e->r.what != what &&
	    (what == CG_RECORD_ALLOWED ||
	     (what == CG_RECORD_REFUSED && e->r.what == CG_RECORD_ALLOWED))) {
		cg_entry_close(e);
		e = NULL;
	}
	if (e) {
		if (what == CG_RECORD_REFUSED || (e->r.what != CG_RECORD_ALLOWED &&
						  e->begun_ns != cg_session_begun(&ev->session)))
			cg_entry_attempt(e);
		return e;
	}
	/* Its opening ended, or it was silent: it is the same session all the same. */
	e = cg_entry_ended(all, cam, ev->peer, cg_session_begun(&ev->session));
	if (e && what == CG_RECORD_STOPPED && e->r.what == CG_RECORD_ALLOWED) {
		e->open = true;
		return e;
	}
	e = cg_entry_again(all, cam->slot, &kind, ev->ns);
	if (!e)
		return cg_sessions_entry(a, cam, &ev->session, ev->peer, ev->ns);
	cg_entry_attempt(e);
	return e;
}

void cg_sessions_event(struct cg_agent *a, const struct cg_agent_cam *cam,
		       const struct cg_session_event *ev)
{
	struct cg_sessions *s = a->sessions;
	struct cg_record quiet;
	struct cg_entry *e;
	bool stopped;
	uint8_t what;

	if (!s || ev->what < CG_SESSION_BEGAN || ev->what > CG_SESSION_REFUSED)
		return;
	/* Refused because all remotes of the camera are blocked together: that stop is told of. */
	if (ev->what == CG_SESSION_REFUSED && !(ev->session.flags & CG_SESSION_VIEWING))
		return;
	what = ev->what;
	stopped = what == CG_RECORD_STOPPED;
	if (cg_session_monitored(&ev->session))
		what = CG_RECORD_ALLOWED;
	quiet = cg_sessions_kind(cam, what, &ev->session, ev->peer);
	e = cg_sessions_mode(a) == CG_RECORD_OFF ? NULL : entry_for(a, cam, ev, what);
	if (e) {
		/* What is refused behind a stop is of that stop. */
		if (what != CG_RECORD_REFUSED || e->r.what != CG_RECORD_STOPPED)
			e->r.what = what;
		e->begun_ns = cg_session_begun(&ev->session);
		if (ev->ns > e->last_ns)
			e->last_ns = ev->ns;
		cg_sessions_take(a, cam, e, &ev->session, true);
		/* The table will know more within a second. */
		if (e->told_early)
			s->swept_ns = 0;
	}
	if (!stopped)
		return;
	cg_sessions_stop_say(a, cam, e ? &e->r : &quiet, &ev->session, a->boot_ns());
	quiet.count = 1;
	if (what == CG_RECORD_STOPPED && cg_sessions_mode(a) != CG_RECORD_OFF)
		cg_sessions_stop_add(s, &quiet, ev->ns);
}

static struct cg_entry *knocker(struct cg_agent *a, const struct cg_agent_cam *cam,
				const struct cg_event *ev)
{
	struct cg_entries *all = &a->sessions->entries;
	struct cg_record cut = { .what = CG_RECORD_REFUSED,
				 .sign = CG_SIGN_INBOUND,
				 .peer = cg_sessions_whole(ev->peer) };
	size_t others = 0;
	struct cg_entry *e;

	cg_record_minimise(&cut, CG_RECORD_MINIMAL);
	e = cg_entry_find(all, cam, cut.peer.addr.b, true);
	if (e)
		return e;
	for (size_t i = 0; i < all->n; i++)
		others += all->v[i]->open && all->v[i]->knock && all->v[i]->slot == cam->slot;
	if (others >= CG_RECORD_KNOCKERS) {
		cut.peer = (struct cg_prefix){ 0 };
		e = cg_entry_find(all, cam, cut.peer.addr.b, true);
		if (e)
			return e;
	}
	e = cg_entry_add(all, cam, ev->ns, true);
	if (!e)
		return NULL;
	memcpy(e->key, cut.peer.addr.b, sizeof(e->key));
	e->r.what = cut.what;
	e->r.sign = cut.sign;
	e->r.peer = cut.peer;
	e->r.by_peer = true;
	e->r.count = 0;
	e->r.proto = ev->proto;
	e->r.cam_port = ntohs(ev->cam_port);
	e->first_ns = ev->ns;
	return e;
}

void cg_sessions_knock(struct cg_agent *a, const struct cg_agent_cam *cam,
		       const struct cg_event *ev)
{
	struct cg_entry *e;

	/* In mode monitor it passed, and is a session. */
	if (!a->sessions || ev->plane != CG_PLANE_DOWN || cg_sessions_mode(a) == CG_RECORD_OFF)
		return;
	e = knocker(a, cam, ev);
	if (!e)
		return;
	e->r.count++;
	e->now.stopped_bytes += ev->bytes;
	/* A scan is of many. */
	if (e->r.proto != ev->proto)
		e->r.proto = 0;
	if (e->r.cam_port != ntohs(ev->cam_port))
		e->r.cam_port = 0;
	if (ev->ns > e->last_ns)
		e->last_ns = ev->ns;
	e->dirty = true;
}

static void made_add(struct cg_agent *a, const struct cg_agent_cam *cam, const struct cg_opener *o)
{
	struct cg_sessions *s = a->sessions;
	struct cg_opening_made *made;

	if (cg_sessions_mode(a) == CG_RECORD_OFF)
		return;
	if (s->nmade == CG_OPENINGS)
		memmove(s->made, s->made + 1, --s->nmade * sizeof(*s->made));
	made = &s->made[s->nmade++];
	*made = (struct cg_opening_made){ .at_s = a->real_s(), .uid = o->uid };
	made->until_s = cg_agent_epoch(
		a, cg_exposure_deadline(&cg_datapath_exposure(a->kern.dp)[cam->slot]));
	memcpy(made->cam, cam->id, sizeof(made->cam));
	memcpy(made->name, cam->name, sizeof(made->name));
	memcpy(made->user, o->user, sizeof(made->user));
}

void cg_sessions_opened(struct cg_agent *a, const struct cg_agent_cam *cam, int64_t uid,
			const char *via)
{
	struct cg_sessions *s = a->sessions;
	char user[CG_PEER_USER];
	struct cg_opener *o = NULL;

	if (!s || uid < 0)
		return;
	for (size_t i = 0; i < s->nopener; i++)
		if (s->opener[i].slot == cam->slot)
			o = &s->opener[i];
	if (!o) {
		o = reallocarray(s->opener, s->nopener + 1, sizeof(*o));
		if (!o)
			return;
		s->opener = o;
		o += s->nopener++;
	}
	*o = (struct cg_opener){ .slot = cam->slot, .uid = uid };
	o->ns = cg_datapath_exposure(a->kern.dp)[cam->slot].opened_ns;
	cg_utf8_cut(o->user, sizeof(o->user), via ? via : cg_peer_user(uid, user));
	made_add(a, cam, o);
}

/* Knockers have their hour; who watched does not when the camera is closed; what a
 * removed camera did is over. */
static bool others_end(struct cg_agent *a, uint64_t now_ns)
{
	struct cg_entries *all = &a->sessions->entries;
	bool open = false;

	for (size_t i = 0; i < all->n; i++) {
		struct cg_entry *e = all->v[i];
		const struct cg_agent_cam *cam = cg_agent_by_slot(a, e->slot);

		if (e->open && e->r.what == CG_RECORD_ALLOWED && !e->r.monitored &&
		    cg_exposure_now(&cg_datapath_exposure(a->kern.dp)[e->slot], now_ns) != CG_OPEN)
			cg_entry_close(e);
		if (e->open && (!cam || strcmp(cam->id, e->r.cam) ||
				(e->knock && now_ns >= e->first_ns + HOUR_NS)))
			cg_entry_close(e);
		open |= e->open && !e->knock;
	}
	return open;
}

void cg_sessions_forget(struct cg_agent *a, const char *cam)
{
	struct cg_sessions *s = a->sessions;
	size_t kept = 0, n = s->nstop < CG_STOPS ? s->nstop : CG_STOPS;

	for (size_t i = s->entries.n; i--;)
		if (!strcmp(s->entries.v[i]->r.cam, cam))
			cg_entry_drop(&s->entries, i);
	for (size_t i = 0; i < n; i++)
		if (strcmp(s->stop[i].cam, cam))
			s->stop[kept++] = s->stop[i];
	s->nstop = kept;
	kept = 0;
	for (size_t i = 0; i < s->nmade; i++)
		if (strcmp(s->made[i].cam, cam))
			s->made[kept++] = s->made[i];
	s->nmade = kept;
	if (s->sums)
		cg_days_forget(s->sums, cam);
}

void cg_sessions_moved(struct cg_agent *a)
{
	if (a->sessions)
		a->sessions->events_lost = UINT64_MAX;
}

void cg_sessions_tick(struct cg_agent *a, uint64_t now_ns)
{
	struct cg_sessions *s = a->sessions;
	bool open;

	if (!s)
		return;
	if (cg_sessions_mode(a) == CG_RECORD_OFF) {
		cg_entries_clear(&s->entries);
		cg_days_free(&s->sums);
	} else {
		if (!s->sums)
			s->sums = cg_days_new(a);
		open = others_end(a, now_ns);
		if (a->run.lost != s->events_lost ||
		    now_ns >= s->swept_ns + (open ? SWEEP_NS : SLOW_NS)) {
			s->events_lost = a->run.lost;
			cg_sessions_sweep(a, now_ns, false);
		}
	}
	cg_sessions_write_tick(a, now_ns);
}

int cg_sessions_open(struct cg_agent *a)
{
	uint64_t now_ns = a->boot_ns();

	a->sessions = calloc(1, sizeof(*a->sessions));
	if (!a->sessions)
		return -ENOMEM;
	a->sessions->flushed_ns = now_ns;
	if (cg_sessions_mode(a) != CG_RECORD_OFF) {
		struct cg_recordfile f = cg_sessions_file(a);
		int r = cg_recordfile_begin(&f);

		if (r)
			cg_log_warning("%s/" CG_RECORD_HEAD ": %s", f.dir, strerror(-r));
		cg_sessions_wrote(a, &f);
	}
	a->sessions->events_lost = a->run.lost;
	cg_sessions_recall(a, now_ns);
	if (cg_sessions_mode(a) != CG_RECORD_OFF) {
		a->sessions->sums = cg_days_new(a);
		cg_sessions_sweep(a, now_ns, true);
	}
	cg_records_free(&a->sessions->recent);
	return 0;
}

void cg_sessions_close(struct cg_agent *a)
{
	struct cg_sessions *s = a->sessions;

	if (!s)
		return;
	if (cg_sessions_mode(a) != CG_RECORD_OFF) {
		cg_sessions_sweep(a, a->boot_ns(), false);
		cg_sessions_flush(a, a->boot_ns(), true);
	}
	if (!s->failing) {
		struct cg_recordfile f = cg_sessions_file(a);
		int r = cg_recordfile_end(&f);

		/* The next one will say that this one did not. */
		if (r)
			cg_log_debug("%s/" CG_RECORD_HEAD ": %s", f.dir, strerror(-r));
	}
	cg_entries_clear(&s->entries);
	cg_days_free(&s->sums);
	free(s->opener);
	free(s);
	a->sessions = NULL;
}
