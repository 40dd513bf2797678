/* SPDX-License-Identifier: GPL-2.0-only */
/* The config given back. */
#include <stdlib.h>
#include "config.h"

static void texts_free(struct cg_texts *t)
{
	for (size_t i = 0; i < t->n; i++)
		free(t->v[i].s);
	free(t->v);
}

static void cam_free(struct cg_config_cam *cam)
{
	free(cam->name.s);
	free(cam->id.s);
	texts_free(&cam->mac);
	texts_free(&cam->address);
	free(cam->exposure.s);
	free(cam->lan_viewing.s);
	free(cam->gateway_viewing.s);
	free(cam->mode.s);
	free(cam->profile.s);
	free(cam->dns.s);
	free(cam->dns_names.s);
	free(cam->ntp.s);
	texts_free(&cam->allow);
	texts_free(&cam->upload);
	texts_free(&cam->deny);
	texts_free(&cam->viewers);
	texts_free(&cam->stay_in);
	free(cam->timezone.s);
	free(cam->daily_upload.s);
	free(cam->open_time.s);
	texts_free(&cam->signs);
	free(cam->control_budget.s);
	free(cam->upload_budget.s);
	free(cam->max_viewers.s);
	free(cam->mqtt_may_widen.s);
	for (size_t i = 0; i < cam->nschedule; i++) {
		struct cg_config_window *w = &cam->schedule[i];

		texts_free(&w->days);
		free(w->from.s);
		free(w->to.s);
		free(w->timezone.s);
		free(w->exposure.s);
	}
	free(cam->schedule);
}

static void viewer_free(struct cg_config_viewer *v)
{
	free(v->name.s);
	texts_free(&v->mac);
	texts_free(&v->address);
	texts_free(&v->domain);
	texts_free(&v->ifname);
}

static void profile_free(struct cg_config_profile *p)
{
	free(p->name);
	free(p->maker.s);
	free(p->protection.s);
	free(p->local_view.s);
	cam_free(&p->rules);
}

void cg_config_free(struct cg_config **config)
{
	struct cg_config *c = *config;

	*config = NULL;
	if (!c)
		return;
	free(c->path);
	texts_free(&c->lan);
	texts_free(&c->home);
	texts_free(&c->resolver);
	free(c->readers.s);
	free(c->force.s);
	free(c->guard.s);
	free(c->guard_mark.s);
	free(c->guard_mask.s);
	free(c->module.s);
	free(c->attach.s);
	free(c->profiles.s);
	for (size_t i = 0; i < c->nprofile; i++)
		profile_free(&c->profile[i]);
	free(c->profile);
	free(c->clock.s);
	free(c->record.s);
	free(c->record_days.s);
	free(c->record_every.s);
	free(c->record_size.s);
	free(c->notify.s);
	free(c->country_database.s);
	free(c->network_database.s);
	for (size_t i = 0; i < c->nlists; i++) {
		free(c->lists[i].name);
		texts_free(&c->lists[i].entries);
	}
	free(c->lists);
	free(c->unknown.notify.s);
	free(c->unknown.quarantine.s);
	free(c->unknown.probation.s);
	for (int i = 0; i < __CG_MQTTCONF_MAX; i++)
		free(c->mqtt[i].s);
	for (size_t i = 0; i < __CG_FLEET_KEYS; i++)
		free(c->fleet[i].s);
	for (size_t i = 0; i < c->nviewers; i++)
		viewer_free(&c->viewers[i]);
	free(c->viewers);
	cam_free(&c->defaults);
	for (size_t i = 0; i < c->ncams; i++)
		cam_free(&c->cams[i]);
	free(c->cams);
	for (size_t i = 0; i < c->nfiles; i++)
		free(c->files[i]);
	free(c->files);
	free(c);
}
