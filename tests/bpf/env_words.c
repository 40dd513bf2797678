/* SPDX-License-Identifier: GPL-2.0-only */
/* State in words: "open", "allow ADDRESS:PORT", "lan none", for the tables of the tests. */
#define _GNU_SOURCE
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "env.h"

static void word_deadline(struct env *e, uint32_t slot, uint64_t deadline, bool to)
{
	uint64_t base = e->exposure[slot].word & (3ULL << CG_WORD_BASE_SHIFT);

	env_word(e, slot, base | (to ? CG_WORD_TO : 0) | deadline);
}

static void state_word(struct env *e, char *w, uint32_t *slot)
{
	static const struct {
		const char *name;
		uint64_t base;
	} bases[] = {
		{ "sealed", CG_SEALED },
		{ "closed", CG_CLOSED },
		{ "always", CG_OPEN },
	};
	static const struct {
		const char *name;
		uint32_t flag;
	} flags[] = {
		{ "monitor", CG_CAM_MONITOR },	 { "via gateway", CG_CAM_VIA_GATEWAY },
		{ "lan none", CG_CAM_LAN_NONE }, { "lan viewers", CG_CAM_LAN_VIEWERS },
		{ "narrow", CG_CAM_NARROW },
	};
	static const struct {
		const char *name;
		enum cg_rule_kind kind;
	} kinds[] = {
		{ "allow ", CG_RULE_ALLOW },
		{ "deny ", CG_RULE_DENY },
		{ "upload ", CG_RULE_UPLOAD },
		{ "viewer ", CG_RULE_VIEWER },
	};
	size_t i;

	for (i = 0; i < 3; i++)
		if (!strcmp(w, bases[i].name)) {
			env_word(e, *slot, bases[i].base << CG_WORD_BASE_SHIFT);
			return;
		}
	for (i = 0; i < 5; i++)
		if (!strcmp(w, flags[i].name)) {
			e->cam[*slot].flags |= flags[i].flag;
			return;
		}
	for (i = 0; i < 4; i++)
		if (!strncmp(w, kinds[i].name, strlen(kinds[i].name))) {
			env_rule_add(e, *slot, kinds[i].kind, w + strlen(kinds[i].name));
			return;
		}
	if (*w == '@') {
		*slot = atoi(w + 1);
	} else if (!strcmp(w, "open")) {
		word_deadline(e, *slot, env_now() + 3600000000000ULL, false);
	} else if (!strcmp(w, "expired")) {
		word_deadline(e, *slot, env_now() - 1000000, false);
	} else if (!strncmp(w, "to ", 3)) {
		assert(addr_parse(w + 3, e->exposure[*slot].viewer));
		word_deadline(e, *slot, env_now() + 3600000000000ULL, true);
	} else if (!strcmp(w, "off")) {
		e->meta->off_until_ns = env_now() + 3600000000000ULL;
	} else if (!strcmp(w, "off past")) {
		e->meta->off_until_ns = env_now() - 1000000;
	} else if (!strcmp(w, "signs")) {
		e->no_signs = 0;
	} else if (!strcmp(w, "nogen")) {
		e->meta->generation = 0;
	} else {
		env_die(1, "state word '%s' is none", w);
	}
}

void env_state(struct env *e, const char *words)
{
	char buf[512], *w, *save = NULL;
	uint32_t slot = 1;

	snprintf(buf, sizeof(buf), "%s", words ? words : "");
	for (w = strtok_r(buf, ";", &save); w; w = strtok_r(NULL, ";", &save)) {
		w += strspn(w, " ");
		if (*w)
			state_word(e, w, &slot);
	}
	if (e->meta->generation)
		env_policy_write(e, e->meta->generation);
}
