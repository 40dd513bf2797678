/* SPDX-License-Identifier: GPL-2.0-only */
/* Questions to nftables whose answer is a message or a short list, asked over netlink. */
#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include "attr.h"
#include "nft.h"

_Static_assert((int)CG_NFT_INET == NFPROTO_INET, "another number");
_Static_assert((int)CG_NFT_NETDEV == NFPROTO_NETDEV, "another number");
_Static_assert((int)CG_NFT_BRIDGE == NFPROTO_BRIDGE, "another number");
_Static_assert((int)CG_NFT_IP == NFPROTO_IPV4, "another number");
_Static_assert((int)CG_NFT_IP6 == NFPROTO_IPV6, "another number");

struct answer {
	int count;
	uint64_t packets;
};

static int counter_parse(struct nlattr *data, uint64_t *packets)
{
	struct nlattr *tb[NFTA_COUNTER_MAX + 1];
	uint64_t be;

	if (!data || nla_parse_nested(tb, NFTA_COUNTER_MAX, data, NULL) < 0 ||
	    !tb[NFTA_COUNTER_PACKETS] || nla_len(tb[NFTA_COUNTER_PACKETS]) < 8)
		return -EPROTO;
	memcpy(&be, nla_data(tb[NFTA_COUNTER_PACKETS]), sizeof(be));
	*packets = be64toh(be);
	return 0;
}

static int answer_parse(struct nl_msg *msg, void *ctx)
{
	struct nlattr *tb[NFTA_OBJ_MAX + 1];
	struct answer *a = ctx;

	a->count++;
	if (nlmsg_hdr(msg)->nlmsg_type != (NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWOBJ))
		return NL_OK;
	if (nlmsg_parse(nlmsg_hdr(msg), sizeof(struct nfgenmsg), tb, NFTA_OBJ_MAX, NULL) >= 0)
		(void)counter_parse(tb[NFTA_OBJ_DATA], &a->packets);
	return NL_OK;
}

static struct nl_msg *question(uint8_t family, int type, int attr1, const char *text1, int attr2,
			       const char *text2)
{
	struct nfgenmsg gen = { .nfgen_family = family, .version = NFNETLINK_V0 };
	struct nl_msg *msg = nlmsg_alloc_simple(NFNL_SUBSYS_NFTABLES << 8 | type, 0);

	if (!msg)
		return NULL;
	if (nlmsg_append(msg, &gen, sizeof(gen), NLMSG_ALIGNTO) < 0 ||
	    nla_put_string(msg, attr1, text1) < 0 ||
	    (text2 && nla_put_string(msg, attr2, text2) < 0)) {
		nlmsg_free(msg);
		return NULL;
	}
	return msg;
}

static int ask(struct nl_msg *msg, struct answer *a)
{
	struct nl_sock *sk = msg ? nl_socket_alloc() : NULL;
	int err;

	if (!sk) {
		nlmsg_free(msg);
		return -ENOMEM;
	}
	err = nl_connect(sk, NETLINK_NETFILTER);
	if (!err)
		err = nl_socket_modify_cb(sk, NL_CB_VALID, NL_CB_CUSTOM, answer_parse, a);
	if (!err)
		err = nl_send_auto(sk, msg);
	/* The ack comes behind the answer, or alone with the error. */
	while (err >= 0 && !(err = nl_recvmsgs_default(sk)) && !a->count)
		;
	nlmsg_free(msg);
	nl_socket_free(sk);
	switch (err < 0 ? -err : 0) {
	case NLE_SUCCESS:
		return 0;
	case NLE_OBJ_NOTFOUND:
	case NLE_OPNOTSUPP:
	case NLE_PROTO_MISMATCH:
	case NLE_INVAL:
		return -ENOENT;
	case NLE_PERM:
		return -EPERM;
	case NLE_NOMEM:
		return -ENOMEM;
	default:
		return -EIO;
	}
}

int cg_nft_table_has(uint8_t family, const char *table)
{
	struct answer a = { 0 };
	int err = ask(question(family, NFT_MSG_GETTABLE, NFTA_TABLE_NAME, table, 0, NULL), &a);

	return err == -ENOENT ? 0 : err ? err : a.count > 0;
}

int cg_nft_set_has(uint8_t family, const char *table, const char *set)
{
	struct answer a = { 0 };
	int err = ask(question(family, NFT_MSG_GETSET, NFTA_SET_TABLE, table, NFTA_SET_NAME, set),
		      &a);

	return err == -ENOENT ? 0 : err ? err : a.count > 0;
}

int cg_nft_counter_read(uint8_t family, const char *table, const char *name, uint64_t *ret_packets)
{
	struct nl_msg *msg =
		question(family, NFT_MSG_GETOBJ, NFTA_OBJ_TABLE, table, NFTA_OBJ_NAME, name);
	struct answer a = { 0 };
	int err;

	if (msg && nla_put_u32(msg, NFTA_OBJ_TYPE, htonl(NFT_OBJECT_COUNTER)) < 0) {
		nlmsg_free(msg);
		return -ENOMEM;
	}
	err = ask(msg, &a);
	if (!err)
		*ret_packets = a.packets;
	return err;
}

struct rules {
	const char *comment;
	uint64_t *handles;
	size_t n, max;
};

/* nft keeps a comment as a record of type 0: type, length, text with its end. */
static bool comment_is(struct nlattr *data, const char *comment)
{
	const uint8_t *p = data ? nla_data(data) : NULL;
	int left = data ? nla_len(data) : 0;

	while (left >= 2 && p[1] + 2 <= left) {
		if (!p[0] && p[1] == strlen(comment) + 1 && !memcmp(p + 2, comment, p[1]))
			return true;
		left -= p[1] + 2;
		p += p[1] + 2;
	}
	return false;
}

static int rule_parse(struct nl_msg *msg, void *ctx)
{
	struct nlattr *tb[NFTA_RULE_MAX + 1];
	struct rules *r = ctx;
	uint64_t be;

	if (nlmsg_parse(nlmsg_hdr(msg), sizeof(struct nfgenmsg), tb, NFTA_RULE_MAX, NULL) < 0 ||
	    !tb[NFTA_RULE_HANDLE] || nla_len(tb[NFTA_RULE_HANDLE]) < 8 || r->n == r->max ||
	    !comment_is(tb[NFTA_RULE_USERDATA], r->comment))
		return NL_OK;
	memcpy(&be, nla_data(tb[NFTA_RULE_HANDLE]), sizeof(be));
	r->handles[r->n++] = be64toh(be);
	return NL_OK;
}

/* msg is freed. */
static int dump(struct nl_msg *msg, int (*parse)(struct nl_msg *msg, void *ctx), void *ctx)
{
	struct nl_sock *sk = msg ? nl_socket_alloc() : NULL;
	int err;

	if (!sk) {
		nlmsg_free(msg);
		return -ENOMEM;
	}
	nlmsg_hdr(msg)->nlmsg_flags |= NLM_F_DUMP;
	err = nl_connect(sk, NETLINK_NETFILTER);
	if (!err)
		err = nl_socket_modify_cb(sk, NL_CB_VALID, NL_CB_CUSTOM, parse, ctx);
	if (!err)
		err = nl_send_auto(sk, msg);
	if (err >= 0)
		err = nl_recvmsgs_default(sk);
	nlmsg_free(msg);
	nl_socket_free(sk);
	return err < 0 ? -EIO : 0;
}

int cg_nft_rules_find(uint8_t family, const char *table, const char *chain, const char *comment,
		      uint64_t *ret_handles, size_t max)
{
	struct nl_msg *msg =
		question(family, NFT_MSG_GETRULE, NFTA_RULE_TABLE, table, NFTA_RULE_CHAIN, chain);
	struct rules r = { comment, ret_handles, 0, max };
	int err = dump(msg, rule_parse, &r);

	return err ? err : (int)r.n;
}

struct ports {
	const char *table;
	struct cg_nftext_port *port;
	size_t n;
	int err;
};

/* One device a chain, in the old attribute or in the list that came with 5.5. */
static const char *device_of(struct nlattr *hook)
{
	struct nlattr *h[NFTA_HOOK_MAX + 1], *d;
	int left;

	if (!hook || nla_parse_nested(h, NFTA_HOOK_MAX, hook, NULL) < 0)
		return NULL;
	if (h[NFTA_HOOK_DEV])
		return cg_attr_text(h[NFTA_HOOK_DEV]);
	if (!h[NFTA_HOOK_DEVS])
		return NULL;
	d = nla_data(h[NFTA_HOOK_DEVS]);
	left = nla_len(h[NFTA_HOOK_DEVS]);
	return nla_ok(d, left) && nla_type(d) == NFTA_DEVICE_NAME ? cg_attr_text(d) : NULL;
}

static int chain_parse(struct nl_msg *msg, void *ctx)
{
	struct nlattr *tb[NFTA_CHAIN_MAX + 1];
	struct ports *p = ctx;
	struct cg_nftext_port *more;
	const char *device;
	int ifindex;

	if (nlmsg_parse(nlmsg_hdr(msg), sizeof(struct nfgenmsg), tb, NFTA_CHAIN_MAX, NULL) < 0 ||
	    !tb[NFTA_CHAIN_TABLE] || !tb[NFTA_CHAIN_NAME] ||
	    strcmp(cg_attr_text(tb[NFTA_CHAIN_TABLE]), p->table) ||
	    sscanf(cg_attr_text(tb[NFTA_CHAIN_NAME]), "if%d", &ifindex) != 1)
		return NL_OK;
	device = device_of(tb[NFTA_CHAIN_HOOK]);
	more = reallocarray(p->port, p->n + 1, sizeof(*more));
	if (!more) {
		p->err = -ENOMEM;
		return NL_STOP;
	}
	p->port = more;
	more += p->n++;
	*more = (struct cg_nftext_port){ .ifindex = ifindex };
	/* Its device is gone: a name that no port has. */
	(void)snprintf(more->name, sizeof(more->name), "%s", device && *device ? device : ".");
	return NL_OK;
}

int cg_nft_guard_ports(const char *table, struct cg_nftext_port **ret_port)
{
	struct nfgenmsg gen = { .nfgen_family = CG_NFT_NETDEV, .version = NFNETLINK_V0 };
	struct nl_msg *msg = nlmsg_alloc_simple(NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETCHAIN, 0);
	struct ports p = { .table = table };
	int err;

	if (msg && nlmsg_append(msg, &gen, sizeof(gen), NLMSG_ALIGNTO) < 0) {
		nlmsg_free(msg);
		return -ENOMEM;
	}
	err = dump(msg, chain_parse, &p);
	if (!err)
		err = p.err;
	if (err) {
		free(p.port);
		return err;
	}
	*ret_port = p.port;
	return (int)p.n;
}
