/* SPDX-License-Identifier: GPL-2.0-only */
/* Who wins, over the socket: each pair of seal, close, open and config; and what survives restart and reboot. */
#include <camgate/ctl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include "../../agent/lib/exposure.h"
#include "harness.h"

#define STATUS	   "{\"v\":1,\"cmd\":\"status\"}"
#define OPEN(cam)  "{\"v\":1,\"cmd\":\"open\",\"cam\":\"" cam "\",\"for_s\":600}"
#define CLOSE(cam) "{\"v\":1,\"cmd\":\"close\",\"cam\":\"" cam "\"}"
#define SEAL(cam)  "{\"v\":1,\"cmd\":\"seal\",\"cam\":\"" cam "\"}"
#define AUTO(cam)  "{\"v\":1,\"cmd\":\"auto\",\"cam\":\"" cam "\"}"

static struct house h;

static void setup(void)
{
	house_make(&h);
	house_config(&h, CONFIG_TWO
		     "camera \"porch\" { mac = { \"02:ca:00:00:00:03\" } exposure = open }\n");
	ck_assert_int_eq(house_start(&h), 0);
	for (size_t i = 0; i < 3; i++)
		fake_kernel.state[i].last_ns = BOOT_START;
}

static void teardown(void)
{
	house_end(&h);
}

/* "closed/config" of a camera. */
static const char *now(const char *id)
{
	static char text[64];
	struct json_object *r = house_ask(&h, STATUS);
	char path[64];

	text[0] = '\0';
	for (int i = 0; i < 8; i++) {
		snprintf(path, sizeof(path), "cams/%d/id", i);
		if (strcmp(reply_text(r, path), id))
			continue;
		snprintf(path, sizeof(path), "cams/%d/exposure", i);
		snprintf(text, sizeof(text), "%s/", reply_text(r, path));
		snprintf(path, sizeof(path), "cams/%d/why", i);
		strncat(text, reply_text(r, path), sizeof(text) - strlen(text) - 1);
	}
	json_object_put(r);
	return text;
}

static const char *sentence(const char *id)
{
	static char text[256];
	struct json_object *r = house_ask(&h, STATUS);
	char path[64];

	text[0] = '\0';
	for (int i = 0; i < 8; i++) {
		snprintf(path, sizeof(path), "cams/%d/id", i);
		if (strcmp(reply_text(r, path), id))
			continue;
		snprintf(path, sizeof(path), "cams/%d/text", i);
		snprintf(text, sizeof(text), "%s", reply_text(r, path));
	}
	json_object_put(r);
	return text;
}

static void ask(const char *request, int code)
{
	ck_assert_msg(house_code(&h, request) == code, "%s", request);
}

START_TEST(config_alone)
{
	ck_assert_str_eq(now("nursery"), "closed/config");
	ck_assert_str_eq(now("garden"), "sealed/config");
	ck_assert_str_eq(now("porch"), "open/config");
	ck_assert_str_eq(sentence("nursery"), "closed: talks to its maker, nobody can watch");
	ck_assert_str_eq(sentence("garden"), "sealed: nothing leaves");
	ck_assert_str_eq(sentence("porch"), "always open: can be watched from outside");
}
END_TEST

START_TEST(open_over_config)
{
	ask(OPEN("nursery"), 0);
	ck_assert_str_eq(now("nursery"), "open/opening");
	ck_assert(!strncmp(sentence("nursery"), "open until ", 11));
	ck_assert_ptr_nonnull(strstr(sentence("nursery"), ": can be watched from outside"));
	house_later(&h, 599);
	ck_assert_str_eq(now("nursery"), "open/opening");
	house_later(&h, 1);
	ck_assert_str_eq(now("nursery"), "closed/config");
}
END_TEST

START_TEST(close_over_config)
{
	ask(CLOSE("porch"), 0);
	ck_assert_str_eq(now("porch"), "closed/manual");
	ask(AUTO("porch"), 0);
	ck_assert_str_eq(now("porch"), "open/config");
}
END_TEST

START_TEST(close_ends_an_opening)
{
	ask(OPEN("nursery"), 0);
	ask(CLOSE("nursery"), 0);
	ck_assert_str_eq(now("nursery"), "closed/manual");
}
END_TEST

START_TEST(open_over_close_falls_back_to_closed)
{
	ask(CLOSE("porch"), 0);
	ask(OPEN("porch"), 0);
	ck_assert_str_eq(now("porch"), "open/opening");
	house_later(&h, 600);
	ck_assert_str_eq(now("porch"), "closed/manual");
}
END_TEST

START_TEST(seal_ends_an_opening)
{
	ask(OPEN("nursery"), 0);
	ask(SEAL("nursery"), 0);
	ck_assert_str_eq(now("nursery"), "sealed/manual");
}
END_TEST

START_TEST(open_on_seal_needs_force)
{
	struct json_object *r;

	ask(SEAL("nursery"), 0);
	r = ASK(&h, CG_EXIT_FAILED, OPEN("nursery"));
	ck_assert_ptr_nonnull(strstr(reply_text(r, "hint"), "--force"));
	json_object_put(r);
	ck_assert_str_eq(now("nursery"), "sealed/manual");
	ask("{\"v\":1,\"cmd\":\"open\",\"cam\":\"nursery\",\"for_s\":60,\"force\":true}", 0);
	ck_assert_str_eq(now("nursery"), "open/opening");
	house_later(&h, 60);
	ck_assert_str_eq(now("nursery"), "sealed/manual");
}
END_TEST

START_TEST(open_on_config_seal_needs_force)
{
	ask(OPEN("garden"), CG_EXIT_FAILED);
	ck_assert_str_eq(now("garden"), "sealed/config");
}
END_TEST

START_TEST(close_leaves_a_seal_and_says_so)
{
	struct json_object *r;

	ask(SEAL("nursery"), 0);
	r = ASK(&h, CG_EXIT_OK, CLOSE("nursery"));
	ck_assert_str_eq(reply_text(r, "cams/0/exposure"), "sealed");
	ck_assert_ptr_nonnull(strstr(reply_text(r, "cams/0/note"), "camgate auto"));
	json_object_put(r);
	ck_assert_str_eq(now("nursery"), "sealed/manual");
}
END_TEST

START_TEST(close_never_loosens_what_config_seals)
{
	ask(CLOSE("garden"), 0);
	ck_assert_str_eq(now("garden"), "sealed/manual");
}
END_TEST

START_TEST(seal_over_close)
{
	ask(CLOSE("porch"), 0);
	ask(SEAL("porch"), 0);
	ck_assert_str_eq(now("porch"), "sealed/manual");
}
END_TEST

START_TEST(second_open_replaces_the_deadline)
{
	struct json_object *r;

	ask(OPEN("nursery"), 0);
	r = ASK(&h, CG_EXIT_OK, "{\"v\":1,\"cmd\":\"open\",\"cam\":\"nursery\",\"for_s\":60}");
	ck_assert_int_eq(reply_int(r, "cams/0/until_s"), REAL_START + 60);
	ck_assert_int_eq(reply_int(r, "cams/0/old_until_s"), REAL_START + 600);
	json_object_put(r);
	house_later(&h, 60);
	ck_assert_str_eq(now("nursery"), "closed/config");
}
END_TEST

START_TEST(open_until_a_moment)
{
	struct json_object *r;
	char text[128];

	snprintf(text, sizeof(text),
		 "{\"v\":1,\"cmd\":\"open\",\"cam\":\"nursery\",\"until_s\":%lld}",
		 REAL_START + 90);
	r = ASK(&h, CG_EXIT_OK, text);
	ck_assert_int_eq(reply_int(r, "cams/0/until_s"), REAL_START + 90);
	json_object_put(r);
	house_later(&h, 89);
	ck_assert_str_eq(now("nursery"), "open/opening");
	house_later(&h, 1);
	ck_assert_str_eq(now("nursery"), "closed/config");
}
END_TEST

START_TEST(open_without_a_time)
{
	struct json_object *r =
		ASK(&h, CG_EXIT_OK, "{\"v\":1,\"cmd\":\"open\",\"cam\":\"nursery\"}");

	ck_assert_int_eq(reply_int(r, "cams/0/until_s"), REAL_START + CG_OPEN_DEFAULT_S);
	json_object_put(r);
}
END_TEST

START_TEST(open_to_one_viewer)
{
	struct json_object *r;
	struct cg_addr viewer;

	ask("{\"v\":1,\"cmd\":\"open\",\"cam\":\"nursery\",\"to\":\"198.51.100.7\"}", 0);
	ck_assert(fake_kernel.exposure[0].word & CG_WORD_TO);
	ck_assert_int_eq(cg_addr_parse("198.51.100.7", &viewer), 0);
	ck_assert_mem_eq(fake_kernel.exposure[0].viewer, viewer.b, 16);
	r = house_ask(&h, STATUS);
	ck_assert_str_eq(reply_text(r, "cams/0/to"), "198.51.100.7");
	json_object_put(r);
	/* Without a viewer, the next one is for anybody. */
	ask(OPEN("nursery"), 0);
	ck_assert(!(fake_kernel.exposure[0].word & CG_WORD_TO));
}
END_TEST

START_TEST(all_of_them)
{
	struct json_object *r;

	ask(OPEN("nursery"), 0);
	r = ASK(&h, CG_EXIT_OK, CLOSE("all"));
	ck_assert_str_eq(reply_text(r, "cams/0/old"), "open");
	ck_assert_str_eq(reply_text(r, "cams/2/exposure"), "closed");
	json_object_put(r);
	ck_assert_str_eq(now("porch"), "closed/manual");
	ask(SEAL("all"), 0);
	ck_assert_str_eq(now("porch"), "sealed/manual");
	ask(AUTO("all"), 0);
	ck_assert_str_eq(now("porch"), "open/config");
	ck_assert_str_eq(now("nursery"), "closed/config");
	ask(OPEN("all"), CG_EXIT_FAILED);
}
END_TEST

START_TEST(unknown_camera_names_near_ones)
{
	struct json_object *r = ASK(&h, CG_EXIT_FAILED, CLOSE("nursry"));

	ck_assert_str_eq(reply_text(r, "near/0"), "nursery");
	json_object_put(r);
}
END_TEST

START_TEST(off_and_on)
{
	struct json_object *r;

	r = ASK(&h, CG_EXIT_OK, "{\"v\":1,\"cmd\":\"off\",\"for_s\":30}");
	ck_assert_int_eq(reply_int(r, "off_until_s"), REAL_START + 30);
	json_object_put(r);
	r = ASK(&h, CG_EXIT_OK, STATUS);
	ck_assert_str_eq(reply_text(r, "enforced"), "off");
	ck_assert(!strncmp(reply_text(r, "cams/0/text"), "off until ", 10));
	json_object_put(r);
	house_later(&h, 30);
	r = ASK(&h, CG_EXIT_OK, STATUS);
	ck_assert_str_eq(reply_text(r, "enforced"), "full");
	json_object_put(r);
	ask("{\"v\":1,\"cmd\":\"off\"}", 0);
	ck_assert_uint_eq(fake_kernel.meta.off_until_ns,
			  BOOT_START + (30 + CG_OFF_DEFAULT_S) * CG_SEC_NS);
	ask("{\"v\":1,\"cmd\":\"on\"}", 0);
	ck_assert_uint_eq(fake_kernel.meta.off_until_ns, 0);
}
END_TEST

/* As a power cut would: the kernel's memory is gone, the disk is not. */
static void reboot(void)
{
	ck_assert_int_eq(house_reboot(&h), 0);
}

START_TEST(close_and_seal_survive_a_reboot)
{
	ask(CLOSE("porch"), 0);
	ask(SEAL("nursery"), 0);
	ask("{\"v\":1,\"cmd\":\"open\",\"cam\":\"porch\",\"for_s\":6000}", 0);
	reboot();
	/* The opening does not. */
	ck_assert_str_eq(now("porch"), "closed/manual");
	ck_assert_str_eq(now("nursery"), "sealed/manual");
	ask(AUTO("all"), 0);
	reboot();
	ck_assert_str_eq(now("porch"), "open/config");
	ck_assert_str_eq(now("nursery"), "closed/config");
}
END_TEST

START_TEST(restored_before_any_port_is_attached)
{
	ask(SEAL("porch"), 0);
	house_stop(&h);
	cg_mapset_free(&fake_kernel.set);
	memset(&fake_kernel.exposure, 0, sizeof(fake_kernel.exposure));
	fake_kernel.pinned = false;
	fake_kernel.nattached = 0;
	/* The first attach fails: what holds then is what the restore left. */
	fake_fail("attach", 1, -EIO);
	ck_assert_int_eq(house_start(&h), 0);
	ck_assert_uint_eq(cg_exposure_now(&fake_kernel.exposure[2], BOOT_START), CG_SEALED);
}
END_TEST

START_TEST(everything_survives_a_restart)
{
	ask(CLOSE("porch"), 0);
	ask(OPEN("nursery"), 0);
	house_stop(&h);
	ck_assert_int_eq(house_start(&h), 0);
	ck_assert_str_eq(now("porch"), "closed/manual");
	ck_assert_str_eq(now("nursery"), "open/opening");
}
END_TEST

START_TEST(typed_while_the_agent_was_away)
{
	/* `close` works on the pinned maps without the agent: they are the truth. */
	house_stop(&h);
	ck_assert_int_eq(cg_exposure_close(&fake_kernel.exposure[2], false), 0);
	ck_assert_int_eq(house_start(&h), 0);
	ck_assert_str_eq(now("porch"), "closed/manual");
	reboot();
	ck_assert_str_eq(now("porch"), "closed/manual");
}
END_TEST

START_TEST(seal_outlives_the_camera_in_the_config)
{
	ask(SEAL("porch"), 0);
	house_config(&h, CONFIG_TWO);
	ask("{\"v\":1,\"cmd\":\"reload\"}", 0);
	house_config(&h, CONFIG_TWO
		     "camera \"porch\" { mac = { \"02:ca:00:00:00:03\" } exposure = open }\n");
	ask("{\"v\":1,\"cmd\":\"reload\"}", 0);
	ck_assert_str_eq(now("porch"), "sealed/manual");
}
END_TEST

START_TEST(broken_state_file)
{
	char path[160];

	ask(SEAL("porch"), 0);
	snprintf(path, sizeof(path), "%s/state.json", h.state_dir);
	file_write(path,
		   _i ? "{\"v\":1,\"manual\":{\"porch\":7,\"x\":null}}" : "{\"v\":1,\"manual\":{");
	reboot();
	ck_assert_str_eq(now("porch"), "open/config");
	ask(SEAL("porch"), 0);
	reboot();
	ck_assert_str_eq(now("porch"), "sealed/manual");
}
END_TEST

START_TEST(disk_that_cannot_be_written)
{
	struct json_object *r;
	char cmd[160];

	if (geteuid())
		return;
	/* A folder where the file beside would go: not even root can write it. */
	snprintf(cmd, sizeof(cmd), "%s/state.json.new", h.state_dir);
	ck_assert_int_eq(mkdir(cmd, 0700), 0);
	r = ASK(&h, CG_EXIT_OK, SEAL("porch"));
	json_object_put(r);
	ck_assert_str_eq(now("porch"), "sealed/manual");
	ck_assert(h.a.run.manual_dirty);
	r = house_ask(&h, "{\"v\":1,\"cmd\":\"doctor\"}");
	ck_assert_ptr_nonnull(strstr(json_object_to_json_string(r), "cannot be written"));
	json_object_put(r);
	ck_assert_int_eq(rmdir(cmd), 0);
	house_later(&h, 1);
	ck_assert(!h.a.run.manual_dirty);
	reboot();
	ck_assert_str_eq(now("porch"), "sealed/manual");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("exposure");
	TCase *t = tcase_create("precedence");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, config_alone);
	tcase_add_test(t, open_over_config);
	tcase_add_test(t, close_over_config);
	tcase_add_test(t, close_ends_an_opening);
	tcase_add_test(t, open_over_close_falls_back_to_closed);
	tcase_add_test(t, seal_ends_an_opening);
	tcase_add_test(t, open_on_seal_needs_force);
	tcase_add_test(t, open_on_config_seal_needs_force);
	tcase_add_test(t, close_leaves_a_seal_and_says_so);
	tcase_add_test(t, close_never_loosens_what_config_seals);
	tcase_add_test(t, seal_over_close);
	tcase_add_test(t, second_open_replaces_the_deadline);
	tcase_add_test(t, open_until_a_moment);
	tcase_add_test(t, open_without_a_time);
	tcase_add_test(t, open_to_one_viewer);
	tcase_add_test(t, all_of_them);
	tcase_add_test(t, unknown_camera_names_near_ones);
	tcase_add_test(t, off_and_on);
	suite_add_tcase(s, t);

	t = tcase_create("survival");
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, close_and_seal_survive_a_reboot);
	tcase_add_test(t, restored_before_any_port_is_attached);
	tcase_add_test(t, everything_survives_a_restart);
	tcase_add_test(t, typed_while_the_agent_was_away);
	tcase_add_test(t, seal_outlives_the_camera_in_the_config);
	tcase_add_loop_test(t, broken_state_file, 0, 2);
	tcase_add_test(t, disk_that_cannot_be_written);
	suite_add_tcase(s, t);
	return suite_run(s);
}
