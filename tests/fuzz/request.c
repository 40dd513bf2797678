/* SPDX-License-Identifier: GPL-2.0-only */
/* Lines of a client at the control socket: each has a reply that a client understands, whatever it asks for. The first byte says who asks. */
#include <camgate/ctl.h>
#include "../../agent/cli/reply.h"
#include "../../agent/daemon/request.h"
#include "../../agent/lib/jsonout.h"
#include "house.h"

/* Of one input: what more of them say the next inputs say. */
#define LINES 6

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	fuzz_house_start();
	return 0;
}

static void reply_look(struct json_object *reply, bool privileged)
{
	_cleanup_free_ char *text = NULL;
	struct json_object *again = NULL;
	size_t n;
	int64_t code = cg_reply_int(reply, "code");

	FUZZ_PROMISE(reply);
	FUZZ_PROMISE(code >= CG_EXIT_OK && code <= CG_EXIT_PARTIAL);
	FUZZ_PROMISE(cg_reply_bool(reply, "ok") || *cg_reply_str(reply, "error"));
	/* Who may change nothing is told nothing: the config has no `readers`. */
	FUZZ_PROMISE(privileged || !cg_reply_bool(reply, "ok"));
	/* As it is sent. */
	FUZZ_PROMISE(!cg_json_text(reply, false, &text, &n));
	FUZZ_PROMISE(strchr(text, '\n') == text + n - 1);
	text[n - 1] = '\0';
	FUZZ_PROMISE(!cg_reply_parse(text, &again));
	json_object_put(again);
}

static void request(const char *line, size_t n, bool privileged)
{
	struct json_object *reply =
		cg_request_run(&fuzz_agent, line, n, privileged, privileged ? 0 : 1000);

	reply_look(reply, privileged);
	fuzz_plant(strlen(cg_reply_str(reply, "error")), 127);
	json_object_put(reply);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	bool privileged = !(fuzz_number(&data, &size, 1) & 1);

	for (int lines = 0; size && lines < LINES; lines++) {
		const uint8_t *lf = memchr(data, '\n', size);
		size_t n = lf ? (size_t)(lf - data) : size;
		uint8_t *line = fuzz_bytes(data, n);

		if (n)
			request((char *)line, n, privileged);
		free(line);
		data += n + (lf != NULL);
		size -= n + (lf != NULL);
	}
	fuzz_house_pump();
	fuzz_house_again();
	return 0;
}
