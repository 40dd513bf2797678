/* SPDX-License-Identifier: GPL-2.0-only */
/* What the bridge makes of replies and messages: settings, topics, discovery, wishes that are obeyed and that are not. */
#include <json-c/json.h>
#include <mqtt/discovery.h>
#include <mqtt/obey.h>
#include <mqtt/secret.h>
#include <mqtt/state.h>
#include "unit.h"

#define SETTINGS                                                                                 \
	"{\"generation\":7,\"enabled\":true,\"broker\":\"b\",\"port\":8883,\"tls\":true,"        \
	"\"id\":\"gw\",\"topic\":\"home/cg\",\"discovery\":\"homeassistant\",\"viewers\":false," \
	"\"may_widen\":[\"attic\"]}"
#define STATUS                                                                                          \
	"{\"ok\":true,\"generation\":7,\"enforced\":\"full\",\"attention\":[\"x from 192.0.2.9\"],"     \
	"\"stopped_lately\":[{\"id\":\"attic\",\"peer\":\"203.0.113.66\",\"last_s\":1000000000,"        \
	"\"text\":\"203.0.113.66 was stopped\"}],"                                                      \
	"\"cams\":[{\"id\":\"attic\",\"name\":\"阁楼\",\"exposure\":\"open\",\"until_s\":1000000060," \
	"\"to\":\"203.0.113.66\",\"addresses\":[\"192.168.1.20\"],\"mode\":\"enforce\","                \
	"\"passed\":{\"bytes\":5},\"stopped\":{\"bytes\":6}},"                                          \
	"{\"id\":\"hall\",\"name\":\"hall\",\"exposure\":\"sealed\",\"mode\":\"enforce\"},"             \
	"{\"id\":\"dev\",\"name\":\"02:11\",\"exposure\":\"sealed\",\"held\":true}]}"
#define SESSIONS                                                   \
	"{\"ok\":true,\"sessions\":[{\"peer\":\"203.0.113.66\"}]," \
	"\"cams\":[{\"id\":\"attic\",\"watching\":1,\"stopped\":0},{\"id\":\"hall\",\"watching\":0,\"stopped\":2}]}"

static struct cg_mqtt_settings *settings;
static struct cg_mqtt_house house;
static struct cg_mqtt_retained kept;

static void settings_from(const char *text)
{
	struct json_object *o = json_tokener_parse(text);

	cg_mqtt_settings_free(&settings);
	ck_assert_int_eq(cg_mqtt_settings_read(o, &settings), 0);
	json_object_put(o);
}

static int taken(const char *status)
{
	struct json_object *o = json_tokener_parse(status);
	int r = cg_mqtt_house_take(&house, settings, o);

	json_object_put(o);
	return r;
}

static void shown(const char *status)
{
	struct json_object *o = json_tokener_parse(status), *s = json_tokener_parse(SESSIONS);

	ck_assert_int_ge(cg_mqtt_house_take(&house, settings, o), 0);
	ck_assert_int_eq(cg_mqtt_discovery_put(&kept, settings, &house), 0);
	ck_assert_int_eq(cg_mqtt_state_put(&kept, settings, &house, o, s, true), 0);
	json_object_put(o);
	json_object_put(s);
}

static void end(void)
{
	cg_mqtt_settings_free(&settings);
	cg_mqtt_house_clear(&house);
	cg_mqtt_retained_clear(&kept);
}

static const char *text_of(const char *topic)
{
	for (size_t i = 0; i < kept.n; i++)
		if (!strcmp(kept.v[i].name, topic))
			return kept.v[i].text;
	return NULL;
}

/* What is sent until nothing is left to be sent. */
static size_t sent(void)
{
	const struct cg_mqtt_topic *t;
	size_t n = 0;

	for (; (t = cg_mqtt_retained_next(&kept)); n++)
		cg_mqtt_retained_sent(&kept, t);
	return n;
}

START_TEST(settings_of_a_reply)
{
	static const char *const bad[] = {
		"{}",
		"{\"enabled\":true}",
		"{\"enabled\":true,\"broker\":\"b\",\"port\":0,\"id\":\"a\",\"topic\":\"t\"}",
		"{\"enabled\":true,\"broker\":\"b\",\"port\":1,\"id\":\"a\"}",
	};
	struct cg_mqtt_settings *s = NULL;

	settings_from(SETTINGS);
	ck_assert_str_eq(settings->base, "home/cg/gw");
	ck_assert(cg_mqtt_settings_may_widen(settings, "attic"));
	ck_assert(!cg_mqtt_settings_may_widen(settings, "hall"));
	for (size_t i = 1; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct json_object *o = json_tokener_parse(bad[i]);

		ck_assert_int_eq(cg_mqtt_settings_read(o, &s), -EPROTO);
		ck_assert_ptr_null(s);
		json_object_put(o);
	}
	settings_from("{\"configured\":false,\"generation\":3}");
	ck_assert(!settings->enabled);
	end();
}
END_TEST

START_TEST(state_of_cameras)
{
	const char *attic;

	settings_from(SETTINGS);
	shown(STATUS);
	attic = text_of("home/cg/gw/cam/attic/state");
	ck_assert_str_eq(attic, "{\"exposure\":\"open\",\"exposed\":true,\"streaming\":true,"
				"\"stopped\":false,\"until\":\"2001-09-09T01:47:40+00:00\","
				"\"open_for\":30}");
	ck_assert_str_eq(text_of("home/cg/gw/cam/hall/state"),
			 "{\"exposure\":\"sealed\",\"exposed\":false,\"streaming\":false,"
			 "\"stopped\":true,\"until\":null,\"open_for\":30}");
	ck_assert_str_eq(text_of("home/cg/gw/cam/attic/traffic"),
			 "{\"passed_bytes\":5,\"stopped_bytes\":6}");
	ck_assert_str_eq(
		text_of("home/cg/gw/state"),
		"{\"enforced\":\"full\",\"off_until\":null,\"panic\":\"OFF\",\"cameras\":2,\"attention\":1}");
	ck_assert_str_eq(text_of("home/cg/gw/status"), "online");
	ck_assert_ptr_null(text_of("home/cg/gw/cam/dev/state"));
	ck_assert_int_eq(cg_mqtt_state_away(&kept, settings), 0);
	ck_assert_str_eq(text_of("home/cg/gw/status"), "offline");
	end();
}
END_TEST

/* Addresses are in the replies, and in nothing that is told; with viewers = yes in one place. */
START_TEST(no_address_is_told)
{
	settings_from(SETTINGS);
	shown(STATUS);
	for (size_t i = 0; i < kept.n; i++) {
		ck_assert_ptr_null(strstr(kept.v[i].text, "203.0.113"));
		ck_assert_ptr_null(strstr(kept.v[i].text, "192."));
		ck_assert_ptr_null(strstr(kept.v[i].text, "last_stopped"));
	}
	end();
	settings_from("{\"enabled\":true,\"broker\":\"b\",\"port\":1,\"id\":\"gw\",\"topic\":\"t\","
		      "\"discovery\":\"ha\",\"viewers\":true}");
	shown(STATUS);
	UNIT_HOLDS(text_of("t/gw/cam/attic/state"),
		   "\"last_stopped\":{\"viewer\":\"203.0.113.66\"");
	UNIT_HOLDS(text_of("ha/device/camgate_gw_attic/config"), "last_stopped");
	UNIT_HOLDS(text_of("t/gw/cam/hall/state"), "\"last_stopped\":null");
	ck_assert_ptr_null(strstr(text_of("t/gw/cam/attic/state"), "192."));
	end();
}
END_TEST

START_TEST(devices)
{
	struct json_object *o, *cmps, *dev, *v;

	settings_from(SETTINGS);
	shown(STATUS);
	o = json_tokener_parse(text_of("homeassistant/device/camgate_gw_attic/config"));
	ck_assert(json_object_object_get_ex(o, "dev", &dev));
	ck_assert(json_object_object_get_ex(dev, "name", &v));
	ck_assert_str_eq(json_object_get_string(v), "阁楼");
	ck_assert(json_object_object_get_ex(dev, "via_device", &v));
	ck_assert_str_eq(json_object_get_string(v), "camgate_gw");
	ck_assert(json_object_object_get_ex(o, "o", &v));
	ck_assert(json_object_object_get_ex(o, "availability_topic", &v));
	ck_assert_str_eq(json_object_get_string(v), "home/cg/gw/status");
	ck_assert(json_object_object_get_ex(o, "cmps", &cmps));
	ck_assert_int_eq(json_object_object_length(cmps), 10);
	json_object_object_foreach(cmps, key, c) {
		ck_assert_msg(json_object_object_get_ex(c, "p", &v), "%s", key);
		ck_assert_msg(json_object_object_get_ex(c, "unique_id", &v), "%s", key);
		UNIT_HOLDS(json_object_get_string(v), "camgate_gw_attic_");
	}
	json_object_put(o);
	UNIT_HOLDS(text_of("homeassistant/device/camgate_gw/config"),
		   "\"command_topic\":\"home/cg/gw/panic/set\"");
	end();
	settings_from("{\"enabled\":true,\"broker\":\"b\",\"port\":1,\"id\":\"gw\",\"topic\":\"t\","
		      "\"discovery\":\"none\"}");
	shown(STATUS);
	for (size_t i = 0; i < kept.n; i++)
		ck_assert_int_ne(kept.v[i].group, CG_MQTT_DISCOVERY);
	end();
}
END_TEST

START_TEST(only_news_is_sent)
{
	settings_from(SETTINGS);
	shown(STATUS);
	ck_assert_uint_eq(sent(), 2 + 2 * 2 + 3);
	shown(STATUS);
	ck_assert_uint_eq(sent(), 0);
	ck_assert_int_eq(taken(STATUS), 0);
	/* a camera less: what was told of it is taken back, and forgotten */
	shown("{\"enforced\":\"off\",\"cams\":[{\"id\":\"hall\",\"name\":\"hall\",\"exposure\":\"sealed\"}]}");
	ck_assert_uint_eq(sent(), 3 + 2);
	ck_assert_uint_eq(kept.n, 2 + 2 + 2);
	UNIT_HOLDS(text_of("home/cg/gw/cam/hall/state"), "\"exposed\":true");
	UNIT_HOLDS(text_of("home/cg/gw/state"), "\"panic\":\"ON\"");
	cg_mqtt_retained_lost(&kept, CG_MQTT_DISCOVERY);
	ck_assert_uint_eq(sent(), 2);
	end();
}
END_TEST

/* ---- wishes ---- */

static struct json_object *request;
static char why[CG_MQTT_WHY_LEN];

static enum cg_mqtt_obey wish(const char *topic, const char *text)
{
	const struct cg_mqtt_message m = { .topic = topic, .text = text, .len = strlen(text) };

	json_object_put(request);
	return cg_mqtt_obey(settings, &house, &m, &request, why);
}

static void asks(const char *topic, const char *text, const char *want)
{
	ck_assert_msg(wish(topic, text) == CG_MQTT_ASK, "%s %s: %s", topic, text, why);
	ck_assert_str_eq(json_object_to_json_string_ext(request, JSON_C_TO_STRING_PLAIN), want);
}

#define VIA "\"via\":\"mqtt\""

START_TEST(obeyed)
{
	settings_from(SETTINGS);
	ck_assert_int_eq(taken(STATUS), 1);
	asks("home/cg/gw/cam/hall/exposure/set", "sealed",
	     "{\"v\":1,\"cmd\":\"seal\"," VIA ",\"cam\":\"hall\"}");
	asks("home/cg/gw/cam/hall/exposure/set", "closed",
	     "{\"v\":1,\"cmd\":\"close\"," VIA ",\"cam\":\"hall\"}");
	asks("home/cg/gw/cam/hall/close/set", "PRESS",
	     "{\"v\":1,\"cmd\":\"close\"," VIA ",\"cam\":\"hall\"}");
	asks("home/cg/gw/cam/attic/exposure/set", "open",
	     "{\"v\":1,\"cmd\":\"open\"," VIA ",\"cam\":\"attic\",\"for_s\":1800}");
	ck_assert_int_eq(wish("home/cg/gw/cam/attic/open_for/set", "45.0"), CG_MQTT_NOTED);
	asks("home/cg/gw/cam/attic/open/set", "",
	     "{\"v\":1,\"cmd\":\"open\"," VIA ",\"cam\":\"attic\",\"for_s\":2700}");
	/* a status in between does not forget it */
	ck_assert_int_eq(taken(STATUS), 0);
	asks("home/cg/gw/cam/attic/open/set", "",
	     "{\"v\":1,\"cmd\":\"open\"," VIA ",\"cam\":\"attic\",\"for_s\":2700}");
	asks("home/cg/gw/panic/set", "ON", "{\"v\":1,\"cmd\":\"seal\"," VIA ",\"cam\":\"all\"}");
	ck_assert_int_eq(wish("homeassistant/status", "online"), CG_MQTT_BORN);
	json_object_put(request);
	end();
}
END_TEST

START_TEST(not_obeyed)
{
	static const struct {
		const char *topic, *text;
		enum cg_mqtt_obey want;
	} rows[] = {
		{ "home/cg/gw/cam/hall/exposure/set", "open", CG_MQTT_REFUSED },
		{ "home/cg/gw/cam/hall/open/set", "PRESS", CG_MQTT_REFUSED },
		{ "home/cg/gw/panic/set", "OFF", CG_MQTT_REFUSED },
		{ "home/cg/gw/panic/set", "on", CG_MQTT_REFUSED },
		{ "home/cg/gw/cam/attic/exposure/set", "opens", CG_MQTT_REFUSED },
		{ "home/cg/gw/cam/attic/exposure/set", "open\",\"force\":true,\"x\":\"",
		  CG_MQTT_REFUSED },
		{ "home/cg/gw/cam/attic/exposure/set", "", CG_MQTT_REFUSED },
		{ "home/cg/gw/cam/nobody/close/set", "PRESS", CG_MQTT_REFUSED },
		{ "home/cg/gw/cam/all/close/set", "PRESS", CG_MQTT_REFUSED },
		{ "home/cg/gw/cam/dev/close/set", "PRESS", CG_MQTT_REFUSED },
		{ "home/cg/gw/cam/attic/open_for/set", "0", CG_MQTT_REFUSED },
		{ "home/cg/gw/cam/attic/open_for/set", "1441", CG_MQTT_REFUSED },
		{ "home/cg/gw/cam/attic/open_for/set", "-1", CG_MQTT_REFUSED },
		{ "home/cg/gw/cam/attic/open_for/set", "5m", CG_MQTT_REFUSED },
		{ "home/cg/gw/cam/attic/forget/set", "1", CG_MQTT_IGNORED },
		{ "home/cg/gw/cam/attic/open/set/", "1", CG_MQTT_IGNORED },
		{ "home/cg/gw/cam/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/open/set", "1",
		  CG_MQTT_IGNORED },
		{ "home/cg/gwx/cam/attic/open/set", "1", CG_MQTT_IGNORED },
		{ "home/cg/gw", "1", CG_MQTT_IGNORED },
		{ "homeassistant/status", "offline", CG_MQTT_IGNORED },
		{ "cam/attic/open/set", "1", CG_MQTT_IGNORED },
	};
	struct cg_mqtt_message m = { .topic = "home/cg/gw/cam/attic/open/set", .retained = true };

	settings_from(SETTINGS);
	ck_assert_int_eq(taken(STATUS), 1);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ck_assert_msg(wish(rows[i].topic, rows[i].text) == rows[i].want, "%s '%s'",
			      rows[i].topic, rows[i].text);
		ck_assert_ptr_null(request);
		ck_assert_msg(rows[i].want != CG_MQTT_REFUSED || *why, "%s", rows[i].topic);
	}
	/* what the broker had kept, and what is no text */
	ck_assert_int_eq(cg_mqtt_obey(settings, &house, &m, &request, why), CG_MQTT_REFUSED);
	m = (struct cg_mqtt_message){ "home/cg/gw/cam/attic/exposure/set", "open\0x", 6, false };
	ck_assert_int_eq(cg_mqtt_obey(settings, &house, &m, &request, why), CG_MQTT_REFUSED);
	ck_assert_ptr_null(request);
	end();
}
END_TEST

/* ---- the file of user and password ---- */

static int secret(const char *text, unsigned int mode, struct cg_diag *d,
		  struct cg_mqtt_secret *ret)
{
	struct unit_dir dir = unit_dir_new();
	char path[128];
	int r;

	unit_write(&dir, "s", text, strlen(text));
	ck_assert_int_eq(chmod(unit_path(&dir, "s", path), mode), 0);
	*d = (struct cg_diag){ "" };
	r = cg_mqtt_secret_read(path, d, ret);
	unit_dir_free(&dir);
	return r;
}

START_TEST(secrets)
{
	struct cg_mqtt_secret s = { 0 };
	struct cg_diag d;

	ck_assert_int_eq(secret("me\np w\n", 0640, &d, &s), 0);
	ck_assert_str_eq(s.user, "me");
	ck_assert_str_eq(s.password, "p w");
	cg_mqtt_secret_clear(&s);
	ck_assert_int_eq(secret("me\r\npw", 0400, &d, &s), 0);
	ck_assert_str_eq(s.password, "pw");
	cg_mqtt_secret_clear(&s);
	ck_assert_int_eq(secret("me\n", 0600, &d, &s), 0);
	ck_assert_ptr_null(s.password);
	cg_mqtt_secret_clear(&s);
	ck_assert_int_eq(secret("me\npw\n", 0644, &d, &s), -EACCES);
	UNIT_HOLDS(d.text, "0644", "others can read");
	ck_assert_int_eq(secret("me\npw\n", 0602, &d, &s), -EACCES);
	ck_assert_int_eq(secret("", 0600, &d, &s), -EINVAL);
	UNIT_HOLDS(d.text, ":1: ", "expected a user");
	ck_assert_int_eq(secret("me\npw\nmore\n", 0600, &d, &s), -EINVAL);
	UNIT_HOLDS(d.text, ":3: ", "third line");
	ck_assert_int_eq(cg_mqtt_secret_read("/no/such", &d, &s), -ENOENT);
	ck_assert_int_eq(cg_mqtt_secret_read("/dev/null", &d, &s), -EINVAL);
	ck_assert_ptr_null(s.user);
}
END_TEST

int main(void)
{
	return UNIT_RUN("mqtt", 20, settings_of_a_reply, state_of_cameras, no_address_is_told,
			devices, only_news_is_sent, obeyed, not_obeyed, secrets);
}
