/* SPDX-License-Identifier: GPL-2.0-only */
/* The socket itself, and the lock that keeps a second agent from it. */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <camgate/ctl.h>
#include "client.h"
#include "control.h"
#include "mqtt.h"
#include "peer.h"

/* Whoever connects waits in the kernel, root behind all others: enough that
 * nobody is turned away there, and all that wait are taken in one turn, since
 * turning them away is quick and what comes after is not. */
#define BACKLOG	       128
#define ACCEPTS	       BACKLOG
#define HALF_S	       10.
#define IDLE_S	       300.
#define ACCEPT_AGAIN_S 1.

struct cg_control {
	struct cg_agent *a;
	char path[sizeof(((struct sockaddr_un *)NULL)->sun_path)];
	int fd, lock_fd;
	bool has_group;
	gid_t group;
	struct cg_clients clients;
	ev_io accept;
	ev_timer again;
};

static void accept_ready(struct ev_loop *loop, ev_io *w, int revents)
{
	struct cg_control *c = w->data;

	(void)revents;
	for (int i = 0; i < ACCEPTS; i++) {
		int fd = accept4(c->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		struct cg_peer peer;

		if (fd < 0)
			break;
		peer = cg_peer_of(fd, c->has_group ? &c->group : NULL);
		cg_clients_add(&c->clients, fd, &peer);
		errno = EAGAIN;
	}
	if (errno == EAGAIN || errno == EINTR || errno == ECONNABORTED)
		return;
	/* No descriptors: the socket would stay readable and the loop would spin. */
	cg_log_warning("%s: accept: %s, trying again", c->path, strerror(errno));
	ev_io_stop(loop, &c->accept);
	ev_timer_set(&c->again, ACCEPT_AGAIN_S, 0.);
	ev_timer_start(loop, &c->again);
}

static void accept_again(struct ev_loop *loop, ev_timer *w, int revents)
{
	struct cg_control *c = w->data;

	(void)revents;
	ev_io_start(loop, &c->accept);
}

void cg_control_mode(struct cg_control *c)
{
	bool all = c->a->policy.now && c->a->policy.now->readers_all;

	c->has_group = cg_peer_group(&c->group);
	cg_mqtt_user(c->a);
	/* Commands are judged by who the peer is; this only says who may ask. */
	if (c->has_group && chown(c->path, (uid_t)-1, c->group) < 0)
		cg_log_warning("%s: group " CG_CTL_GROUP ": %s", c->path, strerror(errno));
	if (chmod(c->path, all ? 0666 : 0660) < 0)
		cg_log_warning("%s: mode: %s", c->path, strerror(errno));
}

/* One agent a socket: the lock dies with its process, a stale socket does not. */
static int lock(const char *path, int *ret_fd)
{
	_cleanup_close_ int fd = -1;
	char name[PATH_MAX];

	(void)snprintf(name, sizeof(name), "%s.lock", path);
	fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return -errno;
	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		return errno == EWOULDBLOCK ? -EADDRINUSE : -errno;
	*ret_fd = TAKE_FD(fd);
	return 0;
}

static int socket_bind(const char *path, int *ret_fd)
{
	_cleanup_close_ int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	mode_t mask;
	int err = 0;

	if (fd < 0)
		return -errno;
	(void)snprintf(sun.sun_path, sizeof(sun.sun_path), "%s", path);
	if (unlink(path) < 0 && errno != ENOENT)
		return -errno;
	mask = umask(0177);
	if (bind(fd, (struct sockaddr *)&sun, sizeof(sun)) < 0)
		err = -errno;
	umask(mask);
	if (err < 0)
		return err;
	*ret_fd = TAKE_FD(fd);
	return 0;
}

static void dir_make(const char *path)
{
	char copy[PATH_MAX];

	(void)snprintf(copy, sizeof(copy), "%s", path);
	/* A failure shows where the lock is made. */
	(void)mkdir(dirname(copy), 0755);
}

int cg_control_open(struct cg_agent *a, struct cg_control **ret_control)
{
	struct cg_control *c;
	int err;

	if (strlen(a->opts.socket) >= sizeof(c->path))
		return -ENAMETOOLONG;
	c = calloc(1, sizeof(*c));
	if (!c)
		return -ENOMEM;
	c->a = a;
	cg_clients_begin(&c->clients, a);
	c->fd = c->lock_fd = -1;
	c->clients.half_s = HALF_S;
	c->clients.idle_s = IDLE_S;
	memcpy(c->path, a->opts.socket, strlen(a->opts.socket) + 1);
	ev_io_init(&c->accept, accept_ready, -1, EV_READ);
	ev_timer_init(&c->again, accept_again, ACCEPT_AGAIN_S, 0.);
	c->accept.data = c->again.data = c;
	dir_make(c->path);
	err = lock(c->path, &c->lock_fd);
	if (!err)
		err = socket_bind(c->path, &c->fd);
	if (err < 0)
		goto err_close;
	cg_control_mode(c);
	if (listen(c->fd, BACKLOG) < 0) {
		err = -errno;
		goto err_close;
	}
	ev_io_set(&c->accept, c->fd, EV_READ);
	ev_io_start(a->loop, &c->accept);
	*ret_control = c;
	return 0;

err_close:
	cg_control_close(&c);
	return err;
}

void cg_control_close(struct cg_control **control)
{
	struct cg_control *c = TAKE_PTR(*control);

	if (!c)
		return;
	cg_clients_end(&c->clients);
	ev_io_stop(c->a->loop, &c->accept);
	ev_timer_stop(c->a->loop, &c->again);
	if (c->fd >= 0) {
		close(c->fd);
		(void)unlink(c->path);
	}
	/* The lock's file stays: removing it would let two agents hold it. */
	if (c->lock_fd >= 0)
		close(c->lock_fd);
	free(c);
}

void cg_control_timeouts(struct cg_control *control, double half_s, double idle_s)
{
	control->clients.half_s = half_s;
	control->clients.idle_s = idle_s;
}

size_t cg_control_clients(const struct cg_control *control)
{
	return control->clients.n;
}

void cg_control_again(struct cg_control *control)
{
	cg_clients_again(&control->clients);
}
