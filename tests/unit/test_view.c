/* SPDX-License-Identifier: GPL-2.0-only */
/* The protocol's objects: sentences as promised, times on two clocks, counters added up, keys present. */
#include <arpa/inet.h>
#include <json-c/json.h>
#include <lib/exposure.h>
#include <lib/view.h>
#include <time.h>
#include "unit.h"

#define SEC 1000000000ull
/* 2026-11-25 17:59:30 UTC, 1000 s after boot */
static const struct cg_view_time T = { 1000 * SEC, 1795629570 };

struct cam {
	struct cg_exposure exposure;
	struct cg_state state;
	struct cg_stats stats;
	struct cg_view_cam view;
};

static struct cam *cam_new(enum cg_exposure_state config)
{
	struct cam *c = calloc(1, sizeof(*c));

	ck_assert_ptr_nonnull(c);
	setenv("TZ", "UTC0", 1);
	tzset();
	cg_exposure_config(&c->exposure, config);
	c->state.last_ns = T.now_ns - 7 * SEC;
	c->view = (struct cg_view_cam){
		.id = "kids",
		.name = "婴儿房",
		.exposure = &c->exposure,
		.state = &c->state,
		.stats = &c->stats,
		.port = "eth1",
	};
	return c;
}

static void says(const struct cam *c, const char *want)
{
	char buf[256];

	ck_assert_str_eq(cg_view_sentence(&T, &c->view, buf, sizeof(buf)), want);
}

START_TEST(sentences)
{
	const uint8_t who[16] = { [10] = 0xff, 0xff, 203, 0, 113, 9 };
	struct cam *c = cam_new(CG_CLOSED);

	says(c, "closed: talks to its maker, nobody can watch");
	/* 18:30:00, half an hour and 30 s from now */
	ck_assert_int_eq(
		cg_exposure_open(&c->exposure, T.now_ns, T.now_ns + 1830 * SEC, NULL, false), 0);
	says(c, "open until 18:30: can be watched from outside");
	ck_assert_int_eq(
		cg_exposure_open(&c->exposure, T.now_ns, T.now_ns + 1830 * SEC, who, false), 0);
	says(c, "open until 18:30: can be watched from outside by 203.0.113.9");
	ck_assert_int_eq(cg_exposure_open(&c->exposure, T.now_ns, T.now_ns + 50 * SEC, NULL, false),
			 0);
	says(c, "open until 18:00:20: can be watched from outside");
	ck_assert_int_eq(
		cg_exposure_open(&c->exposure, T.now_ns, T.now_ns + 90000 * SEC, NULL, false), 0);
	says(c, "open until 2026-11-26 18:59: can be watched from outside");
	c->view.off_until_ns = T.now_ns + 630 * SEC;
	says(c, "off until 18:10: nothing is stopped");
	c->view.off_until_ns = T.now_ns;
	cg_exposure_seal(&c->exposure);
	says(c, "sealed: nothing leaves");
	cg_exposure_auto(&c->exposure);
	cg_exposure_config(&c->exposure, CG_OPEN);
	says(c, "always open: can be watched from outside");
	free(c);
}
END_TEST

static const char *text(struct json_object *o, const char *key)
{
	struct json_object *v = NULL;

	ck_assert_msg(json_object_object_get_ex(o, key, &v), "no '%s' in %s", key,
		      json_object_to_json_string(o));
	return json_object_get_string(v);
}

static int64_t num(struct json_object *o, const char *key)
{
	struct json_object *v = NULL;

	ck_assert_msg(json_object_object_get_ex(o, key, &v), "no '%s' in %s", key,
		      json_object_to_json_string(o));
	ck_assert_int_eq(json_object_get_type(v), json_type_int);
	return json_object_get_int64(v);
}

START_TEST(a_camera)
{
	struct cam *c = cam_new(CG_CLOSED);
	struct json_object *o, *v;

	c->stats.c[CG_PLANE_UP][CG_PASS_LAN] = (struct cg_count){ 3, 300 };
	c->stats.c[CG_PLANE_DOWN][CG_PASS_LAN] = (struct cg_count){ 2, 200 };
	c->stats.c[CG_PLANE_UP][CG_DROP_UNRULED] = (struct cg_count){ 5, 500 };
	/* let through by monitor mode: passed */
	c->stats.c[CG_PLANE_UP_MONITOR][CG_DROP_UNRULED] = (struct cg_count){ 7, 700 };
	c->state.naddr = 1;
	memcpy(c->state.addr[0], (const uint8_t[16]){ [10] = 0xff, 0xff, 192, 168, 1, 20 }, 16);
	o = cg_view_cam(&T, &c->view);
	ck_assert_str_eq(text(o, "id"), "kids");
	ck_assert_str_eq(text(o, "name"), "婴儿房");
	ck_assert_str_eq(text(o, "exposure"), "closed");
	ck_assert_str_eq(text(o, "why"), "config");
	ck_assert_str_eq(text(o, "mode"), "enforce");
	ck_assert_str_eq(text(o, "port"), "eth1");
	ck_assert_int_eq(num(o, "seen"), 7);
	ck_assert(!json_object_object_get_ex(o, "until_s", &v));
	ck_assert(json_object_object_get_ex(o, "addresses", &v));
	ck_assert_str_eq(json_object_get_string(json_object_array_get_idx(v, 0)), "192.168.1.20");
	ck_assert(json_object_object_get_ex(o, "passed", &v));
	ck_assert_int_eq(num(v, "packets"), 12);
	ck_assert_int_eq(num(v, "bytes"), 1200);
	ck_assert(json_object_object_get_ex(o, "stopped", &v));
	ck_assert_int_eq(num(v, "packets"), 5);
	json_object_put(o);

	ck_assert_int_eq(cg_exposure_open(&c->exposure, T.now_ns, T.now_ns + 60 * SEC, NULL, false),
			 0);
	c->state.last_ns = 0;
	o = cg_view_cam(&T, &c->view);
	ck_assert_str_eq(text(o, "exposure"), "open");
	ck_assert_str_eq(text(o, "why"), "opening");
	ck_assert_int_eq(num(o, "until_s"), T.now_s + 60);
	ck_assert_str_eq(text(o, "seen"), "never");
	ck_assert(cg_view_never_seen(&c->view));
	json_object_put(o);
	cg_exposure_close(&c->exposure, false);
	o = cg_view_cam(&T, &c->view);
	ck_assert_str_eq(text(o, "why"), "manual");
	json_object_put(o);
	free(c);
}
END_TEST

START_TEST(counters)
{
	struct cg_stats *s = calloc(1, sizeof(*s));
	struct json_object *list, *o;

	s->c[CG_PLANE_DOWN][CG_DROP_INBOUND] = (struct cg_count){ 4, 400 };
	s->c[CG_PLANE_DOWN_MONITOR][CG_DROP_INBOUND] = (struct cg_count){ 1, UINT64_MAX };
	list = cg_view_counts(s);
	ck_assert_uint_eq(json_object_array_length(list), 2);
	o = json_object_array_get_idx(list, 0);
	ck_assert_str_eq(text(o, "direction"), "down");
	ck_assert_str_eq(text(o, "verdict"), "drop");
	ck_assert_str_eq(text(o, "reason"), "inbound");
	ck_assert_int_eq(num(o, "reason_nr"), 19);
	ck_assert_int_eq(num(o, "packets"), 4);
	ck_assert_str_eq(text(o, "monitored"), "false");
	o = json_object_array_get_idx(list, 1);
	ck_assert_str_eq(text(o, "verdict"), "pass");
	ck_assert_str_eq(text(o, "monitored"), "true");
	ck_assert_int_eq(num(o, "bytes"), INT64_MAX);
	json_object_put(list);
	free(s);
}
END_TEST

START_TEST(a_flow)
{
	struct cg_flow_key key = { .cam_port = htons(554), .peer_port = htons(40000), .proto = 6 };
	struct cg_flow flow = {
		.first_ns = T.now_ns - 20 * SEC,
		.last_ns = T.now_ns - 5 * SEC,
		.up_bytes = 1000,
		.rule = 0xffff,
		.class = CG_CLASS_UNRULED,
		.scope = CG_NET_REMOTE,
		.flags = CG_FLOW_BY_PEER,
		.reason = CG_PASS_OPEN,
	};
	struct json_object *o, *v;

	memcpy(key.peer, (const uint8_t[16]){ [10] = 0xff, 0xff, 203, 0, 113, 9 }, 16);
	o = cg_view_flow(&T, &key, &flow, NULL);
	ck_assert_str_eq(text(o, "peer"), "203.0.113.9");
	ck_assert_int_eq(num(o, "peer_port"), 40000);
	ck_assert_int_eq(num(o, "cam_port"), 554);
	ck_assert_str_eq(text(o, "proto"), "tcp");
	ck_assert_str_eq(text(o, "scope"), "remote");
	ck_assert_str_eq(text(o, "began"), "peer");
	ck_assert_str_eq(text(o, "class"), "unruled");
	ck_assert_str_eq(text(o, "verdict"), "pass");
	ck_assert_int_eq(num(o, "age_s"), 20);
	ck_assert_int_eq(num(o, "idle_s"), 5);
	ck_assert_int_eq(num(o, "up_bytes"), 1000);
	ck_assert(!json_object_object_get_ex(o, "rule", &v));
	json_object_put(o);
	flow.rule = 3;
	flow.flags = CG_FLOW_BY_PEER | CG_FLOW_BY_GATEWAY;
	flow.reason = CG_DROP_FROM_GATEWAY;
	o = cg_view_flow(&T, &key, &flow, "203.0.113.9");
	ck_assert_int_eq(num(o, "rule"), 3);
	ck_assert_str_eq(text(o, "rule_text"), "203.0.113.9");
	ck_assert_str_eq(text(o, "began"), "gateway");
	ck_assert_str_eq(text(o, "verdict"), "drop");
	json_object_put(o);
}
END_TEST

START_TEST(clocks)
{
	ck_assert_int_eq(cg_view_epoch(&T, T.now_ns), T.now_s);
	ck_assert_int_eq(cg_view_epoch(&T, T.now_ns + 90 * SEC), T.now_s + 90);
	ck_assert_int_eq(cg_view_epoch(&T, T.now_ns - 90 * SEC), T.now_s - 90);
	ck_assert_int_eq(cg_view_epoch(&T, T.now_ns + SEC / 2), T.now_s + 1);
}
END_TEST

int main(void)
{
	return UNIT_RUN("view", 10, sentences, a_camera, counters, a_flow, clocks);
}
