/* SPDX-License-Identifier: GPL-2.0-only */
/* Messages that must be refused: one by one with the reason, and by the thousand at random. */
#include <errno.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <camgate/genl.h>
#include "kmodctl.h"

struct bad {
	const char *what;
	int cmd;
	int flags;
	void (*fill)(struct nl_msg *msg);
	int error;
	const char *text; /* what the kernel's words must hold; NULL: whatever */
};

static void nothing(struct nl_msg *msg)
{
	(void)msg;
}

static void version(struct nl_msg *msg)
{
	genlmsg_hdr(nlmsg_hdr(msg))->version = 2;
}

static void reserved(struct nl_msg *msg)
{
	genlmsg_hdr(nlmsg_hdr(msg))->reserved = 1;
}

static void foreign(struct nl_msg *msg)
{
	nla_put_u32(msg, CAMGATE_A_GENERATION, 1);
}

static void beyond(struct nl_msg *msg)
{
	nla_put_u32(msg, CAMGATE_A_MAX + 1, 1);
}

static void short_fd(struct nl_msg *msg)
{
	nla_put_u16(msg, CAMGATE_A_PROG_FD, 1);
}

static void long_fd(struct nl_msg *msg)
{
	nla_put_u64(msg, CAMGATE_A_PROG_FD, 1);
}

static void bad_fd(struct nl_msg *msg)
{
	nla_put_u32(msg, CAMGATE_A_PROG_FD, 9999);
}

static void stdin_fd(struct nl_msg *msg)
{
	nla_put_u32(msg, CAMGATE_A_PROG_FD, 0);
}

/* Bytes behind the last attribute. */
static void trailing(struct nl_msg *msg)
{
	nla_put_u32(msg, CAMGATE_A_SLOT, 0);
	nlmsg_append(msg, "\1\2", 2, 0);
}

/* An attribute that says it is longer than the message. */
static void overlong(struct nl_msg *msg)
{
	struct nlattr nla = { .nla_len = 400, .nla_type = CAMGATE_A_SLOT };

	nlmsg_append(msg, &nla, sizeof(nla), 0);
}

static void slot_far(struct nl_msg *msg)
{
	nla_put_u32(msg, CAMGATE_A_SLOT, 0xffffffff);
}

static void slot_zero(struct nl_msg *msg)
{
	nla_put_u32(msg, CAMGATE_A_SLOT, 0);
}

static void id_only(struct nl_msg *msg)
{
	nla_put_string(msg, CAMGATE_A_CAM_ID, "nursery");
}

static void id_letters(struct nl_msg *msg)
{
	nla_put_string(msg, CAMGATE_A_CAM_ID, "a b");
	nla_put_u32(msg, CAMGATE_A_GENERATION, 1);
}

static void id_empty(struct nl_msg *msg)
{
	nla_put_string(msg, CAMGATE_A_CAM_ID, "");
	nla_put_u32(msg, CAMGATE_A_GENERATION, 1);
}

static void id_long(struct nl_msg *msg)
{
	nla_put_string(msg, CAMGATE_A_CAM_ID, "a2345678901234567890123456789012");
	nla_put_u32(msg, CAMGATE_A_GENERATION, 1);
}

static void id_no_end(struct nl_msg *msg)
{
	nla_put(msg, CAMGATE_A_CAM_ID, 4, "abcd");
	nla_put_u32(msg, CAMGATE_A_GENERATION, 1);
}

static void mode_3(struct nl_msg *msg)
{
	nla_put_u32(msg, CAMGATE_A_GUARD_MODE, 3);
}

static void mode_alone(struct nl_msg *msg)
{
	nla_put_u32(msg, CAMGATE_A_GUARD_MODE, CAMGATE_GUARD_DROP);
}

static void mask_alone(struct nl_msg *msg)
{
	nla_put_u32(msg, CAMGATE_A_GUARD_MASK, 1);
}

static void mask_small(struct nl_msg *msg)
{
	nla_put_u32(msg, CAMGATE_A_GUARD_MARK, 3);
	nla_put_u32(msg, CAMGATE_A_GUARD_MASK, 1);
}

static void flag_4(struct nl_msg *msg)
{
	nla_put_u32(msg, CAMGATE_A_GUARD_FLAGS, 4);
}

static void commit_nothing(struct nl_msg *msg)
{
	nla_put_u32(msg, CAMGATE_A_GUARD_FLAGS, CAMGATE_F_MACS_COMMIT);
}

static void macs_7(struct nl_msg *msg)
{
	nla_put(msg, CAMGATE_A_GUARD_MACS, 7, "\2\0\0\0\0\1\2");
}

static void macs_0(struct nl_msg *msg)
{
	nla_put(msg, CAMGATE_A_GUARD_MACS, 0, "");
}

static void macs_group(struct nl_msg *msg)
{
	nla_put(msg, CAMGATE_A_GUARD_MACS, 12, "\2\0\0\0\0\1\1\0\0\0\0\1");
}

static void macs_zero(struct nl_msg *msg)
{
	nla_put(msg, CAMGATE_A_GUARD_MACS, 6, "\0\0\0\0\0\0");
}

static void nest(struct nl_msg *msg, int type, int len, const void *data)
{
	struct nlattr *n = nla_nest_start(msg, CAMGATE_A_GUARD_PORTS);

	n->nla_type |= NLA_F_NESTED;
	nla_put(msg, type, len, data);
	nla_nest_end(msg, n);
}

static void port_unknown(struct nl_msg *msg)
{
	nest(msg, CAMGATE_P_MAX + 1, 4, "lan");
}

static void port_long(struct nl_msg *msg)
{
	nest(msg, CAMGATE_P_NAME, 17, "abcdefghijklmnop");
}

static void port_empty(struct nl_msg *msg)
{
	nest(msg, CAMGATE_P_BRIDGE, 1, "");
}

static void port_index_0(struct nl_msg *msg)
{
	nest(msg, CAMGATE_P_IFINDEX, 4, "\0\0\0\0");
}

static void ports_flat(struct nl_msg *msg)
{
	nla_put_u32(msg, CAMGATE_A_GUARD_PORTS, 1);
}

static void ports_many(struct nl_msg *msg)
{
	struct nlattr *n = nla_nest_start(msg, CAMGATE_A_GUARD_PORTS);

	for (uint32_t i = 1; i <= CAMGATE_MAX_PORTS + 1; i++)
		nla_put_u32(msg, CAMGATE_P_IFINDEX, i);
	nla_nest_end(msg, n);
}

static void macs_many(struct nl_msg *msg)
{
	/* Alone within the limit of an attribute; staged often, above that of the table. */
	static unsigned char macs[6 * 10000];

	for (size_t i = 0; i < sizeof(macs); i++)
		macs[i] = 2;
	nla_put(msg, CAMGATE_A_GUARD_MACS, sizeof(macs), macs);
}

static void reply_only(struct nl_msg *msg)
{
	nla_put_u64(msg, CAMGATE_A_GUARD_DROPPED, 0);
}

static const struct bad table[] = {
	{ "command 0", CAMGATE_CMD_UNSPEC, 0, nothing, EOPNOTSUPP, NULL },
	{ "command beyond", CAMGATE_CMD_MAX + 1, 0, nothing, EOPNOTSUPP, NULL },
	{ "version 2", CAMGATE_CMD_INFO, 0, version, EINVAL, "version" },
	{ "reserved", CAMGATE_CMD_INFO, 0, reserved, EINVAL, NULL },
	{ "flag ATOMIC", CAMGATE_CMD_INFO, NLM_F_ATOMIC, nothing, EINVAL, NULL },
	{ "flag EXCL", CAMGATE_CMD_UNSET, NLM_F_EXCL, nothing, EINVAL, NULL },
	{ "info: an attribute", CAMGATE_CMD_INFO, 0, foreign, EINVAL, NULL },
	{ "info: beyond the last", CAMGATE_CMD_INFO, 0, beyond, EINVAL, NULL },
	{ "info: dump", CAMGATE_CMD_INFO, NLM_F_DUMP, nothing, EOPNOTSUPP, NULL },
	{ "set: nothing", CAMGATE_CMD_SET, 0, nothing, EINVAL, "prog_fd" },
	{ "set: foreign attribute", CAMGATE_CMD_SET, 0, foreign, EINVAL, NULL },
	{ "set: fd of 2 bytes", CAMGATE_CMD_SET, 0, short_fd, EINVAL, NULL },
	{ "set: fd of 8 bytes", CAMGATE_CMD_SET, 0, long_fd, EINVAL, NULL },
	{ "set: no descriptor", CAMGATE_CMD_SET, 0, bad_fd, EBADF, "prog_fd" },
	{ "set: no program", CAMGATE_CMD_SET, 0, stdin_fd, EINVAL, "prog_fd" },
	{ "get: nothing", CAMGATE_CMD_GET, 0, nothing, EINVAL, "slot" },
	{ "get: slot far away", CAMGATE_CMD_GET, 0, slot_far, ENOENT, "slot" },
	{ "get: trailing bytes", CAMGATE_CMD_GET, 0, trailing, EINVAL, NULL },
	{ "get: overlong attribute", CAMGATE_CMD_GET, 0, overlong, EINVAL, NULL },
	{ "dump: a slot", CAMGATE_CMD_GET, NLM_F_DUMP, slot_zero, EINVAL, NULL },
	{ "dump: unknown attribute", CAMGATE_CMD_GET, NLM_F_DUMP, beyond, EINVAL, NULL },
	{ "announce: nothing", CAMGATE_CMD_ANNOUNCE, 0, nothing, EINVAL, "cam_id" },
	{ "announce: no generation", CAMGATE_CMD_ANNOUNCE, 0, id_only, EINVAL, "generation" },
	{ "announce: letters", CAMGATE_CMD_ANNOUNCE, 0, id_letters, EINVAL, "cam_id" },
	{ "announce: empty id", CAMGATE_CMD_ANNOUNCE, 0, id_empty, EINVAL, "cam_id" },
	{ "announce: id of 32", CAMGATE_CMD_ANNOUNCE, 0, id_long, EINVAL, NULL },
	{ "announce: id without end", CAMGATE_CMD_ANNOUNCE, 0, id_no_end, EINVAL, NULL },
	{ "guard: mode 3", CAMGATE_CMD_GUARD_SET, 0, mode_3, ERANGE, "guard_mode" },
	{ "guard: mode without mark", CAMGATE_CMD_GUARD_SET, 0, mode_alone, EINVAL, "guard_mark" },
	{ "guard: mask alone", CAMGATE_CMD_GUARD_SET, 0, mask_alone, EINVAL, "guard_mask" },
	{ "guard: mask too small", CAMGATE_CMD_GUARD_SET, 0, mask_small, EINVAL, "guard_mask" },
	{ "guard: unknown flag", CAMGATE_CMD_GUARD_SET, 0, flag_4, EINVAL, "guard_flags" },
	{ "guard: commit nothing", CAMGATE_CMD_GUARD_SET, 0, commit_nothing, EINVAL,
	  "guard_flags" },
	{ "guard: 7 bytes", CAMGATE_CMD_GUARD_SET, 0, macs_7, EINVAL, "guard_macs" },
	{ "guard: no address", CAMGATE_CMD_GUARD_SET, 0, macs_0, EINVAL, "guard_macs" },
	{ "guard: a group", CAMGATE_CMD_GUARD_SET, 0, macs_group, EINVAL, "guard_macs" },
	{ "guard: address 0", CAMGATE_CMD_GUARD_SET, 0, macs_zero, EINVAL, "guard_macs" },
	{ "guard: unknown port", CAMGATE_CMD_GUARD_SET, 0, port_unknown, EINVAL, NULL },
	{ "guard: port's name too long", CAMGATE_CMD_GUARD_SET, 0, port_long, EINVAL, NULL },
	{ "guard: empty name", CAMGATE_CMD_GUARD_SET, 0, port_empty, EINVAL, "guard_ports" },
	{ "guard: ifindex 0", CAMGATE_CMD_GUARD_SET, 0, port_index_0, ERANGE, "guard_ports" },
	{ "guard: ports not nested", CAMGATE_CMD_GUARD_SET, 0, ports_flat, EINVAL, NULL },
	{ "guard: too many ports", CAMGATE_CMD_GUARD_SET, 0, ports_many, E2BIG, "guard_ports" },
	{ "guard: what only replies hold", CAMGATE_CMD_GUARD_SET, 0, reply_only, EINVAL, NULL },
};

/* Each refused with its errno, with words, and not as a whole but where it is wrong. */
int malformed(struct talk *t)
{
	int bad = 0, r;

	t->quiet = true;
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		const struct bad *b = &table[i];
		struct nl_msg *msg = talk_msg(t, b->cmd, NLM_F_ACK | b->flags);

		b->fill(msg);
		r = talk_send(t, msg);
		if (r != b->error || (b->text && !strstr(t->text, b->text))) {
			printf("%s: %s '%s', expected %s '%s'\n", b->what,
			       r ? strerrorname_np(r) : "taken", t->text, strerrorname_np(b->error),
			       b->text ? b->text : "");
			bad++;
		}
	}
	/* The stage has an end. */
	for (int i = 0; i < 4; i++) {
		struct nl_msg *msg = talk_msg(t, CAMGATE_CMD_GUARD_SET, NLM_F_ACK);

		macs_many(msg);
		r = talk_send(t, msg);
		if (r != (i < 3 ? 0 : E2BIG)) {
			printf("addresses, part %d: %s '%s'\n", i, r ? strerrorname_np(r) : "taken",
			       t->text);
			bad++;
		}
	}
	printf("%zu messages, %d not refused as they should be\n",
	       sizeof(table) / sizeof(*table) + 4, bad);
	return bad ? 1 : 0;
}

static void random_attrs(struct nl_msg *msg, int depth)
{
	for (int n = rand() % 5; n > 0; n--) {
		unsigned char data[64];
		int len = rand() % (int)sizeof(data), type = rand() % (CAMGATE_A_MAX + 3);

		for (int i = 0; i < len; i++)
			data[i] = (unsigned char)(rand() % 3 ? rand() : 0);
		if (depth < 4 && rand() % 4 == 0) {
			struct nlattr *n2 = nla_nest_start(msg, type);

			if (!n2)
				return;
			if (rand() % 2)
				n2->nla_type |= NLA_F_NESTED;
			random_attrs(msg, depth + 1);
			nla_nest_end(msg, n2);
		} else if (rand() % 2) {
			nla_put_u32(msg, type, (uint32_t)(rand() % 4 ? rand() % 8 : rand()));
		} else {
			nla_put(msg, type, len, data);
		}
	}
}

/* Then bytes of it are changed, lengths among them: what counts is that every
 * message is answered and the kernel lives. */
int fuzz(struct talk *t, long n, unsigned int seed)
{
	long taken = 0, refused = 0;
	int r;

	srand(seed);
	t->quiet = true;
	for (long i = 0; i < n; i++) {
		static const int flags[] = { 0, 0, 0, NLM_F_DUMP, NLM_F_ROOT, NLM_F_EXCL };
		struct nl_msg *msg =
			talk_msg(t, rand() % (CAMGATE_CMD_MAX + 2), NLM_F_ACK | flags[rand() % 6]);
		struct nlmsghdr *nlh;
		unsigned char *p;
		int len;

		random_attrs(msg, 0);
		nlh = nlmsg_hdr(msg);
		p = (unsigned char *)nlh + NLMSG_HDRLEN + GENL_HDRLEN;
		len = (int)nlh->nlmsg_len - NLMSG_HDRLEN - GENL_HDRLEN;
		for (int k = rand() % 4; len > 0 && k > 0; k--)
			p[rand() % len] = (unsigned char)rand();
		r = talk_send(t, msg);
		if (r == ETIMEDOUT) {
			printf("message %ld of seed %u: no answer\n", i, seed);
			return 1;
		}
		if (r)
			refused++;
		else
			taken++;
	}
	printf("%ld messages: %ld refused, %ld taken\n", n, refused, taken);
	return refused > n / 2 ? 0 : 1;
}
