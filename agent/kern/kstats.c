/* SPDX-License-Identifier: GPL-2.0-only */
/* One socket, one question at a time; every question is answered by an ack or an error with a text. */
#include <camgate/genl.h>
#include <errno.h>
#include <linux/netlink.h>
#include <netlink/attr.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include "attr.h"
#include "kstats.h"

/* Of one message; an attribute holds less than 64 kB. */
#define MACS_A_MESSAGE 4096
#define MESSAGE_BYTES  (64 * 1024)
#define ANSWER_S       2

struct cg_kstats {
	struct nl_sock *sk;
	int family;
	char version[32];
	char error[256];
	/* of the question under way */
	int err;
	bool done;
	int (*answer)(struct cg_kstats *ks, struct nlattr **tb);
	void *ctx;
};

/* The text lies behind the request that the error quotes, if it quotes it. */
static void text_take(struct cg_kstats *ks, const struct nlmsgerr *e)
{
	const struct nlmsghdr *h = (const void *)((const char *)e - NLMSG_HDRLEN);
	size_t at = NLMSG_HDRLEN + sizeof(*e), end = h->nlmsg_len;
	struct nlattr *tb[NLMSGERR_ATTR_MAX + 1];

	if (!(h->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	if (!(h->nlmsg_flags & NLM_F_CAPPED) && e->msg.nlmsg_len > NLMSG_HDRLEN)
		at += NLMSG_ALIGN(e->msg.nlmsg_len) - NLMSG_HDRLEN;
	if (at >= end ||
	    nla_parse(tb, NLMSGERR_ATTR_MAX, (struct nlattr *)((const char *)h + at),
		      (int)(end - at), NULL) < 0 ||
	    !tb[NLMSGERR_ATTR_MSG])
		return;
	(void)snprintf(ks->error, sizeof(ks->error), "%.*s", nla_len(tb[NLMSGERR_ATTR_MSG]),
		       (const char *)nla_data(tb[NLMSGERR_ATTR_MSG]));
}

static int on_error(struct sockaddr_nl *from, struct nlmsgerr *e, void *ctx)
{
	struct cg_kstats *ks = ctx;

	(void)from;
	ks->err = e->error;
	ks->done = true;
	text_take(ks, e);
	return NL_STOP;
}

static int on_ack(struct nl_msg *msg, void *ctx)
{
	struct cg_kstats *ks = ctx;

	(void)msg;
	ks->done = true;
	return NL_STOP;
}

static int on_valid(struct nl_msg *msg, void *ctx)
{
	struct nlattr *tb[CAMGATE_A_MAX + 1];
	struct cg_kstats *ks = ctx;

	if (genlmsg_parse(nlmsg_hdr(msg), 0, tb, CAMGATE_A_MAX, NULL) < 0)
		ks->err = -EPROTO;
	else if (ks->answer && !ks->err)
		ks->err = ks->answer(ks, tb);
	return NL_OK;
}

static struct nl_msg *request(const struct cg_kstats *ks, uint8_t cmd)
{
	struct nl_msg *msg = nlmsg_alloc_size(MESSAGE_BYTES);

	if (msg && !genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, ks->family, 0, 0, cmd,
				CAMGATE_GENL_VERSION)) {
		nlmsg_free(msg);
		return NULL;
	}
	return msg;
}

/* Sends msg, which is freed, and hands what comes back to answer. */
static int ask(struct cg_kstats *ks, struct nl_msg *msg,
	       int (*answer)(struct cg_kstats *ks, struct nlattr **tb), void *ctx)
{
	int r;

	if (!msg)
		return -ENOMEM;
	ks->error[0] = '\0';
	ks->err = 0;
	ks->done = false;
	ks->answer = answer;
	ks->ctx = ctx;
	r = nl_send_auto(ks->sk, msg);
	nlmsg_free(msg);
	while (r >= 0 && !ks->done)
		r = nl_recvmsgs_default(ks->sk);
	ks->answer = NULL;
	ks->ctx = NULL;
	/* What an answer that came too late says must not be taken for the next one's. */
	if (r < 0)
		return -EIO;
	return ks->err;
}

/* ---- open ---- */

static int info_take(struct cg_kstats *ks, struct nlattr **tb)
{
	struct cg_kstats_info *info = ks->ctx;

	if (tb[CAMGATE_A_VERSION])
		(void)snprintf(ks->version, sizeof(ks->version), "%.*s",
			       nla_len(tb[CAMGATE_A_VERSION]),
			       (const char *)nla_data(tb[CAMGATE_A_VERSION]));
	if (cg_attr_u32(tb[CAMGATE_A_PLANES]) != CG_REASON_PLANES ||
	    cg_attr_u32(tb[CAMGATE_A_REASONS]) != CG_REASONS)
		return -EPROTO;
	info->serial = cg_attr_u32(tb[CAMGATE_A_SERIAL]);
	info->slots = cg_attr_u32(tb[CAMGATE_A_SLOTS]);
	info->map_id = cg_attr_u32(tb[CAMGATE_A_MAP_ID]);
	return 0;
}

int cg_kstats_info_read(struct cg_kstats *ks, struct cg_kstats_info *ret_info)
{
	struct cg_kstats_info info = { 0 };
	int r = ask(ks, request(ks, CAMGATE_CMD_INFO), info_take, &info);

	if (!r)
		*ret_info = info;
	return r;
}

static int connect_to(struct cg_kstats *ks)
{
	static const struct timeval wait = { .tv_sec = ANSWER_S };
	int on = 1;

	ks->sk = nl_socket_alloc();
	if (!ks->sk)
		return -ENOMEM;
	if (genl_connect(ks->sk))
		return -EOPNOTSUPP;
	/* Its module is never loaded for the asking: the kernel does that for
	 * names it knows only. */
	ks->family = genl_ctrl_resolve(ks->sk, CAMGATE_GENL_NAME);
	if (ks->family < 0)
		return -ENOENT;
	(void)setsockopt(nl_socket_get_fd(ks->sk), SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
	(void)setsockopt(nl_socket_get_fd(ks->sk), SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	if (nl_socket_modify_err_cb(ks->sk, NL_CB_CUSTOM, on_error, ks) ||
	    nl_socket_modify_cb(ks->sk, NL_CB_ACK, NL_CB_CUSTOM, on_ack, ks) ||
	    nl_socket_modify_cb(ks->sk, NL_CB_VALID, NL_CB_CUSTOM, on_valid, ks))
		return -ENOMEM;
	return 0;
}

int cg_kstats_open(struct cg_kstats **ret_ks)
{
	struct cg_kstats *ks = calloc(1, sizeof(*ks));
	struct cg_kstats_info info;
	int r;

	if (!ks)
		return -ENOMEM;
	r = connect_to(ks);
	if (!r)
		r = cg_kstats_info_read(ks, &info);
	if (r && r != -EPROTO)
		cg_kstats_close(&ks);
	if (ks)
		*ret_ks = ks;
	return r;
}

void cg_kstats_close(struct cg_kstats **ks)
{
	if (!*ks)
		return;
	nl_socket_free((*ks)->sk);
	free(*ks);
	*ks = NULL;
}

const char *cg_kstats_version(const struct cg_kstats *ks)
{
	return ks->version;
}

const char *cg_kstats_strerror(const struct cg_kstats *ks)
{
	return ks ? ks->error : "";
}

/* ---- counters ---- */

int cg_kstats_set(struct cg_kstats *ks, int prog_fd)
{
	struct nl_msg *msg = request(ks, CAMGATE_CMD_SET);

	if (msg)
		nla_put_u32(msg, CAMGATE_A_PROG_FD, (uint32_t)prog_fd);
	return ask(ks, msg, NULL, NULL);
}

int cg_kstats_unset(struct cg_kstats *ks)
{
	return ask(ks, request(ks, CAMGATE_CMD_UNSET), NULL, NULL);
}

static int counts_take(struct cg_kstats *ks, struct nlattr **tb)
{
	struct cg_stats *stats = ks->ctx;
	struct nlattr *entry, *c[CAMGATE_C_MAX + 1];
	int left;

	if (!tb[CAMGATE_A_COUNTS])
		return 0;
	for (entry = nla_data(tb[CAMGATE_A_COUNTS]), left = nla_len(tb[CAMGATE_A_COUNTS]);
	     nla_ok(entry, left); entry = nla_next(entry, &left)) {
		uint32_t plane, reason;

		if (nla_type(entry) != CAMGATE_C_ENTRY ||
		    nla_parse_nested(c, CAMGATE_C_MAX, entry, NULL) < 0)
			return -EPROTO;
		plane = cg_attr_u32(c[CAMGATE_C_PLANE]);
		reason = cg_attr_u32(c[CAMGATE_C_REASON]);
		if (plane >= CG_REASON_PLANES || reason >= CG_REASONS)
			return -EPROTO;
		stats->c[plane][reason].packets += cg_attr_u64(c[CAMGATE_C_PACKETS]);
		stats->c[plane][reason].bytes += cg_attr_u64(c[CAMGATE_C_BYTES]);
	}
	return 0;
}

int cg_kstats_read(struct cg_kstats *ks, uint32_t slot, struct cg_stats *ret_stats)
{
	struct nl_msg *msg = request(ks, CAMGATE_CMD_GET);
	struct cg_stats stats = { 0 };
	int r;

	if (msg)
		nla_put_u32(msg, CAMGATE_A_SLOT, slot);
	r = ask(ks, msg, counts_take, &stats);
	if (!r)
		*ret_stats = stats;
	return r;
}

int cg_kstats_announce(struct cg_kstats *ks, const char *id, uint32_t generation, uint32_t slot)
{
	struct nl_msg *msg = request(ks, CAMGATE_CMD_ANNOUNCE);

	if (msg) {
		nla_put_string(msg, CAMGATE_A_CAM_ID, id);
		nla_put_u32(msg, CAMGATE_A_GENERATION, generation);
		nla_put_u32(msg, CAMGATE_A_SLOT, slot);
	}
	return ask(ks, msg, NULL, NULL);
}

/* ---- guard ---- */

static int ports_put(struct nl_msg *msg, const struct cg_kstats_guard *g)
{
	struct nlattr *nest = nla_nest_start(msg, CAMGATE_A_GUARD_PORTS | NLA_F_NESTED);
	size_t n = 0;

	if (!nest)
		return -EMSGSIZE;
	for (size_t i = 0; i < g->nbridge && n < CAMGATE_MAX_PORTS; i++, n++)
		if (nla_put_string(msg, CAMGATE_P_BRIDGE, g->bridge[i]) < 0)
			return -EMSGSIZE;
	for (size_t i = 0; i < g->nport && n < CAMGATE_MAX_PORTS; i++, n++)
		if (nla_put_string(msg, CAMGATE_P_NAME, g->port[i]) < 0)
			return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

/* MACs that fit one message, staged; with the last of them everything else,
 * and the stage put in force: one step. */
static int guard_send(struct cg_kstats *ks, const struct cg_kstats_guard *g, size_t from, size_t n,
		      bool last)
{
	struct nl_msg *msg = request(ks, CAMGATE_CMD_GUARD_SET);
	uint32_t flags = (from ? 0 : CAMGATE_F_MACS_BEGIN) | (last ? CAMGATE_F_MACS_COMMIT : 0);
	int r = 0;

	if (!msg)
		return -ENOMEM;
	if (n)
		r = nla_put(msg, CAMGATE_A_GUARD_MACS, (int)(n * sizeof(*g->mac)), g->mac + from);
	if (!r)
		r = nla_put_u32(msg, CAMGATE_A_GUARD_FLAGS, flags);
	if (!r && last) {
		r = nla_put_u32(msg, CAMGATE_A_GUARD_MODE, g->mode);
		if (!r && g->mark)
			r = nla_put_u32(msg, CAMGATE_A_GUARD_MARK, g->mark);
		if (!r && g->mark)
			r = nla_put_u32(msg, CAMGATE_A_GUARD_MASK, g->mask);
		if (!r && !g->ports_kept)
			r = ports_put(msg, g);
	}
	if (r) {
		nlmsg_free(msg);
		return -EMSGSIZE;
	}
	return ask(ks, msg, NULL, NULL);
}

int cg_kstats_guard_apply(struct cg_kstats *ks, const struct cg_kstats_guard *g)
{
	size_t from = 0;

	for (;;) {
		size_t n = g->nmac - from;
		bool last = n <= MACS_A_MESSAGE;
		int r;

		if (!last)
			n = MACS_A_MESSAGE;
		r = guard_send(ks, g, from, n, last);
		if (r || last)
			return r;
		from += n;
	}
}

static int guard_take(struct cg_kstats *ks, struct nlattr **tb)
{
	struct cg_kstats_guard_state *s = ks->ctx;
	struct nlattr *port;
	int left;

	s->mode = cg_attr_u32(tb[CAMGATE_A_GUARD_MODE]);
	s->mark = cg_attr_u32(tb[CAMGATE_A_GUARD_MARK]);
	s->mask = cg_attr_u32(tb[CAMGATE_A_GUARD_MASK]);
	s->macs = cg_attr_u32(tb[CAMGATE_A_GUARD_NMACS]);
	s->failed = cg_attr_u32(tb[CAMGATE_A_GUARD_FAILED]);
	s->marked = cg_attr_u64(tb[CAMGATE_A_GUARD_MARKED]);
	s->unmarked = cg_attr_u64(tb[CAMGATE_A_GUARD_UNMARKED]);
	s->dropped = cg_attr_u64(tb[CAMGATE_A_GUARD_DROPPED]);
	if (tb[CAMGATE_A_GUARD_HOOKED])
		for (port = nla_data(tb[CAMGATE_A_GUARD_HOOKED]),
		    left = nla_len(tb[CAMGATE_A_GUARD_HOOKED]);
		     nla_ok(port, left); port = nla_next(port, &left))
			s->hooked++;
	return 0;
}

int cg_kstats_guard_read(struct cg_kstats *ks, struct cg_kstats_guard_state *ret_state)
{
	struct cg_kstats_guard_state s = { 0 };
	int r = ask(ks, request(ks, CAMGATE_CMD_GUARD_GET), guard_take, &s);

	if (!r)
		*ret_state = s;
	return r;
}
