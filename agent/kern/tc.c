/* SPDX-License-Identifier: GPL-2.0-only */
/* Our two filters on a port, by rtnetlink: nothing that is not ours is ever touched. */
#include "tc.h"

#include <errno.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <stdio.h>
#include <string.h>
#include <camgate/bpf_abi.h>
#include "attr.h"

static const uint32_t sides[2] = {
	TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS),
	TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_EGRESS),
};
static const char *const prog_names[2] = { "cg_from_cam", "cg_to_cam" };

/* What sits on one side of a port. */
struct side {
	bool at_place;	 /* a filter at our preference and handle */
	bool named_ours; /* whose name is our program's */
	uint32_t prog_id;
	unsigned int others; /* filters elsewhere on this side */
};

struct qdiscs {
	int ifindex;
	bool clsact, ingress;
};

static void sock_freep(struct nl_sock **sk)
{
	if (*sk)
		nl_socket_free(*sk);
}

static void msg_freep(struct nl_msg **msg)
{
	if (*msg)
		nlmsg_free(*msg);
}

static int sys_error(int nl)
{
	switch (-nl) {
	case 0:
		return 0;
	case NLE_EXIST:
		return -EEXIST;
	case NLE_OBJ_NOTFOUND:
		return -ENOENT;
	case NLE_NODEV:
		return -ENODEV;
	case NLE_NOMEM:
		return -ENOMEM;
	case NLE_PERM:
	case NLE_NOACCESS:
		return -EPERM;
	case NLE_BUSY:
		return -EBUSY;
	case NLE_OPNOTSUPP:
		return -EOPNOTSUPP;
	case NLE_INVAL:
	case NLE_RANGE:
		return -EINVAL;
	default:
		return -EIO;
	}
}

static int sock_open(struct nl_sock **ret_sk)
{
	_cleanup_(sock_freep) struct nl_sock *sk = nl_socket_alloc();
	int r;

	if (!sk)
		return -ENOMEM;
	r = nl_connect(sk, NETLINK_ROUTE);
	if (r)
		return sys_error(r);
	*ret_sk = TAKE_PTR(sk);
	return 0;
}

static struct nl_msg *tc_msg(int type, int flags, int ifindex, uint32_t parent, uint32_t handle,
			     uint32_t info)
{
	struct tcmsg tcm = {
		.tcm_family = AF_UNSPEC,
		.tcm_ifindex = ifindex,
		.tcm_handle = handle,
		.tcm_parent = parent,
		.tcm_info = info,
	};
	struct nl_msg *msg = nlmsg_alloc_simple(type, flags);

	if (msg && nlmsg_append(msg, &tcm, sizeof(tcm), NLMSG_ALIGNTO)) {
		nlmsg_free(msg);
		return NULL;
	}
	return msg;
}

/* Sends and waits for the acknowledgement. */
static int tc_request(struct nl_sock *sk, struct nl_msg *msg)
{
	int r = nl_send_auto(sk, msg);

	return sys_error(r < 0 ? r : nl_wait_for_ack(sk));
}

static int tc_dump(struct nl_sock *sk, int type, int ifindex, uint32_t parent,
		   nl_recvmsg_msg_cb_t cb, void *ctx)
{
	_cleanup_(msg_freep) struct nl_msg *msg =
		tc_msg(type, NLM_F_REQUEST | NLM_F_DUMP, ifindex, parent, 0, 0);
	int r;

	if (!msg)
		return -ENOMEM;
	nl_socket_modify_cb(sk, NL_CB_VALID, NL_CB_CUSTOM, cb, ctx);
	r = nl_send_auto(sk, msg);
	if (r >= 0)
		r = nl_recvmsgs_default(sk);
	/* What ctx points to goes; a line that comes late must not find it. */
	nl_socket_modify_cb(sk, NL_CB_VALID, NL_CB_DEFAULT, NULL, NULL);
	return r < 0 ? sys_error(r) : 0;
}

static int on_qdisc(struct nl_msg *msg, void *ctx)
{
	struct nlattr *attr[TCA_MAX + 1];
	struct tcmsg *tcm = nlmsg_data(nlmsg_hdr(msg));
	struct qdiscs *q = ctx;

	/* The kernel dumps every interface's whatever the request names. */
	if (nlmsg_parse(nlmsg_hdr(msg), sizeof(*tcm), attr, TCA_MAX, NULL) ||
	    tcm->tcm_ifindex != q->ifindex || !attr[TCA_KIND])
		return NL_SKIP;
	if (!nla_strcmp(attr[TCA_KIND], "clsact"))
		q->clsact = true;
	else if (!nla_strcmp(attr[TCA_KIND], "ingress"))
		q->ingress = true;
	return NL_OK;
}

static int qdiscs_read(struct nl_sock *sk, int ifindex, struct qdiscs *ret_q)
{
	struct qdiscs q = { .ifindex = ifindex };
	int r = tc_dump(sk, RTM_GETQDISC, ifindex, 0, on_qdisc, &q);

	if (!r)
		*ret_q = q;
	return r;
}

struct side_ctx {
	struct side *side;
	const char *prog_name;
};

static int on_filter(struct nl_msg *msg, void *ctx)
{
	struct tcmsg *tcm = nlmsg_data(nlmsg_hdr(msg));
	struct nlattr *attr[TCA_MAX + 1], *opt[TCA_BPF_MAX + 1];
	struct side_ctx *c = ctx;
	size_t n = strlen(c->prog_name);

	if (nlmsg_parse(nlmsg_hdr(msg), sizeof(*tcm), attr, TCA_MAX, NULL) || !attr[TCA_KIND])
		return NL_SKIP;
	if (!attr[TCA_OPTIONS] || !tcm->tcm_handle)
		return NL_SKIP; /* the chain's own line, no filter */
	if (TC_H_MAJ(tcm->tcm_info) >> 16 != CG_TC_PRIO || tcm->tcm_handle != CG_TC_HANDLE) {
		c->side->others++;
		return NL_OK;
	}
	c->side->at_place = true;
	if (nla_strcmp(attr[TCA_KIND], "bpf") ||
	    nla_parse_nested(opt, TCA_BPF_MAX, attr[TCA_OPTIONS], NULL))
		return NL_OK;
	if (opt[TCA_BPF_ID])
		c->side->prog_id = cg_attr_u32(opt[TCA_BPF_ID]);
	if (opt[TCA_BPF_NAME]) {
		const char *name = cg_attr_text(opt[TCA_BPF_NAME]);

		c->side->named_ours = !strncmp(name, c->prog_name, n) &&
				      (!name[n] || name[n] == ':');
	}
	return NL_OK;
}

static int side_read(struct nl_sock *sk, int ifindex, int which, struct side *ret_side)
{
	struct side side = { 0 };
	struct side_ctx ctx = { &side, prog_names[which] };
	int r = tc_dump(sk, RTM_GETTFILTER, ifindex, sides[which], on_filter, &ctx);

	if (r == -EINVAL || r == -ENOENT) /* no clsact: nothing there */
		r = 0;
	if (!r)
		*ret_side = side;
	return r;
}

static int filter_put(struct nl_sock *sk, int ifindex, int which, int prog_fd, bool replace)
{
	int flags = NLM_F_CREATE | (replace ? NLM_F_REPLACE : NLM_F_EXCL);
	_cleanup_(msg_freep) struct nl_msg *msg =
		tc_msg(RTM_NEWTFILTER, flags, ifindex, sides[which], CG_TC_HANDLE,
		       TC_H_MAKE(CG_TC_PRIO << 16, htons(ETH_P_ALL)));
	struct nlattr *opt;

	if (!msg || nla_put_string(msg, TCA_KIND, "bpf"))
		return -ENOMEM;
	opt = nla_nest_start(msg, TCA_OPTIONS);
	if (!opt || nla_put_u32(msg, TCA_BPF_FD, (uint32_t)prog_fd) ||
	    nla_put_string(msg, TCA_BPF_NAME, prog_names[which]) ||
	    nla_put_u32(msg, TCA_BPF_FLAGS, TCA_BPF_FLAG_ACT_DIRECT))
		return -ENOMEM;
	nla_nest_end(msg, opt);
	return tc_request(sk, msg);
}

static int filter_remove(struct nl_sock *sk, int ifindex, int which)
{
	_cleanup_(msg_freep) struct nl_msg *msg =
		tc_msg(RTM_DELTFILTER, 0, ifindex, sides[which], CG_TC_HANDLE,
		       TC_H_MAKE(CG_TC_PRIO << 16, htons(ETH_P_ALL)));

	if (!msg || nla_put_string(msg, TCA_KIND, "bpf"))
		return -ENOMEM;
	return tc_request(sk, msg);
}

static int clsact_change(struct nl_sock *sk, int ifindex, int type, int flags)
{
	_cleanup_(msg_freep) struct nl_msg *msg =
		tc_msg(type, flags, ifindex, TC_H_CLSACT, TC_H_MAKE(TC_H_CLSACT, 0), 0);

	if (!msg || nla_put_string(msg, TCA_KIND, "clsact"))
		return -ENOMEM;
	return tc_request(sk, msg);
}

int cg_tc_attach(int ifindex, int from_fd, int to_fd)
{
	const int fds[2] = { from_fd, to_fd };
	_cleanup_(sock_freep) struct nl_sock *sk = NULL;
	struct qdiscs q;
	int made = 0, r;

	r = sock_open(&sk);
	if (!r)
		r = qdiscs_read(sk, ifindex, &q);
	if (r)
		return r;
	if (q.ingress)
		return -EBUSY;
	if (!q.clsact) {
		r = clsact_change(sk, ifindex, RTM_NEWQDISC, NLM_F_CREATE | NLM_F_EXCL);
		if (r && r != -EEXIST)
			return r == -ENOENT ? -ENOPKG : r;
		made = !r;
	}
	for (int i = 0; i < 2; i++) {
		struct side side;

		r = side_read(sk, ifindex, i, &side);
		if (!r && side.at_place && !side.named_ours)
			r = -EEXIST;
		if (!r)
			r = filter_put(sk, ifindex, i, fds[i], side.at_place);
		if (r)
			return r == -ENOENT ? -ENOSYS : r;
	}
	return made;
}

int cg_tc_read(int ifindex, uint32_t from_id, uint32_t to_id, struct cg_tc_state *ret_state)
{
	const uint32_t ids[2] = { from_id, to_id };
	_cleanup_(sock_freep) struct nl_sock *sk = NULL;
	bool there[2];
	int r = sock_open(&sk);

	for (int i = 0; !r && i < 2; i++) {
		struct side side;

		r = side_read(sk, ifindex, i, &side);
		there[i] = !r && side.at_place && side.prog_id == ids[i];
	}
	if (r)
		return r;
	ret_state->ingress = there[0];
	ret_state->egress = there[1];
	return 0;
}

int cg_tc_detach(int ifindex, uint32_t from_id, uint32_t to_id, bool made)
{
	const uint32_t ids[2] = { from_id, to_id };
	_cleanup_(sock_freep) struct nl_sock *sk = NULL;
	unsigned int others = 0;
	int removed = 0, r = sock_open(&sk);

	for (int i = 0; !r && i < 2; i++) {
		struct side side;

		r = side_read(sk, ifindex, i, &side);
		if (r)
			break;
		others += side.others;
		if (!side.at_place)
			continue;
		if (!(ids[i] ? side.prog_id == ids[i] : side.named_ours)) {
			others++;
			continue;
		}
		r = filter_remove(sk, ifindex, i);
		removed |= !r;
	}
	if (r)
		return r;
	if (removed && made && !others) {
		r = clsact_change(sk, ifindex, RTM_DELQDISC, 0);
		if (r && r != -ENOENT)
			return r;
	}
	return removed;
}
