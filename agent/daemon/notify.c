/* SPDX-License-Identifier: GPL-2.0-only */
/* A run is watched by its pidfd: libev would reap every child there is, nft's too. */
#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "../kern/spawn.h"
#include "../lib/jsonout.h"
#include "../lib/wholefile.h"
#include "notify.h"

#define QUIET_NS (300 * CG_SEC_NS)

struct notice {
	char *text;
	char event[CG_NOTIFY_EVENT_LEN];
	bool test;
};

struct cg_notify {
	struct cg_agent *a;
	struct notice queue[CG_NOTIFY_QUEUE + 1]; /* a test has a place of its own */
	size_t n;
	uint64_t tat_ns; /* GCRA of events */
	uint64_t left_out;
	pid_t pid; /* 0: nothing runs */
	int fd;
	bool killed;
	bool testing; /* what runs is the test */
	struct cg_notify_told told;
	ev_io watch;
	uint64_t until_ns; /* of what runs */
	struct cg_log_limit limit_log;
};

static void warn(struct cg_notify *n, const char *path, const char *what)
{
	uint64_t held;

	if (cg_log_limit_pass(&n->limit_log, n->a->boot_ns(), QUIET_NS, &held))
		cg_log_warning("notify: %s: %s", path, what);
}

static const char *program(const struct cg_notify *n)
{
	return n->a->policy.now ? n->a->policy.now->notify : NULL;
}

static int memory_file(const char *text)
{
	_cleanup_close_ int fd = memfd_create("camgate-notify", MFD_CLOEXEC);
	int err;

	if (fd < 0)
		return -errno;
	err = cg_wholefile_write(fd, text, strlen(text));
	if (!err && lseek(fd, 0, SEEK_SET) < 0)
		err = -errno;
	return err ? err : TAKE_FD(fd);
}

/* It is the household's: nothing of what we may do. */
static int spawn(const char *path, int in, pid_t *ret_pid)
{
	char *const argv[] = { (char *)path, NULL };
	char *const envp[] = { (char *)"PATH=/usr/sbin:/usr/bin:/sbin:/bin", (char *)"LC_ALL=C",
			       NULL };
	const struct cg_spawn s = { .path = path,
				    .argv = argv,
				    .envp = envp,
				    .in = in,
				    .out = -1,
				    .session = true,
				    .caps = 0 };

	return cg_spawn(&s, ret_pid);
}

/* How what was started last ended. */
static void result_set(struct cg_notify *n, enum cg_notify_how how, int value)
{
	n->told.last.how = how;
	n->told.last.value = value;
	n->told.last.ended_s = n->a->real_s();
	if (!n->testing)
		return;
	n->told.test = n->told.last;
	n->told.testing = false;
}

static void result_of(struct cg_notify *n, int status)
{
	if (n->killed)
		result_set(n, CG_NOTIFY_TIMEOUT, 0);
	else if (WIFSIGNALED(status))
		result_set(n, CG_NOTIFY_SIGNAL, WTERMSIG(status));
	else
		result_set(n, CG_NOTIFY_EXITED, WEXITSTATUS(status));
}

static int reap(struct cg_notify *n)
{
	int status = 0, r;

	ev_io_stop(n->a->loop, &n->watch);
	/* What it left behind goes with it. */
	kill(-n->pid, SIGKILL);
	do
		r = waitpid(n->pid, &status, 0);
	while (r < 0 && errno == EINTR);
	cg_closep(&n->fd);
	n->fd = -1;
	n->pid = 0;
	return status;
}

static int start(struct cg_notify *n, const char *path, const char *text)
{
	_cleanup_close_ int in = memory_file(text);
	int err;

	if (in < 0)
		return in;
	err = spawn(path, in, &n->pid);
	if (err) {
		n->pid = 0;
		return err;
	}
	n->killed = false;
	n->fd = (int)syscall(SYS_pidfd_open, n->pid, 0);
	if (n->fd < 0) {
		err = -errno;
		(void)reap(n);
		return err;
	}
	(void)fcntl(n->fd, F_SETFD, FD_CLOEXEC);
	ev_io_set(&n->watch, n->fd, EV_READ);
	ev_io_start(n->a->loop, &n->watch);
	n->until_ns = n->a->boot_ns() + CG_NOTIFY_RUN_S * CG_SEC_NS;
	return 0;
}

static void notice_free(struct cg_notify *n, struct notice *it)
{
	free(it->text);
	if (it->test)
		n->told.testing = false;
}

static void queue_clear(struct cg_notify *n)
{
	while (n->n)
		notice_free(n, &n->queue[--n->n]);
}

static void go(struct cg_notify *n)
{
	while (n->n && !n->pid) {
		struct notice it = n->queue[0];
		const char *path = program(n);
		int err;

		if (!path) {
			queue_clear(n);
			return;
		}
		memmove(n->queue, n->queue + 1, --n->n * sizeof(*n->queue));
		n->testing = it.test;
		memcpy(n->told.last.event, it.event, sizeof(it.event));
		err = start(n, path, it.text);
		if (err < 0) {
			warn(n, path, strerror(-err));
			result_set(n, CG_NOTIFY_UNSTARTED, -err);
		} else {
			n->told.count++;
		}
		free(it.text);
	}
}

static void ended(struct ev_loop *loop, ev_io *w, int revents)
{
	struct cg_notify *n = w->data;
	const char *path = program(n);
	int status = reap(n);

	(void)loop;
	(void)revents;
	if (path && !n->killed && (!WIFEXITED(status) || WEXITSTATUS(status)))
		warn(n, path, "it failed");
	result_of(n, status);
	go(n);
}

void cg_notify_tick(struct cg_agent *a, uint64_t now_ns)
{
	struct cg_notify *n = a->notify;
	const char *path = n ? program(n) : NULL;

	if (!n || !n->pid || n->killed || now_ns < n->until_ns)
		return;
	n->killed = true;
	kill(-n->pid, SIGKILL);
	warn(n, path ? path : "the program", "ended after 10 s");
}

/* May one more be told now? */
static bool pass(struct cg_notify *n)
{
	uint64_t now = n->a->boot_ns(), every = CG_NOTIFY_EVERY_S * CG_SEC_NS;
	uint64_t tat = n->tat_ns > now ? n->tat_ns : now;

	if (n->n >= CG_NOTIFY_QUEUE || tat + every > now + CG_NOTIFY_BURST * every)
		return false;
	n->tat_ns = tat + every;
	return true;
}

static void left_out(struct cg_notify *n)
{
	n->left_out++;
	n->told.left_out++;
}

static const char *name_of(struct json_object *event)
{
	struct json_object *o;

	return json_object_object_get_ex(event, "event", &o) ? json_object_get_string(o) : "";
}

void cg_notify_event(struct cg_agent *a, struct json_object *event)
{
	struct cg_notify *n = a->notify;
	_cleanup_free_ char *line = NULL;
	struct notice it = { 0 };
	char more[48] = "";
	size_t len;

	if (!n || !program(n) || !a->loop)
		return;
	if (cg_json_text(event, false, &line, &len) || !pass(n)) {
		left_out(n);
		return;
	}
	if (n->left_out)
		(void)snprintf(more, sizeof(more), ",\"left_out\":%llu",
			       (unsigned long long)n->left_out);
	/* Behind the last member of the object. */
	if (asprintf(&it.text, "%.*s%s}\n", (int)len - 2, line, more) < 0) {
		left_out(n);
		return;
	}
	(void)snprintf(it.event, sizeof(it.event), "%s", name_of(event));
	n->left_out = 0;
	n->queue[n->n++] = it;
	go(n);
}

int cg_notify_test(struct cg_agent *a)
{
	struct cg_notify *n = a->notify;
	struct notice it = { .event = "test", .test = true };

	if (!n || !program(n) || !a->loop)
		return -ENOENT;
	if (n->told.testing)
		return -EBUSY;
	if (asprintf(&it.text, "{\"v\":1,\"event\":\"test\",\"time_s\":%lld}\n",
		     (long long)a->real_s()) < 0)
		return -ENOMEM;
	n->told.testing = true;
	n->told.test.how = CG_NOTIFY_NEVER;
	/* Somebody waits for it. */
	memmove(n->queue + 1, n->queue, n->n++ * sizeof(*n->queue));
	n->queue[0] = it;
	go(n);
	return 0;
}

const struct cg_notify_told *cg_notify_told(const struct cg_agent *a)
{
	struct cg_notify *n = a->notify;

	if (!n)
		return NULL;
	n->told.waiting = n->n;
	n->told.running = n->pid;
	return &n->told;
}

int cg_notify_open(struct cg_agent *a, struct cg_notify **ret_notify)
{
	struct cg_notify *n = calloc(1, sizeof(*n));

	if (!n)
		return -ENOMEM;
	n->a = a;
	n->fd = -1;
	ev_init(&n->watch, ended);
	n->watch.data = n;
	*ret_notify = n;
	return 0;
}

void cg_notify_close(struct cg_notify **notify)
{
	struct cg_notify *n = TAKE_PTR(*notify);

	if (!n)
		return;
	queue_clear(n);
	if (n->pid)
		(void)reap(n);
	free(n);
}
