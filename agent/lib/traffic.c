/* SPDX-License-Identifier: GPL-2.0-only */
/* A row keeps a day's hours in a window that moves with the clock; the quietest row gives way to a new one. */
#include <errno.h>
#include <string.h>
#include "traffic.h"

/* A session's counters at the last look. */
struct last {
	uint8_t peer[16];
	uint64_t first_ns, up_bytes, down_bytes;
	bool seen;
};

struct cam {
	struct cg_traffic_row *row[CG_TRAFFIC_PER_CAM];
	size_t nrow;
	struct last *last;
	size_t nlast, room;
};

struct cg_traffic {
	struct cam *cam; /* by slot */
	size_t ncam, nrows;
};

int cg_traffic_new(struct cg_traffic **ret_traffic)
{
	*ret_traffic = calloc(1, sizeof(**ret_traffic));
	return *ret_traffic ? 0 : -ENOMEM;
}

static void row_free(struct cg_traffic_row *row)
{
	free(row->name);
	free(row);
}

void cg_traffic_forget(struct cg_traffic *t, uint32_t slot)
{
	struct cam *c = slot < t->ncam ? &t->cam[slot] : NULL;

	if (!c)
		return;
	for (size_t i = 0; i < c->nrow; i++)
		row_free(c->row[i]);
	t->nrows -= c->nrow;
	free(c->last);
	*c = (struct cam){ 0 };
}

void cg_traffic_free(struct cg_traffic **traffic)
{
	struct cg_traffic *t = *traffic;

	for (uint32_t i = 0; t && i < t->ncam; i++)
		cg_traffic_forget(t, i);
	if (t)
		free(t->cam);
	free(t);
	*traffic = NULL;
}

static struct cam *cam_of(struct cg_traffic *t, uint32_t slot)
{
	struct cam *cam;

	if (slot < t->ncam)
		return &t->cam[slot];
	if (slot >= CG_MAX_CAMERAS)
		return NULL;
	cam = realloc(t->cam, (slot + 1) * sizeof(*cam));
	if (!cam)
		return NULL;
	memset(cam + t->ncam, 0, (slot + 1 - t->ncam) * sizeof(*cam));
	t->cam = cam;
	t->ncam = slot + 1;
	return &cam[slot];
}

/* The window ends with this hour. */
static void turn(struct cg_traffic_row *row, uint64_t hour)
{
	uint64_t by = hour > row->hour ? hour - row->hour : 0;

	if (!by)
		return;
	if (by > CG_TRAFFIC_HOURS)
		by = CG_TRAFFIC_HOURS;
	memmove(row->cell + by, row->cell, (CG_TRAFFIC_HOURS - by) * sizeof(*row->cell));
	memset(row->cell, 0, by * sizeof(*row->cell));
	row->hour = hour;
}

/* How much there is in a row: bytes first, tries where there are none. */
static uint64_t weight(const struct cg_traffic_row *row)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < CG_TRAFFIC_HOURS; i++)
		sum += row->cell[i].up_bytes + row->cell[i].down_bytes + row->cell[i].tries;
	return sum;
}

static struct cg_traffic_row *row_of_peer(const struct cam *c, const uint8_t peer[16])
{
	for (size_t i = 0; i < c->nrow; i++)
		if (!c->row[i]->rest && !memcmp(c->row[i]->peer, peer, 16))
			return c->row[i];
	return NULL;
}

static struct cg_traffic_row *row_of_name(const struct cam *c, const char *name)
{
	for (size_t i = 0; i < c->nrow; i++)
		if (c->row[i]->name && !strcmp(c->row[i]->name, name))
			return c->row[i];
	return NULL;
}

bool cg_traffic_has(const struct cg_traffic *t, uint32_t slot, const uint8_t peer[16])
{
	return slot < t->ncam && row_of_peer(&t->cam[slot], peer);
}

static void rows_turn(struct cam *c, uint64_t hour)
{
	for (size_t i = 0; i < c->nrow; i++)
		turn(c->row[i], hour);
}

static struct cg_traffic_row *row_make(struct cg_traffic *t, struct cam *c, uint64_t hour)
{
	struct cg_traffic_row *row = NULL, *rest = NULL;

	rows_turn(c, hour);
	for (size_t i = 0; i < c->nrow; i++) {
		if (c->row[i]->rest)
			rest = c->row[i];
		else if (!weight(c->row[i]))
			row = c->row[i];
	}
	/* One that was silent all day is somebody else's now. */
	if (row) {
		free(row->name);
		*row = (struct cg_traffic_row){ .hour = hour };
		return row;
	}
	/* The last place is the rest's, and a camera without a row gets one always. */
	if (rest && (c->nrow == CG_TRAFFIC_PER_CAM || t->nrows >= CG_TRAFFIC_ROWS))
		return rest;
	row = calloc(1, sizeof(*row));
	if (!row)
		return NULL;
	row->hour = hour;
	row->rest = !rest && (c->nrow == CG_TRAFFIC_PER_CAM - 1 || t->nrows >= CG_TRAFFIC_ROWS);
	c->row[c->nrow++] = row;
	t->nrows++;
	return row;
}

int cg_traffic_add(struct cg_traffic *t, const struct cg_traffic_news *news)
{
	uint64_t hour = news->ns / CG_TRAFFIC_HOUR_NS;
	struct cam *c = cam_of(t, news->slot);
	struct cg_traffic_row *row;
	struct cg_traffic_cell *cell;

	if (!c)
		return -ENOMEM;
	row = row_of_peer(c, news->peer);
	if (!row && news->name)
		row = row_of_name(c, news->name);
	if (!row) {
		row = row_make(t, c, hour);
		if (!row)
			return -ENOMEM;
	}
	if (!row->rest) {
		memcpy(row->peer, news->peer, 16);
		/* Without memory it goes by its address. */
		if (news->name && !row->name)
			row->name = strdup(news->name);
	}
	turn(row, hour);
	/* Told of late, it is of the hour that it is told of in. */
	cell = &row->cell[0];
	cell->up_bytes += news->up_bytes;
	cell->down_bytes += news->down_bytes;
	cell->tries += news->tries;
	return 0;
}

static struct last *last_find(struct cam *c, const uint8_t peer[16])
{
	for (size_t i = 0; i < c->nlast; i++)
		if (!memcmp(c->last[i].peer, peer, 16))
			return &c->last[i];
	return NULL;
}

static struct last *last_make(struct cam *c, const uint8_t peer[16])
{
	struct last *last;

	if (c->nlast == c->room) {
		size_t room = c->room ? 2 * c->room : 8;

		if (c->room >= CG_QUOTA_SESSION)
			return NULL;
		last = realloc(c->last, room * sizeof(*last));
		if (!last)
			return NULL;
		c->last = last;
		c->room = room;
	}
	last = &c->last[c->nlast++];
	*last = (struct last){ 0 };
	memcpy(last->peer, peer, 16);
	return last;
}

int cg_traffic_count(struct cg_traffic *t, const struct cg_traffic_news *total, uint64_t first_ns,
		     bool begins)
{
	struct cam *c = cam_of(t, total->slot);
	struct last *last = c ? last_find(c, total->peer) : NULL;
	struct cg_traffic_news news = *total;
	bool is_new = !last;

	if (!c)
		return -ENOMEM;
	if (is_new)
		last = last_make(c, total->peer);
	if (!last)
		return -ENOMEM;
	/* Another session in its place has begun at nothing. */
	if (!is_new && last->first_ns == first_ns && last->up_bytes <= total->up_bytes &&
	    last->down_bytes <= total->down_bytes) {
		news.up_bytes -= last->up_bytes;
		news.down_bytes -= last->down_bytes;
	} else if (is_new && !begins) {
		news.up_bytes = news.down_bytes = 0;
	}
	last->first_ns = first_ns;
	last->up_bytes = total->up_bytes;
	last->down_bytes = total->down_bytes;
	last->seen = true;
	return news.up_bytes || news.down_bytes ? cg_traffic_add(t, &news) : 0;
}

void cg_traffic_counted(struct cg_traffic *t)
{
	for (size_t i = 0; i < t->ncam; i++) {
		struct cam *c = &t->cam[i];
		size_t left = 0;

		for (size_t k = 0; k < c->nlast; k++) {
			if (!c->last[k].seen)
				continue;
			c->last[k].seen = false;
			c->last[left++] = c->last[k];
		}
		c->nlast = left;
	}
}

static int by_weight(const void *x, const void *y)
{
	uint64_t a = weight(*(const struct cg_traffic_row *const *)x);
	uint64_t b = weight(*(const struct cg_traffic_row *const *)y);

	return a < b ? 1 : -(a > b);
}

size_t cg_traffic_read(struct cg_traffic *t, uint32_t slot, uint64_t now_ns,
		       const struct cg_traffic_row *ret_rows[static CG_TRAFFIC_PER_CAM])
{
	struct cam *c = slot < t->ncam ? &t->cam[slot] : NULL;
	size_t n = 0;

	for (size_t i = 0; c && i < c->nrow; i++) {
		turn(c->row[i], now_ns / CG_TRAFFIC_HOUR_NS);
		if (weight(c->row[i]))
			ret_rows[n++] = c->row[i];
	}
	qsort(ret_rows, n, sizeof(*ret_rows), by_weight);
	return n;
}
