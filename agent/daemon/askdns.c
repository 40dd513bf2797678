/* SPDX-License-Identifier: GPL-2.0-only */
/* Each try has a socket, so a port, and an id of its own: who would answer in the resolver's place must guess both. */
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>
#include "askdns.h"

#define TRIES	3
#define TCP_S	5.
/* Longer ones do not come without EDNS, which is not asked with. */
#define UDP_MAX 4096
#define TCP_MAX (2 + 65535)

static const double udp_s[TRIES] = { 1., 2., 4. };

struct cg_askdns {
	struct ev_loop *loop;
	ev_io io;
	ev_timer timer;
	struct sockaddr_in6 to6;
	struct sockaddr_in to4;
	bool v4, tcp;
	int fd;
	char name[CG_NAMEPAT_LEN];
	uint16_t type, id;
	unsigned int tries;
	uint8_t out[2 + CG_DNSMSG_QUERY_MAX];
	size_t out_len, out_at;
	uint8_t *in; /* TCP */
	size_t in_len;
	struct cg_dnsmsg answer;
	cg_askdns_done done;
	void *ctx;
};

static void sock_close(struct cg_askdns *q)
{
	ev_io_stop(q->loop, &q->io);
	if (q->fd >= 0)
		close(q->fd);
	q->fd = -1;
}

static void ask_free(struct cg_askdns *q)
{
	sock_close(q);
	ev_timer_stop(q->loop, &q->timer);
	free(q->in);
	free(q);
}

static void finish(struct cg_askdns *q, int err)
{
	q->done(q->ctx, err, &q->answer);
	ask_free(q);
}

static void timer_set(struct cg_askdns *q, double s)
{
	ev_timer_stop(q->loop, &q->timer);
	ev_timer_set(&q->timer, s, 0.);
	ev_timer_start(q->loop, &q->timer);
}

static void io_set(struct cg_askdns *q, int events)
{
	ev_io_stop(q->loop, &q->io);
	ev_io_set(&q->io, q->fd, events);
	ev_io_start(q->loop, &q->io);
}

/* A fresh socket, connected or on its way to it, and the question with a fresh id. */
static int sock_open(struct cg_askdns *q)
{
	int kind = q->tcp ? SOCK_STREAM : SOCK_DGRAM, n;

	sock_close(q);
	if (getrandom(&q->id, sizeof(q->id), 0) != sizeof(q->id))
		return -EIO;
	n = cg_dnsmsg_query(q->name, q->id, q->type, q->out + 2);
	if (n < 0)
		return n;
	q->out[0] = (uint8_t)(n >> 8);
	q->out[1] = (uint8_t)n;
	q->out_len = (size_t)n + 2;
	q->out_at = 0;
	q->fd = socket(q->v4 ? AF_INET : AF_INET6, kind | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (q->fd < 0)
		return -errno;
	if (q->v4 ? connect(q->fd, (struct sockaddr *)&q->to4, sizeof(q->to4)) :
		    connect(q->fd, (struct sockaddr *)&q->to6, sizeof(q->to6)))
		return errno == EINPROGRESS ? 0 : -errno;
	return 0;
}

/* What cannot be sent now is tried again when the time is up. */
static void udp_try(struct cg_askdns *q)
{
	double wait = udp_s[q->tries++];

	if (!sock_open(q)) {
		(void)!send(q->fd, q->out + 2, q->out_len - 2, MSG_NOSIGNAL);
		io_set(q, EV_READ);
	}
	timer_set(q, wait);
}

static void tcp_try(struct cg_askdns *q)
{
	int err;

	q->tcp = true;
	q->in_len = 0;
	q->in = malloc(TCP_MAX);
	err = q->in ? sock_open(q) : -ENOMEM;
	if (err) {
		finish(q, err);
		return;
	}
	io_set(q, EV_WRITE);
	timer_set(q, TCP_S);
}

/* Resolvers say so while the line is down: it is worth another try later. */
static int rcode_err(const struct cg_dnsmsg *m)
{
	return m->rcode == CG_DNSMSG_NOERROR || m->rcode == CG_DNSMSG_NXDOMAIN ? 0 : -EAGAIN;
}

static void udp_read(struct cg_askdns *q)
{
	uint8_t msg[UDP_MAX];
	ssize_t n = recv(q->fd, msg, sizeof(msg), 0);
	int err;

	if (n < 0)
		return;
	err = cg_dnsmsg_parse(msg, (size_t)n, q->name, q->id, q->type, &q->answer);
	if (err == -ENOMSG)
		return;
	if (!err && q->answer.truncated)
		tcp_try(q);
	else
		finish(q, err ? err : rcode_err(&q->answer));
}

static void tcp_write(struct cg_askdns *q)
{
	ssize_t n = send(q->fd, q->out + q->out_at, q->out_len - q->out_at, MSG_NOSIGNAL);

	if (n < 0) {
		if (errno != EAGAIN && errno != EINTR)
			finish(q, -errno);
		return;
	}
	q->out_at += (size_t)n;
	if (q->out_at == q->out_len)
		io_set(q, EV_READ);
}

static void tcp_read(struct cg_askdns *q)
{
	ssize_t n = recv(q->fd, q->in + q->in_len, TCP_MAX - q->in_len, 0);
	size_t want;
	int err;

	if (n <= 0) {
		if (!n || (errno != EAGAIN && errno != EINTR))
			finish(q, n ? -errno : -EBADMSG);
		return;
	}
	q->in_len += (size_t)n;
	if (q->in_len < 2)
		return;
	want = (size_t)q->in[0] << 8 | q->in[1];
	if (q->in_len < 2 + want)
		return;
	err = cg_dnsmsg_parse(q->in + 2, want, q->name, q->id, q->type, &q->answer);
	if (!err && q->answer.truncated)
		err = -EBADMSG;
	finish(q, err ? err : rcode_err(&q->answer));
}

static void on_io(struct ev_loop *loop, ev_io *w, int revents)
{
	struct cg_askdns *q = w->data;

	(void)loop;
	if (!q->tcp)
		udp_read(q);
	else if (revents & EV_WRITE)
		tcp_write(q);
	else
		tcp_read(q);
}

static void on_timer(struct ev_loop *loop, ev_timer *w, int revents)
{
	struct cg_askdns *q = w->data;

	(void)loop;
	(void)revents;
	if (!q->tcp && q->tries < TRIES)
		udp_try(q);
	else
		finish(q, -ETIMEDOUT);
}

int cg_askdns_start(struct ev_loop *loop, const struct cg_addr *server, uint16_t port,
		    const char *name, uint16_t type, cg_askdns_done done, void *ctx,
		    struct cg_askdns **ret_ask)
{
	struct cg_askdns *q;

	if (strlen(name) >= sizeof(q->name))
		return -EINVAL;
	q = calloc(1, sizeof(*q));
	if (!q)
		return -ENOMEM;
	q->loop = loop;
	q->fd = -1;
	q->type = type;
	q->done = done;
	q->ctx = ctx;
	q->v4 = cg_addr_is_v4(server);
	strcpy(q->name, name);
	q->to4.sin_family = AF_INET;
	q->to4.sin_port = htons(port);
	memcpy(&q->to4.sin_addr, server->b + 12, sizeof(q->to4.sin_addr));
	q->to6.sin6_family = AF_INET6;
	q->to6.sin6_port = htons(port);
	memcpy(&q->to6.sin6_addr, server->b, sizeof(q->to6.sin6_addr));
	ev_init(&q->io, on_io);
	ev_init(&q->timer, on_timer);
	q->io.data = q->timer.data = q;
	udp_try(q);
	*ret_ask = q;
	return 0;
}

void cg_askdns_cancel(struct cg_askdns **ask)
{
	if (*ask)
		ask_free(*ask);
	*ask = NULL;
}
