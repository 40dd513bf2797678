/* SPDX-License-Identifier: GPL-2.0-only */
/* One entry a name with what was answered last; a failure keeps that. */
#include <stdlib.h>
#include <string.h>
#include "askdns.h"
#include "resolvers.h"
#include "viewer_names.h"

/* Bounds of a time to live; of an answer without an address; of none at all. */
#define TTL_MIN_S 5
#define TTL_MAX_S 300
#define EMPTY_S	  30
#define RETRY_S	  5
/* At a start the LAN is not known yet. */
#define SOON_S	  1

static const uint16_t types[2] = { CG_DNSMSG_A, CG_DNSMSG_AAAA };

struct family {
	struct entry *entry;
	struct cg_askdns *ask;
	struct cg_addr server;
	struct cg_addr addr[CG_VIEWER_NAME_ADDRS];
	size_t n;
	uint64_t next_ns;
	bool answered;
};

struct entry {
	struct entry *next;
	struct cg_viewer_names *names;
	char name[CG_NAMEPAT_LEN];
	bool needed;
	struct family by[2];
};

struct cg_viewer_names {
	struct cg_agent *a;
	void (*changed)(void *ctx);
	void *ctx;
	struct entry *first;
};

struct cg_viewer_names *cg_viewer_names_new(struct cg_agent *a, void (*changed)(void *ctx),
					    void *ctx)
{
	struct cg_viewer_names *n = calloc(1, sizeof(*n));

	if (n)
		*n = (struct cg_viewer_names){ .a = a, .changed = changed, .ctx = ctx };
	return n;
}

static void entry_free(struct entry *e)
{
	cg_askdns_cancel(&e->by[0].ask);
	cg_askdns_cancel(&e->by[1].ask);
	free(e);
}

void cg_viewer_names_free(struct cg_viewer_names **names)
{
	struct cg_viewer_names *n = TAKE_PTR(*names);

	while (n && n->first) {
		struct entry *e = n->first;

		n->first = e->next;
		entry_free(e);
	}
	free(n);
}

static bool take(struct family *f, const struct cg_dnsmsg *m)
{
	struct cg_addr addr[CG_VIEWER_NAME_ADDRS] = { 0 };
	bool changed;
	size_t n = 0;

	for (size_t i = 0; i < m->naddr && n < CG_VIEWER_NAME_ADDRS; i++)
		if (cg_addr_is_unicast(&m->addr[i]))
			addr[n++] = m->addr[i];
	changed = !f->answered || n != f->n || memcmp(addr, f->addr, n * sizeof(*addr));
	memcpy(f->addr, addr, n * sizeof(*addr));
	f->n = n;
	f->answered = true;
	return changed;
}

static uint64_t lives(const struct cg_dnsmsg *m)
{
	if (!m->naddr)
		return EMPTY_S;
	return m->ttl_s < TTL_MIN_S ? TTL_MIN_S : m->ttl_s > TTL_MAX_S ? TTL_MAX_S : m->ttl_s;
}

static void answered(void *ctx, int err, const struct cg_dnsmsg *m)
{
	struct family *f = ctx;
	struct cg_viewer_names *n = f->entry->names;
	uint64_t now = n->a->boot_ns();

	f->ask = NULL;
	if (err || !cg_resolvers_hold(n->a, &f->server)) {
		f->next_ns = now + RETRY_S * CG_SEC_NS;
		cg_log_debug("%s: no answer", f->entry->name);
		return;
	}
	f->next_ns = now + lives(m) * CG_SEC_NS;
	if (take(f, m))
		n->changed(n->ctx);
}

void cg_viewer_names_begin(struct cg_viewer_names *n)
{
	for (struct entry *e = n->first; e; e = e->next)
		e->needed = false;
}

static struct entry *find(const struct cg_viewer_names *n, const char *name)
{
	struct entry *e = n->first;

	while (e && strcmp(e->name, name))
		e = e->next;
	return e;
}

unsigned int cg_viewer_names_need(struct cg_viewer_names *n, const char *name,
				  struct cg_prefix *list, size_t room, size_t *len)
{
	struct entry *e = find(n, name);

	if (!e) {
		e = calloc(1, sizeof(*e));
		if (!e)
			return CG_VIEWER_NAME_V4 | CG_VIEWER_NAME_V6;
		e->names = n;
		e->by[0].entry = e->by[1].entry = e;
		strncpy(e->name, name, sizeof(e->name) - 1);
		e->next = n->first;
		n->first = e;
	}
	e->needed = true;
	for (size_t k = 0; k < 2; k++)
		for (size_t i = 0; i < e->by[k].n && *len < room; i++)
			list[(*len)++] = (struct cg_prefix){ e->by[k].addr[i], 128 };
	return (e->by[0].answered ? 0 : CG_VIEWER_NAME_V4) |
	       (e->by[1].answered ? 0 : CG_VIEWER_NAME_V6);
}

static void ask(struct cg_viewer_names *n, struct entry *e, size_t k, uint64_t now_ns)
{
	struct family *f = &e->by[k];

	if (f->ask || now_ns < f->next_ns)
		return;
	if (!cg_resolvers_server(n->a, &f->server) ||
	    cg_askdns_start(n->a->loop, &f->server, n->a->run.dns_port, e->name, types[k], answered,
			    f, &f->ask) < 0)
		f->next_ns = now_ns + SOON_S * CG_SEC_NS;
}

void cg_viewer_names_end(struct cg_viewer_names *n, uint64_t now_ns)
{
	for (struct entry **at = &n->first, *e; (e = *at);) {
		if (e->needed) {
			ask(n, e, 0, now_ns);
			ask(n, e, 1, now_ns);
			at = &e->next;
		} else {
			*at = e->next;
			entry_free(e);
		}
	}
}

bool cg_viewer_names_has(const struct cg_viewer_names *n, const char *name,
			 const struct cg_addr *addr)
{
	const struct entry *e = find(n, name);

	for (size_t k = 0; e && k < 2; k++)
		for (size_t i = 0; i < e->by[k].n; i++)
			if (!memcmp(&e->by[k].addr[i], addr, sizeof(*addr)))
				return true;
	return false;
}
