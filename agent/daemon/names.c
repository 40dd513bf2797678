/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Bounded: so many questions under way, so many waiting, so many of one camera,
 * so many begun a second. What finds no room is left to the camera's next question.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "askdns.h"
#include "learn.h"
#include "names.h"
#include "resolvers.h"

#define FLIGHTS	     8
#define QUEUE	     128
#define QUEUE_CAMERA 16
#define PACE_S	     0.05
/* Names that could not be found out: asked again after so long, at most. */
#define RETRY_S	     5
#define RETRY_MAX_S  300
/* One line a camera in this time. */
#define QUIET_NS     (60 * CG_SEC_NS)

static const uint16_t types[2] = { CG_DNSMSG_A, CG_DNSMSG_AAAA };

/* A rule's whole name; of the policy in force. Sorted by name. */
struct want {
	const char *name;
	uint32_t slot;
	bool done[2]; /* by type; counts at the first of a name */
};

/* What a camera asked for and the packet path could not read. */
struct asked {
	uint32_t slot;
	uint16_t type;
	char name[CG_NAMEPAT_LEN];
};

struct flight {
	struct cg_names *names;
	struct cg_askdns *ask;
	struct cg_addr server;
	bool plain;
	size_t want; /* the first of its name */
	int type;    /* index */
	struct asked asked;
};

struct cg_names {
	struct cg_agent *a;
	struct want *want;
	size_t nwant, at; /* the next to be asked, 2 * index + type */
	bool failed;	  /* some will be asked again */
	uint64_t again_ns;
	unsigned int retry_s;
	struct asked queue[QUEUE];
	size_t nqueue;
	struct flight flight[FLIGHTS];
	ev_timer pace;
	struct cg_log_limit limit;
};

static struct flight *flight_free(struct cg_names *n)
{
	for (size_t i = 0; i < FLIGHTS; i++)
		if (!n->flight[i].ask)
			return &n->flight[i];
	return NULL;
}

/* As many messages as it takes. */
static void tell(struct cg_names *n, uint32_t slot, const char *name, uint16_t type,
		 const struct cg_dnsmsg *m)
{
	uint8_t msg[CG_DATAPATH_ANSWER_MAX];
	enum cg_dns_result result = CG_DNS_NOTHING;
	size_t told = 0, taken, len;

	while (told < m->naddr) {
		len = cg_dnsmsg_answer(name, type, m->addr + told, m->naddr - told, m->ttl_s, msg,
				       sizeof(msg), &taken);
		if (!taken || cg_datapath_name_tell(n->a->kern.dp, slot, msg, len, &result) < 0)
			return;
		told += taken;
	}
	cg_log_debug("%s: %zu addresses told", name, told);
}

static void pace_on(struct cg_names *n)
{
	if (!n->a->loop || ev_is_active(&n->pace))
		return;
	ev_timer_set(&n->pace, 0., PACE_S);
	ev_timer_start(n->a->loop, &n->pace);
}

static void plain_done(struct flight *f, int err, const struct cg_dnsmsg *m)
{
	struct cg_names *n = f->names;
	struct want *first = &n->want[f->want];

	if (err) {
		n->failed = true;
		return;
	}
	first->done[f->type] = true;
	for (struct want *w = first; w < n->want + n->nwant && !strcmp(w->name, first->name); w++)
		tell(n, w->slot, w->name, types[f->type], m);
}

static void answered(void *ctx, int err, const struct cg_dnsmsg *m)
{
	struct flight *f = ctx;

	f->ask = NULL;
	if (!err && !cg_resolvers_hold(f->names->a, &f->server))
		err = -EAGAIN;
	if (f->plain)
		plain_done(f, err, m);
	else if (!err)
		tell(f->names, f->asked.slot, f->asked.name, f->asked.type, m);
	pace_on(f->names);
}

/* Is there a question to ask now? Then it is in *f. */
static const char *next(struct cg_names *n, struct flight *f, uint16_t *ret_type)
{
	struct cg_datapath_name known;

	if (n->nqueue) {
		f->plain = false;
		f->asked = n->queue[0];
		memmove(n->queue, n->queue + 1, --n->nqueue * sizeof(*n->queue));
		*ret_type = f->asked.type;
		return f->asked.name;
	}
	for (; n->at < 2 * n->nwant; n->at++) {
		size_t i = n->at / 2;
		struct want *w = &n->want[i];
		bool all = true;

		f->type = n->at % 2;
		if ((i && !strcmp(w->name, w[-1].name)) || w->done[f->type])
			continue;
		for (struct want *o = w; o < n->want + n->nwant && !strcmp(o->name, w->name); o++)
			all &= !cg_datapath_name_find(n->a->kern.dp, o->slot,
						      cg_namepat_id(o->name), &known) &&
			       known.until_ns > n->a->boot_ns();
		/* By the first type's own answer it is known before the second's. */
		if (all && !f->type) {
			w->done[0] = w->done[1] = true;
			continue;
		}
		n->at++;
		f->plain = true;
		f->want = i;
		*ret_type = types[f->type];
		return w->name;
	}
	return NULL;
}

static bool under_way(const struct cg_names *n)
{
	for (size_t i = 0; i < FLIGHTS; i++)
		if (n->flight[i].ask)
			return true;
	return false;
}

/* The sweep is through: what failed is asked again later. */
static void rest(struct cg_names *n)
{
	ev_timer_stop(n->a->loop, &n->pace);
	if (!n->failed || under_way(n) || n->again_ns)
		return;
	n->retry_s = n->retry_s ? 2 * n->retry_s : RETRY_S;
	if (n->retry_s > RETRY_MAX_S)
		n->retry_s = RETRY_MAX_S;
	n->again_ns = n->a->boot_ns() + n->retry_s * CG_SEC_NS;
}

static void pace(struct ev_loop *loop, ev_timer *w, int revents)
{
	struct cg_names *n = w->data;
	struct flight *f = flight_free(n);
	const char *name;
	uint16_t type;

	(void)revents;
	if (!f) { /* goes on with the next answer */
		ev_timer_stop(loop, w);
		return;
	}
	name = next(n, f, &type);
	if (!name) {
		rest(n);
		return;
	}
	if (!cg_resolvers_server(n->a, &f->server) ||
	    cg_askdns_start(loop, &f->server, n->a->run.dns_port, name, type, answered, f,
			    &f->ask) < 0)
		n->failed |= f->plain;
}

static int by_name(const void *x, const void *y)
{
	const struct want *a = x, *b = y;
	int c = strcmp(a->name, b->name);

	return c ? c : (a->slot > b->slot) - (a->slot < b->slot);
}

static void wants_make(struct cg_names *n)
{
	const struct cg_agent *a = n->a;
	struct want *w = calloc(a->policy.nrules + 1, sizeof(*w));

	free(n->want);
	n->want = w;
	n->nwant = 0;
	if (!w) {
		cg_log_warning("names: %s, cameras that kept addresses must ask again",
			       strerror(ENOMEM));
		return;
	}
	for (size_t i = 0; i < a->policy.ncams; i++) {
		const struct cg_policy_cam *p = a->policy.cams[i].policy;

		for (size_t r = 0; p && r < p->nrules; r++) {
			const char *name = p->rules[r].text.name;

			/* Those of a list may be many: cameras ask for what they need. */
			if (name && !cg_namepat_is_wild(name))
				w[n->nwant++] = (struct want){ .name = name,
							       .slot = a->policy.cams[i].slot };
		}
	}
	qsort(w, n->nwant, sizeof(*w), by_name);
}

void cg_names_policy(struct cg_agent *a)
{
	struct cg_names *n = a->names;

	if (!n)
		return;
	/* Their names were the old policy's. */
	for (size_t i = 0; i < FLIGHTS; i++)
		if (n->flight[i].plain)
			cg_askdns_cancel(&n->flight[i].ask);
	wants_make(n);
	n->at = 0;
	n->failed = false;
	n->again_ns = 0;
	n->retry_s = 0;
	cg_resolvers_sync(a);
	pace_on(n);
}

void cg_names_tick(struct cg_agent *a, uint64_t now_ns)
{
	struct cg_names *n = a->names;

	if (!n)
		return;
	cg_resolvers_tick(a, now_ns);
	if (!n->again_ns || now_ns < n->again_ns)
		return;
	n->again_ns = 0;
	n->failed = false;
	n->at = 0;
	pace_on(n);
}

const char *cg_names_of(struct cg_agent *a, uint32_t slot, const struct cg_addr *addr,
			char buf[static CG_NAMEPAT_LEN])
{
	struct cg_datapath_name names[CG_NAMES_PER_ADDR];
	size_t n = cg_datapath_names_of(a->kern.dp, slot, addr, names), last = 0;

	for (size_t i = 1; i < n; i++)
		if (names[i].asked_ns > names[last].asked_ns)
			last = i;
	return n ? strcpy(buf, names[last].text) : NULL;
}

static void ask_for(struct cg_names *n, uint32_t slot, uint16_t type, const char *name)
{
	size_t of_camera = 0;

	for (size_t i = 0; i < n->nqueue; i++) {
		const struct asked *q = &n->queue[i];

		if (q->slot != slot)
			continue;
		if (q->type == type && !strcmp(q->name, name))
			return;
		of_camera++;
	}
	for (size_t i = 0; i < FLIGHTS; i++) {
		const struct asked *q = &n->flight[i].asked;

		if (n->flight[i].ask && !n->flight[i].plain && q->slot == slot && q->type == type &&
		    !strcmp(q->name, name))
			return;
	}
	if (n->nqueue == QUEUE || of_camera == QUEUE_CAMERA)
		return;
	n->queue[n->nqueue] = (struct asked){ .slot = slot, .type = type };
	(void)snprintf(n->queue[n->nqueue].name, sizeof(n->queue->name), "%s", name);
	n->nqueue++;
	pace_on(n);
}

static const char *result_text(unsigned int result)
{
	switch (result) {
	case CG_DNS_ORIGIN:
		return "it does not come from where the resolver is";
	case CG_DNS_UNASKED:
		return "the camera did not ask so";
	case CG_DNS_ADDRESS:
		return "it holds an address no name outside may have";
	case CG_DNS_FULL_NAME:
	case CG_DNS_FULL_ADDR:
	case CG_DNS_FULL_ALIAS:
		return "the camera has too many names";
	default:
		return "it cannot be read";
	}
}

void cg_names_event(void *ctx, const struct cg_name_event *e)
{
	struct cg_agent *a = ctx;
	const struct cg_agent_cam *cam = cg_agent_by_slot(a, e->slot);
	char name[CG_NAMEPAT_LEN], peer[CG_ADDR_STRLEN];
	struct cg_addr addr;
	uint64_t held;

	if (!cam || !a->names)
		return;
	cg_namepat_text(e->name, e->len, name);
	/* What was not asked for may be a stranger's word. */
	if (e->result != CG_DNS_ORIGIN && e->result != CG_DNS_UNASKED)
		cg_learn_name(a, cam, name, e->ns);
	switch (e->result) {
	case CG_DNS_LEARNED:
	case CG_DNS_NOTHING:
		cg_log_debug("%s: %s is known", cam->name, name);
		return;
	case CG_DNS_TRUNCATED:
	case CG_DNS_FRAGMENT:
	case CG_DNS_TCP:
	case CG_DNS_LONG:
		if (e->flags & CG_NAME_RULED &&
		    (e->qtype == CG_DNSMSG_A || e->qtype == CG_DNSMSG_AAAA))
			ask_for(a->names, e->slot, e->qtype, name);
		return;
	default:
		break;
	}
	if (!cg_log_limit_pass(&a->names->limit, a->boot_ns(), QUIET_NS, &held))
		return;
	memcpy(&addr, e->peer, sizeof(addr));
	cg_log_info("%s: an answer%s%s from %s is not believed: %s", cam->name,
		    *name ? " for " : "", name, cg_addr_format(&addr, peer),
		    result_text(e->result));
}

int cg_names_open(struct cg_agent *a, struct cg_names **ret_names)
{
	struct cg_names *n = calloc(1, sizeof(*n));

	if (!n)
		return -ENOMEM;
	n->a = a;
	ev_timer_init(&n->pace, pace, 0., PACE_S);
	n->pace.data = n;
	for (size_t i = 0; i < FLIGHTS; i++)
		n->flight[i].names = n;
	*ret_names = n;
	cg_names_policy(a);
	return 0;
}

void cg_names_close(struct cg_names **names)
{
	struct cg_names *n = TAKE_PTR(*names);

	if (!n)
		return;
	for (size_t i = 0; i < FLIGHTS; i++)
		cg_askdns_cancel(&n->flight[i].ask);
	if (n->a->loop)
		ev_timer_stop(n->a->loop, &n->pace);
	free(n->want);
	free(n);
}
