/* SPDX-License-Identifier: GPL-2.0-only */
/* A worker: beside its caller, with no signal of its own, and by the caller where there is no thread. */
#include <errno.h>
#include <signal.h>
#include <unistd.h>
#include <kern/worker.h>
#include "unit.h"

struct work {
	pid_t by;
	bool blocked;
	int go[2]; /* the work ends when a byte is written; -1 = at once */
};

static void run(void *p)
{
	struct work *w = p;
	sigset_t set;
	char c;

	pthread_sigmask(SIG_SETMASK, NULL, &set);
	w->blocked = sigismember(&set, SIGTERM);
	if (w->go[0] >= 0 && read(w->go[0], &c, 1) != 1)
		return;
	w->by = gettid();
}

START_TEST(beside_the_caller)
{
	struct work work = { 0 };
	struct cg_worker w;
	sigset_t set;

	ck_assert_int_eq(pipe(work.go), 0);
	cg_worker_begin(&w, run, &work);
	/* It waits for what only we can give. */
	ck_assert_int_eq(write(work.go[1], "x", 1), 1);
	cg_worker_end(&w);
	ck_assert_int_ne(work.by, 0);
	ck_assert_int_ne(work.by, getpid());
	ck_assert(work.blocked);
	pthread_sigmask(SIG_SETMASK, NULL, &set);
	ck_assert(!sigismember(&set, SIGTERM));
}
END_TEST

START_TEST(no_thread_to_be_had)
{
	struct work work = { .go = { -1, -1 } };
	struct cg_worker w;

	cg_worker_begin(&w, run, &work);
	if (w.apart)
		pthread_join(w.thread, NULL);
	work.by = 0;
	w.apart = false;
	cg_worker_end(&w);
	ck_assert_int_eq(work.by, getpid());
}
END_TEST

int main(void)
{
	return UNIT_RUN("worker", 10, beside_the_caller, no_thread_to_be_had);
}
