/* SPDX-License-Identifier: GPL-2.0-only */
/* One object a client, no global buffer, nothing that blocks: a client can only hurt itself. */
#include <errno.h>
#include <json-c/json.h>
#include <string.h>
#include <sys/socket.h>
#include <camgate/ctl.h>
#include "client.h"
#include "command.h"

#define READ_CHUNK 4096
#define JSON_DEPTH 16
/* Places that only those who may change things can take. */
#define RESERVED   (CG_MAX_CLIENTS / 4)

struct cg_client {
	struct cg_clients *all;
	struct cg_client *next, **prev;
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

static void client_end(struct cg_client *cl)
{
	struct cg_clients *c = cl->all;

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

static bool output_left(const struct cg_client *cl)
{
	return cl->out_at < cl->out_len;
}

/* A half line or reply is waited for shorter than the next request. */
static void timer_set(struct cg_client *cl)
{
	struct cg_clients *c = cl->all;

	ev_timer_stop(c->a->loop, &cl->timer);
	ev_timer_set(&cl->timer, cl->in_len || output_left(cl) ? c->half_s : c->idle_s, 0.);
	ev_timer_start(c->a->loop, &cl->timer);
}

static int reply_queue(struct cg_client *cl, struct json_object *reply)
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

static struct json_object *line_run(struct cg_client *cl, const char *line, size_t len)
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
		reply = cg_command_run(cl->all->a, request, cl->privileged);
	json_object_put(request);
	json_tokener_free(tok);
	return reply;
}

/* Takes one whole line from the input. 1: one was run, 0: none is whole. */
static int line_take(struct cg_client *cl)
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
static bool output_send(struct cg_client *cl)
{
	struct cg_clients *c = cl->all;

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
static void client_serve(struct cg_client *cl)
{
	struct cg_clients *c = cl->all;

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
	struct cg_client *cl = w->data;
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
	struct cg_client *cl = w->data;

	(void)loop;
	(void)revents;
	if (output_send(cl))
		client_serve(cl);
}

static void client_timeout(struct ev_loop *loop, ev_timer *w, int revents)
{
	struct cg_client *cl = w->data;

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

void cg_clients_add(struct cg_clients *c, int fd, bool privileged)
{
	struct cg_client *cl;

	if (c->n >= CG_MAX_CLIENTS - (privileged ? 0 : RESERVED)) {
		refuse(fd);
		return;
	}
	cl = calloc(1, sizeof(*cl));
	if (!cl) {
		close(fd);
		return;
	}
	cl->all = c;
	cl->fd = fd;
	cl->privileged = privileged;
	ev_io_init(&cl->read, client_read, fd, EV_READ);
	ev_io_init(&cl->write, client_write, fd, EV_WRITE);
	ev_timer_init(&cl->timer, client_timeout, c->idle_s, 0.);
	cl->read.data = cl->write.data = cl->timer.data = cl;
	cl->next = c->first;
	cl->prev = &c->first;
	if (cl->next)
		cl->next->prev = &cl->next;
	c->first = cl;
	c->n++;
	ev_io_start(c->a->loop, &cl->read);
	timer_set(cl);
}

void cg_clients_end(struct cg_clients *c)
{
	while (c->first)
		client_end(c->first);
}
