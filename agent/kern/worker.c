/* SPDX-License-Identifier: GPL-2.0-only */
/* One thread more, for as long as one piece of work. */
#include "worker.h"

#include <signal.h>
#include <stddef.h>

/* musl gives a thread 128 KiB unless asked, which libbpf need not keep to. */
#define STACK (1 << 20)

static void *thread_run(void *p)
{
	struct cg_worker *w = p;

	w->run(w->work);
	return NULL;
}

void cg_worker_begin(struct cg_worker *w, void (*run)(void *work), void *work)
{
	pthread_attr_t attr;
	sigset_t all, was;

	w->run = run;
	w->work = work;
	w->apart = false;
	if (pthread_attr_init(&attr))
		return;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &was);
	w->apart = !pthread_attr_setstacksize(&attr, STACK) &&
		   !pthread_create(&w->thread, &attr, thread_run, w);
	pthread_sigmask(SIG_SETMASK, &was, NULL);
	pthread_attr_destroy(&attr);
}

void cg_worker_end(struct cg_worker *w)
{
	if (w->apart)
		pthread_join(w->thread, NULL);
	else
		w->run(w->work);
}
