/* SPDX-License-Identifier: GPL-2.0-only */
/* A second thread for one piece of long work: of the kernel at a start, of databases while the loop goes on. */
#ifndef CG_WORKER_H
#define CG_WORKER_H

#include <pthread.h>
#include <stdbool.h>

struct cg_worker {
	void (*run)(void *work);
	void *work;
	pthread_t thread;
	bool apart; /* a thread of its own could be had */
};

/* Runs run(work) beside the caller; where no thread is to be had,
 * cg_worker_end does it. work must not be touched until then. Signals go to
 * other threads. */
void cg_worker_begin(struct cg_worker *w, void (*run)(void *work), void *work);
/* Returns when the work is done. */
void cg_worker_end(struct cg_worker *w);

#endif
