/* SPDX-License-Identifier: GPL-2.0-only */
/* Openings are looked at once a second, in the packet path's own memory: whoever made one, its end is told. */
#include <json-c/json.h>
#include <string.h>
#include "../lib/exposure.h"
#include "../lib/jsonout.h"
#include "notify.h"
#include "openings.h"
#include "viewers.h"

#define SOON_NS	 (CG_OPENINGS_SOON_S * CG_SEC_NS)
/* An agent that starts within the last minutes tells nobody twice. */
#define FRESH_NS (5 * CG_SEC_NS)

static struct cg_agent_opening *find(struct cg_agent *a, const char *id)
{
	for (size_t i = 0; i < a->run.nopen; i++)
		if (!strcmp(a->run.open[i].id, id))
			return &a->run.open[i];
	return NULL;
}

static void tell(struct cg_agent *a, const char *event, const struct cg_agent_cam *cam,
		 const struct cg_agent_opening *o, const char *by)
{
	struct json_object *e = json_object_new_object();
	char text[CG_VIEWERS_TEXT];

	cg_json_add(e, "v", json_object_new_int(1));
	cg_json_add(e, "event", json_object_new_string(event));
	cg_json_add(e, "cam", json_object_new_string(cam->id));
	cg_json_add(e, "name", json_object_new_string(cam->name));
	cg_json_add(e, "time_s", json_object_new_int64(a->real_s()));
	cg_json_add(e, "until_s", json_object_new_int64(cg_agent_epoch(a, o->until_ns)));
	if (by)
		cg_json_add(e, "by", json_object_new_string(by));
	if (cg_viewers_text(a, cam, text))
		cg_json_add(e, "to", json_object_new_string(text));
	cg_notify_event(a, e);
	json_object_put(e);
}

static struct cg_agent_opening *add(struct cg_agent *a, const struct cg_agent_cam *cam)
{
	struct cg_agent_opening *o =
		reallocarray(a->run.open, a->run.nopen + 1, sizeof(*a->run.open));

	if (!o)
		return NULL;
	a->run.open = o;
	o += a->run.nopen++;
	*o = (struct cg_agent_opening){ 0 };
	memcpy(o->id, cam->id, sizeof(o->id));
	return o;
}

static void ended(struct cg_agent *a, const struct cg_agent_cam *cam, struct cg_agent_opening *o,
		  uint64_t now_ns)
{
	size_t i = (size_t)(o - a->run.open);

	tell(a, "opening-ended", cam, o, now_ns < o->until_ns ? "hand" : "deadline");
	memmove(o, o + 1, (--a->run.nopen - i) * sizeof(*o));
}

static void look(struct cg_agent *a, const struct cg_agent_cam *cam, uint64_t now_ns, bool fresh)
{
	const struct cg_exposure *e = &cg_datapath_exposure(a->kern.dp)[cam->slot];
	uint64_t until = cg_exposure_deadline(e), opened = e->opened_ns & ~CG_OPENED_TIMED;
	struct cg_agent_opening *o = find(a, cam->id);

	if (!cg_exposure_opening(e, now_ns)) {
		if (o)
			ended(a, cam, o, now_ns);
		return;
	}
	if (!o)
		o = add(a, cam);
	if (!o)
		return;
	if (o->until_ns != until) {
		o->until_ns = until;
		o->told = until - opened <= SOON_NS ||
			  (fresh && until - now_ns < SOON_NS - FRESH_NS);
	}
	if (o->told || until - now_ns > SOON_NS)
		return;
	o->told = true;
	cg_log_notice("%s: its opening ends in %llu s", cam->name,
		      (unsigned long long)((until - now_ns + CG_SEC_NS / 2) / CG_SEC_NS));
	tell(a, "opening-ends-soon", cam, o, NULL);
}

void cg_openings_tick(struct cg_agent *a, uint64_t now_ns)
{
	bool fresh = !a->run.open_looked;

	a->run.open_looked = true;
	/* A camera that is gone has nothing to tell. */
	for (size_t i = a->run.nopen; i-- > 0;)
		if (!cg_agent_find(a, a->run.open[i].id))
			memmove(&a->run.open[i], &a->run.open[i + 1],
				(--a->run.nopen - i) * sizeof(*a->run.open));
	for (size_t i = 0; i < a->policy.ncams; i++)
		look(a, &a->policy.cams[i], now_ns, fresh);
}
