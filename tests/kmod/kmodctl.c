/* SPDX-License-Identifier: GPL-2.0-only */
/* The netlink side of the module's tests: every command of camgate/genl.h by hand, and what it answers. */
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/netlink.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <camgate/genl.h>
#include "kmodctl.h"

static int usage(void)
{
	fprintf(stderr, "usage: kmodctl info | set PIN|fd:N | unset | get SLOT | dump [FILE]\n"
			"       kmodctl announce ID GENERATION [SLOT] | listen N\n"
			"       kmodctl guard [mode=N] [mark=N] [mask=N] [flags=N] [macs=MAC,…]\n"
			"                     [ports=name:IF,bridge:IF,index:N,…] | guard-get\n"
			"       kmodctl malformed | fuzz N SEED | many-macs N\n");
	return 2;
}

/* ---- printing ---- */

static void print_counts(struct nlattr *counts, unsigned int slot)
{
	struct nlattr *tb[CAMGATE_C_MAX + 1], *entry;
	int rem;

	rem = nla_len(counts);
	for (entry = nla_data(counts); nla_ok(entry, rem); entry = nla_next(entry, &rem)) {
		if (nla_type(entry) != CAMGATE_C_ENTRY ||
		    nla_parse_nested(tb, CAMGATE_C_MAX, entry, NULL) || !tb[CAMGATE_C_BYTES]) {
			puts("a malformed entry");
			continue;
		}
		printf("%u %u %u %llu %llu\n", slot, nla_get_u32(tb[CAMGATE_C_PLANE]),
		       nla_get_u32(tb[CAMGATE_C_REASON]),
		       (unsigned long long)nla_get_u64(tb[CAMGATE_C_PACKETS]),
		       (unsigned long long)nla_get_u64(tb[CAMGATE_C_BYTES]));
	}
}

static void print_u32(struct nlattr **tb, int attr, const char *name)
{
	if (tb[attr])
		printf(" %s=%u", name, nla_get_u32(tb[attr]));
}

static void print_u64(struct nlattr **tb, int attr, const char *name)
{
	if (tb[attr])
		printf(" %s=%llu", name, (unsigned long long)nla_get_u64(tb[attr]));
}

static int on_valid(struct nl_msg *msg, void *arg)
{
	struct nlattr *tb[CAMGATE_A_MAX + 1], *attr;
	struct talk *t = arg;
	int cmd, rem;

	if (genlmsg_parse(nlmsg_hdr(msg), 0, tb, CAMGATE_A_MAX, NULL))
		return NL_STOP;
	cmd = genlmsg_hdr(nlmsg_hdr(msg))->cmd;
	t->messages++;
	if (nlmsg_hdr(msg)->nlmsg_flags & NLM_F_DUMP_INTR)
		t->interrupted = true;
	if (t->quiet)
		return NL_OK;
	if (cmd == CAMGATE_CMD_GET && tb[CAMGATE_A_SLOT] && tb[CAMGATE_A_COUNTS]) {
		print_counts(tb[CAMGATE_A_COUNTS], nla_get_u32(tb[CAMGATE_A_SLOT]));
		return NL_OK;
	}
	printf("cmd=%d", cmd);
	if (tb[CAMGATE_A_VERSION])
		printf(" version=%s", nla_get_string(tb[CAMGATE_A_VERSION]));
	if (tb[CAMGATE_A_CAM_ID])
		printf(" id=%s", nla_get_string(tb[CAMGATE_A_CAM_ID]));
	print_u32(tb, CAMGATE_A_PLANES, "planes");
	print_u32(tb, CAMGATE_A_REASONS, "reasons");
	print_u32(tb, CAMGATE_A_SERIAL, "serial");
	print_u32(tb, CAMGATE_A_SLOTS, "slots");
	print_u32(tb, CAMGATE_A_MAP_ID, "map_id");
	print_u32(tb, CAMGATE_A_GENERATION, "generation");
	print_u32(tb, CAMGATE_A_SLOT, "slot");
	print_u32(tb, CAMGATE_A_GUARD_MODE, "mode");
	print_u32(tb, CAMGATE_A_GUARD_MARK, "mark");
	print_u32(tb, CAMGATE_A_GUARD_MASK, "mask");
	print_u32(tb, CAMGATE_A_GUARD_NMACS, "nmacs");
	print_u32(tb, CAMGATE_A_GUARD_FAILED, "failed");
	print_u64(tb, CAMGATE_A_GUARD_MARKED, "marked");
	print_u64(tb, CAMGATE_A_GUARD_UNMARKED, "unmarked");
	print_u64(tb, CAMGATE_A_GUARD_DROPPED, "dropped");
	if (tb[CAMGATE_A_GUARD_HOOKED]) {
		int n = 0;

		printf(" hooked=");
		rem = nla_len(tb[CAMGATE_A_GUARD_HOOKED]);
		for (attr = nla_data(tb[CAMGATE_A_GUARD_HOOKED]); nla_ok(attr, rem);
		     attr = nla_next(attr, &rem))
			printf("%s%u", n++ ? "," : "", nla_get_u32(attr));
	}
	putchar('\n');
	fflush(stdout);
	return NL_OK;
}

/* ---- talking ---- */

/* The kernel's words behind an error: TLVs after the header, and after the
 * request where that is repeated. */
static int on_error(struct sockaddr_nl *who, struct nlmsgerr *err, void *arg)
{
	struct nlmsghdr *nlh = (struct nlmsghdr *)((char *)err - NLMSG_HDRLEN);
	size_t off = sizeof(*err);
	struct talk *t = arg;
	struct nlattr *tb[NLMSGERR_ATTR_MAX + 1];

	(void)who;
	t->error = -err->error;
	t->text[0] = '\0';
	if (!(nlh->nlmsg_flags & NLM_F_CAPPED))
		off += NLMSG_ALIGN(err->msg.nlmsg_len) - sizeof(struct nlmsghdr);
	if (nlh->nlmsg_flags & NLM_F_ACK_TLVS && nlh->nlmsg_len > NLMSG_HDRLEN + off &&
	    !nla_parse(tb, NLMSGERR_ATTR_MAX, (struct nlattr *)((char *)err + off),
		       (int)(nlh->nlmsg_len - NLMSG_HDRLEN - off), NULL)) {
		if (tb[NLMSGERR_ATTR_MSG])
			snprintf(t->text, sizeof(t->text), "%s",
				 nla_get_string(tb[NLMSGERR_ATTR_MSG]));
		if (tb[NLMSGERR_ATTR_OFFS])
			t->offset = nla_get_u32(tb[NLMSGERR_ATTR_OFFS]);
	}
	return NL_STOP;
}

static int on_end(struct nl_msg *msg, void *arg)
{
	struct talk *t = arg;

	if (nlmsg_hdr(msg)->nlmsg_flags & NLM_F_DUMP_INTR)
		t->interrupted = true;
	/* A dump that cannot begin says why in its last message. */
	if (nlmsg_hdr(msg)->nlmsg_type == NLMSG_DONE &&
	    nlmsg_datalen(nlmsg_hdr(msg)) >= (int)sizeof(int) &&
	    *(int *)nlmsg_data(nlmsg_hdr(msg)) < 0)
		t->error = -*(int *)nlmsg_data(nlmsg_hdr(msg));
	t->done = true;
	return NL_STOP;
}

int talk_open(struct talk *t)
{
	struct timeval limit = { .tv_sec = 20 };
	int one = 1;

	memset(t, 0, sizeof(*t));
	t->sk = nl_socket_alloc();
	if (!t->sk || genl_connect(t->sk))
		return -1;
	t->family = genl_ctrl_resolve(t->sk, CAMGATE_GENL_NAME);
	if (t->family < 0)
		return -1;
	nl_socket_disable_auto_ack(t->sk);
	nl_socket_disable_seq_check(t->sk);
	nl_socket_modify_cb(t->sk, NL_CB_VALID, NL_CB_CUSTOM, on_valid, t);
	nl_socket_modify_cb(t->sk, NL_CB_FINISH, NL_CB_CUSTOM, on_end, t);
	nl_socket_modify_cb(t->sk, NL_CB_ACK, NL_CB_CUSTOM, on_end, t);
	nl_socket_modify_err_cb(t->sk, NL_CB_CUSTOM, on_error, t);
	setsockopt(nl_socket_get_fd(t->sk), SOL_NETLINK, NETLINK_EXT_ACK, &one, sizeof(one));
	setsockopt(nl_socket_get_fd(t->sk), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	return 0;
}

void talk_close(struct talk *t)
{
	nl_socket_free(t->sk);
}

struct nl_msg *talk_msg(struct talk *t, int cmd, int flags)
{
	struct nl_msg *msg = nlmsg_alloc_size(128 * 1024);

	if (!msg || !genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, t->family, 0, flags, (uint8_t)cmd,
				 CAMGATE_GENL_VERSION)) {
		fprintf(stderr, "kmodctl: no memory\n");
		exit(1);
	}
	return msg;
}

/* 0, or the errno that was answered; ETIMEDOUT: nothing was. */
int talk_send(struct talk *t, struct nl_msg *msg)
{
	int r;

	t->error = 0;
	t->text[0] = '\0';
	t->offset = 0;
	t->done = false;
	r = nl_send_auto(t->sk, msg);
	nlmsg_free(msg);
	if (r < 0)
		return -r == NLE_PERM ? EPERM : EIO;
	while (!t->done && !t->error) {
		r = nl_recvmsgs_default(t->sk);
		if (t->done || t->error)
			break;
		if (r == -NLE_DUMP_INTR)
			t->interrupted = true;
		else if (r < 0)
			return ETIMEDOUT;
		for (int i = 0; t->until && access(t->until, F_OK) && i < 6000; i++)
			usleep(10000);
	}
	return t->error;
}

static int finish(struct talk *t, int r)
{
	if (r)
		fprintf(stderr, "error=%s%s%s\n", strerrorname_np(r), t->text[0] ? " " : "",
			t->text);
	return r ? 1 : 0;
}

/* ---- commands ---- */

static int simple(struct talk *t, int cmd)
{
	return finish(t, talk_send(t, talk_msg(t, cmd, NLM_F_ACK)));
}

static int set(struct talk *t, const char *what)
{
	int fd = strncmp(what, "fd:", 3) ? bpf_obj_get(what) : atoi(what + 3);
	struct nl_msg *msg = talk_msg(t, CAMGATE_CMD_SET, NLM_F_ACK);

	if (fd < 0 && strncmp(what, "fd:", 3)) {
		perror(what);
		return 1;
	}
	nla_put_u32(msg, CAMGATE_A_PROG_FD, (uint32_t)fd);
	return finish(t, talk_send(t, msg));
}

static int get(struct talk *t, const char *slot)
{
	struct nl_msg *msg = talk_msg(t, CAMGATE_CMD_GET, NLM_F_ACK);

	nla_put_u32(msg, CAMGATE_A_SLOT, (uint32_t)strtoul(slot, NULL, 0));
	puts("slot plane reason packets bytes");
	return finish(t, talk_send(t, msg));
}

static int dump(struct talk *t, const char *until)
{
	int r;

	t->until = until;
	puts("slot plane reason packets bytes");
	r = finish(t, talk_send(t, talk_msg(t, CAMGATE_CMD_GET, NLM_F_DUMP)));
	fprintf(stderr, "messages=%d%s\n", t->messages, t->interrupted ? " interrupted" : "");
	return r;
}

static int announce(struct talk *t, int argc, char **argv)
{
	struct nl_msg *msg = talk_msg(t, CAMGATE_CMD_ANNOUNCE, NLM_F_ACK);

	nla_put_string(msg, CAMGATE_A_CAM_ID, argv[0]);
	nla_put_u32(msg, CAMGATE_A_GENERATION, (uint32_t)strtoul(argv[1], NULL, 0));
	if (argc > 2)
		nla_put_u32(msg, CAMGATE_A_SLOT, (uint32_t)strtoul(argv[2], NULL, 0));
	return finish(t, talk_send(t, msg));
}

static int listen_for(struct talk *t, int n)
{
	int group = genl_ctrl_resolve_grp(t->sk, CAMGATE_GENL_NAME, CAMGATE_GENL_GROUP);
	int r = group < 0 ? group : nl_socket_add_membership(t->sk, group);

	if (r < 0) {
		fprintf(stderr, "error=%s\n", r == -NLE_PERM ? "EPERM" : nl_geterror(r));
		return 1;
	}
	puts("listening");
	fflush(stdout);
	while (t->messages < n)
		if (nl_recvmsgs_default(t->sk) < 0)
			return 1;
	return 0;
}

int main(int argc, char **argv)
{
	const char *cmd = argc > 1 ? argv[1] : "";
	struct talk t;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc < 2)
		return usage();
	if (talk_open(&t)) {
		fprintf(stderr, "error=no family\n");
		return 3;
	}
	if (argc == 2 && !strcmp(cmd, "info"))
		return simple(&t, CAMGATE_CMD_INFO);
	if (argc == 3 && !strcmp(cmd, "set"))
		return set(&t, argv[2]);
	if (argc == 2 && !strcmp(cmd, "unset"))
		return simple(&t, CAMGATE_CMD_UNSET);
	if (argc == 3 && !strcmp(cmd, "get"))
		return get(&t, argv[2]);
	if (argc <= 3 && !strcmp(cmd, "dump"))
		return dump(&t, argc > 2 ? argv[2] : NULL);
	if (argc >= 4 && !strcmp(cmd, "announce"))
		return announce(&t, argc - 2, argv + 2);
	if (argc == 3 && !strcmp(cmd, "listen"))
		return listen_for(&t, atoi(argv[2]));
	if (!strcmp(cmd, "guard"))
		return finish(&t, guard_set(&t, argc - 2, argv + 2));
	if (argc == 2 && !strcmp(cmd, "guard-get"))
		return simple(&t, CAMGATE_CMD_GUARD_GET);
	if (argc == 3 && !strcmp(cmd, "many-macs"))
		return finish(&t, guard_many_macs(&t, atoi(argv[2])));
	if (argc == 2 && !strcmp(cmd, "malformed"))
		return malformed(&t);
	if (argc == 4 && !strcmp(cmd, "fuzz"))
		return fuzz(&t, atol(argv[2]), (unsigned int)atoi(argv[3]));
	return usage();
}
