/* SPDX-License-Identifier: GPL-2.0-only */
/* camgate top: cameras and sessions by rate, drawn anew every second. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <camgate/ctl.h>
#include "../lib/cleanup.h"
#include "ask.h"
#include "commands.h"
#include "i18n.h"
#include "print.h"
#include "reply.h"
#include "say.h"
#include "viewing.h"

#define EVERY_MS 1000
/* Lines of titles and gaps around the two tables. */
#define FRAME	 5

static volatile sig_atomic_t ended;

static void on_signal(int nr)
{
	(void)nr;
	ended = 1;
}

/* ---- drawing ---- */

static int by_rate(const void *p, const void *q)
{
	struct json_object *x = *(struct json_object *const *)p;
	struct json_object *y = *(struct json_object *const *)q;
	int64_t a = cg_reply_int(x, "up_kbps") + cg_reply_int(x, "down_kbps");
	int64_t b = cg_reply_int(y, "up_kbps") + cg_reply_int(y, "down_kbps");

	if (a != b)
		return a < b ? 1 : -1;
	/* Of the same rate always in the same order. */
	a = strcmp(cg_reply_str(x, "cam"), cg_reply_str(y, "cam"));
	if (!a)
		a = strcmp(cg_reply_str(x, "id"), cg_reply_str(y, "id"));
	return a ? (int)a : strcmp(cg_reply_str(x, "peer"), cg_reply_str(y, "peer"));
}

/* An array's elements by rate, n of them; the caller frees. */
static struct json_object **sorted(struct json_object *reply, const char *key, size_t *ret_n)
{
	struct json_object **v;

	*ret_n = cg_reply_count(reply, key);
	v = calloc(*ret_n + 1, sizeof(struct json_object *));
	if (!v) {
		*ret_n = 0;
		return NULL;
	}
	for (size_t i = 0; i < *ret_n; i++)
		v[i] = cg_reply_at(reply, key, i);
	qsort(v, *ret_n, sizeof(struct json_object *), by_rate);
	return v;
}

static void draw_cams(struct json_object *reply, size_t rows, time_t now)
{
	const struct cg_column columns[] = {
		{ .title = _("CAMERA") },
		{ .title = _("NOW") },
		{ .title = _("WATCHED"), .right = true },
		{ .title = _("STOPPED"), .right = true },
		{ .title = _("KBIT/S OUT"), .right = true },
		{ .title = _("IN"), .right = true },
	};
	struct cg_table *table = cg_print_table_new(columns, 6);
	char name[CG_REPLY_CAM_LEN], cell[CG_PRINT_LEN];
	size_t n;
	_cleanup_free_ struct json_object **cam = sorted(reply, "cams", &n);

	for (size_t i = 0; i < n && i < rows; i++) {
		const char *exposure = cg_reply_str(cam[i], "exposure");
		bool open = !strcmp(exposure, "open");

		cg_print_cell(table, CG_STYLE_NONE, "%s", cg_reply_cam(cam[i], name));
		if (open && cg_reply_has(cam[i], "until_s"))
			cg_print_cell(table, CG_STYLE_WARN, _("open until %s"),
				      cg_print_clock((time_t)cg_reply_int(cam[i], "until_s"), now,
						     cell));
		else
			cg_print_cell(table, open ? CG_STYLE_WARN : CG_STYLE_NONE, "%s",
				      open			  ? _("open") :
				      !strcmp(exposure, "closed") ? _("closed") :
				      !strcmp(exposure, "sealed") ? _("sealed") :
								    exposure);
		cg_print_cell(table, CG_STYLE_NONE, "%lld",
			      (long long)cg_reply_int(cam[i], "watching"));
		cg_print_cell(table, CG_STYLE_NONE, "%lld",
			      (long long)cg_reply_int(cam[i], "stopped"));
		cg_print_cell(table, CG_STYLE_NONE, "%s", cg_viewing_rate(cam[i], "up_kbps", cell));
		cg_print_cell(table, CG_STYLE_NONE, "%s",
			      cg_viewing_rate(cam[i], "down_kbps", cell));
	}
	cg_print_table_end(&table);
}

static void draw_sessions(struct json_object *reply, size_t rows, time_t now)
{
	const struct cg_column columns[] = {
		{ .title = _("CAMERA") },
		{ .title = _("OTHER SIDE") },
		{ .title = _("NOW") },
		{ .title = _("KBIT/S OUT"), .right = true },
		{ .title = _("IN"), .right = true },
		{ .title = _("SENT"), .right = true },
		{ .title = _("HOW") },
	};
	struct cg_table *table = cg_print_table_new(columns, 7);
	char text[CG_VIEWING_LEN], cell[CG_PRINT_LEN];
	size_t n;
	_cleanup_free_ struct json_object **s = sorted(reply, "sessions", &n);

	for (size_t i = 0; i < n && i < rows; i++) {
		cg_print_cell(table, CG_STYLE_NONE, "%s", cg_reply_str(s[i], "name"));
		cg_print_cell(table, CG_STYLE_NONE, "%s", cg_viewing_end(s[i], text));
		cg_print_cell(table, cg_viewing_style(cg_reply_str(s[i], "state")), "%s",
			      cg_viewing_state(s[i], now, text));
		cg_print_cell(table, CG_STYLE_NONE, "%s", cg_viewing_rate(s[i], "up_kbps", cell));
		cg_print_cell(table, CG_STYLE_NONE, "%s", cg_viewing_rate(s[i], "down_kbps", cell));
		cg_print_cell(table, CG_STYLE_NONE, "%s",
			      cg_print_size((uint64_t)cg_reply_int(s[i], "up_bytes"), cell));
		cg_print_cell(table, CG_STYLE_NONE, "%s", cg_viewing_how(s[i], text));
	}
	cg_print_table_end(&table);
	if (n > rows)
		cg_print_out(_("and %zu more\n"), n - rows);
}

/* lines: of the screen; 0: as many as there are. */
static void draw(struct json_object *reply, size_t lines)
{
	size_t ncams = cg_reply_count(reply, "cams"), nsessions = cg_reply_count(reply, "sessions");
	time_t now = time(NULL);
	char clock[CG_PRINT_LEN];
	size_t room = lines > FRAME + 2 ? lines - FRAME : 2;
	size_t cams = !lines || ncams < room / 2 ? ncams : room / 2;

	cg_print_styled(CG_STYLE_BOLD, "camgate");
	cg_print_out(_(" %s, %zu cameras, %zu sessions"), cg_print_clock(now, now, clock), ncams,
		     nsessions);
	cg_print_out("%s\n\n", lines ? _("; q ends it") : "");
	draw_cams(reply, cams, now);
	if (nsessions)
		cg_print_out("\n");
	draw_sessions(reply, lines ? room - cams : nsessions, now);
}

/* ---- the terminal ---- */

struct screen {
	struct termios was;
	bool keys; /* standard input is the terminal, and was is set */
};

static size_t screen_lines(void)
{
	const char *env = getenv("LINES");
	struct winsize ws;
	long n = env ? strtol(env, NULL, 10) : 0;

	if (n > 0 && n < 10000)
		return (size_t)n;
	return !ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) && ws.ws_row ? ws.ws_row : 24;
}

static void screen_begin(struct screen *s)
{
	const struct sigaction act = { .sa_handler = on_signal };
	struct termios raw;

	sigaction(SIGINT, &act, NULL);
	sigaction(SIGTERM, &act, NULL);
	sigaction(SIGHUP, &act, NULL);
	s->keys = isatty(STDIN_FILENO) && !tcgetattr(STDIN_FILENO, &s->was);
	if (s->keys) {
		raw = s->was;
		raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
		raw.c_cc[VMIN] = 0;
		raw.c_cc[VTIME] = 0;
		(void)tcsetattr(STDIN_FILENO, TCSANOW, &raw);
	}
	/* Another screen, no cursor, no line longer than one. */
	fputs("\033[?1049h\033[?25l\033[?7l", stdout);
}

static void screen_end(const struct screen *s)
{
	fputs("\033[?7h\033[?25h\033[?1049l", stdout);
	(void)fflush(stdout);
	if (s->keys)
		(void)tcsetattr(STDIN_FILENO, TCSANOW, &s->was);
}

/* Waits for the next drawing; false: that is enough. */
static bool screen_wait(const struct screen *s)
{
	struct pollfd p = { .fd = s->keys ? STDIN_FILENO : -1, .events = POLLIN };
	char key[16];
	ssize_t n;

	if (ended || poll(&p, 1, EVERY_MS) <= 0)
		return !ended;
	n = read(STDIN_FILENO, key, sizeof(key));
	/* A terminal that has gone asks for nothing any more. */
	return n > 0 && !memchr(key, 'q', (size_t)n) && !memchr(key, 'Q', (size_t)n) &&
	       !memchr(key, 4, (size_t)n);
}

static int live(const struct cg_cli *cli, int fd, struct json_object *reply)
{
	struct screen screen = { 0 };
	int r = 0;

	screen_begin(&screen);
	do {
		fputs("\033[H\033[J", stdout);
		draw(reply, screen_lines());
		if (fflush(stdout))
			break;
		if (!screen_wait(&screen))
			break;
		json_object_put(reply);
		reply = NULL;
		r = cg_ask_on(cli, fd, cg_ask_new("sessions"), &reply);
	} while (!r && cg_reply_bool(reply, "ok"));
	screen_end(&screen);
	if (r)
		return cg_ask_unreachable(cli, r);
	r = cg_reply_bool(reply, "ok") ? CG_EXIT_OK : cg_say_refusal(cli, reply);
	json_object_put(reply);
	return r;
}

int cg_cmd_top(const struct cg_cli *cli, int argc, char **argv)
{
	bool on_terminal = isatty(STDOUT_FILENO) && !cli->json && !(cli->given & CG_OPTION_ONCE);
	struct json_object *reply;
	_cleanup_close_ int fd = -1;
	int r = cg_ask_open(cli, &fd);

	(void)argc;
	(void)argv;
	if (!r)
		r = cg_ask_on(cli, fd, cg_ask_new("sessions"), &reply);
	if (!r && !on_terminal && cg_reply_bool(reply, "ok")) {
		/* Rates need a second reading. */
		json_object_put(reply);
		(void)poll(NULL, 0, EVERY_MS);
		r = cg_ask_on(cli, fd, cg_ask_new("sessions"), &reply);
	}
	if (r)
		return cg_ask_unreachable(cli, r);
	if (on_terminal && cg_reply_bool(reply, "ok"))
		return live(cli, fd, reply);
	r = cg_ask_finish(cli, reply, &reply);
	if (!reply)
		return r;
	draw(reply, 0);
	json_object_put(reply);
	return r;
}
