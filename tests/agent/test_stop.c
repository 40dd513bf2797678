/* SPDX-License-Identifier: GPL-2.0-only */
/* Which flows end: each way a camera may less, and what lives on. */
#include "stopped.h"

/* No reflector: what never passed gets no answer. */
START_TEST(monitor_and_the_lan_are_left_alone)
{
	struct cg_event e = event(IPPROTO_TCP, CG_EVENT_DROP | CG_EVENT_ENDED);

	e.plane = CG_PLANE_UP_MONITOR;
	tell(e);
	e.plane = CG_PLANE_DOWN_MONITOR;
	tell(e);
	e.plane = CG_PLANE_UP;
	e.scope = CG_NET_LAN;
	tell(e);
	e.scope = CG_NET_GATEWAY;
	tell(e);
	ask(OPEN("nursery"));
	flow4(IPPROTO_UDP)->scope = CG_NET_LAN;
	flow4(IPPROTO_UDP)->reason = CG_DROP_SEALED;
	flow4(IPPROTO_UDP)->idle_s = 0;
	fake_kernel.flow[2].last_ns -= CG_SEC_NS;
	ask(CLOSE("nursery"));
	nothing();
}
END_TEST

START_TEST(monitor_by_config)
{
	up("lan = { \"br-lan\" }\ncamera \"nursery\" { mac = { \"02:ca:00:00:00:01\" } mode = monitor exposure = open }\n");
	flow4(IPPROTO_UDP);
	ask(CLOSE("nursery"));
	nothing();
}
END_TEST

START_TEST(what_passes_lives_on)
{
	struct cg_flow *f;

	ask(OPEN("nursery"));
	f = flow4(IPPROTO_UDP);
	f->class = CG_CLASS_CONTROL;
	ask(CLOSE("nursery"));
	f->class = CG_CLASS_UPLOAD;
	ask(OPEN("nursery"));
	ask(CLOSE("nursery"));
	nothing();
	/* Of those only what the camera began, and not when it is sealed. */
	f->flags = CG_FLOW_BY_PEER;
	ask(OPEN("nursery"));
	ask(CLOSE("nursery"));
	ck_assert_uint_eq(fake_stop.ndeleted, 1);
	f->flags = 0;
	ask(SEAL("nursery"));
	ck_assert_uint_eq(fake_stop.ndeleted, 2);
}
END_TEST

START_TEST(rules_that_changed)
{
	struct cg_flow *f = flow4(IPPROTO_UDP);

	f->reason = CG_PASS_CONTROL;
	f->class = CG_CLASS_CONTROL;
	fake_kernel.answer.reason = CG_PASS_CONTROL;
	ask(RELOAD);
	ck_assert(fake_kernel.probe.up);
	ck_assert_uint_eq(fake_kernel.probe.port, 4000);
	nothing();
	f->flags = CG_FLOW_BY_PEER;
	ask(RELOAD);
	ck_assert(!fake_kernel.probe.up);
	nothing();
	/* The name it passed by may be forgotten. */
	fake_kernel.answer.reason = CG_DROP_UNRULED;
	f->name = 7;
	ask(RELOAD);
	nothing();
	fake_kernel.answer.reason = CG_DROP_DENIED;
	ask(RELOAD);
	ck_assert_uint_eq(fake_stop.ndeleted, 1);
	f->name = 0;
	fake_kernel.answer.reason = CG_DROP_UNRULED;
	ask(RELOAD);
	ck_assert_uint_eq(fake_stop.ndeleted, 2);
	/* Asked in vain: nothing is known against it. */
	fake_fail("why", 1, -ENETUNREACH);
	ask(RELOAD);
	ck_assert_uint_eq(fake_stop.ndeleted, 2);
}
END_TEST

/* Does this command walk nursery's flows? */
static bool ends(const char *request)
{
	size_t before = fake_stop.ndeleted;

	ask(request);
	return fake_stop.ndeleted != before;
}

START_TEST(every_way_to_less)
{
	flow4(IPPROTO_UDP);
	house_later(&h, 1);
	nothing();
	ck_assert(!ends(OPEN("nursery")));
	ck_assert(!ends(OPEN("nursery")));
	ck_assert(ends(CLOSE("nursery")));
	ck_assert(!ends(CLOSE("nursery")));
	ck_assert(ends(SEAL("nursery")));
	ck_assert(ends(AUTO("nursery")));
	ck_assert(!ends(OPEN("nursery")));
	ck_assert(ends(
		"{\"v\":1,\"cmd\":\"open\",\"cam\":\"nursery\",\"for_s\":600,\"to\":\"203.0.113.9\"}"));
	ck_assert(ends(
		"{\"v\":1,\"cmd\":\"open\",\"cam\":\"nursery\",\"for_s\":600,\"to\":\"203.0.113.10\"}"));
	/* For a set of viewers, then for another. */
	ck_assert(ends(
		"{\"v\":1,\"cmd\":\"open\",\"cam\":\"nursery\",\"for_s\":600,\"to\":\"203.0.113.0/24\"}"));
	ck_assert(!ends(
		"{\"v\":1,\"cmd\":\"open\",\"cam\":\"nursery\",\"for_s\":600,\"to\":\"203.0.113.0/24\"}"));
	ck_assert(ends(
		"{\"v\":1,\"cmd\":\"open\",\"cam\":\"nursery\",\"for_s\":600,\"to\":\"198.51.100.0/24\"}"));
	ck_assert(ends(AUTO("nursery")));
	/* Another camera's is none of its business. */
	ck_assert(!ends(CLOSE("porch")));
	ck_assert(ends(RELOAD));
}
END_TEST

START_TEST(an_opening_that_is_over)
{
	ask(OPEN("nursery"));
	flow4(IPPROTO_UDP);
	house_later(&h, 599);
	nothing();
	house_later(&h, 1);
	ck_assert_uint_eq(fake_stop.ndeleted, 1);
}
END_TEST

START_TEST(off_that_is_over)
{
	ask("{\"v\":1,\"cmd\":\"off\",\"for_s\":60}");
	flow4(IPPROTO_UDP);
	house_later(&h, 1);
	ask(RELOAD);
	nothing();
	ask("{\"v\":1,\"cmd\":\"on\"}");
	ck_assert_uint_eq(fake_stop.ndeleted, 1);
}
END_TEST

START_TEST(a_start_ends_nothing_old)
{
	struct cg_event e = event(IPPROTO_TCP, CG_EVENT_DROP | CG_EVENT_ENDED);

	flow4(IPPROTO_UDP);
	house_stop(&h);
	ck_assert_int_eq(house_start(&h), 0);
	house_pump(&h);
	house_later(&h, 5);
	nothing();
	/* Nor what the ring still held. */
	e.ns = h.a.run.started_ns - 1;
	tell(e);
	nothing();
	e.ns = h.a.run.started_ns;
	tell(e);
	ck_assert_uint_eq(fake_stop.ndeleted, 1);
}
END_TEST

START_TEST(a_session_that_is_stopped)
{
	struct cg_session_event e = { .size = sizeof(e),
				      .version = CG_BPF_ABI_VERSION,
				      .type = CG_EVENT_SESSION,
				      .ns = h.a.boot_ns(),
				      .what = CG_SESSION_BEGAN };

	size_t before;

	fake_kernel.answer.reason = CG_PASS_CONTROL;
	flow4(IPPROTO_UDP);
	flow(IPPROTO_UDP, "2001:db8:1:1::20", "2001:db8:bad::66");
	flow(IPPROTO_UDP, "2001:db8:1:1::20", "2001:db8:bad:1::66");
	addr(e.peer, "2001:db8:bad::");
	fake_session_event(&e);
	house_pump(&h);
	nothing();
	e.what = CG_SESSION_STOPPED;
	fake_session_event(&e);
	house_pump(&h);
	ck_assert_uint_eq(fake_stop.ndeleted, 1);
	ck_assert_mem_eq(fake_stop.deleted[0].peer.b, fake_kernel.flow_key[1].peer, 16);
	addr(e.peer, "203.0.113.66");
	fake_session_event(&e);
	house_pump(&h);
	ck_assert_uint_eq(fake_stop.ndeleted, 2);
	ck_assert_mem_eq(fake_stop.deleted[1].peer.b, fake_kernel.flow_key[0].peer, 16);
	/* What the ring held from before the start holds while its block does. */
	house_later(&h, 20);
	before = fake_stop.ndeleted;
	e.ns = h.a.run.started_ns - 1;
	e.session.block_ns = h.a.boot_ns();
	fake_session_event(&e);
	house_pump(&h);
	ck_assert_uint_eq(fake_stop.ndeleted, before);
	e.session.block_ns++;
	fake_session_event(&e);
	house_pump(&h);
	ck_assert_uint_gt(fake_stop.ndeleted, before);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("stop");
	TCase *t = tcase_create("stop");
	const TTest *const tests[] = {
		monitor_and_the_lan_are_left_alone,
		what_passes_lives_on,
		rules_that_changed,
		every_way_to_less,
		an_opening_that_is_over,
		off_that_is_over,
		a_start_ends_nothing_old,
		a_session_that_is_stopped,
	};
	TCase *own = tcase_create("own config");

	tcase_add_checked_fixture(t, setup, teardown);
	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		tcase_add_test(t, tests[i]);
	suite_add_tcase(s, t);
	tcase_add_checked_fixture(own, NULL, teardown);
	tcase_add_test(own, monitor_by_config);
	suite_add_tcase(s, own);
	return suite_run(s);
}
