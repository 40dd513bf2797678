/* SPDX-License-Identifier: GPL-2.0-only */
/* A resolver on the LAN is bound to one MAC: who takes its address later is not believed. */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "resolvers.h"

#define LOOK_NS (5 * CG_SEC_NS)

static const struct cg_agent_resolver *bound_find(const struct cg_agent *a,
						  const struct cg_addr *addr)
{
	for (size_t i = 0; i < a->run.nresolver; i++)
		if (!memcmp(&a->run.resolver[i].addr, addr, sizeof(*addr)))
			return &a->run.resolver[i];
	return NULL;
}

static bool neigh_find(const struct cg_neigh *neigh, size_t n, const struct cg_addr *addr,
		       struct cg_mac *ret_mac)
{
	static const struct cg_mac zero;

	for (size_t i = 0; i < n; i++)
		if (!memcmp(&neigh[i].addr, addr, sizeof(*addr)) &&
		    memcmp(&neigh[i].mac, &zero, sizeof(zero))) {
			*ret_mac = neigh[i].mac;
			return true;
		}
	return false;
}

/* Makes the kernel ask for its MAC; what comes back is nobody's business. */
static void knock(const struct cg_agent *a, const struct cg_addr *addr)
{
	bool v4 = cg_addr_is_v4(addr);
	struct sockaddr_in6 to6 = { .sin6_family = AF_INET6, .sin6_port = htons(a->run.dns_port) };
	struct sockaddr_in to4 = { .sin_family = AF_INET, .sin_port = htons(a->run.dns_port) };
	_cleanup_close_ int fd =
		socket(v4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	memcpy(&to4.sin_addr, addr->b + 12, sizeof(to4.sin_addr));
	memcpy(&to6.sin6_addr, addr->b, sizeof(to6.sin6_addr));
	if (fd >= 0)
		(void)!sendto(fd, "", 0, MSG_NOSIGNAL,
			      v4 ? (struct sockaddr *)&to4 : (struct sockaddr *)&to6,
			      v4 ? sizeof(to4) : sizeof(to6));
}

void cg_resolvers_sync(struct cg_agent *a)
{
	const struct cg_policy *p = a->policy.now;
	struct cg_datapath_resolver list[CG_MAX_RESOLVERS];
	struct cg_agent_resolver now[CG_MAX_RESOLVERS];
	_cleanup_free_ struct cg_neigh *neigh = NULL;
	char text[CG_ADDR_STRLEN], mac[CG_MAC_STRLEN];
	size_t n = 0, nneigh = 0, nlist = 0;

	if (!p) /* the kernel's are those of an earlier policy */
		return;
	if (p->nresolver && cg_links_neighs_read(a->kern.links, &neigh, &nneigh) < 0)
		nneigh = 0;
	for (; n < p->nresolver; n++) {
		const struct cg_policy_resolver *r = &p->resolver[n];
		const struct cg_agent_resolver *was = bound_find(a, &r->addr);
		struct cg_agent_resolver *to = &now[n];

		*to = (struct cg_agent_resolver){ .addr = r->addr,
						  .mac = r->mac,
						  .bound = r->has_mac };
		if (!to->bound && was && was->bound)
			*to = *was;
		if (!to->bound && neigh_find(neigh, nneigh, &r->addr, &to->mac)) {
			to->bound = true;
			cg_log_info("resolver %s: answers from %s", cg_addr_format(&r->addr, text),
				    cg_mac_format(&to->mac, mac));
		}
		if (to->bound)
			list[nlist++] = (struct cg_datapath_resolver){ to->addr, to->mac };
		else
			knock(a, &r->addr);
	}
	if (n)
		memcpy(a->run.resolver, now, n * sizeof(*now));
	a->run.nresolver = n;
	if (cg_datapath_resolvers_apply(a->kern.dp, list, nlist) < 0)
		cg_log_warning("resolvers: %s", cg_datapath_strerror(a->kern.dp));
}

bool cg_resolvers_hold(const struct cg_agent *a, const struct cg_addr *addr)
{
	const struct cg_agent_resolver *r = bound_find(a, addr);
	_cleanup_free_ struct cg_neigh *neigh = NULL;
	struct cg_mac mac;
	size_t n = 0;

	if (!r)
		return true;
	return r->bound && cg_links_neighs_read(a->kern.links, &neigh, &n) >= 0 &&
	       neigh_find(neigh, n, addr, &mac) && !memcmp(&mac, &r->mac, sizeof(mac));
}

size_t cg_resolvers_unbound(const struct cg_agent *a)
{
	size_t n = 0;

	for (size_t i = 0; i < a->run.nresolver; i++)
		n += !a->run.resolver[i].bound;
	return n;
}

void cg_resolvers_tick(struct cg_agent *a, uint64_t now_ns)
{
	if (!cg_resolvers_unbound(a) || now_ns < a->run.resolver_ns)
		return;
	a->run.resolver_ns = now_ns + LOOK_NS;
	cg_resolvers_sync(a);
}

bool cg_resolvers_server(const struct cg_agent *a, struct cg_addr *ret_addr)
{
	static const struct cg_addr v4 = { .b = { [10] = 0xff, [11] = 0xff } };
	const struct cg_policy *p = a->policy.now;

	if (p && p->nresolver && !p->resolver_gateway) {
		*ret_addr = p->resolver[0].addr;
		return true;
	}
	for (size_t i = 0; a->run.plan && i < a->run.plan->niface; i++) {
		const struct cg_lan *lan = &a->run.plan->iface[i].lan;

		if (!(lan->flags & (CG_LAN_V4 | CG_LAN_V6)))
			continue;
		if (lan->flags & CG_LAN_V4) {
			*ret_addr = v4;
			memcpy(ret_addr->b + 12, &lan->v4, sizeof(lan->v4));
		} else {
			memcpy(ret_addr->b, lan->v6, sizeof(lan->v6));
		}
		return true;
	}
	return false;
}
