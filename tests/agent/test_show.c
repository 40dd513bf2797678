/* SPDX-License-Identifier: GPL-2.0-only */
/* What the agent tells: status, who, blocked, why, counters, doctor. */
#include <arpa/inet.h>
#include <camgate/ctl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include "harness.h"

#define BLOCKED "{\"v\":1,\"cmd\":\"blocked\",\"cam\":\"nursery\"}"
#define STATUS	"{\"v\":1,\"cmd\":\"status\"}"
#define DOCTOR	"{\"v\":1,\"cmd\":\"doctor\"}"

static struct house h;

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

static struct cg_event drop(const char *peer, uint16_t port, enum cg_reason reason,
			    enum cg_plane plane)
{
	struct cg_event e = {
		.size = sizeof(e),
		.version = CG_BPF_ABI_VERSION,
		.type = CG_EVENT_DROP,
		.ns = h.a.boot_ns(),
		.cam_port = htons(554),
		.peer_port = htons(port),
		.proto = IPPROTO_TCP,
		.reason = (uint8_t)reason,
		.plane = (uint8_t)plane,
		.rule = 0xffff,
	};
	struct cg_addr addr;

	ck_assert_int_eq(cg_addr_parse(peer, &addr), 0);
	memcpy(e.peer, addr.b, sizeof(e.peer));
	return e;
}

static void send_event(const struct cg_event *e)
{
	fake_event_send(e);
	house_pump(&h);
}

static size_t length(struct json_object *r, const char *key)
{
	struct json_object *o;

	return json_object_object_get_ex(r, key, &o) ? json_object_array_length(o) : 0;
}

START_TEST(blocked_is_put_together)
{
	struct cg_event up = drop("203.0.113.9", 8443, CG_DROP_UNRULED, CG_PLANE_UP);
	struct cg_event in = drop("203.0.113.77", 50001, CG_DROP_INBOUND, CG_PLANE_DOWN);
	struct json_object *r;

	send_event(&up);
	send_event(&up);
	send_event(&in);
	/* Another client port of the same stranger is the same thing. */
	in.peer_port = htons(50002);
	send_event(&in);
	r = ASK(&h, CG_EXIT_OK, BLOCKED);
	ck_assert_uint_eq(length(r, "blocked"), 2);
	ck_assert_str_eq(reply_text(r, "blocked/0/peer"), "203.0.113.9");
	ck_assert_int_eq(reply_int(r, "blocked/0/port"), 8443);
	ck_assert_str_eq(reply_text(r, "blocked/0/reason"), "unruled");
	ck_assert_int_eq(reply_int(r, "blocked/0/reason_nr"), CG_DROP_UNRULED);
	ck_assert_str_eq(reply_text(r, "blocked/0/direction"), "up");
	ck_assert_int_eq(reply_int(r, "blocked/0/packets"), 2);
	ck_assert_int_eq(reply_int(r, "blocked/1/port"), 554);
	ck_assert_str_eq(reply_text(r, "blocked/1/direction"), "down");
	ck_assert_int_eq(reply_int(r, "blocked/1/packets"), 2);
	ck_assert_int_eq(reply_int(r, "blocked/1/last_s"), REAL_START);
	json_object_put(r);
	/* Of the other camera nothing is known. */
	r = ASK(&h, CG_EXIT_OK, "{\"v\":1,\"cmd\":\"blocked\",\"cam\":\"garden\"}");
	ck_assert_uint_eq(length(r, "blocked"), 0);
	json_object_put(r);
}
END_TEST

START_TEST(blocked_of_late)
{
	struct cg_event e = drop("203.0.113.9", 1, CG_DROP_UNRULED, CG_PLANE_UP);
	struct json_object *r;

	send_event(&e);
	house_later(&h, 100);
	e = drop("203.0.113.9", 2, CG_DROP_UNRULED, CG_PLANE_UP);
	send_event(&e);
	r = ASK(&h, CG_EXIT_OK, "{\"v\":1,\"cmd\":\"blocked\",\"cam\":\"nursery\",\"since_s\":50}");
	ck_assert_uint_eq(length(r, "blocked"), 1);
	ck_assert_int_eq(reply_int(r, "blocked/0/port"), 2);
	json_object_put(r);
	r = ASK(&h, CG_EXIT_OK, BLOCKED);
	ck_assert_uint_eq(length(r, "blocked"), 2);
	json_object_put(r);
	/* An hour later nothing is kept. */
	for (int i = 0; i < 62; i++)
		house_later(&h, 60);
	ck_assert_ptr_null(cg_blocked_read(h.a.run.blocked, 0, &(size_t){ 0 }));
}
END_TEST

START_TEST(blocked_is_bounded_and_fair)
{
	struct cg_event e;
	struct json_object *r;

	e = drop("198.51.100.99", 9, CG_DROP_UNRULED, CG_PLANE_UP);
	e.slot = 1;
	send_event(&e);
	for (int i = 0; i < 1000; i++) {
		e = drop("203.0.113.9", (uint16_t)(i + 1), CG_DROP_UNRULED, CG_PLANE_UP);
		e.ns += (uint64_t)i;
		send_event(&e);
	}
	r = ASK(&h, CG_EXIT_OK, BLOCKED);
	ck_assert_uint_eq(length(r, "blocked"), CG_BLOCKED_PER_CAM);
	/* The newest are kept, what was not seen for longest gave way. */
	ck_assert_ptr_nonnull(strstr(json_object_to_json_string(r), "\"port\": 1000"));
	ck_assert_ptr_nonnull(strstr(json_object_to_json_string(r), "\"port\": 937"));
	ck_assert_ptr_null(strstr(json_object_to_json_string(r), "\"port\": 936"));
	json_object_put(r);
	r = ASK(&h, CG_EXIT_OK, "{\"v\":1,\"cmd\":\"blocked\",\"cam\":\"garden\"}");
	ck_assert_uint_eq(length(r, "blocked"), 1);
	json_object_put(r);
}
END_TEST

/* What the camera asked for, what it may be, what to type; kept when the packet path has
 * forgotten the name. */
START_TEST(blocked_by_name)
{
	struct cg_event e = drop("203.0.113.9", 443, CG_DROP_UNRULED, CG_PLANE_UP);
	struct json_object *r;

	memcpy(fake_kernel.named.addr.b, e.peer, sizeof(e.peer));
	fake_kernel.named.name = (struct cg_datapath_name){ "pushx.reolink.com", BOOT_START,
							    BOOT_START + 60 * CG_SEC_NS };
	send_event(&e);
	memset(&fake_kernel.named, 0xff, sizeof(fake_kernel.named.addr));
	send_event(&e);
	e = drop("203.0.113.10", 123, CG_DROP_UNRULED, CG_PLANE_UP);
	e.proto = IPPROTO_UDP;
	send_event(&e);
	r = ASK(&h, CG_EXIT_OK, BLOCKED);
	ck_assert_uint_eq(length(r, "blocked"), 2);
	ck_assert_str_eq(reply_text(r, "blocked/0/name"), "pushx.reolink.com");
	ck_assert_str_eq(reply_text(r, "blocked/0/peer"), "203.0.113.9");
	ck_assert_int_eq(reply_int(r, "blocked/0/packets"), 2);
	ck_assert_str_eq(reply_text(r, "blocked/0/guess"), "push");
	ck_assert_str_eq(reply_text(r, "blocked/0/known"), "true");
	ck_assert_str_eq(reply_text(r, "blocked/0/maker"), "Reolink");
	ck_assert_str_eq(reply_text(r, "blocked/0/mend"),
			 "camgate allow nursery pushx.reolink.com:443/tcp");
	ck_assert_str_eq(reply_text(r, "blocked/1/name"), "");
	ck_assert_str_eq(reply_text(r, "blocked/1/guess"), "time");
	ck_assert_str_eq(reply_text(r, "blocked/1/known"), "false");
	ck_assert_str_eq(reply_text(r, "blocked/1/mend"),
			 "camgate allow nursery 203.0.113.10:123/udp");
	json_object_put(r);
	/* What is typed so is taken. */
	ck_assert_int_eq(house_code(&h, "{\"v\":1,\"cmd\":\"allow\",\"cam\":\"nursery\","
					"\"rule\":\"pushx.reolink.com:443/tcp\"}"),
			 0);
	/* Asked for only now. */
	memcpy(fake_kernel.named.addr.b, e.peer, sizeof(e.peer));
	snprintf(fake_kernel.named.name.text, sizeof(fake_kernel.named.name.text),
		 "p2p3.reolink.com");
	r = ASK(&h, CG_EXIT_OK, BLOCKED);
	ck_assert_str_eq(reply_text(r, "blocked/1/name"), "p2p3.reolink.com");
	ck_assert_str_eq(reply_text(r, "blocked/1/guess"), "relay");
	ck_assert_str_eq(reply_text(r, "blocked/1/mend"), "camgate open nursery 30m");
	json_object_put(r);
}
END_TEST

#define CONFIG_PROFILE                                                            \
	"lan = { \"br-lan\" }\nprofiles = shipped\n"                              \
	"camera \"nursery\" { mac = { \"02:ca:00:00:00:01\" } profile = acme }\n" \
	"camera \"garden\" { mac = { \"02:ca:00:00:00:02\" } }\n"

static void profile_write(const char *folder, const char *text)
{
	char path[160];

	snprintf(path, sizeof(path), "%s/%s", h.dir, folder);
	ck_assert(!mkdir(path, 0755) || errno == EEXIST);
	snprintf(path, sizeof(path), "%s/%s/acme.conf", h.dir, folder);
	file_write(path, text);
}

START_TEST(a_profile_is_said_in_words)
{
	struct json_object *r;

	profile_write("shipped", "protection = full\nlocal_view = cloud-only\n"
				 "allow = { \"push.acme.example:443/tcp\" }\n");
	house_config(&h, CONFIG_PROFILE);
	ck_assert_int_eq(house_code(&h, "{\"v\":1,\"cmd\":\"reload\"}"), 0);
	r = house_ask(&h, STATUS);
	ck_assert_str_eq(reply_text(r, "cams/0/profile"), "acme");
	ck_assert_str_eq(reply_text(r, "cams/0/protection"), "full");
	ck_assert_str_eq(reply_text(r, "cams/0/local_view"), "cloud-only");
	ck_assert_str_eq(reply_text(r, "cams/0/profile_text"),
			 "closed, no known way to watch it from outside is left; this camera's app "
			 "goes through its maker's cloud even at home; closed stops that too");
	ck_assert_str_eq(reply_text(r, "cams/1/profile"), "");
	ck_assert_str_eq(reply_text(r, "cams/1/protection"), "");
	json_object_put(r);
	/* A rule of it is named so, with its own file. */
	fake_kernel.answer = (struct cg_datapath_answer){ .reason = CG_PASS_CONTROL, .rule = 0 };
	r = ASK(&h, CG_EXIT_OK,
		"{\"v\":1,\"cmd\":\"why\",\"cam\":\"nursery\",\"address\":\"198.51.100.7\"}");
	ck_assert_str_eq(reply_text(r, "profile"), "acme");
	ck_assert_str_eq(reply_text(r, "rule"), "allow push.acme.example:443/tcp");
	ck_assert_ptr_nonnull(strstr(reply_text(r, "file"), "/shipped/acme.conf"));
	ck_assert_int_eq(reply_int(r, "line"), 3);
	ck_assert_ptr_nonnull(strstr(reply_text(r, "text"), ", profile acme, "));
	json_object_put(r);
	/* The household's own is taken with the next reload; a broken one changes nothing. */
	profile_write("profiles.d", "protection = none\nlocal_view = yes\nallow = {\n");
	r = ASK(&h, CG_EXIT_CONFIG, "{\"v\":1,\"cmd\":\"reload\"}");
	ck_assert_ptr_nonnull(strstr(reply_text(r, "error"), "/profiles.d/acme.conf:3:"));
	json_object_put(r);
	r = house_ask(&h, STATUS);
	ck_assert_str_eq(reply_text(r, "cams/0/protection"), "full");
	json_object_put(r);
	profile_write("profiles.d", "protection = none\nlocal_view = yes\n");
	ck_assert_int_eq(house_code(&h, "{\"v\":1,\"cmd\":\"reload\"}"), 0);
	r = house_ask(&h, STATUS);
	ck_assert_str_eq(reply_text(r, "cams/0/protection"), "none");
	json_object_put(r);
	ck_assert_uint_eq(cg_agent_find(&h.a, "nursery")->policy->nrules, 0);
}
END_TEST

START_TEST(strange_events)
{
	struct cg_event e = drop("203.0.113.9", 1, CG_DROP_UNRULED, CG_PLANE_UP);

	e.slot = UINT32_MAX;
	send_event(&e);
	e.slot = 0;
	e.reason = 250;
	send_event(&e);
	e.reason = CG_DROP_UNRULED;
	e.plane = 99;
	send_event(&e);
	e.type = 77;
	send_event(&e);
	ck_assert_int_eq(house_code(&h, BLOCKED), 0);
}
END_TEST

START_TEST(blocked_goes_with_its_camera)
{
	struct cg_event e = drop("203.0.113.9", 1, CG_DROP_UNRULED, CG_PLANE_UP);
	struct json_object *r;

	send_event(&e);
	/* Another camera gets the slot: it has no past. */
	house_config(
		&h, "lan = { \"br-lan\" }\ncamera \"attic\" { mac = { \"02:ca:00:00:00:07\" } }\n");
	ck_assert_int_eq(house_code(&h, "{\"v\":1,\"cmd\":\"reload\"}"), 0);
	r = ASK(&h, CG_EXIT_OK, "{\"v\":1,\"cmd\":\"blocked\",\"cam\":\"attic\"}");
	ck_assert_uint_eq(length(r, "blocked"), 0);
	json_object_put(r);
}
END_TEST

START_TEST(status_counts)
{
	struct cg_stats *s = &fake_kernel.stats[0];
	struct cg_state *st = &fake_kernel.state[0];
	struct json_object *r;
	struct cg_addr addr;

	s->c[CG_PLANE_UP][CG_PASS_CONTROL] = (struct cg_count){ 10, 1000 };
	s->c[CG_PLANE_DOWN][CG_PASS_CONTROL] = (struct cg_count){ 5, 500 };
	s->c[CG_PLANE_UP][CG_DROP_UNRULED] = (struct cg_count){ 3, 300 };
	s->c[CG_PLANE_UP_MONITOR][CG_DROP_UNRULED] = (struct cg_count){ 2, 200 };
	st->last_ns = BOOT_START - 7 * CG_SEC_NS;
	st->ifindex = IF_LAN2;
	st->naddr = 1;
	ck_assert_int_eq(cg_addr_parse("192.168.1.20", &addr), 0);
	memcpy(st->addr[0], addr.b, 16);
	r = ASK(&h, CG_EXIT_PARTIAL, STATUS);
	ck_assert_int_eq(reply_int(r, "cams/0/passed/packets"), 17);
	ck_assert_int_eq(reply_int(r, "cams/0/passed/bytes"), 1700);
	ck_assert_int_eq(reply_int(r, "cams/0/stopped/packets"), 3);
	ck_assert_int_eq(reply_int(r, "cams/0/seen"), 7);
	ck_assert_str_eq(reply_text(r, "cams/0/port"), "lan2");
	ck_assert_str_eq(reply_text(r, "cams/0/addresses/0"), "192.168.1.20");
	ck_assert_str_eq(reply_text(r, "cams/1/seen"), "never");
	ck_assert_str_eq(reply_text(r, "attention/0"), "garden: never seen: check the MAC");
	json_object_put(r);
	/* All seen, all attached: nothing to worry about. */
	fake_kernel.state[1].last_ns = 1;
	r = ASK(&h, CG_EXIT_OK, STATUS);
	ck_assert_uint_eq(length(r, "attention"), 0);
	json_object_put(r);
	r = ASK(&h, CG_EXIT_OK, "{\"v\":1,\"cmd\":\"counters\",\"cam\":\"nursery\"}");
	ck_assert_uint_eq(length(r, "cams"), 1);
	ck_assert_str_eq(reply_text(r, "cams/0/counts/0/reason"), "control");
	ck_assert_str_eq(reply_text(r, "cams/0/counts/1/verdict"), "drop");
	ck_assert_str_eq(reply_text(r, "cams/0/counts/3/monitored"), "true");
	ck_assert_str_eq(reply_text(r, "cams/0/counts/3/verdict"), "pass");
	json_object_put(r);
}
END_TEST

START_TEST(who_is_there)
{
	struct cg_flow_key *k = &fake_kernel.flow_key[0];
	struct cg_flow *f = &fake_kernel.flow[0];
	struct json_object *r;
	struct cg_addr addr;

	ck_assert_int_eq(cg_addr_parse("198.51.100.7", &addr), 0);
	memcpy(k->peer, addr.b, 16);
	k->peer_port = htons(443);
	k->cam_port = htons(40000);
	k->proto = IPPROTO_TCP;
	*f = (struct cg_flow){
		.first_ns = BOOT_START - 60 * CG_SEC_NS,
		.last_ns = BOOT_START - 2 * CG_SEC_NS,
		.up_bytes = 1234,
		.gen = 1,
		.rule = 0,
		.class = CG_CLASS_CONTROL,
		.reason = CG_PASS_CONTROL,
	};
	fake_kernel.flow_key[1] = *k;
	fake_kernel.flow_key[1].slot = 1;
	fake_kernel.nflows = 2;
	r = ASK(&h, CG_EXIT_OK, "{\"v\":1,\"cmd\":\"who\",\"cam\":\"nursery\"}");
	ck_assert_uint_eq(length(r, "peers"), 1);
	ck_assert_str_eq(reply_text(r, "peers/0/peer"), "198.51.100.7");
	ck_assert_int_eq(reply_int(r, "peers/0/peer_port"), 443);
	ck_assert_str_eq(reply_text(r, "peers/0/began"), "camera");
	ck_assert_str_eq(reply_text(r, "peers/0/class"), "control");
	ck_assert_int_eq(reply_int(r, "peers/0/age_s"), 60);
	ck_assert_int_eq(reply_int(r, "peers/0/idle_s"), 2);
	ck_assert_str_eq(reply_text(r, "peers/0/rule_text"), "allow 198.51.100.0/24:443/tcp");
	json_object_put(r);
	/* The rules of another generation are not quoted. */
	f->gen = 7;
	r = ASK(&h, CG_EXIT_OK, "{\"v\":1,\"cmd\":\"who\",\"cam\":\"nursery\"}");
	ck_assert_str_eq(reply_text(r, "peers/0/rule_text"), "");
	json_object_put(r);
	fake_fail("flows_read", 1, -EIO);
	ck_assert_int_eq(house_code(&h, "{\"v\":1,\"cmd\":\"who\",\"cam\":\"nursery\"}"),
			 CG_EXIT_FAILED);
}
END_TEST

START_TEST(why_names_the_line)
{
	struct json_object *r;

	memcpy(fake_kernel.named.addr.b, "\0\0\0\0\0\0\0\0\0\0\xff\xff\xc6\x33\x64\x07", 16);
	fake_kernel.named.name = (struct cg_datapath_name){ "api.vendor.example",
							    BOOT_START - 7 * CG_SEC_NS,
							    BOOT_START + 60 * CG_SEC_NS };
	fake_kernel.answer = (struct cg_datapath_answer){ .reason = CG_PASS_CONTROL, .rule = 0 };
	r = ASK(&h, CG_EXIT_OK,
		"{\"v\":1,\"cmd\":\"why\",\"cam\":\"nursery\",\"address\":\"198.51.100.7\","
		"\"port\":443,\"proto\":\"tcp\",\"direction\":\"up\"}");
	ck_assert_str_eq(reply_text(r, "verdict"), "pass");
	ck_assert_str_eq(reply_text(r, "rule"), "allow 198.51.100.0/24:443/tcp");
	ck_assert_str_eq(reply_text(r, "file"), h.config);
	ck_assert_int_eq(reply_int(r, "line"), 4);
	ck_assert_str_eq(reply_text(r, "budget"), "rate=2k burst=64k hour=4M");
	ck_assert_str_eq(reply_text(r, "names/0/name"), "api.vendor.example");
	ck_assert_int_eq(reply_int(r, "names/0/asked_s"), 7);
	ck_assert_int_eq(reply_int(r, "names/0/left_s"), 60);
	ck_assert_ptr_nonnull(
		strstr(reply_text(r, "text"), "nursery to 198.51.100.7:443/tcp passes"));
	json_object_put(r);
	ck_assert(fake_kernel.probe.up);
	ck_assert_uint_eq(fake_kernel.probe.port, 443);
	ck_assert_uint_eq(fake_kernel.probe.proto, IPPROTO_TCP);

	fake_kernel.answer = (struct cg_datapath_answer){ .reason = CG_DROP_UNRULED, .rule = -1 };
	r = ASK(&h, CG_EXIT_OK,
		"{\"v\":1,\"cmd\":\"why\",\"cam\":\"nursery\",\"address\":\"2001:db8::1\","
		"\"proto\":\"udp\"}");
	ck_assert_str_eq(reply_text(r, "verdict"), "drop");
	ck_assert_str_eq(reply_text(r, "reason"), "unruled");
	ck_assert_str_eq(reply_text(r, "names/0/name"), "");
	ck_assert_str_eq(reply_text(r, "rule"), "");
	ck_assert_ptr_nonnull(strstr(reply_text(r, "text"), "[2001:db8::1]:443/udp is stopped"));
	ck_assert_str_eq(reply_text(r, "inbound/direction"), "down");
	json_object_put(r);
	ck_assert(!fake_kernel.probe.up);
	fake_fail("why", 1, -EIO);
	ck_assert_int_eq(
		house_code(&h,
			   "{\"v\":1,\"cmd\":\"why\",\"cam\":\"nursery\",\"address\":\"1.2.3.4\"}"),
		CG_EXIT_FAILED);
}
END_TEST

static bool finds(const char *level, const char *what, const char *text)
{
	struct json_object *r = house_ask(&h, DOCTOR), *list;
	bool found = false;

	json_object_object_get_ex(r, "findings", &list);
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *o = json_object_array_get_idx(list, i);

		found |= !strcmp(reply_text(o, "level"), level) &&
			 !strcmp(reply_text(o, "what"), what) &&
			 strstr(reply_text(o, "text"), text);
	}
	json_object_put(r);
	return found;
}

/* What the packet path counts by, wherever that is written. */
START_TEST(why_says_the_budget)
{
	static const char WHY[] =
		"{\"v\":1,\"cmd\":\"why\",\"cam\":\"nursery\",\"address\":\"192.0.2.1\",\"direction\":\"up\"}";
	struct json_object *r;

	house_config(&h, "lan = { \"br-lan\" }\n"
			 "defaults { upload_budget = \"burst=8M\" }\n"
			 "camera \"nursery\" { mac = { \"02:ca:00:00:00:01\" } signs = { budget }\n"
			 "upload = { \"192.0.2.1 rate=64k\" } deny = { 192.0.2.9 } }\n"
			 "camera \"garden\" { mac = { \"02:ca:00:00:00:02\" } }\n");
	ck_assert_int_eq(house_code(&h, "{\"v\":1,\"cmd\":\"reload\"}"), 0);
	fake_kernel.answer = (struct cg_datapath_answer){ .reason = CG_PASS_UPLOAD, .rule = 1 };
	r = ASK(&h, CG_EXIT_OK, WHY);
	ck_assert_str_eq(reply_text(r, "rule"), "upload 192.0.2.1 rate=64k");
	ck_assert_str_eq(reply_text(r, "budget"), "rate=64k burst=8M hour=128M");
	json_object_put(r);
	fake_kernel.answer = (struct cg_datapath_answer){ .reason = CG_DROP_DENIED, .rule = 0 };
	r = ASK(&h, CG_EXIT_OK, WHY);
	ck_assert_str_eq(reply_text(r, "budget"), "");
	json_object_put(r);
	house_config(&h, "lan = { \"br-lan\" }\n"
			 "camera \"nursery\" { mac = { \"02:ca:00:00:00:01\" } signs = { rate }\n"
			 "upload = { \"192.0.2.1 rate=64k\" } }\n");
	ck_assert_int_eq(house_code(&h, "{\"v\":1,\"cmd\":\"reload\"}"), 0);
	fake_kernel.answer = (struct cg_datapath_answer){ .reason = CG_PASS_UPLOAD, .rule = 0 };
	r = ASK(&h, CG_EXIT_OK, WHY);
	ck_assert_str_eq(reply_text(r, "budget"), "");
	json_object_put(r);
}
END_TEST

START_TEST(doctor_finds)
{
	ck_assert(finds("ok", "port", "lan1: attached"));
	ck_assert(finds("ok", "config", "generation 1: 2 cameras, 1 rules"));
	ck_assert(finds("warn", "camera", "nursery: never seen"));
	ck_assert(!finds("warn", "port", "asked before ours"));
	fake_links.filter[fake_links.nfilter++] =
		(struct cg_link_filter){ .pref = 10, .handle = 1, .kind = "bpf" };
	ck_assert(finds("warn", "port", "lan1: a bpf filter at preference 10"));
	/* One behind ours sees what we let pass: no harm. */
	fake_links.filter[0].pref = 0x110;
	ck_assert(!finds("warn", "port", "asked before ours"));
	fake_kernel.state[0].last_ns = 1;
	ck_assert(!finds("warn", "camera", "nursery: never seen"));
	fake_kernel.lost = 5;
	ck_assert(finds("warn", "events", "5 events were lost"));
	fake_filter_gone(IF_LAN2);
	ck_assert(finds("fail", "port", "lan2: not enforced"));
	ck_assert_int_eq(house_code(&h, DOCTOR), CG_EXIT_PARTIAL);
	house_config(&h, "lan = {");
	ck_assert_int_eq(house_code(&h, "{\"v\":1,\"cmd\":\"reload\"}"), CG_EXIT_CONFIG);
	ck_assert(finds("fail", "config", "generation 1 stays in force"));
}
END_TEST

START_TEST(monitor_is_said)
{
	struct json_object *r;

	house_config(&h, "lan = { \"br-lan\" }\n"
			 "camera \"nursery\" { mac = { \"02:ca:00:00:00:01\" } mode = monitor }\n");
	ck_assert_int_eq(house_code(&h, "{\"v\":1,\"cmd\":\"reload\"}"), 0);
	r = house_ask(&h, STATUS);
	ck_assert_str_eq(reply_text(r, "cams/0/mode"), "monitor");
	ck_assert_ptr_nonnull(strstr(reply_text(r, "cams/0/text"), "nothing is stopped"));
	json_object_put(r);
	ck_assert(finds("warn", "camera", "mode = monitor"));
}
END_TEST

START_TEST(sign_of_life)
{
	house_later(&h, 5);
	ck_assert_uint_eq(fake_kernel.meta.agent_ns, BOOT_START + 5 * CG_SEC_NS);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("show");
	TCase *t = tcase_create("replies");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 30);
	tcase_add_test(t, blocked_is_put_together);
	tcase_add_test(t, blocked_of_late);
	tcase_add_test(t, blocked_is_bounded_and_fair);
	tcase_add_test(t, blocked_by_name);
	tcase_add_test(t, a_profile_is_said_in_words);
	tcase_add_test(t, strange_events);
	tcase_add_test(t, blocked_goes_with_its_camera);
	tcase_add_test(t, status_counts);
	tcase_add_test(t, who_is_there);
	tcase_add_test(t, why_names_the_line);
	tcase_add_test(t, why_says_the_budget);
	tcase_add_test(t, doctor_finds);
	tcase_add_test(t, monitor_is_said);
	tcase_add_test(t, sign_of_life);
	suite_add_tcase(s, t);
	return suite_run(s);
}
