/* SPDX-License-Identifier: GPL-2.0-only */
/* One sample of the ring buffer, as many bytes as it has, to whom it is for. */
#include <errno.h>
#include "dp.h"

int cg_dp_sample(void *ctx, void *data, size_t size)
{
	struct cg_datapath *dp = ctx;
	const struct cg_event *e = data;

	dp->events_left--;
	if (size >= sizeof(*e) && e->type == CG_EVENT_NAME) {
		const struct cg_name_event *name = data;

		if (size >= sizeof(*name) && name->size >= sizeof(*name) &&
		    name->version == CG_BPF_ABI_VERSION && dp->name_cb)
			dp->name_cb(dp->name_ctx, name);
		return dp->events_left > 0 ? 0 : -EAGAIN;
	}
	if (size >= sizeof(*e) && e->type == CG_EVENT_SESSION) {
		const struct cg_session_event *session = data;

		if (size >= sizeof(*session) && session->size >= sizeof(*session) &&
		    session->version == CG_BPF_ABI_VERSION && dp->session_cb)
			dp->session_cb(dp->session_ctx, session);
		return dp->events_left > 0 ? 0 : -EAGAIN;
	}
	if (size < sizeof(*e) || e->size < sizeof(*e) || e->version != CG_BPF_ABI_VERSION)
		cg_dp_debug(dp, "event: %zu bytes of version %u: not read", size,
			    size > 2 ? e->version : 0);
	else if (dp->event_cb)
		dp->event_cb(dp->event_ctx, e);
	/* A negative answer ends this round; the sample counts as read. */
	return dp->events_left > 0 ? 0 : -EAGAIN;
}
