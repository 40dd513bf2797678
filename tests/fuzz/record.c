/* SPDX-License-Identifier: GPL-2.0-only */
/* record.jsonl: any bytes as its lines; what is understood is written so that it is read the same, and joins and trims leave whole lines. */
#include <errno.h>
#include <lib/day.h>
#include <lib/recordlist.h>
#include <lib/spans.h>
#include <lib/verify.h>
#include "fuzz.h"

/* A camera's day, by the same measure. */
static void one_day(const char *line)
{
	_cleanup_free_ char *out = NULL, *twice = NULL;
	_cleanup_(cg_day_clear) struct cg_day d = { 0 };

	if (cg_day_parse(line, strlen(line), &d))
		return;
	FUZZ_PROMISE(d.npeer <= CG_DAY_PEERS && d.nstop <= CG_DAY_STOPS && *d.cam);
	FUZZ_PROMISE(!cg_day_print(&d, &out));
	FUZZ_PROMISE(strchr(out, '\n') == out + strlen(out) - 1);
	cg_day_clear(&d);
	FUZZ_PROMISE(!cg_day_parse(out, strlen(out) - 1, &d));
	FUZZ_PROMISE(!cg_day_print(&d, &twice));
	FUZZ_PROMISE(!strcmp(out, twice));
}

static void one_line(const char *line, struct cg_records *list)
{
	_cleanup_(cg_record_clear) struct cg_record r = { 0 }, again = { 0 };
	_cleanup_free_ char *out = NULL, *twice = NULL;
	int err = cg_record_parse(line, &r);

	FUZZ_PROMISE(!err || err == -EPROTO || err == -ENOMEM);
	if (err)
		return;
	FUZZ_PROMISE(memchr(r.cam, '\0', sizeof(r.cam)) && r.nfirst <= CG_FIRST_BYTES);
	FUZZ_PROMISE(memchr(r.cam_name, '\0', sizeof(r.cam_name)));
	fuzz_plant(strlen(r.cam_name), 7);
	FUZZ_PROMISE(!cg_record_print(&r, &out));
	FUZZ_PROMISE(strchr(out, '\n') == out + strlen(out) - 1);
	FUZZ_PROMISE(!cg_record_parse(out, &again));
	FUZZ_PROMISE(!cg_record_print(&again, &twice));
	FUZZ_PROMISE(!strcmp(out, twice));
	cg_record_minimise(&again, CG_RECORD_MINIMAL);
	if (!cg_records_add(list, &r))
		memset(&r, 0, sizeof(r));
}

/* Whatever it is: verified without harm, what is dropped stays accounted for, and a tombstone is
 * read as it was written. */
static void chained(const char *text, size_t n)
{
	_cleanup_(cg_chain_files_free) struct cg_chain_files files = { 0 };
	_cleanup_(cg_spans_free) struct cg_spans told = { 0 }, spans = { 0 };
	struct cg_anchor anchor = { .n = 3 };
	_cleanup_free_ bool *drop = NULL;
	struct cg_head head = { .at.n = n % 7 };
	struct cg_verify v;
	uint64_t count;

	FUZZ_PROMISE(!cg_chain_files_take(&files, 0, text, n));
	drop = calloc(files.n + 1, sizeof(*drop));
	if (!drop)
		abort();
	FUZZ_PROMISE(!cg_verify(&files, NULL, NULL, 0, &v));
	FUZZ_PROMISE(!v.what || (v.row >= 1 && v.row <= files.n + 1));
	FUZZ_PROMISE(v.lines + v.before <= files.n);
	FUZZ_PROMISE(!cg_verify(&files, &head, &anchor, CG_HASH_LEN, &v));
	FUZZ_PROMISE(v.what || v.unknown || v.last.n >= anchor.n);
	cg_retain_old(&files, 1700000000, drop);
	cg_retain_size(&files, n / 2, drop);
	cg_retain_cam(&files, "nursery", drop);
	FUZZ_PROMISE(!cg_spans_read(&files, CG_GONE_GONE, NULL, &told));
	FUZZ_PROMISE(!cg_retain_spans(&files, drop, &told, &spans, &count));
	FUZZ_PROMISE(count <= files.n);
	for (size_t i = 0; i < spans.n; i++)
		FUZZ_PROMISE(spans.v[i].from && spans.v[i].from <= spans.v[i].to);
	for (size_t i = 0; i < files.n; i++) {
		_cleanup_free_ char *line = NULL, *again = NULL;
		struct cg_gone g;

		if (cg_gone_parse(files.v[i].at, files.v[i].len, &g))
			continue;
		FUZZ_PROMISE(g.nspan <= CG_SPANS_MAX);
		FUZZ_PROMISE(!cg_gone_print(&g, &line));
		FUZZ_PROMISE(!cg_gone_parse(line, strlen(line), &g));
		FUZZ_PROMISE(!cg_gone_print(&g, &again));
		FUZZ_PROMISE(!strcmp(line, again));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(cg_records_free) struct cg_records list = { 0 };
	_cleanup_free_ char *text = fuzz_text(data, size), *lines = fuzz_text(data, size);
	char *save = NULL;
	size_t n;

	for (char *line = strtok_r(lines, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		one_day(line);
		one_line(line, &list);
	}
	n = list.n;
	cg_records_settle(&list);
	FUZZ_PROMISE(list.n <= n);
	chained(text, size);
	return 0;
}
