/* SPDX-License-Identifier: GPL-2.0-only */
/* What is asked by way of MQTT makes nothing wider than the config lets it; what the bridge is told; on and off. */
#include <camgate/ctl.h>
#include <string.h>
#include "../../agent/daemon/command.h"
#include "harness.h"

#define MQTT "mqtt { broker = \"192.168.1.5\" credentials = \"/etc/x\" }\n"
#define CONFIG                                                                                \
	CONFIG_TWO MQTT                                                                       \
		"camera \"attic\" { mac = { \"02:ca:00:00:00:03\" } mqtt_may_widen = yes }\n" \
		"camera \"cellar\" { mac = { \"02:ca:00:00:00:04\" } exposure = sealed mqtt_may_widen = yes }\n"

#define VIA	       "\"v\":1,\"via\":\"mqtt\",\"cmd\":"
#define DO(cmd, cam)   "{" VIA "\"" cmd "\",\"cam\":\"" cam "\"}"
#define HERE(cmd, cam) "{\"v\":1,\"cmd\":\"" cmd "\",\"cam\":\"" cam "\"}"
#define OPEN(cam)      "{" VIA "\"open\",\"cam\":\"" cam "\",\"for_s\":60}"

static struct house h;

static void setup(void)
{
	house_make(&h);
	house_config(&h, CONFIG);
	ck_assert_int_eq(house_start(&h), 0);
}

static void teardown(void)
{
	house_end(&h);
}

static const char *exposure(const char *cam)
{
	static char text[16];
	struct json_object *r = house_ask(&h, "{\"v\":1,\"cmd\":\"status\"}");
	char path[32];

	text[0] = '\0';
	for (int i = 0; i < 4; i++) {
		snprintf(path, sizeof(path), "cams/%d/id", i);
		if (strcmp(reply_text(r, path), cam))
			continue;
		snprintf(path, sizeof(path), "cams/%d/exposure", i);
		snprintf(text, sizeof(text), "%s", reply_text(r, path));
	}
	json_object_put(r);
	return text;
}

static void refused(const char *request)
{
	struct json_object *r = ASK(&h, CG_EXIT_FAILED, request);

	ck_assert_msg(strstr(reply_text(r, "error"), "MQTT") != NULL, "%s: %s", request,
		      reply_text(r, "error"));
	json_object_put(r);
}

static void done(const char *request)
{
	ck_assert_msg(!house_code(&h, request), "%s", request);
}

START_TEST(stricter)
{
	done(DO("close", "nursery"));
	done(DO("seal", "nursery"));
	ck_assert_str_eq(exposure("nursery"), "sealed");
	done(DO("close", "all"));
	ck_assert_str_eq(exposure("nursery"), "sealed");
	done(DO("seal", "all"));
	done("{" VIA "\"on\"}");
	done("{" VIA "\"sessions\"}");
}
END_TEST

START_TEST(not_wider)
{
	refused(OPEN("nursery"));
	refused("{" VIA "\"open\",\"cam\":\"nursery\",\"for_s\":60,\"force\":true}");
	/* nothing was done to it by hand: nothing is taken back */
	done(DO("auto", "nursery"));
	done(HERE("seal", "nursery"));
	refused(DO("auto", "nursery"));
	refused(DO("auto", "all"));
	refused("{" VIA "\"close\",\"cam\":\"nursery\",\"force\":true}");
	ck_assert_str_eq(exposure("nursery"), "sealed");
	refused("{" VIA "\"off\",\"for_s\":60}");
	refused("{" VIA "\"detach\"}");
	refused("{" VIA "\"reload\"}");
	refused("{" VIA "\"allow\",\"cam\":\"nursery\",\"rule\":\"192.0.2.1\"}");
	refused("{" VIA "\"mqtt\",\"set\":\"off\"}");
	/* the same, typed */
	done(HERE("auto", "nursery"));
	done("{\"v\":1,\"cmd\":\"open\",\"cam\":\"nursery\",\"for_s\":60}");
	ck_assert_str_eq(exposure("nursery"), "open");
	/* what is open already can be closed */
	done(DO("close", "nursery"));
	ck_assert_str_eq(exposure("nursery"), "closed");
}
END_TEST

START_TEST(wider_where_the_config_lets_it)
{
	done(OPEN("attic"));
	ck_assert_str_eq(exposure("attic"), "open");
	done(DO("seal", "attic"));
	done("{" VIA "\"close\",\"cam\":\"attic\",\"force\":true}");
	ck_assert_str_eq(exposure("attic"), "closed");
	done(DO("auto", "attic"));
	refused("{" VIA "\"open\",\"cam\":\"attic\",\"for_s\":60,\"force\":true}");
	/* the config's seal is nobody's to lift from there */
	ck_assert_int_eq(house_code(&h, OPEN("cellar")), CG_EXIT_FAILED);
	refused("{" VIA "\"open\",\"cam\":\"cellar\",\"for_s\":60,\"force\":true}");
	done("{" VIA "\"close\",\"cam\":\"cellar\",\"force\":true}");
	ck_assert_str_eq(exposure("cellar"), "sealed");
}
END_TEST

START_TEST(whose_it_is)
{
	struct json_object *r;

	ck_assert_int_eq(house_code(&h, "{\"v\":1,\"via\":\"smtp\",\"cmd\":\"status\"}"),
			 CG_EXIT_USAGE);
	ck_assert_int_eq(house_code(&h, "{\"v\":1,\"via\":null,\"cmd\":\"off\"}"), CG_EXIT_USAGE);
	/* Of the bridge's user, whatever it says. */
	r = json_tokener_parse("{\"v\":1,\"cmd\":\"open\",\"cam\":\"nursery\",\"for_s\":60}");
	h.a.mqtt.uid = 4711;
	for (int64_t uid = 4711; uid <= 4712; uid++) {
		struct json_object *reply = cg_command_run(&h.a, r, true, uid);

		ck_assert_int_eq(reply_int(reply, "code"), uid == 4711 ? CG_EXIT_FAILED : 0);
		json_object_put(reply);
	}
	json_object_put(r);
}
END_TEST

START_TEST(without_the_block)
{
	struct json_object *r;

	house_config(&h, CONFIG_TWO);
	done("{\"v\":1,\"cmd\":\"reload\"}");
	refused(DO("seal", "nursery"));
	r = ASK(&h, CG_EXIT_OK, "{" VIA "\"mqtt\"}");
	ck_assert_int_eq(reply_int(r, "configured"), 0);
	json_object_put(r);
	r = ASK(&h, CG_EXIT_FAILED, "{\"v\":1,\"cmd\":\"mqtt\",\"set\":\"on\"}");
	ck_assert_ptr_nonnull(strstr(reply_text(r, "error"), "no block"));
	json_object_put(r);
}
END_TEST

START_TEST(told)
{
	struct json_object *r = ASK(&h, CG_EXIT_OK, "{\"v\":1,\"cmd\":\"mqtt\"}"), *o;

	ck_assert_str_eq(reply_text(r, "broker"), "192.168.1.5");
	ck_assert_int_eq(reply_int(r, "port"), 8883);
	ck_assert_str_eq(reply_text(r, "credentials"), "/etc/x");
	ck_assert_str_eq(reply_text(r, "may_widen/0"), "attic");
	ck_assert_int_eq(reply_int(r, "generation"), fake_kernel.meta.generation);
	ck_assert(json_object_object_get_ex(r, "link", &o));
	ck_assert_str_eq(json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN),
			 "{\"running\":false,\"connected\":false}");
	json_object_put(r);
	/* the bridge's own word, as long as it is there */
	done("{" VIA "\"mqtt\",\"connected\":false,\"error\":\"it is ill\"}");
	r = house_ask(&h, "{\"v\":1,\"cmd\":\"status\"}");
	ck_assert_str_eq(reply_text(r, "mqtt/error"), "it is ill");
	ck_assert_str_eq(reply_text(r, "mqtt/broker"), "192.168.1.5");
	json_object_put(r);
	done("{" VIA "\"mqtt\",\"connected\":true}");
	r = house_ask(&h, "{\"v\":1,\"cmd\":\"status\"}");
	ck_assert_int_eq(reply_int(r, "mqtt/since_s"), REAL_START);
	ck_assert_str_eq(reply_text(r, "mqtt/error"), "");
	json_object_put(r);
	house_later(&h, 60);
	r = ASK(&h, CG_EXIT_OK, "{\"v\":1,\"cmd\":\"mqtt\"}");
	ck_assert(json_object_object_get_ex(r, "link", &o));
	ck_assert_str_eq(json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN),
			 "{\"running\":false,\"connected\":false}");
	json_object_put(r);
}
END_TEST

START_TEST(on_and_off)
{
	struct json_object *r = ASK(&h, CG_EXIT_OK, "{\"v\":1,\"cmd\":\"mqtt\",\"set\":\"off\"}");
	char *text = file_text(h.config);

	ck_assert_str_eq(reply_text(r, "file"), h.config);
	json_object_put(r);
	ck_assert_ptr_nonnull(strstr(text, "credentials = \"/etc/x\"\n\tenabled = no\n}"));
	free(text);
	r = house_ask(&h, "{\"v\":1,\"cmd\":\"status\"}");
	ck_assert(!json_object_object_get_ex(r, "mqtt", NULL));
	json_object_put(r);
	refused(DO("seal", "nursery"));
	/* off once more changes nothing */
	r = ASK(&h, CG_EXIT_OK, "{\"v\":1,\"cmd\":\"mqtt\",\"set\":\"off\"}");
	ck_assert(!json_object_object_get_ex(r, "file", NULL));
	json_object_put(r);
	done("{\"v\":1,\"cmd\":\"mqtt\",\"set\":\"on\"}");
	done(DO("seal", "nursery"));
	done("{\"v\":1,\"cmd\":\"undo\"}");
	done("{\"v\":1,\"cmd\":\"undo\"}");
	text = file_text(h.config);
	ck_assert_str_eq(text, CONFIG);
	free(text);
	ck_assert_int_eq(house_code(&h, "{\"v\":1,\"cmd\":\"mqtt\",\"set\":\"no\"}"),
			 CG_EXIT_USAGE);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("mqtt");
	TCase *tc = tcase_create("mqtt");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, stricter);
	tcase_add_test(tc, not_wider);
	tcase_add_test(tc, wider_where_the_config_lets_it);
	tcase_add_test(tc, whose_it_is);
	tcase_add_test(tc, without_the_block);
	tcase_add_test(tc, told);
	tcase_add_test(tc, on_and_off);
	suite_add_tcase(s, tc);
	return suite_run(s);
}
