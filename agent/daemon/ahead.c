/* SPDX-License-Identifier: GPL-2.0-only */
/* Opening the packet path, by a thread of its own where that can begin early. */
#include "../kern/object.h"
#include "../kern/pins.h"
#include "../kern/worker.h"
#include "ahead.h"

struct cg_ahead {
	struct cg_worker unpacking, opening;
	bool counted; /* unpacking is waited for by opening */
	struct cg_object object;
	struct cg_datapath_opts opts;
	struct cg_datapath *dp;
	int err;
};

static void debug(void *ctx, const char *line)
{
	(void)ctx;
	cg_log_debug("packet path: %s", line);
}

static struct cg_datapath_opts opts_for(const struct cg_agent *a, uint32_t slots)
{
	return (struct cg_datapath_opts){
		.pin_dir = a->opts.pin_dir,
		.slots = slots,
		.debug = debug,
	};
}

static void unpack_it(void *work)
{
	struct cg_ahead *h = work;

	/* Opening tries again, and says why it fails. */
	h->err = cg_object_unpack(&h->object);
}

static void open_it(void *work)
{
	struct cg_ahead *h = work;

	cg_worker_end(&h->unpacking);
	h->err = cg_datapath_open(&h->opts, &h->dp);
}

void cg_ahead_begin(struct cg_agent *a)
{
	struct cg_ahead *h = cg_pins_none(a->opts.pin_dir) ? calloc(1, sizeof(*h)) : NULL;

	if (!h)
		return;
	a->start.ahead = h;
	cg_worker_begin(&h->unpacking, unpack_it, h);
}

void cg_ahead_counted(struct cg_agent *a, size_t ncams)
{
	struct cg_ahead *h = a->start.ahead;

	if (!h)
		return;
	h->counted = true;
	h->opts = opts_for(a, cg_agent_slots(ncams));
	h->opts.object = &h->object;
	cg_worker_begin(&h->opening, open_it, h);
}

static void finish(struct cg_ahead *h)
{
	cg_worker_end(h->counted ? &h->opening : &h->unpacking);
	cg_object_free(&h->object);
}

int cg_ahead_open(struct cg_agent *a)
{
	_cleanup_free_ struct cg_ahead *h = TAKE_PTR(a->start.ahead);
	struct cg_datapath_opts opts;

	if (h) {
		finish(h);
		if (h->counted) {
			a->kern.dp = h->dp;
			return h->err;
		}
	}
	opts = opts_for(a, a->start.policy ? cg_agent_slots(a->start.policy->ncams) : CG_MIN_SLOTS);
	return cg_datapath_open(&opts, &a->kern.dp);
}

void cg_ahead_drop(struct cg_agent *a)
{
	_cleanup_free_ struct cg_ahead *h = TAKE_PTR(a->start.ahead);

	if (!h)
		return;
	finish(h);
	cg_datapath_close(&h->dp);
}
