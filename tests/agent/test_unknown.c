/* SPDX-License-Identifier: GPL-2.0-only */
/* Unknown devices heard, judged, told of; which are held, when, and what ends that. */
#include "devices.h"

/* ---- listening ---- */

START_TEST(tap)
{
	begin("");
	ck_assert(fake_devices.tap.on && !fake_devices.tap.probation);
	ck_assert_uint_gt(fake_devices.tap.nports, 0);
	config("unknown { notify = no }", "");
	json_object_put(ASK(&h, 0, RELOAD));
	ck_assert(!fake_devices.tap.on);
	config("unknown { notify = no quarantine = cameras probation = yes }", "");
	json_object_put(ASK(&h, 0, RELOAD));
	ck_assert(fake_devices.tap.on && fake_devices.tap.probation);
	teardown();
}
END_TEST

START_TEST(found_and_told_once)
{
	struct json_object *r, *d;

	begin("");
	rtsp(CAM, "192.168.1.77");
	house_later(&h, 1);
	r = ASK(&h, 0, DISCOVER);
	d = device_of(r, CAM);
	ck_assert_ptr_nonnull(d);
	ck_assert_str_eq(reply_text(d, "class"), "camera");
	ck_assert_str_eq(reply_text(d, "address"), "192.168.1.77");
	ck_assert_str_eq(reply_text(d, "port"), "lan1");
	ck_assert_str_eq(reply_text(d, "reasons/0"), "answers RTSP (Fake/1)");
	ck_assert_str_eq(reply_text(d, "clues/0"), "rtsp");
	ck_assert_str_eq(reply_text(d, "held"), "");
	ck_assert_int_ge(reply_int(d, "score"), CG_LIKENESS_CAMERA);
	json_object_put(r);
	ck_assert(was_told("camera-found", CAM, 1));
	ck_assert(attention_holds("camgate adopt " CAM));
	ck_assert(!held(HELD_CAM));
	/* neither with the next frame nor by the next agent, nor after a boot */
	rtsp(CAM, "192.168.1.77");
	house_later(&h, 1);
	house_stop(&h);
	ck_assert_int_eq(house_start(&h), 0);
	rtsp(CAM, "192.168.1.77");
	house_later(&h, 1);
	ck_assert_int_eq(house_reboot(&h), 0);
	rtsp(CAM, "192.168.1.77");
	house_later(&h, 1);
	rtsp("06:ca:00:00:00:70", "192.168.1.78");
	house_later(&h, 1);
	ck_assert(was_told("camera-found", "06:ca:00:00:00:70", 1));
	ck_assert_uint_eq(told("camera-found", CAM), 1);
	ck_assert(attention_holds(CAM));
	teardown();
}
END_TEST

/* notify = no tells nobody, and `discover` all the same. */
START_TEST(not_told)
{
	begin("unknown { notify = no quarantine = all }");
	phone(PHONE);
	house_later(&h, 1);
	rtsp(CAM, "192.168.1.77");
	house_later(&h, 1);
	/* being held is told of whatever notify says */
	ck_assert(was_told("device-held", CAM, 1));
	ck_assert_uint_eq(told("camera-found", CAM), 0);
	ck_assert(is_listed(CAM) && is_listed(PHONE));
	teardown();
}
END_TEST

START_TEST(cameras_and_own_are_not_unknown)
{
	begin(CAMERAS);
	memcpy(fake_links.link[1].mac.b, "\x02\xaa\0\0\0\x01", 6);
	rtsp("02:ca:00:00:00:01", "192.168.1.20");
	rtsp("02:aa:00:00:00:01", "192.168.1.1");
	rtsp("03:aa:00:00:00:01", "192.168.1.9");
	rtsp(CAM, "192.168.1.77");
	house_later(&h, 1);
	ck_assert(is_listed(CAM));
	ck_assert(!is_listed("02:ca:00:00:00:01"));
	ck_assert(!is_listed("02:aa:00:00:00:01"));
	ck_assert(!is_listed("03:aa:00:00:00:01"));
	/* one that is configured later is none any more, and not held either */
	ck_assert(held(HELD_CAM));
	config(CAMERAS, "camera \"attic\" { mac = { \"" CAM "\" } }");
	json_object_put(ASK(&h, 0, RELOAD));
	ck_assert(!is_listed(CAM));
	ck_assert(!held(HELD_CAM) && held("attic"));
	teardown();
}
END_TEST

/* ---- who is held ---- */

START_TEST(identified_is_held)
{
	static const struct cg_event tried = { .size = sizeof(tried),
					       .version = CG_BPF_ABI_VERSION,
					       .type = CG_EVENT_DROP,
					       .slot = 1,
					       .ns = BOOT_START,
					       .proto = IPPROTO_TCP,
					       .reason = CG_DROP_UNRULED,
					       .plane = CG_PLANE_UP,
					       .scope = CG_NET_REMOTE,
					       .rule = 0xffff,
					       .peer_port = 443,
					       .peer = { [10] = 0xff, 0xff, 198, 51, 100, 9 } };
	struct json_object *r;

	begin(CAMERAS);
	phone(PHONE);
	rtsp(CAM, "192.168.1.77");
	house_later(&h, 1);
	ck_assert(held(HELD_CAM));
	ck_assert(!held("held-06ca00000008"));
	ck_assert(was_told("device-held", CAM, 1));
	ck_assert_uint_eq(told("camera-found", CAM), 0);
	/* the packet path's own hold ends with the policy that took over */
	ck_assert_int_eq(entry_of(CAM)->freed, 1);
	ck_assert_uint_eq(entry_of(CAM)->freed_at_generation, fake_kernel.meta.generation);
	r = ASK(&h, 5, STATUS);
	ck_assert_str_eq(reply_text(r, "cams/1/id"), HELD_CAM);
	ck_assert_str_eq(reply_text(r, "cams/1/name"), "unknown " CAM);
	ck_assert_str_eq(reply_text(r, "cams/1/exposure"), "closed");
	ck_assert_str_eq(reply_text(r, "cams/1/held"), "true");
	ck_assert_int_eq(reply_int(r, "unknown/held"), 1);
	json_object_put(r);
	ck_assert(
		attention_holds("is held: it shows itself to be a camera: answers RTSP (Fake/1)"));
	ck_assert(attention_holds("`camgate release " CAM "` lets it go"));
	/* one that was not seen since is no fault of the config */
	ck_assert(!attention_holds("unknown " CAM ": never seen"));
	/* what it tries is told; it has no block that a rule could be written to */
	fake_event_send(&tried);
	house_pump(&h);
	r = ASK(&h, 0, "{\"v\":1,\"cmd\":\"blocked\",\"cam\":\"" HELD_CAM "\"}");
	ck_assert_str_eq(reply_text(r, "blocked/0/peer"), "198.51.100.9");
	ck_assert_str_eq(reply_text(r, "blocked/0/mend"), "");
	json_object_put(r);
	r = ASK(&h, 1,
		"{\"v\":1,\"cmd\":\"allow\",\"cam\":\"" HELD_CAM "\",\"rule\":\"192.0.2.1\"}");
	ck_assert_ptr_nonnull(strstr(reply_text(r, "hint"), "adopt"));
	json_object_put(r);
	teardown();
}
END_TEST

START_TEST(shape)
{
	begin(CAMERAS);
	fake_device(CAM, h.a.boot_ns(), IF_LAN1, "192.168.1.77");
	fake_device(PLUG, h.a.boot_ns(), IF_LAN1, "192.168.1.78");
	phone(PHONE);
	house_later(&h, 1);
	ck_assert(is_listed(CAM));
	/* video from a new device; a phone may send what it likes */
	house_pass(6);
	fake_device_streams(CAM, h.a.boot_ns(), 400000);
	fake_device_streams(PHONE, h.a.boot_ns(), 400000);
	house_later(&h, 0);
	ck_assert(held(HELD_CAM));
	ck_assert(!held("held-06ca00000008"));
	ck_assert(attention_holds("it is new and sends as if it were video"));
	ck_assert(attention_holds("400000 bytes went out before"));
	/* and from one that has been there for ten minutes without */
	house_later(&h, 590);
	house_pass(4);
	fake_device_streams(PLUG, h.a.boot_ns(), 400000);
	house_later(&h, 0);
	ck_assert(is_listed(PLUG));
	ck_assert(!held("held-00005e005309"));
	/* a restart does not make it new */
	house_stop(&h);
	ck_assert_int_eq(house_start(&h), 0);
	fake_device_streams(PLUG, h.a.boot_ns(), 400000);
	house_later(&h, 1);
	ck_assert(!held("held-00005e005309"));
	ck_assert(held(HELD_CAM));
	/* nor a boot, after which the clock is wrong */
	house_stop(&h);
	house_clock(1000, CG_CLOCK_NONE);
	ck_assert_int_eq(house_reboot(&h), 0);
	fake_device(PLUG, h.a.boot_ns(), IF_LAN1, "192.168.1.78");
	fake_device_streams(PLUG, h.a.boot_ns(), 400000);
	house_later(&h, 1);
	ck_assert(!held("held-00005e005309"));
	teardown();
}
END_TEST

/* What is held for its traffic alone turns out to be a phone. */
START_TEST(let_go)
{
	begin(CAMERAS);
	shut_out(PHONE);
	house_later(&h, 1);
	ck_assert(held("held-06ca00000008"));
	phone(PHONE);
	house_later(&h, 1);
	ck_assert(!held("held-06ca00000008"));
	ck_assert(is_listed(PHONE));
	teardown();
}
END_TEST

START_TEST(probation)
{
	int applied;

	begin("unknown { quarantine = cameras probation = yes }");
	/* a phone that backs up at once is let through, not held */
	phone(PHONE);
	shut_out(PHONE);
	fake_fail("apply", 1, -ENOMEM);
	shut_out(CAM);
	house_later(&h, 1);
	ck_assert_int_eq(entry_of(PHONE)->freed, 1);
	ck_assert(!held("held-06ca00000008"));
	/* not in force: the packet path goes on holding it */
	ck_assert(!held(HELD_CAM));
	ck_assert_int_eq(entry_of(CAM)->freed, 0);
	ck_assert(entry_of(CAM)->device.flags & CG_DEVICE_HELD);
	ck_assert_uint_eq(told("device-held", CAM), 0);
	house_later(&h, 1);
	ck_assert(held(HELD_CAM));
	ck_assert_int_eq(entry_of(CAM)->freed, 1);
	ck_assert_uint_eq(entry_of(CAM)->freed_at_generation, fake_kernel.meta.generation);
	ck_assert(attention_holds("it began to send as if it were video at once"));
	/* nothing more is applied while nothing changes */
	applied = fake_kernel.applied;
	house_later(&h, 1);
	house_later(&h, 1);
	ck_assert_int_eq(fake_kernel.applied, applied);
	teardown();
}
END_TEST

/* Nobody is to be held: what an earlier config left the packet path to hold goes. */
START_TEST(none)
{
	begin("");
	shut_out(CAM);
	house_later(&h, 1);
	ck_assert(!held(HELD_CAM));
	ck_assert_int_eq(entry_of(CAM)->freed, 1);
	ck_assert(!(entry_of(CAM)->device.flags & CG_DEVICE_HELD));
	teardown();
}
END_TEST

static void neighbour(const char *mac, const char *addr, int ifindex, bool router)
{
	struct cg_neigh *n = &fake_links.neigh[fake_links.nneigh++];

	*n = (struct cg_neigh){ .ifindex = ifindex, .mac = mac_of(mac), .router = router };
	ck_assert_int_eq(cg_addr_parse(addr, &n->addr), 0);
}

START_TEST(all)
{
	begin("");
	fake_device(PLUG, h.a.boot_ns(), IF_LAN1, "192.168.1.78");
	neighbour("00:00:5e:00:53:10", "192.168.1.79", IF_BR, false);
	neighbour("00:00:5e:00:53:11", "203.0.113.1", IF_WAN, true);
	house_later(&h, 700);
	config(ALL, "");
	json_object_put(ASK(&h, 0, RELOAD));
	house_later(&h, 1);
	/* who was there may stay; who is elsewhere is nobody of the LAN */
	ck_assert(is_listed(PLUG) && is_listed("00:00:5e:00:53:10"));
	ck_assert(!is_listed("00:00:5e:00:53:11"));
	house_later(&h, 60);
	ck_assert(!held("held-00005e005309") && !held("held-00005e005310"));
	/* who is new is asked for three seconds what it is */
	fake_device(CAM, h.a.boot_ns(), IF_LAN1, "192.168.1.77");
	phone(PHONE);
	house_later(&h, 1);
	ck_assert(!held(HELD_CAM));
	house_later(&h, 1);
	house_later(&h, 2);
	ck_assert(held(HELD_CAM));
	ck_assert(!held("held-06ca00000008"));
	ck_assert(attention_holds("it was never seen before"));
	/* a restart makes nobody known or new */
	house_stop(&h);
	ck_assert_int_eq(house_start(&h), 0);
	house_later(&h, 5);
	ck_assert(held(HELD_CAM));
	ck_assert(!held("held-00005e005309"));
	/* held for being new alone: with `cameras` it goes */
	config(CAMERAS, "");
	json_object_put(ASK(&h, 0, RELOAD));
	house_later(&h, 5);
	ck_assert(!held(HELD_CAM) && is_listed(CAM));
	teardown();
}
END_TEST

START_TEST(router_is_not_held)
{
	begin(CAMERAS);
	neighbour(CAM, "192.168.1.254", IF_BR, true);
	rtsp(CAM, "192.168.1.254");
	rtsp(PHONE, "192.168.1.9");
	house_later(&h, 1);
	ck_assert(held("held-06ca00000008"));
	ck_assert(!held(HELD_CAM));
	teardown();
}
END_TEST

/* ---- what ends it ---- */

START_TEST(release)
{
	struct json_object *r;

	begin(CAMERAS);
	rtsp(CAM, "192.168.1.77");
	house_later(&h, 1);
	ck_assert(held(HELD_CAM));
	/* not while it cannot be put in force */
	fake_fail("apply", 1, -ENOMEM);
	json_object_put(ASK(&h, 1, "{\"v\":1,\"cmd\":\"release\",\"device\":\"" CAM "\"}"));
	ck_assert(held(HELD_CAM));
	r = ASK(&h, 0, "{\"v\":1,\"cmd\":\"release\",\"device\":\"" CAM "\"}");
	ck_assert_str_eq(reply_text(r, "was_held"), "true");
	json_object_put(r);
	ck_assert(!held(HELD_CAM));
	ck_assert(!attention_holds(CAM));
	/* it may do what it likes, then, after a restart and after a boot */
	for (int i = 0; i < 3; i++) {
		rtsp(CAM, "192.168.1.77");
		shut_out(CAM);
		house_later(&h, 1);
		ck_assert(!held(HELD_CAM));
		ck_assert(!(entry_of(CAM)->device.flags & CG_DEVICE_HELD));
		if (i == 1) {
			ck_assert_int_eq(house_reboot(&h), 0);
		} else {
			house_stop(&h);
			ck_assert_int_eq(house_start(&h), 0);
		}
	}
	/* another one is held all the same */
	rtsp(PHONE, "192.168.1.9");
	house_later(&h, 1);
	ck_assert(held("held-06ca00000008"));
	json_object_put(ASK(&h, 2, "{\"v\":1,\"cmd\":\"release\"}"));
	json_object_put(ASK(&h, 1, "{\"v\":1,\"cmd\":\"release\",\"device\":99}"));
	/* forgotten it is new */
	json_object_put(ASK(&h, 0, "{\"v\":1,\"cmd\":\"forget\",\"cam\":\"" CAM "\"}"));
	ck_assert_int_eq(entry_of(CAM)->forgotten, 1);
	rtsp(CAM, "192.168.1.77");
	house_later(&h, 1);
	ck_assert(held(HELD_CAM));
	teardown();
}
END_TEST

START_TEST(switched_off)
{
	begin(CAMERAS);
	rtsp(CAM, "192.168.1.77");
	house_later(&h, 1);
	ck_assert(held(HELD_CAM));
	config("", "");
	json_object_put(ASK(&h, 0, RELOAD));
	ck_assert(!held(HELD_CAM));
	house_later(&h, 1);
	ck_assert(is_listed(CAM) && !held(HELD_CAM));
	/* told of once: that it is held again is news, that it is there is not */
	ck_assert_uint_eq(told("camera-found", CAM), 0);
	config(CAMERAS, "");
	json_object_put(ASK(&h, 0, RELOAD));
	rtsp(CAM, "192.168.1.77");
	house_later(&h, 1);
	ck_assert(held(HELD_CAM));
	teardown();
}
END_TEST

START_TEST(broken_config)
{
	begin(CAMERAS);
	rtsp(CAM, "192.168.1.77");
	house_later(&h, 1);
	config(CAMERAS, "camera {");
	json_object_put(ASK(&h, 4, RELOAD));
	ck_assert(held(HELD_CAM) && held("nursery"));
	/* and others are held while it is broken */
	rtsp(PHONE, "192.168.1.9");
	house_later(&h, 1);
	ck_assert(held("held-06ca00000008") && held(HELD_CAM) && held("nursery"));
	/* an agent that starts over it takes what is in force */
	house_stop(&h);
	ck_assert_int_eq(house_start(&h), 0);
	house_later(&h, 1);
	ck_assert(held("held-06ca00000008") && held(HELD_CAM) && held("nursery"));
	json_object_put(ASK(&h, 1, "{\"v\":1,\"cmd\":\"release\",\"device\":\"" CAM "\"}"));
	config(CAMERAS, "");
	json_object_put(ASK(&h, 0, RELOAD));
	ck_assert(held("held-06ca00000008") && held(HELD_CAM) && held("nursery"));
	teardown();
}
END_TEST

int main(void)
{
	Suite *s = suite_create("unknown");
	TCase *t = tcase_create("devices");

	tcase_set_timeout(t, 60);
	tcase_add_test(t, tap);
	tcase_add_test(t, found_and_told_once);
	tcase_add_test(t, not_told);
	tcase_add_test(t, cameras_and_own_are_not_unknown);
	tcase_add_test(t, identified_is_held);
	tcase_add_test(t, shape);
	tcase_add_test(t, let_go);
	tcase_add_test(t, probation);
	tcase_add_test(t, none);
	tcase_add_test(t, all);
	tcase_add_test(t, router_is_not_held);
	tcase_add_test(t, release);
	tcase_add_test(t, switched_off);
	tcase_add_test(t, broken_config);
	suite_add_tcase(s, t);
	return suite_run(s);
}
