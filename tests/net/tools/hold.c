/* SPDX-License-Identifier: GPL-2.0-only */
/* One end of a connection over which nobody says anything: tells when it is up, and when and how it ends. */
#include "clock.h"
#include "sock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static volatile sig_atomic_t poke;

static void on_poke(int sig)
{
	(void)sig;
	poke = 1;
}

static int listen_one(const char *port)
{
	int listener = cg_sock_listen(NULL, port, false), fd;

	if (listener < 0)
		return listener;
	printf("listening %llu\n", (unsigned long long)now_ns());
	fflush(stdout);
	do {
		cg_sock_wait(listener, POLLIN, -1);
		fd = accept(listener, NULL, NULL);
	} while (fd < 0);
	close(listener);
	return fd;
}

/*
 * hold [-u] [-f LOCALPORT] HOST PORT     connects; SIGUSR1 sends a byte
 * hold -l PORT                           takes one connection; sends back what comes
 * Prints "up NS", "got NS" for what came, and at last "end ERROR NS"; ERROR is
 * "closed" where the other end closed it. -u: a datagram each at first.
 */
int main(int argc, char **argv)
{
	struct sigaction sa = { .sa_handler = on_poke };
	const char *port = NULL, *from = NULL;
	bool udp = false;
	int c, fd;

	sigaction(SIGUSR1, &sa, NULL);
	while ((c = getopt(argc, argv, "ul:f:")) != -1) {
		if (c == 'u')
			udp = true;
		else if (c == 'l')
			port = optarg;
		else if (c == 'f')
			from = optarg;
		else
			return 2;
	}
	if (optind != argc - (port ? 0 : 2))
		return 2;
	fd = port ? listen_one(port) :
		    cg_sock_connect(argv[optind], argv[optind + 1], udp, from, 3000);
	if (fd < 0) {
		fprintf(stderr, "hold: %s\n", strerror(-fd));
		return 1;
	}
	poke = udp;
	printf("up %llu\n", (unsigned long long)now_ns());
	fflush(stdout);
	for (;;) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		char buf[64];
		ssize_t n;

		if (poke) {
			poke = 0;
			(void)!send(fd, "x", 1, MSG_NOSIGNAL);
		}
		if (poll(&p, 1, 200) <= 0)
			continue;
		n = recv(fd, buf, sizeof(buf), 0);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		if (n <= 0) {
			printf("end %s %llu\n", n ? strerrorname_np(errno) : "closed",
			       (unsigned long long)now_ns());
			return 0;
		}
		printf("got %llu\n", (unsigned long long)now_ns());
		fflush(stdout);
		if (port)
			(void)!send(fd, buf, (size_t)n, MSG_NOSIGNAL);
	}
}
