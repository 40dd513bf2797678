/* SPDX-License-Identifier: GPL-2.0-only */
/* One object a client, no global buffer, nothing that blocks, and one request at a time in turn: a client can only hurt itself. */
#include <errno.h>
#include <json-c/json.h>
#include <string.h>
#include <sys/socket.h>
#include <camgate/ctl.h>
#include "../lib/jsonout.h"
#include "client.h"
#include "command.h"
#include "request.h"

#define READ_CHUNK 4096

struct cg_client {
	struct cg_clients *all;
	struct cg_client *next, **prev;
	int fd;
	struct cg_peer peer;
	bool ending;	 /* closes when the replies are out */
	bool waiting;	 /* holds a whole line that is not run yet */
	bool parked;	 /* holds one that is run again when databases are read */
	uint64_t asked;	 /* and the reading it waits for */
	uint64_t served; /* number of its last turn */
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

/* A half line or reply is waited for shorter than the next request. Started
 * where one begins and where a reply is out: bytes in between buy no time. */
static void timer_set(struct cg_client *cl)
{
	struct cg_clients *c = cl->all;

	ev_timer_stop(c->a->loop, &cl->timer);
	/* Then it is we who are slow. */
	if (cl->parked)
		return;
	ev_timer_set(&cl->timer, cl->in_len || output_left(cl) ? c->half_s : c->idle_s, 0.);
	ev_timer_start(c->a->loop, &cl->timer);
}

/* Where there is none for a reply either. */
static const char no_memory[] =
	"{\"v\":1,\"ok\":false,\"code\":1,\"error\":\"out of memory\","
	"\"hint\":\"it may have been done all the same, see `camgate status`\"}\n";

/* Takes reply. */
static int reply_queue(struct cg_client *cl, struct json_object *reply)
{
	_cleanup_free_ char *text = NULL;
	size_t len;
	char *out;
	int err = cg_json_text(reply, false, &text, &len);

	json_object_put(reply);
	if (!err && len > CG_MAX_REPLY) {
		free(TAKE_PTR(text));
		reply = cg_command_refuse(CG_EXIT_FAILED, "the reply would be too long");
		err = cg_json_text(reply, false, &text, &len);
		json_object_put(reply);
	}
	if (err)
		len = strlen(no_memory);
	out = realloc(cl->out, cl->out_len + len);
	if (!out)
		return -ENOMEM;
	memcpy(out + cl->out_len, err ? no_memory : text, len);
	cl->out = out;
	cl->out_len += len;
	return 0;
}

/* Replies that nobody reads; those who may do more have room of their own. */
static bool room_left(const struct cg_client *cl)
{
	size_t unread = 0, max = CG_MAX_UNREAD;

	if (cl->peer.rank == CG_PEER_ROOT)
		return true;
	if (cl->peer.rank == CG_PEER_GROUP)
		max *= 2;
	for (const struct cg_client *o = cl->all->first; o; o = o->next)
		unread += o->out_len - o->out_at;
	return unread < max;
}

/* *ret_again: the reply is none yet. */
static struct json_object *line_run(struct cg_client *cl, const char *line, size_t len,
				    bool *ret_again)
{
	struct cg_agent *a = cl->all->a;
	struct json_object *reply;

	*ret_again = false;
	if (!room_left(cl))
		return cg_command_refuse(CG_EXIT_FAILED,
					 "too many replies wait to be read, try again");
	a->geo.asked = &cl->asked;
	reply = cg_request_run(a, line, len, cl->peer.rank != CG_PEER_OTHER, cl->peer.uid);
	*ret_again = a->geo.waits;
	a->geo.asked = NULL;
	a->geo.waits = false;
	if (!*ret_again)
		cl->asked = 0;
	return reply;
}

static bool line_whole(const struct cg_client *cl)
{
	return cl->in_len >= CG_MAX_REQUEST || (cl->in_len && memchr(cl->in, '\n', cl->in_len));
}

/* Takes one whole line from the input and runs it. */
static int line_take(struct cg_client *cl)
{
	char *end = memchr(cl->in, '\n', cl->in_len);
	size_t len, used;
	int err = 0;

	if (!end) {
		cl->in_len = 0;
		cl->ending = true;
		return reply_queue(cl, cg_command_refuse(CG_EXIT_USAGE, "the request is too long"));
	}
	len = used = (size_t)(end - cl->in);
	if (len && cl->in[len - 1] == '\r')
		len--;
	/* An empty line asks nothing. */
	if (len) {
		struct json_object *reply = line_run(cl, cl->in, len, &cl->parked);

		if (cl->parked) {
			json_object_put(reply);
			return 0;
		}
		err = reply_queue(cl, reply);
	}
	memmove(cl->in, end + 1, cl->in_len - used - 1);
	cl->in_len -= used + 1;
	return err;
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
	free(cl->out);
	cl->out = NULL;
	cl->out_len = cl->out_at = 0;
	if (c->a->run.leave)
		ev_break(c->a->loop, EVBREAK_ALL);
	if (cl->ending) {
		client_end(cl);
		return false;
	}
	return true;
}

/* What a client may do next: a line that is whole waits for its turn, and
 * nothing is read meanwhile, nor from a client that does not read its reply. */
static void client_look(struct cg_client *cl)
{
	struct cg_clients *c = cl->all;

	cl->waiting = !cl->parked && !output_left(cl) && !cl->ending && line_whole(cl);
	if (cl->waiting)
		ev_idle_start(c->a->loop, &c->turn);
	if (cl->waiting || cl->parked || output_left(cl) || cl->ending) {
		ev_io_stop(c->a->loop, &cl->read);
		return;
	}
	if (!cl->in_len) {
		free(cl->in);
		cl->in = NULL;
		cl->in_room = 0;
	}
	ev_io_start(c->a->loop, &cl->read);
}

/* Those who may do more first, then who has waited longest. */
static struct cg_client *next(const struct cg_clients *c)
{
	struct cg_client *best = NULL;

	for (struct cg_client *cl = c->first; cl; cl = cl->next)
		if (cl->waiting &&
		    (!best || cl->peer.rank > best->peer.rank ||
		     (cl->peer.rank == best->peer.rank && cl->served < best->served)))
			best = cl;
	return best;
}

/* One request a turn of the loop, however many wait: packets' events, ticks and
 * others' requests come in between. */
static void turn(struct ev_loop *loop, ev_idle *w, int revents)
{
	struct cg_clients *c = w->data;
	struct cg_client *cl = next(c);

	(void)revents;
	if (!cl) {
		ev_idle_stop(loop, w);
		return;
	}
	cl->served = ++c->served;
	if (line_take(cl) < 0) {
		client_end(cl);
		return;
	}
	if (!output_send(cl))
		return;
	timer_set(cl);
	client_look(cl);
}

static void client_read(struct ev_loop *loop, ev_io *w, int revents)
{
	struct cg_client *cl = w->data;
	bool fresh = !cl->in_len;
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
	if (fresh)
		timer_set(cl);
	client_look(cl);
}

static void client_write(struct ev_loop *loop, ev_io *w, int revents)
{
	struct cg_client *cl = w->data;

	(void)loop;
	(void)revents;
	if (!output_send(cl) || output_left(cl))
		return;
	timer_set(cl);
	client_look(cl);
}

static void client_timeout(struct ev_loop *loop, ev_timer *w, int revents)
{
	struct cg_client *cl = w->data;

	(void)loop;
	(void)revents;
	/* Its turn is late: that is not its fault. */
	if (cl->waiting) {
		timer_set(cl);
		return;
	}
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
	_cleanup_free_ char *text = NULL;
	size_t n;

	/* A fresh socket has room for it; a client that left needs no words. */
	if (!cg_json_text(o, false, &text, &n))
		(void)send(fd, text, n, MSG_NOSIGNAL | MSG_DONTWAIT);
	json_object_put(o);
	close(fd);
}

/* Root's places are kept from all others, the group's from strangers, and no
 * user but root has more than its part. */
static bool place_left(const struct cg_clients *c, const struct cg_peer *peer)
{
	size_t max = CG_MAX_CLIENTS, own = 0;

	if (peer->rank == CG_PEER_ROOT)
		return c->n < max;
	max -= CG_CLIENTS_ROOT;
	if (peer->rank == CG_PEER_OTHER)
		max -= CG_CLIENTS_GROUP;
	for (const struct cg_client *cl = c->first; cl; cl = cl->next)
		own += cl->peer.uid == peer->uid;
	return c->n < max && own < CG_CLIENTS_USER;
}

void cg_clients_add(struct cg_clients *c, int fd, const struct cg_peer *peer)
{
	struct cg_client *cl;

	if (!place_left(c, peer)) {
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
	cl->peer = *peer;
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

void cg_clients_again(struct cg_clients *c)
{
	for (struct cg_client *cl = c->first; cl; cl = cl->next) {
		if (!cl->parked)
			continue;
		cl->parked = false;
		timer_set(cl);
		client_look(cl);
	}
}

void cg_clients_begin(struct cg_clients *c, struct cg_agent *a)
{
	c->a = a;
	ev_idle_init(&c->turn, turn);
	/* Before what is ready, or a flood of it would keep everybody waiting. */
	ev_set_priority(&c->turn, EV_MAXPRI);
	c->turn.data = c;
}

void cg_clients_end(struct cg_clients *c)
{
	while (c->first)
		client_end(c->first);
	ev_idle_stop(c->a->loop, &c->turn);
}
