/* SPDX-License-Identifier: GPL-2.0-only */
/* The file is only ever added to: what is said anew, or goes on, is put together when it is read. */
#include <errno.h>
#include <string.h>
#include "recordlist.h"
#include "wholefile.h"

#define LAST_S "\"last_s\":"
#define UNSURE "\"clock_unsure\":true"

void cg_records_free(struct cg_records *list)
{
	for (size_t i = 0; i < list->n; i++)
		cg_record_clear(&list->v[i]);
	free(list->v);
	*list = (struct cg_records){ 0 };
}

int cg_records_add(struct cg_records *list, struct cg_record *r)
{
	if (list->n == list->room) {
		size_t room = list->room ? 2 * list->room : 64;
		struct cg_record *v = reallocarray(list->v, room, sizeof(*v));

		if (!v)
			return -ENOMEM;
		list->v = v;
		list->room = room;
	}
	r->order = (uint32_t)list->n;
	list->v[list->n++] = *r;
	*r = (struct cg_record){ 0 };
	return 0;
}

/* ---- putting together ---- */

#define COMPARE(x, y) ((x) < (y) ? -1 : (x) > (y))

static int by_id(const void *p, const void *q)
{
	const struct cg_record *x = p, *y = q;
	int d = COMPARE(x->id, y->id);

	if (!d)
		d = strcmp(x->cam, y->cam);
	return d ? d : COMPARE(x->order, y->order);
}

static int by_likeness(const void *p, const void *q)
{
	const struct cg_record *x = p, *y = q;
	int d = COMPARE(x->what == CG_RECORD_ALLOWED, y->what == CG_RECORD_ALLOWED);

	if (!d)
		d = COMPARE(x->monitored, y->monitored);
	if (!d)
		d = COMPARE(x->sign, y->sign);
	if (!d)
		d = COMPARE(x->signature, y->signature);
	if (!d)
		d = strcmp(x->cam, y->cam);
	if (!d)
		d = COMPARE(x->peer.len, y->peer.len);
	if (!d)
		d = memcmp(&x->peer.addr, &y->peer.addr, sizeof(x->peer.addr));
	if (!d)
		d = COMPARE(x->first_s, y->first_s);
	return d ? d : COMPARE(x->order, y->order);
}

static int by_time(const void *p, const void *q)
{
	const struct cg_record *x = p, *y = q;
	int d = COMPARE(x->first_s, y->first_s);

	return d ? d : COMPARE(x->order, y->order);
}

static bool is_again(const struct cg_record *x, const struct cg_record *y)
{
	return x->id == y->id && !strcmp(x->cam, y->cam);
}

static bool is_more(const struct cg_record *x, const struct cg_record *y)
{
	return cg_record_alike(x, y) && y->first_s <= x->last_s + CG_RECORD_JOIN_S;
}

/* Neighbours that belong together become one. */
static void join(struct cg_records *list,
		 bool (*together)(const struct cg_record *x, const struct cg_record *y))
{
	size_t n = 0;

	for (size_t i = 0; i < list->n; i++) {
		if (n && together(&list->v[n - 1], &list->v[i])) {
			cg_record_join(&list->v[n - 1], &list->v[i]);
			continue;
		}
		if (n != i) {
			list->v[n] = list->v[i];
			list->v[i] = (struct cg_record){ 0 };
		}
		n++;
	}
	list->n = n;
}

static void sort(struct cg_records *list, int (*by)(const void *p, const void *q))
{
	if (list->n)
		qsort(list->v, list->n, sizeof(*list->v), by);
}

void cg_records_settle(struct cg_records *list)
{
	sort(list, by_id);
	join(list, is_again);
	sort(list, by_likeness);
	join(list, is_more);
	sort(list, by_time);
}

/* ---- files ---- */

const char *cg_records_path(const char *dir, unsigned int i, char buf[static CG_RECORD_PATH_LEN])
{
	int n = i ? snprintf(buf, CG_RECORD_PATH_LEN, "%s/" CG_RECORD_FILE ".%u", dir, i) :
		    snprintf(buf, CG_RECORD_PATH_LEN, "%s/" CG_RECORD_FILE, dir);

	return n < CG_RECORD_PATH_LEN ? buf : NULL;
}

/* Quotes inside a string have a backslash before them: only the member fits. */
static bool last_of(const char *line, size_t n, int64_t *ret_s)
{
	const char *at = memmem(line, n, LAST_S, strlen(LAST_S));

	if (n < 2 || line[0] != '{' || line[n - 1] != '}' || !at)
		return false;
	*ret_s = strtoll(at + strlen(LAST_S), NULL, 10);
	return true;
}

bool cg_records_age(const char *line, size_t n, int64_t *ret_s)
{
	return last_of(line, n, ret_s) && !memmem(line, n, UNSURE, strlen(UNSURE));
}

static int take_line(char *line, size_t n, int64_t since_s, const char *cam,
		     struct cg_records *list)
{
	_cleanup_(cg_record_clear) struct cg_record r = { 0 };
	int64_t last_s;
	int err;

	if (!last_of(line, n, &last_s) || last_s < since_s)
		return 0;
	line[n] = '\0';
	err = cg_record_parse(line, &r);
	if (err)
		return err == -ENOMEM ? err : 0;
	if (cam && strcmp(cam, r.cam) && strcmp(cam, r.cam_name))
		return 0;
	return cg_records_add(list, &r);
}

static int read_file(const char *path, int64_t since_s, const char *cam, struct cg_records *list)
{
	_cleanup_free_ char *text = NULL;
	size_t n = 0;
	int err = cg_wholefile_read(path, CG_RECORD_READ_MAX, &text, &n);

	for (char *at = text; !err && at < text + n;) {
		char *end = memchr(at, '\n', (size_t)(text + n - at));

		if (!end)
			break;
		err = take_line(at, (size_t)(end - at), since_s, cam, list);
		at = end + 1;
	}
	return err == -ENOENT ? 0 : err;
}

int cg_records_read(const char *dir, int64_t since_s, const char *cam, struct cg_records *list)
{
	char path[CG_RECORD_PATH_LEN];
	int r = 0;

	for (unsigned int i = CG_RECORD_FILES; i--;) {
		int err = cg_records_path(dir, i, path) ? read_file(path, since_s, cam, list) :
							  -ENAMETOOLONG;

		if (err && !r)
			r = err;
	}
	return r;
}
