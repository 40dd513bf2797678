/* SPDX-License-Identifier: GPL-2.0-only */
/* How a flow ends: who is told what, in which order, when connection tracking forgets, and who hears nothing. */
#include "stopped.h"

START_TEST(silent_tcp_is_made_to_speak)
{
	ask(OPEN("nursery"));
	flow4(IPPROTO_TCP)->flags = CG_FLOW_BY_PEER;
	nothing();
	ask(CLOSE("nursery"));
	ck_assert_uint_eq(fake_stop.nsent, 2);
	for (size_t i = 0; i < 2; i++) {
		ck_assert_int_eq(sent(i)->way, FAKE_TO_CAMERA);
		ck_assert_uint_eq(sent(i)->ip[33], 0x10);
		ck_assert_int_eq(sent(i)->port.ifindex, IF_LAN1);
		ck_assert_mem_eq(sent(i)->port.to.b, "\x02\xca\0\0\0\1", 6);
		ck_assert_mem_eq(sent(i)->port.from.b, "\x02\x9a\0\0\0\1", 6);
	}
	ck_assert_uint_eq(at32(sent(0), 24) ^ at32(sent(1), 24), 1U << 31);
	/* No answer: the entry goes all the same, and what made it anew. */
	ck_assert_uint_eq(fake_stop.ndeleted, 0);
	house_later(&h, 1);
	ck_assert_uint_eq(fake_stop.ndeleted, 1);
	ck_assert(fake_stop.deleted[0].by_peer);
	ck_assert_uint_eq(fake_stop.deleted[0].cam_port, 554);
	ck_assert_uint_eq(fake_stop.deleted[0].peer_port, 4000);
	house_later(&h, 2);
	house_later(&h, 60);
	ck_assert_uint_eq(fake_stop.ndeleted, 2);
	ck_assert_uint_eq(fake_stop.nsent, 2);
}
END_TEST

START_TEST(what_its_ends_closed_is_forgotten)
{
	ask(OPEN("nursery"));
	flow4(IPPROTO_TCP)->flags = CG_FLOW_CLOSING;
	ask(CLOSE("nursery"));
	ck_assert_uint_eq(fake_stop.nsent, 0);
	ck_assert_uint_eq(fake_stop.ndeleted, 1);
}
END_TEST

/* The record: what a flow that is ended still sends is nobody who knocks. */
START_TEST(no_knock)
{
	struct cg_event e = event(IPPROTO_TCP, CG_EVENT_DROP | CG_EVENT_ENDED);
	struct json_object *r;

	e.plane = CG_PLANE_DOWN;
	tell(e);
	e.type = CG_EVENT_DROP;
	tell(e);
	r = ASK(&h, 0, LOG);
	ck_assert_int_eq(json_object_array_length(json_object_object_get(r, "entries")), 0);
	json_object_put(r);
	e.peer_port = htons(4001);
	tell(e);
	r = ASK(&h, 0, LOG);
	ck_assert_int_eq(json_object_array_length(json_object_object_get(r, "entries")), 1);
	json_object_put(r);
}
END_TEST

START_TEST(its_answer_resets_both)
{
	ask(OPEN("nursery"));
	flow4(IPPROTO_TCP);
	ask(CLOSE("nursery"));
	fake_stop.nsent = 0;
	tell(event(IPPROTO_TCP, CG_EVENT_DROP | CG_EVENT_ENDED));
	ck_assert_uint_eq(fake_stop.nsent, 2);
	is_tcp(sent(0), FAKE_TO_REMOTE, "192.168.1.20", 0x14, 0x1000);
	is_tcp(sent(1), FAKE_TO_CAMERA, "203.0.113.66", 0x04, 0x2000);
	ck_assert_uint_eq(sent(1)->deleted, 0);
	ck_assert_uint_eq(fake_stop.ndeleted, 1);
}
END_TEST

START_TEST(silent_tcp6_asks_both)
{
	ask(OPEN("nursery"));
	flow(IPPROTO_TCP, "2001:db8:1:1::20", "2001:db8:bad::66");
	ask(CLOSE("nursery"));
	ck_assert_uint_eq(fake_stop.nsent, 4);
	ck_assert_int_eq(sent(0)->way, FAKE_TO_CAMERA);
	ck_assert_int_eq(sent(1)->way, FAKE_TO_REMOTE);
	ck_assert_uint_eq(sent(1)->ip[53], 0x10);
	ck_assert_mem_eq(sent(1)->ip + 8, fake_kernel.flow[0].cam, 16);
}
END_TEST

START_TEST(udp_is_refused_at_once)
{
	ask(OPEN("nursery"));
	flow4(IPPROTO_UDP);
	ask(CLOSE("nursery"));
	ck_assert_uint_eq(fake_stop.nsent, 2);
	ck_assert_int_eq(sent(0)->way, FAKE_TO_CAMERA);
	ck_assert_int_eq(sent(1)->way, FAKE_TO_REMOTE);
	for (size_t i = 0; i < 2; i++) {
		ck_assert_uint_eq(sent(i)->ip[9], IPPROTO_ICMP);
		ck_assert_uint_eq(sent(i)->ip[20], 3);
		ck_assert_uint_eq(sent(i)->ip[21], 13);
		ck_assert_uint_eq(sent(i)->deleted, 0);
	}
	/* Each hears of what it sent itself. */
	ck_assert_uint_eq(at32(sent(0), 28 + 12), 0xc0a80114);
	ck_assert_uint_eq(at32(sent(1), 28 + 12), 0xcb007142);
	ck_assert_uint_eq(fake_stop.ndeleted, 1);
	ck_assert(!fake_stop.deleted[0].by_peer);
	/* What follows is not told again, but forgotten again. */
	tell(event(IPPROTO_UDP, CG_EVENT_DROP | CG_EVENT_ENDED));
	ck_assert_uint_eq(fake_stop.nsent, 2);
	ck_assert_uint_eq(fake_stop.ndeleted, 2);
}
END_TEST

START_TEST(a_live_flow_by_its_next_packet)
{
	struct cg_event e = event(IPPROTO_TCP, CG_EVENT_DROP | CG_EVENT_ENDED);

	e.plane = CG_PLANE_DOWN;
	e.by = CG_FLOW_BY_PEER;
	tell(e);
	ck_assert_uint_eq(fake_stop.nsent, 2);
	is_tcp(sent(0), FAKE_TO_REMOTE, "192.168.1.20", 0x04, 0x2000);
	is_tcp(sent(1), FAKE_TO_CAMERA, "203.0.113.66", 0x14, 0x1000);
	ck_assert_int_eq(sent(1)->port.ifindex, IF_LAN2);
	ck_assert_mem_eq(sent(1)->port.to.b, "\x02\xca\0\0\0\x09", 6);
	ck_assert_mem_eq(sent(1)->port.from.b, "\x02\x9a\0\0\0\x09", 6);
	ck_assert_uint_eq(fake_stop.ndeleted, 1);
	ck_assert(fake_stop.deleted[0].by_peer);
	e = event(IPPROTO_UDP, CG_EVENT_DROP | CG_EVENT_ENDED);
	tell(e);
	ck_assert_uint_eq(fake_stop.nsent, 4);
	ck_assert_uint_eq(sent(2)->ip[9], IPPROTO_ICMP);
	/* The length it had is quoted. */
	ck_assert_uint_eq(at32(sent(2), 28) & 0xffff, 128);
	ck_assert_uint_eq(fake_stop.ndeleted, 2);
}
END_TEST

START_TEST(tags_are_the_lan_s_business)
{
	struct cg_event e = event(IPPROTO_TCP, CG_EVENT_DROP | CG_EVENT_ENDED);

	e.vlan = 1;
	tell(e);
	ck_assert_uint_eq(fake_stop.nsent, 2);
	is_tcp(sent(1), FAKE_TO_CAMERA, "203.0.113.66", 0x04, 0x2000);
	ck_assert_int_eq(sent(1)->port.ifindex, IF_BR);
	ck_assert_mem_eq(sent(1)->port.from.b, "\x02\x9a\0\0\0\1", 6);
	ck_assert_mem_eq(sent(1)->port.to.b, "\x02\xca\0\0\0\x09", 6);
	/* A LAN that is a VLAN device, with tags or not. */
	snprintf(fake_links.link[1].kind, sizeof(fake_links.link[1].kind), "vlan");
	e.vlan = 0;
	e.cam_port = htons(555);
	tell(e);
	ck_assert_int_eq(sent(3)->port.ifindex, IF_BR);
	/* One of none of the LANs goes as its frames came. */
	addr(e.cam, "192.168.7.20");
	e.cam_port = htons(556);
	e.vlan = 1;
	tell(e);
	ck_assert_int_eq(sent(5)->port.ifindex, IF_LAN2);
}
END_TEST

START_TEST(a_scan_gets_nothing)
{
	struct cg_event e = event(IPPROTO_TCP, CG_EVENT_DROP);

	e.plane = CG_PLANE_DOWN;
	e.tcp_flags = 0x02;
	for (int i = 0; i < 20; i++)
		tell(e);
	e.proto = IPPROTO_UDP;
	tell(e);
	nothing();
}
END_TEST

static void is_at(const char *mac)
{
	struct cg_neigh *n = &fake_links.neigh[0];

	fake_links.nneigh = 1;
	n->ifindex = IF_BR;
	ck_assert_int_eq(cg_addr_parse("192.168.1.20", &n->addr), 0);
	ck_assert_int_eq(cg_mac_parse(mac, &n->mac), 0);
	house_pass(3);
}

/* A camera that sends in the name of another device: nothing of that one is ended. */
START_TEST(another_device_s_address)
{
	struct cg_event e;

	is_at("02:00:00:00:00:99");
	ask(OPEN("nursery"));
	flow4(IPPROTO_UDP);
	ask(CLOSE("nursery"));
	e = event(IPPROTO_TCP, CG_EVENT_DROP | CG_EVENT_ENDED);
	tell(e);
	nothing();
	/* Its own, and one that nobody else is known to have. */
	is_at("02:ca:00:00:00:01");
	tell(e);
	ck_assert_uint_eq(fake_stop.nsent, 2);
	fake_links.nneigh = 0;
	house_pass(3);
	e.cam_port = htons(555);
	tell(e);
	ck_assert_uint_eq(fake_stop.nsent, 4);
	/* Who cannot be asked after is not suspected. */
	fake_fail("neighs_read", 1, -EIO);
	house_pass(3);
	e.cam_port = htons(556);
	tell(e);
	ck_assert_uint_eq(fake_stop.nsent, 6);
}
END_TEST

START_TEST(what_goes_on_is_told_for_a_while)
{
	tell(event(IPPROTO_TCP, CG_EVENT_DROP | CG_EVENT_ENDED));
	house_pass(5);
	tell(event(IPPROTO_TCP, CG_EVENT_DROP));
	/* Nobody translates any more what would go to the remote. */
	ck_assert_uint_eq(fake_stop.nsent, 3);
	is_tcp(sent(2), FAKE_TO_CAMERA, "203.0.113.66", 0x04, 0x2000);
	ck_assert_uint_eq(fake_stop.ndeleted, 2);
	/* It does not last longer for going on. */
	house_pass(6);
	tell(event(IPPROTO_TCP, CG_EVENT_DROP));
	ck_assert_uint_eq(fake_stop.nsent, 3);
}
END_TEST

/* What is as it was, or was never translated, is told to both. */
START_TEST(what_is_still_translated_is_told_on)
{
	struct cg_event e = event(IPPROTO_TCP, CG_EVENT_DROP | CG_EVENT_ENDED);

	fake_fail("conntrack_delete", 1, -EBUSY);
	tell(e);
	tell(e);
	ck_assert_uint_eq(fake_stop.nsent, 4);
	addr(e.cam, "2001:db8:1:1::20");
	addr(e.peer, "2001:db8:bad::66");
	tell(e);
	tell(e);
	ck_assert_uint_eq(fake_stop.nsent, 8);
	/* Downwards it is made anew by the packet itself. */
	e = event(IPPROTO_TCP, CG_EVENT_DROP);
	e.plane = CG_PLANE_DOWN;
	tell(e);
	ck_assert_uint_eq(fake_stop.nsent, 10);
}
END_TEST

START_TEST(a_reset_of_nothing_is_not_passed_on)
{
	struct cg_event e = event(IPPROTO_TCP, CG_EVENT_DROP | CG_EVENT_ENDED);

	e.tcp_flags = 0x04;
	e.tcp_seq = 0;
	tell(e);
	ck_assert_uint_eq(fake_stop.nsent, 0);
	ck_assert_uint_eq(fake_stop.ndeleted, 1);
	e.tcp_seq = htonl(0x1000);
	e.cam_port = htons(555);
	tell(e);
	ck_assert_uint_eq(fake_stop.nsent, 1);
	is_tcp(sent(0), FAKE_TO_REMOTE, "192.168.1.20", 0x04, 0x1000);
}
END_TEST

START_TEST(no_more_than_the_budget)
{
	struct cg_event e = event(IPPROTO_TCP, CG_EVENT_DROP | CG_EVENT_ENDED);

	for (uint16_t i = 0; i < CG_RESET_BURST + 40; i++) {
		e.peer_port = htons(5000 + i);
		tell(e);
	}
	ck_assert_uint_eq(fake_stop.nsent, 2 * CG_RESET_BURST);
	ck_assert_uint_eq(fake_stop.ndeleted, CG_RESET_BURST + 40);
	house_pass(1);
	for (uint16_t i = 0; i < CG_RESET_RATE + 5; i++) {
		e.peer_port = htons(6000 + i);
		tell(e);
	}
	ck_assert_uint_eq(fake_stop.nsent, 2 * (CG_RESET_BURST + CG_RESET_RATE));
	/* Another camera has its own. */
	e.slot = 1;
	tell(e);
	ck_assert_uint_eq(fake_stop.nsent, 2 * (CG_RESET_BURST + CG_RESET_RATE + 1));
}
END_TEST

/* More at once than are kept: the one that gives way is forgotten again at once. */
START_TEST(the_oldest_gives_way)
{
	struct cg_event e = event(IPPROTO_TCP, CG_EVENT_DROP | CG_EVENT_ENDED);

	for (uint16_t i = 0; i < CG_ENDINGS; i++) {
		e.peer_port = htons(5000 + i);
		tell(e);
	}
	ck_assert_uint_eq(fake_stop.ndeleted, CG_ENDINGS);
	e.peer_port = htons(4999);
	tell(e);
	ck_assert_uint_eq(fake_stop.ndeleted, CG_ENDINGS + 2);
	ck_assert_uint_eq(fake_stop.deleted[CG_ENDINGS % FAKE_SENT].peer_port, 5000);
	ck_assert_uint_eq(fake_stop.deleted[(CG_ENDINGS + 1) % FAKE_SENT].peer_port, 4999);
}
END_TEST

START_TEST(a_flow_table_holds_on)
{
	fake_fail("conntrack_delete", 1, -EBUSY);
	tell(event(IPPROTO_TCP, CG_EVENT_DROP | CG_EVENT_ENDED));
	ck_assert_uint_eq(fake_stop.ndeleted, 1);
	house_later(&h, 30);
	ck_assert_uint_eq(fake_stop.ndeleted, 1);
	house_later(&h, 5);
	ck_assert_uint_eq(fake_stop.ndeleted, 2);
	house_later(&h, 60);
	ck_assert_uint_eq(fake_stop.ndeleted, 2);
}
END_TEST

static bool doctor_says(const char *text)
{
	struct json_object *r = house_ask(&h, DOCTOR);
	bool says;

	ck_assert_ptr_nonnull(r);
	says = strstr(json_object_to_json_string(r), text);
	json_object_put(r);
	return says;
}

START_TEST(without_rights)
{
	ck_assert(doctor_says("both ends of a flow that is stopped are told"));
	house_stop(&h);
	fake_fail("inject_open", 1, -EPERM);
	ck_assert_int_eq(house_start(&h), 0);
	ck_assert(doctor_says("raw sockets: Operation not permitted"));
	ck_assert(!doctor_says("both ends of a flow"));
	tell(event(IPPROTO_TCP, CG_EVENT_DROP | CG_EVENT_ENDED));
	ck_assert_uint_eq(fake_stop.nsent, 0);
	ck_assert_uint_eq(fake_stop.ndeleted, 1);
	house_stop(&h);
	fake_fail("conntrack_delete", 1, -EOPNOTSUPP);
	ck_assert_int_eq(house_start(&h), 0);
	ck_assert(doctor_says("connection tracking: Operation not supported"));
	tell(event(IPPROTO_TCP, CG_EVENT_DROP | CG_EVENT_ENDED));
	ck_assert_uint_eq(fake_stop.nsent, 2);
	ck_assert_uint_eq(fake_stop.ndeleted, 1);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("ending");
	TCase *t = tcase_create("ending");
	const TTest *const tests[] = {
		silent_tcp_is_made_to_speak,
		what_its_ends_closed_is_forgotten,
		no_knock,
		its_answer_resets_both,
		silent_tcp6_asks_both,
		udp_is_refused_at_once,
		a_live_flow_by_its_next_packet,
		tags_are_the_lan_s_business,
		a_scan_gets_nothing,
		another_device_s_address,
		what_goes_on_is_told_for_a_while,
		what_is_still_translated_is_told_on,
		a_reset_of_nothing_is_not_passed_on,
		no_more_than_the_budget,
		the_oldest_gives_way,
		a_flow_table_holds_on,
		without_rights,
	};

	tcase_add_checked_fixture(t, setup, teardown);
	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		tcase_add_test(t, tests[i]);
	suite_add_tcase(s, t);
	return suite_run(s);
}
