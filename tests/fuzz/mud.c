/* SPDX-License-Identifier: GPL-2.0-only */
/* A MUD file of a maker, as rules and as the block of a config, which must be one. */
#include <errno.h>
#include <lib/lex.h>
#include <lib/mud.h>
#include "fuzz.h"

static void look(const struct cg_mud *mud)
{
	FUZZ_PROMISE(mud->naces <= CG_MUD_MAX_ACES && mud->nmissing <= CG_MUD_MAX_LISTS);
	for (size_t i = 0; i < mud->naces; i++) {
		const struct cg_mud_ace *a = &mud->aces[i];

		FUZZ_PROMISE(a->outcome < __CG_MUD_MAX);
		FUZZ_PROMISE(a->outcome != CG_MUD_RULE || a->rule + a->nrules <= mud->nrules);
		for (const char *c = a->text; *c; c++)
			FUZZ_PROMISE(*c >= ' ' && *c <= '~');
		for (const char *c = a->where; *c; c++)
			FUZZ_PROMISE(*c >= ' ' && *c <= '~');
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_free_ char *text = fuzz_text(data, size), *block = NULL;
	_cleanup_(cg_mud_free) struct cg_mud *mud = NULL;
	struct cg_tokens tokens = { 0 };
	struct cg_diag diag = { "" };
	int err = cg_mud_read(text, size, "maker.json", &diag, &mud);

	FUZZ_PROMISE(!err || err == -EINVAL || err == -E2BIG || err == -EPROTO || err == -ENOMEM);
	FUZZ_PROMISE(!err == !diag.text[0] || err == -ENOMEM);
	if (err)
		return 0;
	look(mud);
	fuzz_plant(strlen(mud->info[CG_MUD_SYSTEM]), 12);
	FUZZ_PROMISE(!cg_mud_fit(mud));
	look(mud);
	FUZZ_PROMISE(cg_mud_lost(mud) || mud->naces || !mud->nrules);
	block = cg_mud_block(mud, "maker.json", "nursery", NULL, 0);
	FUZZ_PROMISE(block);
	FUZZ_PROMISE(!cg_lex_read(block, strlen(block), "block", &diag, &tokens));
	cg_lex_free(&tokens);
	return 0;
}
