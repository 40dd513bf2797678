/* SPDX-License-Identifier: GPL-2.0-only */
/* One camera at a time, a few connections at once; each is one question, its answer, and a reset. */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include "audit.h"
#include "audit_probe.h"
#include "audit_where.h"

/* What is asked at one port; answers may bring more of it. */
struct ask {
	uint8_t port; /* in cg_audit_ports() */
	uint8_t ask;  /* enum cg_audit_ask */
};
/* Every port once, and of those that speak HTTP ONVIF's three. */
#define ASKS_MAX 64

struct job {
	struct cg_probes *all;
	ev_io io;
	ev_timer timer;
	int fd; /* -1: free */
	struct ask ask;
	struct cg_flow_key key; /* what was let */
	bool connected;
	char in[CG_AUDIT_ANSWER_MAX];
	size_t n;
};

struct waiting {
	char id[CG_ID_LEN];
	int looks; /* for its neighbour */
	struct waiting *next;
};

struct cg_probes {
	struct cg_agent *a;
	struct waiting *first; /* the one being asked, then those that wait */
	struct cg_addr addr;   /* its */
	int ifindex;
	struct ask ask[ASKS_MAX];
	size_t nask, at;
	struct job job[CG_PROBE_AT_ONCE];
	ev_timer end; /* of a camera's time */
	ev_timer next;
	struct cg_log_limit limit;
};

/* ---- one question ---- */

union sock {
	struct sockaddr sa;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static socklen_t sock_of(const struct cg_addr *addr, uint16_t port, union sock *ret)
{
	memset(ret, 0, sizeof(*ret));
	if (cg_addr_is_v4(addr)) {
		ret->v4.sin_family = AF_INET;
		ret->v4.sin_port = htons(port);
		memcpy(&ret->v4.sin_addr, addr->b + 12, 4);
		return sizeof(ret->v4);
	}
	ret->v6.sin6_family = AF_INET6;
	ret->v6.sin6_port = htons(port);
	memcpy(&ret->v6.sin6_addr, addr->b, 16);
	return sizeof(ret->v6);
}

static void sock_read(const union sock *s, uint8_t addr[16], __be16 *port)
{
	memset(addr, 0, 16);
	if (s->sa.sa_family == AF_INET) {
		addr[10] = addr[11] = 0xff;
		memcpy(addr + 12, &s->v4.sin_addr, 4);
		*port = s->v4.sin_port;
	} else {
		memcpy(addr, &s->v6.sin6_addr, 16);
		*port = s->v6.sin6_port;
	}
}

/* A socket that reaches only what is on the camera's own link: another one may have the
 * same addresses, and a router leads elsewhere. */
static int sock_new(const struct cg_probes *p, int type)
{
	static const int on = 1;
	_cleanup_close_ int fd = socket(cg_addr_is_v4(&p->addr) ? AF_INET : AF_INET6,
					type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_BINDTOIFINDEX, &p->ifindex, sizeof(p->ifindex)) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_DONTROUTE, &on, sizeof(on)) < 0)
		return -errno;
	return TAKE_FD(fd);
}

/* The gateway's address toward the camera: what a datagram that is never sent would have. */
static int source_find(const struct cg_probes *p, union sock *ret_from, socklen_t *ret_len)
{
	_cleanup_close_ int fd = sock_new(p, SOCK_DGRAM);
	union sock s;
	socklen_t len = sock_of(&p->addr, 9, &s);

	*ret_len = sizeof(*ret_from);
	if (fd < 0)
		return fd;
	if (connect(fd, &s.sa, len) < 0 || getsockname(fd, &ret_from->sa, ret_len) < 0)
		return -errno;
	return 0;
}

/* Bound before it connects: the packet path has to know the flow first. */
static int job_let(struct job *j, const struct cg_audit_port *port)
{
	struct cg_agent *a = j->all->a;
	const struct cg_agent_cam *cam = cg_agent_find(a, j->all->first->id);
	union sock from;
	socklen_t len;
	int r = source_find(j->all, &from, &len);

	if (r)
		return r;
	if (!cam)
		return -ENOENT;
	if (from.sa.sa_family == AF_INET)
		from.v4.sin_port = 0;
	else
		from.v6.sin6_port = 0;
	if (bind(j->fd, &from.sa, len) < 0 || getsockname(j->fd, &from.sa, &len) < 0)
		return -errno;
	j->key = (struct cg_flow_key){ .slot = cam->slot,
				       .cam_port = htons(port->port),
				       .proto = port->proto };
	sock_read(&from, j->key.peer, &j->key.peer_port);
	r = cg_datapath_ask(a->kern.dp, &j->key, a->boot_ns() + CG_ASK_S * CG_SEC_NS);
	if (r)
		j->key.proto = 0;
	return r;
}

static void job_end(struct job *j)
{
	/* A reset, so that nothing of it is left that would be sent later. */
	static const struct linger now = { 1, 0 };
	struct cg_agent *a = j->all->a;
	int r = 0;

	if (j->fd < 0)
		return;
	ev_io_stop(a->loop, &j->io);
	ev_timer_stop(a->loop, &j->timer);
	(void)setsockopt(j->fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(j->fd);
	j->fd = -1;
	if (j->key.proto)
		r = cg_datapath_ask(a->kern.dp, &j->key, 0);
	if (r)
		cg_log_debug("audit: a flow that was let ends by itself: %s", strerror(-r));
}

static void timer_set(struct cg_probes *p, ev_timer *t, double s)
{
	ev_timer_stop(p->a->loop, t);
	ev_timer_set(t, s, 0.);
	ev_timer_start(p->a->loop, t);
}

static void ask_add(struct cg_probes *p, uint8_t port, enum cg_audit_ask ask)
{
	for (size_t i = 0; i < p->nask; i++)
		if (p->ask[i].port == port && p->ask[i].ask == ask)
			return;
	if (p->nask < ASKS_MAX)
		p->ask[p->nask++] = (struct ask){ port, (uint8_t)ask };
}

/* What speaks HTTP may speak ONVIF; what speaks that may tell more. */
static void ask_on(struct cg_probes *p, const struct ask *ask, const struct cg_audit_answer *a)
{
	if (ask->ask == CG_AUDIT_GET && a->state != CG_AUDIT_SHUT && a->state != CG_AUDIT_MOVED)
		ask_add(p, ask->port, CG_AUDIT_INFO);
	if (ask->ask != CG_AUDIT_INFO || a->state < CG_AUDIT_ASKS)
		return;
	ask_add(p, ask->port, CG_AUDIT_USERS);
	ask_add(p, ask->port, CG_AUDIT_PROFILES);
}

/* What came of it, whatever that is. */
static void job_done(struct job *j)
{
	struct cg_probes *p = j->all;
	struct ask ask = j->ask;
	struct cg_audit_answer answer = { .state = CG_AUDIT_SHUT };
	const struct cg_audit_port *port;
	struct cg_audit_seen *seen;
	size_t n;

	port = &cg_audit_ports(&n)[ask.port];
	if (j->connected && (j->n || port->proto == IPPROTO_TCP))
		cg_audit_answer_read((enum cg_audit_ask)ask.ask, j->in, j->n, &answer);
	/* It is open, whatever it speaks. */
	if (j->connected && port->proto == IPPROTO_TCP && ask.ask == port->ask &&
	    answer.state == CG_AUDIT_SHUT)
		answer.state = CG_AUDIT_OPEN;
	job_end(j);
	seen = cg_audit_of(p->a, p->first->id);
	if (seen)
		cg_audit_service_probed(seen, port, (enum cg_audit_ask)ask.ask, &answer,
					p->a->boot_ns());
	ask_on(p, &ask, &answer);
	ev_feed_event(p->a->loop, &p->next, EV_TIMER);
}

static bool question_send(struct job *j)
{
	char text[CG_ADDR_STRLEN], question[CG_AUDIT_QUESTION];
	const struct cg_audit_port *ports;
	size_t n;

	ports = cg_audit_ports(&n);
	n = cg_audit_question((enum cg_audit_ask)j->ask.ask, cg_addr_format(&j->all->addr, text),
			      ports[j->ask.port].port, question);
	/* It fits the socket of a connection that has sent nothing yet. */
	return n && send(j->fd, question, n, MSG_NOSIGNAL) == (ssize_t)n;
}

static void job_connected(struct job *j)
{
	int err = 0;
	socklen_t len = sizeof(err);

	if (getsockopt(j->fd, SOL_SOCKET, SO_ERROR, &err, &len) < 0 || err) {
		job_done(j);
		return;
	}
	j->connected = true;
	if (!question_send(j)) {
		job_done(j);
		return;
	}
	ev_io_stop(j->all->a->loop, &j->io);
	ev_io_set(&j->io, j->fd, EV_READ);
	ev_io_start(j->all->a->loop, &j->io);
}

static void job_read(struct job *j)
{
	ssize_t n = recv(j->fd, j->in + j->n, sizeof(j->in) - j->n, 0);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0)
		j->n += (size_t)n;
	/* All of it, or as much as is looked at. */
	if (n <= 0 || j->n == sizeof(j->in) || j->key.proto == IPPROTO_UDP) {
		job_done(j);
		return;
	}
	timer_set(j->all, &j->timer, CG_PROBE_REST_S);
}

static void on_io(struct ev_loop *loop, ev_io *w, int revents)
{
	struct job *j = w->data;

	(void)loop;
	(void)revents;
	if (j->connected)
		job_read(j);
	else
		job_connected(j);
}

static void on_timer(struct ev_loop *loop, ev_timer *w, int revents)
{
	(void)loop;
	(void)revents;
	job_done(w->data);
}

static int job_open(struct job *j, const struct ask *ask)
{
	struct cg_probes *p = j->all;
	const struct cg_audit_port *port;
	union sock to;
	socklen_t len;
	size_t n;
	int r;

	port = &cg_audit_ports(&n)[ask->port];
	j->ask = *ask;
	j->n = 0;
	j->connected = false;
	j->key = (struct cg_flow_key){ 0 };
	j->fd = sock_new(p, port->proto == IPPROTO_UDP ? SOCK_DGRAM : SOCK_STREAM);
	if (j->fd < 0)
		return j->fd;
	r = job_let(j, port);
	if (r)
		return r;
	len = sock_of(&p->addr, port->port, &to);
	if (connect(j->fd, &to.sa, len) < 0 && errno != EINPROGRESS)
		return -errno;
	j->connected = port->proto == IPPROTO_UDP;
	if (j->connected && !question_send(j))
		return -EIO;
	ev_io_set(&j->io, j->fd, j->connected ? EV_READ : EV_WRITE);
	ev_io_start(p->a->loop, &j->io);
	timer_set(p, &j->timer, CG_PROBE_EACH_S);
	return 0;
}

/* ---- one camera after the other ---- */

static void pop(struct cg_probes *p)
{
	struct waiting *w = p->first;

	p->first = w->next;
	free(w);
	p->nask = p->at = 0;
}

static void cam_end(struct cg_probes *p)
{
	struct cg_audit_seen *seen = cg_audit_of(p->a, p->first->id);

	ev_timer_stop(p->a->loop, &p->end);
	for (size_t i = 0; i < CG_PROBE_AT_ONCE; i++)
		job_end(&p->job[i]);
	if (seen)
		seen->probed_ns = p->a->boot_ns();
	pop(p);
}

/* It may have moved while it waited. -EAGAIN: it is looked for; another error: it is not asked. */
static int cam_begin(struct cg_probes *p)
{
	const struct cg_agent_cam *cam = cg_agent_find(p->a, p->first->id);
	struct cg_audit_seen *seen = cam ? cg_audit_of(p->a, cam->id) : NULL;
	size_t n;
	int r;

	if (!seen)
		return -ENOENT;
	r = cg_audit_where(p->a, cam, &p->addr, &p->ifindex);
	if (r == -ENOENT && p->first->looks < CG_PROBE_LOOKS &&
	    (p->first->looks || cg_audit_seek(p->a, cam, true))) {
		p->first->looks++;
		timer_set(p, &p->end, CG_PROBE_LOOK_S);
		return -EAGAIN;
	}
	seen->absent = r == -ENOENT;
	if (r)
		return r;
	/* What it answers now counts, whatever it answered before. */
	seen->info = seen->users = seen->profiles = 0;
	(void)cg_audit_ports(&n);
	for (size_t i = 0; i < n; i++)
		ask_add(p, (uint8_t)i, (enum cg_audit_ask)cg_audit_ports(&n)[i].ask);
	timer_set(p, &p->end, CG_PROBE_CAM_S);
	return 0;
}

static void could_not(struct cg_probes *p, int r)
{
	uint64_t held;

	if (cg_log_limit_pass(&p->limit, p->a->boot_ns(), 60 * CG_SEC_NS, &held))
		cg_log_warning("audit: %s is not asked everything: %s", p->first->id, strerror(-r));
}

/* As many as may be under way are; a camera without any more is through. */
static void go_on(struct ev_loop *loop, ev_timer *w, int revents)
{
	struct cg_probes *p = w->data;

	(void)loop;
	(void)revents;
	while (p->first) {
		size_t busy = 0;
		int r = p->nask ? 0 : cam_begin(p);

		if (r == -EAGAIN)
			return;
		if (r) {
			pop(p);
			continue;
		}
		for (size_t i = 0; i < CG_PROBE_AT_ONCE; i++) {
			struct job *j = &p->job[i];

			while (j->fd < 0 && p->at < p->nask) {
				r = job_open(j, &p->ask[p->at++]);
				if (!r)
					break;
				job_end(j);
				could_not(p, r);
			}
			busy += j->fd >= 0;
		}
		if (busy)
			return;
		cam_end(p);
	}
}

static void time_up(struct ev_loop *loop, ev_timer *w, int revents)
{
	struct cg_probes *p = w->data;

	(void)revents;
	/* Or it is time to look for its neighbour again. */
	if (p->first && p->nask)
		cam_end(p);
	ev_feed_event(loop, &p->next, EV_TIMER);
}

int cg_probes_open(struct cg_agent *a, struct cg_probes **ret_probes)
{
	struct cg_probes *p = calloc(1, sizeof(*p));

	if (!p)
		return -ENOMEM;
	p->a = a;
	ev_init(&p->end, time_up);
	ev_init(&p->next, go_on);
	p->end.data = p->next.data = p;
	for (size_t i = 0; i < CG_PROBE_AT_ONCE; i++) {
		struct job *j = &p->job[i];

		j->all = p;
		j->fd = -1;
		ev_init(&j->io, on_io);
		ev_init(&j->timer, on_timer);
		j->io.data = j->timer.data = j;
	}
	*ret_probes = p;
	return 0;
}

void cg_probes_close(struct cg_probes **probes)
{
	struct cg_probes *p = *probes;

	if (!p)
		return;
	ev_timer_stop(p->a->loop, &p->end);
	for (size_t i = 0; i < CG_PROBE_AT_ONCE; i++)
		job_end(&p->job[i]);
	ev_clear_pending(p->a->loop, &p->next);
	while (p->first)
		pop(p);
	free(p);
	*probes = NULL;
}

int cg_probes_add(struct cg_probes *p, const struct cg_agent_cam *cam, const char **ret_why)
{
	struct waiting *w, **at = &p->first;
	struct cg_addr addr;
	int ifindex, r;

	*ret_why = NULL;
	if (cg_probes_busy(p, cam->id))
		return 0;
	r = cg_audit_where(p->a, cam, &addr, &ifindex);
	if (r == -ENOENT && cg_audit_seek(p->a, cam, false))
		r = 0;
	if (r == -ENOENT)
		*ret_why = CG_PROBE_ABSENT;
	if (r)
		return r;
	w = calloc(1, sizeof(*w));
	if (!w)
		return -ENOMEM;
	memcpy(w->id, cam->id, sizeof(w->id));
	while (*at)
		at = &(*at)->next;
	*at = w;
	ev_feed_event(p->a->loop, &p->next, EV_TIMER);
	return 0;
}

bool cg_probes_busy(const struct cg_probes *p, const char *id)
{
	for (const struct waiting *w = p->first; w; w = w->next)
		if (!strcmp(w->id, id))
			return true;
	return false;
}
