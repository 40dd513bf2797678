/* SPDX-License-Identifier: GPL-2.0-only */
/* Samples of the packet path's ring buffer, each with its length in two bytes in front, and what the agent then has to say: bits of the first byte say what is asked. */
#include "../../agent/daemon/request.h"
#include "../../agent/kern/dp.h"
#include "../../agent/lib/jsonout.h"
#include "house.h"

#define LONGEST	   512
/* What stands in the corpus for the version of now, and where. */
#define VERSION	   6
#define VERSION_AT 2

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	fuzz_house_start();
	return 0;
}

/* The packet path's own words: nobody reads them here. */
void cg_dp_debug(struct cg_datapath *dp, const char *fmt, ...)
{
	(void)dp;
	(void)fmt;
}

static void on_event(void *ctx, const struct cg_event *e)
{
	(void)ctx;
	fake_event_send(e);
	fuzz_house_pump();
}

static void on_name(void *ctx, const struct cg_name_event *e)
{
	(void)ctx;
	fake_name_event(e);
}

static void on_session(void *ctx, const struct cg_session_event *e)
{
	(void)ctx;
	fake_session_event(e);
	fuzz_plant(e->session.nfirst, 128);
}

static void ask(const char *line)
{
	struct json_object *reply = cg_request_run(&fuzz_agent, line, strlen(line), true, 0);
	_cleanup_free_ char *text = NULL;
	size_t n;

	FUZZ_PROMISE(reply && !cg_json_text(reply, false, &text, &n));
	json_object_put(reply);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cg_datapath dp = { .event_cb = on_event,
				  .name_cb = on_name,
				  .session_cb = on_session };
	uint32_t how = fuzz_number(&data, &size, 1);

	if (how & 1)
		ask("{\"v\":1,\"cmd\":\"learn\",\"cam\":\"nursery\",\"for_s\":3600}");
	while (size) {
		size_t n = fuzz_number(&data, &size, 2) % LONGEST;
		uint8_t *sample = fuzz_bytes(data, n = n < size ? n : size);

		if (n > VERSION_AT)
			sample[VERSION_AT] ^= CG_BPF_ABI_VERSION ^ VERSION;
		dp.events_left = 2;
		FUZZ_PROMISE(!cg_dp_sample(&dp, sample, n));
		free(sample);
		data += n;
		size -= n;
	}
	if (how & 2)
		fuzz_house_later(1);
	if (how & 4)
		ask("{\"v\":1,\"cmd\":\"sessions\"}");
	if (how & 8)
		ask("{\"v\":1,\"cmd\":\"blocked\",\"cam\":\"nursery\"}");
	if (how & 16)
		ask("{\"v\":1,\"cmd\":\"learn\",\"cam\":\"nursery\",\"show\":true}");
	fuzz_house_again();
	return 0;
}
