/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rules are deleted by netlink and not by nft: its script cannot be made to hold for one
 * generation of the ruleset, and a table that was made anew counts its handles from the
 * beginning. Batches: kernel net/netfilter/nfnetlink.c, NFNL_BATCH_GENID.
 */
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
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include "nft.h"

#define ANSWER_MS 5000
#define MSG_MAX	  512

static int begin(struct nl_sock **ret_sk)
{
	struct nl_sock *sk = nl_socket_alloc();

	if (!sk)
		return -ENOMEM;
	if (nl_connect(sk, NETLINK_NETFILTER) < 0) {
		nl_socket_free(sk);
		return -EIO;
	}
	*ret_sk = sk;
	return 0;
}

static struct nl_msg *msg_new(int type, int flags, uint8_t family, uint16_t res_id)
{
	struct nfgenmsg gen = { .nfgen_family = family,
				.version = NFNETLINK_V0,
				.res_id = htons(res_id) };
	struct nl_msg *msg = nlmsg_alloc_size(MSG_MAX);

	if (!msg)
		return NULL;
	if (!nlmsg_put(msg, 0, 0, type, 0, NLM_F_REQUEST | flags) ||
	    nlmsg_append(msg, &gen, sizeof(gen), NLMSG_ALIGNTO) < 0) {
		nlmsg_free(msg);
		return NULL;
	}
	return msg;
}

/* One datagram of the kernel's: 0 at its end, -errno. */
static ssize_t answer(struct nl_sock *sk, void *buf, size_t n)
{
	struct pollfd p = { .fd = nl_socket_get_fd(sk), .events = POLLIN };
	ssize_t got;
	int r;

	do
		r = poll(&p, 1, ANSWER_MS);
	while (r < 0 && errno == EINTR);
	if (r <= 0)
		return r < 0 ? -errno : -ETIMEDOUT;
	got = recv(p.fd, buf, n, 0);
	return got < 0 ? -errno : got;
}

static int error_of(const struct nlmsghdr *h)
{
	const struct nlmsgerr *e = nlmsg_data(h);

	if (nlmsg_datalen(h) < (int)sizeof(e->error))
		return -EPROTO;
	return e->error;
}

int cg_nft_generation(uint32_t *ret_gen)
{
	struct nl_msg *msg = msg_new(NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETGEN, 0, AF_UNSPEC, 0);
	_Alignas(8) char buf[4096];
	struct nlattr *tb[NFTA_GEN_MAX + 1];
	struct nlmsghdr *h = (struct nlmsghdr *)buf;
	struct nl_sock *sk = NULL;
	int err = msg ? begin(&sk) : -ENOMEM;
	ssize_t got = 0;

	if (!err && nl_sendto(sk, nlmsg_hdr(msg), nlmsg_hdr(msg)->nlmsg_len) < 0)
		err = -EIO;
	if (!err)
		got = answer(sk, buf, sizeof(buf));
	if (!err && got < 0)
		err = (int)got;
	else if (!err && !nlmsg_ok(h, (int)got))
		err = -EPROTO;
	else if (!err && h->nlmsg_type == NLMSG_ERROR)
		err = error_of(h) < 0 ? error_of(h) : -EPROTO;
	else if (!err && (nlmsg_parse(h, sizeof(struct nfgenmsg), tb, NFTA_GEN_MAX, NULL) < 0 ||
			  !tb[NFTA_GEN_ID] || nla_len(tb[NFTA_GEN_ID]) < 4))
		err = -EPROTO;
	if (!err)
		*ret_gen = ntohl(nla_get_u32(tb[NFTA_GEN_ID]));
	nlmsg_free(msg);
	nl_socket_free(sk);
	return err;
}

/* Appends msg, which is freed, to what will be one datagram. */
static int batch_add(char *buf, size_t room, size_t *at, struct nl_msg *msg)
{
	size_t len = msg ? NLMSG_ALIGN(nlmsg_hdr(msg)->nlmsg_len) : 0;

	if (!msg || *at + len > room) {
		nlmsg_free(msg);
		return -ENOMEM;
	}
	memset(buf + *at, 0, len);
	memcpy(buf + *at, nlmsg_hdr(msg), nlmsg_hdr(msg)->nlmsg_len);
	*at += len;
	nlmsg_free(msg);
	return 0;
}

static struct nl_msg *begin_msg(uint32_t gen)
{
	struct nl_msg *msg = msg_new(NFNL_MSG_BATCH_BEGIN, 0, AF_UNSPEC, NFNL_SUBSYS_NFTABLES);

	if (msg && nla_put_u32(msg, NFNL_BATCH_GENID, htonl(gen)) < 0) {
		nlmsg_free(msg);
		return NULL;
	}
	return msg;
}

static struct nl_msg *rule_msg(const struct cg_nft_rule *r)
{
	struct nl_msg *msg =
		msg_new(NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_DELRULE, NLM_F_ACK, r->family, 0);

	if (msg && (nla_put_string(msg, NFTA_RULE_TABLE, r->table) < 0 ||
		    nla_put_string(msg, NFTA_RULE_CHAIN, r->chain) < 0 ||
		    nla_put_u64(msg, NFTA_RULE_HANDLE, htobe64(r->handle)) < 0)) {
		nlmsg_free(msg);
		return NULL;
	}
	return msg;
}

/* An answer a rule, or one to all where the generation is another. */
static int acks(struct nl_sock *sk, size_t n)
{
	_Alignas(8) char buf[8192];
	int err = 0;

	while (n && !err) {
		ssize_t got = answer(sk, buf, sizeof(buf));
		int left = (int)got;

		if (got < 0)
			return (int)got;
		for (struct nlmsghdr *h = (struct nlmsghdr *)buf; nlmsg_ok(h, left) && n && !err;
		     h = nlmsg_next(h, &left)) {
			if (h->nlmsg_type != NLMSG_ERROR)
				continue;
			err = error_of(h);
			n--;
		}
	}
	return err;
}

int cg_nft_rules_delete(uint32_t gen, const struct cg_nft_rule *rule, size_t n)
{
	size_t room = (n + 2) * MSG_MAX, at = 0;
	_cleanup_free_ char *buf = malloc(room);
	struct nl_sock *sk = NULL;
	int err = buf ? batch_add(buf, room, &at, begin_msg(gen)) : -ENOMEM;

	for (size_t i = 0; i < n && !err; i++)
		err = batch_add(buf, room, &at, rule_msg(&rule[i]));
	if (!err)
		err = batch_add(buf, room, &at,
				msg_new(NFNL_MSG_BATCH_END, 0, AF_UNSPEC, NFNL_SUBSYS_NFTABLES));
	if (!err)
		err = begin(&sk);
	if (!err && nl_sendto(sk, buf, at) < 0)
		err = -EIO;
	if (!err)
		err = acks(sk, n);
	nl_socket_free(sk);
	/* The kernel's own number for "another generation" is not for programs. */
	return err == -ERESTART ? -ESTALE : err;
}
