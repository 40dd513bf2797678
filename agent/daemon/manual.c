/* SPDX-License-Identifier: GPL-2.0-only */
/* Each change goes to the packet path first and to the disk after. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include "../lib/exposure.h"
#include "attach.h"
#include "manual.h"
#include "sched.h"
#include "statefile.h"
#include "viewers.h"

static struct cg_exposure *slot_of(struct cg_agent *a, const struct cg_agent_cam *cam)
{
	return &cg_datapath_exposure(a->kern.dp)[cam->slot];
}

static size_t index_of(const struct cg_agent *a, const struct cg_agent_cam *cam)
{
	return (size_t)(cam - a->policy.cams);
}

/* The entry of id in what the state file keeps; made where there is none. */
static struct cg_saved_manual *entry(struct cg_agent *a, const char *id)
{
	struct cg_saved_manual *m;

	for (size_t i = 0; i < a->run.nmanual; i++)
		if (!strcmp(a->run.manual[i].id, id))
			return &a->run.manual[i];
	if (a->run.nmanual == CG_MAX_CAMERAS)
		return NULL;
	m = reallocarray(a->run.manual, a->run.nmanual + 1, sizeof(*m));
	if (!m)
		return NULL;
	a->run.manual = m;
	m += a->run.nmanual++;
	memset(m, 0, sizeof(*m));
	(void)snprintf(m->id, sizeof(m->id), "%s", id);
	return m;
}

static void remember(struct cg_agent *a, const struct cg_agent_cam *cam, enum cg_manual manual)
{
	struct cg_saved_manual *m = entry(a, cam->id);

	if (!m) {
		cg_log_error("%s: no room to remember what was typed, it ends with the next boot",
			     cam->name);
		return;
	}
	if (m->manual == manual)
		return;
	m->manual = manual;
	a->run.manual_dirty = true;
}

static void store(struct cg_agent *a, const struct cg_agent_cam *cam, const struct cg_exposure *e)
{
	uint64_t now = a->boot_ns();

	cg_sched_before(a, cam);
	cg_exposure_store(cg_datapath_meta(a->kern.dp), slot_of(a, cam), e);
	a->run.deadline[index_of(a, cam)] = cg_exposure_opening(e, now) ? cg_exposure_deadline(e) :
									  0;
	remember(a, cam, e->manual);
	cg_sched_after(a, cam);
	cg_viewers_ended(a, cam);
	cg_agent_notify(a, CG_AGENT_CHANGED);
}

int cg_manual_open(struct cg_agent *a, const struct cg_agent_cam *cam,
		   const struct cg_manual_open *how, uint64_t *ret_old_ns)
{
	/* No remote has this address: who is meant is in cg_viewers. */
	static const uint8_t nobody[16];
	struct cg_exposure e = *slot_of(a, cam);
	uint64_t now = a->boot_ns();
	uint64_t old = cg_exposure_opening(&e, now) ? cg_exposure_deadline(&e) : 0;
	int err;

	err = cg_exposure_open(&e, now, how->until_ns, how->to ? nobody : how->viewer, how->force);
	/* Whom it is for is there before it is open. */
	if (!err && how->to)
		err = cg_viewers_begin(a, cam, how->to);
	if (err < 0)
		return err;
	store(a, cam, &e);
	cg_manual_save(a);
	cg_log_notice("%s: opened for %llu s", cam->name,
		      (unsigned long long)((how->until_ns - now + CG_SEC_NS / 2) / CG_SEC_NS));
	*ret_old_ns = old;
	return 0;
}

int cg_manual_close(struct cg_agent *a, const struct cg_agent_cam *cam, bool force)
{
	struct cg_exposure e = *slot_of(a, cam);
	int stays = cg_exposure_close(&e, force);

	store(a, cam, &e);
	cg_log_notice("%s: %s", cam->name, stays ? "close: the seal by hand stays" : "closed");
	return stays;
}

void cg_manual_seal(struct cg_agent *a, const struct cg_agent_cam *cam)
{
	struct cg_exposure e = *slot_of(a, cam);

	cg_exposure_seal(&e);
	store(a, cam, &e);
	cg_log_notice("%s: sealed", cam->name);
}

void cg_manual_auto(struct cg_agent *a, const struct cg_agent_cam *cam)
{
	struct cg_exposure e = *slot_of(a, cam);

	cg_exposure_auto(&e);
	store(a, cam, &e);
	cg_log_notice("%s: as the config says", cam->name);
}

void cg_manual_off(struct cg_agent *a, uint64_t until_ns)
{
	cg_datapath_off(a->kern.dp, until_ns);
	a->run.off_until_ns = until_ns;
	if (until_ns)
		cg_log_notice("off: nothing is stopped for %llu s",
			      (unsigned long long)((until_ns - a->boot_ns() + CG_SEC_NS / 2) /
						   CG_SEC_NS));
	else
		cg_log_notice("on: enforcing again");
	cg_agent_notify(a, CG_AGENT_CHANGED);
}

void cg_manual_load(struct cg_agent *a)
{
	int r = cg_statefile_read(a), err;

	if (!r || r == -ENOENT)
		return;
	if (r > 0)
		cg_log_warning("%s/%s: of a later version, what is known of it is taken",
			       a->opts.state_dir, CG_SAVED_FILE);
	else
		cg_log_error(
			"%s/%s: %s, what was closed or sealed by hand is taken from the running kernel only",
			a->opts.state_dir, CG_SAVED_FILE, strerror(-r));
	/* It is replaced soon. */
	err = cg_statefile_keep(a);
	if (err)
		cg_log_warning("%s/%s: no copy can be kept: %s", a->opts.state_dir, CG_SAVED_FILE,
			       strerror(-err));
	else
		cg_log_info("%s/%s: kept as %s.kept", a->opts.state_dir, CG_SAVED_FILE,
			    CG_SAVED_FILE);
}

void cg_manual_restore(struct cg_agent *a)
{
	for (size_t i = 0; i < a->policy.ncams; i++) {
		const struct cg_agent_cam *cam = &a->policy.cams[i];
		struct cg_exposure e = *slot_of(a, cam);
		struct cg_saved_manual *m = entry(a, cam->id);
		uint64_t now = a->boot_ns();

		/* Maps that outlived the agent hold what was typed without it; maps
		 * made anew hold nothing. A known slot's AUTO is one that was typed. */
		if (m && e.manual == CG_MANUAL_AUTO && m->manual != CG_MANUAL_AUTO &&
		    (!cg_datapath_taken_over(a->kern.dp) || a->run.ready)) {
			if (m->manual == CG_MANUAL_SEAL)
				cg_exposure_seal(&e);
			else
				(void)cg_exposure_close(&e, true);
			cg_exposure_store(cg_datapath_meta(a->kern.dp), slot_of(a, cam), &e);
		}
		remember(a, cam, e.manual);
		a->run.deadline[i] = cg_exposure_opening(&e, now) ? cg_exposure_deadline(&e) : 0;
	}
	a->run.off_until_ns = cg_datapath_meta(a->kern.dp)->off_until_ns;
}

void cg_manual_save(struct cg_agent *a)
{
	int err;

	if (!a->run.manual_dirty)
		return;
	err = cg_statefile_write(a);
	if (err < 0) {
		uint64_t held;

		if (cg_log_limit_pass(&a->run.limit_state, a->boot_ns(), 3600 * CG_SEC_NS, &held))
			cg_log_warning("%s/%s: %s, what was typed holds until the next boot only",
				       a->opts.state_dir, CG_SAVED_FILE, strerror(-err));
		return;
	}
	a->run.manual_dirty = false;
}

void cg_manual_tick(struct cg_agent *a, uint64_t now_ns)
{
	bool changed = false;

	for (size_t i = 0; i < a->policy.ncams; i++) {
		if (!a->run.deadline[i] || a->run.deadline[i] > now_ns)
			continue;
		a->run.deadline[i] = 0;
		cg_log_notice("%s: opening ended", a->policy.cams[i].name);
		changed = true;
	}
	if (a->run.off_until_ns && a->run.off_until_ns <= now_ns) {
		a->run.off_until_ns = 0;
		cg_log_notice("on: `off` ended, enforcing again");
		changed = true;
	}
	cg_manual_save(a);
	if (changed)
		cg_agent_notify(a, CG_AGENT_CHANGED);
}
