/* SPDX-License-Identifier: GPL-2.0-only */
/* inject.h and conntrack.h in memory: what would be sent, what would be deleted. */
#include <errno.h>
#include <string.h>
#include "fake.h"

struct fake_stop fake_stop;

struct cg_inject {
	int unused;
};

struct cg_conntrack {
	int unused;
};

const char *const cg_inject_names[CG_INJECT_SOCKETS] = { "raw4", "raw6", "packet" };

int cg_inject_socket(size_t which)
{
	(void)which;
	return -EPERM;
}

int cg_inject_open(const int given[CG_INJECT_SOCKETS], struct cg_inject **ret_inject)
{
	int err = fake_call("inject_open");

	(void)given;

	if (!err)
		*ret_inject = calloc(1, sizeof(**ret_inject));
	return err || *ret_inject ? err : -ENOMEM;
}

void cg_inject_close(struct cg_inject **inject)
{
	free(*inject);
	*inject = NULL;
}

static int take(enum fake_way way, const struct cg_inject_port *port, const void *ip, size_t n)
{
	struct fake_sent *s = &fake_stop.sent[fake_stop.nsent % FAKE_SENT];

	memset(s, 0, sizeof(*s));
	s->way = way;
	if (port)
		s->port = *port;
	s->n = n < sizeof(s->ip) ? n : sizeof(s->ip);
	memcpy(s->ip, ip, s->n);
	s->deleted = fake_stop.ndeleted;
	fake_stop.nsent++;
	return fake_call("inject");
}

int cg_inject_remote(struct cg_inject *inject, const void *ip, size_t n)
{
	(void)inject;
	return take(FAKE_TO_REMOTE, NULL, ip, n);
}

int cg_inject_camera(struct cg_inject *inject, const struct cg_inject_port *port, const void *ip,
		     size_t n)
{
	(void)inject;
	return take(FAKE_TO_CAMERA, port, ip, n);
}

int cg_conntrack_open(struct cg_conntrack **ret_ct)
{
	int err = fake_call("conntrack_open");

	if (!err)
		*ret_ct = calloc(1, sizeof(**ret_ct));
	return err || *ret_ct ? err : -ENOMEM;
}

void cg_conntrack_close(struct cg_conntrack **ct)
{
	free(*ct);
	*ct = NULL;
}

int cg_conntrack_delete(struct cg_conntrack *ct, const struct cg_conntrack_flow *flow)
{
	int err = fake_call("conntrack_delete");

	(void)ct;
	/* The question whether it can be done at all. */
	if (!flow->cam_port)
		return err;
	fake_stop.deleted[fake_stop.ndeleted++ % FAKE_SENT] = *flow;
	return err ? err : 1;
}
