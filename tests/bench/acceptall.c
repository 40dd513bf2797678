/* SPDX-License-Identifier: GPL-2.0-only */
/* acceptall: the userspace floor. Accepts every packet of NFQUEUE 0, looking at none. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_queue.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <linux/netlink.h>

struct request {
	struct nlmsghdr nl;
	struct nfgenmsg nf;
	struct nlattr attr;
	union {
		struct nfqnl_msg_config_cmd cmd;
		struct nfqnl_msg_config_params params;
		struct nfqnl_msg_verdict_hdr verdict;
		char room[16];
	};
};

static int ask(int fd, int type, int attr, const void *data, size_t n)
{
	struct request r = { 0 };

	r.nl.nlmsg_len = NLMSG_LENGTH(sizeof(r.nf)) + NLA_ALIGN(NLA_HDRLEN + n);
	r.nl.nlmsg_type = NFNL_SUBSYS_QUEUE << 8 | type;
	r.nl.nlmsg_flags = NLM_F_REQUEST;
	r.attr.nla_type = attr;
	r.attr.nla_len = NLA_HDRLEN + n;
	memcpy(r.room, data, n);
	return send(fd, &r, r.nl.nlmsg_len, 0) < 0 ? -errno : 0;
}

/* The packet header is the first attribute of a packet message. */
static __be32 packet_id(const struct nlmsghdr *nl)
{
	const struct nlattr *a =
		(const void *)((const char *)NLMSG_DATA(nl) + NLMSG_ALIGN(sizeof(struct nfgenmsg)));
	const struct nfqnl_msg_packet_hdr *h = (const void *)((const char *)a + NLA_HDRLEN);

	return a->nla_type == NFQA_PACKET_HDR ? h->packet_id : 0;
}

int main(void)
{
	static char buf[1 << 20];
	const struct nfqnl_msg_config_cmd bind_to = { .command = NFQNL_CFG_CMD_BIND,
						      .pf = htons(AF_INET) };
	struct nfqnl_msg_config_params params = { .copy_range = htonl(0),
						  .copy_mode = NFQNL_COPY_META };
	struct nfqnl_msg_verdict_hdr accept = { .verdict = htonl(NF_ACCEPT) };
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER), room = 8 << 20;
	struct nlmsghdr *nl;
	int n;

	if (fd < 0 || ask(fd, NFQNL_MSG_CONFIG, NFQA_CFG_CMD, &bind_to, sizeof(bind_to)) ||
	    ask(fd, NFQNL_MSG_CONFIG, NFQA_CFG_PARAMS, &params, sizeof(params))) {
		perror("acceptall");
		return 1;
	}
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
	puts("ready");
	fflush(stdout);
	for (;;) {
		n = recv(fd, buf, sizeof(buf), 0);
		for (nl = (void *)buf; n > 0 && NLMSG_OK(nl, (unsigned int)n);
		     nl = NLMSG_NEXT(nl, n)) {
			if (nl->nlmsg_type != (NFNL_SUBSYS_QUEUE << 8 | NFQNL_MSG_PACKET))
				continue;
			accept.id = packet_id(nl);
			(void)ask(fd, NFQNL_MSG_VERDICT, NFQA_VERDICT_HDR, &accept, sizeof(accept));
		}
	}
}
