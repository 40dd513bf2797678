/* SPDX-License-Identifier: GPL-2.0-only */
/* Whole files in memory: a few MiB, while somebody verifies, trims or erases. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "chainfiles.h"
#include "gone.h"
#include "recordlist.h"
#include "wholefile.h"

#define HEAD_MAX 4096

void cg_chain_files_free(struct cg_chain_files *files)
{
	for (unsigned int i = 0; i < CG_RECORD_FILES; i++)
		free(files->text[i]);
	free(files->v);
	*files = (struct cg_chain_files){ 0 };
}

static struct cg_chain_line *line_new(struct cg_chain_files *files)
{
	if (files->n == files->room) {
		size_t room = files->room ? 2 * files->room : 256;
		struct cg_chain_line *v = reallocarray(files->v, room, sizeof(*v));

		if (!v)
			return NULL;
		files->v = v;
		files->room = room;
	}
	return &files->v[files->n++];
}

int cg_chain_files_take(struct cg_chain_files *files, unsigned int file, const char *text, size_t n)
{
	const char *at = text, *end = text + n;

	for (uint32_t row = 1; at < end; row++) {
		const char *lf = memchr(at, '\n', (size_t)(end - at));
		size_t len = (size_t)((lf ? lf : end) - at);
		struct cg_chain_line *line = line_new(files);

		if (!line)
			return -ENOMEM;
		*line = (struct cg_chain_line){ .at = at, .len = (uint32_t)len, .row = row };
		line->file = (uint8_t)file;
		line->whole = lf;
		line->linked = lf && cg_chain_read(at, len, &line->link);
		line->gone = line->linked && cg_gone_is(at, len);
		at += len + 1;
	}
	return 0;
}

int cg_chain_files_read(const char *dir, struct cg_chain_files *ret_files)
{
	_cleanup_(cg_chain_files_free) struct cg_chain_files files = { 0 };
	char path[CG_RECORD_PATH_LEN];
	int r = 0;

	for (unsigned int i = CG_RECORD_FILES; !r && i--;) {
		if (!cg_records_path(dir, i, path))
			return -ENAMETOOLONG;
		r = cg_wholefile_read(path, CG_RECORD_READ_MAX, &files.text[i], &files.len[i]);
		if (!r)
			r = cg_chain_files_take(&files, i, files.text[i], files.len[i]);
		else if (r == -ENOENT)
			r = 0;
	}
	if (r)
		return r;
	*ret_files = files;
	files = (struct cg_chain_files){ 0 };
	return 0;
}

int cg_chain_head_read(const char *dir, struct cg_head *ret_head)
{
	_cleanup_free_ char *text = NULL;
	char path[CG_RECORD_PATH_LEN];
	int r;

	if (snprintf(path, sizeof(path), "%s/" CG_RECORD_HEAD, dir) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	r = cg_wholefile_read(path, HEAD_MAX, &text, NULL);
	/* Something else in its place is no head. */
	if (r == -EINVAL || r == -E2BIG)
		return -EPROTO;
	return r ? r : cg_head_parse(text, ret_head);
}
