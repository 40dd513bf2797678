/* SPDX-License-Identifier: GPL-2.0-only */
/* What a power cut or a full disk leaves are whole lines, at worst one half that is cut off and told of. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <camgate/limits.h>
#include "../lib/chainfiles.h"
#include "../lib/memtext.h"
#include "../lib/recordlist.h"
#include "../lib/wholefile.h"
#include "recordfile_state.h"

/* <sys/random.h> of older C libraries lacks it; linux/random.h, 5.6. */
#ifndef GRND_INSECURE
#define GRND_INSECURE 4
#endif

#define MODE 0640

static gid_t group(void)
{
	gid_t gid;

	return cg_peer_group(&gid) ? gid : getegid();
}

void cg_recordfile_own(const char *dir)
{
	char path[CG_RECORD_PATH_LEN];
	gid_t gid;

	if (!cg_peer_group(&gid))
		return;
	/* Best effort: root reads it in any case. What else lies there is 0600. */
	if (chown(dir, (uid_t)-1, gid) < 0)
		return;
	for (unsigned int i = 0; i < CG_RECORD_FILES; i++) {
		_cleanup_close_ int fd = -1;

		if (cg_records_path(dir, i, path))
			fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
		if (fd >= 0 && fchown(fd, (uid_t)-1, gid) < 0)
			return;
	}
}

int cg_recordfile_replace(const char *path, const char *text, size_t n)
{
	return cg_wholefile_replace(path, text, n, MODE, geteuid(), group());
}

/* ---- the head ---- */

int cg_recordfile_head_write(struct cg_recordfile *f, const struct cg_head *head)
{
	_cleanup_free_ char *text = NULL;
	char path[CG_RECORD_PATH_LEN];
	int r;

	if (snprintf(path, sizeof(path), "%s/" CG_RECORD_HEAD, f->dir) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	r = cg_head_print(head, &text);
	if (!r)
		r = cg_recordfile_replace(path, text, strlen(text));
	if (!r)
		f->at = head->at;
	return r;
}

static int size_of(const char *dir, uint64_t *ret_bytes)
{
	char path[CG_RECORD_PATH_LEN];
	struct stat st;

	*ret_bytes = 0;
	if (!cg_records_path(dir, 0, path))
		return -ENAMETOOLONG;
	if (stat(path, &st) < 0)
		return errno == ENOENT ? 0 : -errno;
	*ret_bytes = (uint64_t)st.st_size;
	return 0;
}

int cg_recordfile_head_size(struct cg_recordfile *f, struct cg_head *head)
{
	int r = size_of(f->dir, &head->bytes);

	return r ? r : cg_recordfile_head_write(f, head);
}

/* ---- lines ---- */

static int salt_make(uint8_t salt[static CG_SALT_LEN])
{
	/* Early in a boot nobody waits for better ones: what has to be guessed is what was
	 * erased, not a key. */
	ssize_t n = getrandom(salt, CG_SALT_LEN, GRND_INSECURE);

	return n == CG_SALT_LEN ? 0 : n < 0 ? -errno : -EIO;
}

static int chain(FILE *out, const char *text, size_t n, struct cg_anchor *at)
{
	for (const char *end = text + n, *lf; text < end; text = lf + 1) {
		uint8_t salt[CG_SALT_LEN];
		int r;

		lf = memchr(text, '\n', (size_t)(end - text));
		if (!lf)
			return -EINVAL;
		r = salt_make(salt);
		if (!r)
			r = cg_chain_add(out, text, salt, at);
		if (r)
			return r;
	}
	return 0;
}

static int chain_gone(const struct cg_recordfile *f, FILE *out, struct cg_gone *g,
		      struct cg_anchor *at)
{
	_cleanup_free_ char *line = NULL;
	int r;

	g->last_s = f->now_s;
	g->unsure = f->unsure;
	r = cg_gone_print(g, &line);
	return r ? r : chain(out, line, strlen(line), at);
}

static int file_open(const char *path, struct stat *ret_st)
{
	_cleanup_close_ int fd =
		open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, MODE);

	if (fd < 0 || fstat(fd, ret_st) < 0)
		return -errno;
	if (!S_ISREG(ret_st->st_mode))
		return -EINVAL;
	/* Whatever the umask is; a group that cannot be given reads nothing. */
	if (!ret_st->st_size && (fchmod(fd, MODE) < 0 || fchown(fd, (uid_t)-1, group()) < 0) &&
	    fchmod(fd, 0600) < 0)
		return -errno;
	return TAKE_FD(fd);
}

static int write_once(int fd, const char *text, size_t n)
{
	ssize_t done;

	do
		done = write(fd, text, n);
	while (done < 0 && errno == EINTR);
	if (done < 0)
		return -errno;
	if ((size_t)done < n)
		return -ENOSPC;
	return fsync(fd) < 0 ? -errno : 0;
}

/* One call; what of it did arrive, and the head does not know of, is taken back. */
static int add(struct cg_recordfile *f, const char *text, size_t n, struct cg_head *head)
{
	char path[CG_RECORD_PATH_LEN];
	_cleanup_close_ int fd = -1;
	struct stat st;
	int err;

	if (!cg_records_path(f->dir, 0, path))
		return -ENAMETOOLONG;
	fd = file_open(path, &st);
	if (fd < 0)
		return fd;
	err = write_once(fd, text, n);
	/* A file that was begun may lose its name, and what moved up with it. */
	if (!err && !st.st_size)
		err = cg_wholefile_sync_name(path);
	if (!err) {
		head->bytes = (uint64_t)st.st_size + n;
		err = cg_recordfile_head_write(f, head);
	}
	if (err && ftruncate(fd, st.st_size) < 0)
		return err;
	return err;
}

/* ---- after a power cut ---- */

struct mending {
	struct cg_chain_files files;
	uint64_t before; /* lines that are not chained */
	uint64_t behind; /* lines the head did not know of */
	uint64_t cut;	 /* bytes that are no line */
	uint64_t lost;	 /* lines it knows of that are not there */
	bool headless;
};

/* How far the files go, as far as the head can know: what follows it link by link. */
static void follow(struct mending *m, struct cg_head *head)
{
	const struct cg_chain_files *files = &m->files;
	bool there = !head->at.n;
	uint64_t highest = 0;

	for (size_t i = 0; i < files->n; i++) {
		const struct cg_chain_line *line = &files->v[i];

		m->before += !line->linked;
		if (!line->linked)
			continue;
		if (line->link.n > highest)
			highest = line->link.n;
		there |= line->link.n == head->at.n;
		if (line->link.n != head->at.n + 1 ||
		    (!m->headless && memcmp(line->link.prev, head->at.hash, CG_HASH_LEN)))
			continue;
		head->at.n++;
		cg_chain_hash(line->at, line->len, head->at.hash);
		m->behind++;
	}
	if (!there && highest < head->at.n)
		m->lost = head->at.n - highest;
}

/* Without a head the last line is what there is to go by. */
static void last_line(struct mending *m, struct cg_head *head)
{
	for (size_t i = m->files.n; i--;) {
		const struct cg_chain_line *line = &m->files.v[i];

		if (!line->linked)
			continue;
		head->at.n = line->link.n;
		cg_chain_hash(line->at, line->len, head->at.hash);
		return;
	}
}

static int tail_cut(struct cg_recordfile *f, struct mending *m)
{
	const struct cg_chain_line *last = m->files.n ? &m->files.v[m->files.n - 1] : NULL;
	char path[CG_RECORD_PATH_LEN];

	if (!last || last->file || last->whole)
		return 0;
	m->cut = last->len;
	if (!cg_records_path(f->dir, 0, path))
		return -ENAMETOOLONG;
	return truncate(path, (off_t)(m->files.len[0] - last->len)) < 0 ? -errno : 0;
}

static int holes(struct cg_recordfile *f, const struct mending *m, FILE *out,
		 const struct cg_head *was, struct cg_head *head)
{
	struct cg_gone g = { .what = CG_GONE_HOLE, .uid = -1, .first_s = was->time_s };
	int r = 0;

	if (!head->at.n && !m->headless) {
		g = (struct cg_gone){ .what = CG_GONE_BEGIN, .uid = -1, .count = m->before };
		return chain_gone(f, out, &g, &head->at);
	}
	if (m->headless) {
		g.why = CG_GONE_HEAD;
		return chain_gone(f, out, &g, &head->at);
	}
	if (m->lost) {
		g.why = CG_GONE_LOST;
		g.count = m->lost;
		g.nspan = 1;
		g.span[0] =
			(struct cg_gone_span){ .from = was->at.n - m->lost + 1, .to = was->at.n };
		r = chain_gone(f, out, &g, &head->at);
		g.nspan = 0;
	}
	if (!r && (m->cut || m->behind)) {
		g.why = CG_GONE_CUT;
		g.count = m->behind;
		g.bytes = m->cut;
		r = chain_gone(f, out, &g, &head->at);
	}
	return r;
}

/* The file is not as the head has it. *out: lines that say why. */
static int mend(struct cg_recordfile *f, FILE *out, bool headless, struct cg_head *head)
{
	struct mending m = { .headless = headless };
	struct cg_head was = *head;
	int r = cg_chain_files_read(f->dir, &m.files);

	if (!r && headless)
		last_line(&m, head);
	/* Never chained so far. */
	if (headless && !head->at.n)
		m.headless = false;
	if (!r && !m.headless)
		follow(&m, head);
	/* Where the head is on the disk before the first line, one that is not there was taken. */
	if (!r && !was.at.n && headless && !m.headless)
		r = cg_recordfile_head_write(f, &was);
	if (!r)
		r = tail_cut(f, &m);
	if (!r)
		r = holes(f, &m, out, &was, head);
	cg_chain_files_free(&m.files);
	return r;
}

/* The head as the files have it; into *out what has to be said first. */
int cg_recordfile_head_read(struct cg_recordfile *f, FILE *out, struct cg_head *ret_head)
{
	struct cg_head head = { 0 };
	uint64_t bytes;
	int r = cg_chain_head_read(f->dir, &head), err;

	if (r && r != -ENOENT && r != -EPROTO)
		return r;
	if (r)
		head = (struct cg_head){ 0 };
	err = size_of(f->dir, &bytes);
	if (err)
		return err;
	if (r || bytes != head.bytes || !head.at.n)
		err = mend(f, out, r < 0, &head);
	head.time_s = f->now_s;
	*ret_head = head;
	return err;
}

/* ---- what is said of it ---- */

int cg_recordfile_begin(struct cg_recordfile *f)
{
	struct cg_gone g = { .what = CG_GONE_HOLE, .why = CG_GONE_CUT, .uid = -1 };
	_cleanup_free_ char *text = NULL;
	struct cg_head head = { 0 }, was;
	int r = cg_chain_head_read(f->dir, &was);
	size_t n = 0;
	FILE *out;

	/* Nothing was ever written: there is nothing to say either. */
	if (r == -ENOENT)
		return 0;
	if (r)
		was = (struct cg_head){ 0 };
	out = open_memstream(&text, &n);
	if (!out)
		return -ENOMEM;
	r = cg_recordfile_head_read(f, out, &head);
	if (!r && was.open && !ftell(out)) {
		g.first_s = was.time_s;
		r = chain_gone(f, out, &g, &head.at);
	}
	head.open = true;
	if (cg_memtext_end(out, &text) && !r)
		r = -ENOMEM;
	if (r)
		return r;
	return n ? add(f, text, n, &head) : cg_recordfile_head_size(f, &head);
}

int cg_recordfile_end(struct cg_recordfile *f)
{
	struct cg_head head;
	int r = cg_chain_head_read(f->dir, &head);

	/* Whatever is wrong with it is for the next one to say. */
	if (r || !head.open)
		return r == -ENOENT || r == -EPROTO ? 0 : r;
	head.open = false;
	head.time_s = f->now_s;
	return cg_recordfile_head_write(f, &head);
}

int cg_recordfile_say(struct cg_recordfile *f, struct cg_gone *gone, size_t n)
{
	_cleanup_free_ char *text = NULL;
	struct cg_head head = { 0 };
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	int r;

	if (!out)
		return -ENOMEM;
	r = cg_recordfile_head_read(f, out, &head);
	head.open = true;
	for (size_t i = 0; !r && i < n; i++)
		r = chain_gone(f, out, &gone[i], &head.at);
	if (cg_memtext_end(out, &text) && !r)
		r = -ENOMEM;
	return r ? r : add(f, text, len, &head);
}

/* ---- entries ---- */

static int rotate(const char *dir)
{
	char from[CG_RECORD_PATH_LEN], to[CG_RECORD_PATH_LEN];

	for (unsigned int i = CG_RECORD_FILES - 1; i; i--) {
		if (!cg_records_path(dir, i - 1, from) || !cg_records_path(dir, i, to))
			return -ENAMETOOLONG;
		if (rename(from, to) < 0 && errno != ENOENT)
			return -errno;
	}
	return 0;
}

/* What the oldest file takes along is said first. */
static int rotate_say(struct cg_recordfile *f)
{
	struct cg_gone g = { .what = CG_GONE_GONE, .why = CG_GONE_SIZE, .uid = -1 };
	struct cg_chain_files files;
	int r = cg_chain_files_read(f->dir, &files);

	if (r)
		return r;
	for (size_t i = 0; i < files.n; i++) {
		if (files.v[i].file != CG_RECORD_FILES - 1)
			break;
		g.count++;
		if (files.v[i].linked && files.v[i].link.n > g.span[0].to)
			g.span[0].to = files.v[i].link.n;
	}
	cg_chain_files_free(&files);
	if (!g.span[0].to)
		return 0;
	g.span[0].from = 1;
	g.nspan = 1;
	return cg_recordfile_say(f, &g, 1);
}

int cg_recordfile_append(struct cg_recordfile *f, const char *text, size_t n)
{
	_cleanup_free_ char *chained = NULL;
	int r, rotated = 0;
	struct cg_head head = { 0 };
	size_t len = 0;
	uint64_t bytes;
	FILE *out;

	r = size_of(f->dir, &bytes);
	if (!r && bytes && bytes + n >= f->size / CG_RECORD_FILES) {
		r = rotate_say(f);
		if (!r)
			r = rotate(f->dir);
		rotated = 1;
	}
	if (r)
		return r;
	out = open_memstream(&chained, &len);
	if (!out)
		return -ENOMEM;
	r = cg_recordfile_head_read(f, out, &head);
	head.open = true;
	if (!r)
		r = chain(out, text, n, &head.at);
	if (cg_memtext_end(out, &chained) && !r)
		r = -ENOMEM;
	if (!r)
		r = add(f, chained, len, &head);
	return r ? r : rotated;
}
