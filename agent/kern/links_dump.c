/* SPDX-License-Identifier: GPL-2.0-only */
/* One message of rtnetlink to one entry; what is no entry is passed over. */
#include <errno.h>
#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <string.h>
#include <sys/socket.h>
#include "attr.h"
#include "links_dump.h"

/* A dump during which the table changed is asked for again this often. */
#define TRIES 5

/* libnl's error numbers mean nothing outside these two files. */
int cg_links_dump_errno(int err)
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

static void *list_add(struct cg_links_list *l)
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

int cg_links_dump_link(struct nl_msg *msg, void *ctx)
{
	struct nlattr *tb[IFLA_MAX + 1], *info[IFLA_INFO_MAX + 1];
	struct nlmsghdr *nh = nlmsg_hdr(msg);
	const struct ifinfomsg *ifi = nlmsg_data(nh);
	struct cg_links_list *list = ctx;
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
	l->master = (int)cg_attr_u32(tb[IFLA_MASTER]);
	/* A number of another namespace would name the wrong device here. */
	if (!tb[IFLA_LINK_NETNSID])
		l->lower = (int)cg_attr_u32(tb[IFLA_LINK]);
	if (tb[IFLA_ADDRESS] && nla_len(tb[IFLA_ADDRESS]) == sizeof(l->mac))
		memcpy(&l->mac, nla_data(tb[IFLA_ADDRESS]), sizeof(l->mac));
	if (tb[IFLA_LINKINFO] && !nla_parse_nested(info, IFLA_INFO_MAX, tb[IFLA_LINKINFO], NULL) &&
	    info[IFLA_INFO_KIND])
		nla_strlcpy(l->kind, info[IFLA_INFO_KIND], sizeof(l->kind));
	return NL_OK;
}

int cg_links_dump_addr(struct nl_msg *msg, void *ctx)
{
	struct nlattr *tb[IFA_MAX + 1], *at;
	struct nlmsghdr *nh = nlmsg_hdr(msg);
	const struct ifaddrmsg *ifa = nlmsg_data(nh);
	struct cg_links_list *list = ctx;
	struct cg_link_addr *a, made = { 0 };

	if (nh->nlmsg_type != RTM_NEWADDR || nlmsg_parse(nh, sizeof(*ifa), tb, IFA_MAX, NULL) < 0)
		return NL_OK;
	/* On a point-to-point link IFA_ADDRESS is the peer, IFA_LOCAL is ours. */
	at = tb[IFA_LOCAL] ? tb[IFA_LOCAL] : tb[IFA_ADDRESS];
	if (!at || !addr_take(&made.addr, ifa->ifa_family, at) ||
	    ifa->ifa_prefixlen > 8 * nla_len(at))
		return NL_OK;
	made.peer = made.addr;
	if (tb[IFA_ADDRESS])
		(void)addr_take(&made.peer, ifa->ifa_family, tb[IFA_ADDRESS]);
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

int cg_links_dump_neigh(struct nl_msg *msg, void *ctx)
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
int cg_links_dump_route(struct nl_msg *msg, void *ctx)
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

		/* RTNH_OK() reads a length that may lie behind what is left. */
		for (; left >= (int)sizeof(*hop) && RTNH_OK(hop, left);
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
	made.ifindex = (int)cg_attr_u32(tb[RTA_OIF]);
	n = list_add(ctx);
	if (!n)
		return NL_STOP;
	*n = made;
	return NL_OK;
}

/* Interfaces that default routes lead to, with a next hop or without one. */
int cg_links_dump_uplink(struct nl_msg *msg, void *ctx)
{
	struct nlattr *tb[RTA_MAX + 1];
	struct nlmsghdr *nh = nlmsg_hdr(msg);
	const struct rtmsg *rt = nlmsg_data(nh);
	struct rtnexthop *hop;
	int left, *ifindex;

	if (nh->nlmsg_type != RTM_NEWROUTE || nlmsg_parse(nh, sizeof(*rt), tb, RTA_MAX, NULL) < 0 ||
	    rt->rtm_dst_len || rt->rtm_type != RTN_UNICAST)
		return NL_OK;
	if (!tb[RTA_MULTIPATH]) {
		ifindex = list_add(ctx);
		if (!ifindex)
			return NL_STOP;
		*ifindex = (int)cg_attr_u32(tb[RTA_OIF]);
		return NL_OK;
	}
	hop = nla_data(tb[RTA_MULTIPATH]);
	left = nla_len(tb[RTA_MULTIPATH]);
	/* RTNH_OK() reads a length that may lie behind what is left. */
	for (; left >= (int)sizeof(*hop) && RTNH_OK(hop, left);
	     left -= RTNH_ALIGN(hop->rtnh_len), hop = RTNH_NEXT(hop)) {
		ifindex = list_add(ctx);
		if (!ifindex)
			return NL_STOP;
		*ifindex = hop->rtnh_ifindex;
	}
	return NL_OK;
}

/* Each kind has its flags in an attribute of its own number. */
static bool in_hardware(const char *kind, struct nlattr *options)
{
	static const struct {
		const char *kind;
		int attr;
	} flags[] = {
		{ "flower", TCA_FLOWER_FLAGS },
		{ "matchall", TCA_MATCHALL_FLAGS },
		{ "u32", TCA_U32_FLAGS },
	};
	struct nlattr *a = NULL;

	for (size_t i = 0; options && !a && i < sizeof(flags) / sizeof(flags[0]); i++)
		if (!strcmp(kind, flags[i].kind))
			a = nla_find(nla_data(options), nla_len(options), flags[i].attr);
	return cg_attr_u32(a) & TCA_CLS_FLAGS_IN_HW;
}

int cg_links_dump_filter(struct nl_msg *msg, void *ctx)
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
	f->in_hw = in_hardware(f->kind, tb[TCA_OPTIONS]);
	return NL_OK;
}

int cg_links_dump(struct nl_sock *sk, int type, void *head, size_t len,
		  int (*parse)(struct nl_msg *msg, void *ctx), struct cg_links_list *list)
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
		err = list->err ? list->err : cg_links_dump_errno(err < 0 ? err : 0);
	}
	return err;
}
