/* SPDX-License-Identifier: GPL-2.0-only */
/* The rtnetlink side of links.h: one socket hears, another asks; what is heard only says which table to read again. */
#include <errno.h>
#include <limits.h>
#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <string.h>
#include <sys/socket.h>
#include "links.h"

/* Messages taken from the socket in one turn of the loop. */
#define BATCH	     256
/* A dump during which the table changed is asked for again this often. */
#define TRIES	     5
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

/* A growing array under a dump's callback; err is the first failure. */
struct list {
	void *v;
	size_t n, room, each;
	int err;
};

/* libnl's error numbers mean nothing outside this file. */
static int nl_errno(int err)
{
	switch (err < 0 ? -err : err) {
	case NLE_SUCCESS:
		return 0;
	case NLE_INTR:
		return -EINTR;
	case NLE_BAD_SOCK:
		return -EBADF;
	case NLE_AGAIN:
		return -EAGAIN;
	case NLE_NOMEM:
		return -ENOBUFS;
	case NLE_EXIST:
		return -EEXIST;
	case NLE_PERM:
		return -EPERM;
	case NLE_NOACCESS:
		return -EACCES;
	case NLE_NODEV:
		return -ENODEV;
	case NLE_OBJ_NOTFOUND:
		return -ENOENT;
	case NLE_OPNOTSUPP:
		return -EOPNOTSUPP;
	case NLE_DUMP_INTR:
		return -EAGAIN;
	case NLE_MSG_TRUNC:
		return -EMSGSIZE;
	default:
		return -EIO;
	}
}

static void *list_add(struct list *l)
{
	void *v;

	if (l->n == l->room) {
		size_t room = l->room ? 2 * l->room : 32;

		v = reallocarray(l->v, room, l->each);
		if (!v) {
			l->err = -ENOMEM;
			return NULL;
		}
		l->v = v;
		l->room = room;
	}
	v = (char *)l->v + l->n++ * l->each;
	memset(v, 0, l->each);
	return v;
}

static bool addr_take(struct cg_addr *to, int family, const struct nlattr *from)
{
	memset(to, 0, sizeof(*to));
	if (family == AF_INET && nla_len(from) == 4) {
		to->b[10] = to->b[11] = 0xff;
		memcpy(to->b + 12, nla_data(from), 4);
		return true;
	}
	if (family == AF_INET6 && nla_len(from) == 16) {
		memcpy(to->b, nla_data(from), 16);
		return true;
	}
	return false;
}

static int link_parse(struct nl_msg *msg, void *ctx)
{
	struct nlattr *tb[IFLA_MAX + 1], *info[IFLA_INFO_MAX + 1];
	struct nlmsghdr *nh = nlmsg_hdr(msg);
	const struct ifinfomsg *ifi = nlmsg_data(nh);
	struct list *list = ctx;
	struct cg_link *l;

	if (nh->nlmsg_type != RTM_NEWLINK ||
	    nlmsg_parse(nh, sizeof(*ifi), tb, IFLA_MAX, NULL) < 0 || !tb[IFLA_IFNAME])
		return NL_OK;
	l = list_add(list);
	if (!l)
		return NL_STOP;
	l->ifindex = ifi->ifi_index;
	l->up = ifi->ifi_flags & IFF_UP;
	nla_strlcpy(l->name, tb[IFLA_IFNAME], sizeof(l->name));
	if (tb[IFLA_MASTER])
		l->master = (int)nla_get_u32(tb[IFLA_MASTER]);
	/* A number of another namespace would name the wrong device here. */
	if (tb[IFLA_LINK] && !tb[IFLA_LINK_NETNSID])
		l->lower = (int)nla_get_u32(tb[IFLA_LINK]);
	if (tb[IFLA_ADDRESS] && nla_len(tb[IFLA_ADDRESS]) == sizeof(l->mac))
		memcpy(&l->mac, nla_data(tb[IFLA_ADDRESS]), sizeof(l->mac));
	if (tb[IFLA_LINKINFO] && !nla_parse_nested(info, IFLA_INFO_MAX, tb[IFLA_LINKINFO], NULL) &&
	    info[IFLA_INFO_KIND])
		nla_strlcpy(l->kind, info[IFLA_INFO_KIND], sizeof(l->kind));
	return NL_OK;
}

static int addr_parse(struct nl_msg *msg, void *ctx)
{
	struct nlattr *tb[IFA_MAX + 1], *at;
	struct nlmsghdr *nh = nlmsg_hdr(msg);
	const struct ifaddrmsg *ifa = nlmsg_data(nh);
	struct list *list = ctx;
	struct cg_link_addr *a, made = { 0 };

	if (nh->nlmsg_type != RTM_NEWADDR || nlmsg_parse(nh, sizeof(*ifa), tb, IFA_MAX, NULL) < 0)
		return NL_OK;
	/* On a point-to-point link IFA_ADDRESS is the peer, IFA_LOCAL is ours. */
	at = tb[IFA_LOCAL] ? tb[IFA_LOCAL] : tb[IFA_ADDRESS];
	if (!at || !addr_take(&made.addr, ifa->ifa_family, at))
		return NL_OK;
	made.ifindex = (int)ifa->ifa_index;
	made.len = (uint8_t)(ifa->ifa_prefixlen + (ifa->ifa_family == AF_INET ? 96 : 0));
	made.valid_s = UINT64_MAX;
	if (tb[IFA_CACHEINFO] && nla_len(tb[IFA_CACHEINFO]) >= (int)sizeof(struct ifa_cacheinfo)) {
		const struct ifa_cacheinfo *ci = nla_data(tb[IFA_CACHEINFO]);

		if (ci->ifa_valid != UINT32_MAX)
			made.valid_s = ci->ifa_valid;
	}
	a = list_add(list);
	if (!a)
		return NL_STOP;
	*a = made;
	return NL_OK;
}

static int neigh_parse(struct nl_msg *msg, void *ctx)
{
	struct nlattr *tb[NDA_MAX + 1];
	struct nlmsghdr *nh = nlmsg_hdr(msg);
	const struct ndmsg *nd = nlmsg_data(nh);
	struct cg_neigh *n, made = { 0 };

	if (nh->nlmsg_type != RTM_NEWNEIGH || nlmsg_parse(nh, sizeof(*nd), tb, NDA_MAX, NULL) < 0 ||
	    !tb[NDA_DST] || !tb[NDA_LLADDR] || nla_len(tb[NDA_LLADDR]) != sizeof(made.mac) ||
	    (nd->ndm_state & (NUD_FAILED | NUD_NOARP | NUD_INCOMPLETE)) ||
	    !addr_take(&made.addr, nd->ndm_family, tb[NDA_DST]))
		return NL_OK;
	made.ifindex = nd->ndm_ifindex;
	memcpy(&made.mac, nla_data(tb[NDA_LLADDR]), sizeof(made.mac));
	n = list_add(ctx);
	if (!n)
		return NL_STOP;
	*n = made;
	return NL_OK;
}

/* Next hops of default routes, as neighbours without a MAC. */
static int route_parse(struct nl_msg *msg, void *ctx)
{
	struct nlattr *tb[RTA_MAX + 1];
	struct nlmsghdr *nh = nlmsg_hdr(msg);
	const struct rtmsg *rt = nlmsg_data(nh);
	struct cg_neigh *n, made = { .router = true };

	if (nh->nlmsg_type != RTM_NEWROUTE || nlmsg_parse(nh, sizeof(*rt), tb, RTA_MAX, NULL) < 0 ||
	    rt->rtm_dst_len || rt->rtm_type != RTN_UNICAST)
		return NL_OK;
	if (tb[RTA_MULTIPATH]) {
		struct rtnexthop *hop = nla_data(tb[RTA_MULTIPATH]);
		int left = nla_len(tb[RTA_MULTIPATH]);

		for (; RTNH_OK(hop, left);
		     left -= RTNH_ALIGN(hop->rtnh_len), hop = RTNH_NEXT(hop)) {
			struct nlattr *in[RTA_MAX + 1];

			if (nla_parse(in, RTA_MAX, (struct nlattr *)RTNH_DATA(hop),
				      hop->rtnh_len - (int)sizeof(*hop), NULL) < 0 ||
			    !in[RTA_GATEWAY] ||
			    !addr_take(&made.addr, rt->rtm_family, in[RTA_GATEWAY]))
				continue;
			made.ifindex = hop->rtnh_ifindex;
			n = list_add(ctx);
			if (!n)
				return NL_STOP;
			*n = made;
		}
		return NL_OK;
	}
	if (!tb[RTA_GATEWAY] || !addr_take(&made.addr, rt->rtm_family, tb[RTA_GATEWAY]))
		return NL_OK;
	if (tb[RTA_OIF])
		made.ifindex = (int)nla_get_u32(tb[RTA_OIF]);
	n = list_add(ctx);
	if (!n)
		return NL_STOP;
	*n = made;
	return NL_OK;
}

static int filter_parse(struct nl_msg *msg, void *ctx)
{
	struct nlattr *tb[TCA_MAX + 1];
	struct nlmsghdr *nh = nlmsg_hdr(msg);
	const struct tcmsg *tc = nlmsg_data(nh);
	struct cg_link_filter *f;

	/* Handle 0 is the chain's own line, repeated for every preference. */
	if (nh->nlmsg_type != RTM_NEWTFILTER ||
	    nlmsg_parse(nh, sizeof(*tc), tb, TCA_MAX, NULL) < 0 || !tb[TCA_KIND] || !tc->tcm_handle)
		return NL_OK;
	f = list_add(ctx);
	if (!f)
		return NL_STOP;
	f->pref = TC_H_MAJ(tc->tcm_info) >> 16;
	f->handle = tc->tcm_handle;
	nla_strlcpy(f->kind, tb[TCA_KIND], sizeof(f->kind));
	return NL_OK;
}

static int dump(struct nl_sock *sk, int type, void *head, size_t len,
		int (*parse)(struct nl_msg *msg, void *ctx), struct list *list)
{
	int err = -EAGAIN;

	for (int i = 0; i < TRIES && err == -EAGAIN; i++) {
		list->n = 0;
		list->err = 0;
		err = nl_socket_modify_cb(sk, NL_CB_VALID, NL_CB_CUSTOM, parse, list);
		if (!err)
			err = nl_send_simple(sk, type, NLM_F_DUMP, head, len);
		if (err >= 0)
			err = nl_recvmsgs_default(sk);
		err = list->err ? list->err : nl_errno(err < 0 ? err : 0);
	}
	return err;
}

static int link_cmp(const void *a, const void *b)
{
	const struct cg_link *x = a, *y = b;

	return (x->ifindex > y->ifindex) - (x->ifindex < y->ifindex);
}

static int links_dump(struct cg_links *l, bool *ret_changed)
{
	struct ifinfomsg ifi = { .ifi_family = AF_UNSPEC };
	struct list list = { .each = sizeof(struct cg_link) };
	int err;

	err = dump(l->ask, RTM_GETLINK, &ifi, sizeof(ifi), link_parse, &list);
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
	struct list list = { .each = sizeof(struct cg_link_addr) };
	int err;

	err = dump(l->ask, RTM_GETADDR, &ifa, sizeof(ifa), addr_parse, &list);
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
		return nl_errno(err);
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
	err = nl_errno(err);
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
		err = nl_errno(nl_recvmsgs_default(links->event));
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
	struct list hops = { .each = sizeof(struct cg_neigh) };
	struct list list = { .each = sizeof(struct cg_neigh) };
	int err;

	err = dump(links->ask, RTM_GETROUTE, &rt, sizeof(rt), route_parse, &hops);
	if (!err)
		err = dump(links->ask, RTM_GETNEIGH, &nd, sizeof(nd), neigh_parse, &list);
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

int cg_links_filters_read(struct cg_links *links, int ifindex, bool egress,
			  struct cg_link_filter **ret_filters, size_t *ret_n)
{
	struct tcmsg tc = {
		.tcm_family = AF_UNSPEC,
		.tcm_ifindex = ifindex,
		.tcm_parent = TC_H_MAKE(TC_H_CLSACT, egress ? TC_H_MIN_EGRESS : TC_H_MIN_INGRESS),
	};
	struct list list = { .each = sizeof(struct cg_link_filter) };
	int err;

	err = dump(links->ask, RTM_GETTFILTER, &tc, sizeof(tc), filter_parse, &list);
	if (err < 0) {
		free(list.v);
		return err;
	}
	*ret_filters = list.v;
	*ret_n = list.n;
	return 0;
}
