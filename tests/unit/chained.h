/* SPDX-License-Identifier: GPL-2.0-only */
/* A small record of seven lines in two files, chained, for the tests of what is done to it. */
#ifndef CG_TEST_CHAINED_H
#define CG_TEST_CHAINED_H

#include <lib/recordlist.h>
#include <lib/spans.h>
#include <lib/verify.h>
#include <lib/wholefile.h>
#include "unit.h"

#define T0    1800000000LL
#define LINES 7
/* Lines 1 to OLD are in the file before. */
#define OLD   3

static struct unit_dir d;
static char *line_text[LINES + 1]; /* from 1, with LF */
static struct cg_anchor at[LINES + 1];

static inline char *line_make(uint64_t id, const char *cam)
{
	struct cg_record r = { .id = id,
			       .what = CG_RECORD_STOPPED,
			       .count = 1,
			       .peer = { .len = 128 },
			       .first_s = T0,
			       .last_s = T0 + (int64_t)id,
			       .opening.uid = -1 };
	char *line = NULL;

	(void)snprintf(r.cam, sizeof(r.cam), "%s", cam);
	ck_assert_int_eq(cg_record_print(&r, &line), 0);
	return line;
}

/* The next one behind *a, linked; text is freed. */
static inline char *linked(char *text, struct cg_anchor *a)
{
	static const uint8_t salt[CG_SALT_LEN] = { 1, 2, 3 };
	char *out = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&out, &n);

	ck_assert_int_eq(cg_chain_add(f, text, salt, a), 0);
	fclose(f);
	free(text);
	return out;
}

static inline void head_put(const struct cg_anchor *a)
{
	struct cg_head head = { .at = *a };
	char *text = NULL;

	ck_assert_int_eq(cg_head_print(&head, &text), 0);
	unit_write(&d, "record.head", text, strlen(text));
	free(text);
}

static inline void put(const char *file, const char *text, size_t n)
{
	char path[128];

	unlink(unit_path(&d, file, path));
	if (text)
		unit_write(&d, file, text, n);
}

/* Lines from to to, joined. */
static inline char *text_of(unsigned int from, unsigned int to, size_t *ret_n)
{
	char *text = calloc(1, 65536);

	for (unsigned int i = from; i <= to; i++)
		strcat(text, line_text[i]);
	*ret_n = strlen(text);
	return text;
}

static inline void put_lines(const char *file, unsigned int from, unsigned int to)
{
	size_t n;
	char *text = text_of(from, to, &n);

	put(file, text, n);
	free(text);
}

static inline void setup(void)
{
	struct cg_anchor a = { 0 };
	struct cg_gone begin = { .what = CG_GONE_BEGIN, .last_s = T0, .uid = -1 };

	d = unit_dir_new();
	for (unsigned int i = 1; i <= LINES; i++) {
		char *text = NULL;

		if (i == 1)
			ck_assert_int_eq(cg_gone_print(&begin, &text), 0);
		else
			text = line_make(i, i % 2 ? "nursery" : "garden");
		line_text[i] = linked(text, &a);
		at[i] = a;
	}
	put_lines("record.jsonl.1", 1, OLD);
	put_lines("record.jsonl", OLD + 1, LINES);
	head_put(&a);
}

static inline void teardown(void)
{
	for (unsigned int i = 1; i <= LINES; i++)
		free(line_text[i]);
	unit_dir_free(&d);
}

static inline struct cg_verify verified(const char *anchor)
{
	struct cg_chain_files files;
	struct cg_anchor want;
	struct cg_verify v;
	struct cg_head head;
	size_t bytes = 0;
	bool has;

	if (anchor)
		ck_assert_int_eq(cg_anchor_parse(anchor, &want, &bytes), 0);
	ck_assert_int_eq(cg_chain_files_read(d.path, &files), 0);
	has = !cg_chain_head_read(d.path, &head);
	ck_assert_int_eq(cg_verify(&files, has ? &head : NULL, anchor ? &want : NULL, bytes, &v),
			 0);
	cg_chain_files_free(&files);
	return v;
}

static inline const char *anchor_of(unsigned int i)
{
	static char buf[CG_ANCHOR_STRLEN];

	return cg_anchor_format(&at[i], buf);
}

#define IS(v, fault, of_file, of_row)                                                      \
	ck_assert_msg((v).what == (fault) && (v).file == (of_file) && (v).row == (of_row), \
		      "fault %d in file %u line %u", (v).what, (v).file, (v).row)

#endif
