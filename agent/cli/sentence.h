/* SPDX-License-Identifier: GPL-2.0-only */
/* The sentences of the design: what a camera may do now, in words. */
#ifndef CG_SENTENCE_H
#define CG_SENTENCE_H

#include <time.h>
#include <json-c/json.h>
#include "print.h"

#define CG_SENTENCE_LEN 512

/* cam: a camera of a status, open, close, seal or auto reply; to: the one viewer
 * let in, NULL: what cam says. Returns buf. */
const char *cg_sentence_exposure(struct json_object *cam, const char *to, time_t now,
				 char buf[static CG_SENTENCE_LEN]);
enum cg_style cg_sentence_style(struct json_object *cam);
/* Why, in words: by "reason_nr". */
const char *cg_sentence_reason(struct json_object *o);
/* "drop" and "pass", directions, scopes: known words translated, others as they are. */
const char *cg_sentence_word(const char *word);
/* Words that English shows as they are: states, levels, subjects of findings, kinds of lines. */
const char *cg_sentence_label(const char *word);
/* What it is said in, for a page: "en", "zh-Hans". */
const char *cg_sentence_language(void);

#endif
