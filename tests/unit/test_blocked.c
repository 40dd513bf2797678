/* SPDX-License-Identifier: GPL-2.0-only */
/* What was dropped lately: put together, bounded, forgotten, and quiet about what was said already. */
#include <arpa/inet.h>
#include <lib/blocked.h>
#include "unit.h"

#define SEC 1000000000ull

static struct cg_event event(uint32_t slot, uint8_t peer, uint64_t ns)
{
	struct cg_event e = {
		.slot = slot,
		.ns = ns,
		.cam_port = htons(40000),
		.peer_port = htons(443),
		.proto = 6,
		.reason = CG_DROP_UNRULED,
		.plane = CG_PLANE_UP,
	};

	e.peer[15] = peer;
	return e;
}

static struct cg_blocked *table(void)
{
	struct cg_blocked *b = NULL;

	ck_assert_int_eq(cg_blocked_new(&b), 0);
	return b;
}

static int add(struct cg_blocked *b, struct cg_event e)
{
	int r = cg_blocked_add(b, &e, NULL, 10 * SEC);

	ck_assert_int_ge(r, 0);
	return r;
}

START_TEST(put_together)
{
	struct cg_blocked *b = table();
	struct cg_event again = event(3, 1, 5 * SEC), down = event(3, 1, 6 * SEC);
	const struct cg_blocked_entry *e;
	size_t n;

	ck_assert_ptr_null(cg_blocked_read(b, 3, &n));
	ck_assert_uint_eq(n, 0);
	add(b, event(3, 1, 2 * SEC));
	again.cam_port = htons(50000); /* another connection of the same kind */
	add(b, again);
	e = cg_blocked_read(b, 3, &n);
	ck_assert_uint_eq(n, 1);
	ck_assert_uint_eq(e->packets, 2);
	ck_assert_uint_eq(e->first_ns, 2 * SEC);
	ck_assert_uint_eq(e->last_ns, 5 * SEC);
	ck_assert_uint_eq(e->port, 443);
	down.plane = CG_PLANE_DOWN;
	add(b, down);
	add(b, event(3, 2, 7 * SEC));
	e = cg_blocked_read(b, 3, &n);
	ck_assert_uint_eq(n, 3);
	ck_assert_uint_eq(e[1].port, 40000);
	cg_blocked_read(b, 2, &n);
	ck_assert_uint_eq(n, 0);
	cg_blocked_free(&b);
	ck_assert_ptr_null(b);
	cg_blocked_free(&b);
}
END_TEST

START_TEST(bounded_by_camera)
{
	struct cg_blocked *b = table();
	const struct cg_blocked_entry *e;
	size_t n;

	add(b, event(1, 200, 1));
	for (unsigned int i = 0; i < 180; i++)
		add(b, event(0, (uint8_t)i, (10 + i) * SEC));
	e = cg_blocked_read(b, 0, &n);
	ck_assert_uint_eq(n, CG_BLOCKED_PER_CAM);
	/* the newest stayed, the oldest gave way */
	for (size_t i = 0; i < n; i++)
		ck_assert_uint_ge(e[i].peer[15], 180 - CG_BLOCKED_PER_CAM);
	cg_blocked_read(b, 1, &n);
	ck_assert_uint_eq(n, 1);
	cg_blocked_free(&b);
}
END_TEST

START_TEST(forgotten)
{
	struct cg_blocked *b = table();
	size_t n;

	add(b, event(0, 1, 10 * SEC));
	add(b, event(0, 2, 20 * SEC));
	add(b, event(1, 2, 20 * SEC));
	cg_blocked_expire(b, (CG_BLOCKED_KEEP_S + 15) * SEC);
	ck_assert_uint_eq(cg_blocked_read(b, 0, &n)->peer[15], 2);
	ck_assert_uint_eq(n, 1);
	cg_blocked_forget(b, 0);
	ck_assert_ptr_null(cg_blocked_read(b, 0, &n));
	cg_blocked_read(b, 1, &n);
	ck_assert_uint_eq(n, 1);
	cg_blocked_expire(b, (CG_BLOCKED_KEEP_S + 20) * SEC);
	ck_assert_ptr_null(cg_blocked_read(b, 1, &n));
	cg_blocked_free(&b);
}
END_TEST

START_TEST(quiet)
{
	struct cg_blocked *b = table();
	struct cg_event other = event(0, 1, 6 * SEC);

	ck_assert_int_eq(add(b, event(0, 1, 5 * SEC)), 1);
	ck_assert_int_eq(add(b, event(0, 2, 6 * SEC)), 0);
	ck_assert_int_eq(add(b, event(1, 1, 6 * SEC)), 1);
	other.reason = CG_DROP_DENIED;
	ck_assert_int_eq(add(b, other), 1);
	ck_assert_int_eq(add(b, event(0, 3, 15 * SEC - 1)), 0);
	ck_assert_int_eq(add(b, event(0, 3, 15 * SEC)), 1);
	cg_blocked_free(&b);
}
END_TEST

/* Numbers of a later packet path do no harm. */
START_TEST(foreign_numbers)
{
	struct cg_blocked *b = table();
	struct cg_event e = event(CG_MAX_CAMERAS, 1, 1), f = event(0, 1, 1);
	size_t n;

	f.reason = CG_REASONS;
	ck_assert_int_eq(add(b, e), 0);
	ck_assert_int_eq(add(b, f), 0);
	ck_assert_ptr_null(cg_blocked_read(b, CG_MAX_CAMERAS, &n));
	ck_assert_ptr_null(cg_blocked_read(b, 0, &n));
	cg_blocked_forget(b, UINT32_MAX);
	cg_blocked_free(&b);
}
END_TEST

/* A name with many addresses is one thing, and hides no other. */
START_TEST(peers_of_one_name)
{
	struct cg_blocked *b = table();
	struct cg_event e = event(0, 250, 5 * SEC), other;
	const struct cg_blocked_entry *v;
	size_t n;

	ck_assert(!cg_blocked_has(b, &e));
	ck_assert_int_ge(cg_blocked_add(b, &e, NULL, 0), 0);
	ck_assert(cg_blocked_has(b, &e));
	for (unsigned int i = 0; i < 200; i++) {
		e = event(0, (uint8_t)i, (10 + i) * SEC);
		ck_assert(!cg_blocked_has(b, &e));
		ck_assert_int_ge(cg_blocked_add(b, &e, "cdn.acme.example", 0), 0);
	}
	v = cg_blocked_read(b, 0, &n);
	ck_assert_uint_eq(n, 2);
	ck_assert_ptr_null(v[0].name);
	ck_assert_str_eq(v[1].name, "cdn.acme.example");
	ck_assert_uint_eq(v[1].packets, 200);
	ck_assert_uint_eq(v[1].peer[15], 199); /* the last one */
	ck_assert_uint_eq(v[1].first_ns, 10 * SEC);
	/* The last one is found without its name; another port is another thing. */
	ck_assert_int_ge(cg_blocked_add(b, &e, NULL, 0), 0);
	other = e;
	other.peer_port = htons(8443);
	ck_assert_int_ge(cg_blocked_add(b, &other, "cdn.acme.example", 0), 0);
	v = cg_blocked_read(b, 0, &n);
	ck_assert_uint_eq(n, 3);
	ck_assert_uint_eq(v[1].packets, 201);
	/* Learned later; what is known stays. */
	cg_blocked_name(b, 0, 0, "late.acme.example");
	cg_blocked_name(b, 0, 1, "late.acme.example");
	cg_blocked_name(b, 0, 9, "late.acme.example");
	v = cg_blocked_read(b, 0, &n);
	ck_assert_str_eq(v[0].name, "late.acme.example");
	ck_assert_str_eq(v[1].name, "cdn.acme.example");
	/* Names go with their entries: the sanitizers watch. */
	for (unsigned int i = 0; i < CG_BLOCKED_PER_CAM; i++) {
		char name[32];

		snprintf(name, sizeof(name), "n%u.acme.example", i);
		e = event(0, (uint8_t)i, (1000 + i) * SEC);
		ck_assert_int_ge(cg_blocked_add(b, &e, name, 0), 0);
	}
	cg_blocked_expire(b, (CG_BLOCKED_KEEP_S + 1010) * SEC);
	v = cg_blocked_read(b, 0, &n);
	ck_assert_uint_eq(n, CG_BLOCKED_PER_CAM - 11);
	for (size_t i = 0; i < n; i++)
		ck_assert_int_ge(atoi(v[i].name + 1), 11);
	cg_blocked_forget(b, 0);
	cg_blocked_free(&b);
}
END_TEST

int main(void)
{
	return UNIT_RUN("blocked", 10, put_together, bounded_by_camera, forgotten, quiet,
			foreign_numbers, peers_of_one_name);
}
