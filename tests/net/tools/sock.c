/* SPDX-License-Identifier: GPL-2.0-only */
/* Sockets as the house tools want them: dual stack, numeric, never blocking for long. */
#include "sock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int cg_sock_resolve(const char *host, const char *port, bool udp, struct sockaddr_storage *ret_addr,
		    socklen_t *ret_len)
{
	struct addrinfo hints = {
		.ai_socktype = udp ? SOCK_DGRAM : SOCK_STREAM,
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
	};
	struct addrinfo *ai;

	if (getaddrinfo(host, port, &hints, &ai))
		return -EINVAL;
	memcpy(ret_addr, ai->ai_addr, ai->ai_addrlen);
	*ret_len = ai->ai_addrlen;
	freeaddrinfo(ai);
	return 0;
}

int cg_sock_listen(const char *host, const char *port, bool udp)
{
	int fd, r, on = 1, off = 0, big = 8 << 20;
	struct sockaddr_storage addr;
	socklen_t len;

	r = cg_sock_resolve(host ? host : "::", port, udp, &addr, &len);
	if (r < 0)
		return r;
	fd = socket(addr.ss_family, (udp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_NONBLOCK | SOCK_CLOEXEC,
		    0);
	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (udp)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &big, sizeof(big));
	if (addr.ss_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
	if (bind(fd, (struct sockaddr *)&addr, len) < 0 || (!udp && listen(fd, 64) < 0)) {
		r = -errno;
		close(fd);
		return r;
	}
	return fd;
}

int cg_sock_connect(const char *host, const char *port, bool udp, const char *from, int timeout_ms)
{
	struct sockaddr_storage addr, local;
	socklen_t len, elen = sizeof(int);
	int fd, r, err = 0;

	r = cg_sock_resolve(host, port, udp, &addr, &len);
	if (r < 0)
		return r;
	fd = socket(addr.ss_family, (udp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_NONBLOCK | SOCK_CLOEXEC,
		    0);
	if (fd < 0)
		return -errno;
	if (from) {
		socklen_t llen;
		int on = 1;

		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
		r = cg_sock_resolve(addr.ss_family == AF_INET6 ? "::" : "0.0.0.0", from, udp,
				    &local, &llen);
		if (r < 0)
			goto err_close;
		if (bind(fd, (struct sockaddr *)&local, llen) < 0) {
			r = -errno;
			goto err_close;
		}
	}
	if (!connect(fd, (struct sockaddr *)&addr, len))
		return fd;
	if (errno != EINPROGRESS) {
		r = -errno;
		goto err_close;
	}
	if (!cg_sock_wait(fd, POLLOUT, timeout_ms)) {
		r = -ETIMEDOUT;
		goto err_close;
	}
	getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &elen);
	if (!err)
		return fd;
	r = -err;
err_close:
	close(fd);
	return r;
}

void cg_sock_format(const struct sockaddr_storage *addr, char *buf, size_t size)
{
	char text[INET6_ADDRSTRLEN] = "?";
	unsigned int port = 0;

	if (addr->ss_family == AF_INET) {
		const struct sockaddr_in *in = (const void *)addr;

		inet_ntop(AF_INET, &in->sin_addr, text, sizeof(text));
		port = ntohs(in->sin_port);
	} else if (addr->ss_family == AF_INET6) {
		const struct sockaddr_in6 *in6 = (const void *)addr;

		if (IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr))
			inet_ntop(AF_INET, &in6->sin6_addr.s6_addr[12], text, sizeof(text));
		else
			inet_ntop(AF_INET6, &in6->sin6_addr, text, sizeof(text));
		port = ntohs(in6->sin6_port);
	}
	snprintf(buf, size, "%s %u", text, port);
}

bool cg_sock_wait(int fd, short events, int timeout_ms)
{
	struct pollfd p = { .fd = fd, .events = events };

	return poll(&p, 1, timeout_ms) > 0;
}
