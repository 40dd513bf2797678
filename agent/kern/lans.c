/* SPDX-License-Identifier: GPL-2.0-only */
/* A guess for somebody who then says yes or no: an interface that leads outside is never taken for a LAN. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "lans.h"

static bool begins(const char *s, const char *with)
{
	return !strncmp(s, with, strlen(with));
}

/* Bridges that Docker, libvirt, LXC, LXD, podman and the like make. */
static bool is_guests(const char *name)
{
	static const char *const known[] = { "docker", "virbr", "lxcbr",  "lxdbr",
					     "podman", "cni",	"incusbr" };

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (begins(name, known[i]))
			return true;
	/* Docker's networks: br- and twelve digits */
	return begins(name, "br-") && strlen(name) == 15 &&
	       strspn(name + 3, "0123456789abcdef") == 12;
}

/* RFC 1918, and unique local addresses of IPv6. */
static bool is_private(const struct cg_addr *a)
{
	const uint8_t *b = a->b;

	if (!cg_addr_is_v4(a))
		return (b[0] & 0xfe) == 0xfc;
	return b[12] == 10 || (b[12] == 172 && (b[13] & 0xf0) == 16) ||
	       (b[12] == 192 && b[13] == 168);
}

static bool is_link_local(const struct cg_addr *a)
{
	return !cg_addr_is_v4(a) && a->b[0] == 0xfe && (a->b[1] & 0xc0) == 0x80;
}

static bool is_uplink(const struct cg_lans_in *in, int ifindex)
{
	for (size_t i = 0; i < in->nuplinks; i++)
		if (in->uplinks[i] == ifindex)
			return true;
	return false;
}

static void net_take(const struct cg_lans_in *in, int ifindex, struct cg_lans_found *f)
{
	for (size_t i = 0; i < in->naddrs; i++) {
		const struct cg_link_addr *a = &in->addrs[i];

		if (a->ifindex != ifindex || is_link_local(&a->addr) ||
		    (f->has_net && (cg_addr_is_v4(&f->addr) || !cg_addr_is_v4(&a->addr))))
			continue;
		f->has_net = true;
		f->addr = a->addr;
		f->len = a->len;
	}
}

static size_t ports_take(const struct cg_lans_in *in, int bridge, struct cg_lans_found *f)
{
	size_t n = 0, at = 0;

	for (size_t i = 0; i < in->nlinks; i++) {
		const struct cg_link *l = &in->links[i];

		if (l->master != bridge)
			continue;
		n++;
		if (at + strlen(l->name) + 8 < sizeof(f->ports))
			at += (size_t)snprintf(f->ports + at, sizeof(f->ports) - at, "%s%s",
					       at ? ", " : "", l->name);
		else if (at + 8 < sizeof(f->ports) && f->ports[at - 1] != '\xa6')
			at += (size_t)snprintf(f->ports + at, sizeof(f->ports) - at, ", …");
	}
	return n;
}

/* False: it is nothing of these. */
static bool judge(const struct cg_lans_in *in, const struct cg_link *l, struct cg_lans_found *f)
{
	size_t nports = 0;

	*f = (struct cg_lans_found){ .uplink = is_uplink(in, l->ifindex) };
	memcpy(f->name, l->name, sizeof(f->name));
	if (l->master || !strcmp(l->name, "lo") || !strcmp(l->kind, "ppp") ||
	    begins(l->name, "ppp") || begins(l->name, "wwan"))
		return false;
	net_take(in, l->ifindex, f);
	if (!strcmp(l->kind, "wireguard")) {
		f->kind = CG_LANS_WIREGUARD;
		return true;
	}
	if (!strcmp(l->kind, "tun")) {
		f->kind = CG_LANS_TUN;
		return true;
	}
	f->kind = strcmp(l->kind, "bridge") ? CG_LANS_PLAIN : CG_LANS_BRIDGE;
	if (f->kind == CG_LANS_BRIDGE)
		nports = ports_take(in, l->ifindex, f);
	f->guests = is_guests(l->name);
	f->likely = !f->uplink && !f->guests && f->has_net && is_private(&f->addr) &&
		    (f->kind == CG_LANS_PLAIN || nports);
	return f->kind == CG_LANS_BRIDGE || f->has_net;
}

static int rank(const struct cg_lans_found *f)
{
	if (f->kind == CG_LANS_WIREGUARD || f->kind == CG_LANS_TUN)
		return 2;
	return !f->likely;
}

static int by_rank(const void *a, const void *b)
{
	const struct cg_lans_found *x = a, *y = b;

	return rank(x) != rank(y) ? rank(x) - rank(y) : strcmp(x->name, y->name);
}

int cg_lans_find(const struct cg_lans_in *in, struct cg_lans_found **ret_found, size_t *ret_n)
{
	struct cg_lans_found *v = calloc(in->nlinks + 1, sizeof(*v));
	size_t n = 0;

	if (!v)
		return -ENOMEM;
	for (size_t i = 0; i < in->nlinks; i++)
		n += judge(in, &in->links[i], &v[n]);
	qsort(v, n, sizeof(*v), by_rank);
	*ret_found = v;
	*ret_n = n;
	return 0;
}
