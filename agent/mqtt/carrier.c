/* SPDX-License-Identifier: GPL-2.0-only */
/* The same lines give the same events, names and numbers: what is sent twice is known by that. */
#include <errno.h>
#include <string.h>
#include "../lib/jsonget.h"
#include "../lib/jsonout.h"
#include "carrier.h"
#include "state.h"

/* A line, and what was lost before it. */
#define QUEUE (2 * CG_MQTT_PAGE)

struct cg_mqtt_carrier {
	const char *dir;
	bool on;
	struct cg_fleet_how how;
	struct cg_mqtt_carried at;
	struct cg_mqtt_carrier_event queue[QUEUE];
	size_t n, nacked;
	uint64_t end;	      /* the line that queue goes to */
	uint64_t asked, idle; /* how far the record went; and when there was nothing of it */
	bool began;	      /* at is of the file, or was made */
};

struct cg_mqtt_carrier *cg_mqtt_carrier_new(const char *dir)
{
	struct cg_mqtt_carrier *c = calloc(1, sizeof(*c));

	if (c)
		c->dir = dir;
	return c;
}

static void queue_clear(struct cg_mqtt_carrier *c)
{
	for (size_t i = 0; i < c->n; i++)
		free(c->queue[i].text);
	c->n = c->nacked = 0;
}

void cg_mqtt_carrier_free(struct cg_mqtt_carrier **carrier)
{
	struct cg_mqtt_carrier *c = TAKE_PTR(*carrier);

	if (!c)
		return;
	queue_clear(c);
	cg_fleet_key_wipe(&c->how.key);
	free(c);
}

int cg_mqtt_carrier_begin(struct cg_mqtt_carrier *c, const struct cg_fleet_how *how)
{
	queue_clear(c);
	c->on = how;
	c->began = false;
	c->at = (struct cg_mqtt_carried){ 0 };
	if (!how) {
		cg_fleet_key_wipe(&c->how.key);
		return cg_mqtt_carried_remove(c->dir);
	}
	c->how = *how;
	c->began = !cg_mqtt_carried_read(c->dir, &c->at) && !strcmp(c->at.gateway, how->gateway);
	return 0;
}

void cg_mqtt_carrier_pause(struct cg_mqtt_carrier *c)
{
	queue_clear(c);
	c->on = false;
}

const struct cg_fleet_how *cg_mqtt_carrier_how(const struct cg_mqtt_carrier *c)
{
	return c->on ? &c->how : NULL;
}

/* Takes event. */
static int push(struct cg_mqtt_carrier *c, struct json_object *event)
{
	char *text = cg_mqtt_state_text(event);

	if (!text)
		return -ENOMEM;
	c->queue[c->n++] = (struct cg_mqtt_carrier_event){ .text = text };
	return 0;
}

/* Nothing of before is told. */
static bool begin(struct cg_mqtt_carrier *c, uint64_t last, int64_t now_s)
{
	c->at = (struct cg_mqtt_carried){ .n = last, .from = last };
	memcpy(c->at.gateway, c->how.gateway, sizeof(c->at.gateway));
	if (push(c, cg_fleet_begin(&c->how, last, now_s, 1)))
		return false;
	c->end = last;
	c->began = true;
	return true;
}

bool cg_mqtt_carrier_wants(struct cg_mqtt_carrier *c, uint64_t last, int64_t now_s,
			   uint64_t *ret_after)
{
	if (!c->on || c->n)
		return false;
	if (!c->began) {
		(void)begin(c, last, now_s);
		return false;
	}
	if (last == c->at.n || last == c->idle)
		return false;
	c->asked = last;
	*ret_after = c->at.n;
	return true;
}

static int step(struct cg_mqtt_carrier *c, struct json_object *line, uint64_t *expected,
		int64_t now_s)
{
	uint64_t n = cg_json_get_count(line, "n");
	struct json_object *event;
	int r;

	if (n < *expected)
		return -EPROTO;
	if (n > *expected) {
		r = push(c, cg_fleet_gap(&c->how, *expected, n - 1, now_s, c->at.seq + c->n + 1));
		if (r)
			return r;
	}
	*expected = n + 1;
	r = cg_fleet_event(&c->how, line, c->at.seq + c->n + 1, &event);
	return r > 0 ? push(c, event) : r;
}

/* The page is behind us. */
static int done(struct cg_mqtt_carrier *c)
{
	c->at.n = c->end;
	c->at.seq += c->n;
	queue_clear(c);
	return cg_mqtt_carried_write(c->dir, &c->at);
}

int cg_mqtt_carrier_take(struct cg_mqtt_carrier *c, struct json_object *reply, int64_t now_s)
{
	uint64_t last = cg_json_get_count(reply, "last"), expected = c->at.n + 1;
	struct json_object *list;
	size_t n;
	int r = 0;

	if (!c->on || !c->began || c->n)
		return 0;
	if (!json_object_object_get_ex(reply, "lines", &list) ||
	    !json_object_is_type(list, json_type_array))
		return -EPROTO;
	n = json_object_array_length(list);
	if (last < c->at.n) {
		/* The record was begun anew: from its first line on. */
		r = push(c, cg_fleet_gap(&c->how, c->at.n + 1, 0, now_s, c->at.seq + 1));
		c->end = 0;
		c->at.from = 0;
		return r;
	}
	for (size_t i = 0; !r && i < n && i < CG_MQTT_PAGE; i++)
		r = step(c, json_object_array_get_idx(list, i), &expected, now_s);
	if (r) {
		queue_clear(c);
		return r;
	}
	/* Without lines there is nothing up to the last. */
	c->end = n ? expected - 1 : last;
	c->idle = n ? 0 : c->asked;
	if (!n && last == c->at.n)
		return 0;
	return c->n ? 0 : done(c);
}

const char *cg_mqtt_carrier_next(const struct cg_mqtt_carrier *c)
{
	for (size_t i = 0; i < c->n; i++)
		if (!c->queue[i].mid)
			return c->queue[i].text;
	return NULL;
}

void cg_mqtt_carrier_sent(struct cg_mqtt_carrier *c, int mid)
{
	for (size_t i = 0; i < c->n; i++)
		if (!c->queue[i].mid) {
			c->queue[i].mid = mid;
			return;
		}
}

int cg_mqtt_carrier_acked(struct cg_mqtt_carrier *c, int mid)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->queue[i].mid == mid) {
			c->queue[i].mid = -1;
			c->nacked++;
		}
	return c->n && c->nacked == c->n ? done(c) : 0;
}

void cg_mqtt_carrier_lost(struct cg_mqtt_carrier *c)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->queue[i].mid > 0)
			c->queue[i].mid = 0;
}

uint64_t cg_mqtt_carrier_seq(const struct cg_mqtt_carrier *c)
{
	return c->at.seq;
}

int cg_mqtt_carrier_again(struct cg_mqtt_carrier *c, uint64_t n, uint64_t seq)
{
	if (!c->on || !c->began || n > c->at.n)
		return -ERANGE;
	queue_clear(c);
	c->idle = 0;
	c->at.n = n > c->at.from ? n : c->at.from;
	c->at.seq = n > c->at.from ? seq : 1;
	return cg_mqtt_carried_write(c->dir, &c->at);
}

const struct cg_fleet_wish *cg_mqtt_carrier_wish(const struct cg_mqtt_carrier *c)
{
	return &c->at.wish;
}

int cg_mqtt_carrier_wish_set(struct cg_mqtt_carrier *c, const struct cg_fleet_wish *wish)
{
	c->at.wish = *wish;
	return c->began ? cg_mqtt_carried_write(c->dir, &c->at) : 0;
}
