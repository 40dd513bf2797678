/* SPDX-License-Identifier: GPL-2.0-only */
/* One object a client, no global buffer, nothing that blocks: a client can only hurt itself. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <json-c/json.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <camgate/ctl.h>
#include "command.h"
#include "control.h"

#define BACKLOG	       16
#define HALF_S	       10.
#define IDLE_S	       300.
#define ACCEPT_AGAIN_S 1.
#define READ_CHUNK     4096
#define JSON_DEPTH     16
#define MAX_GROUPS     256
/* Places that only those who may change things can take. */
#define RESERVED       (CG_MAX_CLIENTS / 4)

struct client {
	struct cg_control *control;
	struct client *next, **prev;
	int fd;
	bool privileged;
	bool ending; /* closes when the replies are out */
	ev_io read, write;
	ev_timer timer;
	char *in;
	size_t in_len, in_room;
	char *out;
	size_t out_len, out_at;
};

struct cg_control {
	struct cg_agent *a;
	char path[sizeof(((struct sockaddr_un *)NULL)->sun_path)];
	int fd, lock_fd;
	double half_s, idle_s;
	ev_io accept;
	ev_timer again;
	struct client *clients;
	size_t n;
};

static void client_end(struct client *cl)
{
	struct cg_control *c = cl->control;

	ev_io_stop(c->a->loop, &cl->read);
	ev_io_stop(c->a->loop, &cl->write);
	ev_timer_stop(c->a->loop, &cl->timer);
	close(cl->fd);
	*cl->prev = cl->next;
	if (cl->next)
		cl->next->prev = cl->prev;
	c->n--;
	free(cl->in);
	free(cl->out);
	free(cl);
}

static bool output_left(const struct client *cl)
{
	return cl->out_at < cl->out_len;
}

/* A half line or reply is waited for shorter than the next request. */
static void timer_set(struct client *cl)
{
	struct cg_control *c = cl->control;

	ev_timer_stop(c->a->loop, &cl->timer);
	ev_timer_set(&cl->timer, cl->in_len || output_left(cl) ? c->half_s : c->idle_s, 0.);
	ev_timer_start(c->a->loop, &cl->timer);
}

static int reply_queue(struct client *cl, struct json_object *reply)
{
	const char *text;
	size_t len;
	char *out;

	if (!reply)
		return -ENOMEM;
	text = json_object_to_json_string_length(
		reply, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, &len);
	if (len >= CG_MAX_REPLY) {
		json_object_put(reply);
		reply = cg_command_refuse(CG_EXIT_FAILED, "the reply would be too long");
		text = json_object_to_json_string_length(reply, JSON_C_TO_STRING_PLAIN, &len);
	}
	if (cl->out_at) {
		memmove(cl->out, cl->out + cl->out_at, cl->out_len - cl->out_at);
		cl->out_len -= cl->out_at;
		cl->out_at = 0;
	}
	out = realloc(cl->out, cl->out_len + len + 1);
	if (!out) {
		json_object_put(reply);
		return -ENOMEM;
	}
	memcpy(out + cl->out_len, text, len);
	out[cl->out_len + len] = '\n';
	cl->out = out;
	cl->out_len += len + 1;
	json_object_put(reply);
	return 0;
}

static struct json_object *line_run(struct client *cl, const char *line, size_t len)
{
	struct json_tokener *tok;
	struct json_object *request, *reply;
	bool whole;

	if (memchr(line, '\0', len))
		return cg_command_refuse(CG_EXIT_USAGE,
					 "a request is text, and this one holds a NUL");
	tok = json_tokener_new_ex(JSON_DEPTH);
	if (!tok)
		return NULL;
	json_tokener_set_flags(tok, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	request = json_tokener_parse_ex(tok, line, (int)len);
	whole = json_tokener_get_error(tok) == json_tokener_success &&
		json_tokener_get_parse_end(tok) == len;
	if (!request || !whole || !json_object_is_type(request, json_type_object))
		reply = cg_command_refuse(CG_EXIT_USAGE, "a request is one JSON object a line");
	else
		reply = cg_command_run(cl->control->a, request, cl->privileged);
	json_object_put(request);
	json_tokener_free(tok);
	return reply;
}

/* Takes one whole line from the input. 1: one was run, 0: none is whole. */
static int line_take(struct client *cl)
{
	char *end = cl->in_len ? memchr(cl->in, '\n', cl->in_len) : NULL;
	size_t len, used;
	int err = 0;

	if (!end) {
		if (cl->in_len < CG_MAX_REQUEST)
			return 0;
		cl->in_len = 0;
		cl->ending = true;
		err = reply_queue(cl, cg_command_refuse(CG_EXIT_USAGE, "the request is too long"));
		return err < 0 ? err : 1;
	}
	len = used = (size_t)(end - cl->in);
	if (len && cl->in[len - 1] == '\r')
		len--;
	/* An empty line asks nothing. */
	if (len)
		err = reply_queue(cl, line_run(cl, cl->in, len));
	memmove(cl->in, end + 1, cl->in_len - used - 1);
	cl->in_len -= used + 1;
	return err < 0 ? err : 1;
}

/* false: the client is gone. */
static bool output_send(struct client *cl)
{
	struct cg_control *c = cl->control;

	while (output_left(cl)) {
		ssize_t n =
			send(cl->fd, cl->out + cl->out_at, cl->out_len - cl->out_at, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN) {
			ev_io_start(c->a->loop, &cl->write);
			return true;
		}
		if (n < 0) {
			client_end(cl);
			return false;
		}
		cl->out_at += (size_t)n;
	}
	ev_io_stop(c->a->loop, &cl->write);
	cl->out_len = cl->out_at = 0;
	if (c->a->run.leave)
		ev_break(c->a->loop, EVBREAK_ALL);
	if (cl->ending) {
		client_end(cl);
		return false;
	}
	return true;
}

/* Runs what is whole, as long as replies leave: a client that does not read
 * them is not read from either. */
static void client_serve(struct client *cl)
{
	struct cg_control *c = cl->control;

	while (!output_left(cl) && !cl->ending) {
		int n = line_take(cl);

		if (n < 0) {
			client_end(cl);
			return;
		}
		if (!n)
			break;
		if (!output_send(cl))
			return;
	}
	if (output_left(cl) || cl->ending)
		ev_io_stop(c->a->loop, &cl->read);
	else
		ev_io_start(c->a->loop, &cl->read);
	timer_set(cl);
}

static void client_read(struct ev_loop *loop, ev_io *w, int revents)
{
	struct client *cl = w->data;
	bool half = cl->in_len;
	ssize_t n;

	(void)loop;
	(void)revents;
	if (cl->in_room - cl->in_len < READ_CHUNK) {
		size_t room = cl->in_room + READ_CHUNK;
		char *in = realloc(cl->in, room);

		if (!in) {
			client_end(cl);
			return;
		}
		cl->in = in;
		cl->in_room = room;
	}
	n = recv(cl->fd, cl->in + cl->in_len, cl->in_room - cl->in_len, 0);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		client_end(cl);
		return;
	}
	cl->in_len += (size_t)n;
	/* Bytes that complete nothing do not buy more time. */
	if (half && !memchr(cl->in + cl->in_len - n, '\n', (size_t)n) &&
	    cl->in_len < CG_MAX_REQUEST)
		return;
	client_serve(cl);
}

static void client_write(struct ev_loop *loop, ev_io *w, int revents)
{
	struct client *cl = w->data;

	(void)loop;
	(void)revents;
	if (output_send(cl))
		client_serve(cl);
}

static void client_timeout(struct ev_loop *loop, ev_timer *w, int revents)
{
	struct client *cl = w->data;

	(void)loop;
	(void)revents;
	if (cl->in_len && !output_left(cl)) {
		cl->ending = true;
		if (!reply_queue(cl, cg_command_refuse(CG_EXIT_USAGE,
						       "the request was never finished")) &&
		    !output_send(cl))
			return;
	}
	client_end(cl);
}

static bool in_group(int fd, gid_t own, gid_t wanted)
{
	gid_t groups[MAX_GROUPS];
	socklen_t len = sizeof(groups);

	if (own == wanted)
		return true;
	/* Kernels before 4.13, and people in more groups than that, are told by
	 * their first group alone. */
	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &len) < 0)
		return false;
	for (size_t i = 0; i < len / sizeof(gid_t); i++)
		if (groups[i] == wanted)
			return true;
	return false;
}

static bool group_find(gid_t *ret_gid)
{
	const struct group *g = getgrnam(CG_CTL_GROUP);

	if (!g)
		return false;
	*ret_gid = g->gr_gid;
	return true;
}

static bool peer_privileged(int fd)
{
	struct ucred cred;
	socklen_t len = sizeof(cred);
	gid_t gid;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) < 0)
		return false;
	/* The agent's own user: root, or whoever runs it in a test. */
	if (!cred.uid || cred.uid == geteuid())
		return true;
	return group_find(&gid) && in_group(fd, cred.gid, gid);
}

static void refuse(int fd)
{
	struct json_object *o = cg_command_refuse(CG_EXIT_FAILED, "too many clients, try again");
	const char *text = json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN);
	struct iovec iov[2] = {
		{ .iov_base = (char *)text, .iov_len = strlen(text) },
		{ .iov_base = "\n", .iov_len = 1 },
	};
	struct msghdr msg = { .msg_iov = iov, .msg_iovlen = 2 };

	/* A fresh socket has room for it; a client that left needs no words. */
	(void)sendmsg(fd, &msg, MSG_NOSIGNAL | MSG_DONTWAIT);
	json_object_put(o);
	close(fd);
}

static void client_new(struct cg_control *c, int fd)
{
	bool privileged = peer_privileged(fd);
	struct client *cl;

	if (c->n >= CG_MAX_CLIENTS - (privileged ? 0 : RESERVED)) {
		refuse(fd);
		return;
	}
	cl = calloc(1, sizeof(*cl));
	if (!cl) {
		close(fd);
		return;
	}
	cl->control = c;
	cl->fd = fd;
	cl->privileged = privileged;
	ev_io_init(&cl->read, client_read, fd, EV_READ);
	ev_io_init(&cl->write, client_write, fd, EV_WRITE);
	ev_timer_init(&cl->timer, client_timeout, c->idle_s, 0.);
	cl->read.data = cl->write.data = cl->timer.data = cl;
	cl->next = c->clients;
	cl->prev = &c->clients;
	if (cl->next)
		cl->next->prev = &cl->next;
	c->clients = cl;
	c->n++;
	ev_io_start(c->a->loop, &cl->read);
	timer_set(cl);
}

static void accept_ready(struct ev_loop *loop, ev_io *w, int revents)
{
	struct cg_control *c = w->data;
	int fd = accept4(c->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	(void)revents;
	if (fd >= 0) {
		client_new(c, fd);
		return;
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
	gid_t gid;

	/* Commands are judged by who the peer is; this only says who may ask. */
	if (group_find(&gid) && chown(c->path, (uid_t)-1, gid) < 0)
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
	c->fd = c->lock_fd = -1;
	c->half_s = HALF_S;
	c->idle_s = IDLE_S;
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
	while (c->clients)
		client_end(c->clients);
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
	control->half_s = half_s;
	control->idle_s = idle_s;
}

size_t cg_control_clients(const struct cg_control *control)
{
	return control->n;
}
