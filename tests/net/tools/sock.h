/* SPDX-License-Identifier: GPL-2.0-only */
/* Sockets as the house tools want them: dual stack, numeric, never blocking for long. */
#ifndef CG_TEST_SOCK_H
#define CG_TEST_SOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

/* Numeric host and port to an address. 0 or -errno. */
int cg_sock_resolve(const char *host, const char *port, bool udp, struct sockaddr_storage *ret_addr,
		    socklen_t *ret_len);

/* A non-blocking listener (or bound datagram socket); host NULL: both families. fd or -errno. */
int cg_sock_listen(const char *host, const char *port, bool udp);

/* A connected non-blocking socket; TCP waits at most timeout_ms. fd or -errno. */
int cg_sock_connect(const char *host, const char *port, bool udp, const char *from, int timeout_ms);

/* "address port" of addr, IPv4-mapped written as IPv4. */
void cg_sock_format(const struct sockaddr_storage *addr, char *buf, size_t size);

/* Waits until fd is ready for events. true if it is. */
bool cg_sock_wait(int fd, short events, int timeout_ms);

#endif
