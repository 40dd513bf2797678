/* SPDX-License-Identifier: GPL-2.0-only */
/* What leaves a home for who looks after many, under which name, and that it gets there once. */
#include <errno.h>
#include <json-c/json.h>
#include <mqtt/carrier.h>
#include <mqtt/fleet.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "policy_text.h"

#define KEY    "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define KEY_ID "1cfe88a5"
#define LINE                                                                                          \
	"{\"v\":2,\"id\":31,\"what\":\"%s\",\"cam\":\"nursery\",\"name\":\"Nursery\","                \
	"\"first_s\":1800000000,\"last_s\":1800000060,\"duration_s\":60,\"count\":1,"                 \
	"\"peer\":\"%s\",\"peer_port\":32100,\"asked\":\"%s\",\"began\":\"%s\",\"sign\":\"rate\","    \
	"\"up_bytes\":1000,\"down_bytes\":200,\"stopped_bytes\":7,\"evidence\":{\"first\":\"f141\"}," \
	"%s\"n\":812,\"hash\":\"9b1f0c6e52ad7710\"}"

static char dir[64];
static struct cg_fleet_how how;

static void file_put(const char *name, const char *text, mode_t mode)
{
	char path[96];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	fclose(f);
	ck_assert_int_eq(chmod(path, mode), 0);
}

static int key_of(const char *text, mode_t mode, struct cg_diag *diag)
{
	char path[96];

	file_put("key", text, mode);
	snprintf(path, sizeof(path), "%s/key", dir);
	return cg_fleet_key_read(path, diag, &how.key);
}

static void setup(void)
{
	struct cg_diag diag = { "" };

	snprintf(dir, sizeof(dir), "%s", unit_dir_new().path);
	how = (struct cg_fleet_how){ .gateway = "home-0001" };
	ck_assert_int_eq(key_of(KEY "\n", 0600, &diag), 0);
}

/* ---- names ---- */

static const char *name_of(const char *text)
{
	static char buf[CG_FLEET_NAME_LEN];
	struct cg_prefix p, v;

	ck_assert_int_eq(cg_prefix_parse(text, &p), 0);
	v = cg_fleet_viewer(&p);
	return cg_fleet_name(&how.key, &v, buf);
}

/* As openssl has it: HMAC-SHA256 of 00000000000000000000ffffcb00710980. */
START_TEST(names)
{
	char one[CG_FLEET_NAME_LEN], cam[CG_FLEET_NAME_LEN], other[CG_FLEET_NAME_LEN];
	struct cg_prefix p, v, net;

	setup();
	ck_assert_str_eq(name_of("203.0.113.9"), "h:" KEY_ID ":722ec82c4507b2eacb7904f2ae767056");
	/* IPv6 by /64: whoever has one has all of it. */
	snprintf(one, sizeof(one), "%s", name_of("2001:db8:1:2::1"));
	ck_assert_str_eq(name_of("2001:db8:1:2:ffff::9"), one);
	ck_assert_str_ne(name_of("2001:db8:1:3::1"), one);
	/* A network is not its first address. */
	snprintf(one, sizeof(one), "%s", name_of("203.0.113.0"));
	ck_assert_str_ne(name_of("203.0.113.0/24"), one);
	ck_assert_int_eq(cg_prefix_parse("203.0.113.9", &p), 0);
	v = cg_fleet_viewer(&p);
	net = cg_fleet_net(&v);
	ck_assert_str_eq(cg_fleet_name(&how.key, &net, one), name_of("203.0.113.0/24"));
	ck_assert_int_eq(cg_prefix_parse("2001:db8:1:2::1", &p), 0);
	v = cg_fleet_viewer(&p);
	net = cg_fleet_net(&v);
	ck_assert_uint_eq(net.len, 48);
	ck_assert_uint_eq(v.len, 64);
	/* The same camera in two homes is two. */
	cg_fleet_cam(&how.key, "home-0001", "nursery", cam);
	ck_assert_str_ne(cg_fleet_cam(&how.key, "home-0002", "nursery", other), cam);
}
END_TEST

START_TEST(keys)
{
	struct cg_diag diag = { "" };

	setup();
	ck_assert_int_eq(key_of(KEY, 0640, &diag), 0);
	ck_assert_int_eq(key_of(KEY "\n", 0644, &diag), -EACCES);
	ck_assert(strstr(diag.text, "found mode 0644"));
	diag.text[0] = 0;
	ck_assert_int_eq(key_of(KEY "0\n", 0600, &diag), -EINVAL);
	ck_assert(strstr(diag.text, "expected 64 hexadecimal digits"));
	ck_assert_int_eq(key_of("0011\n", 0600, &diag), -EINVAL);
	ck_assert_int_eq(key_of(KEY "\n\n", 0600, &diag), -EINVAL);
	ck_assert_int_eq(key_of("x" KEY, 0600, &diag), -EINVAL);
}
END_TEST

/* ---- events ---- */

static struct json_object *event_of(const char *what, const char *peer, const char *asked,
				    const char *began, const char *more)
{
	struct json_object *line, *event = NULL;
	char text[1024];
	int r;

	snprintf(text, sizeof(text), LINE, what, peer, asked, began, more);
	line = json_tokener_parse(text);
	ck_assert_ptr_nonnull(line);
	r = cg_fleet_event(&how, line, 5, &event);
	ck_assert_int_ge(r, 0);
	ck_assert_int_eq(r, event != NULL);
	json_object_put(line);
	return event;
}

static const char *text_of(struct json_object *o, const char *key)
{
	struct json_object *v;

	return json_object_object_get_ex(o, key, &v) ? json_object_get_string(v) : "";
}

START_TEST(an_event)
{
	setup();
	struct json_object *e = event_of("stopped", "203.0.113.9", "", "peer", "");
	const char *all = json_object_to_json_string(e);

	ck_assert_str_eq(text_of(e, "id"), "home-0001-812-9b1f0c6e");
	ck_assert_str_eq(text_of(e, "seq"), "5");
	ck_assert_str_eq(text_of(e, "time_s"), "1800000060");
	ck_assert_str_eq(text_of(e, "viewer"), name_of("203.0.113.9"));
	ck_assert_str_eq(text_of(e, "net"), name_of("203.0.113.0/24"));
	ck_assert_str_eq(text_of(e, "whole"), "true");
	ck_assert_str_eq(text_of(e, "by"), "");
	ck_assert_str_eq(text_of(e, "named"), "");
	/* Nothing that says who or where. */
	ck_assert_ptr_null(strstr(all, "203.0.113"));
	ck_assert_ptr_null(strcasestr(all, "nursery"));
	ck_assert_ptr_null(strstr(all, "32100"));
	ck_assert_ptr_null(strstr(all, "f141"));
	json_object_put(e);
}
END_TEST

START_TEST(who_let_it_in)
{
	setup();
	struct json_object *e = event_of("allowed", "203.0.113.0/24", "", "peer",
					 "\"opening\":{\"by\":\"hand\",\"user\":\"anna\"},");

	ck_assert_str_eq(text_of(e, "by"), "hand");
	ck_assert_str_eq(text_of(e, "whole"), "");
	ck_assert_str_eq(text_of(e, "viewer"), text_of(e, "net"));
	ck_assert_ptr_null(strstr(json_object_to_json_string(e), "anna"));
	json_object_put(e);
	e = event_of("allowed", "203.0.113.9", "relay.example", "camera", "\"rule\":\"r\",");
	ck_assert_str_eq(text_of(e, "by"), "rule");
	ck_assert_str_eq(text_of(e, "named"), "true");
	ck_assert_ptr_null(strstr(json_object_to_json_string(e), "relay"));
	json_object_put(e);
	/* The one behind a relay, where the protocol says who that is. */
	e = event_of("stopped", "192.0.2.1", "", "peer", "\"viewer\":\"203.0.113.9\",");
	ck_assert_str_eq(text_of(e, "viewer"), name_of("203.0.113.9"));
	json_object_put(e);
	/* Of many nobody. */
	e = event_of("refused", "::/0", "", "peer", "");
	ck_assert_str_eq(text_of(e, "viewer"), "");
	json_object_put(e);
}
END_TEST

START_TEST(as_the_home_wants_it)
{
	struct json_object *e;

	setup();
	how.addresses = CG_FLEET_NONE;
	e = event_of("stopped", "203.0.113.9", "", "peer", "");
	ck_assert_str_eq(text_of(e, "viewer"), "");
	ck_assert_str_eq(text_of(e, "net"), "");
	json_object_put(e);
	how.addresses = CG_FLEET_PLAIN;
	how.names = true;
	e = event_of("stopped", "203.0.113.9", "", "peer", "");
	ck_assert_str_eq(text_of(e, "viewer"), "203.0.113.9");
	ck_assert_str_eq(text_of(e, "net"), "203.0.113.0/24");
	ck_assert_str_eq(text_of(e, "name"), "Nursery");
	json_object_put(e);
	/* What is no session is told as such or not at all. */
	e = event_of("day", "203.0.113.9", "", "peer", "");
	ck_assert_ptr_null(e);
	e = event_of("opened", "203.0.113.9", "", "peer", "");
	ck_assert_ptr_null(e);
	e = event_of("hole", "203.0.113.9", "", "peer", "");
	ck_assert_str_eq(text_of(e, "viewer"), "");
	json_object_put(e);
}
END_TEST

START_TEST(how_it_is)
{
	setup();
	struct json_object *status = json_tokener_parse(
		"{\"version\":\"1.0\",\"enforced\":\"full\",\"attention\":[\"x\"],\"cams\":["
		"{\"name\":\"Nursery\",\"exposure\":\"open\"},{\"name\":\"b\",\"exposure\":\"sealed\"},"
		"{\"name\":\"dev\",\"exposure\":\"sealed\",\"held\":true}]}");
	struct cg_fleet_wish wish = { .rev = 3, .error = "no" };
	struct json_object *o = cg_fleet_reported(&how, status, &wish, 9, 1800000000);

	ck_assert_str_eq(text_of(o, "cams"), "{ \"sealed\": 1, \"closed\": 0, \"open\": 1 }");
	ck_assert_str_eq(text_of(o, "events"), "9");
	ck_assert_str_eq(text_of(o, "attention"), "1");
	ck_assert_str_eq(text_of(o, "desired"),
			 "{ \"rev\": 3, \"result\": \"refused\", \"error\": \"no\" }");
	ck_assert_ptr_null(strstr(json_object_to_json_string(o), "Nursery"));
	json_object_put(o);
	how.names = true;
	o = cg_fleet_reported(&how, status, &wish, 9, 1800000000);
	ck_assert_str_eq(text_of(o, "names"), "[ \"Nursery\", \"b\" ]");
	json_object_put(o);
	json_object_put(status);
}
END_TEST

static int wished(const char *text, struct cg_fleet_desired *ret)
{
	return cg_fleet_desired(text, strlen(text), ret);
}

START_TEST(wishes)
{
	struct cg_fleet_desired d;

	setup();
	ck_assert_int_eq(wished("", &d), 0);
	ck_assert_int_eq(wished("{\"v\":1,\"rev\":2,\"exposure\":\"sealed\"}", &d), 1);
	ck_assert_int_eq(d.rev, 2);
	ck_assert_str_eq(text_of(d.request, "cmd"), "seal");
	ck_assert_str_eq(text_of(d.request, "cam"), "all");
	/* Without it the agent would not know by which way it came. */
	ck_assert_str_eq(text_of(d.request, "via"), "mqtt");
	json_object_put(d.request);
	ck_assert_int_eq(wished("{\"v\":1,\"rev\":2,\"again\":{\"n\":7,\"seq\":3}}", &d), 1);
	ck_assert(d.again && d.n == 7 && d.seq == 3 && !d.request);
	ck_assert_int_eq(wished("{\"v\":1,\"rev\":2,\"exposure\":\"open\"}", &d), -EPROTO);
	ck_assert_int_eq(d.rev, 2);
	ck_assert_int_eq(wished("{\"v\":2,\"rev\":2,\"exposure\":\"sealed\"}", &d), -EPROTO);
	ck_assert_int_eq(d.rev, 0);
	ck_assert_int_eq(wished("{\"v\":1,\"exposure\":\"sealed\"}", &d), -EPROTO);
	ck_assert_int_eq(wished("[1]", &d), -EPROTO);
	ck_assert_int_eq(wished("{\"v\":1,\"rev\":2", &d), -EPROTO);
}
END_TEST

/* ---- on the way ---- */

static struct cg_mqtt_carrier *c;

/* Lines from to to of a record that ends with last. */
static void page(uint64_t from, uint64_t to, uint64_t last)
{
	struct json_object *o = json_object_new_object(), *list = json_object_new_array();

	for (uint64_t n = from; n <= to; n++) {
		char text[160];

		snprintf(text, sizeof(text),
			 "{\"what\":\"stopped\",\"cam\":\"a\",\"peer\":\"192.0.2.1\",\"n\":%llu,"
			 "\"hash\":\"%016llx\"}",
			 (unsigned long long)n, (unsigned long long)n * 0x100000000);
		json_object_array_add(list, json_tokener_parse(text));
	}
	json_object_object_add(o, "lines", list);
	json_object_object_add(o, "last", json_object_new_int64((int64_t)last));
	ck_assert_int_eq(cg_mqtt_carrier_take(c, o, 1800000000), 0);
	json_object_put(o);
}

static uint64_t wanted(uint64_t last)
{
	uint64_t after = 0;

	return cg_mqtt_carrier_wants(c, last, 1800000000, &after) ? after + 1 : 0;
}

/* Sends the next as mid; a member of it. */
static const char *sent(int mid, const char *key)
{
	static char buf[64];
	const char *text = cg_mqtt_carrier_next(c);
	struct json_object *o;

	if (!text)
		return "";
	o = json_tokener_parse(text);
	snprintf(buf, sizeof(buf), "%s", text_of(o, key));
	json_object_put(o);
	cg_mqtt_carrier_sent(c, mid);
	return buf;
}

static struct cg_mqtt_carried at(void)
{
	struct cg_mqtt_carried s = { 0 };

	ck_assert_int_eq(cg_mqtt_carried_read(dir, &s), 0);
	return s;
}

static void begun(void)
{
	c = cg_mqtt_carrier_new(dir);
	ck_assert_int_eq(cg_mqtt_carrier_begin(c, &how), 0);
	/* Of what was before nothing. */
	ck_assert_uint_eq(wanted(40), 0);
	ck_assert_str_eq(sent(1, "what"), "begin");
	ck_assert_int_eq(cg_mqtt_carrier_acked(c, 1), 0);
	ck_assert_uint_eq(at().n, 40);
	ck_assert_uint_eq(at().seq, 1);
}

START_TEST(once_each)
{
	setup();
	begun();
	ck_assert_uint_eq(wanted(40), 0);
	ck_assert_uint_eq(wanted(43), 41);
	page(41, 43, 43);
	ck_assert_str_eq(sent(2, "n"), "41");
	ck_assert_str_eq(sent(3, "seq"), "3");
	ck_assert_str_eq(sent(4, "n"), "43");
	ck_assert_ptr_null(cg_mqtt_carrier_next(c));
	/* In any order, and not noted down before all are there. */
	ck_assert_int_eq(cg_mqtt_carrier_acked(c, 4), 0);
	ck_assert_int_eq(cg_mqtt_carrier_acked(c, 2), 0);
	ck_assert_uint_eq(at().n, 40);
	/* Only what is not there is sent again. */
	cg_mqtt_carrier_lost(c);
	ck_assert_str_eq(sent(5, "id"), "home-0001-42-0000002a");
	ck_assert_ptr_null(cg_mqtt_carrier_next(c));
	ck_assert_int_eq(cg_mqtt_carrier_acked(c, 3), 0);
	ck_assert_uint_eq(at().n, 40);
	ck_assert_int_eq(cg_mqtt_carrier_acked(c, 5), 0);
	ck_assert_uint_eq(at().n, 43);
	ck_assert_uint_eq(at().seq, 4);
	cg_mqtt_carrier_free(&c);
}
END_TEST

START_TEST(after_a_restart)
{
	setup();
	begun();
	page(41, 42, 42);
	ck_assert_str_eq(sent(2, "id"), "home-0001-41-00000029");
	ck_assert_int_eq(cg_mqtt_carrier_acked(c, 2), 0);
	cg_mqtt_carrier_free(&c);
	c = cg_mqtt_carrier_new(dir);
	ck_assert_int_eq(cg_mqtt_carrier_begin(c, &how), 0);
	ck_assert_uint_eq(wanted(42), 41);
	page(41, 42, 42);
	/* The same name and number as before. */
	ck_assert_str_eq(sent(1, "id"), "home-0001-41-00000029");
	ck_assert_str_eq(sent(2, "seq"), "3");
	cg_mqtt_carrier_free(&c);
	/* Another gateway is another teller; turned off nothing is remembered. */
	strcpy(how.gateway, "home-0002");
	c = cg_mqtt_carrier_new(dir);
	ck_assert_int_eq(cg_mqtt_carrier_begin(c, &how), 0);
	ck_assert_uint_eq(wanted(42), 0);
	ck_assert_str_eq(sent(1, "what"), "begin");
	ck_assert_int_eq(cg_mqtt_carrier_begin(c, NULL), 0);
	ck_assert_int_eq(cg_mqtt_carried_read(dir, &(struct cg_mqtt_carried){ 0 }), -ENOENT);
	ck_assert_uint_eq(wanted(42), 0);
	cg_mqtt_carrier_free(&c);
}
END_TEST

START_TEST(gone_before_it_was_told)
{
	setup();
	begun();
	page(45, 45, 45);
	ck_assert_str_eq(sent(2, "id"), "home-0001-gap-41-44");
	ck_assert_str_eq(sent(3, "n"), "45");
	ck_assert_int_eq(cg_mqtt_carrier_acked(c, 2), 0);
	ck_assert_int_eq(cg_mqtt_carrier_acked(c, 3), 0);
	ck_assert_uint_eq(at().n, 45);
	/* Nothing of it is there any more, and then it begins anew. */
	ck_assert_uint_eq(wanted(46), 46);
	page(1, 0, 45);
	ck_assert_uint_eq(wanted(46), 0);
	ck_assert_uint_eq(wanted(3), 46);
	page(1, 0, 3);
	ck_assert_str_eq(sent(4, "id"), "home-0001-gap-46-0");
	ck_assert_int_eq(cg_mqtt_carrier_acked(c, 4), 0);
	ck_assert_uint_eq(wanted(3), 1);
	page(1, 3, 3);
	ck_assert_str_eq(sent(5, "n"), "1");
	cg_mqtt_carrier_free(&c);
}
END_TEST

START_TEST(told_again)
{
	setup();
	begun();
	page(41, 43, 43);
	for (int i = 2; i < 5; i++)
		(void)sent(i, "n");
	for (int i = 2; i < 5; i++)
		ck_assert_int_eq(cg_mqtt_carrier_acked(c, i), 0);
	ck_assert_int_eq(cg_mqtt_carrier_again(c, 44, 9), -ERANGE);
	ck_assert_int_eq(cg_mqtt_carrier_again(c, 41, 2), 0);
	ck_assert_uint_eq(wanted(43), 42);
	page(42, 43, 43);
	ck_assert_str_eq(sent(6, "id"), "home-0001-42-0000002a");
	ck_assert_str_eq(sent(7, "seq"), "4");
	/* What was before it was turned on stays at home. */
	ck_assert_int_eq(cg_mqtt_carrier_again(c, 3, 1), 0);
	ck_assert_uint_eq(wanted(43), 41);
	cg_mqtt_carrier_free(&c);
}
END_TEST

/* ---- the config ---- */

#define MQTT "mqtt { broker = b }\n"

START_TEST(config)
{
	struct cg_policy *p = built(MQTT);

	setup();
	ck_assert(!p->fleet.report);
	cg_policy_free(&p);
	p = built(MQTT "fleet { report = yes gateway = home-1 key_file = \"/k\" }");
	ck_assert(p->fleet.report && !p->fleet.names && !p->fleet.desired);
	ck_assert_int_eq(p->fleet.addresses, CG_FLEET_HASHED);
	ck_assert_str_eq(p->fleet.gateway, "home-1");
	cg_policy_free(&p);
	p = built("fleet { report = no }");
	cg_policy_free(&p);
	REFUSED(-EINVAL, "fleet { report = yes gateway = a key_file = \"/k\" }", "p.conf:1:18",
		"'yes' without a block mqtt");
	REFUSED(-EINVAL, MQTT "fleet { report = yes key_file = \"/k\" }", "p.conf:2:18",
		"no gateway");
	REFUSED(-EINVAL, MQTT "fleet { report = yes gateway = a }", "no key_file");
	REFUSED(-EINVAL, MQTT "fleet { gateway = \"A b\" }", "gateway: found 'A b'");
	REFUSED(-EINVAL, MQTT "fleet { addresses = some }", "'some'", "hashed");
	REFUSED(-EINVAL, MQTT "fleet { key_file = k }", "key_file");
	REFUSED(-EINVAL, MQTT "fleet { reports = yes }", "reports", "report");
}
END_TEST

int main(void)
{
	return UNIT_RUN("fleet", 20, names, keys, an_event, who_let_it_in, as_the_home_wants_it,
			how_it_is, wishes, once_each, after_a_restart, gone_before_it_was_told,
			told_again, config);
}
