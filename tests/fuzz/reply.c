/* SPDX-License-Identifier: GPL-2.0-only */
/* The agent's replies, as any other program at that socket may give them, in the words of each command: none of them writes to a terminal what moves its cursor. */
#include <errno.h>
#include <locale.h>
#include <poll.h>
#include <camgate/ctl.h>
#include "../../agent/cli/client.h"
#include "../../agent/cli/commands.h"
#include "../../agent/cli/reply.h"
#include "../../agent/lib/utf8.h"
#include "fuzz.h"

#define NOWHERE "/nonexistent/cg-fuzz"

static const struct {
	int (*run)(const struct cg_cli *cli, int argc, char **argv);
	const char *argv[4];
	unsigned int given;
} commands[] = {
	{ cg_cmd_status, { "status" }, 0 },
	{ cg_cmd_open, { "open", "nursery", "30m" }, 0 },
	{ cg_cmd_stricter, { "close", "nursery" }, 0 },
	{ cg_cmd_auto, { "auto", "all" }, 0 },
	{ cg_cmd_off, { "off", "10m" }, 0 },
	{ cg_cmd_on, { "on" }, 0 },
	{ cg_cmd_who, { "who", "nursery" }, 0 },
	{ cg_cmd_blocked, { "blocked", "nursery" }, 0 },
	{ cg_cmd_why, { "why", "nursery", "198.51.100.7:443/tcp" }, 0 },
	{ cg_cmd_counters, { "counters" }, 0 },
	{ cg_cmd_sessions, { "sessions" }, 0 },
	{ cg_cmd_sessions, { "sessions" }, CG_OPTION_FOLLOW },
	{ cg_cmd_log, { "log" }, 0 },
	{ cg_cmd_top, { "top" }, CG_OPTION_ONCE },
	{ cg_cmd_rule, { "allow", "nursery", "198.51.100.7:443/tcp" }, 0 },
	{ cg_cmd_undo, { "undo" }, 0 },
	{ cg_cmd_learn, { "learn", "nursery" }, CG_OPTION_SHOW },
	{ cg_cmd_reload, { "reload" }, 0 },
	{ cg_cmd_doctor, { "doctor" }, 0 },
	{ cg_cmd_version, { "version" }, 0 },
	{ cg_cmd_audit, { "audit" }, 0 },
	{ cg_cmd_audit, { "audit", "nursery" }, CG_OPTION_HTML },
};
#define NCOMMANDS (sizeof(commands) / sizeof(commands[0]))

static const uint8_t *left;
static size_t nleft;

/* ---- the other end ---- */

/* Lines that are read with a fault end as they do in client.c. */
int cg_client_ask(int fd, struct json_object *request, int timeout_ms,
		  struct json_object **ret_reply)
{
	const uint8_t *lf = nleft ? memchr(left, '\n', nleft) : NULL;
	size_t n = lf ? (size_t)(lf - left) : nleft;
	_cleanup_free_ char *line = NULL;
	int r;

	(void)fd;
	(void)request;
	(void)timeout_ms;
	if (!nleft)
		return -ECONNRESET;
	line = fuzz_text(left, n);
	left += n + (lf != NULL);
	nleft -= n + (lf != NULL);
	r = strlen(line) == n ? cg_reply_parse(line, ret_reply) : -EPROTO;
	if (!r && cg_reply_int(*ret_reply, "code") > 0)
		fuzz_plant((size_t)cg_reply_int(*ret_reply, "code"), 1);
	return r;
}

int cg_client_call(const char *path, struct json_object *request, int timeout_ms,
		   struct json_object **ret_reply)
{
	(void)path;
	return cg_client_ask(-1, request, timeout_ms, ret_reply);
}

int cg_client_open(const char *path, int timeout_ms, int *ret_fd)
{
	(void)path;
	(void)timeout_ms;
	*ret_fd = -1;
	return 0;
}

/* Nothing waits between two readings. */
int poll(struct pollfd *fds, nfds_t n, int timeout)
{
	(void)fds;
	(void)n;
	(void)timeout;
	return 0;
}

/* ---- what is said ---- */

static void said_look(const char *text, size_t n)
{
	FUZZ_PROMISE(!memchr(text, '\0', n));
	while (n) {
		uint32_t code;
		size_t step = cg_utf8_next(text, n, &code);

		FUZZ_PROMISE(step && (code == '\n' || !cg_utf8_is_control(code)));
		text += step;
		n -= step;
	}
}

static void command_run(size_t which, bool json)
{
	const struct cg_cli cli = { .config = NOWHERE,
				    .pin_dir = NOWHERE,
				    .socket = NOWHERE,
				    .state_dir = NOWHERE,
				    .json = json,
				    .given = commands[which].given };
	FILE *out = stdout, *err = stderr;
	char *said[2] = { NULL }, *argv[4];
	size_t n[2] = { 0 };
	int argc = 0, code;

	for (; argc < 3 && commands[which].argv[argc]; argc++)
		argv[argc] = (char *)commands[which].argv[argc];
	argv[argc] = NULL;
	stdout = open_memstream(&said[0], &n[0]);
	stderr = open_memstream(&said[1], &n[1]);
	FUZZ_PROMISE(stdout && stderr);
	code = commands[which].run(&cli, argc, argv);
	fclose(stdout);
	fclose(stderr);
	stdout = out;
	stderr = err;
	FUZZ_PROMISE(code >= CG_EXIT_OK && code <= CG_EXIT_PARTIAL);
	if (!json) {
		said_look(said[0], n[0]);
		said_look(said[1], n[1]);
	}
	free(said[0]);
	free(said[1]);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	(void)setlocale(LC_ALL, "C.UTF-8");
	(void)setenv("TZ", "UTC0", 1);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint32_t what = fuzz_number(&data, &size, 1);

	left = data;
	nleft = size;
	command_run(what % NCOMMANDS, what >= 128);
	return 0;
}
