/* SPDX-License-Identifier: GPL-2.0-only */
/* devices.json, and a camera file of `adopt`: any bytes, and that what was understood is written so that it is read the same. */
#include <errno.h>
#include <lib/adopt.h>
#include <lib/devstate.h>
#include "fuzz.h"

#define HAS_END(text) FUZZ_PROMISE(memchr(text, '\0', sizeof(text)))

static void look(const struct cg_devstate *s)
{
	FUZZ_PROMISE(s->ndev <= CG_MAX_DEVICES && s->ntrial <= CG_MAX_TRIALS);
	HAS_END(s->boot);
	for (size_t i = 0; i < s->ndev; i++) {
		const struct cg_device_note *d = s->dev[i];

		FUZZ_PROMISE(d->what <= CG_DEVICE_RELEASED && d->why < __CG_HOLD_MAX);
		FUZZ_PROMISE((d->what == CG_DEVICE_IN_QUARANTINE) == (d->why != CG_HOLD_NOT));
		FUZZ_PROMISE(d->clues.n <= CG_CLUES_MAX);
		HAS_END(d->port);
		HAS_END(d->clues.hostname);
		HAS_END(d->clues.profile);
		for (size_t k = 0; k < d->clues.n; k++)
			HAS_END(d->clues.clue[k].text);
	}
	for (size_t i = 0; i < s->ntrial; i++) {
		HAS_END(s->trial[i].id);
		HAS_END(s->trial[i].file);
		HAS_END(s->trial[i].boot);
		FUZZ_PROMISE(s->trial[i].file[0] == '/' && s->trial[i].why < __CG_HOLD_MAX);
	}
}

/* A file is one of ours, or it is not; one with another byte is never unchanged. */
static void camera_file(const uint8_t *data, size_t size)
{
	struct cg_diag diag = { "" };
	char dir[PATH_MAX];
	struct cg_mac mac;

	if (cg_adopt_judge((const char *)data, size, &mac) == CG_ADOPT_WRITTEN)
		FUZZ_PROMISE(size > 53);
	if (cg_adopt_dir((const char *)data, size, "/etc/camgate/camgate.conf", &diag, dir))
		return;
	HAS_END(dir);
	fuzz_plant(strlen(dir), 22);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(cg_devstate_free) struct cg_devstate s = { 0 }, again = { 0 };
	_cleanup_free_ char *text = fuzz_text(data, size), *out = NULL, *twice = NULL;
	int err = cg_devstate_parse(text, &s);

	camera_file(data, size);
	/* 1: of a later version, and read as far as it is known. */
	FUZZ_PROMISE(!err || err == 1 || err == -EPROTO || err == -ENOMEM);
	if (err < 0)
		return 0;
	look(&s);
	FUZZ_PROMISE(!cg_devstate_print(&s, &out));
	FUZZ_PROMISE(!cg_devstate_parse(out, &again));
	FUZZ_PROMISE(!cg_devstate_print(&again, &twice));
	FUZZ_PROMISE(!strcmp(out, twice));
	return 0;
}
