/* SPDX-License-Identifier: GPL-2.0-only */
/* What is promised of any frame at all: shared by tests of readers and the fuzz target. */
#ifndef CG_TEST_CHECK_H
#define CG_TEST_CHECK_H

#include <stdlib.h>
#include <string.h>
#include <lib/clue.h>
#include <lib/utf8.h>

static inline bool check_text(const char *text, size_t size)
{
	size_t n = strnlen(text, size);

	if (n == size)
		return false;
	for (size_t at = 0; at < n;) {
		uint32_t code;
		size_t len = cg_utf8_next(text + at, n - at, &code);

		if (!len || cg_utf8_is_control(code))
			return false;
		at += len;
	}
	return true;
}

/* NULL, or what is wrong. */
static inline const char *check_clues(const struct cg_clues *c)
{
	if (c->n > CG_CLUES_MAX)
		return "more clues than there is room for";
	for (size_t i = 0; i < c->n; i++) {
		if (c->clue[i].kind <= CG_CLUE_NONE || c->clue[i].kind >= __CG_CLUE_MAX)
			return "a clue of no kind";
		if (!check_text(c->clue[i].text, sizeof(c->clue[i].text)))
			return "a clue's text does not print";
		for (size_t j = 0; j < i; j++)
			if (c->clue[i].kind == c->clue[j].kind &&
			    !strcmp(c->clue[i].text, c->clue[j].text))
				return "a clue twice";
	}
	if (!check_text(c->hostname, sizeof(c->hostname)) ||
	    !check_text(c->model, sizeof(c->model)) || !check_text(c->maker, sizeof(c->maker)) ||
	    !check_text(c->firmware, sizeof(c->firmware)) ||
	    !check_text(c->profile, sizeof(c->profile)))
		return "a field does not print";
	if (c->not_activated > CG_CLUE_NO || c->cloud > CG_CLUE_NO)
		return "neither yes nor no nor unknown";
	return NULL;
}

/* Reads a copy that ends where its memory ends, twice; NULL, or what is wrong. */
static inline const char *check_frame(struct cg_clues *c, const struct cg_heard *heard)
{
	size_t len = heard->len < CG_HEARD_DATA ? heard->len : CG_HEARD_DATA;
	size_t size = offsetof(struct cg_heard, data) + len;
	struct cg_clues before = *c, once;
	struct cg_heard *copy = malloc(size);
	const char *wrong;
	bool new;

	if (!copy)
		return "no memory";
	memcpy(copy, heard, size);
	new = cg_clues_frame(c, copy);
	once = *c;
	wrong = check_clues(c);
	if (!wrong && new != (memcmp(&before, c, sizeof(before)) != 0))
		wrong = "says new when nothing is, or the other way round";
	if (!wrong && (cg_clues_frame(c, copy) || memcmp(&once, c, sizeof(once))))
		wrong = "the same frame once more adds something";
	free(copy);
	return wrong;
}

#endif
