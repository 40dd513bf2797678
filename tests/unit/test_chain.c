/* SPDX-License-Identifier: GPL-2.0-only */
/* The chain: lines and anchors there and back, and whatever is done to a small record is found, with its line. */
#include "../fault.h"
#include "chained.h"

START_TEST(whole)
{
	struct cg_verify v;
	char short_one[40];

	setup();
	v = verified(NULL);
	ck_assert_int_eq(v.what, CG_VERIFY_WHOLE);
	ck_assert_uint_eq(v.lines, LINES);
	ck_assert_uint_eq(v.good.n, LINES);
	for (unsigned int i = 1; i <= LINES; i++)
		ck_assert_int_eq(verified(anchor_of(i)).what, CG_VERIFY_WHOLE);
	snprintf(short_one, sizeof(short_one), "%.18s", anchor_of(4));
	ck_assert_int_eq(verified(short_one).what, CG_VERIFY_WHOLE);
	/* Another one, and one of lines that are not there. */
	short_one[4] = short_one[4] == '0' ? '1' : '0';
	v = verified(short_one);
	IS(v, CG_VERIFY_ANCHOR, 0, 1);
	v = verified("9:0123456789abcdef");
	IS(v, CG_VERIFY_CUT, 0, LINES - OLD + 1);
	ck_assert_uint_eq(v.missing, 2);
	teardown();
}
END_TEST

START_TEST(no_anchor)
{
	static const char *const wrong[] = { "",
					     "7",
					     "7:",
					     "7:0123456789abcde",
					     ":0123456789abcdef",
					     "7:0123456789abcdeg",
					     "07:0123456789abcdef",
					     "7:0123456789ABCDEF",
					     "-7:0123456789abcdef",
					     "1234567890123456789:0123456789abcdef" };
	struct cg_anchor a;
	size_t n;

	setup();
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		ck_assert_msg(cg_anchor_parse(wrong[i], &a, &n) == -EINVAL, "%s", wrong[i]);
	ck_assert_int_eq(cg_anchor_parse(anchor_of(3), &a, &n), 0);
	ck_assert(a.n == 3 && n == CG_HASH_LEN && !memcmp(a.hash, at[3].hash, n));
	teardown();
}
END_TEST

/* FIPS 180-4's own example: it is the hash that others compute. */
START_TEST(the_hash)
{
	uint8_t hash[CG_HASH_LEN];
	char text[2 * CG_HASH_LEN + 1];

	cg_chain_hash("abc", 3, hash);
	ck_assert_str_eq(cg_hash_format(hash, text),
			 "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}
END_TEST

START_TEST(heads)
{
	static const char *const wrong[] = {
		"",
		"7",
		"{\"v\":1}",
		"{\"v\":1,\"n\":1,\"hash\":\"ab\",\"bytes\":0}",
		"{\"v\":2,\"n\":1,\"hash\":"
		"\"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\",\"bytes\":0}",
	};
	struct cg_head head = { .bytes = 77, .time_s = T0, .open = true }, again;
	char *text = NULL;

	setup();
	head.at = at[2];
	ck_assert_int_eq(cg_head_print(&head, &text), 0);
	ck_assert_int_eq(cg_head_parse(text, &again), 0);
	ck_assert(!memcmp(&again.at, &at[2], sizeof(at[2])) && again.bytes == 77 &&
		  again.time_s == T0 && again.open);
	free(text);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		ck_assert_msg(cg_head_parse(wrong[i], &again) == -EPROTO, "%s", wrong[i]);
	teardown();
}
END_TEST

/* ---- everything that can be done to it ---- */

struct count {
	unsigned int tried, missed, misplaced;
	FILE *raw;
};

/* row 0: any. */
static void judge(struct count *c, const char *how, unsigned int nth, unsigned int row)
{
	struct cg_verify v = verified(NULL);

	c->tried++;
	c->missed += v.what == CG_VERIFY_WHOLE;
	if (v.what && row && (v.file || v.row != row)) {
		c->misplaced++;
		printf("# %s %u: line %u, said %u of file %u\n", how, nth, row, v.row, v.file);
		fflush(stdout);
	}
	if (c->raw)
		fprintf(c->raw, "%s %u: fault %d, file %u line %u\n", how, nth, v.what, v.file,
			v.row);
}

/* The newest file, with one byte another. */
static void bytes_changed(struct count *c, const char *text, size_t n)
{
	static const char with[] = { 'x', '\n', '\0', '0', '"' };
	char *changed = malloc(n + 1);
	unsigned int row = 1;

	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < sizeof(with); k++) {
			memcpy(changed, text, n);
			changed[i] = with[k] == text[i] ? 'y' : with[k];
			put("record.jsonl", changed, n);
			/* Two lines that became one are said where it begins. */
			judge(c, "byte", (unsigned int)i, row);
		}
		row += text[i] == '\n';
	}
	free(changed);
}

static void lines_moved(struct count *c, char **line, unsigned int from, unsigned int to)
{
	for (unsigned int i = from; i <= to; i++) {
		char text[16384] = "";

		for (unsigned int k = from; k <= to; k++)
			strcat(text, k == i ? "" : line[k]);
		put("record.jsonl", *text ? text : NULL, strlen(text));
		judge(c, "removed", i, i - from + 1);
		*text = '\0';
		for (unsigned int k = from; k <= to; k++) {
			strcat(text, line[k]);
			strcat(text, k == i ? line[k] : "");
		}
		put("record.jsonl", text, strlen(text));
		judge(c, "twice", i, i - from + 2);
		for (unsigned int j = i + 1; j <= to; j++) {
			*text = '\0';
			for (unsigned int k = from; k <= to; k++)
				strcat(text, line[k == i ? j : k == j ? i : k]);
			put("record.jsonl", text, strlen(text));
			judge(c, "swapped", i * 100 + j, i - from + 1);
		}
	}
}

static void cut_off(struct count *c, const char *text, size_t n)
{
	unsigned int row = 1;

	for (size_t i = 0; i < n; i++) {
		put("record.jsonl", text, i);
		judge(c, "cut", (unsigned int)i, i ? row : 0);
		row += text[i] == '\n';
	}
	put("record.jsonl", NULL, 0);
	judge(c, "no file", 0, 0);
}

static void appended(struct count *c, const char *text, size_t n, char **line)
{
	char *more = malloc(n + 8192);
	char *foreign[] = { line[OLD + 1], line[1],
			    (char *)"{\"v\":1,\"what\":\"stopped\",\"cam\":\"nursery\"}\n",
			    (char *)"x\n", (char *)"\n" };

	for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++) {
		strcpy(more, text);
		strcat(more, foreign[i]);
		put("record.jsonl", more, strlen(more));
		judge(c, "appended", (unsigned int)i, LINES - OLD + 1);
	}
	free(more);
}

static void all(struct count *c, char **line)
{
	char *text = calloc(1, 65536);

	for (unsigned int i = OLD + 1; i <= LINES; i++)
		strcat(text, line[i]);
	bytes_changed(c, text, strlen(text));
	lines_moved(c, line, OLD + 1, LINES);
	cut_off(c, text, strlen(text));
	appended(c, text, strlen(text), line);
	put("record.jsonl", text, strlen(text));
	free(text);
}

/* Each is found, on its line; where nothing is chained, none is. */
START_TEST(tampers)
{
	struct count c = { .raw = fopen(CG_BUILD "/tests/unit/tampers.txt", "w") }, plain = { 0 };
	char *bare[LINES + 1], path[128];

	setup();
	ck_assert_ptr_nonnull(c.raw);
	all(&c, line_text);
	fclose(c.raw);
	ck_assert_int_eq(verified(NULL).what, CG_VERIFY_WHOLE);
	for (unsigned int i = 1; i <= LINES; i++)
		bare[i] = line_make(i, "nursery");
	put("record.jsonl.1", NULL, 0);
	unlink(unit_path(&d, "record.head", path));
	all(&plain, bare);
	for (unsigned int i = 1; i <= LINES; i++)
		free(bare[i]);
	printf("# %u tampers: %u missed, %u on another line; not chained: %u of %u missed\n",
	       c.tried, c.missed, c.misplaced, plain.missed, plain.tried);
	fault_figure("record/tampers_missed", "tampers", c.missed, c.tried, plain.missed,
		     "tests/unit/tampers.txt");
	ck_assert_uint_eq(c.missed, 0);
	ck_assert_uint_eq(c.misplaced, 0);
	ck_assert_uint_eq(plain.missed, plain.tried);
	teardown();
}
END_TEST

/* Over the bounds of files, and the files themselves. */
START_TEST(files_moved)
{
	struct cg_verify v;
	char path[128], to[128];

	setup();
	put("record.jsonl.1", NULL, 0);
	v = verified(NULL);
	IS(v, CG_VERIFY_MISSING, 0, 1);
	ck_assert_uint_eq(v.n, 1);
	ck_assert_uint_eq(v.missing, OLD);
	put_lines("record.jsonl.1", 1, OLD - 1);
	v = verified(NULL);
	IS(v, CG_VERIFY_MISSING, 0, 1);
	ck_assert_uint_eq(v.n, OLD);
	ck_assert_uint_eq(v.good.n, OLD - 2);
	/* What the anchor says of the line before it is known all the same. */
	v = verified(anchor_of(OLD - 1));
	IS(v, CG_VERIFY_MISSING, 0, 1);
	ck_assert_uint_eq(v.good.n, OLD - 1);
	put_lines("record.jsonl.1", 1, OLD);
	/* They change places. */
	ck_assert(
		!rename(unit_path(&d, "record.jsonl", path), unit_path(&d, "record.jsonl.2", to)));
	v = verified(NULL);
	IS(v, CG_VERIFY_ORDER, 2, 1);
	ck_assert(!rename(to, unit_path(&d, "record.jsonl", path)));
	/* The last of the old one is altered: what follows is in another file. */
	line_text[OLD][30] ^= 1;
	put_lines("record.jsonl.1", 1, OLD);
	v = verified(NULL);
	IS(v, CG_VERIFY_ALTERED, 1, OLD);
	ck_assert_uint_eq(v.good.n, OLD - 1);
	line_text[OLD][30] ^= 1;
	put_lines("record.jsonl.1", 1, OLD);
	ck_assert_int_eq(verified(NULL).what, CG_VERIFY_WHOLE);
	teardown();
}
END_TEST

/* An older head, another, and none. */
START_TEST(the_head)
{
	struct cg_anchor other;
	struct cg_verify v;
	char path[128];

	setup();
	other = at[LINES];
	/* The power went before it was written: no false alarm. */
	head_put(&at[LINES - 2]);
	v = verified(NULL);
	ck_assert_int_eq(v.what, CG_VERIFY_WHOLE);
	ck_assert_uint_eq(v.behind, 2);
	/* And in the middle of a line. */
	{
		size_t n;
		char *text = text_of(OLD + 1, LINES, &n);

		put("record.jsonl", text, n - 9);
		v = verified(NULL);
		ck_assert_int_eq(v.what, CG_VERIFY_WHOLE);
		ck_assert_uint_eq(v.behind, 1);
		ck_assert_uint_gt(v.bytes, 0);
		free(text);
		put_lines("record.jsonl", OLD + 1, LINES);
	}
	other.hash[0] ^= 1;
	head_put(&other);
	v = verified(NULL);
	IS(v, CG_VERIFY_ALTERED, 0, LINES - OLD);
	other.n = LINES - 1;
	head_put(&other);
	v = verified(NULL);
	IS(v, CG_VERIFY_HEAD, 0, LINES - OLD - 1);
	unit_write(&d, "record.head", "{", 1);
	ck_assert_int_eq(verified(NULL).what, CG_VERIFY_HEAD);
	unlink(unit_path(&d, "record.head", path));
	v = verified(NULL);
	ck_assert_int_eq(v.what, CG_VERIFY_HEAD);
	ck_assert_uint_eq(v.good.n, LINES - 1);
	/* With nothing at all there is nothing to find. */
	put("record.jsonl", NULL, 0);
	put("record.jsonl.1", NULL, 0);
	ck_assert_int_eq(verified(NULL).what, CG_VERIFY_WHOLE);
	teardown();
}
END_TEST

/* Lines of before there was a chain: they are told of, and behind its beginning they are foreign. */
START_TEST(not_chained)
{
	char *old = line_make(99, "nursery"), *text = calloc(1, 65536);
	struct cg_verify v;

	setup();
	strcat(strcat(text, old), old);
	for (unsigned int i = 1; i <= OLD; i++)
		strcat(text, line_text[i]);
	put("record.jsonl.1", text, strlen(text));
	v = verified(NULL);
	ck_assert_int_eq(v.what, CG_VERIFY_WHOLE);
	ck_assert_uint_eq(v.before, 2);
	strcat(text, old);
	put("record.jsonl.1", text, strlen(text));
	v = verified(NULL);
	IS(v, CG_VERIFY_FOREIGN, 1, OLD + 3);
	free(old);
	free(text);
	teardown();
}
END_TEST

int main(void)
{
	return UNIT_RUN("chain", 120, whole, no_anchor, the_hash, heads, tampers, files_moved,
			the_head, not_chained);
}
