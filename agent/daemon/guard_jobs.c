/* SPDX-License-Identifier: GPL-2.0-only */
/* A queue of at most one job a kind, and the watcher of the nft that runs. */
#include <errno.h>
#include <string.h>
#include "guard_jobs.h"

void cg_guard_jobs_go(struct cg_guard_jobs *j)
{
	while (j->todo && !j->running && j->a->loop) {
		enum cg_guard_job kind = (enum cg_guard_job)(j->todo & -j->todo);
		_cleanup_free_ char *text = NULL;
		int r = j->text(j->a, kind, &text);

		j->todo &= ~(unsigned int)kind;
		if (!r && !*text)
			continue;
		if (!r)
			r = cg_nft_start(text, &j->job);
		if (r == -EALREADY)
			continue;
		if (r) {
			j->ended(j->a, kind, r, "");
			continue;
		}
		j->running = kind;
		ev_io_set(&j->watch, j->job.fd, EV_READ);
		ev_io_start(j->a->loop, &j->watch);
	}
}

static void finish(struct cg_guard_jobs *j)
{
	enum cg_guard_job kind = (enum cg_guard_job)j->running;
	char why[200] = "";
	int err;

	ev_io_stop(j->a->loop, &j->watch);
	j->running = 0;
	err = cg_nft_finish(&j->job, why, sizeof(why));
	j->ended(j->a, kind, err, why);
	cg_agent_notify(j->a, CG_AGENT_CHANGED);
}

static void ready(struct ev_loop *loop, ev_io *w, int revents)
{
	struct cg_guard_jobs *j = w->data;

	(void)loop;
	(void)revents;
	finish(j);
	cg_guard_jobs_go(j);
}

void cg_guard_jobs_init(struct cg_guard_jobs *j, struct cg_agent *a)
{
	j->a = a;
	j->job = (struct cg_nft_job){ 0, -1, -1 };
	ev_init(&j->watch, ready);
	j->watch.data = j;
}

void cg_guard_jobs_exit(struct cg_guard_jobs *j)
{
	char why[64] = "";

	j->todo = 0;
	if (!j->running)
		return;
	ev_io_stop(j->a->loop, &j->watch);
	if (cg_nft_finish(&j->job, why, sizeof(why)))
		cg_log_debug("nft: %s", why);
	j->running = 0;
}

void cg_guard_jobs_add(struct cg_guard_jobs *j, enum cg_guard_job kind)
{
	j->todo |= kind;
	cg_guard_jobs_go(j);
}

void cg_guard_jobs_drop(struct cg_guard_jobs *j, enum cg_guard_job kind)
{
	if (j->running)
		finish(j);
	/* Its end may have asked for it again. */
	j->todo &= ~(unsigned int)kind;
}
