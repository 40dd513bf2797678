/* SPDX-License-Identifier: GPL-2.0-only */
/* Lines out, lines in; whatever is not as it should be ends the connection, and a timer begins another. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <camgate/limits.h>
#include "../lib/jsonin.h"
#include "../lib/jsonout.h"
#include "socket.h"

#define AGAIN_S	  1.
#define ANSWER_S  30.
#define WAITING	  16
#define REPLY_MAX CG_MAX_REPLY
#define CHUNK	  (16 * 1024)

struct asked {
	int what;
	char *text;
	size_t len;
};

struct cg_mqtt_socket {
	struct ev_loop *loop;
	const char *path;
	struct cg_mqtt_socket_user user;
	int fd;	   /* -1: not connected */
	bool told; /* that it is down */
	ev_io read, write;
	ev_timer again, answer;
	struct asked ask[WAITING]; /* the first is under way */
	size_t n, sent;		   /* bytes of the first */
	char *in;
	size_t in_len, in_room;
};

static void drop(struct cg_mqtt_socket *s, const char *why)
{
	bool tell = s->fd >= 0 || !s->told;

	ev_io_stop(s->loop, &s->read);
	ev_io_stop(s->loop, &s->write);
	ev_timer_stop(s->loop, &s->answer);
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
	while (s->n)
		free(s->ask[--s->n].text);
	s->sent = 0;
	free(TAKE_PTR(s->in));
	s->in_len = s->in_room = 0;
	ev_timer_set(&s->again, AGAIN_S, 0.);
	ev_timer_start(s->loop, &s->again);
	s->told = true;
	if (tell)
		s->user.down(s->user.ctx, why);
}

/* A local socket is connected at once, or not at all. */
static void connect_now(struct ev_loop *loop, ev_timer *w, int revents)
{
	struct cg_mqtt_socket *s = w->data;
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	_cleanup_close_ int fd = -1;

	(void)loop;
	(void)revents;
	if (strlen(s->path) >= sizeof(sun.sun_path)) {
		drop(s, strerror(ENAMETOOLONG));
		return;
	}
	strcpy(sun.sun_path, s->path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&sun, sizeof(sun)) < 0) {
		drop(s, strerror(errno));
		return;
	}
	s->fd = TAKE_FD(fd);
	s->told = false;
	ev_io_set(&s->read, s->fd, EV_READ);
	ev_io_set(&s->write, s->fd, EV_WRITE);
	ev_io_start(s->loop, &s->read);
	s->user.up(s->user.ctx);
}

static void send_more(struct cg_mqtt_socket *s)
{
	const struct asked *a = &s->ask[0];

	while (s->sent < a->len) {
		ssize_t n = send(s->fd, a->text + s->sent, a->len - s->sent, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN) {
			ev_io_start(s->loop, &s->write);
			return;
		}
		if (n < 0) {
			drop(s, strerror(errno));
			return;
		}
		s->sent += (size_t)n;
	}
	ev_io_stop(s->loop, &s->write);
}

static void begin(struct cg_mqtt_socket *s)
{
	s->sent = 0;
	ev_timer_stop(s->loop, &s->answer);
	if (!s->n)
		return;
	ev_timer_set(&s->answer, ANSWER_S, 0.);
	ev_timer_start(s->loop, &s->answer);
	send_more(s);
}

/* One line; it may end the connection. */
static void line_take(struct cg_mqtt_socket *s, size_t len)
{
	_cleanup_(cg_json_freep) struct json_object *reply = NULL;
	int what, err = s->n ? cg_json_read(s->in, len, &reply) : -EPROTO;

	if (err || !json_object_is_type(reply, json_type_object)) {
		drop(s, err == -ENOMEM ? strerror(ENOMEM) : "the answer is none of an agent's");
		return;
	}
	what = s->ask[0].what;
	free(s->ask[0].text);
	memmove(&s->ask[0], &s->ask[1], --s->n * sizeof(s->ask[0]));
	memmove(s->in, s->in + len + 1, s->in_len - len - 1);
	s->in_len -= len + 1;
	begin(s);
	s->user.reply(s->user.ctx, what, reply);
}

static bool room_make(struct cg_mqtt_socket *s)
{
	char *in;

	if (s->in_room - s->in_len >= CHUNK)
		return true;
	if (s->in_room >= REPLY_MAX)
		return false;
	in = realloc(s->in, s->in_room ? 2 * s->in_room : CHUNK);
	if (!in)
		return false;
	s->in = in;
	s->in_room = s->in_room ? 2 * s->in_room : CHUNK;
	return true;
}

static void readable(struct ev_loop *loop, ev_io *w, int revents)
{
	struct cg_mqtt_socket *s = w->data;
	const char *end;
	ssize_t n;

	(void)loop;
	(void)revents;
	if (!room_make(s)) {
		drop(s, "the answer is too long");
		return;
	}
	n = recv(s->fd, s->in + s->in_len, s->in_room - s->in_len, 0);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		drop(s, n ? strerror(errno) : "the agent has ended the connection");
		return;
	}
	s->in_len += (size_t)n;
	while (s->fd >= 0 && s->in_len && (end = memchr(s->in, '\n', s->in_len)))
		line_take(s, (size_t)(end - s->in));
}

static void writable(struct ev_loop *loop, ev_io *w, int revents)
{
	(void)loop;
	(void)revents;
	send_more(w->data);
}

static void late(struct ev_loop *loop, ev_timer *w, int revents)
{
	(void)loop;
	(void)revents;
	drop(w->data, "the agent does not answer");
}

int cg_mqtt_socket_ask(struct cg_mqtt_socket *s, int what, struct json_object *request)
{
	struct asked a = { .what = what };
	int err = 0;

	if (s->fd < 0)
		err = -ENOTCONN;
	else if (s->n == WAITING)
		err = -EBUSY;
	else
		err = cg_json_text(request, false, &a.text, &a.len);
	json_object_put(request);
	if (err)
		return err;
	s->ask[s->n++] = a;
	if (s->n == 1)
		begin(s);
	return 0;
}

struct cg_mqtt_socket *cg_mqtt_socket_new(struct ev_loop *loop, const char *path,
					  const struct cg_mqtt_socket_user *user)
{
	struct cg_mqtt_socket *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->loop = loop;
	s->path = path;
	s->user = *user;
	s->fd = -1;
	ev_io_init(&s->read, readable, -1, EV_READ);
	ev_io_init(&s->write, writable, -1, EV_WRITE);
	ev_timer_init(&s->again, connect_now, 0., 0.);
	ev_timer_init(&s->answer, late, ANSWER_S, 0.);
	s->read.data = s->write.data = s->again.data = s->answer.data = s;
	ev_timer_start(loop, &s->again);
	return s;
}

void cg_mqtt_socket_free(struct cg_mqtt_socket **socket)
{
	struct cg_mqtt_socket *s = TAKE_PTR(*socket);

	if (!s)
		return;
	ev_io_stop(s->loop, &s->read);
	ev_io_stop(s->loop, &s->write);
	ev_timer_stop(s->loop, &s->answer);
	ev_timer_stop(s->loop, &s->again);
	if (s->fd >= 0)
		close(s->fd);
	while (s->n)
		free(s->ask[--s->n].text);
	free(s->in);
	free(s);
}
