/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A change is found by comparing what a camera may with what it might at the last look,
 * so that whoever changes it need not know of this. Walking the flows is put off to the
 * loop's next turn: `close all` is then one walk. Where its class is still the flow's own,
 * exposure decides; else the packet path is asked by its own program, a bounded number
 * of flows a turn.
 */
#include <errno.h>
#include <netinet/in.h>
#include <arpa/inet.h>
#include <string.h>
#include "../lib/exposure.h"
#include "ending.h"
#include "stop.h"

/* Flows of one turn: about 10 us each where they are asked about. */
#define TURN 256

/* What a camera may, as far as its exposure says so. */
struct view {
	uint8_t state; /* enum cg_exposure_state */
	uint8_t to;    /* for some viewers only */
	uint8_t full;
	uint8_t known;
	uint8_t viewer[16];
};

/* A flow that perhaps ends. */
struct candidate {
	struct cg_flow_key key;
	struct cg_flow flow;
	bool must;
};

/* A session that was stopped; its flows are walked next. */
struct stopped {
	uint32_t slot;
	uint8_t peer[16];
};

struct cg_stop {
	ev_timer timer;
	struct view *view; /* by slot */
	bool *walk;	   /* by slot */
	uint32_t slots;
	bool walks; /* any of them */
	uint32_t generation;
	bool off;
	struct stopped stopped[64];
	size_t nstopped;
	struct candidate *list;
	size_t n, room, at;
};

static struct view view_now(struct cg_agent *a, uint32_t slot, uint64_t now)
{
	const struct cg_exposure *e = &cg_datapath_exposure(a->kern.dp)[slot];
	struct view v = { .known = 1, .state = (uint8_t)cg_exposure_now(e, now) };

	v.full = !!(e->word & CG_WORD_FULL);
	v.to = cg_exposure_opening(e, now) && e->word & CG_WORD_TO;
	if (v.to)
		memcpy(v.viewer, e->viewer, sizeof(v.viewer));
	return v;
}

static bool grow(struct cg_stop *s, uint32_t slots)
{
	struct view *view;
	bool *walk;

	if (slots <= s->slots)
		return true;
	view = calloc(slots, sizeof(*view));
	walk = calloc(slots, sizeof(*walk));
	if (!view || !walk) {
		free(view);
		free(walk);
		return false;
	}
	if (s->slots) {
		memcpy(view, s->view, s->slots * sizeof(*view));
		memcpy(walk, s->walk, s->slots * sizeof(*walk));
	}
	free(s->view);
	free(s->walk);
	s->view = view;
	s->walk = walk;
	s->slots = slots;
	return true;
}

/* ---- when ---- */

static uint64_t next_deadline(struct cg_agent *a, uint64_t now)
{
	uint64_t next = UINT64_MAX;

	for (size_t i = 0; i < a->policy.ncams; i++) {
		const struct cg_exposure *e =
			&cg_datapath_exposure(a->kern.dp)[a->policy.cams[i].slot];

		if (cg_exposure_opening(e, now) && cg_exposure_deadline(e) < next)
			next = cg_exposure_deadline(e);
	}
	return next;
}

/* The tick comes every second anyway. */
static void arm(struct cg_agent *a)
{
	struct cg_stop *s = a->stop;
	uint64_t now = a->boot_ns(), next = cg_endings_next(a->endings), end;

	if (!a->loop)
		return;
	end = next_deadline(a, now);
	if (end < next)
		next = end;
	if (s->walks || s->nstopped || s->at < s->n)
		next = now;
	ev_timer_stop(a->loop, &s->timer);
	if (next == UINT64_MAX)
		return;
	ev_timer_set(&s->timer, next > now ? (double)(next - now) / 1e9 : 0., 0.);
	ev_timer_start(a->loop, &s->timer);
}

/* ---- which ---- */

static bool in_session(const struct cg_flow_key *key, const uint8_t *peer)
{
	struct cg_addr addr;

	memcpy(addr.b, peer, sizeof(addr.b));
	return !memcmp(key->peer, peer, cg_addr_is_v4(&addr) ? 16 : 8);
}

static bool of_stopped(const struct cg_stop *s, const struct cg_flow_key *key)
{
	for (size_t i = 0; i < s->nstopped; i++)
		if (s->stopped[i].slot == key->slot && in_session(key, s->stopped[i].peer))
			return true;
	return false;
}

static bool is_expired(const struct cg_flow *f, uint64_t now)
{
	return now > f->last_ns && now - f->last_ns > f->idle_s * CG_SEC_NS;
}

struct walk {
	struct cg_agent *a;
	uint64_t now;
};

static int gather(void *ctx, const struct cg_flow_key *key, const struct cg_flow *flow)
{
	struct walk *w = ctx;
	struct cg_stop *s = w->a->stop;
	bool must = of_stopped(s, key);

	if (flow->scope != CG_NET_REMOTE || flow->reason >= CG_REASON_DROP ||
	    is_expired(flow, w->now) || key->slot >= s->slots || !(must || s->walk[key->slot]))
		return 0;
	if (s->n == s->room) {
		size_t room = s->room ? 2 * s->room : TURN;
		struct candidate *list = reallocarray(s->list, room, sizeof(*list));

		/* The packet path has stopped the rest as well; it is only not told. */
		if (!list)
			return 1;
		s->list = list;
		s->room = room;
	}
	s->list[s->n++] = (struct candidate){ *key, *flow, must };
	return 0;
}

/* One slot, or UINT32_MAX: more than one, or none at all. */
static uint32_t only_slot(const struct cg_stop *s)
{
	uint32_t only = UINT32_MAX;

	for (size_t i = 0; i < s->nstopped; i++) {
		if (only != UINT32_MAX && only != s->stopped[i].slot)
			return UINT32_MAX;
		only = s->stopped[i].slot;
	}
	for (uint32_t i = 0; s->walks && i < s->slots; i++) {
		if (!s->walk[i])
			continue;
		if (only != UINT32_MAX && only != i)
			return UINT32_MAX;
		only = i;
	}
	return only;
}

/* What is gathered anew does not wait twice: reloads that come faster than the turns
 * would fill memory. */
static void forget_walked(struct cg_stop *s)
{
	size_t n = 0;

	for (size_t i = s->at; i < s->n; i++) {
		const struct candidate *c = &s->list[i];

		if (c->must || c->key.slot >= s->slots || !s->walk[c->key.slot])
			s->list[n++] = *c;
	}
	s->n = n;
	s->at = 0;
}

static void walk(struct cg_agent *a)
{
	struct cg_stop *s = a->stop;
	struct walk w = { a, a->boot_ns() };
	int err;

	forget_walked(s);
	err = cg_datapath_flows_read(a->kern.dp, only_slot(s), gather, &w);
	if (err < 0)
		cg_log_warning("flows: %s, ends of those that are stopped are not told",
			       strerror(-err));
	memset(s->walk, 0, s->slots * sizeof(*s->walk));
	s->walks = false;
	s->nstopped = 0;
}

enum answer { PASSES, ENDS, ASK };

/* As the packet path does: a flow's class, and what holds now. */
static enum answer by_class(const struct cg_stop *s, const struct candidate *c)
{
	const struct view *v = &s->view[c->key.slot];
	bool by_peer = c->flow.flags & CG_FLOW_BY_PEER;

	if (s->off)
		return PASSES;
	if (c->flow.gen != s->generation)
		return ASK;
	if (v->state == CG_SEALED || c->flow.class == CG_CLASS_DENIED ||
	    c->flow.class == CG_CLASS_ABROAD)
		return ENDS;
	if (v->state == CG_OPEN)
		return !v->to || !memcmp(v->viewer, c->key.peer, 16) ? PASSES : ASK;
	if (by_peer || (c->flow.class == CG_CLASS_UPLOAD && v->full))
		return ENDS;
	return c->flow.class == CG_CLASS_CONTROL || c->flow.class == CG_CLASS_UPLOAD ? PASSES :
										       ENDS;
}

/* A name's addresses may be forgotten while the flow lives on: what it was let by is
 * asked for again with its next packet. */
static bool passes_by_path(struct cg_agent *a, const struct candidate *c)
{
	struct cg_datapath_probe probe = {
		.slot = c->key.slot,
		.up = !(c->flow.flags & CG_FLOW_BY_PEER),
		.port = ntohs(c->key.peer_port),
		.proto = c->key.proto,
	};
	struct cg_datapath_answer answer;

	memcpy(probe.peer.b, c->key.peer, sizeof(probe.peer.b));
	if (cg_datapath_why(a->kern.dp, &probe, &answer))
		return true;
	return answer.reason < CG_REASON_DROP || (answer.reason == CG_DROP_UNRULED && c->flow.name);
}

static bool passes(struct cg_agent *a, const struct candidate *c)
{
	enum answer answer = by_class(a->stop, c);

	return answer == ASK ? passes_by_path(a, c) : answer == PASSES;
}

static void turn(struct cg_agent *a)
{
	struct cg_stop *s = a->stop;
	size_t end = s->at + TURN < s->n ? s->at + TURN : s->n, ended = 0;

	for (; s->at < end; s->at++) {
		struct candidate *c = &s->list[s->at];
		const struct cg_agent_cam *cam = cg_agent_by_slot(a, c->key.slot);

		/* A policy that cannot be read may say monitor. */
		if (!cam || !cam->policy || cam->policy->monitor || (!c->must && passes(a, c)))
			continue;
		cg_ending_begin(a, &c->key, &c->flow);
		ended++;
	}
	if (ended)
		cg_log_debug("%zu flows are ended", ended);
	if (s->at == s->n) {
		free(s->list);
		s->list = NULL;
		s->n = s->room = s->at = 0;
	}
}

static void due(struct ev_loop *loop, ev_timer *w, int revents)
{
	struct cg_agent *a = w->data;
	struct cg_stop *s = a->stop;

	(void)loop;
	(void)revents;
	cg_stop_look(a);
	if (s->walks || s->nstopped)
		walk(a);
	turn(a);
	cg_endings_run(a, a->boot_ns());
	arm(a);
}

/* ---- from outside ---- */

int cg_stop_open(struct cg_agent *a)
{
	int err = cg_endings_open(a, &a->endings);

	if (err < 0)
		return err;
	a->stop = calloc(1, sizeof(*a->stop));
	if (!a->stop) {
		cg_endings_close(&a->endings);
		return -ENOMEM;
	}
	ev_timer_init(&a->stop->timer, due, 0., 0.);
	a->stop->timer.data = a;
	cg_stop_look(a);
	return 0;
}

void cg_stop_close(struct cg_agent *a)
{
	struct cg_stop *s = TAKE_PTR(a->stop);

	if (!s)
		return;
	if (a->loop)
		ev_timer_stop(a->loop, &s->timer);
	cg_endings_close(&a->endings);
	free(s->view);
	free(s->walk);
	free(s->list);
	free(s);
}

void cg_stop_look(struct cg_agent *a)
{
	struct cg_stop *s = a->stop;
	uint64_t now = a->boot_ns();
	bool off, all;

	if (!s || !grow(s, cg_datapath_slots(a->kern.dp)))
		return;
	off = cg_datapath_meta(a->kern.dp)->off_until_ns > now;
	all = (s->off && !off) || s->generation != cg_datapath_generation(a->kern.dp);
	s->off = off;
	s->generation = cg_datapath_generation(a->kern.dp);
	for (size_t i = 0; i < a->policy.ncams; i++) {
		uint32_t slot = a->policy.cams[i].slot;
		struct view v, *was = &s->view[slot];

		if (slot >= s->slots)
			continue;
		v = view_now(a, slot, now);
		/* Open to everybody, and as before: nothing is less. */
		if (was->known &&
		    (all || (memcmp(was, &v, sizeof(v)) && (v.state != CG_OPEN || v.to || v.full))))
			s->walk[slot] = s->walks = true;
		*was = v;
	}
	arm(a);
}

void cg_stop_walk(struct cg_agent *a, const struct cg_agent_cam *cam)
{
	struct cg_stop *s = a->stop;

	if (!s || cam->slot >= s->slots)
		return;
	s->walk[cam->slot] = s->walks = true;
	arm(a);
}

void cg_stop_session(struct cg_agent *a, const struct cg_agent_cam *cam,
		     const struct cg_session_event *event)
{
	struct cg_stop *s = a->stop;

	if (!s || event->what != CG_SESSION_STOPPED)
		return;
	/* What the ring held for an agent that was dead may be over. */
	if (event->ns < a->run.started_ns && event->session.block_ns <= a->boot_ns())
		return;
	/* More at once than there is room for: their next packets tell. */
	if (s->nstopped < sizeof(s->stopped) / sizeof(s->stopped[0])) {
		struct stopped *x = &s->stopped[s->nstopped++];

		x->slot = cam->slot;
		memcpy(x->peer, event->peer, sizeof(x->peer));
	}
	arm(a);
}

bool cg_stop_event(struct cg_agent *a, const struct cg_event *event)
{
	if (!a->stop || !cg_ending_event(a, event))
		return false;
	arm(a);
	return true;
}

void cg_stop_tick(struct cg_agent *a, uint64_t now_ns)
{
	if (!a->stop)
		return;
	cg_stop_look(a);
	cg_endings_run(a, now_ns);
	arm(a);
}
