/* SPDX-License-Identifier: GPL-2.0-only */
/* The time zones of a policy: what is named twice is read once. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "zones.h"
#include "told.h"

static int refuse(const char *root, const char *name, const struct cg_pos *pos, int err,
		  struct cg_diag *diag)
{
	char near[160];

	if (err == -ENOMEM)
		return err;
	if (err == -ENOTSUP)
		return cg_diag_set(
			diag, pos, -EINVAL,
			"timezone: '%s' counts leap seconds, expected one without such as Europe/Berlin",
			name);
	if (err != -ENOENT)
		return cg_diag_set(
			diag, pos, -EINVAL,
			"timezone: %s/%s is no time zone, expected one such as Europe/Berlin",
			CG_ZONE_DIR, name);
	(void)cg_zone_near(root, name, near, sizeof(near));
	return cg_diag_set(
		diag, pos, -EINVAL, "timezone: this machine has no '%s', expected %s", name,
		*near ? near :
			N_("one of /usr/share/zoneinfo, or a line such as CET-1CEST,M3.5.0,M10.5.0/3"));
}

static int find(struct cg_policy *p, const char *root, const char *name, const struct cg_pos *pos,
		struct cg_diag *diag, const struct cg_zone **ret_zone)
{
	struct cg_policy_zone *z;
	int r;

	for (size_t i = 0; i < p->nzones; i++)
		if (!strcmp(p->zones[i].name, name)) {
			*ret_zone = p->zones[i].zone;
			return 0;
		}
	z = reallocarray(p->zones, p->nzones + 1, sizeof(*z));
	if (!z)
		return -ENOMEM;
	p->zones = z;
	z += p->nzones;
	memcpy(z->name, name, strlen(name) + 1);
	r = cg_zone_read(root, *name ? name : NULL, &z->zone);
	if (r)
		return refuse(root, name, pos, r, diag);
	p->nzones++;
	*ret_zone = z->zone;
	return 0;
}

int cg_zones_find(struct cg_policy *p, const char *root, struct cg_diag *diag)
{
	for (size_t i = 0; i < p->ncams; i++) {
		struct cg_policy_cam *cam = &p->cams[i];
		int r = find(p, root, cam->zone_name, &cam->zone_pos, diag, &cam->zone);

		for (size_t w = 0; w < cam->nwindows && !r; w++) {
			struct cg_window *win = &cam->windows[w];

			win->zone = cam->zone;
			if (*win->zone_name)
				r = find(p, root, win->zone_name, &win->zone_pos, diag, &win->zone);
		}
		if (r)
			return cg_diag_set(diag, NULL, r, "timezone: %s", strerror(-r));
	}
	return 0;
}

void cg_zones_free(struct cg_policy *p)
{
	for (size_t i = 0; i < p->nzones; i++)
		cg_zone_free(&p->zones[i].zone);
	free(p->zones);
	p->zones = NULL;
	p->nzones = 0;
}
