/* SPDX-License-Identifier: GPL-2.0-only */
/* One request to the agent, one reply: connecting, framing, limits, time. */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <camgate/ctl.h>
#include <camgate/limits.h>
#include "client.h"
#include "reply.h"

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

static int connect_to(const char *path, int timeout_ms)
{
	/* a stream socket's connect waits for room in the backlog this long */
	struct timeval tv = { timeout_ms / 1000, timeout_ms % 1000 * 1000 };
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	_cleanup_close_ int fd = -1;

	if (strlen(path) >= sizeof(sun.sun_path))
		return -ENAMETOOLONG;
	strcpy(sun.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv)))
		return -errno;
	if (connect(fd, (struct sockaddr *)&sun, sizeof(sun)))
		return errno == EAGAIN || errno == EINTR ? -ETIMEDOUT : -errno;
	return TAKE_FD(fd);
}

/* 0 when fd is ready for events before deadline. */
static int wait_for(int fd, short events, int64_t deadline)
{
	struct pollfd p = { .fd = fd, .events = events };
	int64_t left;

	do {
		left = deadline - now_ms();
		if (left <= 0)
			return -ETIMEDOUT;
	} while (poll(&p, 1, (int)left) <= 0);
	return 0;
}

static int send_line(int fd, const char *text, size_t n, int64_t deadline)
{
	while (n) {
		ssize_t sent;
		int r = wait_for(fd, POLLOUT, deadline);

		if (r)
			return r;
		sent = send(fd, text, n, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (sent < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		if (sent < 0)
			return errno == EPIPE ? -ECONNRESET : -errno;
		text += sent;
		n -= (size_t)sent;
	}
	return 0;
}

/* The first line without its LF. */
static int read_line(int fd, int64_t deadline, char **ret_line)
{
	_cleanup_free_ char *buf = NULL;
	size_t room = 0, n = 0;

	for (;;) {
		char *lf;
		ssize_t got;
		int r;

		if (n == room) {
			char *more;

			if (room > CG_MAX_REPLY)
				return -EMSGSIZE;
			room = room ? 2 * room : 16384;
			more = realloc(buf, room);
			if (!more)
				return -ENOMEM;
			buf = more;
		}
		r = wait_for(fd, POLLIN, deadline);
		if (r)
			return r;
		got = recv(fd, buf + n, room - n, MSG_DONTWAIT);
		if (got < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		if (got < 0)
			return -errno;
		if (!got)
			return n ? -EPROTO : -ECONNRESET;
		lf = memchr(buf + n, '\n', (size_t)got);
		if (lf) {
			if (lf - buf > CG_MAX_REPLY)
				return -EMSGSIZE;
			*lf = '\0';
			/* a NUL inside would hide the rest */
			if (strlen(buf) != (size_t)(lf - buf))
				return -EPROTO;
			*ret_line = TAKE_PTR(buf);
			return 0;
		}
		n += (size_t)got;
	}
}

/* The request's line, freed by the caller. */
static int line_make(struct json_object *request, char **ret_line)
{
	_cleanup_free_ char *out = NULL;
	int n = asprintf(&out, "%s\n",
			 json_object_to_json_string_ext(
				 request, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));

	if (n < 0) {
		out = NULL;
		return -ENOMEM;
	}
	if (n > CG_MAX_REQUEST)
		return -E2BIG;
	*ret_line = TAKE_PTR(out);
	return 0;
}

static int line_ask(int fd, const char *out, int64_t deadline, struct json_object **ret_reply)
{
	_cleanup_free_ char *line = NULL;
	int r = send_line(fd, out, strlen(out), deadline);

	if (!r)
		r = read_line(fd, deadline, &line);
	return r ? r : cg_reply_parse(line, ret_reply);
}

int cg_client_call(const char *path, struct json_object *request, int timeout_ms,
		   struct json_object **ret_reply)
{
	int64_t deadline = now_ms() + timeout_ms;
	_cleanup_free_ char *out = NULL;
	_cleanup_close_ int fd = -1;
	int r = line_make(request, &out);

	if (r)
		return r;
	fd = connect_to(path, timeout_ms);
	return fd < 0 ? fd : line_ask(fd, out, deadline, ret_reply);
}

int cg_client_open(const char *path, int timeout_ms, int *ret_fd)
{
	int fd = connect_to(path, timeout_ms);

	if (fd < 0)
		return fd;
	*ret_fd = fd;
	return 0;
}

int cg_client_ask(int fd, struct json_object *request, int timeout_ms,
		  struct json_object **ret_reply)
{
	_cleanup_free_ char *out = NULL;
	int r = line_make(request, &out);

	return r ? r : line_ask(fd, out, now_ms() + timeout_ms, ret_reply);
}
