/* SPDX-License-Identifier: GPL-2.0-only */
/* The rtnetlink side of links.h: one socket hears, another asks; what is heard only says which table to read again. */
#include <errno.h>
#include <limits.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <string.h>
#include <sys/socket.h>
#include "links_dump.h"

/* Messages taken from the socket in one turn of the loop. */
#define BATCH	     256
#define EVENT_BUFFER (1024 * 1024)

struct cg_links {
	struct nl_sock *event, *ask;
	void (*changed)(void *ctx, unsigned int what);
	void *ctx;
	unsigned int heard; /* CG_LINKS_* of the batch under way */
	uint64_t overflows;
	struct cg_link *link;
	size_t nlink;
	struct cg_link_addr *addr;
	size_t naddr;
};

static int link_cmp(const void *a, const void *b)
{
	const struct cg_link *x = a, *y = b;

	return (x->ifindex > y->ifindex) - (x->ifindex < y->ifindex);
}

static int links_dump(struct cg_links *l, bool *ret_changed)
{
	struct ifinfomsg ifi = { .ifi_family = AF_UNSPEC };
	struct cg_links_list list = { .each = sizeof(struct cg_link) };
	int err;

	err = cg_links_dump(l->ask, RTM_GETLINK, &ifi, sizeof(ifi), cg_links_dump_link, &list);
	if (err < 0) {
		free(list.v);
		return err;
	}
	if (list.n)
		qsort(list.v, list.n, list.each, link_cmp);
	*ret_changed = list.n != l->nlink ||
		       (list.n && memcmp(list.v, l->link, list.n * list.each));
	free(l->link);
	l->link = list.v;
	l->nlink = list.n;
	return 0;
}

static int addrs_dump(struct cg_links *l)
{
	struct ifaddrmsg ifa = { .ifa_family = AF_UNSPEC };
	struct cg_links_list list = { .each = sizeof(struct cg_link_addr) };
	int err;

	err = cg_links_dump(l->ask, RTM_GETADDR, &ifa, sizeof(ifa), cg_links_dump_addr, &list);
	if (err < 0) {
		free(list.v);
		return err;
	}
	free(l->addr);
	l->addr = list.v;
	l->naddr = list.n;
	return 0;
}

static int heard(struct nl_msg *msg, void *ctx)
{
	struct cg_links *l = ctx;

	switch (nlmsg_hdr(msg)->nlmsg_type) {
	case RTM_NEWLINK:
	case RTM_DELLINK:
		l->heard |= CG_LINKS_LINK;
		break;
	case RTM_NEWADDR:
	case RTM_DELADDR:
		l->heard |= CG_LINKS_ADDR;
		break;
	case RTM_NEWQDISC:
	case RTM_DELQDISC:
	case RTM_NEWTFILTER:
	case RTM_DELTFILTER:
	case RTM_NEWCHAIN:
	case RTM_DELCHAIN:
		l->heard |= CG_LINKS_FILTER;
		break;
	}
	return NL_OK;
}

static int socket_make(struct nl_sock **ret_sk)
{
	struct nl_sock *sk = nl_socket_alloc();
	int err;

	if (!sk)
		return -ENOMEM;
	err = nl_connect(sk, NETLINK_ROUTE);
	if (err < 0) {
		nl_socket_free(sk);
		return cg_links_dump_errno(err);
	}
	*ret_sk = sk;
	return 0;
}

int cg_links_open(void (*changed)(void *ctx, unsigned int what), void *ctx,
		  struct cg_links **ret_links)
{
	struct cg_links *l = calloc(1, sizeof(*l));
	bool differs;
	int err;

	if (!l)
		return -ENOMEM;
	l->changed = changed;
	l->ctx = ctx;
	err = socket_make(&l->event);
	if (err < 0)
		goto err_free;
	err = socket_make(&l->ask);
	if (err < 0)
		goto err_free;
	/* Heard messages carry numbers of their own; only replies are in order. */
	nl_socket_disable_seq_check(l->event);
	err = nl_socket_modify_cb(l->event, NL_CB_VALID, NL_CB_CUSTOM, heard, l);
	if (!err)
		err = nl_socket_add_memberships(l->event, RTNLGRP_LINK, RTNLGRP_IPV4_IFADDR,
						RTNLGRP_IPV6_IFADDR, RTNLGRP_TC, 0);
	if (!err)
		err = nl_socket_set_nonblocking(l->event);
	err = cg_links_dump_errno(err);
	if (err < 0)
		goto err_free;
	/* A larger buffer only makes overflows rarer: they are dealt with. */
	(void)nl_socket_set_buffer_size(l->event, EVENT_BUFFER, 0);
	err = links_dump(l, &differs);
	if (!err)
		err = addrs_dump(l);
	if (err < 0)
		goto err_free;
	*ret_links = l;
	return 0;

err_free:
	cg_links_close(&l);
	return err;
}

void cg_links_close(struct cg_links **links)
{
	struct cg_links *l = TAKE_PTR(*links);

	if (!l)
		return;
	nl_socket_free(l->event);
	nl_socket_free(l->ask);
	free(l->link);
	free(l->addr);
	free(l);
}

int cg_links_fd(const struct cg_links *links)
{
	return nl_socket_get_fd(links->event);
}

int cg_links_read(struct cg_links *links)
{
	unsigned int what;
	int err = 0;

	for (int i = 0; i < BATCH; i++) {
		err = cg_links_dump_errno(nl_recvmsgs_default(links->event));
		/* The kernel had no room for some: what they said is unknown. */
		if (err == -ENOBUFS) {
			links->overflows++;
			links->heard = CG_LINKS_LINK | CG_LINKS_ADDR | CG_LINKS_FILTER;
			continue;
		}
		if (err < 0)
			break;
	}
	if (err < 0 && err != -EAGAIN && err != -EINTR)
		return err;
	what = links->heard;
	links->heard = 0;
	if (what & CG_LINKS_LINK) {
		bool differs = false;

		err = links_dump(links, &differs);
		if (err < 0)
			goto err_again;
		/* Wi-Fi drivers send a link message for every scan. A filter may
		 * have gone with a device that came back under the same number. */
		what = differs ? what | CG_LINKS_FILTER : what & ~(unsigned int)CG_LINKS_LINK;
	}
	if (what & CG_LINKS_ADDR) {
		err = addrs_dump(links);
		if (err < 0)
			goto err_again;
	}
	if (what && links->changed)
		links->changed(links->ctx, what);
	return 0;

err_again:
	/* What was heard is not known yet: the next read asks again. */
	links->heard = what;
	return err;
}

uint64_t cg_links_overflows(const struct cg_links *links)
{
	return links->overflows;
}

const struct cg_link *cg_links_table(const struct cg_links *links, size_t *ret_n)
{
	*ret_n = links->nlink;
	return links->link;
}

const struct cg_link_addr *cg_links_addrs(const struct cg_links *links, size_t *ret_n)
{
	*ret_n = links->naddr;
	return links->addr;
}

int cg_links_neighs_read(struct cg_links *links, struct cg_neigh **ret_neighs, size_t *ret_n)
{
	struct rtmsg rt = { .rtm_family = AF_UNSPEC };
	struct ndmsg nd = { .ndm_family = AF_UNSPEC };
	struct cg_links_list hops = { .each = sizeof(struct cg_neigh) };
	struct cg_links_list list = { .each = sizeof(struct cg_neigh) };
	int err;

	err = cg_links_dump(links->ask, RTM_GETROUTE, &rt, sizeof(rt), cg_links_dump_route, &hops);
	if (!err)
		err = cg_links_dump(links->ask, RTM_GETNEIGH, &nd, sizeof(nd), cg_links_dump_neigh,
				    &list);
	if (err < 0) {
		free(list.v);
		free(hops.v);
		return err;
	}
	for (size_t i = 0; i < list.n; i++) {
		struct cg_neigh *n = (struct cg_neigh *)list.v + i;

		for (size_t j = 0; j < hops.n && !n->router; j++) {
			const struct cg_neigh *h = (struct cg_neigh *)hops.v + j;

			n->router = h->ifindex == n->ifindex &&
				    !memcmp(&h->addr, &n->addr, sizeof(h->addr));
		}
	}
	free(hops.v);
	*ret_neighs = list.v;
	*ret_n = list.n;
	return 0;
}

int cg_links_uplinks_read(struct cg_links *links, int **ret_ifindex, size_t *ret_n)
{
	struct rtmsg rt = { .rtm_family = AF_UNSPEC };
	struct cg_links_list list = { .each = sizeof(int) };
	int err = cg_links_dump(links->ask, RTM_GETROUTE, &rt, sizeof(rt), cg_links_dump_uplink,
				&list);

	if (err < 0) {
		free(list.v);
		return err;
	}
	*ret_ifindex = list.v;
	*ret_n = list.n;
	return 0;
}

int cg_links_neigh_seek(struct cg_links *links, int ifindex, const struct cg_addr *addr)
{
	bool v4 = cg_addr_is_v4(addr);
	/* NTF_USE: kernel net/core/neighbour.c neigh_add(). */
	struct ndmsg nd = { .ndm_family = v4 ? AF_INET : AF_INET6,
			    .ndm_ifindex = ifindex,
			    .ndm_flags = NTF_USE };
	struct nl_msg *msg = nlmsg_alloc_simple(RTM_NEWNEIGH, NLM_F_CREATE);
	int err;

	if (!msg)
		return -ENOMEM;
	if (nlmsg_append(msg, &nd, sizeof(nd), NLMSG_ALIGNTO) < 0 ||
	    nla_put(msg, NDA_DST, v4 ? 4 : 16, v4 ? addr->b + 12 : addr->b) < 0) {
		nlmsg_free(msg);
		return -ENOMEM;
	}
	err = nl_send_sync(links->ask, msg);
	return err < 0 ? cg_links_dump_errno(err) : 0;
}

int cg_links_filters_read(struct cg_links *links, int ifindex, bool egress,
			  struct cg_link_filter **ret_filters, size_t *ret_n)
{
	struct tcmsg tc = {
		.tcm_family = AF_UNSPEC,
		.tcm_ifindex = ifindex,
		.tcm_parent = TC_H_MAKE(TC_H_CLSACT, egress ? TC_H_MIN_EGRESS : TC_H_MIN_INGRESS),
	};
	struct cg_links_list list = { .each = sizeof(struct cg_link_filter) };
	int err;

	err = cg_links_dump(links->ask, RTM_GETTFILTER, &tc, sizeof(tc), cg_links_dump_filter,
			    &list);
	if (err < 0) {
		free(list.v);
		return err;
	}
	*ret_filters = list.v;
	*ret_n = list.n;
	return 0;
}
