/* SPDX-License-Identifier: GPL-2.0-only */
/* One dump over NETLINK_NETFILTER; asked by `doctor` only. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include "offload.h"

#ifndef NFT_FLOWTABLE_HW_OFFLOAD
#define NFT_FLOWTABLE_HW_OFFLOAD 0x1
#endif

struct found {
	int count;
	char *name;
	size_t n;
};

static int table_parse(struct nl_msg *msg, void *ctx)
{
	struct nlattr *tb[NFTA_FLOWTABLE_FLAGS + 1];
	struct found *f = ctx;

	if (nlmsg_parse(nlmsg_hdr(msg), sizeof(struct nfgenmsg), tb, NFTA_FLOWTABLE_FLAGS, NULL) <
		    0 ||
	    !tb[NFTA_FLOWTABLE_FLAGS] || nla_len(tb[NFTA_FLOWTABLE_FLAGS]) < 4 ||
	    !(ntohl(nla_get_u32(tb[NFTA_FLOWTABLE_FLAGS])) & NFT_FLOWTABLE_HW_OFFLOAD))
		return NL_OK;
	if (!f->count++)
		(void)snprintf(
			f->name, f->n, "%s %s",
			tb[NFTA_FLOWTABLE_TABLE] ? nla_get_string(tb[NFTA_FLOWTABLE_TABLE]) : "",
			tb[NFTA_FLOWTABLE_NAME] ? nla_get_string(tb[NFTA_FLOWTABLE_NAME]) : "");
	return NL_OK;
}

int cg_offload_read(char *ret_name, size_t n)
{
	struct nfgenmsg gen = { .nfgen_family = AF_UNSPEC, .version = NFNETLINK_V0 };
	struct found f = { .name = ret_name, .n = n };
	struct nl_sock *sk = nl_socket_alloc();
	int err;

	if (!sk)
		return -ENOMEM;
	err = nl_connect(sk, NETLINK_NETFILTER);
	if (!err)
		err = nl_socket_modify_cb(sk, NL_CB_VALID, NL_CB_CUSTOM, table_parse, &f);
	if (!err)
		err = nl_send_simple(sk, NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETFLOWTABLE,
				     NLM_F_DUMP, &gen, sizeof(gen));
	if (err >= 0)
		err = nl_recvmsgs_default(sk);
	nl_socket_free(sk);
	switch (err < 0 ? -err : 0) {
	case NLE_SUCCESS:
		return f.count;
	case NLE_PERM:
		return -EPERM;
	case NLE_INVAL:
	case NLE_OPNOTSUPP:
	case NLE_PROTO_MISMATCH:
		return -EOPNOTSUPP;
	case NLE_OBJ_NOTFOUND:
		return -ENOENT;
	default:
		return -EIO;
	}
}
