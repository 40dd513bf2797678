/* SPDX-License-Identifier: GPL-2.0-only */
/* learn over the socket: begins, ends by itself, sees events, names and flows, and opens nothing. */
#include <arpa/inet.h>
#include <camgate/ctl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include "harness.h"

#define LEARN "{\"v\":1,\"cmd\":\"learn\",\"cam\":\"nursery\""
#define SHOW  LEARN ",\"show\":true}"
#define STOP  LEARN ",\"stop\":true}"

static struct house h;
/* of the events sent next */
static uint8_t scope = CG_NET_REMOTE;

static void setup(void)
{
	house_make(&h);
	house_config(&h, CONFIG_TWO);
	ck_assert_int_eq(house_start(&h), 0);
}

static void teardown(void)
{
	house_end(&h);
}

static void send_event(uint32_t slot, const char *peer, uint16_t port, uint8_t type,
		       enum cg_reason reason, enum cg_plane plane)
{
	struct cg_event e = {
		.size = sizeof(e),
		.version = CG_BPF_ABI_VERSION,
		.type = type,
		.slot = slot,
		.ns = h.a.boot_ns(),
		.cam_port = htons(40000),
		.peer_port = htons(port),
		.proto = IPPROTO_TCP,
		.reason = (uint8_t)reason,
		.plane = (uint8_t)plane,
		.rule = 0xffff,
	};
	struct cg_addr addr;

	ck_assert_int_eq(cg_addr_parse(peer, &addr), 0);
	memcpy(e.peer, addr.b, sizeof(e.peer));
	e.scope = scope;
	fake_event_send(&e);
	house_pump(&h);
}

static void tried(const char *peer, uint16_t port)
{
	send_event(0, peer, port, CG_EVENT_DROP, CG_DROP_UNRULED, CG_PLANE_UP);
}

static size_t length(struct json_object *r, const char *key)
{
	struct json_object *o;

	return json_object_object_get_ex(r, key, &o) ? json_object_array_length(o) : 0;
}

static size_t peers_now(void)
{
	struct json_object *r = ASK(&h, CG_EXIT_OK, SHOW);
	size_t n = length(r, "peers");

	json_object_put(r);
	return n;
}

static void begin(const char *request)
{
	json_object_put(ASK(&h, CG_EXIT_OK, request));
}

START_TEST(begins_and_ends)
{
	struct json_object *r;

	tried("203.0.113.8", 443);
	r = ASK(&h, CG_EXIT_FAILED, SHOW);
	ck_assert_str_eq(reply_text(r, "error"), "nothing was learned of nursery");
	json_object_put(r);
	r = ASK(&h, CG_EXIT_OK, LEARN "}");
	ck_assert_int_eq(reply_int(r, "learning"), 1);
	ck_assert_int_eq(reply_int(r, "until_s") - reply_int(r, "began_s"), CG_LEARN_DEFAULT_S);
	ck_assert_str_eq(reply_text(r, "block"), "");
	json_object_put(r);
	/* what was before is not in it */
	ck_assert_uint_eq(peers_now(), 0);
	tried("203.0.113.9", 443);
	tried("203.0.113.9", 443);
	r = ASK(&h, CG_EXIT_OK, SHOW);
	ck_assert_str_eq(reply_text(r, "peers/0/peer"), "203.0.113.9");
	ck_assert_str_eq(reply_text(r, "peers/0/as"), "allow");
	ck_assert_str_eq(reply_text(r, "peers/0/rule"), "203.0.113.9:443/tcp");
	ck_assert_int_eq(reply_int(r, "peers/0/reports"), 2);
	ck_assert_ptr_nonnull(strstr(reply_text(r, "block"), "\"203.0.113.9:443/tcp\","));
	json_object_put(r);
	/* a second one moves the end and keeps what is there */
	begin(LEARN ",\"for_s\":60}");
	ck_assert_uint_eq(peers_now(), 1);
	house_later(&h, 59);
	tried("203.0.113.10", 443);
	house_later(&h, 2);
	tried("203.0.113.11", 443);
	r = ASK(&h, CG_EXIT_OK, SHOW);
	ck_assert_int_eq(reply_int(r, "learning"), 0);
	ck_assert_uint_eq(length(r, "peers"), 2);
	json_object_put(r);
	/* one after the end begins anew */
	begin(LEARN ",\"for_s\":60}");
	ck_assert_uint_eq(peers_now(), 0);
	tried("203.0.113.12", 443);
	r = ASK(&h, CG_EXIT_OK, STOP);
	ck_assert_int_eq(reply_int(r, "learning"), 0);
	ck_assert_uint_eq(length(r, "peers"), 1);
	json_object_put(r);
	tried("203.0.113.13", 443);
	ck_assert_uint_eq(peers_now(), 1);
}
END_TEST

START_TEST(refused)
{
	ck_assert_int_eq(house_code(&h, "{\"v\":1,\"cmd\":\"learn\"}"), CG_EXIT_USAGE);
	ck_assert_int_eq(house_code(&h, "{\"v\":1,\"cmd\":\"learn\",\"cam\":\"attic\"}"),
			 CG_EXIT_FAILED);
	ck_assert_int_eq(house_code(&h, LEARN ",\"for_s\":0}"), CG_EXIT_USAGE);
	ck_assert_int_eq(house_code(&h, LEARN ",\"for_s\":604801}"), CG_EXIT_USAGE);
	ck_assert_int_eq(house_code(&h, LEARN ",\"for_s\":604800}"), CG_EXIT_OK);
	ck_assert_int_eq(house_code(&h, LEARN ",\"for_s\":\"1\"}"), CG_EXIT_USAGE);
	ck_assert_int_eq(house_code(&h,
				    "{\"v\":1,\"cmd\":\"learn\",\"cam\":\"garden\",\"stop\":true}"),
			 CG_EXIT_FAILED);
}
END_TEST

START_TEST(what_counts)
{
	struct json_object *r;

	begin(LEARN "}");
	/* another camera; at home; spoofed; from outside; of its rules; answers */
	send_event(1, "203.0.113.1", 443, CG_EVENT_DROP, CG_DROP_SEALED, CG_PLANE_UP);
	send_event(0, "203.0.113.2", 443, CG_EVENT_DROP, CG_DROP_SPOOF, CG_PLANE_UP);
	send_event(0, "203.0.113.3", 443, CG_EVENT_SEEN, CG_DROP_UNRULED, CG_PLANE_UP);
	scope = CG_NET_LAN;
	tried("192.168.1.30", 443);
	scope = CG_NET_REMOTE;
	ck_assert_uint_eq(peers_now(), 0);
	send_event(0, "203.0.113.66", 50001, CG_EVENT_DROP, CG_DROP_INBOUND, CG_PLANE_DOWN_MONITOR);
	send_event(0, "203.0.113.66", 50001, CG_EVENT_DROP, CG_DROP_UNRULED, CG_PLANE_UP_MONITOR);
	send_event(0, "198.51.100.7", 443, CG_EVENT_FLOW, CG_PASS_CONTROL, CG_PLANE_UP);
	send_event(0, "203.0.113.4", 443, CG_EVENT_DROP, CG_DROP_UNRULED, CG_PLANE_UP_MONITOR);
	send_event(0, "203.0.113.4", 443, CG_EVENT_DROP, CG_DROP_INBOUND, CG_PLANE_DOWN_MONITOR);
	r = ASK(&h, CG_EXIT_OK, SHOW);
	ck_assert_uint_eq(length(r, "peers"), 3);
	ck_assert_str_eq(reply_text(r, "peers/0/as"), "outside");
	ck_assert_str_eq(reply_text(r, "peers/1/as"), "passes");
	ck_assert_str_eq(reply_text(r, "peers/2/as"), "allow");
	json_object_put(r);
}
END_TEST

START_TEST(names)
{
	struct cg_name_event e = {
		.size = sizeof(e),
		.version = CG_BPF_ABI_VERSION,
		.ns = h.a.boot_ns(),
		.result = CG_DNS_LEARNED,
		.len = 20,
		.name = "example.vendor.idle.",
	};
	struct json_object *r;

	ck_assert_int_eq(cg_addr_parse("203.0.113.9", &fake_kernel.named.addr), 0);
	strcpy(fake_kernel.named.name.text, "api.vendor.example");
	begin(LEARN "}");
	fake_name_event(&e);
	/* a stranger's word is no question of the camera */
	memcpy(e.name, "example.vendor.evil.", 20);
	e.result = CG_DNS_UNASKED;
	fake_name_event(&e);
	tried("203.0.113.9", 443);
	tried("203.0.113.10", 443);
	r = ASK(&h, CG_EXIT_OK, SHOW);
	ck_assert_str_eq(reply_text(r, "peers/0/rule"), "api.vendor.example:443/tcp");
	ck_assert_str_eq(reply_text(r, "peers/1/rule"), "203.0.113.10:443/tcp");
	ck_assert_str_eq(reply_text(r, "names/0/name"), "idle.vendor.example");
	ck_assert_uint_eq(length(r, "names"), 2);
	ck_assert_ptr_nonnull(
		strstr(reply_text(r, "block"), "#        idle.vendor.example, 1 report"));
	json_object_put(r);
}
END_TEST

/* Flows that began before, which have no event. */
START_TEST(flows)
{
	struct json_object *r;
	struct cg_addr addr;

	ck_assert_int_eq(cg_addr_parse("203.0.113.20", &addr), 0);
	for (size_t i = 0; i < 3; i++) {
		fake_kernel.flow_key[i] = (struct cg_flow_key){ .cam_port = htons(40000),
								.peer_port = htons(443),
								.proto = IPPROTO_TCP };
		memcpy(fake_kernel.flow_key[i].peer, addr.b, 16);
		fake_kernel.flow_key[i].peer[15] += (uint8_t)i;
		fake_kernel.flow[i] =
			(struct cg_flow){ .reason = CG_PASS_OPEN, .last_ns = h.a.boot_ns() };
	}
	fake_kernel.flow[1].flags = CG_FLOW_BY_PEER;
	fake_kernel.flow[2].last_ns = 1; /* nothing since */
	fake_kernel.nflows = 3;
	begin(LEARN "}");
	r = ASK(&h, CG_EXIT_OK, SHOW);
	ck_assert_uint_eq(length(r, "peers"), 2);
	ck_assert_str_eq(reply_text(r, "peers/0/as"), "open");
	ck_assert_int_eq(reply_int(r, "peers/0/reports"), 1);
	ck_assert_str_eq(reply_text(r, "peers/1/as"), "outside");
	json_object_put(r);
	/* one that comes to life is seen by the next look */
	house_later(&h, 30);
	fake_kernel.flow[2].last_ns = h.a.boot_ns();
	house_later(&h, 11);
	fake_fail("flows_read", 1, -EIO);
	r = ASK(&h, CG_EXIT_OK, SHOW);
	ck_assert_uint_eq(length(r, "peers"), 3);
	json_object_put(r);
}
END_TEST

/* A closed camera stays closed, and that is said; monitor is told, too. */
START_TEST(opens_nothing)
{
	struct cg_exposure before = fake_kernel.exposure[0];
	int applied = fake_kernel.applied;
	struct json_object *r = ASK(&h, CG_EXIT_OK, LEARN "}");

	ck_assert_int_eq(memcmp(&before, &fake_kernel.exposure[0], sizeof(before)), 0);
	ck_assert_int_eq(fake_kernel.applied, applied);
	ck_assert_str_eq(reply_text(r, "mode"), "enforce");
	ck_assert_ptr_nonnull(strstr(reply_text(r, "note"), "it stays closed"));
	ck_assert_ptr_nonnull(strstr(reply_text(r, "note"), "mode = monitor"));
	json_object_put(r);
	tried("203.0.113.9", 443);
	house_config(&h, "lan = { \"br-lan\" }\ncamera \"nursery\" {\n"
			 "\tmac = { \"02:ca:00:00:00:01\" }\n\tmode = monitor\n}\n");
	json_object_put(ASK(&h, CG_EXIT_OK, "{\"v\":1,\"cmd\":\"reload\"}"));
	r = ASK(&h, CG_EXIT_OK, SHOW);
	ck_assert_str_eq(reply_text(r, "mode"), "monitor");
	ck_assert_ptr_nonnull(strstr(reply_text(r, "note"), "can be watched from outside"));
	/* a reload keeps what was learned */
	ck_assert_uint_eq(length(r, "peers"), 1);
	json_object_put(r);
}
END_TEST

START_TEST(so_many_at_once)
{
	char text[4096] = "lan = { \"br-lan\" }\n", ask[96];
	size_t n = strlen(text);

	for (int i = 0; i < 17; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n,
				      "camera \"c%d\" { mac = { \"02:ca:00:00:01:%02d\" } }\n", i,
				      i);
	house_config(&h, text);
	json_object_put(ASK(&h, CG_EXIT_OK, "{\"v\":1,\"cmd\":\"reload\"}"));
	for (int i = 0; i < 17; i++) {
		snprintf(ask, sizeof(ask), "{\"v\":1,\"cmd\":\"learn\",\"cam\":\"c%d\"}", i);
		ck_assert_int_eq(house_code(&h, ask), i < 16 ? CG_EXIT_OK : CG_EXIT_FAILED);
	}
	/* one that has ended gives its place */
	json_object_put(
		ASK(&h, CG_EXIT_OK, "{\"v\":1,\"cmd\":\"learn\",\"cam\":\"c3\",\"stop\":true}"));
	ck_assert_int_eq(house_code(&h, "{\"v\":1,\"cmd\":\"learn\",\"cam\":\"c16\"}"), CG_EXIT_OK);
	ck_assert_int_eq(house_code(&h, "{\"v\":1,\"cmd\":\"learn\",\"cam\":\"c3\"}"),
			 CG_EXIT_FAILED);
	ck_assert_int_eq(house_code(&h, "{\"v\":1,\"cmd\":\"learn\",\"cam\":\"c4\",\"show\":true}"),
			 CG_EXIT_OK);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("learn");
	TCase *tc = tcase_create("learn");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, begins_and_ends);
	tcase_add_test(tc, refused);
	tcase_add_test(tc, what_counts);
	tcase_add_test(tc, names);
	tcase_add_test(tc, flows);
	tcase_add_test(tc, opens_nothing);
	tcase_add_test(tc, so_many_at_once);
	suite_add_tcase(s, tc);
	return suite_run(s);
}
