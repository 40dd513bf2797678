/* SPDX-License-Identifier: GPL-2.0-only */
/* Bytes by destination and hour: put together, moved on, bounded. */
#include <lib/traffic.h>
#include "unit.h"

#define HOUR CG_TRAFFIC_HOUR_NS
#define NOW  (1000 * HOUR)

static struct cg_traffic *t;
static const struct cg_traffic_row *row[CG_TRAFFIC_PER_CAM];

static uint8_t peers[4096][16];

static const uint8_t *peer(unsigned int i)
{
	peers[i][14] = (uint8_t)(i >> 8);
	peers[i][15] = (uint8_t)i;
	return peers[i];
}

static void add(uint32_t slot, unsigned int i, const char *name, uint64_t up, uint32_t tries,
		uint64_t ns)
{
	struct cg_traffic_news news = {
		.slot = slot, .peer = peer(i), .name = name, .up_bytes = up, .tries = tries, .ns = ns
	};

	ck_assert_int_eq(cg_traffic_add(t, &news), 0);
}

static void count(unsigned int i, uint64_t up, uint64_t down, uint64_t first_ns, bool begins)
{
	struct cg_traffic_news total = {
		.peer = peer(i), .up_bytes = up, .down_bytes = down, .ns = NOW
	};

	ck_assert_int_eq(cg_traffic_count(t, &total, first_ns, begins), 0);
}

static size_t look(uint64_t now)
{
	return cg_traffic_read(t, 0, now, row);
}

static void make(void)
{
	ck_assert_int_eq(cg_traffic_new(&t), 0);
}

START_TEST(hours_move_on)
{
	make();
	ck_assert_uint_eq(look(NOW), 0);
	add(0, 1, NULL, 100, 0, NOW);
	add(0, 1, NULL, 10, 2, NOW + HOUR);
	ck_assert_uint_eq(look(NOW + 3 * HOUR), 1);
	ck_assert_uint_eq(row[0]->cell[3].up_bytes, 100);
	ck_assert_uint_eq(row[0]->cell[2].up_bytes, 10);
	ck_assert_uint_eq(row[0]->cell[2].tries, 2);
	ck_assert_uint_eq(row[0]->cell[0].up_bytes, 0);
	/* a day later the first is gone, then all */
	ck_assert_uint_eq(look(NOW + 24 * HOUR), 1);
	ck_assert_uint_eq(row[0]->cell[23].up_bytes, 10);
	ck_assert_uint_eq(look(NOW + 25 * HOUR), 0);
	add(0, 1, NULL, 7, 0, NOW + 500 * HOUR);
	ck_assert_uint_eq(look(NOW + 500 * HOUR), 1);
	ck_assert_uint_eq(row[0]->cell[0].up_bytes, 7);
	cg_traffic_free(&t);
}
END_TEST

START_TEST(names_and_others)
{
	make();
	add(0, 1, "a.example", 100, 0, NOW);
	add(0, 2, "a.example", 100, 0, NOW);
	add(0, 1, NULL, 100, 0, NOW);
	add(0, 3, "b.example", 500, 0, NOW);
	add(1, 1, "c.example", 1, 0, NOW);
	ck_assert(cg_traffic_has(t, 0, peer(3)));
	ck_assert(!cg_traffic_has(t, 0, peer(9)));
	ck_assert(!cg_traffic_has(t, 7, peer(3)));
	/* most first */
	ck_assert_uint_eq(look(NOW), 3);
	ck_assert_str_eq(row[0]->name, "b.example");
	ck_assert_str_eq(row[1]->name, "a.example");
	ck_assert_uint_eq(row[1]->cell[0].up_bytes, 200);
	ck_assert_ptr_null(row[2]->name);
	cg_traffic_forget(t, 0);
	ck_assert_uint_eq(look(NOW), 0);
	ck_assert_uint_eq(cg_traffic_read(t, 1, NOW, row), 1);
	cg_traffic_free(&t);
}
END_TEST

START_TEST(bounded)
{
	uint64_t sum = 0;
	size_t n, rest = 0;

	make();
	for (unsigned int i = 0; i < 1000; i++)
		add(0, i, NULL, 10, 0, NOW);
	n = look(NOW);
	ck_assert_uint_eq(n, CG_TRAFFIC_PER_CAM);
	for (size_t i = 0; i < n; i++) {
		sum += row[i]->cell[0].up_bytes;
		rest += row[i]->rest;
	}
	ck_assert_uint_eq(sum, 10000);
	ck_assert_uint_eq(rest, 1);
	ck_assert(row[0]->rest);
	/* rows that were silent for a day give way */
	add(0, 2000, "new.example", 10, 0, NOW + 30 * HOUR);
	n = look(NOW + 30 * HOUR);
	ck_assert_uint_eq(n, 1);
	ck_assert_str_eq(row[0]->name, "new.example");
	/* all cameras together: each keeps a row at least */
	for (uint32_t slot = 1; slot < 400; slot++)
		for (unsigned int i = 0; i < 30; i++)
			add(slot, i, NULL, 1, 0, NOW);
	ck_assert_uint_eq(cg_traffic_read(t, 399, NOW, row), 1);
	ck_assert(row[0]->rest);
	ck_assert_uint_eq(row[0]->cell[0].up_bytes, 30);
	ck_assert_int_eq(cg_traffic_add(t, &(struct cg_traffic_news){ .slot = CG_MAX_CAMERAS,
								      .peer = peer(1) }),
			 -ENOMEM);
	cg_traffic_free(&t);
}
END_TEST

START_TEST(counters_grow)
{
	make();
	/* there before the first look */
	count(1, 5000, 50, 1, false);
	ck_assert_uint_eq(look(NOW), 0);
	count(1, 6000, 60, 1, false);
	count(2, 300, 3, 2, true);
	cg_traffic_counted(t);
	ck_assert_uint_eq(look(NOW), 2);
	ck_assert_uint_eq(row[0]->cell[0].up_bytes, 1000);
	ck_assert_uint_eq(row[0]->cell[0].down_bytes, 10);
	ck_assert_uint_eq(row[1]->cell[0].up_bytes, 300);
	/* nothing new, then another session of the same remote */
	count(1, 6000, 60, 1, false);
	cg_traffic_counted(t);
	ck_assert_uint_eq(look(NOW), 2);
	ck_assert_uint_eq(row[0]->cell[0].up_bytes, 1000);
	count(1, 7000, 70, 9, true);
	cg_traffic_counted(t);
	ck_assert_uint_eq(look(NOW), 2);
	ck_assert_uint_eq(row[0]->cell[0].up_bytes, 8000);
	/* 2 is gone since; when it is back it begins at nothing */
	count(2, 40, 0, 2, true);
	ck_assert_uint_eq(look(NOW), 2);
	ck_assert_uint_eq(row[1]->cell[0].up_bytes, 340);
	/* a counter that fell is another one */
	count(2, 10, 0, 2, true);
	ck_assert_uint_eq(look(NOW), 2);
	ck_assert_uint_eq(row[1]->cell[0].up_bytes, 350);
	cg_traffic_free(&t);
}
END_TEST

/* As many sessions of a camera as the packet path follows; others are lost, and those go on. */
START_TEST(sessions_that_are_too_many)
{
	struct cg_traffic_news total = { .peer = peer(CG_QUOTA_SESSION), .up_bytes = 1, .ns = NOW };

	make();
	for (unsigned int i = 0; i < CG_QUOTA_SESSION; i++)
		count(i, 10, 10, 1, true);
	ck_assert_int_eq(cg_traffic_count(t, &total, 1, true), -ENOMEM);
	count(3, 20, 20, 1, true);
	total.slot = CG_MAX_CAMERAS;
	ck_assert_int_eq(cg_traffic_count(t, &total, 1, true), -ENOMEM);
	cg_traffic_free(&t);
}
END_TEST

int main(void)
{
	return UNIT_RUN("traffic", 10, hours_move_on, names_and_others, bounded, counters_grow,
			sessions_that_are_too_many);
}
