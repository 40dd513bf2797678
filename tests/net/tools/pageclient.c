// SPDX-License-Identifier: GPL-2.0-only
/* A client of the control socket made from camgate-control(7) alone: no header of camgate, no JSON library. */
/*
 * pageclient PATH: sends each line of stdin as a request over one connection and prints
 * the reply's line, which it waits for. 0: each had one; 1: one had none, or more than one
 * line came; 2: the socket cannot be reached.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define REQUEST_MAX 65536	      /* with its LF */
#define REPLY_MAX   (8 * 1024 * 1024) /* bytes */
#define WAIT_MS	    30000

static char reply[REPLY_MAX + 1];

static int request_send(int fd, const char *line, size_t n)
{
	while (n) {
		ssize_t sent = send(fd, line, n, MSG_NOSIGNAL);

		if (sent <= 0)
			return -1;
		line += sent;
		n -= (size_t)sent;
	}
	return 0;
}

/* One line; what comes behind it would be a reply nobody asked for. */
static int reply_read(int fd)
{
	size_t n = 0;
	char *lf = NULL;

	while (!lf) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		ssize_t got;

		if (n == REPLY_MAX || poll(&p, 1, WAIT_MS) != 1)
			return -1;
		got = recv(fd, reply + n, REPLY_MAX - n, 0);
		if (got <= 0)
			return -1;
		n += (size_t)got;
		reply[n] = '\0';
		lf = memchr(reply, '\n', n);
	}
	return lf == reply + n - 1 ? 0 : -1;
}

int main(int argc, char **argv)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	static char line[REQUEST_MAX + 1];
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	if (argc != 2 || strlen(argv[1]) >= sizeof(to.sun_path))
		return 2;
	strcpy(to.sun_path, argv[1]);
	if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0)
		return 2;
	while (fgets(line, sizeof(line), stdin)) {
		if (request_send(fd, line, strlen(line)) || reply_read(fd))
			return 1;
		fputs(reply, stdout);
		fflush(stdout);
	}
	close(fd);
	return 0;
}
