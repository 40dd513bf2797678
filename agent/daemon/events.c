/* SPDX-License-Identifier: GPL-2.0-only */
/* Events are a copy for people: no verdict depends on any of them. */
#include <errno.h>
#include <string.h>
#include "../lib/reason.h"
#include "audit.h"
#include "events.h"
#include "learn.h"
#include "mappings.h"
#include "names.h"
#include "sessions.h"
#include "stop.h"

#define BATCH	 512
/* One line a camera and reason in this time. */
#define QUIET_NS (60 * CG_SEC_NS)

static bool is_up(const struct cg_event *e)
{
	return e->plane == CG_PLANE_UP || e->plane == CG_PLANE_UP_MONITOR;
}

static void dropped(struct cg_agent *a, const struct cg_agent_cam *cam, const struct cg_event *e)
{
	bool monitored = e->plane == CG_PLANE_UP_MONITOR || e->plane == CG_PLANE_DOWN_MONITOR;
	char peer[CG_ADDR_STRLEN], text[CG_NAMEPAT_LEN];
	const char *name = NULL;
	struct cg_addr addr;
	int say;

	if (!a->run.blocked)
		return;
	memcpy(&addr, e->peer, sizeof(addr));
	/* The packet path may forget it before somebody asks. */
	if (is_up(e) && !cg_blocked_has(a->run.blocked, e))
		name = cg_names_of(a, e->slot, &addr, text);
	say = cg_blocked_add(a->run.blocked, e, name, QUIET_NS);
	if (say <= 0)
		return;
	cg_log_info("%s: %s %s %s%s%s%s: %s", cam->name, monitored ? "would stop" : "stopped",
		    is_up(e) ? "to" : "from", cg_addr_format(&addr, peer), name ? " (" : "",
		    name ? name : "", name ? ")" : "", cg_reason_text(e->reason));
}

static void event(void *ctx, const struct cg_event *e)
{
	struct cg_agent *a = ctx;
	const struct cg_agent_cam *cam = cg_agent_by_slot(a, e->slot);
	char text[CG_ADDR_STRLEN];
	struct cg_addr addr;

	/* The camera may be gone since. */
	if (!cam)
		return;
	if (e->type & CG_EVENT_SEEN) {
		memcpy(&addr, e->cam, sizeof(addr));
		cg_log_info("%s: seen at %s", cam->name, cg_addr_format(&addr, text));
		cg_mappings_moved(a);
	}
	if (e->type & CG_EVENT_FLOW) {
		memcpy(&addr, e->peer, sizeof(addr));
		cg_log_debug("%s: new flow with %s", cam->name, cg_addr_format(&addr, text));
	}
	if (e->type & CG_EVENT_DROP)
		dropped(a, cam, e);
	/* What an end that is just being told still sends is no knock. */
	if (!cg_stop_event(a, e) && e->type & CG_EVENT_DROP &&
	    (e->reason == CG_DROP_INBOUND || e->reason == CG_DROP_VIEWER ||
	     e->reason == CG_DROP_MAX_VIEWERS))
		cg_sessions_knock(a, cam, e);
	cg_learn_event(a, cam, e);
	cg_audit_event(a, cam, e);
}

void cg_events_session(void *ctx, const struct cg_session_event *e)
{
	struct cg_agent *a = ctx;
	const struct cg_agent_cam *cam = cg_agent_by_slot(a, e->slot);

	if (!cam)
		return;
	cg_sessions_event(a, cam, e);
	cg_stop_session(a, cam, e);
}

void cg_events_read(struct cg_agent *a)
{
	int n = cg_datapath_events_read(a->kern.dp, BATCH, event, a);

	if (n < 0 && n != -EAGAIN && n != -EINTR)
		cg_log_warning("events: %s", strerror(-n));
}

void cg_events_tick(struct cg_agent *a, uint64_t now_ns)
{
	uint64_t lost, held;

	if (cg_datapath_lost_read(a->kern.dp, &lost) < 0 || lost <= a->run.lost)
		return;
	if (cg_log_limit_pass(&a->run.limit_lost, now_ns, QUIET_NS, &held)) {
		cg_log_warning("events: %llu lost, `blocked` is incomplete",
			       (unsigned long long)(lost - a->run.lost));
		a->run.lost = lost;
	}
}
