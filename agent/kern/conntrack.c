/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * By libnl's core: libnl-nf's nfnl_ct_del() always sends the original direction, empty
 * where it is not known, which the kernel refuses. A message with neither direction
 * would delete every entry (ctnetlink_del_conntrack): one is always written here,
 * whole, or nothing is sent.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <netinet/in.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <sys/socket.h>
#include "conntrack.h"

struct cg_conntrack {
	struct nl_sock *sk;
};

int cg_conntrack_open(struct cg_conntrack **ret_ct)
{
	struct cg_conntrack *ct = calloc(1, sizeof(*ct));

	if (!ct)
		return -ENOMEM;
	ct->sk = nl_socket_alloc();
	if (!ct->sk || nl_connect(ct->sk, NETLINK_NETFILTER) < 0) {
		cg_conntrack_close(&ct);
		return -EOPNOTSUPP;
	}
	*ret_ct = ct;
	return 0;
}

void cg_conntrack_close(struct cg_conntrack **ct)
{
	struct cg_conntrack *c = TAKE_PTR(*ct);

	if (c)
		nl_socket_free(c->sk);
	free(c);
}

static bool put_addrs(struct nl_msg *msg, const struct cg_conntrack_flow *f)
{
	bool v4 = cg_addr_is_v4(&f->cam);
	int skip = v4 ? 12 : 0, n = 16 - skip;
	struct nlattr *ip = nla_nest_start(msg, CTA_TUPLE_IP);

	if (!ip || nla_put(msg, v4 ? CTA_IP_V4_SRC : CTA_IP_V6_SRC, n, f->cam.b + skip) < 0 ||
	    nla_put(msg, v4 ? CTA_IP_V4_DST : CTA_IP_V6_DST, n, f->peer.b + skip) < 0)
		return false;
	nla_nest_end(msg, ip);
	return true;
}

static bool put_ports(struct nl_msg *msg, const struct cg_conntrack_flow *f)
{
	struct nlattr *proto = nla_nest_start(msg, CTA_TUPLE_PROTO);

	if (!proto || nla_put_u8(msg, CTA_PROTO_NUM, f->proto) < 0 ||
	    nla_put_u16(msg, CTA_PROTO_SRC_PORT, htons(f->cam_port)) < 0 ||
	    nla_put_u16(msg, CTA_PROTO_DST_PORT, htons(f->peer_port)) < 0)
		return false;
	nla_nest_end(msg, proto);
	return true;
}

static bool put_flow(struct nl_msg *msg, const struct cg_conntrack_flow *f)
{
	struct nfgenmsg gen = { .nfgen_family = cg_addr_is_v4(&f->cam) ? AF_INET : AF_INET6,
				.version = NFNETLINK_V0 };
	struct nlattr *tuple;

	if (nlmsg_append(msg, &gen, sizeof(gen), NLMSG_ALIGNTO) < 0)
		return false;
	tuple = nla_nest_start(msg, f->by_peer ? CTA_TUPLE_REPLY : CTA_TUPLE_ORIG);
	if (!tuple || !put_addrs(msg, f) || !put_ports(msg, f))
		return false;
	nla_nest_end(msg, tuple);
	return true;
}

int cg_conntrack_delete(struct cg_conntrack *ct, const struct cg_conntrack_flow *flow)
{
	struct nl_msg *msg;
	int err;

	if (flow->proto != IPPROTO_TCP && flow->proto != IPPROTO_UDP)
		return -EOPNOTSUPP;
	msg = nlmsg_alloc_simple(NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_DELETE, NLM_F_ACK);
	if (!msg || !put_flow(msg, flow)) {
		nlmsg_free(msg);
		return -ENOMEM;
	}
	/* The kernel answers before it returns from the send: nothing is waited for. */
	err = nl_send_sync(ct->sk, msg);
	switch (err < 0 ? -err : 0) {
	case NLE_SUCCESS:
		return 1;
	case NLE_OBJ_NOTFOUND:
		return 0;
	case NLE_PERM:
		return -EPERM;
	case NLE_BUSY:
		return -EBUSY;
	case NLE_NOMEM:
		return -ENOMEM;
	default:
		return -EOPNOTSUPP;
	}
}
