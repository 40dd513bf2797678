/* SPDX-License-Identifier: GPL-2.0-only */
/* The netlink part: flow tables, connection tracking, wireless interfaces. Asked by `doctor` and `status`. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/nl80211.h>
#include <netlink/attr.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include "attr.h"
#include "offload.h"

#ifndef NFT_FLOWTABLE_HW_OFFLOAD
#define NFT_FLOWTABLE_HW_OFFLOAD 0x1
#endif
/* Bits 14 and 15 of a connection's status; the second came with 5.8. */
#define STATUS_SW (1U << 14)
#define STATUS_HW (1U << 15)

struct found {
	bool all;
	int count;
	char *name;
	size_t n;
};

static bool in_hardware(struct nlattr *flags)
{
	return ntohl(cg_attr_u32(flags)) & NFT_FLOWTABLE_HW_OFFLOAD;
}

static int table_parse(struct nl_msg *msg, void *ctx)
{
	struct nlattr *tb[NFTA_FLOWTABLE_FLAGS + 1];
	struct found *f = ctx;

	if (nlmsg_parse(nlmsg_hdr(msg), sizeof(struct nfgenmsg), tb, NFTA_FLOWTABLE_FLAGS, NULL) <
		    0 ||
	    (!f->all && !in_hardware(tb[NFTA_FLOWTABLE_FLAGS])))
		return NL_OK;
	if (!f->count++)
		(void)snprintf(f->name, f->n, "%s %s", cg_attr_text(tb[NFTA_FLOWTABLE_TABLE]),
			       cg_attr_text(tb[NFTA_FLOWTABLE_NAME]));
	return NL_OK;
}

int cg_offload_tables(bool all, char *ret_name, size_t n)
{
	struct nfgenmsg gen = { .nfgen_family = AF_UNSPEC, .version = NFNETLINK_V0 };
	struct found f = { .all = all, .name = ret_name, .n = n };
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

/* ---- connections ---- */

struct flows {
	const struct cg_addr *addr;
	size_t naddr;
	struct cg_offload_flows sum;
};

static bool addr_take(struct nlattr *a, struct cg_addr *addr)
{
	if (a && nla_len(a) == 4) {
		*addr = (struct cg_addr){ .b = { [10] = 0xff, [11] = 0xff } };
		memcpy(addr->b + 12, nla_data(a), 4);
		return true;
	}
	if (a && nla_len(a) == 16) {
		memcpy(addr->b, nla_data(a), 16);
		return true;
	}
	return false;
}

static bool is_camera(const struct flows *f, struct nlattr *a)
{
	struct cg_addr addr;

	if (!addr_take(a, &addr))
		return false;
	for (size_t i = 0; i < f->naddr; i++)
		if (!memcmp(&f->addr[i], &addr, sizeof(addr)))
			return true;
	return false;
}

/* The camera is the source of one direction, whatever NAT made of the other. */
static bool of_camera(const struct flows *f, struct nlattr *tuple)
{
	struct nlattr *t[CTA_TUPLE_MAX + 1], *ip[CTA_IP_MAX + 1];

	return tuple && nla_parse_nested(t, CTA_TUPLE_MAX, tuple, NULL) >= 0 && t[CTA_TUPLE_IP] &&
	       nla_parse_nested(ip, CTA_IP_MAX, t[CTA_TUPLE_IP], NULL) >= 0 &&
	       (is_camera(f, ip[CTA_IP_V4_SRC]) || is_camera(f, ip[CTA_IP_V6_SRC]));
}

static int flow_parse(struct nl_msg *msg, void *ctx)
{
	struct nlattr *tb[CTA_MAX + 1];
	struct flows *f = ctx;
	uint32_t status;

	if (nlmsg_parse(nlmsg_hdr(msg), sizeof(struct nfgenmsg), tb, CTA_MAX, NULL) < 0 ||
	    !tb[CTA_STATUS])
		return NL_OK;
	status = ntohl(cg_attr_u32(tb[CTA_STATUS]));
	if (!(status & (STATUS_SW | STATUS_HW)) ||
	    (!of_camera(f, tb[CTA_TUPLE_ORIG]) && !of_camera(f, tb[CTA_TUPLE_REPLY])))
		return NL_OK;
	if (status & STATUS_HW)
		f->sum.hw++;
	else
		f->sum.sw++;
	return NL_OK;
}

int cg_offload_flows_read(const struct cg_addr *addr, size_t naddr,
			  struct cg_offload_flows *ret_flows)
{
	struct nfgenmsg gen = { .nfgen_family = AF_UNSPEC, .version = NFNETLINK_V0 };
	struct flows f = { .addr = addr, .naddr = naddr };
	struct nl_sock *sk = nl_socket_alloc();
	int err;

	if (!sk)
		return -ENOMEM;
	err = nl_connect(sk, NETLINK_NETFILTER);
	if (!err)
		err = nl_socket_modify_cb(sk, NL_CB_VALID, NL_CB_CUSTOM, flow_parse, &f);
	if (!err)
		err = nl_send_simple(sk, NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET, NLM_F_DUMP,
				     &gen, sizeof(gen));
	if (err >= 0)
		err = nl_recvmsgs_default(sk);
	nl_socket_free(sk);
	if (err < 0)
		return err == -NLE_PERM ? -EPERM : -EOPNOTSUPP;
	*ret_flows = f.sum;
	return 0;
}

/* ---- wireless ---- */

static int wifi_parse(struct nl_msg *msg, void *ctx)
{
	struct nlattr *tb[NL80211_ATTR_MAX + 1];
	char *name = ctx;

	if (genlmsg_parse(nlmsg_hdr(msg), 0, tb, NL80211_ATTR_MAX, NULL) < 0 ||
	    !tb[NL80211_ATTR_IFTYPE] || !tb[NL80211_ATTR_IFNAME] ||
	    cg_attr_u32(tb[NL80211_ATTR_IFTYPE]) != NL80211_IFTYPE_MESH_POINT)
		return NL_OK;
	(void)snprintf(name, 16, "%s", cg_attr_text(tb[NL80211_ATTR_IFNAME]));
	return NL_OK;
}

int cg_offload_mesh(char ret_name[static 16])
{
	struct nl_sock *sk = nl_socket_alloc();
	char name[16] = "";
	int family = -1, err;

	if (!sk)
		return -ENOMEM;
	err = genl_connect(sk);
	if (!err)
		family = genl_ctrl_resolve(sk, NL80211_GENL_NAME);
	if (family >= 0) {
		err = nl_socket_modify_cb(sk, NL_CB_VALID, NL_CB_CUSTOM, wifi_parse, name);
		if (!err)
			err = genl_send_simple(sk, family, NL80211_CMD_GET_INTERFACE, 0,
					       NLM_F_DUMP);
		if (err >= 0)
			err = nl_recvmsgs_default(sk);
	}
	nl_socket_free(sk);
	if (!name[0])
		return 0;
	memcpy(ret_name, name, sizeof(name));
	return 1;
}
