/* SPDX-License-Identifier: GPL-2.0-only */
/* Signals are blocked but while somebody is waited for: what is under way ends first, and can be taken back. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "i18n.h"
#include "print.h"
#include "setup_ask.h"

static volatile sig_atomic_t noted;
static sigset_t open_mask;

static void note(int nr)
{
	noted = nr;
}

void cg_setup_ask_begin(void)
{
	static const int ends[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction sa = { .sa_handler = note };
	sigset_t blocked;

	sigemptyset(&blocked);
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		sigaddset(&blocked, ends[i]);
		(void)sigaction(ends[i], &sa, NULL);
	}
	(void)sigprocmask(SIG_BLOCK, &blocked, &open_mask);
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		sigdelset(&open_mask, ends[i]);
}

bool cg_setup_ask_ended(void)
{
	static const struct timespec now;

	/* what waits is delivered here */
	(void)ppoll(NULL, 0, &now, &open_mask);
	return noted != 0;
}

/* 0: there is input or the time is over. */
static int input_wait(bool input, const struct timespec *span)
{
	struct pollfd p = { .fd = STDIN_FILENO, .events = POLLIN };

	do {
		if (noted)
			return -ECANCELED;
	} while (ppoll(&p, input, span, &open_mask) < 0 && errno == EINTR);
	return noted ? -ECANCELED : 0;
}

/* By the byte: what is typed ahead is the next question's. */
static int line_read(char *buf, size_t size)
{
	size_t n = 0;
	char c;

	for (;;) {
		int r = input_wait(true, NULL);

		if (r)
			return r;
		if (read(STDIN_FILENO, &c, 1) != 1) {
			noted = SIGHUP;
			return -ECANCELED;
		}
		if (c == '\n')
			break;
		if (n + 1 < size)
			buf[n++] = c;
	}
	while (n && (buf[n - 1] == ' ' || buf[n - 1] == '\t' || buf[n - 1] == '\r'))
		n--;
	buf[n] = '\0';
	n = strspn(buf, " \t");
	memmove(buf, buf + n, strlen(buf + n) + 1);
	return 0;
}

int cg_setup_ask(const char *prompt, const char *otherwise, char *buf, size_t size)
{
	int r;

	cg_print_out("%s [%s]: ", prompt, otherwise);
	(void)fflush(stdout);
	r = line_read(buf, size);
	if (r) {
		cg_print_out("\n");
		return r;
	}
	if (!*buf)
		(void)snprintf(buf, size, "%s", otherwise);
	return 0;
}

int cg_setup_ask_yes(const char *prompt, bool otherwise, bool *ret_yes)
{
	/* the first letter counts; both letters may be translated */
	const char *yes = _("y"), *no = _("n"), *word;
	char buf[64], both[32];
	int r;

	(void)snprintf(both, sizeof(both), "%s/%s", otherwise ? _("Y") : yes,
		       otherwise ? no : _("N"));
	for (;;) {
		r = cg_setup_ask(prompt, both, buf, sizeof(buf));
		if (r)
			return r;
		word = !strcmp(buf, both) ? (otherwise ? yes : no) : buf;
		if (!strncasecmp(word, yes, strlen(yes)) || !strncasecmp(word, "y", 1)) {
			*ret_yes = true;
			return 0;
		}
		if (!strncasecmp(word, no, strlen(no)) || !strncasecmp(word, "n", 1)) {
			*ret_yes = false;
			return 0;
		}
	}
}

int cg_setup_ask_wait(unsigned int s)
{
	const struct timespec span = { .tv_sec = s };

	(void)fflush(stdout);
	return input_wait(false, &span);
}
