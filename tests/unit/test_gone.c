/* SPDX-License-Identifier: GPL-2.0-only */
/* Tombstones: there and back, and every choice of lines that may be gone. */
#include "chained.h"

/* ---- tombstones ---- */

/* What is dropped of the seven, and a tombstone behind them that says so. */
static void drop(const bool *gone, bool lie)
{
	struct cg_chain_files files;
	struct cg_spans told = { 0 }, spans = { 0 };
	struct cg_gone g = { .what = CG_GONE_GONE, .why = CG_GONE_DAYS, .uid = -1, .last_s = T0 };
	struct cg_anchor a = at[LINES];
	char *line = NULL, *text = calloc(1, 65536);
	uint64_t count;

	put_lines("record.jsonl.1", 1, OLD);
	put_lines("record.jsonl", OLD + 1, LINES);
	ck_assert_int_eq(cg_chain_files_read(d.path, &files), 0);
	ck_assert_int_eq(cg_retain_spans(&files, gone, &told, &spans, &count), 0);
	g.count = count;
	g.nspan = spans.n;
	memcpy(g.span, spans.v, spans.n * sizeof(*spans.v));
	if (lie)
		g.span[0].prev[3] ^= 1;
	ck_assert_int_eq(cg_gone_print(&g, &line), 0);
	line = linked(line, &a);
	for (unsigned int i = 1; i <= OLD; i++)
		strcat(text, gone[i - 1] ? "" : line_text[i]);
	put("record.jsonl.1", text, strlen(text));
	*text = '\0';
	for (unsigned int i = OLD + 1; i <= LINES; i++)
		strcat(text, gone[i - 1] ? "" : line_text[i]);
	strcat(text, line);
	put("record.jsonl", text, strlen(text));
	head_put(&a);
	free(text);
	free(line);
	cg_spans_free(&spans);
	cg_chain_files_free(&files);
}

START_TEST(every_tombstone)
{
	setup();
	/* Every choice of the seven. */
	for (unsigned int mask = 1; mask < 1U << LINES; mask++) {
		bool gone[LINES + 1] = { false };
		unsigned int n = 0, first = 0, kept = 0;
		struct cg_verify v;

		for (unsigned int i = 0; i < LINES; i++) {
			gone[i] = mask >> i & 1;
			n += gone[i];
			if (!gone[i])
				kept = i + 1;
			if (gone[i] && !first)
				first = i + 1;
		}
		drop(gone, false);
		v = verified(NULL);
		ck_assert_msg(!v.what, "%x: fault %d file %u line %u", mask, v.what, v.file, v.row);
		ck_assert_uint_eq(v.gone, n);
		ck_assert_uint_eq(v.lines, LINES - n + 1);
		/* An anchor of what stays agrees. */
		if (kept)
			ck_assert_int_eq(verified(anchor_of(kept)).what, CG_VERIFY_WHOLE);
		if (first > 1) {
			ck_assert_int_eq(verified(anchor_of(first - 1)).what, CG_VERIFY_WHOLE);
			/* One that says another thing of the line before is found there. */
			drop(gone, true);
			v = verified(NULL);
			ck_assert_int_eq(v.what, CG_VERIFY_ALTERED);
			ck_assert_uint_eq(v.n, first - 1);
		}
	}
	teardown();
}
END_TEST

/* More is gone than it says. */
START_TEST(tombstone_and_thief)
{
	bool gone[LINES] = { false, true, true };
	struct cg_verify v;
	size_t n;
	char *text, *rest;
	char path[128];

	setup();
	drop(gone, false);
	ck_assert_int_eq(verified(NULL).what, CG_VERIFY_WHOLE);
	ck_assert_int_eq(cg_wholefile_read(unit_path(&d, "record.jsonl", path), 65536, &text, &n),
			 0);
	rest = strchr(text, '\n') + 1;
	put("record.jsonl", rest, strlen(rest));
	v = verified(NULL);
	IS(v, CG_VERIFY_MISSING, 0, 1);
	ck_assert_uint_eq(v.n, 2);
	/* An anchor of something in the middle of what is gone can be held against nothing. */
	put("record.jsonl", text, n);
	v = verified(anchor_of(2));
	ck_assert(!v.what && v.unknown);
	/* Of the last of it the next line tells. */
	ck_assert_int_eq(verified(anchor_of(3)).what, CG_VERIFY_WHOLE);
	ck_assert(!verified(anchor_of(3)).unknown);
	free(text);
	teardown();
}
END_TEST

START_TEST(gone_there_and_back)
{
	struct cg_gone g = { .what = CG_GONE_GONE,
			     .why = CG_GONE_ERASE,
			     .count = 9,
			     .last_s = T0,
			     .cam = "nursery",
			     .uid = 1000,
			     .user = "anna",
			     .unsure = true },
		       b;
	static const char *const wrong[] = {
		"{\"v\":2,\"what\":\"stopped\"}",
		"{\"v\":1,\"what\":\"gone\"}",
		"{\"v\":2,\"what\":\"gone\",\"why\":\"fun\"}",
		"{\"v\":2,\"what\":\"gone\",\"spans\":7}",
		"{\"v\":2,\"what\":\"gone\",\"spans\":[[2,3]]}",
		"{\"v\":2,\"what\":\"gone\",\"spans\":[[3,2,\"00\"]]}",
		"{\"v\":2,\"what\":\"gone\",\"spans\":[[0,2]]}",
	};
	char *line = NULL;

	g.nspan = 2;
	g.span[0] = (struct cg_gone_span){ .from = 1, .to = 4 };
	g.span[1] = (struct cg_gone_span){ .from = 9, .to = 9, .prev = { 0xab, 0xcd } };
	ck_assert_int_eq(cg_gone_print(&g, &line), 0);
	ck_assert(cg_gone_is(line, strlen(line)));
	ck_assert_int_eq(cg_gone_parse(line, strlen(line) - 1, &b), 0);
	ck_assert(b.what == g.what && b.why == g.why && b.count == 9 && b.uid == 1000 && b.unsure);
	ck_assert_str_eq(b.cam, "nursery");
	ck_assert_str_eq(b.user, "anna");
	ck_assert(b.nspan == 2 && !memcmp(b.span, g.span, 2 * sizeof(g.span[0])));
	free(line);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		ck_assert_msg(cg_gone_parse(wrong[i], strlen(wrong[i]), &b) == -EPROTO, "%s",
			      wrong[i]);
}
END_TEST

int main(void)
{
	return UNIT_RUN("gone", 120, every_tombstone, tombstone_and_thief, gone_there_and_back);
}
