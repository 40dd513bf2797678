/* SPDX-License-Identifier: GPL-2.0-only */
/* What of an entry may be kept, and when two are one. */
#include <string.h>
#include <camgate/session_abi.h>
#include "record.h"

void cg_record_clear(struct cg_record *r)
{
	free(r->asked);
	free(r->country);
	free(r->network);
	free(r->rule);
	free(r->file);
	*r = (struct cg_record){ 0 };
}

const char *cg_record_what_name(unsigned int what)
{
	switch (what) {
	case CG_RECORD_ALLOWED:
		return "allowed";
	case CG_RECORD_STOPPED:
		return "stopped";
	case CG_RECORD_REFUSED:
		return "refused";
	}
	return "unknown";
}

/* IPv4 to its /24, IPv6 to its /48: a provider's street, not a household. */
static void cut(struct cg_prefix *p)
{
	unsigned int len = cg_addr_is_v4(&p->addr) ? 96 + 24 : 48;

	if (p->len <= len)
		return;
	p->len = (uint8_t)len;
	memset(p->addr.b + len / 8, 0, sizeof(p->addr.b) - len / 8);
}

void cg_record_minimise(struct cg_record *r, enum cg_record_mode mode)
{
	bool let_in = r->what == CG_RECORD_ALLOWED;

	if (let_in) {
		r->nfirst = 0;
		memset(r->first, 0, sizeof(r->first));
	}
	if (mode == CG_RECORD_FULL)
		return;
	/* Who only knocked is no session that was stopped. */
	if (let_in || (r->what == CG_RECORD_REFUSED && r->sign == CG_SIGN_INBOUND)) {
		cut(&r->peer);
		cut(&r->viewer);
	}
}

static bool prefix_same(const struct cg_prefix *x, const struct cg_prefix *y)
{
	return x->len == y->len && !memcmp(&x->addr, &y->addr, sizeof(x->addr));
}

bool cg_record_alike(const struct cg_record *x, const struct cg_record *y)
{
	/* What was stopped tries on: that is the same thing. */
	return (x->what == CG_RECORD_ALLOWED) == (y->what == CG_RECORD_ALLOWED) &&
	       x->monitored == y->monitored && x->sign == y->sign && x->signature == y->signature &&
	       !strcmp(x->cam, y->cam) && prefix_same(&x->peer, &y->peer);
}

static void keep(char **mine, char **theirs)
{
	if (*theirs) {
		free(*mine);
		*mine = TAKE_PTR(*theirs);
	}
}

#define MORE(field, with) (r->field = with(r->field, later->field))
#define SUM(x, y)	  ((x) + (y))
#define MAX(x, y)	  ((x) > (y) ? (x) : (y))
#define MIN(x, y)	  ((x) < (y) ? (x) : (y))

void cg_record_join(struct cg_record *r, struct cg_record *later)
{
	if (r->id == later->id) {
		MORE(count, MAX);
		MORE(duration_s, MAX);
		MORE(up_bytes, MAX);
		MORE(down_bytes, MAX);
		MORE(stopped_bytes, MAX);
		MORE(up_packets, MAX);
		MORE(down_packets, MAX);
	} else {
		MORE(count, SUM);
		MORE(duration_s, SUM);
		MORE(up_bytes, SUM);
		MORE(down_bytes, SUM);
		MORE(stopped_bytes, SUM);
		MORE(up_packets, SUM);
		MORE(down_packets, SUM);
	}
	MORE(first_s, MIN);
	MORE(last_s, MAX);
	MORE(blocked_s, MAX);
	r->running = later->running;
	r->unsure = later->unsure;
	if (r->what != CG_RECORD_STOPPED || later->what == CG_RECORD_STOPPED) {
		r->what = later->what;
		r->sign = later->sign;
		r->signature = later->signature;
		r->peer = later->peer;
		r->windows = later->windows;
	}
	if (later->nfirst) {
		r->nfirst = later->nfirst;
		memcpy(r->first, later->first, sizeof(r->first));
	}
	if (later->viewer.len)
		r->viewer = later->viewer;
	if (later->rule)
		r->line = later->line;
	keep(&r->rule, &later->rule);
	keep(&r->file, &later->file);
	keep(&r->asked, &later->asked);
	keep(&r->country, &later->country);
	keep(&r->network, &later->network);
	/* After a restart nobody knows any more who typed it. */
	if (*later->opening.by &&
	    (later->opening.uid >= 0 || r->opening.uid < 0 || !*r->opening.by))
		r->opening = later->opening;
	cg_record_clear(later);
}
