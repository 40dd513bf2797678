/* SPDX-License-Identifier: GPL-2.0-only */
/* STATE_DIR/undo/NNNNNNNN: four lines that say what it is, then the file as it was. */
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <camgate/limits.h>
#include "wholefile.h"
#include "undo.h"

#define MAGIC	"camgate undo 1"
#define DIGITS	8
/* Of the folder's path: any number behind it has room. */
#define DIR_LEN (PATH_MAX - 12)

/* FNV-1a: tells an edited file from an untouched one, nothing more. */
uint64_t cg_undo_hash(const char *text, size_t len)
{
	uint64_t h = 0xcbf29ce484222325ULL;

	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)text[i]) * 0x100000001b3ULL;
	return h;
}

static int dir_path(const char *state_dir, char buf[static DIR_LEN])
{
	return snprintf(buf, DIR_LEN, "%s/undo", state_dir) < DIR_LEN ? 0 : -ENAMETOOLONG;
}

static void copy_path(const char dir[static DIR_LEN], uint32_t nr, char buf[static PATH_MAX])
{
	(void)snprintf(buf, PATH_MAX, "%s/%0*" PRIu32, dir, DIGITS, nr);
}

/* The numbers of the copies there are, ascending; at most max, the newest. */
static size_t numbers(const char *dir, uint32_t *nr, size_t max)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	size_t n = 0;

	while (d && (e = readdir(d))) {
		size_t at = 0;
		uint32_t v;
		char rest;

		if (strlen(e->d_name) != DIGITS ||
		    sscanf(e->d_name, "%" SCNu32 "%c", &v, &rest) != 1)
			continue;
		while (at < n && nr[at] < v)
			at++;
		if (n == max) {
			if (!at)
				continue;
			memmove(nr, nr + 1, (at - 1) * sizeof(*nr));
			nr[at - 1] = v;
			continue;
		}
		memmove(nr + at + 1, nr + at, (n - at) * sizeof(*nr));
		nr[at] = v;
		n++;
	}
	if (d)
		closedir(d);
	return n;
}

int cg_undo_save(const char *state_dir, const struct cg_undo *undo, char ret_copy[static PATH_MAX])
{
	uint32_t nr[CG_UNDO_KEEP + 1];
	_cleanup_free_ char *text = NULL;
	char *grown;
	char dir[DIR_LEN], path[PATH_MAX];
	size_t n;
	int len, err;

	err = dir_path(state_dir, dir);
	if (err < 0)
		return err;
	if (mkdir(dir, 0700) < 0 && errno != EEXIST)
		return -errno;
	n = numbers(dir, nr, CG_UNDO_KEEP + 1);
	len = asprintf(&text, MAGIC "\n%s\n%s\n%016" PRIx64 "\n", undo->file, undo->what,
		       undo->after);
	if (len < 0) {
		text = NULL;
		return -ENOMEM;
	}
	grown = realloc(text, (size_t)len + undo->len + 1);
	if (!grown)
		return -ENOMEM;
	text = grown;
	memcpy(text + len, undo->text, undo->len);
	copy_path(dir, n ? (nr[n - 1] + 1) % 100000000 : 1, path);
	err = cg_wholefile_replace(path, text, (size_t)len + undo->len, 0600, geteuid(), getegid());
	if (err < 0)
		return err;
	memcpy(ret_copy, path, PATH_MAX);
	/* What is too many goes only when the new one is safe. */
	for (size_t i = 0; i + CG_UNDO_KEEP <= n; i++) {
		copy_path(dir, nr[i], path);
		(void)unlink(path);
	}
	return 0;
}

/* Cuts a line off the front of *at; false where there is none. */
static bool line_cut(char **at, char *end, char **ret_line)
{
	char *nl = memchr(*at, '\n', (size_t)(end - *at));

	if (!nl)
		return false;
	*nl = '\0';
	*ret_line = *at;
	*at = nl + 1;
	return true;
}

int cg_undo_last(const char *state_dir, struct cg_undo *ret_undo)
{
	_cleanup_free_ char *text = NULL;
	char dir[DIR_LEN], *at, *end, *magic, *file, *what, *hash;
	struct cg_undo u = { 0 };
	uint32_t nr;
	size_t len;
	int err;

	err = dir_path(state_dir, dir);
	if (err < 0)
		return err;
	if (!numbers(dir, &nr, 1))
		return -ENOENT;
	copy_path(dir, nr, u.copy);
	err = cg_wholefile_read(u.copy, CG_MAX_CONFIG_BYTES + 2 * PATH_MAX, &text, &len);
	if (err < 0)
		return err;
	at = text;
	end = text + len;
	if (!line_cut(&at, end, &magic) || !line_cut(&at, end, &file) ||
	    !line_cut(&at, end, &what) || !line_cut(&at, end, &hash) || strcmp(magic, MAGIC) ||
	    strlen(file) >= sizeof(u.file) || strlen(what) >= sizeof(u.what) ||
	    sscanf(hash, "%" SCNx64, &u.after) != 1)
		return -EPROTO;
	memcpy(u.file, file, strlen(file) + 1);
	memcpy(u.what, what, strlen(what) + 1);
	u.len = (size_t)(end - at);
	u.text = malloc(u.len + 1);
	if (!u.text)
		return -ENOMEM;
	memcpy(u.text, at, u.len);
	u.text[u.len] = '\0';
	*ret_undo = u;
	return 0;
}
