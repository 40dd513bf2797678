/* SPDX-License-Identifier: GPL-2.0-only */
/* Config files: opens them without being caught by what is not a file, and puts included ones in their place. */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <camgate/limits.h>
#include "cleanup.h"
#include "source.h"
#include "told.h"

/* A file being read; those above it are what it includes. */
struct frame {
	char *path;
	struct cg_pos at; /* who asked for it */
	struct cg_tokens tokens;
	size_t next;
	size_t depth; /* braces open at next */
	bool read;
};

struct reader {
	struct cg_diag *diag;
	struct frame frames[CG_MAX_INCLUDES];
	size_t nframes;
	struct cg_source out;
	size_t room;
	size_t bytes; /* of all files so far */
	struct {
		dev_t dev;
		ino_t ino;
	} seen[CG_MAX_INCLUDES];
};

static const char *type_name(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFDIR:
		return N_("a directory");
	case S_IFIFO:
		return N_("a fifo");
	}
	return N_("a device");
}

static int check_file(struct reader *rd, int fd, const char *path, const struct cg_pos *at,
		      size_t *ret_size)
{
	struct stat st;

	if (fstat(fd, &st))
		return cg_diag_set(rd->diag, at, -errno, "'%s': %s", path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return cg_diag_set(rd->diag, at, S_ISDIR(st.st_mode) ? -EISDIR : -EINVAL,
				   "'%s' is %s, expected a regular file", path,
				   type_name(st.st_mode));
	if (st.st_size > CG_MAX_CONFIG_BYTES)
		return cg_diag_set(rd->diag, at, -EFBIG, "'%s' has %lld bytes, expected at most %d",
				   path, (long long)st.st_size, CG_MAX_CONFIG_BYTES);
	if (rd->out.nfiles == CG_MAX_INCLUDES)
		return cg_diag_set(rd->diag, at, -EINVAL,
				   "'%s' is one file too many, expected at most %d", path,
				   CG_MAX_INCLUDES);
	for (size_t i = 0; i < rd->out.nfiles; i++)
		if (rd->seen[i].dev == st.st_dev && rd->seen[i].ino == st.st_ino)
			return cg_diag_set(
				rd->diag, at, -ELOOP,
				"'%s' has been read already as '%s', expected each file once", path,
				rd->out.files[i]);
	rd->seen[rd->out.nfiles].dev = st.st_dev;
	rd->seen[rd->out.nfiles].ino = st.st_ino;
	*ret_size = (size_t)st.st_size;
	return 0;
}

/* One byte past the size is asked for, to see a file that grew. */
static int read_all(int fd, char *buf, size_t room, size_t *ret_len)
{
	size_t len = 0;

	while (len < room) {
		ssize_t n = read(fd, buf + len, room - len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		len += (size_t)n;
	}
	*ret_len = len;
	return 0;
}

static int add_name(struct reader *rd, const char *path, const char **ret_name)
{
	char **files = reallocarray(rd->out.files, rd->out.nfiles + 1, sizeof(*files));
	char *name = strdup(path);

	if (files)
		rd->out.files = files;
	if (!files || !name) {
		free(name);
		return -ENOMEM;
	}
	files[rd->out.nfiles++] = name;
	*ret_name = name;
	return 0;
}

/* at: who asks for the file; the file itself for the first. */
static int read_tokens(struct reader *rd, const char *path, const struct cg_pos *at,
		       struct cg_tokens *ret_tokens)
{
	_cleanup_close_ int fd = -1;
	_cleanup_free_ char *text = NULL;
	const char *name = NULL;
	size_t size = 0, len = 0;
	int r;

	/* a fifo without a writer would otherwise hold open() for ever */
	fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return cg_diag_set(rd->diag, at, -errno,
				   "cannot open '%s': %s, expected a readable file", path,
				   strerror(errno));
	r = check_file(rd, fd, path, at, &size);
	if (r)
		return r;
	text = malloc(size + 1);
	if (!text)
		return -ENOMEM;
	r = read_all(fd, text, size + 1, &len);
	if (r)
		return cg_diag_set(rd->diag, at, r, "cannot read '%s': %s", path, strerror(-r));
	if (len > size)
		return cg_diag_set(rd->diag, at, -EAGAIN, "'%s' changed while it was read", path);
	rd->bytes += len;
	if (rd->bytes > CG_MAX_CONFIG_BYTES)
		return cg_diag_set(
			rd->diag, at, -EFBIG,
			"'%s' brings the config to %zu bytes, expected at most %d in all files",
			path, rd->bytes, CG_MAX_CONFIG_BYTES);
	r = add_name(rd, path, &name);
	if (r)
		return r;
	return cg_lex_read(text, len, name, rd->diag, ret_tokens);
}

static int keep(struct reader *rd, struct cg_token *t)
{
	struct cg_tokens *out = &rd->out.tokens;

	if (out->n == rd->room) {
		size_t room = rd->room ? rd->room * 2 : 256;
		struct cg_token *v = reallocarray(out->v, room, sizeof(*v));

		if (!v)
			return -ENOMEM;
		out->v = v;
		rd->room = room;
	}
	out->v[out->n] = *t;
	out->v[out->n++].text = TAKE_PTR(t->text);
	return 0;
}

/* dir/name, the directory's own glob characters made harmless if asked. */
static char *join(const char *including, const char *name, bool glob)
{
	const char *slash = strrchr(including, '/');
	size_t n = slash ? (size_t)(slash - including) + 1 : 0, at = 0;
	char *path;

	if (name[0] == '/')
		return strdup(name);
	path = malloc(n * 2 + strlen(name) + 1);
	if (!path)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		if (glob && strchr("*?[]\\", including[i]))
			path[at++] = '\\';
		path[at++] = including[i];
	}
	strcpy(path + at, name);
	return path;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* A directory that is not there holds no match; one that cannot be read might. */
static int on_glob_error(const char *path, int err)
{
	(void)path;
	return err != ENOENT && err != ENOTDIR;
}

/* The file's tokens are read when it comes to the top. */
static int push(struct reader *rd, const char *path, const struct cg_pos *at)
{
	struct frame *f;

	if (rd->nframes == CG_MAX_INCLUDES)
		return cg_diag_set(rd->diag, at, -EINVAL,
				   "'%s' is one file too many, expected at most %d", path,
				   CG_MAX_INCLUDES);
	f = &rd->frames[rd->nframes];
	*f = (struct frame){ .path = strdup(path), .at = *at };
	if (!f->path)
		return -ENOMEM;
	rd->nframes++;
	return 0;
}

static void pop(struct reader *rd)
{
	struct frame *f = &rd->frames[--rd->nframes];

	cg_lex_free(&f->tokens);
	free(f->path);
}

static int push_glob(struct reader *rd, const char *pattern, const struct cg_pos *at)
{
	glob_t g = { 0 };
	int r = glob(pattern, GLOB_NOSORT, on_glob_error, &g);

	if (r == GLOB_NOSPACE)
		return -ENOMEM;
	if (r == GLOB_ABORTED)
		return cg_diag_set(rd->diag, at, -EACCES,
				   "cannot list '%s', expected a readable directory", pattern);
	r = 0;
	if (g.gl_pathc)
		qsort(g.gl_pathv, g.gl_pathc, sizeof(*g.gl_pathv), by_name);
	for (size_t i = g.gl_pathc; i > 0 && !r; i--)
		r = push(rd, g.gl_pathv[i - 1], at);
	globfree(&g);
	return r;
}

/* t: the word `include`, left: tokens from there to the end of its file. */
static int include(struct reader *rd, const struct cg_token *t, size_t left, const char *including)
{
	_cleanup_free_ char *path = NULL;
	bool glob;

	for (size_t k = 1; k < 4; k++) {
		if (k >= left)
			return cg_diag_set(rd->diag, &t->pos, -EINVAL,
					   "found the end of the file, expected include(\"FILE\")");
		if (k == 1 ? t[k].kind != CG_TOKEN_PAREN :
		    k == 3 ? t[k].kind != CG_TOKEN_UNPAREN :
			     t[k].kind != CG_TOKEN_STRING && t[k].kind != CG_TOKEN_WORD)
			return cg_diag_set(rd->diag, &t[k].pos, -EINVAL,
					   "found '%s', expected include(\"FILE\")", t[k].text);
	}
	if (!t[2].text[0])
		return cg_diag_set(rd->diag, &t[2].pos, -EINVAL, "found '', expected a file name");
	glob = t[2].text[strcspn(t[2].text, "*?[")];
	path = join(including, t[2].text, glob);
	if (!path)
		return -ENOMEM;
	return glob ? push_glob(rd, path, &t[2].pos) : push(rd, path, &t[2].pos);
}

static int take_token(struct reader *rd, struct frame *f)
{
	struct cg_token *t = f->tokens.v + f->next;
	bool value = f->next && (t[-1].kind == CG_TOKEN_SET || t[-1].kind == CG_TOKEN_ADD);
	size_t left = f->tokens.n - f->next;

	if (t->kind == CG_TOKEN_WORD && !value && !f->depth && !strcmp(t->text, "include")) {
		f->next += 4;
		return include(rd, t, left, f->path);
	}
	if (t->kind == CG_TOKEN_PAREN)
		return cg_diag_set(
			rd->diag, &t->pos, -EINVAL,
			"found '(', expected a key: include(\"FILE\") belongs to the top level");
	f->next++;
	f->depth += t->kind == CG_TOKEN_OPEN;
	f->depth -= t->kind == CG_TOKEN_CLOSE;
	return keep(rd, t);
}

static int read_all_files(struct reader *rd)
{
	int r = 0;

	while (rd->nframes && !r) {
		struct frame *f = &rd->frames[rd->nframes - 1];

		if (!f->read) {
			f->read = true;
			r = read_tokens(rd, f->path, &f->at, &f->tokens);
		} else if (f->next < f->tokens.n) {
			r = take_token(rd, f);
		} else {
			pop(rd);
		}
	}
	return r;
}

int cg_source_read(const char *path, struct cg_diag *diag, struct cg_source *ret_source)
{
	struct cg_pos pos = { path, 0, 0 };
	struct reader rd = { .diag = diag };
	int r = push(&rd, path, &pos);

	if (!r)
		r = read_all_files(&rd);
	while (rd.nframes)
		pop(&rd);
	if (r) {
		cg_source_free(&rd.out);
		return cg_diag_set(diag, &pos, r, "%s", strerror(-r));
	}
	*ret_source = rd.out;
	return 0;
}

void cg_source_free(struct cg_source *source)
{
	cg_lex_free(&source->tokens);
	for (size_t i = 0; i < source->nfiles; i++)
		free(source->files[i]);
	free(source->files);
	*source = (struct cg_source){ 0 };
}
