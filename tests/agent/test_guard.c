/* SPDX-License-Identifier: GPL-2.0-only */
/* The guard through every change: at no moment is it gone, and at none does it look for what the filters do not mark. */
#include <camgate/ctl.h>
#include <stdio.h>
#include <string.h>
#include "harness.h"

#define RELOAD "{\"v\":1,\"cmd\":\"reload\"}"
#define STATUS "{\"v\":1,\"cmd\":\"status\"}"

static struct house h;
static const struct cg_mac nursery = { { 0x02, 0xca, 0, 0, 0, 1 } };

enum by {
	NFT,
	MODULE,
	NBY,
};

/* "guard = drop" and these cameras; how: further keys. */
static void config(const char *how, const char *lan, int ncams)
{
	char text[4096], *at = text;

	at += sprintf(at, "lan = { %s }\n%s\n", lan, how);
	for (int i = 1; i <= ncams; i++)
		at += sprintf(at, "camera \"%s%d\" { mac = { \"02:ca:00:00:00:%02x\" } }\n",
			      i == 1 ? "nursery" : "cam", i, i);
	house_config(&h, text);
}

static void setup(void)
{
	house_make(&h);
	fake_guards.nft = true;
	config("guard = drop", "\"br-lan\"", 2);
}

static void teardown(void)
{
	house_end(&h);
}

static struct fake_guard *of(int by)
{
	return by == MODULE ? &fake_guards.by_module : &fake_guards.by_nft;
}

static void start(int by)
{
	fake_guards.module = by == MODULE;
	ck_assert_int_eq(house_start(&h), 0);
	house_pump(&h);
	ck_assert(of(by)->on);
	ck_assert(!of(!by)->on);
	ck_assert_uint_eq(of(by)->nmac, 2);
	ck_assert_int_eq(fake_guards.false_drops, 0);
	fake_guards.always = nursery;
	fake_guards.must = true;
}

static void reload(void)
{
	ck_assert_int_eq(house_code(&h, RELOAD), 0);
	house_pump(&h);
}

static void held(int by, size_t nmac)
{
	ck_assert_int_eq(fake_guards.false_drops, 0);
	ck_assert_int_eq(fake_guards.gaps, 0);
	ck_assert(of(by)->on && of(by)->drop);
	ck_assert(!of(!by)->on);
	ck_assert_uint_eq(of(by)->nmac, nmac);
}

/* What the fake finds, so that finding nothing means something. */
START_TEST(the_looking_looks)
{
	start(NFT);
	fake_kernel.meta.flags = 0;
	fake_guards_look();
	ck_assert_int_eq(fake_guards.false_drops, 2);
	fake_guards.by_nft.nmac = 0;
	fake_guards_look();
	ck_assert_int_eq(fake_guards.gaps, 1);
}
END_TEST

START_TEST(cameras_come_and_go)
{
	start(_i);
	config("guard = drop", "\"br-lan\"", 1);
	reload();
	held(_i, 1);
	config("guard = drop", "\"br-lan\"", 3);
	reload();
	held(_i, 3);
	/* more than the maps have room for: new ones */
	config("guard = drop", "\"br-lan\"", 30);
	reload();
	held(_i, 30);
	config("guard = drop", "\"br-lan\"", 1);
	reload();
	held(_i, 1);
}
END_TEST

START_TEST(apply_that_fails)
{
	start(_i);
	config("guard = drop\nguard_mark = 0x10000000", "\"br-lan\"", 1);
	fake_fail("apply", 1, -ENOMEM);
	ck_assert_int_eq(house_code(&h, RELOAD), CG_EXIT_FAILED);
	house_pump(&h);
	held(_i, 2);
	ck_assert_uint_eq(of(_i)->mark, CG_MARK_DEFAULT);
	ck_assert_uint_eq(fake_kernel.meta.mark, CG_MARK_DEFAULT);
}
END_TEST

/* The guard itself refuses to let go of a camera: then nothing changes. */
START_TEST(guard_that_fails)
{
	start(_i);
	config("guard = drop", "\"br-lan\"", 1);
	fake_fail(_i == MODULE ? "guard_apply" : "nft_run", 1, -ENOMEM);
	ck_assert_int_eq(house_code(&h, RELOAD), CG_EXIT_FAILED);
	house_pump(&h);
	held(_i, 2);
	ck_assert_uint_eq(fake_kernel.meta.generation, 1);
}
END_TEST

START_TEST(another_mark)
{
	start(_i);
	config("guard = drop\nguard_mark = 0x10000000\nguard_mask = 0x30000000", "\"br-lan\"", 2);
	reload();
	held(_i, 2);
	ck_assert_uint_eq(of(_i)->mark, 0x10000000);
	ck_assert_uint_eq(of(_i)->mask, 0x30000000);
	ck_assert_uint_eq(fake_kernel.meta.mark, 0x10000000);
	/* bits of one mask cannot lead over: the guard is off for that moment */
	config("guard = drop\nguard_mark = 0x20000000", "\"br-lan\"", 2);
	reload();
	ck_assert_int_ne(fake_guards.gaps, 0);
	fake_guards.gaps = 0;
	held(_i, 2);
	ck_assert_uint_eq(of(_i)->mark, 0x20000000);
}
END_TEST

START_TEST(lan_that_goes)
{
	struct fake_guard *g = of(_i);

	fake_link_add(7, "br-iot", "bridge", 0, 0);
	fake_link_add(8, "iot1", "", 7, 0);
	config("guard = drop", "\"br-lan\", \"br-iot\"", 2);
	start(_i);
	if (_i == NFT)
		ck_assert_uint_eq(g->nport, 3);
	config("guard = drop", "\"br-lan\"", 2);
	reload();
	ck_assert(!fake_attached(8));
	held(_i, 2);
	if (_i == NFT)
		ck_assert_uint_eq(g->nport, 2);
}
END_TEST

START_TEST(restart_without_a_camera)
{
	start(_i);
	house_stop(&h);
	ck_assert(of(_i)->on);
	config("guard = drop", "\"br-lan\"", 1);
	ck_assert_int_eq(house_start(&h), 0);
	house_pump(&h);
	held(_i, 1);
	/* and with more */
	house_stop(&h);
	config("guard = drop", "\"br-lan\"", 3);
	ck_assert_int_eq(house_start(&h), 0);
	house_pump(&h);
	held(_i, 3);
}
END_TEST

/* What an earlier run left cannot be made smaller: anew then, not refused. */
START_TEST(restart_with_what_is_no_ours)
{
	start(_i);
	house_stop(&h);
	fake_fail(_i == MODULE ? "guard_apply" : "nft_run", 1, -EPROTO);
	ck_assert_int_eq(house_start(&h), 0);
	house_pump(&h);
	fake_guards.gaps = 0;
	held(_i, 2);
}
END_TEST

START_TEST(table_that_somebody_took)
{
	start(NFT);
	fake_guards.by_nft = (struct fake_guard){ 0 };
	fake_guards.must = false;
	config("guard = drop", "\"br-lan\"", 1);
	fake_fail("nft_run", 1, -EPROTO);
	reload();
	held(NFT, 1);
}
END_TEST

START_TEST(switched_off_and_on)
{
	start(_i);
	fake_guards.must = false;
	config("guard = off", "\"br-lan\"", 1);
	reload();
	ck_assert(!of(_i)->on);
	ck_assert_uint_eq(fake_kernel.meta.flags & CG_META_GUARD, 0);
	ck_assert_int_eq(fake_guards.false_drops, 0);
	config("guard = drop", "\"br-lan\"", 2);
	reload();
	held(_i, 2);
}
END_TEST

/* One after the other, never both: the first would take the second's mark. */
START_TEST(module_comes_and_goes)
{
	start(NFT);
	fake_guards.must = false;
	fake_guards.module = true;
	house_later(&h, 11);
	held(MODULE, 2);
	fake_guards.module = false;
	fake_guards.by_module.on = false;
	house_later(&h, 2);
	house_pump(&h);
	held(NFT, 2);
}
END_TEST

START_TEST(module_left_alone)
{
	start(MODULE);
	fake_guards.must = false;
	config("guard = drop\nmodule = no", "\"br-lan\"", 2);
	reload();
	held(NFT, 2);
	/* the same after a restart that the change came with */
	config("guard = drop", "\"br-lan\"", 2);
	reload();
	held(MODULE, 2);
	house_stop(&h);
	config("guard = drop\nmodule = no", "\"br-lan\"", 2);
	ck_assert_int_eq(house_start(&h), 0);
	house_pump(&h);
	held(NFT, 2);
}
END_TEST

/* Asked once, nftables from then on. */
START_TEST(module_refuses_the_guard)
{
	fake_fail("guard_apply", 1, -EOPNOTSUPP);
	fake_guards.module = true;
	ck_assert_int_eq(house_start(&h), 0);
	house_pump(&h);
	held(NFT, 2);
	reload();
	held(NFT, 2);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("guard");
	TCase *t = tcase_create("through changes");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, the_looking_looks);
	tcase_add_loop_test(t, cameras_come_and_go, 0, NBY);
	tcase_add_loop_test(t, apply_that_fails, 0, NBY);
	tcase_add_loop_test(t, guard_that_fails, 0, NBY);
	tcase_add_loop_test(t, another_mark, 0, NBY);
	tcase_add_loop_test(t, lan_that_goes, 0, NBY);
	tcase_add_loop_test(t, restart_without_a_camera, 0, NBY);
	tcase_add_loop_test(t, restart_with_what_is_no_ours, 0, NBY);
	tcase_add_test(t, table_that_somebody_took);
	tcase_add_loop_test(t, switched_off_and_on, 0, NBY);
	tcase_add_test(t, module_comes_and_goes);
	tcase_add_test(t, module_left_alone);
	tcase_add_test(t, module_refuses_the_guard);
	suite_add_tcase(s, t);
	return suite_run(s);
}
