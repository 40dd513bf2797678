/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Taking lines out: what is going is said first, in the chain, and taken out then. Where the
 * power goes in between the next time ends it.
 */
#include <errno.h>
#include <string.h>
#include "../lib/memtext.h"
#include "../lib/recordlist.h"
#include "../lib/spans.h"
#include "recordfile_state.h"

struct taking {
	struct cg_chain_files files;
	struct cg_spans told;
	bool *drop;
	/* what is asked for */
	int64_t before_s;
	uint64_t size;	 /* 0: no matter */
	const char *cam; /* NULL: whatever is old */
};

static void clear(struct taking *t)
{
	cg_chain_files_free(&t->files);
	cg_spans_free(&t->told);
	free(t->drop);
	t->drop = NULL;
}

static int look(struct cg_recordfile *f, struct taking *t)
{
	int r;

	clear(t);
	r = cg_chain_files_read(f->dir, &t->files);
	if (!r)
		r = cg_spans_read(&t->files, CG_GONE_GONE, NULL, &t->told);
	if (!r) {
		t->drop = calloc(t->files.n + 1, sizeof(*t->drop));
		r = t->drop ? 0 : -ENOMEM;
	}
	if (r)
		return r;
	if (t->cam) {
		cg_retain_cam(&t->files, t->cam, t->drop);
	} else {
		cg_retain_old(&t->files, t->before_s, t->drop);
		if (t->size)
			cg_retain_size(&t->files, t->size, t->drop);
	}
	for (size_t i = 0; i < t->files.n; i++)
		t->drop[i] |= t->files.v[i].linked && cg_spans_has(&t->told, t->files.v[i].link.n);
	return 0;
}

/* A tombstone, in as many lines as it takes. */
static int say(struct cg_recordfile *f, const struct taking *t, struct cg_gone *gone)
{
	_cleanup_(cg_spans_free) struct cg_spans spans = { 0 };
	_cleanup_free_ struct cg_gone *lines = NULL;
	size_t n;
	int r = cg_retain_spans(&t->files, t->drop, &t->told, &spans, &gone->count);

	if (r || (!spans.n && (!t->cam || !gone->count)))
		return r;
	n = spans.n ? (spans.n + CG_SPANS_MAX - 1) / CG_SPANS_MAX : 1;
	lines = calloc(n, sizeof(*lines));
	if (!lines)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		size_t at = i * CG_SPANS_MAX, left = spans.n - at;

		lines[i] = *gone;
		lines[i].count = i ? 0 : gone->count;
		lines[i].nspan = left < CG_SPANS_MAX ? left : CG_SPANS_MAX;
		if (lines[i].nspan)
			memcpy(lines[i].span, spans.v + at,
			       lines[i].nspan * sizeof(lines[i].span[0]));
	}
	return cg_recordfile_say(f, lines, n);
}

static int rewrite(struct cg_recordfile *f, const struct taking *t, unsigned int file,
		   bool *changed)
{
	char path[CG_RECORD_PATH_LEN];
	_cleanup_free_ char *text = NULL;
	size_t n = 0, kept = 0, all = 0;
	FILE *out;

	if (!cg_records_path(f->dir, file, path))
		return -ENAMETOOLONG;
	for (size_t i = 0; i < t->files.n; i++)
		if (t->files.v[i].file == file) {
			all++;
			kept += !t->drop[i];
		}
	if (kept == all)
		return 0;
	*changed |= !file;
	if (!kept)
		return unlink(path) < 0 ? -errno : 0;
	out = open_memstream(&text, &n);
	if (!out)
		return -ENOMEM;
	for (size_t i = 0; i < t->files.n; i++) {
		const struct cg_chain_line *line = &t->files.v[i];

		if (line->file == file && !t->drop[i])
			(void)fwrite(line->at, 1, line->len + line->whole, out);
	}
	if (cg_memtext_end(out, &text))
		return -ENOMEM;
	return cg_recordfile_replace(path, text, n);
}

static int take_out(struct cg_recordfile *f, const struct taking *t)
{
	struct cg_head head;
	bool changed = false;
	int r = 0;

	for (unsigned int i = 0; i < CG_RECORD_FILES; i++) {
		int err = rewrite(f, t, i, &changed);

		if (err && !r)
			r = err;
	}
	if (!changed || r)
		return r;
	r = cg_chain_head_read(f->dir, &head);
	if (r == -ENOENT || r == -EPROTO)
		return 0;
	return r ? r : cg_recordfile_head_size(f, &head);
}

static int take(struct cg_recordfile *f, struct taking *t, struct cg_gone *gone)
{
	int r = look(f, t);

	if (!r)
		r = say(f, t, gone);
	/* Again: with what was said, and nothing else of the chain. */
	if (!r)
		r = look(f, t);
	for (size_t i = 0; !r && i < t->files.n; i++)
		if (t->files.v[i].linked)
			t->drop[i] = cg_spans_has(&t->told, t->files.v[i].link.n);
	if (!r)
		r = take_out(f, t);
	clear(t);
	return r;
}

int cg_recordfile_trim(struct cg_recordfile *f, int64_t before_s)
{
	struct cg_gone gone = { .what = CG_GONE_GONE, .why = CG_GONE_DAYS, .uid = -1 };
	struct taking t = { .before_s = before_s };
	int r = take(f, &t, &gone);

	if (r)
		return r;
	gone.why = CG_GONE_SIZE;
	t.size = f->size;
	return take(f, &t, &gone);
}

int cg_recordfile_erase(struct cg_recordfile *f, struct cg_gone *gone, const char *cam)
{
	struct taking t = { .cam = cam };

	gone->what = CG_GONE_GONE;
	gone->why = CG_GONE_ERASE;
	(void)snprintf(gone->cam, sizeof(gone->cam), "%s", cam);
	return take(f, &t, gone);
}
