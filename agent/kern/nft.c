/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * nft is run as a program of its own rather than by its library: a library
 * would be one more dependency in a long-running process, and its scanner and
 * cache are not made for one. It gets its script by a memory file and is named
 * by its path, with an empty environment: no shell, no search, no temporary
 * file. Questions whose answer is one message are asked over netlink here.
 */
#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "nft.h"

#define WAIT_MS 5000

_Static_assert((int)CG_NFT_INET == NFPROTO_INET, "another number");
_Static_assert((int)CG_NFT_NETDEV == NFPROTO_NETDEV, "another number");
_Static_assert((int)CG_NFT_BRIDGE == NFPROTO_BRIDGE, "another number");

static const char *const paths[] = { "/usr/sbin/nft", "/sbin/nft" };

static int memory_file(const char *name, const char *text)
{
	_cleanup_close_ int fd = memfd_create(name, MFD_CLOEXEC);
	size_t n = strlen(text);

	if (fd < 0)
		return -errno;
	while (n) {
		ssize_t done = write(fd, text, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return -errno;
		text += done;
		n -= (size_t)done;
	}
	if (lseek(fd, 0, SEEK_SET) < 0)
		return -errno;
	return TAKE_FD(fd);
}

/* Not by a search: who runs it must be able to say what is run. */
static int spawn(int in, int out, pid_t *ret_pid)
{
	char *const argv[] = { (char *)"nft", (char *)"-f", (char *)"-", NULL };
	char *const envp[] = { (char *)"LC_ALL=C", NULL };
	posix_spawn_file_actions_t acts;
	posix_spawnattr_t attr;
	sigset_t none;
	int err;

	sigemptyset(&none);
	posix_spawn_file_actions_init(&acts);
	posix_spawnattr_init(&attr);
	err = posix_spawn_file_actions_adddup2(&acts, in, 0);
	if (!err)
		err = posix_spawn_file_actions_adddup2(&acts, out, 1);
	if (!err)
		err = posix_spawn_file_actions_adddup2(&acts, out, 2);
	if (!err)
		err = posix_spawnattr_setsigmask(&attr, &none);
	if (!err)
		err = posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK);
	for (size_t i = 0; !err && i < sizeof(paths) / sizeof(paths[0]); i++) {
		err = posix_spawn(ret_pid, paths[i], &acts, &attr, argv, envp);
		if (err != ENOENT)
			break;
		err = i + 1 < sizeof(paths) / sizeof(paths[0]) ? 0 : ENOENT;
	}
	posix_spawn_file_actions_destroy(&acts);
	posix_spawnattr_destroy(&attr);
	return -err;
}

int cg_nft_start(const char *script, struct cg_nft_job *ret_job)
{
	_cleanup_close_ int in = memory_file("camgate-nft", script);
	_cleanup_close_ int out = memory_file("camgate-nft-out", "");
	pid_t pid;
	int err, fd;

	if (in < 0 || out < 0)
		return in < 0 ? in : out;
	err = spawn(in, out, &pid);
	if (err)
		return err;
	fd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (fd < 0) {
		err = -errno;
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		return err;
	}
	(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
	*ret_job = (struct cg_nft_job){ pid, fd, TAKE_FD(out) };
	return 0;
}

/* The first line is the reason; the rest shows where. */
static void why_read(int fd, char *why, size_t n)
{
	ssize_t got = n ? pread(fd, why, n - 1, 0) : 0;

	if (!n)
		return;
	why[got > 0 ? got : 0] = '\0';
	why[strcspn(why, "\n")] = '\0';
}

int cg_nft_finish(struct cg_nft_job *job, char *ret_why, size_t n)
{
	struct pollfd p = { .fd = job->fd, .events = POLLIN };
	int status = 0, err = 0, r;

	do
		r = poll(&p, 1, WAIT_MS);
	while (r < 0 && errno == EINTR);
	if (r <= 0) {
		kill(job->pid, SIGKILL);
		err = -ETIMEDOUT;
	}
	do
		r = waitpid(job->pid, &status, 0);
	while (r < 0 && errno == EINTR);
	if (!err && r < 0)
		err = -errno;
	if (!err && (!WIFEXITED(status) || WEXITSTATUS(status)))
		err = -EPROTO;
	why_read(job->out_fd, ret_why, n);
	cg_closep(&job->fd);
	cg_closep(&job->out_fd);
	*job = (struct cg_nft_job){ 0, -1, -1 };
	return err;
}

int cg_nft_run(const char *script, char *ret_why, size_t n)
{
	struct cg_nft_job job;
	int err;

	if (n)
		ret_why[0] = '\0';
	err = cg_nft_start(script, &job);
	return err ? err : cg_nft_finish(&job, ret_why, n);
}

/* ---- questions ---- */

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

int cg_nft_rules_find(uint8_t family, const char *table, const char *chain, const char *comment,
		      uint64_t *ret_handles, size_t max)
{
	struct nl_msg *msg =
		question(family, NFT_MSG_GETRULE, NFTA_RULE_TABLE, table, NFTA_RULE_CHAIN, chain);
	struct rules r = { comment, ret_handles, 0, max };
	struct nl_sock *sk = msg ? nl_socket_alloc() : NULL;
	int err;

	if (!sk) {
		nlmsg_free(msg);
		return -ENOMEM;
	}
	nlmsg_hdr(msg)->nlmsg_flags |= NLM_F_DUMP;
	err = nl_connect(sk, NETLINK_NETFILTER);
	if (!err)
		err = nl_socket_modify_cb(sk, NL_CB_VALID, NL_CB_CUSTOM, rule_parse, &r);
	if (!err)
		err = nl_send_auto(sk, msg);
	if (err >= 0)
		err = nl_recvmsgs_default(sk);
	nlmsg_free(msg);
	nl_socket_free(sk);
	return err < 0 ? -EIO : (int)r.n;
}
