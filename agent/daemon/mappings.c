/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is looked at is the machine's own: its rules by nft, the files of UPnP's service. An
 * address counts as a camera's by what the packet path has seen and the config says, and never
 * where the kernel's neighbours know it as another device's.
 */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../kern/nft.h"
#include "../lib/wholefile.h"
#include "mappings.h"
#include "mappings_look.h"
#include "notify.h"

#define RULESET "list ruleset\n"
#define HUNG_NS (10 * CG_SEC_NS)

enum phase {
	IDLE,
	RULES,
	MAPS,
};

struct cg_mappings {
	enum phase phase;
	struct cg_nft_job job;
	ev_io watch;
	struct cg_mappings_look look;
	struct cg_mappings_found found;
	uint64_t next_ns, last_ns, begun_ns;
	struct cg_mapping *seen; /* openings that were said */
	size_t nseen, count;
	uint16_t http_port;
	char said[300]; /* the last `why` that was logged */
};

void cg_mappings_free(struct cg_mappings_found *found)
{
	cg_mapping_list_free(&found->list);
	found->why[0] = '\0';
}

/* ---- at once, for whoever asks ---- */

static int run(const char *script, bool terse, const struct cg_mappings_look *look,
	       struct cg_mappings_found *found)
{
	struct cg_nft_job job;
	int err = cg_nft_list_start(script, terse, &job);

	if (!err)
		return cg_mappings_take(&job, look, found);
	cg_mappings_why(found, err, "");
	return 0;
}

int cg_mappings_find(struct cg_agent *a, const struct cg_agent_cam *cam,
		     struct cg_mappings_found *ret_found)
{
	_cleanup_(cg_mappings_look_free) struct cg_mappings_look look = { 0 };
	_cleanup_free_ char *maps = NULL;
	int err;

	memset(ret_found, 0, sizeof(*ret_found));
	err = cg_mappings_look_make(a, cam, &look);
	if (err || !look.want.naddr)
		return err;
	err = run(RULESET, true, &look, ret_found);
	if (!err)
		err = cg_mappings_maps(&ret_found->list, &maps);
	if (!err && maps)
		err = run(maps, false, &look, ret_found);
	return err ? err : cg_mappings_finish(a, &look, ret_found);
}

/* ---- now and then ---- */

size_t cg_mappings_count(const struct cg_agent *a)
{
	return a->mappings ? a->mappings->count : 0;
}

uint16_t cg_mappings_http_port(const struct cg_agent *a)
{
	return a->mappings ? a->mappings->http_port : 0;
}

static bool was_said(const struct cg_mappings *m, const struct cg_mapping *one)
{
	for (size_t i = 0; i < m->nseen; i++)
		if (m->seen[i].slot == one->slot && cg_mapping_same(&m->seen[i], one))
			return true;
	return false;
}

static void say(struct cg_agent *a, const struct cg_mapping *one)
{
	const struct cg_agent_cam *cam = cg_agent_by_slot(a, one->slot);
	char text[CG_MAPPINGS_TEXT], where[CG_MAPPINGS_TEXT];

	if (!cam)
		return;
	cg_log_warning("%s: %s (%s); `camgate mappings`", cam->name, cg_mappings_text(one, text),
		       cg_mappings_where(one, where));
	cg_mappings_tell(a, "mapping-found", one);
}

/* What is new is said once. */
static void look_done(struct cg_agent *a)
{
	struct cg_mappings *m = a->mappings;
	struct cg_mapping_list *list = &m->found.list;
	int err = cg_mappings_finish(a, &m->look, &m->found);
	struct cg_mapping *seen = err ? NULL : calloc(list->n + 1, sizeof(*seen));
	size_t n = 0, was = m->count;

	m->phase = IDLE;
	m->http_port = m->look.want.upnp.http_port;
	for (size_t i = 0; seen && i < list->n; i++) {
		if (!cg_mappings_counts(list, i))
			continue;
		seen[n++] = list->m[i];
		if (!was_said(m, &list->m[i]))
			say(a, &list->m[i]);
	}
	/* What could not be looked at now is not gone. */
	if (seen && !m->found.why[0]) {
		free(m->seen);
		m->seen = TAKE_PTR(seen);
		m->nseen = n;
	}
	free(seen);
	if (!err)
		m->count = n + list->cut;
	if (m->found.why[0] && strcmp(m->found.why, m->said) != 0)
		cg_log_info("port openings: %s", m->found.why);
	memcpy(m->said, m->found.why, sizeof(m->said));
	cg_mappings_free(&m->found);
	cg_mappings_look_free(&m->look);
	if (m->count != was)
		cg_agent_notify(a, CG_AGENT_CHANGED);
}

static void start(struct cg_agent *a, enum phase phase, const char *script)
{
	struct cg_mappings *m = a->mappings;
	int err = cg_nft_list_start(script, phase == RULES, &m->job);

	if (err) {
		cg_mappings_why(&m->found, err, "");
		look_done(a);
		return;
	}
	m->phase = phase;
	m->begun_ns = a->boot_ns();
	ev_io_set(&m->watch, m->job.fd, EV_READ);
	ev_io_start(a->loop, &m->watch);
}

static void ready(struct ev_loop *loop, ev_io *w, int revents)
{
	struct cg_agent *a = w->data;
	struct cg_mappings *m = a->mappings;
	_cleanup_free_ char *maps = NULL;
	int err;

	(void)revents;
	ev_io_stop(loop, w);
	err = cg_mappings_take(&m->job, &m->look, &m->found);
	if (!err && m->phase == RULES)
		err = cg_mappings_maps(&m->found.list, &maps);
	if (err)
		cg_mappings_why(&m->found, err, "");
	if (maps)
		start(a, MAPS, maps);
	else
		look_done(a);
}

static void look_begin(struct cg_agent *a)
{
	struct cg_mappings *m = a->mappings;

	memset(&m->found, 0, sizeof(m->found));
	if (cg_mappings_look_make(a, NULL, &m->look)) {
		cg_mappings_look_free(&m->look);
		return;
	}
	if (m->look.want.naddr)
		start(a, RULES, RULESET);
	else
		look_done(a);
}

/* Its end is heard as any other. */
static void job_end(struct cg_mappings *m)
{
	if (m->job.pid > 0)
		kill(m->job.pid, SIGKILL);
}

void cg_mappings_tick(struct cg_agent *a, uint64_t now_ns)
{
	struct cg_mappings *m = a->mappings;

	if (!m || !a->loop)
		return;
	if (m->phase != IDLE) {
		if (now_ns > m->begun_ns + HUNG_NS)
			job_end(m);
		return;
	}
	if (!m->next_ns)
		m->next_ns = now_ns + CG_MAPPINGS_FIRST_S * CG_SEC_NS;
	if (now_ns < m->next_ns)
		return;
	m->last_ns = now_ns;
	m->next_ns = now_ns + CG_MAPPINGS_EVERY_S * CG_SEC_NS;
	look_begin(a);
}

void cg_mappings_moved(struct cg_agent *a)
{
	struct cg_mappings *m = a->mappings;
	uint64_t at = a->boot_ns() + CG_MAPPINGS_FIRST_S * CG_SEC_NS;

	if (!m)
		return;
	/* A camera that takes address after address gets no more looks by that. */
	if (m->last_ns && at < m->last_ns + CG_MAPPINGS_MOVED_S * CG_SEC_NS)
		at = m->last_ns + CG_MAPPINGS_MOVED_S * CG_SEC_NS;
	if (at < m->next_ns)
		m->next_ns = at;
}

int cg_mappings_open(struct cg_agent *a)
{
	struct cg_mappings *m = calloc(1, sizeof(*m));

	if (!m)
		return -ENOMEM;
	ev_init(&m->watch, ready);
	m->watch.data = a;
	a->mappings = m;
	return 0;
}

void cg_mappings_close(struct cg_agent *a)
{
	struct cg_mappings *m = TAKE_PTR(a->mappings);
	char why[64];

	if (!m)
		return;
	if (m->phase != IDLE) {
		ev_io_stop(a->loop, &m->watch);
		job_end(m);
		(void)!cg_nft_finish(&m->job, why, sizeof(why));
	}
	cg_mappings_free(&m->found);
	cg_mappings_look_free(&m->look);
	free(m->seen);
	free(m);
}
