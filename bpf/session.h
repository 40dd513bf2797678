/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A camera and one remote: is what they exchange viewing? Told by who began, by the bytes
 * of a protocol, by rate or by amount; each is enough. Where the camera is open the session
 * is marked, else stopped: its remote is blocked for a time that grows on repetition. When
 * an opening ends, what was marked is stopped by its next packet, with the agent or without.
 */
#ifndef CG_SESSION_H
#define CG_SESSION_H

#include "fast.h"
#include "meter.h"
#include "outcome.h"

/* Of a flow's first packets each goes the long way, so that no grant is left behind by
 * connections that do not last. */
#define SESSION_FAST_AFTER 4
/* Payload shorter than that does not tell a protocol, unless nothing longer comes. */
#define SIGNATURE_BYTES	   16
#define SIGNATURE_PACKETS  16
#define REFUSED_TELL_S	   60

/* With a remote, and passing so far. */
INLINE int wants_session(const struct scratch *m)
{
	__u32 r = m->v.reason;

	return m->v.scope == CG_NET_REMOTE &&
	       (r == CG_PASS_CONTROL || r == CG_PASS_UPLOAD || r == CG_PASS_OPEN ||
		r == CG_PASS_FRAGMENT || r == CG_PASS_ICMP_ERROR);
}

/*
 * UDP: every packet that is not viewing anyway, since a protocol may begin at any time
 * within a flow to a rendezvous server. TCP: the first payload either way.
 */
INLINE int wants_signature(struct scratch *m)
{
	__u32 told = m->up ? CG_FLOW_CAM_TOLD : CG_FLOW_PEER_TOLD;
	const struct pkt *p = &m->p;

	if (m->flags & CG_CAM_NO_SIGNATURE || p->part == FRAG_LATER)
		return 0;
	if (p->proto == IPPROTO_UDP) {
		m->v.keep &= m->v.open;
		return m->payload != 0;
	}
	if (p->proto != IPPROTO_TCP || m->flow_flags & told)
		return 0;
	if (m->payload >= SIGNATURE_BYTES || m->flow_packets >= SIGNATURE_PACKETS)
		m->examine = told;
	else
		m->v.keep = 0;
	return m->payload != 0;
}

/* What this packet and those that went the short way since bring the session. */
INLINE void session_amounts(struct scratch *m, const struct cg_meta *meta)
{
	struct cg_flow *f;

	if (m->v.flow && m->p.plain)
		fast_settle(m, meta);
	forget();
	f = m->v.flow ? bpf_map_lookup_elem(&cg_flows, &m->key) : NULL;
	m->sent = m->up ? m->charge : 0;
	m->got = m->up ? 0 : m->charge;
	m->refund = 0;
	if (!f)
		return;
	m->sent += f->fast_up;
	m->got += f->fast_down;
	/* By another budget it was paid before a reload; that is not given back. */
	m->refund = f->budget == m->v.budget ? f->refund : 0;
	f->fast_up = 0;
	f->fast_down = 0;
	f->refund = 0;
}

/* What goes by a budget of the rule's own is no part of it. */
INLINE int in_sum(const struct scratch *m)
{
	return m->v.budget < CG_BUDGET_OWN;
}

/* Times of one budget are not those of another. */
INLINE struct cg_meter *session_meter(const struct scratch *m, struct cg_session *e)
{
	return !in_sum(m) ? &e->own : m->v.class == CG_CLASS_UPLOAD ? &e->upload : &e->meter;
}

INLINE struct cg_meter *sum_meter(const struct scratch *m, struct cg_sum *sum)
{
	return m->v.class == CG_CLASS_UPLOAD ? &sum->upload : &sum->control;
}

INLINE void session_event(struct scratch *m, struct cg_session *e, struct cg_state *state,
			  __u8 what)
{
	struct cg_session_event *ev;
	__u32 zero = 0;
	__u64 *lost;

	e->told_s = m->now / SEC_NS;
	if (!budget_take(&state->news_tat_ns, m->now, CG_EVENT_RATE, CG_EVENT_BURST)) {
		state->suppressed++;
		return;
	}
	ev = bpf_ringbuf_reserve(&cg_events, sizeof(*ev), 0);
	if (!ev) {
		lost = bpf_map_lookup_elem(&cg_lost, &zero);
		if (lost)
			(*lost)++;
		return;
	}
	ev->size = sizeof(*ev);
	ev->version = CG_BPF_ABI_VERSION;
	ev->type = CG_EVENT_SESSION;
	ev->slot = m->slot;
	ev->ns = m->now;
	memcpy(ev->peer, m->session_key.peer, 16);
	ev->what = what;
	memset(ev->pad, 0, sizeof(ev->pad));
	memcpy(&ev->session, e, sizeof(*e));
	bpf_ringbuf_submit(ev, 0);
}

INLINE __u64 block_time(__u32 repeats)
{
	return CG_BLOCK_S * SEC_NS << (repeats < CG_BLOCK_DOUBLED ? repeats : CG_BLOCK_DOUBLED);
}

/* What the packet showed. First bytes are kept only of what is stopped. */
INLINE void session_evidence(struct __sk_buff *skb, struct scratch *m, struct cg_session *e)
{
	const struct pkt *p = &m->p;

	session_ends(m, e);
	e->signature = m->signature;
	e->nfirst = 0;
	if (!m->v.open && m->payload >= CG_FIRST_BYTES && p->part != FRAG_LATER &&
	    !bpf_skb_load_bytes(skb, p->head_len, e->first, CG_FIRST_BYTES))
		e->nfirst = CG_FIRST_BYTES;
}

/* The viewer that the rendezvous server of PPPP names: port and address as a little
 * machine stores them (p2p_signatures.tsv, PPPP: f1 40). */
INLINE void session_viewer(const struct scratch *m, __u8 *addr, __be16 *port)
{
	__u64 high = m->payload_word[0], low = m->payload_word[1];
	__u32 v4 = low >> 32;

	map_v4(addr, __builtin_bswap32(bpf_htonl(v4)));
	*port = __builtin_bswap16(bpf_htons(high));
}

INLINE void session_tell(struct __sk_buff *skb, const struct seat *s, struct cg_session *e,
			 const struct cg_budget *b, __u8 sign)
{
	struct scratch *m = s->m;
	__u64 block_ns;

	e->watched_ns = m->now;
	if (m->v.open && e->flags & CG_SESSION_VIEWING)
		return;
	e->sign = sign;
	e->viewing_ns = m->now;
	e->flags |= CG_SESSION_VIEWING;
	session_evidence(skb, m, e);
	forget();
	if (sign == CG_SIGN_SIGNATURE && m->signature == CG_SIG_PPPP_PUNCH)
		session_viewer(m, e->viewer, &e->viewer_port);
	forget();
	if (m->v.open) {
		session_event(m, e, s->state, CG_SESSION_BEGAN);
		return;
	}
	if (e->ended_ns && m->now - e->ended_ns > CG_STOPPED_S * SEC_NS)
		e->repeats = 0;
	block_ns = m->now + block_time(e->repeats);
	e->block_ns = block_ns;
	if (e->repeats < 255)
		e->repeats++;
	e->idle_s = CG_STOPPED_S;
	meter_empty(session_meter(m, e), b, block_ns);
	forget();
	session_event(m, e, s->state, CG_SESSION_STOPPED);
	m->v.reason = sign == CG_SIGN_BUDGET || sign == CG_SIGN_SUM ? CG_DROP_BUDGET :
								      CG_DROP_VIEWING;
}

/* All remotes of the camera are blocked: what one alone may do, they did together. */
INLINE void sum_block(struct scratch *m, struct cg_sum *sum, const struct cg_budget *b)
{
	if (m->now - sum->stop_ns > CG_STOPPED_S * SEC_NS)
		sum->repeats = 0;
	sum->block_ns = m->now + block_time(sum->repeats);
	sum->stop_ns = m->now;
	sum->repeats++;
	meter_empty(sum_meter(m, sum), b, sum->block_ns);
}

/* A place among those who may watch at once. */
INLINE int viewer_place(struct scratch *m, struct cg_sum *sum, __u32 max)
{
	__u32 i, free = CG_MAX_VIEWERS;

	for (i = 0; i < CG_MAX_VIEWERS; i++) {
		forget();
		if (i >= max)
			break;
		if (same_addr(sum->viewer[i].peer, m->session_key.peer)) {
			sum->viewer[i].last_ns = m->now;
			return 1;
		}
		if (free == CG_MAX_VIEWERS &&
		    (!sum->viewer[i].last_ns ||
		     older(m->now, sum->viewer[i].last_ns, CG_VIEWER_IDLE_S)))
			free = i;
	}
	if (free >= CG_MAX_VIEWERS)
		return 0;
	memcpy(sum->viewer[free].peer, m->session_key.peer, 16);
	sum->viewer[free].last_ns = m->now;
	return 1;
}

/* An opening forgives: what was blocked is no more. */
INLINE void session_opened(struct __sk_buff *skb, const struct seat *s, struct cg_session *e,
			   struct cg_sum *sum, const struct cg_budget *b)
{
	struct scratch *m = s->m;
	__u32 max = CG_CAM_MAX_VIEWERS(m->flags);
	int inbound = m->v.began & CG_FLOW_BY_PEER && !(m->flags & CG_CAM_NO_INBOUND);

	if (e->block_ns) {
		e->block_ns = 0;
		e->flags &= ~CG_SESSION_VIEWING;
		session_meter(m, e)->tat_ns = 0;
	}
	if (sum->block_ns && !(m->word & CG_WORD_TO)) {
		sum->block_ns = 0;
		sum->control.tat_ns = 0;
		sum->upload.tat_ns = 0;
	}
	/* What has not looked like viewing for a while is talk again. */
	if (e->flags & CG_SESSION_VIEWING && older(m->now, e->watched_ns, CG_WATCHED_S))
		e->flags &= ~CG_SESSION_VIEWING;
	e->flags |= CG_SESSION_OPEN;
	forget();
	if (max && (m->v.class == CG_CLASS_UNRULED || inbound || e->flags & CG_SESSION_VIEWING) &&
	    !viewer_place(m, sum, max)) {
		m->v.reason = CG_DROP_MAX_VIEWERS;
		m->v.keep = 0;
		return;
	}
	forget();
	if (inbound)
		session_tell(skb, s, e, b, CG_SIGN_INBOUND);
}

/* 1: nothing passes. */
INLINE int session_blocked(const struct seat *s, struct cg_session *e, struct cg_sum *sum,
			   const struct cg_budget *b)
{
	struct scratch *m = s->m;

	if (e->flags & CG_SESSION_OPEN) {
		e->flags &= ~CG_SESSION_OPEN;
		if (older(m->now, e->watched_ns, CG_WATCHED_S))
			e->flags &= ~CG_SESSION_VIEWING;
		if (e->flags & CG_SESSION_VIEWING) {
			/* It was allowed: the next time is no repetition. */
			e->block_ns = m->now + block_time(0);
			e->idle_s = CG_STOPPED_S;
			meter_empty(session_meter(m, e), b, e->block_ns);
			m->v.reason = CG_DROP_VIEWING;
			session_event(m, e, s->state, CG_SESSION_STOPPED);
			return 1;
		}
	}
	if (m->now < e->block_ns || m->now < sum->block_ns) {
		m->v.reason = CG_DROP_VIEWING;
		m->v.keep = m->key.peer_port != bpf_htons(PORT_DNS);
		if ((__s32)((__u32)(m->now / SEC_NS) - e->told_s) >= REFUSED_TELL_S)
			session_event(m, e, s->state, CG_SESSION_REFUSED);
		return 1;
	}
	if (e->block_ns) {
		e->ended_ns = e->block_ns;
		e->block_ns = 0;
		e->viewing_ns = 0;
		e->flags &= ~CG_SESSION_VIEWING;
	}
	return 0;
}

/* There is not enough in the camera's sum: whose doing is it? Of one that took more than
 * half it is that one's, and what it took is given back. */
INLINE __u32 session_sum_sign(const struct scratch *m, const struct cg_meter *own,
			      struct cg_meter *all)
{
	__u64 mine = less(own->tat_ns, m->now), sum = less(all->tat_ns, m->now);

	if (2 * mine <= sum)
		return CG_SIGN_SUM;
	all->tat_ns = less(all->tat_ns, mine);
	return CG_SIGN_BUDGET;
}

/* Pays for what the camera sends, with a grant for what may follow on the short way.
 * A sign, or 0. */
INLINE __u32 session_pay(struct scratch *m, struct cg_session *e, struct cg_sum *sum,
			 const struct cg_budget *b)
{
	struct cg_meter *all = sum_meter(m, sum);
	struct cg_meter *own = session_meter(m, e);
	__u32 grant, cost, most = m->grant;

	if (!b->ns_256 && !b->hour_ns_256)
		return 0;
	m->grant = FAST_ALL;
	credit_add(sum, m->now, m->got);
	m->refund += credit_use(sum, m->up ? m->sent - m->charge : m->sent);
	forget();
	meter_refund(own, b, m->refund);
	if (in_sum(m))
		meter_refund(all, b, m->refund);
	if (!m->up)
		return 0;
	forget();
	cost = m->charge;
	cost -= credit_use(sum, cost);
	forget();
	grant = m->v.keep && m->p.plain && !m->station && m->flow_packets >= SESSION_FAST_AFTER ?
			b->grant :
			0;
	/* No more than the sign of a rate lets by unseen. */
	if (grant > most)
		grant = most;
	/* Where many flows share what there is, each is granted less at once. */
	if (!meter_is_ample(own, b, m->now, cost + grant) ||
	    (in_sum(m) && !meter_is_ample(all, b, m->now, cost + grant)))
		grant >>= 3;
	if (grant && meter_pay(own, b, m->now, cost + grant)) {
		if (!in_sum(m) || meter_pay(all, b, m->now, cost + grant)) {
			m->grant = grant;
			return 0;
		}
		meter_refund(own, b, cost + grant);
	}
	forget();
	m->v.keep = 0;
	if (!cost)
		return 0;
	if (!meter_pay(own, b, m->now, cost))
		return CG_SIGN_BUDGET;
	forget();
	if (in_sum(m) && !meter_pay(all, b, m->now, cost))
		return session_sum_sign(m, own, all);
	return 0;
}

INLINE __u32 session_sign(struct scratch *m, struct cg_session *e, struct cg_sum *sum,
			  const struct cg_budget *b)
{
	int ruled = m->v.class == CG_CLASS_CONTROL, steady = !(m->flags & CG_CAM_NO_RATE);

	if (steady && (m->v.open || ruled) && meter_windows(&e->meter, m->now, m->sent, m->got))
		return CG_SIGN_RATE;
	forget();
	if (m->v.open && e->flags & CG_SESSION_VIEWING)
		return 0;
	if (steady && !m->v.open && ruled) {
		/* Of all in sum, but mostly this one's? */
		if (meter_windows(&sum->control, m->now, m->sent, m->got))
			return e->meter.hits & (e->meter.hits - 1) ? CG_SIGN_RATE : CG_SIGN_SUM;
		if (m->up)
			m->grant = CG_FAST_GRANT;
	}
	forget();
	return m->v.class == CG_CLASS_UNRULED || m->flags & CG_CAM_NO_BUDGET ?
		       0 :
		       session_pay(m, e, sum, b);
}

/* Right behind a block there is little: more than that waits, and is no new stop. */
INLINE int session_resumes(const struct scratch *m, const struct cg_session *e,
			   const struct cg_sum *sum, const struct cg_budget *b, __u32 sign)
{
	if (m->v.open || (sign != CG_SIGN_BUDGET && sign != CG_SIGN_SUM))
		return 0;
	return (e->ended_ns && m->now - e->ended_ns < b->burst_ns) ||
	       (sum->block_ns && m->now - sum->block_ns < b->burst_ns);
}

/* Does the punch order name somebody the opening in force is for? */
INLINE int session_punch_may(const struct seat *s)
{
	struct scratch *m = s->m;
	struct exposure_now now;
	__be16 port;

	if (m->signature != CG_SIG_PPPP_PUNCH || m->v.open)
		return 0;
	session_viewer(m, m->session_key.peer, &port);
	exposure_read(s, m->session_key.peer, &now);
	return now.open;
}

/* For `why`: is the remote blocked? */
INLINE int session_why(struct scratch *m)
{
	__u32 slot = m->slot;
	struct cg_sum *sum = bpf_map_lookup_elem(&cg_sums, &slot);
	struct cg_session *e;

	session_key(&m->session_key, slot, m->up ? m->p.dst : m->p.src);
	forget();
	e = bpf_map_lookup_elem(&cg_sessions, &m->session_key);
	return (e && m->now < e->block_ns) || (sum && m->now < sum->block_ns);
}

/* Leaves a reason to drop the packet, or how much may follow it on the short way. */
INLINE void judge_session(struct __sk_buff *skb, const struct cg_meta *meta, const struct seat *s)
{
	struct scratch *m = s->m;
	__u32 slot = m->slot, sign, at;
	struct cg_sum *sum = bpf_map_lookup_elem(&cg_sums, &slot);
	struct cg_budget *b;
	struct cg_session *e;

	at = m->v.class == CG_CLASS_UPLOAD ? CG_BUDGET_UPLOAD : CG_BUDGET_CONTROL;
	at = cg_budget_at(m->gen, m->v.budget ? m->v.budget : at);
	b = bpf_map_lookup_elem(&cg_budgets, &at);
	if (!sum || !b) {
		m->v.reason = CG_DROP_NO_POLICY;
		return;
	}
	session_amounts(m, meta);
	forget();
	sign = session_punch_may(s);
	session_key(&m->session_key, slot, m->up ? m->p.dst : m->p.src);
	forget();
	e = session_of(m, s->state);
	if (!e) {
		m->v.reason = CG_DROP_QUOTA;
		m->v.keep = 0; /* a place may come free at any time */
		return;
	}
	stay(e);
	if (m->v.open)
		session_opened(skb, s, e, sum, b);
	else if (session_blocked(s, e, sum, b))
		goto out;
	forget();
	if (!passes(m->v.reason))
		goto out;
	if (m->signature && !sign)
		sign = CG_SIGN_SIGNATURE;
	else
		sign = session_sign(m, e, sum, b);
	forget();
	if (sign && session_resumes(m, e, sum, b, sign)) {
		m->v.reason = CG_DROP_BUDGET;
		m->v.keep = 0;
	} else if (sign) {
		session_tell(skb, s, e, b, sign);
		forget();
		if (sign == CG_SIGN_SUM && !m->v.open)
			sum_block(m, sum, b);
	}
	forget();
	if (m->signature == CG_SIG_STUN && passes(m->v.reason))
		sum->stun_ns = m->now;
out:
	forget();
	session_count(m, e);
}

#endif
