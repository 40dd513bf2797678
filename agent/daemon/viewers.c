/* SPDX-License-Identifier: GPL-2.0-only */
/* What is followed is what the state file keeps (run.opening): of each opening for some whom it is for, and the set. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "../lib/exposure.h"
#include "../lib/viewers.h"
#include "viewer_names.h"
#include "stop.h"
#include "viewers.h"

#define WANT_MAX   128
#define QUIET_NS   (300 * CG_SEC_NS)
#define ANY_FAMILY (CG_VIEWER_NAME_V4 | CG_VIEWER_NAME_V6)

struct cg_viewers {
	struct cg_agent *a;
	struct cg_viewer_names *names;
	bool again; /* a set could not be written */
	struct cg_log_limit limit_write, limit_room;
};

/* Who may watch now. */
struct want {
	struct cg_agent *a;
	struct cg_prefix list[WANT_MAX];
	size_t n;
	unsigned int unknown; /* families whose addresses nobody knows yet: CG_VIEWER_NAME_* */
};

static struct cg_saved_opening *find(const struct cg_agent *a, const char *id)
{
	for (size_t i = 0; i < a->run.nopening; i++)
		if (!strcmp(a->run.opening[i].id, id))
			return &a->run.opening[i];
	return NULL;
}

static const struct cg_exposure *exposure_of(const struct cg_agent *a,
					     const struct cg_agent_cam *cam)
{
	return &cg_datapath_exposure(a->kern.dp)[cam->slot];
}

static bool is_nobody(const uint8_t viewer[16])
{
	static const uint8_t zero[16];

	return !memcmp(viewer, zero, sizeof(zero));
}

/* Is an opening in force whose viewers are in the set? */
static bool is_for_set(const struct cg_agent *a, const struct cg_agent_cam *cam)
{
	const struct cg_exposure *e = exposure_of(a, cam);

	return cg_exposure_opening(e, a->boot_ns()) && e->word & CG_WORD_TO && is_nobody(e->viewer);
}

/* ---- who is meant ---- */

static void want_add(struct want *w, const struct cg_prefix *p)
{
	if (w->n < WANT_MAX)
		w->list[w->n++] = *p;
}

static struct cg_prefix network(const struct cg_addr *addr, uint8_t len)
{
	struct cg_prefix p = { *addr, len };

	for (size_t i = 0; i < sizeof(p.addr.b); i++) {
		unsigned int bits = len > 8 * i ? len - 8U * (unsigned int)i : 0;

		if (bits < 8)
			p.addr.b[i] &= (uint8_t)(0xff00 >> bits);
	}
	return p;
}

/* Who is behind a tunnel: the networks of its addresses, or the other end's. */
static bool behind(const struct cg_agent *a, const char *ifname, const struct cg_link_addr *at,
		   struct cg_prefix *ret_prefix)
{
	const struct cg_link *link;
	size_t n;

	link = cg_links_table(a->kern.links, &n);
	for (size_t i = 0; i < n; i++) {
		if (link[i].ifindex != at->ifindex || strcmp(link[i].name, ifname))
			continue;
		*ret_prefix = network(&at->peer, at->len);
		/* Its own address is nobody's, and what is of a link is of every link. */
		return !(at->len == 128 && !memcmp(&at->peer, &at->addr, sizeof(at->addr))) &&
		       !(at->addr.b[0] == 0xfe && (at->addr.b[1] & 0xc0) == 0x80);
	}
	return false;
}

static void want_viewer(struct want *w, const struct cg_policy_viewer *v)
{
	const struct cg_link_addr *addr;
	struct cg_prefix p;
	size_t n;

	for (size_t i = 0; i < v->nprefix; i++)
		want_add(w, &v->prefix[i]);
	for (size_t i = 0; i < v->ndomain; i++)
		w->unknown |= w->a->viewers ?
				      cg_viewer_names_need(w->a->viewers->names, v->domain[i],
							   w->list, WANT_MAX, &w->n) :
				      ANY_FAMILY;
	addr = cg_links_addrs(w->a->kern.links, &n);
	for (size_t i = 0; i < v->nifname; i++)
		for (size_t k = 0; k < n; k++)
			if (behind(w->a, v->ifname[i], &addr[k], &p))
				want_add(w, &p);
}

static void want_make(struct want *w, const struct cg_agent_cam *cam, const char *to)
{
	const struct cg_policy *policy = w->a->policy.now;
	const struct cg_policy_viewer *v;
	struct cg_prefix p;

	if (*to && !cg_prefix_parse(to, &p)) {
		want_add(w, &p);
		return;
	}
	/* The config is not known: they stay who they are. */
	if (!policy || !cam->policy) {
		w->unknown = ANY_FAMILY;
		return;
	}
	v = *to ? cg_viewers_find(policy, to) : NULL;
	if (v)
		want_viewer(w, v);
	for (size_t i = 0; !*to && i < cam->policy->nrules; i++) {
		const struct cg_policy_rule *r = &cam->policy->rules[i];

		if (r->kind == CG_RULE_VIEWER && r->viewer)
			want_viewer(w, r->viewer);
		else if (r->kind == CG_RULE_VIEWER)
			want_add(w, &r->text.dst);
	}
}

/* ---- into the packet path ---- */

static int write_set(struct cg_agent *a, const struct cg_agent_cam *cam,
		     const struct cg_viewset *set)
{
	struct cg_datapath_viewer list[CG_VIEWERS_PER_SLOT];

	for (size_t i = 0; i < set->n; i++)
		list[i] = (struct cg_datapath_viewer){ set->v[i].prefix, set->v[i].until_ns };
	return cg_datapath_viewers_apply(a->kern.dp, cam->slot, list, set->n);
}

static void say(struct cg_agent *a, const struct cg_agent_cam *cam, const struct cg_viewset *was,
		const struct cg_viewset *set)
{
	char text[CG_PREFIX_STRLEN];
	uint64_t now = a->boot_ns();

	for (size_t i = 0; i < set->n; i++)
		if (!set->v[i].until_ns && !cg_viewset_holds(was, &set->v[i].prefix.addr, now))
			cg_log_debug("%s: may be watched from %s", cam->name,
				     cg_prefix_format(&set->v[i].prefix, text));
	for (size_t i = 0; i < was->n; i++) {
		if (cg_viewset_holds(set, &was->v[i].prefix.addr, now))
			continue;
		/* What is silent of it is ended too. */
		cg_stop_walk(a, cam);
		cg_log_debug("%s: may not be watched from %s any more", cam->name,
			     cg_prefix_format(&was->v[i].prefix, text));
	}
}

static unsigned int family(const struct cg_prefix *p)
{
	return cg_addr_is_v4(&p->addr) ? CG_VIEWER_NAME_V4 : CG_VIEWER_NAME_V6;
}

static int sync_one(struct cg_agent *a, const struct cg_agent_cam *cam, struct cg_saved_opening *o,
		    bool write)
{
	struct want w = { .a = a };
	struct cg_viewset was = o->set;
	uint64_t now = a->boot_ns(), held;
	size_t left_out = 0;
	int err;

	want_make(&w, cam, o->to);
	/* Before a name is answered those it had last are as good as any. */
	for (size_t i = 0; i < o->set.n; i++)
		if (!o->set.v[i].until_ns && w.unknown & family(&o->set.v[i].prefix))
			want_add(&w, &o->set.v[i].prefix);
	write |= cg_viewset_want(&o->set, w.list, w.n, now, &left_out);
	if (left_out && a->viewers &&
	    cg_log_limit_pass(&a->viewers->limit_room, now, QUIET_NS, &held))
		cg_log_warning("%s: %zu addresses of viewers too many, at most %d of an opening",
			       cam->name, left_out, CG_VIEWERS_PER_SLOT);
	if (!write)
		return 0;
	err = write_set(a, cam, &o->set);
	if (!err)
		say(a, cam, &was, &o->set);
	a->run.manual_dirty = true;
	return err;
}

static void sync_all(void *ctx)
{
	struct cg_agent *a = ctx;
	struct cg_viewers *v = a->viewers;
	bool again = v->again;
	uint64_t now = a->boot_ns(), held;

	v->again = false;
	for (size_t i = 0; i < a->run.nopening; i++) {
		const struct cg_agent_cam *cam = cg_agent_find(a, a->run.opening[i].id);
		int err = cam ? sync_one(a, cam, &a->run.opening[i], again) : 0;

		if (err < 0) {
			v->again = true;
			if (cg_log_limit_pass(&v->limit_write, now, QUIET_NS, &held))
				cg_log_error("%s: its viewers cannot be written: %s", cam->name,
					     strerror(-err));
		}
	}
}

/* ---- from outside ---- */

int cg_viewers_begin(struct cg_agent *a, const struct cg_agent_cam *cam, const char *to)
{
	struct cg_saved_opening *o = find(a, cam->id), made = { 0 };
	bool new = !o, others = o &&strcmp(o->to, to);
	int err;

	if (o && !strcmp(o->to, to) && is_for_set(a, cam))
		return 0;
	(void)snprintf(made.id, sizeof(made.id), "%s", cam->id);
	(void)snprintf(made.to, sizeof(made.to), "%s", to);
	err = sync_one(a, cam, &made, true);
	if (err < 0)
		return err;
	if (new) {
		o = reallocarray(a->run.opening, a->run.nopening + 1, sizeof(*o));
		if (!o)
			return -ENOMEM;
		a->run.opening = o;
		o += a->run.nopening++;
	}
	*o = made;
	/* The exposure looks as before. */
	if (others)
		cg_stop_walk(a, cam);
	/* Names are asked for at once. */
	if (a->viewers)
		cg_viewer_names_end(a->viewers->names, a->boot_ns());
	return 0;
}

static void forget(struct cg_agent *a, size_t i)
{
	const struct cg_agent_cam *cam = cg_agent_find(a, a->run.opening[i].id);
	struct cg_viewset none = { .n = 0 };

	/* Without an opening they give no right: a failure is only untidy. */
	if (cam)
		(void)write_set(a, cam, &none);
	memmove(&a->run.opening[i], &a->run.opening[i + 1],
		(--a->run.nopening - i) * sizeof(*a->run.opening));
	a->run.manual_dirty = true;
}

void cg_viewers_ended(struct cg_agent *a, const struct cg_agent_cam *cam)
{
	struct cg_saved_opening *o = find(a, cam->id);

	if (o && !is_for_set(a, cam))
		forget(a, (size_t)(o - a->run.opening));
	else if (o)
		o->until_ns = cg_exposure_deadline(exposure_of(a, cam));
}

void cg_viewers_moved(struct cg_agent *a)
{
	if (!a->viewers)
		return;
	a->viewers->again = true;
	sync_all(a);
}

void cg_viewers_tick(struct cg_agent *a, uint64_t now_ns)
{
	if (!a->viewers)
		return;
	cg_viewer_names_begin(a->viewers->names);
	for (size_t i = a->run.nopening; i-- > 0;) {
		const struct cg_agent_cam *cam = cg_agent_find(a, a->run.opening[i].id);
		uint64_t until = cam ? cg_exposure_deadline(exposure_of(a, cam)) : 0;

		if (!cam || !is_for_set(a, cam)) {
			forget(a, i);
		} else if (a->run.opening[i].until_ns != until) {
			a->run.opening[i].until_ns = until;
			a->run.manual_dirty = true;
		}
	}
	sync_all(a);
	cg_viewer_names_end(a->viewers->names, now_ns);
}

int cg_viewers_open(struct cg_agent *a, struct cg_viewers **ret_viewers)
{
	struct cg_viewers *v = calloc(1, sizeof(*v));

	if (!v)
		return -ENOMEM;
	v->a = a;
	v->names = cg_viewer_names_new(a, sync_all, a);
	if (!v->names) {
		free(v);
		return -ENOMEM;
	}
	*ret_viewers = v;
	/* Of an opening that ended, or was before a boot, nothing is left. */
	for (size_t i = a->run.nopening; i-- > 0;) {
		const struct cg_agent_cam *cam = cg_agent_find(a, a->run.opening[i].id);

		if (!cam || !is_for_set(a, cam) ||
		    (cg_exposure_deadline(exposure_of(a, cam)) != a->run.opening[i].until_ns &&
		     *a->run.opening[i].to))
			forget(a, i);
	}
	v->again = true;
	cg_viewers_tick(a, a->boot_ns());
	return 0;
}

void cg_viewers_close(struct cg_viewers **viewers)
{
	struct cg_viewers *v = TAKE_PTR(*viewers);

	if (!v)
		return;
	cg_viewer_names_free(&v->names);
	free(v);
}

/* ---- in words ---- */

/* The camera's own, one behind the other; what finds no room is left out. */
static void list_text(const struct cg_agent_cam *cam, char buf[static CG_VIEWERS_TEXT])
{
	char addr[CG_ADDR_STRLEN];
	size_t n = 0;

	for (size_t i = 0; cam->policy && i < cam->policy->nrules; i++) {
		const struct cg_policy_rule *r = &cam->policy->rules[i];
		const char *one;

		if (r->kind != CG_RULE_VIEWER)
			continue;
		one = r->viewer ? r->viewer->name : cg_addr_format(&r->text.dst.addr, addr);
		if (n + 2 + strlen(one) + sizeof(", …") > CG_VIEWERS_TEXT) {
			(void)strcpy(buf + n, ", …");
			return;
		}
		n += (size_t)sprintf(buf + n, "%s%s", n ? ", " : "", one);
	}
}

const char *cg_viewers_text(const struct cg_agent *a, const struct cg_agent_cam *cam,
			    char buf[static CG_VIEWERS_TEXT])
{
	const struct cg_exposure *e = exposure_of(a, cam);
	const struct cg_saved_opening *o = find(a, cam->id);

	if (!cg_exposure_opening(e, a->boot_ns()) || !(e->word & CG_WORD_TO))
		return NULL;
	buf[0] = '\0';
	if (!is_nobody(e->viewer)) {
		struct cg_addr addr;

		memcpy(&addr, e->viewer, sizeof(addr));
		return cg_addr_format(&addr, buf);
	}
	if (o && *o->to)
		(void)snprintf(buf, CG_VIEWERS_TEXT, "%s", o->to);
	else if (o)
		list_text(cam, buf);
	if (!*buf)
		(void)snprintf(buf, CG_VIEWERS_TEXT, "its viewers");
	return buf;
}

static bool is_of(const struct cg_agent *a, const struct cg_policy_viewer *v,
		  const struct cg_addr *addr)
{
	const struct cg_policy_rule rule = { .viewer = v };
	const struct cg_link_addr *at;
	struct cg_prefix p;
	size_t n;

	if (cg_viewers_cover(&rule, addr))
		return true;
	for (size_t i = 0; a->viewers && i < v->ndomain; i++)
		if (cg_viewer_names_has(a->viewers->names, v->domain[i], addr))
			return true;
	at = cg_links_addrs(a->kern.links, &n);
	for (size_t i = 0; i < v->nifname; i++)
		for (size_t k = 0; k < n; k++)
			if (behind(a, v->ifname[i], &at[k], &p) && cg_prefix_contains(&p, addr))
				return true;
	return false;
}

const char *cg_viewers_name(const struct cg_agent *a, const struct cg_addr *addr)
{
	const struct cg_policy *policy = a->policy.now;

	for (size_t i = 0; policy && i < policy->nviewers; i++)
		if (is_of(a, &policy->viewers[i], addr))
			return policy->viewers[i].name;
	return NULL;
}
