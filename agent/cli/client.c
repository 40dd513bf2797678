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

static void tokener_freep(struct json_tokener **tokener)
{
	if (*tokener)
		json_tokener_free(*tokener);
}

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

static int parse_reply(const char *line, struct json_object **ret_reply)
{
	_cleanup_(tokener_freep) struct json_tokener *tokener = json_tokener_new();
	struct json_object *reply, *v, *ok, *code;

	if (!tokener)
		return -ENOMEM;
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	/* the NUL too: it ends a number or a bare word */
	reply = json_tokener_parse_ex(tokener, line, (int)strlen(line) + 1);
	if (json_object_is_type(reply, json_type_object) &&
	    json_object_object_get_ex(reply, "v", &v) && json_object_get_int(v) == CG_CTL_VERSION &&
	    json_object_object_get_ex(reply, "ok", &ok) &&
	    json_object_is_type(ok, json_type_boolean) &&
	    json_object_object_get_ex(reply, "code", &code) &&
	    json_object_is_type(code, json_type_int)) {
		*ret_reply = reply;
		return 0;
	}
	json_object_put(reply);
	return -EPROTO;
}

int cg_client_call(const char *path, struct json_object *request, int timeout_ms,
		   struct json_object **ret_reply)
{
	int64_t deadline = now_ms() + timeout_ms;
	_cleanup_free_ char *line = NULL, *out = NULL;
	_cleanup_close_ int fd = -1;
	int n, r;

	n = asprintf(&out, "%s\n",
		     json_object_to_json_string_ext(
			     request, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
	if (n < 0) {
		out = NULL;
		return -ENOMEM;
	}
	if (n > CG_MAX_REQUEST)
		return -E2BIG;
	fd = connect_to(path, timeout_ms);
	if (fd < 0)
		return fd;
	r = send_line(fd, out, (size_t)n, deadline);
	if (!r)
		r = read_line(fd, deadline, &line);
	return r ? r : parse_reply(line, ret_reply);
}
