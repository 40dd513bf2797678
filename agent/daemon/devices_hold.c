/* SPDX-License-Identifier: GPL-2.0-only */
/* Who is held, by the config and what a device shows; the policy in force follows. */
#include <errno.h>
#include <string.h>
#include "../kern/own.h"
#include "attach.h"
#include "devices_state.h"
#include "guard.h"
#include "manual.h"

#define QUIET_NS (300 * CG_SEC_NS)
/* A held device that says nothing for so long gives its place to another. */
#define SILENT_S 600

/* ---- in the policy ---- */

/* Freed by the caller; NULL: no memory. */
static struct cg_mac *held_macs(const struct cg_agent *a, enum cg_quarantine mode, size_t *ret_n)
{
	const struct cg_devices *t = a->devices;
	struct cg_mac *mac = calloc(t->n + 1, sizeof(*mac));

	*ret_n = 0;
	for (size_t i = 0; mac && i < t->n; i++) {
		const struct cg_device_known *d = t->v[i];

		if (d->note.what == CG_DEVICE_IN_QUARANTINE &&
		    cg_quarantine_stays(mode, (enum cg_hold)d->note.why, &d->like))
			mac[(*ret_n)++] = d->note.mac;
	}
	return mac;
}

int cg_devices_hold(struct cg_agent *a, struct cg_policy *policy)
{
	_cleanup_free_ struct cg_mac *mac = NULL;
	size_t n = 0;

	if (!a->devices)
		return 0;
	mac = held_macs(a, policy->quarantine, &n);
	return !mac ? -ENOMEM : n ? cg_held_put(policy, mac, n) : 0;
}

size_t cg_devices_held(const struct cg_agent *a)
{
	size_t n = 0;

	for (size_t i = 0; a->devices && i < a->devices->n; i++)
		n += a->devices->v[i]->note.what == CG_DEVICE_IN_QUARANTINE;
	return n;
}

bool cg_devices_is_held(const struct cg_agent_cam *cam)
{
	struct cg_mac mac;

	return cam->policy ? cam->policy->held : !cg_held_mac(cam->id, &mac);
}

static const struct cg_agent_cam *cam_of(const struct cg_agent *a, const struct cg_mac *mac)
{
	char id[CG_ID_LEN], name[CG_NAME_LEN];
	const struct cg_agent_cam *cam;

	cg_held_names(mac, id, name);
	cam = cg_agent_find(a, id);
	return cam && cg_devices_is_held(cam) ? cam : NULL;
}

void cg_devices_in_force(struct cg_agent *a)
{
	struct cg_devices *t = a->devices;

	for (size_t i = 0; i < t->n; i++) {
		struct cg_device_known *d = t->v[i];

		if (d->note.what != CG_DEVICE_IN_QUARANTINE || !cam_of(a, &d->note.mac))
			continue;
		/* Now, and no sooner, the packet path's own hold may end. */
		if (!d->freed)
			d->freed = !cg_datapath_device_free(a->kern.dp, &d->note.mac);
		if (d->freed)
			d->stopped = false;
		if (d->fresh)
			cg_devices_tell(a, "device-held", d);
		d->fresh = false;
	}
}

/*
 * The same policy with other cameras at its end. It is not read again: a file that is
 * broken by now must not keep a camera from being held. What all but the cameras point to
 * goes over to the new one, and back where it is not taken.
 */
int cg_devices_apply(struct cg_agent *a)
{
	_cleanup_free_ struct cg_mac *mac = NULL;
	struct cg_policy *now = a->policy.now, *next;
	struct cg_policy_cam *was;
	struct cg_agent_applied applied;
	struct cg_diag diag = { 0 };
	uint64_t held;
	size_t n = 0;
	int err;

	if (!now)
		return -EAGAIN;
	mac = held_macs(a, now->quarantine, &n);
	next = malloc(sizeof(*next));
	if (!mac || !next) {
		free(next);
		return -ENOMEM;
	}
	*next = *now;
	err = cg_held_cams(now, mac, n, &next->cams, &next->ncams);
	if (err) {
		free(next);
		return err;
	}
	was = now->cams;
	n = now->ncams;
	*now = (struct cg_policy){ 0 };
	err = cg_agent_apply(a, &next, &diag, &applied);
	if (err < 0) {
		free(next->cams);
		*now = *next;
		now->cams = was;
		now->ncams = n;
		free(next);
		cg_guard_sync(a);
		if (cg_log_limit_pass(&a->devices->limit_hold, a->boot_ns(), QUIET_NS, &held))
			cg_log_error("devices: %s, who is held stays as it was",
				     diag.text[0] ? diag.text : strerror(-err));
		return err;
	}
	free(was);
	a->devices->held_dirty = false;
	/* The maps may be others by now: ports and networks, and the guard with them. */
	cg_attach_sync(a, true);
	cg_guard_files(a);
	cg_manual_save(a);
	cg_agent_notify(a, CG_AGENT_APPLIED);
	return 0;
}

/* ---- one device ---- */

static void free_it(struct cg_agent *a, struct cg_device_known *d)
{
	if (!d->freed)
		d->freed = !cg_datapath_device_free(a->kern.dp, &d->note.mac);
	if (d->freed)
		d->stopped = false;
}

/* When something of a held device was last seen. */
static int64_t last_s(struct cg_agent *a, const struct cg_device_known *d)
{
	const struct cg_agent_cam *cam = cam_of(a, &d->note.mac);
	struct cg_state state;
	int64_t s;

	if (!cam || cg_datapath_state_read(a->kern.dp, cam->slot, &state) < 0 || !state.last_ns)
		return d->note.last_s;
	s = cg_agent_epoch(a, state.last_ns);
	return s > d->note.last_s ? s : d->note.last_s;
}

/* Whoever makes up MACs must not fill the packet path. */
static bool held_room(struct cg_agent *a)
{
	struct cg_devices *t = a->devices;
	struct cg_device_known *least = NULL;
	int64_t least_s = a->real_s() - SILENT_S;

	if (cg_devices_held(a) < CG_MAX_HELD)
		return true;
	for (size_t i = 0; i < t->n; i++) {
		struct cg_device_known *d = t->v[i];
		int64_t s;

		if (d->note.what != CG_DEVICE_IN_QUARANTINE)
			continue;
		s = last_s(a, d);
		if (s < least_s) {
			least = d;
			least_s = s;
		}
	}
	if (!least) {
		if (!t->too_many)
			cg_log_warning("devices: %d are held, no more can be", CG_MAX_HELD);
		t->too_many = true;
		return false;
	}
	/* Should it come back it is new. */
	least->note.what = CG_DEVICE_SEEN;
	least->note.why = CG_HOLD_NOT;
	least->freed = false;
	least->begun_ns = a->boot_ns();
	return true;
}

static void hold(struct cg_agent *a, struct cg_device_known *d, enum cg_hold why)
{
	char buf[128], who[CG_DEVICES_WHO];
	const char *of = cg_own_whose(a->kern.links, &d->note.mac, buf, sizeof(buf));

	if (of) {
		if (!d->freed)
			cg_log_info("devices: %s is not held, it is %s", cg_devices_who(d, who),
				    of);
		free_it(a, d);
		return;
	}
	if (!held_room(a))
		return;
	d->note.what = CG_DEVICE_IN_QUARANTINE;
	d->note.why = (uint8_t)why;
	d->fresh = true;
	if (d->like.streams)
		(void)cg_clue_add(&d->note.clues, CG_CLUE_SHAPE, NULL);
	/* The packet path's own hold ends only when this one is in force. */
	d->freed = false;
	a->devices->held_dirty = a->devices->dirty = true;
}

static uint64_t age_s(const struct cg_agent *a, const struct cg_device_known *d, uint64_t now_ns)
{
	uint64_t first = d->device.first_ns ? d->device.first_ns : d->begun_ns, age;
	int64_t known = a->real_s() - d->note.first_s;
	int64_t was = d->note.last_s - d->note.first_s;

	/* A clock that is not right yet makes nobody new. */
	if (was > known)
		known = was;
	if (first > d->begun_ns)
		first = d->begun_ns;
	age = now_ns > first ? (now_ns - first) / CG_SEC_NS : 0;
	return known > 0 && (uint64_t)known > age ? (uint64_t)known : age;
}

void cg_devices_decide(struct cg_agent *a, struct cg_device_known *d, uint64_t now_ns)
{
	const struct cg_policy *p = a->policy.now;
	struct cg_quarantine_case c = { .like = &d->like,
					.age_s = age_s(a, d, now_ns),
					.known = d->note.known,
					.stopped = d->stopped };
	char who[CG_DEVICES_WHO];
	enum cg_hold why;

	if (d->note.what == CG_DEVICE_RELEASED) {
		if (d->stopped)
			d->freed = false;
		free_it(a, d);
		return;
	}
	if (d->note.what == CG_DEVICE_IN_QUARANTINE) {
		if (cg_quarantine_stays(p->quarantine, (enum cg_hold)d->note.why, &d->like)) {
			a->devices->held_dirty |= d->fresh;
			return;
		}
		cg_log_notice("devices: %s is let go, it is a user's device",
			      cg_devices_who(d, who));
		d->note.what = CG_DEVICE_SEEN;
		d->note.why = CG_HOLD_NOT;
		d->note.known = true;
		d->fresh = false;
		a->devices->held_dirty = a->devices->dirty = true;
		return;
	}
	why = cg_quarantine_judge(p->quarantine, &c);
	if (why != CG_HOLD_NOT) {
		hold(a, d, why);
		return;
	}
	/* Nothing speaks for holding it, and the packet path may not wait for that. */
	if (d->stopped)
		d->freed = false;
	if (d->stopped || (p->probation && (d->like.user || d->like.class == CG_LIKENESS_OTHER)))
		free_it(a, d);
}

int cg_devices_release(struct cg_agent *a, struct cg_device_known *d)
{
	struct cg_device_note *note = &d->note;
	uint8_t was = note->what, why = note->why;
	int err = 0;

	note->what = CG_DEVICE_RELEASED;
	note->why = CG_HOLD_NOT;
	if (was == CG_DEVICE_IN_QUARANTINE)
		err = cg_devices_apply(a);
	if (err < 0) {
		note->what = was;
		note->why = why;
		return err;
	}
	d->fresh = false;
	d->freed = false;
	free_it(a, d);
	a->devices->dirty = true;
	return 0;
}
