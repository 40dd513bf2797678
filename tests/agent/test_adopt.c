/* SPDX-License-Identifier: GPL-2.0-only */
/* adopt, keep, forget: a camera file written and tried, undone by itself, taken out again; whatever fails, as before. */
#include "devices.h"

#define ADOPT(more) \
	"{\"v\":1,\"cmd\":\"adopt\",\"device\":\"" CAM "\",\"name\":\"Attic Cam\"" more "}"
#define KEEP   "{\"v\":1,\"cmd\":\"keep\",\"cam\":\"attic-cam\"}"
#define FORGET "{\"v\":1,\"cmd\":\"forget\",\"cam\":\"Attic Cam\"}"

static char file[160];

static void found(const char *unknown)
{
	begin(unknown);
	snprintf(file, sizeof(file), "%s/cameras.d/attic-cam.conf", h.dir);
	rtsp(CAM, "192.168.1.77");
	house_later(&h, 1);
}

static bool is_there(const char *path)
{
	return !access(path, F_OK);
}

/* By hand, at its end. */
static void changed(const char *text)
{
	FILE *f = fopen(file, "a");

	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	fclose(f);
}

static bool is_camera(const char *id)
{
	for (uint32_t i = 0; i < fake_kernel.slots; i++)
		if (!strcmp(fake_kernel.names[i].id, id))
			return true;
	return false;
}

START_TEST(adopted)
{
	struct json_object *r;
	char *text;

	found("");
	r = ASK(&h, 0, ADOPT());
	ck_assert_str_eq(reply_text(r, "id"), "attic-cam");
	ck_assert_str_eq(reply_text(r, "file"), file);
	ck_assert_str_eq(reply_text(r, "mac"), CAM);
	/* without rules of its make the household is told what that means */
	ck_assert_ptr_nonnull(strstr(reply_text(r, "effects"), "nothing of it leaves the house"));
	ck_assert_int_eq(reply_int(r, "until_s"), -1);
	json_object_put(r);
	ck_assert(is_camera("attic-cam"));
	ck_assert(!is_listed(CAM));
	text = file_text(file);
	ck_assert_ptr_nonnull(strstr(text, "#   answers RTSP (Fake/1)"));
	ck_assert_ptr_nonnull(strstr(text, "camera \"Attic Cam\" {"));
	free(text);
	/* for good */
	house_later(&h, 40 * 86400);
	ck_assert(is_camera("attic-cam") && is_there(file));
	json_object_put(ASK(&h, 1, KEEP));
	teardown();
}
END_TEST

START_TEST(shown)
{
	struct json_object *r;

	found("");
	r = ASK(&h, 0, ADOPT(",\"show\":true"));
	ck_assert_ptr_nonnull(strstr(reply_text(r, "text"), "camera \"Attic Cam\""));
	json_object_put(r);
	ck_assert(!is_there(file) && !is_camera("attic-cam"));
	teardown();
}
END_TEST

START_TEST(profile)
{
	struct json_object *r;
	char path[160];

	found("");
	snprintf(path, sizeof(path), "%s/profiles", h.dir);
	ck_assert_int_eq(mkdir(path, 0755), 0);
	snprintf(path, sizeof(path), "%s/profiles/acme.conf", h.dir);
	file_write(path, "maker = \"Acme\" protection = full local_view = yes\n"
			 "allow = { \"api.acme.example:443/tcp\" }\n");
	snprintf(path, sizeof(path), "profiles = \"%s/profiles\"", h.dir);
	config("", path);
	json_object_put(ASK(&h, 0, RELOAD));
	/* one that is not there is refused by the reload: nothing is left of it */
	r = ASK(&h, 4, ADOPT(",\"profile\":\"acmee\""));
	ck_assert_ptr_nonnull(strstr(reply_text(r, "error"), "acmee"));
	ck_assert_str_eq(reply_text(r, "hint"), "nothing was changed");
	json_object_put(r);
	ck_assert(!is_there(file) && !is_camera("attic-cam"));
	ck_assert(!attention_holds("config is not in force"));
	json_object_put(ASK(&h, 2, ADOPT(",\"profile\":\"../../etc/passwd\"")));
	json_object_put(ASK(&h, 2, ADOPT(",\"profile\":\"a\\\" }\"")));
	r = ASK(&h, 0, ADOPT(",\"profile\":\"acme\""));
	ck_assert_ptr_nonnull(strstr(reply_text(r, "effects"), "profile acme"));
	json_object_put(r);
	ck_assert(is_camera("attic-cam"));
	teardown();
}
END_TEST

START_TEST(refused)
{
	struct json_object *r;
	char text[256];

	found("");
	json_object_put(ASK(&h, 2, "{\"v\":1,\"cmd\":\"adopt\",\"name\":\"x\"}"));
	json_object_put(ASK(&h, 2, "{\"v\":1,\"cmd\":\"adopt\",\"device\":\"" CAM "\"}"));
	json_object_put(
		ASK(&h, 2, "{\"v\":1,\"cmd\":\"adopt\",\"device\":\"" CAM "\",\"name\":\"all\"}"));
	json_object_put(ASK(&h, 2,
			    "{\"v\":1,\"cmd\":\"adopt\",\"device\":\"" CAM
			    "\",\"name\":\"a\\u0007b\"}"));
	json_object_put(ASK(&h, 2,
			    "{\"v\":1,\"cmd\":\"adopt\",\"device\":\"03:00:00:00:00:01\","
			    "\"name\":\"x\"}"));
	json_object_put(ASK(&h, 1, "{\"v\":1,\"cmd\":\"adopt\",\"device\":7,\"name\":\"x\"}"));
	json_object_put(ASK(&h, 2, ADOPT(",\"try_s\":99999999")));
	/* a name or a MAC that a camera has */
	r = ASK(&h, 1, "{\"v\":1,\"cmd\":\"adopt\",\"device\":\"" CAM "\",\"name\":\"Nursery\"}");
	ck_assert_ptr_nonnull(strstr(reply_text(r, "error"), "nursery"));
	json_object_put(r);
	json_object_put(ASK(&h, 1,
			    "{\"v\":1,\"cmd\":\"adopt\",\"device\":\"02:ca:00:00:00:01\","
			    "\"name\":\"x\"}"));
	/* the gateway's own, and the device that the command comes from */
	memcpy(fake_links.link[1].mac.b, "\x02\xaa\0\0\0\x01", 6);
	json_object_put(ASK(&h, 1,
			    "{\"v\":1,\"cmd\":\"adopt\",\"device\":\"02:aa:00:00:00:01\","
			    "\"name\":\"x\"}"));
	fake_links.neigh[0] = (struct cg_neigh){ .ifindex = IF_BR, .mac = mac_of(CAM) };
	ck_assert_int_eq(cg_addr_parse("192.168.1.77", &fake_links.neigh[0].addr), 0);
	fake_links.nneigh = 1;
	r = ASK(&h, 1, ADOPT(",\"from\":\"192.168.1.77\""));
	ck_assert_ptr_nonnull(strstr(reply_text(r, "error"), "logged in from"));
	json_object_put(r);
	ck_assert(!is_there(file));
	json_object_put(ASK(&h, 0, ADOPT(",\"from\":\"192.168.1.77\",\"force\":true")));
	ck_assert(is_there(file));
	json_object_put(ASK(&h, 0, FORGET));
	/* a file that is there is not written over */
	file_write(file, "# mine\n");
	json_object_put(ASK(&h, 1, ADOPT()));
	ck_assert_int_eq(unlink(file), 0);
	/* no include: said what to add */
	snprintf(text, sizeof(text),
		 "lan = { br-lan }\ncamera \"nursery\" { mac = { "
		 "\"02:ca:00:00:00:01\" } }\n");
	house_config(&h, text);
	r = ASK(&h, 4, ADOPT());
	ck_assert_ptr_nonnull(strstr(reply_text(r, "hint"), "include(\"cameras.d/*.conf\")"));
	json_object_put(r);
	ck_assert(!is_there(file) && !is_camera("attic-cam"));
	/* a config that is broken by now */
	house_config(&h, "lan = {");
	json_object_put(ASK(&h, 4, ADOPT()));
	config("", "camera {");
	json_object_put(ASK(&h, 4, ADOPT()));
	ck_assert(!is_there(file) && is_camera("nursery"));
	teardown();
}
END_TEST

/* Held before it is adopted: its rules decide; its trial over, it is held again. */
START_TEST(trial_ends)
{
	struct json_object *r;

	found(CAMERAS);
	ck_assert(held(HELD_CAM));
	r = ASK(&h, 0, ADOPT(",\"try_s\":600"));
	ck_assert_int_eq(reply_int(r, "until_s"), h.a.real_s() + 600);
	ck_assert_ptr_nonnull(strstr(reply_text(r, "effects"), "held no longer"));
	json_object_put(r);
	ck_assert(is_camera("attic-cam") && !is_camera(HELD_CAM));
	ck_assert(attention_holds("`camgate keep attic-cam`"));
	r = house_ask(&h, STATUS);
	ck_assert_str_eq(reply_text(r, "trials/0/id"), "attic-cam");
	ck_assert_int_eq(reply_int(r, "trials/0/until_s"), reply_int(r, "now_s") + 600);
	json_object_put(r);
	house_later(&h, 599);
	ck_assert(is_camera("attic-cam"));
	house_later(&h, 1);
	ck_assert(!is_camera("attic-cam") && !is_there(file));
	ck_assert(held(HELD_CAM));
	r = house_ask(&h, STATUS);
	ck_assert(!json_object_object_get_ex(r, "trials", NULL));
	json_object_put(r);
	ck_assert(was_told("trial-ended", CAM, 1));
	/* held as before: that is no news */
	house_later(&h, 1);
	ck_assert_uint_eq(told("device-held", CAM), 1);
	teardown();
}
END_TEST

START_TEST(kept)
{
	found("");
	json_object_put(ASK(&h, 0, ADOPT(",\"try_s\":600")));
	json_object_put(ASK(&h, 0, KEEP));
	json_object_put(ASK(&h, 1, KEEP));
	house_later(&h, 601);
	ck_assert(is_camera("attic-cam") && is_there(file));
	house_stop(&h);
	ck_assert_int_eq(house_start(&h), 0);
	house_later(&h, 1);
	ck_assert(is_camera("attic-cam") && is_there(file));
	teardown();
}
END_TEST

static void boot_id(const char *id)
{
	char path[160];

	for (const char *dir = "proc\0proc/sys\0proc/sys/kernel\0proc/sys/kernel/random\0"; *dir;
	     dir += strlen(dir) + 1) {
		snprintf(path, sizeof(path), "%s/%s", h.dir, dir);
		(void)mkdir(path, 0755);
	}
	snprintf(path, sizeof(path), "%s/proc/sys/kernel/random/boot_id", h.dir);
	file_write(path, id);
}

/* The agent ends: its deadline is the same, by the boot clock alone. */
START_TEST(over_restart)
{
	begin("");
	boot_id("one\n");
	house_stop(&h);
	ck_assert_int_eq(house_start(&h), 0);
	snprintf(file, sizeof(file), "%s/cameras.d/attic-cam.conf", h.dir);
	json_object_put(ASK(&h, 0, ADOPT(",\"try_s\":600")));
	house_stop(&h);
	house_clock(h.a.real_s() + 86400, CG_CLOCK_NONE);
	house_pass(300);
	ck_assert_int_eq(house_start(&h), 0);
	house_later(&h, 1);
	ck_assert(is_camera("attic-cam"));
	/* dead when the time comes: undone by the next */
	house_stop(&h);
	house_pass(600);
	ck_assert_int_eq(house_start(&h), 0);
	house_later(&h, 1);
	ck_assert(!is_camera("attic-cam") && !is_there(file));
	teardown();
}
END_TEST

/* After a boot the wall clock counts, and where that is wrong the time once more. */
START_TEST(over_boot)
{
	for (int wrong = 0; wrong < 2; wrong++) {
		begin("");
		boot_id("one\n");
		house_stop(&h);
		ck_assert_int_eq(house_start(&h), 0);
		snprintf(file, sizeof(file), "%s/cameras.d/attic-cam.conf", h.dir);
		json_object_put(ASK(&h, 0, ADOPT(",\"try_s\":2000")));
		boot_id("two\n");
		/* the boot clock stands at 1000 s */
		if (wrong)
			house_clock(1000, CG_CLOCK_NONE);
		ck_assert_int_eq(house_reboot(&h), 0);
		house_later(&h, 1);
		ck_assert(is_camera("attic-cam"));
		house_later(&h, 998);
		ck_assert(is_camera("attic-cam"));
		/* by the wall clock 1000 s are left; the boot clock alone says 2000 s */
		if (!wrong)
			house_clock(REAL_START + 2001, CG_CLOCK_NONE);
		else
			house_pass(2);
		house_later(&h, 1);
		ck_assert(!is_camera("attic-cam") && !is_there(file));
		teardown();
	}
}
END_TEST

/* What somebody wrote into it stays. */
START_TEST(trial_of_a_changed_file)
{
	char beside[200], *text;

	found("");
	json_object_put(ASK(&h, 0, ADOPT(",\"try_s\":600")));
	changed("# a note of mine\n");
	house_later(&h, 601);
	ck_assert(!is_camera("attic-cam") && !is_there(file));
	snprintf(beside, sizeof(beside), "%s.undone", file);
	text = file_text(beside);
	ck_assert_ptr_nonnull(strstr(text, "a note of mine"));
	free(text);
	teardown();
}
END_TEST

START_TEST(forgotten)
{
	struct json_object *r;

	found(CAMERAS);
	json_object_put(ASK(&h, 0, ADOPT(",\"try_s\":600")));
	/* not what others wrote */
	r = ASK(&h, 1, "{\"v\":1,\"cmd\":\"forget\",\"cam\":\"nursery\"}");
	ck_assert_ptr_nonnull(strstr(reply_text(r, "error"), "not written by `camgate adopt`"));
	json_object_put(r);
	json_object_put(ASK(&h, 0, FORGET));
	ck_assert(!is_there(file) && !is_camera("attic-cam"));
	ck_assert_int_eq(entry_of(CAM)->forgotten, 1);
	ck_assert(!is_listed(CAM));
	/* new again */
	rtsp(CAM, "192.168.1.77");
	house_later(&h, 1);
	ck_assert(held(HELD_CAM));
	/* and no trial comes after it */
	house_later(&h, 700);
	ck_assert_uint_eq(told("trial-ended", CAM), 0);
	/* a changed one only by force */
	json_object_put(ASK(&h, 0, ADOPT()));
	changed("# mine\n");
	json_object_put(ASK(&h, 0, RELOAD));
	r = ASK(&h, 1, FORGET);
	ck_assert_ptr_nonnull(strstr(reply_text(r, "hint"), "--force"));
	json_object_put(r);
	ck_assert(is_there(file) && is_camera("attic-cam"));
	json_object_put(ASK(&h, 0,
			    "{\"v\":1,\"cmd\":\"forget\",\"cam\":\"attic-cam\","
			    "\"force\":true}"));
	ck_assert(!is_there(file) && !is_camera("attic-cam"));
	teardown();
}
END_TEST

/* The config broke meanwhile: the camera stays as it is. */
START_TEST(forget_refused)
{
	found("");
	json_object_put(ASK(&h, 0, ADOPT()));
	config("", "camera {");
	json_object_put(ASK(&h, 4, FORGET));
	ck_assert(is_there(file) && is_camera("attic-cam"));
	/* of a held device there is no file */
	config(CAMERAS, "");
	json_object_put(ASK(&h, 0, RELOAD));
	rtsp(PHONE, "192.168.1.9");
	house_later(&h, 1);
	json_object_put(ASK(&h, 1, "{\"v\":1,\"cmd\":\"forget\",\"cam\":\"held-06ca00000008\"}"));
	ck_assert(held("held-06ca00000008"));
	teardown();
}
END_TEST

/* No disk, no policy: nothing is left of it. */
START_TEST(fails)
{
	char path[160];

	found(CAMERAS);
	fake_fail("apply", 1, -ENOMEM);
	json_object_put(ASK(&h, 1, ADOPT(",\"try_s\":600")));
	ck_assert(!is_there(file) && !is_camera("attic-cam") && held(HELD_CAM));
	ck_assert(!attention_holds("on trial"));
	/* where its end cannot be written down it does not begin */
	snprintf(path, sizeof(path), "%s/devices.json.new", h.state_dir);
	ck_assert_int_eq(mkdir(path, 0755), 0);
	json_object_put(ASK(&h, 1, ADOPT(",\"try_s\":600")));
	ck_assert(!is_there(file) && !is_camera("attic-cam") && held(HELD_CAM));
	ck_assert_int_eq(rmdir(path), 0);
	/* the folder is no folder */
	snprintf(path, sizeof(path), "%s/cameras.d", h.dir);
	(void)rmdir(path);
	file_write(path, "x");
	json_object_put(ASK(&h, 1, ADOPT(",\"try_s\":600")));
	ck_assert(!is_camera("attic-cam") && held(HELD_CAM));
	ck_assert_int_eq(unlink(path), 0);
	json_object_put(ASK(&h, 0, ADOPT(",\"try_s\":600")));
	ck_assert(is_there(file) && is_camera("attic-cam"));
	teardown();
}
END_TEST

int main(void)
{
	Suite *s = suite_create("adopt");
	TCase *t = tcase_create("adopt");

	tcase_set_timeout(t, 60);
	tcase_add_test(t, adopted);
	tcase_add_test(t, shown);
	tcase_add_test(t, profile);
	tcase_add_test(t, refused);
	tcase_add_test(t, trial_ends);
	tcase_add_test(t, kept);
	tcase_add_test(t, over_restart);
	tcase_add_test(t, over_boot);
	tcase_add_test(t, trial_of_a_changed_file);
	tcase_add_test(t, forgotten);
	tcase_add_test(t, forget_refused);
	tcase_add_test(t, fails);
	suite_add_tcase(s, t);
	return suite_run(s);
}
