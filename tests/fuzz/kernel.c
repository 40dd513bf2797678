/* SPDX-License-Identifier: GPL-2.0-only */
/* libnl with the kernel taken away: it splits and checks what it always does, and a number or text read from an attribute that does not hold it ends the process. */
#include <linux/netlink.h>
#include <netlink/attr.h>
#include <netlink/errno.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/handlers.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include "kernel.h"

#define FAMILY 0x1d
#define DEEP   4
#define LARGE  4096

static const uint8_t *left;
static size_t nleft;

void kernel_says(const uint8_t *data, size_t size)
{
	left = data;
	nleft = size;
}

bool kernel_done(void)
{
	return !nleft;
}

/* ---- a datagram ---- */

struct made {
	uint8_t b[LARGE];
	size_t n;
	size_t msg; /* where the message begins; LARGE: none yet */
	size_t nest[DEEP], nnest;
};

static void put(struct made *m, const void *from, size_t n)
{
	if (n > LARGE - m->n)
		n = LARGE - m->n;
	memcpy(m->b + m->n, from, n);
	m->n += n;
}

static void pad(struct made *m)
{
	static const uint8_t none[4];

	put(m, none, (4 - m->n % 4) % 4);
}

static void take(struct made *m, size_t n)
{
	n = n < nleft ? n : nleft;
	put(m, left, n);
	left += n;
	nleft -= n;
}

static void nest_end(struct made *m)
{
	uint16_t len;

	if (!m->nnest)
		return;
	len = (uint16_t)(m->n - m->nest[--m->nnest]);
	memcpy(m->b + m->nest[m->nnest], &len, sizeof(len));
}

static void msg_end(struct made *m)
{
	uint32_t len = (uint32_t)(m->n - m->msg);

	while (m->nnest)
		nest_end(m);
	if (m->msg < LARGE)
		memcpy(m->b + m->msg, &len, sizeof(len));
}

static void msg_begin(struct made *m)
{
	struct nlmsghdr h = { .nlmsg_len = sizeof(h) };

	msg_end(m);
	m->msg = LARGE;
	if (LARGE - m->n < sizeof(h))
		return;
	m->msg = m->n;
	h.nlmsg_type = (uint16_t)fuzz_number(&left, &nleft, 2);
	h.nlmsg_flags = (uint16_t)fuzz_number(&left, &nleft, 1);
	/* The flags of extended acknowledgements are higher ones. */
	h.nlmsg_flags = (uint16_t)(h.nlmsg_flags & 0x1f) | (uint16_t)((h.nlmsg_flags & 0x60) << 3);
	put(m, &h, sizeof(h));
	take(m, fuzz_number(&left, &nleft, 1));
	pad(m);
}

static void attr_begin(struct made *m, uint32_t type)
{
	struct nlattr a = { .nla_len = sizeof(a), .nla_type = (uint16_t)type };

	if (LARGE - m->n >= sizeof(a))
		put(m, &a, sizeof(a));
}

static void attr(struct made *m, uint32_t type)
{
	uint32_t len = fuzz_number(&left, &nleft, 1);
	size_t at = m->n;
	uint16_t whole;

	attr_begin(m, type);
	if (at == m->n)
		return;
	take(m, len);
	whole = (uint16_t)(m->n - at);
	memcpy(m->b + at, &whole, sizeof(whole));
	pad(m);
}

static void datagram(struct made *m)
{
	m->n = m->nnest = 0;
	m->msg = LARGE;
	while (nleft) {
		uint32_t op = fuzz_number(&left, &nleft, 1);

		if (op < 0xf0) {
			attr(m, op);
		} else if (op == 0xf0) {
			if (m->nnest < DEEP && LARGE - m->n >= sizeof(struct nlattr))
				m->nest[m->nnest++] = m->n;
			attr_begin(m, fuzz_number(&left, &nleft, 1) | NLA_F_NESTED);
		} else if (op == 0xf1) {
			nest_end(m);
		} else if (op == 0xf2) {
			msg_begin(m);
		} else if (op == 0xf3) {
			break;
		} else {
			take(m, fuzz_number(&left, &nleft, 1));
		}
	}
	msg_end(m);
}

/* ---- libnl's ends ---- */

static int hear(struct nl_sock *sk, struct sockaddr_nl *from, unsigned char **ret_buf,
		struct ucred **creds)
{
	static struct made m;

	(void)sk;
	(void)creds;
	if (!nleft)
		return -NLE_AGAIN;
	datagram(&m);
	memset(from, 0, sizeof(*from));
	from->nl_family = AF_NETLINK;
	*ret_buf = fuzz_bytes(m.b, m.n);
	/* Nothing of 0 bytes is ever heard. */
	if (!m.n) {
		free(*ret_buf);
		return -NLE_AGAIN;
	}
	return (int)m.n;
}

static int say(struct nl_sock *sk, struct nl_msg *msg)
{
	(void)sk;
	return (int)nlmsg_hdr(msg)->nlmsg_len;
}

static int any_number(struct nl_msg *msg, void *ctx)
{
	(void)msg;
	(void)ctx;
	return NL_OK;
}

struct nl_sock *nl_socket_alloc(void)
{
	struct nl_cb *cb = nl_cb_alloc(NL_CB_DEFAULT);
	struct nl_sock *sk;

	if (!cb)
		return NULL;
	nl_cb_overwrite_recv(cb, hear);
	nl_cb_overwrite_send(cb, say);
	nl_cb_set(cb, NL_CB_SEQ_CHECK, NL_CB_CUSTOM, any_number, NULL);
	sk = nl_socket_alloc_cb(cb);
	nl_cb_put(cb);
	return sk;
}

int nl_connect(struct nl_sock *sk, int protocol)
{
	(void)sk;
	(void)protocol;
	return 0;
}

int genl_connect(struct nl_sock *sk)
{
	(void)sk;
	return 0;
}

int genl_ctrl_resolve(struct nl_sock *sk, const char *name)
{
	(void)sk;
	(void)name;
	return FAMILY;
}

int nl_socket_add_memberships(struct nl_sock *sk, int group, ...)
{
	(void)sk;
	(void)group;
	return 0;
}

int nl_socket_set_nonblocking(const struct nl_sock *sk)
{
	(void)sk;
	return 0;
}

int nl_socket_set_buffer_size(struct nl_sock *sk, int rx, int tx)
{
	(void)sk;
	(void)rx;
	(void)tx;
	return 0;
}

/* ---- what an attribute holds ---- */

#define GETTER(name, type)                                  \
	type name(const struct nlattr *a)                   \
	{                                                   \
		type v;                                     \
                                                            \
		FUZZ_PROMISE(nla_len(a) >= (int)sizeof(v)); \
		memcpy(&v, nla_data(a), sizeof(v));         \
		return v;                                   \
	}

GETTER(nla_get_u8, uint8_t)
GETTER(nla_get_u16, uint16_t)
GETTER(nla_get_u32, uint32_t)
GETTER(nla_get_u64, uint64_t)

char *nla_get_string(const struct nlattr *a)
{
	FUZZ_PROMISE(memchr(nla_data(a), '\0', (size_t)nla_len(a)));
	return nla_data(a);
}
