/* SPDX-License-Identifier: GPL-2.0-only */
/* state.json: any bytes, and that what was understood is written so that it is read the same. */
#include <errno.h>
#include <lib/saved.h>
#include "fuzz.h"

static bool has_end(const char *text, size_t room)
{
	return memchr(text, '\0', room);
}

static void look(const struct cg_saved *s)
{
	FUZZ_PROMISE(s->nmanual <= CG_MAX_CAMERAS && s->nopening <= CG_MAX_CAMERAS);
	for (size_t i = 0; i < s->nmanual; i++)
		FUZZ_PROMISE(has_end(s->manual[i].id, sizeof(s->manual[i].id)) &&
			     s->manual[i].manual != CG_MANUAL_AUTO);
	for (size_t i = 0; i < s->nopening; i++)
		FUZZ_PROMISE(has_end(s->opening[i].id, sizeof(s->opening[i].id)) &&
			     has_end(s->opening[i].to, sizeof(s->opening[i].to)) &&
			     s->opening[i].set.n <= CG_VIEWERS_PER_SLOT);
	for (size_t i = 0; i < s->nlan; i++)
		FUZZ_PROMISE(has_end(s->lan[i], sizeof(s->lan[i])));
	for (size_t i = 0; i < s->nhome; i++)
		FUZZ_PROMISE(has_end(s->home[i].ifname, sizeof(s->home[i].ifname)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(cg_saved_free) struct cg_saved s = { 0 }, again = { 0 };
	_cleanup_free_ char *text = fuzz_text(data, size), *out = NULL, *twice = NULL;
	int err = cg_saved_parse(text, &s);

	/* 1: of a later version, and read as far as it is known. */
	FUZZ_PROMISE(!err || err == 1 || err == -EPROTO || err == -E2BIG || err == -ENOMEM);
	if (err < 0)
		return 0;
	look(&s);
	fuzz_plant(s.nmanual ? strlen(s.manual[0].id) : 0, 4);
	FUZZ_PROMISE(!cg_saved_print(&s, &out));
	FUZZ_PROMISE(!cg_saved_parse(out, &again));
	FUZZ_PROMISE(!cg_saved_print(&again, &twice));
	FUZZ_PROMISE(!strcmp(out, twice));
	return 0;
}
