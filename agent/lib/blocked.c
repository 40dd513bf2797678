/* SPDX-License-Identifier: GPL-2.0-only */
/* The table behind `blocked`: one small array a camera, searched by walking it. */
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include "blocked.h"

#define SEC_NS 1000000000ULL

struct camera {
	struct cg_blocked_entry entry[CG_BLOCKED_PER_CAM];
	size_t n;
	uint64_t said_ns[CG_REASONS]; /* 0: never */
};

struct cg_blocked {
	struct camera *cam[CG_MAX_CAMERAS]; /* by slot; NULL: nothing yet */
};

int cg_blocked_new(struct cg_blocked **ret_blocked)
{
	struct cg_blocked *b = calloc(1, sizeof(*b));

	if (!b)
		return -ENOMEM;
	*ret_blocked = b;
	return 0;
}

static bool same_but_peer(const struct cg_blocked_entry *a, const struct cg_blocked_entry *b)
{
	return a->port == b->port && a->ethertype == b->ethertype && a->proto == b->proto &&
	       a->plane == b->plane && a->reason == b->reason && a->scope == b->scope;
}

static bool same(const struct cg_blocked_entry *a, const struct cg_blocked_entry *b)
{
	return !memcmp(a->peer, b->peer, sizeof(a->peer)) && same_but_peer(a, b);
}

static struct cg_blocked_entry *find(struct camera *cam, const struct cg_blocked_entry *like,
				     const char *name)
{
	for (size_t i = 0; i < cam->n; i++)
		if (same(&cam->entry[i], like))
			return &cam->entry[i];
	for (size_t i = 0; name && i < cam->n; i++)
		if (cam->entry[i].name && !strcmp(cam->entry[i].name, name) &&
		    same_but_peer(&cam->entry[i], like))
			return &cam->entry[i];
	return NULL;
}

/* A new one, in the place of the one not seen for longest where there is no other. */
static struct cg_blocked_entry *place(struct camera *cam, const struct cg_blocked_entry *like,
				      const char *name)
{
	struct cg_blocked_entry *oldest = &cam->entry[0];

	for (size_t i = 1; i < cam->n; i++)
		if (cam->entry[i].last_ns < oldest->last_ns)
			oldest = &cam->entry[i];
	if (cam->n < CG_BLOCKED_PER_CAM)
		oldest = &cam->entry[cam->n++];
	else
		free(oldest->name);
	*oldest = *like;
	/* Without memory it goes by its address. */
	oldest->name = name ? strdup(name) : NULL;
	return oldest;
}

static struct cg_blocked_entry entry_of(const struct cg_event *event)
{
	bool up = event->plane == CG_PLANE_UP || event->plane == CG_PLANE_UP_MONITOR;
	struct cg_blocked_entry e = {
		/* The other end's number is a different one every time. */
		.port = ntohs(up ? event->peer_port : event->cam_port),
		.proto = event->proto,
		.plane = event->plane,
		.reason = event->reason,
		.scope = event->scope,
		.first_ns = event->ns,
	};

	memcpy(e.peer, event->peer, sizeof(e.peer));
	if (event->reason == CG_DROP_ETHERTYPE)
		e.ethertype = event->ethertype;
	return e;
}

bool cg_blocked_has(const struct cg_blocked *b, const struct cg_event *event)
{
	struct cg_blocked_entry like = entry_of(event);
	struct camera *cam = event->slot < CG_MAX_CAMERAS ? b->cam[event->slot] : NULL;

	return cam && find(cam, &like, NULL);
}

int cg_blocked_add(struct cg_blocked *b, const struct cg_event *event, const char *name,
		   uint64_t quiet_ns)
{
	struct cg_blocked_entry like = entry_of(event), *e;
	struct camera *cam;
	bool quiet;

	if (event->slot >= CG_MAX_CAMERAS || event->reason >= CG_REASONS)
		return 0;
	cam = b->cam[event->slot];
	if (!cam) {
		cam = calloc(1, sizeof(*cam));
		if (!cam)
			return -ENOMEM;
		b->cam[event->slot] = cam;
	}
	e = find(cam, &like, name);
	if (!e)
		e = place(cam, &like, name);
	memcpy(e->peer, like.peer, sizeof(e->peer));
	e->packets++;
	if (event->ns > e->last_ns)
		e->last_ns = event->ns;

	quiet = cam->said_ns[event->reason] && event->ns < cam->said_ns[event->reason] + quiet_ns;
	if (!quiet)
		cam->said_ns[event->reason] = event->ns ? event->ns : 1;
	return !quiet;
}

void cg_blocked_name(struct cg_blocked *b, uint32_t slot, size_t i, const char *name)
{
	if (slot < CG_MAX_CAMERAS && b->cam[slot] && i < b->cam[slot]->n &&
	    !b->cam[slot]->entry[i].name)
		b->cam[slot]->entry[i].name = strdup(name);
}

static void camera_free(struct camera **cam)
{
	for (size_t i = 0; *cam && i < (*cam)->n; i++)
		free((*cam)->entry[i].name);
	free(*cam);
	*cam = NULL;
}

void cg_blocked_free(struct cg_blocked **blocked)
{
	struct cg_blocked *b = TAKE_PTR(*blocked);

	if (!b)
		return;
	for (uint32_t i = 0; i < CG_MAX_CAMERAS; i++)
		camera_free(&b->cam[i]);
	free(b);
}

void cg_blocked_forget(struct cg_blocked *b, uint32_t slot)
{
	if (slot >= CG_MAX_CAMERAS)
		return;
	camera_free(&b->cam[slot]);
}

void cg_blocked_expire(struct cg_blocked *b, uint64_t now_ns)
{
	for (uint32_t slot = 0; slot < CG_MAX_CAMERAS; slot++) {
		struct camera *cam = b->cam[slot];
		size_t kept = 0;

		if (!cam)
			continue;
		for (size_t i = 0; i < cam->n; i++) {
			if (cam->entry[i].last_ns + CG_BLOCKED_KEEP_S * SEC_NS > now_ns)
				cam->entry[kept++] = cam->entry[i];
			else
				free(cam->entry[i].name);
		}
		cam->n = kept;
		if (!kept)
			cg_blocked_forget(b, slot);
	}
}

const struct cg_blocked_entry *cg_blocked_read(const struct cg_blocked *b, uint32_t slot,
					       size_t *ret_n)
{
	*ret_n = 0;
	if (slot >= CG_MAX_CAMERAS || !b->cam[slot])
		return NULL;
	*ret_n = b->cam[slot]->n;
	return b->cam[slot]->entry;
}
