/* SPDX-License-Identifier: GPL-2.0-only */
/* Raw sockets. Nothing is received by them. */
#include <arpa/inet.h>
#include <camgate/bpf_abi.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include "inject.h"

/* linux/in6.h has it, and what netinet/in.h has as well. */
#ifndef IPV6_FREEBIND
#define IPV6_FREEBIND 78
#endif

#define IP4_LEN	  20
#define IP6_LEN	  40
#define FRAME_MAX 256

enum {
	RAW4,
	RAW6,
	PACKET,
};

const char *const cg_inject_names[CG_INJECT_SOCKETS] = {
	[RAW4] = "camgate-raw4",
	[RAW6] = "camgate-raw6",
	[PACKET] = "camgate-packet",
};

struct cg_inject {
	int fd[CG_INJECT_SOCKETS]; /* -1: the kernel has none of this family */
};

/* Bound to every protocol it would hear the whole LAN: a filter that takes
 * nothing, for good. */
static int deafen(int fd)
{
	struct sock_filter none = BPF_STMT(BPF_RET | BPF_K, 0);
	const struct sock_fprog prog = { 1, &none };
	const int on = 1;

	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof(prog)) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_LOCK_FILTER, &on, sizeof(on)) < 0)
		return -errno;
	return 0;
}

int cg_inject_socket(size_t which)
{
	const uint32_t mark = CG_SELF_MARK;
	const int on = 1;
	int err;
	_cleanup_close_ int fd = -1;

	/* Protocol 0: a packet socket that no frame is copied to. */
	if (which == PACKET)
		fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	else
		fd = socket(which == RAW6 ? AF_INET6 : AF_INET,
			    SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_RAW);
	if (fd < 0)
		return -errno;
	if (which == RAW6 && setsockopt(fd, IPPROTO_IPV6, IPV6_FREEBIND, &on, sizeof(on)) < 0)
		return -errno;
	if (which == PACKET && setsockopt(fd, SOL_SOCKET, SO_MARK, &mark, sizeof(mark)) < 0)
		return -errno;
	err = deafen(fd);
	return err < 0 ? err : TAKE_FD(fd);
}

int cg_inject_open(const int given[CG_INJECT_SOCKETS], struct cg_inject **ret_inject)
{
	struct cg_inject *in = malloc(sizeof(*in));

	if (!in)
		return -ENOMEM;
	memcpy(in->fd, given, sizeof(in->fd));
	for (size_t i = 0; i < CG_INJECT_SOCKETS; i++) {
		int fd = in->fd[i] < 0 ? cg_inject_socket(i) : in->fd[i];

		if (fd < 0 && fd != -EAFNOSUPPORT) {
			cg_inject_close(&in);
			return fd;
		}
		in->fd[i] = fd < 0 ? -1 : fd;
	}
	*ret_inject = in;
	return 0;
}

void cg_inject_close(struct cg_inject **inject)
{
	struct cg_inject *in = TAKE_PTR(*inject);

	for (size_t i = 0; in && i < CG_INJECT_SOCKETS; i++)
		cg_closep(&in->fd[i]);
	free(in);
}

static bool is_v4(const uint8_t *ip, size_t n)
{
	return n >= IP4_LEN && ip[0] >> 4 == 4;
}

static int sent(ssize_t done)
{
	return done < 0 ? -errno : 0;
}

/* The source is said beside the packet too: rules of routing may go by it. */
static int send4(int fd, const uint8_t *ip, size_t n)
{
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(struct in_pktinfo))];
	} control = { 0 };
	struct sockaddr_in to = { .sin_family = AF_INET };
	struct iovec iov = { (void *)ip, n };
	struct msghdr msg = { .msg_name = &to,
			      .msg_namelen = sizeof(to),
			      .msg_iov = &iov,
			      .msg_iovlen = 1,
			      .msg_control = &control,
			      .msg_controllen = sizeof(control) };
	struct in_pktinfo info = { 0 };
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

	memcpy(&to.sin_addr, ip + 16, sizeof(to.sin_addr));
	memcpy(&info.ipi_spec_dst, ip + 12, sizeof(info.ipi_spec_dst));
	c->cmsg_level = IPPROTO_IP;
	c->cmsg_type = IP_PKTINFO;
	c->cmsg_len = CMSG_LEN(sizeof(info));
	memcpy(CMSG_DATA(c), &info, sizeof(info));
	return sent(sendmsg(fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL));
}

static int send6(int fd, const uint8_t *ip, size_t n)
{
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(struct in6_pktinfo))];
	} control = { 0 };
	struct sockaddr_in6 to = { .sin6_family = AF_INET6 };
	struct iovec iov = { (void *)ip, n };
	struct msghdr msg = { .msg_name = &to,
			      .msg_namelen = sizeof(to),
			      .msg_iov = &iov,
			      .msg_iovlen = 1,
			      .msg_control = &control,
			      .msg_controllen = sizeof(control) };
	struct in6_pktinfo info = { 0 };
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

	memcpy(&to.sin6_addr, ip + 24, sizeof(to.sin6_addr));
	memcpy(&info.ipi6_addr, ip + 8, sizeof(info.ipi6_addr));
	c->cmsg_level = IPPROTO_IPV6;
	c->cmsg_type = IPV6_PKTINFO;
	c->cmsg_len = CMSG_LEN(sizeof(info));
	memcpy(CMSG_DATA(c), &info, sizeof(info));
	return sent(sendmsg(fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL));
}

int cg_inject_remote(struct cg_inject *inject, const void *ip, size_t n)
{
	bool v4 = is_v4(ip, n);
	int fd = inject->fd[v4 ? RAW4 : RAW6];

	if (!v4 && n < IP6_LEN)
		return -EINVAL;
	if (fd < 0)
		return -EAFNOSUPPORT;
	return v4 ? send4(fd, ip, n) : send6(fd, ip, n);
}

int cg_inject_camera(struct cg_inject *inject, const struct cg_inject_port *port, const void *ip,
		     size_t n)
{
	uint16_t type = htons(is_v4(ip, n) ? ETH_P_IP : ETH_P_IPV6);
	struct sockaddr_ll to = { .sll_family = AF_PACKET,
				  .sll_protocol = type,
				  .sll_ifindex = port->ifindex,
				  .sll_halen = 6 };
	uint8_t frame[FRAME_MAX];

	if (n > sizeof(frame) - 14)
		return -EMSGSIZE;
	if (inject->fd[PACKET] < 0)
		return -EAFNOSUPPORT;
	memcpy(to.sll_addr, port->to.b, 6);
	memcpy(frame, port->to.b, 6);
	memcpy(frame + 6, port->from.b, 6);
	memcpy(frame + 12, &type, 2);
	memcpy(frame + 14, ip, n);
	return sent(sendto(inject->fd[PACKET], frame, n + 14, MSG_DONTWAIT | MSG_NOSIGNAL,
			   (struct sockaddr *)&to, sizeof(to)));
}
