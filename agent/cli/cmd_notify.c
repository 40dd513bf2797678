/* SPDX-License-Identifier: GPL-2.0-only */
/* camgate notify: is the household's program told, how did that end, and one run of it to see. */
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <camgate/ctl.h>
#include "ask.h"
#include "commands.h"
#include "i18n.h"
#include "print.h"
#include "reply.h"
#include "say.h"

/* What runs now has ten seconds, and so has the test behind it. */
#define WAIT_MS	 22000
#define LOOK_MS	 100

#define SENTENCE 192

static const char *how_text(struct json_object *r, char buf[static SENTENCE])
{
	const char *how = cg_reply_str(r, "how");
	int value = (int)cg_reply_int(r, "value");

	if (!strcmp(how, "exited") && !value)
		return _("it ended well");
	if (!strcmp(how, "exited"))
		snprintf(buf, SENTENCE, _("it failed with exit status %d"), value);
	else if (!strcmp(how, "signal"))
		snprintf(buf, SENTENCE, _("it was ended by signal %d (%s)"), value,
			 strsignal(value));
	else if (!strcmp(how, "timeout"))
		snprintf(buf, SENTENCE, "%s", _("it took longer than 10 s and was ended"));
	else
		snprintf(buf, SENTENCE, _("it could not be started: %s"), cg_reply_str(r, "error"));
	return buf;
}

static void print_all(struct json_object *reply)
{
	struct json_object *last = cg_reply_obj(reply, "last");
	long long told = cg_reply_int(reply, "told"), left = cg_reply_int(reply, "left_out");
	char when[CG_PRINT_LEN], how[SENTENCE];

	if (!cg_reply_has(reply, "program")) {
		cg_print_out(_("No program is told of anything: set `notify` in the "
			       "configuration.\n"));
		return;
	}
	cg_print_out(_("told: %s\n"), cg_reply_str(reply, "program"));
	cg_print_out(n_("since the agent's start: %lld notice, ",
			"since the agent's start: %lld notices, ", (unsigned long)told),
		     told);
	cg_print_out(n_("%lld left out\n", "%lld left out\n", (unsigned long)left), left);
	if (last)
		cg_print_out(_("the last one, %s, at %s: %s\n"), cg_reply_str(last, "event"),
			     cg_print_clock((time_t)cg_reply_int(last, "ended_s"), time(NULL),
					    when),
			     how_text(last, how));
	if (cg_reply_bool(reply, "running"))
		cg_print_out(_("it is running now\n"));
}

static struct json_object *request_new(bool test)
{
	struct json_object *request = cg_ask_new("notify");

	if (test)
		json_object_object_add(request, "test", json_object_new_boolean(true));
	return request;
}

/* *ret_reply: the one behind the test's end. */
static int test_run(const struct cg_cli *cli, int fd, struct json_object **ret_reply)
{
	struct json_object *reply;
	int r, left_ms = WAIT_MS;

	*ret_reply = NULL;
	for (bool first = true;; first = false) {
		r = cg_ask_on(cli, fd, request_new(first), &reply);
		if (r)
			return cg_ask_unreachable(cli, r);
		if (!cg_reply_bool(reply, "ok")) {
			r = cg_say_refusal(cli, reply);
			json_object_put(reply);
			return r;
		}
		if (!cg_reply_bool(reply, "testing") || left_ms <= 0)
			break;
		json_object_put(reply);
		(void)poll(NULL, 0, LOOK_MS);
		left_ms -= LOOK_MS;
	}
	*ret_reply = reply;
	return CG_EXIT_OK;
}

static int test(const struct cg_cli *cli, int fd)
{
	struct json_object *reply, *result;
	char how[SENTENCE];
	int r = test_run(cli, fd, &reply);

	if (!reply)
		return r;
	result = cg_reply_bool(reply, "testing") ? NULL : cg_reply_obj(reply, "test");
	if (!result)
		r = cg_say_error(cli, CG_EXIT_FAILED, NULL, _("the test was not run to its end"));
	else if (strcmp(cg_reply_str(result, "how"), "exited") || cg_reply_int(result, "value"))
		r = cg_say_error(cli, CG_EXIT_FAILED, NULL, "%s: %s",
				 cg_reply_str(reply, "program"), how_text(result, how));
	else if (cli->json)
		cg_say_json(reply);
	else
		cg_print_out("%s: %s\n", cg_reply_str(reply, "program"), how_text(result, how));
	json_object_put(reply);
	return r;
}

int cg_cmd_notify(const struct cg_cli *cli, int argc, char **argv)
{
	_cleanup_close_ int fd = -1;
	struct json_object *reply;
	int r;

	(void)argc;
	(void)argv;
	if (!(cli->given & CG_OPTION_TEST)) {
		r = cg_ask(cli, cg_ask_new("notify"), &reply);
		if (!reply)
			return r;
		print_all(reply);
		json_object_put(reply);
		return r;
	}
	r = cg_ask_open(cli, &fd);
	if (r)
		return cg_ask_unreachable(cli, r);
	return test(cli, fd);
}
