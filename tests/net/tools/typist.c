// SPDX-License-Identifier: GPL-2.0-only
/* Runs a command at a terminal of its own, as somebody would who waits for each question and then types an answer. */
/*
 * typist [-t SECONDS] ANSWERS COMMAND [ARGUMENT...]
 *
 * A question is a last line that ends with "]: " while nothing more comes. Each is answered
 * with the next line of the file ANSWERS; "^C" and "^D" alone are those keys, "^Z" closes the
 * terminal as a lost connection does. What the terminal shows goes to stdout, CR LF as LF.
 * Ends as the command did; 124: it did not in time; 125: it asked more than there are answers.
 */
#include <errno.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define QUIET_MS 60

static long long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

static void show(const char *buf, ssize_t n)
{
	for (ssize_t i = 0; i < n; i++)
		if (buf[i] != '\r')
			putchar(buf[i]);
	fflush(stdout);
}

/* The end of what was shown. */
static char tail[4];

static void tail_take(const char *buf, ssize_t n)
{
	for (ssize_t i = 0; i < n; i++) {
		memmove(tail, tail + 1, sizeof(tail) - 2);
		tail[sizeof(tail) - 2] = buf[i];
	}
}

/* 0: typed; 1: closed; -1: there is no answer left */
static int answer(FILE *answers, int *pty)
{
	char line[512];

	memset(tail, 0, sizeof(tail));
	if (!fgets(line, sizeof(line), answers))
		return -1;
	if (!strcmp(line, "^Z\n")) {
		close(*pty);
		*pty = -1;
		return 1;
	}
	if (!strcmp(line, "^C\n"))
		strcpy(line, "\003");
	else if (!strcmp(line, "^D\n"))
		strcpy(line, "\004");
	return write(*pty, line, strlen(line)) < 0 ? -1 : 0;
}

static int code_of(int status)
{
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int main(int argc, char **argv)
{
	struct winsize ws = { .ws_row = 40, .ws_col = 100 };
	long long end = 60000;
	int pty, status, at = 1;
	bool more = true;
	FILE *answers;
	pid_t pid;

	if (argc > 3 && !strcmp(argv[1], "-t")) {
		end = atoll(argv[2]) * 1000;
		at = 3;
	}
	answers = argc > at + 1 ? fopen(argv[at], "r") : NULL;
	if (!answers) {
		fprintf(stderr, "usage: typist [-t SECONDS] ANSWERS COMMAND [ARGUMENT...]\n");
		return 2;
	}
	end += now_ms();
	pid = forkpty(&pty, NULL, NULL, &ws);
	if (pid < 0) {
		perror("forkpty");
		return 2;
	}
	if (!pid) {
		execvp(argv[at + 1], argv + at + 1);
		_exit(127);
	}
	while (more && now_ms() < end) {
		struct pollfd p = { .fd = pty, .events = POLLIN };
		char buf[4096];
		ssize_t n;
		int r = poll(&p, 1, QUIET_MS);

		if (r > 0) {
			n = read(pty, buf, sizeof(buf));
			more = n > 0;
			if (more) {
				show(buf, n);
				tail_take(buf, n);
			}
			continue;
		}
		if (r < 0 || strcmp(tail, "]: "))
			continue;
		r = answer(answers, &pty);
		if (r < 0) {
			kill(pid, SIGKILL);
			waitpid(pid, &status, 0);
			return 125;
		}
		more = !r;
	}
	while (!waitpid(pid, &status, WNOHANG)) {
		if (now_ms() >= end) {
			kill(pid, SIGKILL);
			waitpid(pid, &status, 0);
			return 124;
		}
		poll(NULL, 0, 10);
	}
	return code_of(status);
}
