/* SPDX-License-Identifier: GPL-2.0-only */
/* The table of unknown devices: what outlives the agent, what costs least, how much there can be of them. */
#include "devices.h"

/* ---- what outlives the agent ---- */

START_TEST(state_file)
{
	struct stat st;
	char *text;

	begin(CAMERAS);
	rtsp(CAM, "192.168.1.77");
	house_later(&h, 1);
	ck_assert_int_eq(stat(state_path(), &st), 0);
	ck_assert_int_eq(st.st_mode & 07777, 0640);
	/* after a boot it is held before anything of it was heard */
	ck_assert_int_eq(house_reboot(&h), 0);
	ck_assert(held(HELD_CAM));
	house_stop(&h);
	/* torn: the kernel knows who is held, the file is kept beside */
	file_write(state_path(), "{\"v\":1,\"devices\":[{\"mac\":\"06:ca");
	ck_assert_int_eq(house_start(&h), 0);
	ck_assert(held(HELD_CAM));
	house_later(&h, 1);
	ck_assert(held(HELD_CAM));
	ck_assert(attention_holds("it was held before"));
	text = file_text(state_path());
	ck_assert_ptr_nonnull(strstr(text, CAM));
	free(text);
	/* foreign, and the kernel knows nothing */
	house_stop(&h);
	file_write(state_path(), "[]");
	ck_assert_int_eq(house_reboot(&h), 0);
	ck_assert(!held(HELD_CAM));
	/* of a later version */
	house_stop(&h);
	file_write(state_path(), "{\"v\":9,\"devices\":[{\"mac\":\"" CAM "\",\"what\":\"held\","
				 "\"why\":\"identifies\",\"clues\":[[\"rtsp\",\"\"]]}]}");
	ck_assert_int_eq(house_reboot(&h), 0);
	ck_assert(held(HELD_CAM));
	teardown();
}
END_TEST

/* A device costs the packet path least when it is known to be none. */
START_TEST(settled)
{
	begin("");
	fake_device(PLUG, h.a.boot_ns(), IF_LAN1, "192.168.1.78");
	rtsp(CAM, "192.168.1.77");
	phone(PHONE);
	house_later(&h, 1);
	ck_assert(entry_of(PHONE)->settled);
	ck_assert(!entry_of(PLUG)->settled && !entry_of(CAM)->settled);
	house_later(&h, 601);
	ck_assert(entry_of(PLUG)->settled && !entry_of(CAM)->settled);
	/* after six hours it is listened to for a minute */
	house_later(&h, 6 * 3600 - 60);
	ck_assert(entry_of(PLUG)->settled);
	house_later(&h, 120);
	ck_assert(!entry_of(PLUG)->settled);
	house_later(&h, 30);
	ck_assert(!entry_of(PLUG)->settled);
	house_later(&h, 40);
	ck_assert(entry_of(PLUG)->settled);
	/* the next agent listens anew */
	house_stop(&h);
	ck_assert_int_eq(house_start(&h), 0);
	ck_assert(!entry_of(PLUG)->settled);
	house_later(&h, 1);
	ck_assert(entry_of(PLUG)->settled);
	teardown();
}
END_TEST

/* ---- bounds ---- */

static void made_up(int i, char mac[static CG_MAC_STRLEN])
{
	snprintf(mac, CG_MAC_STRLEN, "0a:00:00:00:%02x:%02x", i >> 8, i & 255);
}

START_TEST(many)
{
	struct json_object *r, *list;
	char mac[CG_MAC_STRLEN];

	begin("");
	rtsp(CAM, "192.168.1.77");
	house_later(&h, 1);
	for (int i = 0; i < CG_MAX_DEVICES + 300; i++) {
		struct cg_heard f;

		made_up(i, mac);
		f = frame(mac, NULL);
		f.type = CG_HEARD_NEW;
		fake_heard(&f);
		if (i % 32 == 31)
			house_pump(&h);
	}
	house_later(&h, 1);
	r = ASK(&h, 0, DISCOVER);
	ck_assert(json_object_object_get_ex(r, "devices", &list));
	ck_assert_uint_eq(json_object_array_length(list), CG_MAX_DEVICES);
	ck_assert_ptr_nonnull(device_of(r, CAM));
	/* one line for those that made their addresses up, no alert each */
	ck_assert_int_eq(reply_int(r, "grouped"), CG_MAX_DEVICES - 1);
	json_object_put(r);
	ck_assert(was_told("camera-found", CAM, 1));
	ck_assert_uint_eq(told("camera-found", ""), 1);
	teardown();
}
END_TEST

START_TEST(many_held)
{
	char mac[CG_MAC_STRLEN];
	size_t n = 0;

	begin(ALL);
	rtsp(CAM, "192.168.1.77");
	house_later(&h, 1);
	for (int i = 0; i < CG_MAX_HELD + 50; i++) {
		made_up(i, mac);
		fake_device(mac, h.a.boot_ns(), IF_LAN1, NULL);
	}
	for (int i = 0; i < 10; i++)
		house_later(&h, 1);
	for (uint32_t i = 0; i < fake_kernel.slots; i++)
		n += !strncmp(fake_kernel.names[i].id, "held-", 5);
	ck_assert_uint_eq(n, CG_MAX_HELD);
	ck_assert(held(HELD_CAM) && held("nursery"));
	ck_assert(attention_holds("no more can be"));
	/* who is silent gives its place to one that is not */
	house_later(&h, 700);
	fake_device(PLUG, h.a.boot_ns(), IF_LAN1, "192.168.1.78");
	for (int i = 0; i < 10; i++)
		house_later(&h, 1);
	ck_assert(held("held-00005e005309"));
	teardown();
}
END_TEST

/* Numbers stay with their devices, whatever comes between. */
START_TEST(numbers)
{
	struct json_object *r;
	int64_t nr;
	char ask[128];

	begin("");
	fake_device(PLUG, h.a.boot_ns(), IF_LAN1, "192.168.1.78");
	phone(PHONE);
	house_later(&h, 1);
	r = ASK(&h, 0, DISCOVER);
	nr = reply_int(device_of(r, PLUG), "nr");
	ck_assert_int_eq(nr, 1);
	ck_assert_int_eq(reply_int(device_of(r, PHONE), "nr"), -1);
	ck_assert_int_eq(reply_int(r, "grouped"), 1);
	json_object_put(r);
	rtsp(CAM, "192.168.1.77");
	house_later(&h, 1);
	r = ASK(&h, 0, DISCOVER);
	ck_assert_str_eq(reply_text(r, "devices/0/mac"), CAM);
	ck_assert_int_eq(reply_int(device_of(r, CAM), "nr"), 2);
	ck_assert_int_eq(reply_int(device_of(r, PLUG), "nr"), nr);
	json_object_put(r);
	house_stop(&h);
	ck_assert_int_eq(house_start(&h), 0);
	r = ASK(&h, 0, DISCOVER);
	ck_assert_int_eq(reply_int(device_of(r, CAM), "nr"), 2);
	json_object_put(r);
	snprintf(ask, sizeof(ask), "{\"v\":1,\"cmd\":\"release\",\"device\":%lld}", (long long)2);
	r = ASK(&h, 0, ask);
	ck_assert_str_eq(reply_text(r, "mac"), CAM);
	json_object_put(r);
	teardown();
}
END_TEST

/* What cannot be read is not believed to be empty, and is tried again. */
START_TEST(packet_path_fails)
{
	begin(CAMERAS);
	rtsp(CAM, "192.168.1.77");
	fake_fail("devices_read", 1, -EIO);
	house_later(&h, 1);
	ck_assert(held(HELD_CAM));
	fake_fail("tap_set", 1, -ENOMEM);
	json_object_put(ASK(&h, 0, RELOAD));
	ck_assert(held(HELD_CAM));
	fake_fail("device_free", 1, -ENOMEM);
	shut_out(PHONE);
	house_later(&h, 1);
	ck_assert(held("held-06ca00000008"));
	ck_assert_int_eq(entry_of(PHONE)->freed, 0);
	json_object_put(ASK(&h, 0, RELOAD));
	ck_assert_int_eq(entry_of(PHONE)->freed, 1);
	teardown();
}
END_TEST

/* The one too many makes the maps anew: every port has the new programs at once. */
START_TEST(more_held_than_room)
{
	char cams[1024] = "";
	size_t n = 0;
	int opened;

	begin(CAMERAS);
	while (h.a.policy.ncams < CG_MIN_SLOTS) {
		n += (size_t)snprintf(cams + n, sizeof(cams) - n,
				      "camera \"c%zu\" { mac = { \"02:cb:00:00:00:%02zx\" } }\n", n,
				      n / 40);
		config(CAMERAS, cams);
		json_object_put(ASK(&h, 0, RELOAD));
	}
	opened = fake_kernel.opened;
	rtsp(CAM, "192.168.1.77");
	house_later(&h, 1);
	ck_assert(held(HELD_CAM));
	ck_assert_int_eq(fake_kernel.opened, opened + 1);
	ck_assert_uint_gt(h.a.run.nport, 0);
	for (size_t i = 0; i < h.a.run.nport; i++)
		ck_assert(h.a.run.port[i].attached);
	teardown();
}
END_TEST

int main(void)
{
	Suite *s = suite_create("known");
	TCase *t = tcase_create("table");

	tcase_set_timeout(t, 60);
	tcase_add_test(t, state_file);
	tcase_add_test(t, settled);
	tcase_add_test(t, many);
	tcase_add_test(t, many_held);
	tcase_add_test(t, more_held_than_room);
	tcase_add_test(t, numbers);
	tcase_add_test(t, packet_path_fails);
	suite_add_tcase(s, t);
	return suite_run(s);
}
