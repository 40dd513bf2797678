/* SPDX-License-Identifier: GPL-2.0-only */
/* A scripted agent for tests of the command: logs each request line, answers with the canned reply for its cmd. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/*
 * fake_agent SOCKET REPLIES LOG
 *
 * REPLIES is read anew for every request, so that a test can rewrite it. A line
 * is "CMD REPLY", the first whose CMD is the request's "cmd" or "*" counts:
 *   {…}            sent as it is, with LF
 *   @garbage       bytes that are no JSON
 *   @partial       half a reply, then the connection ends
 *   @hangup        the connection ends without a byte
 *   @silent        nothing, the connection stays
 *   @drip {…}      sent byte by byte
 *   @huge N        N bytes without a LF
 *   @huge_line N   one JSON string of N bytes with LF
 */
#define LINE_MAX_BYTES (1024 * 1024)

static int send_all(int fd, const char *s, size_t n)
{
	while (n) {
		ssize_t sent = send(fd, s, n, MSG_NOSIGNAL);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0)
			return -1;
		s += sent;
		n -= (size_t)sent;
	}
	return 0;
}

static void send_fill(int fd, size_t n, const char *before, const char *after)
{
	char chunk[65536];

	memset(chunk, 'x', sizeof(chunk));
	if (send_all(fd, before, strlen(before)))
		return;
	while (n) {
		size_t part = n < sizeof(chunk) ? n : sizeof(chunk);

		if (send_all(fd, chunk, part))
			return;
		n -= part;
	}
	(void)send_all(fd, after, strlen(after));
}

/* The value of "cmd" in a request as the command writes it. */
static void cmd_of(const char *request, char *buf, size_t n)
{
	const char *at = strstr(request, "\"cmd\":\"");
	size_t len = at ? strcspn(at + 7, "\"") : 0;

	snprintf(buf, n, "%.*s", (int)len, at ? at + 7 : "");
}

/* The canned reply; the caller frees it. NULL: none. */
static char *reply_for(const char *path, const char *cmd)
{
	FILE *f = fopen(path, "r");
	char *line = NULL, *found = NULL;
	size_t room = 0;
	ssize_t n;

	while (f && !found && (n = getline(&line, &room, f)) > 0) {
		size_t word = strcspn(line, " ");

		if (line[n - 1] == '\n')
			line[n - 1] = '\0';
		if (line[word] && ((word == strlen(cmd) && !memcmp(line, cmd, word)) ||
				   (word == 1 && *line == '*')))
			found = strdup(line + word + 1);
	}
	free(line);
	if (f)
		fclose(f);
	return found;
}

/* Returns whether the connection goes on. */
static int answer(int fd, const char *reply)
{
	if (!reply || !strcmp(reply, "@hangup"))
		return 0;
	if (!strcmp(reply, "@silent"))
		return 1;
	if (!strcmp(reply, "@garbage")) {
		send_all(fd, "\001\377 not json {\n", 14);
		return 1;
	}
	if (!strcmp(reply, "@partial")) {
		send_all(fd, "{\"v\":1,\"ok\":tr", 14);
		return 0;
	}
	if (!strncmp(reply, "@huge ", 6)) {
		send_fill(fd, strtoul(reply + 6, NULL, 10), "", "");
		return 1;
	}
	if (!strncmp(reply, "@huge_line ", 11)) {
		send_fill(fd, strtoul(reply + 11, NULL, 10),
			  "{\"v\":1,\"ok\":true,\"code\":0,\"x\":\"", "\"}\n");
		return 1;
	}
	if (!strncmp(reply, "@drip ", 6)) {
		for (reply += 6; *reply; reply++) {
			send_all(fd, reply, 1);
			usleep(200);
		}
		send_all(fd, "\n", 1);
		return 1;
	}
	send_all(fd, reply, strlen(reply));
	send_all(fd, "\n", 1);
	return 1;
}

static void serve(int fd, const char *replies, const char *log)
{
	FILE *in = fdopen(fd, "r");
	char *line = NULL;
	size_t room = 0;
	int go_on = 1;

	while (in && go_on && getline(&line, &room, in) > 0) {
		FILE *out = fopen(log, "a");
		char cmd[64], *reply;

		if (out) {
			fputs(line, out);
			fclose(out);
		}
		cmd_of(line, cmd, sizeof(cmd));
		reply = reply_for(replies, cmd);
		go_on = answer(fd, reply);
		free(reply);
	}
	free(line);
	if (in)
		fclose(in);
}

int main(int argc, char **argv)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int fd;

	if (argc != 4 || snprintf(sun.sun_path, sizeof(sun.sun_path), "%s.new", argv[1]) >=
				 (int)sizeof(sun.sun_path)) {
		fprintf(stderr, "usage: fake_agent SOCKET REPLIES LOG\n");
		return 2;
	}
	unlink(sun.sun_path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	/* For everybody: a test drops root and must still be answered. Its name is
	 * there when somebody listens, not before. */
	if (fd < 0 || bind(fd, (struct sockaddr *)&sun, sizeof(sun)) || chmod(sun.sun_path, 0666) ||
	    listen(fd, 8) || rename(sun.sun_path, argv[1])) {
		perror(argv[1]);
		return 1;
	}
	signal(SIGPIPE, SIG_IGN);
	for (;;) {
		int client = accept(fd, NULL, NULL);

		if (client >= 0)
			serve(client, argv[2], argv[3]);
		else if (errno != EINTR && errno != ECONNABORTED)
			return 1;
	}
}
