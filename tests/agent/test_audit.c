/* SPDX-License-Identifier: GPL-2.0-only */
/* audit over the socket: what is seen of cameras, what leads to them, and who may ask. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include "../../agent/daemon/command.h"
#include "audited.h"

static void teardown(void)
{
	house_end(&h);
}

static struct cg_flow *flow_add(uint16_t cam_port, uint8_t flags, uint32_t up_packets)
{
	struct cg_flow *f = &fake_kernel.flow[fake_kernel.nflows];

	fake_kernel.flow_key[fake_kernel.nflows] = (struct cg_flow_key){
		.cam_port = htons(cam_port), .peer_port = htons(5000), .proto = IPPROTO_TCP
	};
	*f = (struct cg_flow){ .last_ns = h.a.boot_ns(),
			       .scope = CG_NET_LAN,
			       .flags = flags,
			       .up_packets = up_packets };
	fake_kernel.nflows++;
	return f;
}

START_TEST(of_the_config_alone)
{
	struct json_object *r = ASK(&h, CG_EXIT_OK, ALL);

	ck_assert_uint_eq(length(r, "cams"), 2);
	ck_assert_str_eq(findings(r), "");
	ck_assert_str_eq(reply_text(r, "cams/1/findings/0/id"), "lan-all");
	ck_assert_str_eq(reply_text(r, "cams/1/findings/0/provision"), "5.6");
	ck_assert_str_eq(reply_text(r, "cams/1/findings/1/id"), "no-profile");
	ck_assert_str_eq(reply_text(r, "standard"), "ETSI EN 303 645 V3.1.3");
	ck_assert_str_eq(reply_text(r, "countries"), "no country database");
	json_object_put(r);
	house_config(&h, "lan = { \"br-lan\" }\ncamera \"nursery\" { mac = { "
			 "\"02:ca:00:00:00:01\" } exposure = open mode = monitor "
			 "allow = { \"192.0.2.1\" } }\n");
	ck_assert_int_eq(house_code(&h, "{\"v\":1,\"cmd\":\"reload\"}"), 0);
	FINDS("exposure-open monitor guard-off lan-all");
}
END_TEST

START_TEST(services_in_use)
{
	struct json_object *r;

	FINDS("");
	/* refused; the camera's own; no camera's port; the gateway's */
	flow_add(23, CG_FLOW_BY_PEER | CG_FLOW_CAM_SENT, 1);
	flow_add(23, CG_FLOW_CAM_SENT, 9);
	flow_add(5000, CG_FLOW_BY_PEER, 9);
	flow_add(23, CG_FLOW_BY_GATEWAY, 9)->scope = CG_NET_GATEWAY;
	FINDS("");
	flow_add(23, CG_FLOW_BY_PEER | CG_FLOW_CAM_SENT, 9);
	r = ASK(&h, CG_EXIT_OK, AUDIT);
	ck_assert_str_eq(findings(r), "telnet");
	ck_assert_str_eq(service(r, 23, "how"), "seen");
	ck_assert_str_eq(service(r, 23, "kind"), "telnet");
	ck_assert_int_eq(reply_int(r, "cams/0/services/0/when_s"), REAL_START);
	json_object_put(r);
	fake_kernel.nflows = 0;
	house_later(&h, 86400 - 1);
	FINDS("telnet");
	house_later(&h, 2);
	FINDS("");
}
END_TEST

static struct cg_session *session_add(const char *peer)
{
	struct cg_session *s = &fake_kernel.session[fake_kernel.nsessions];
	struct cg_addr addr;

	ck_assert_int_eq(cg_addr_parse(peer, &addr), 0);
	*s = (struct cg_session){ .first_ns = h.a.boot_ns(), .last_ns = h.a.boot_ns() };
	fake_kernel.session_key[fake_kernel.nsessions] = (struct cg_flow_key){ 0 };
	memcpy(s->peer, addr.b, 16);
	memcpy(fake_kernel.session_key[fake_kernel.nsessions].peer, addr.b, 16);
	fake_kernel.nsessions++;
	return s;
}

static void drop(const char *peer, enum cg_reason reason, enum cg_net_kind scope)
{
	struct cg_event e = { .size = sizeof(e),
			      .version = CG_BPF_ABI_VERSION,
			      .type = CG_EVENT_DROP,
			      .ns = h.a.boot_ns(),
			      .proto = IPPROTO_UDP,
			      .reason = (uint8_t)reason,
			      .plane = CG_PLANE_UP,
			      .scope = (uint8_t)scope,
			      .rule = 0xffff };
	struct cg_addr addr;

	ck_assert_int_eq(cg_addr_parse(peer, &addr), 0);
	memcpy(e.peer, addr.b, 16);
	fake_event_send(&e);
	house_pump(&h);
}

START_TEST(destinations_and_hours)
{
	struct cg_session *s;
	struct json_object *r;

	house_later(&h, 1);
	s = session_add("198.51.100.7");
	s->up_bytes = 5000;
	s->down_bytes = 100;
	drop("203.0.113.9", CG_DROP_UNRULED, CG_NET_REMOTE);
	drop("203.0.113.9", CG_DROP_UNRULED, CG_NET_REMOTE);
	/* not of destinations: from outside, and the gateway's */
	drop("192.168.1.1", CG_DROP_GATEWAY, CG_NET_GATEWAY);
	r = ASK(&h, CG_EXIT_OK, AUDIT);
	ck_assert_str_eq(findings(r), "stopped");
	ck_assert_uint_eq(length(r, "cams/0/destinations"), 2);
	ck_assert_str_eq(reply_text(r, "cams/0/destinations/0/peer"), "198.51.100.7");
	ck_assert_int_eq(reply_int(r, "cams/0/destinations/0/up_bytes"), 5000);
	ck_assert_int_eq(reply_int(r, "cams/0/destinations/1/tries"), 2);
	ck_assert_uint_eq(length(r, "cams/0/destinations/0/hours"), 24);
	ck_assert_int_eq(reply_int(r, "cams/0/destinations/0/hours/23/0"), 5000);
	ck_assert_int_eq(reply_int(r, "cams/0/destinations/0/hours/22/0"), 0);
	json_object_put(r);
	house_later(&h, 3600);
	s->up_bytes = 7000;
	r = ASK(&h, CG_EXIT_OK, AUDIT);
	ck_assert_int_eq(reply_int(r, "cams/0/destinations/0/hours/23/0"), 2000);
	ck_assert_int_eq(reply_int(r, "cams/0/destinations/0/hours/22/0"), 5000);
	json_object_put(r);
	/* of all cameras without hours: the reply stays short */
	r = ASK(&h, CG_EXIT_OK, ALL);
	ck_assert_uint_eq(length(r, "cams/0/destinations"), 2);
	ck_assert_uint_eq(length(r, "cams/0/destinations/0/hours"), 0);
	json_object_put(r);
	/* another camera in its place has no past */
	house_config(&h, "lan = { \"br-lan\" }\ncamera \"attic\" { mac = { "
			 "\"02:ca:00:00:00:09\" } }\n");
	fake_kernel.nsessions = 0;
	ck_assert_int_eq(house_code(&h, "{\"v\":1,\"cmd\":\"reload\"}"), 0);
	r = ASK(&h, CG_EXIT_OK, ALL);
	ck_assert_str_eq(reply_text(r, "cams/0/id"), "attic");
	ck_assert_uint_eq(length(r, "cams/0/destinations"), 0);
	json_object_put(r);
}
END_TEST

START_TEST(ways_out)
{
	FINDS("");
	drop("192.168.1.1", CG_DROP_PORTMAP, CG_NET_GATEWAY);
	FINDS("portmap-asked");
	/* facts know it as Yi's rendezvous */
	drop("47.88.59.209", CG_DROP_UNRULED, CG_NET_REMOTE);
	FINDS("p2p portmap-asked stopped");
	house_later(&h, 2 * 86400);
	FINDS("");
	session_add("198.51.100.7")->signature = CG_SIG_RTSP;
	FINDS("");
	session_add("198.51.100.8")->signature = CG_SIG_TUTK;
	FINDS("p2p");
}
END_TEST

/* A port of the gateway that leads to the first camera, as nft lists it. */
static const char *ruleset(void)
{
	return "{\"nftables\": [{\"metainfo\": {}}, {\"rule\": {\"family\": \"inet\", \"table\": \"nat\", "
	       "\"chain\": \"pre\", \"handle\": 7, \"expr\": [{\"match\": {\"op\": \"==\", \"left\": "
	       "{\"payload\": {\"protocol\": \"tcp\", \"field\": \"dport\"}}, \"right\": 8000}}, {\"dnat\": "
	       "{\"addr\": \"" CAM_4 "\", \"port\": 554}}]}}]}\n";
}

START_TEST(leads_to_it)
{
	struct json_object *r;

	fake_guards.nft = true;
	FINDS("");
	fake_guards.ruleset = ruleset;
	fake_guards.generation++;
	fake_kernel.state[0].last_ns = 1;
	neigh_add(CAM_4, 1, IF_BR);
	r = ASK(&h, CG_EXIT_OK, AUDIT);
	ck_assert_str_eq(findings(r), "mapping");
	ck_assert_ptr_nonnull(strstr(reply_text(r, "cams/0/mappings/0/text"),
				     "port 8000/tcp of the gateway leads to " CAM_4 ":554"));
	json_object_put(r);
	/* the other camera has none */
	r = ASK(&h, CG_EXIT_OK, ALL);
	ck_assert_uint_eq(length(r, "cams/0/mappings"), 1);
	ck_assert_uint_eq(length(r, "cams/1/mappings"), 0);
	json_object_put(r);
}
END_TEST

static int code_as(bool privileged, const char *text)
{
	struct json_object *request = json_tokener_parse(text);
	struct json_object *r = cg_command_run(&h.a, request, privileged, 1000);
	int code = (int)reply_int(r, "code");

	json_object_put(r);
	json_object_put(request);
	return code;
}

START_TEST(who_may)
{
	ck_assert_int_eq(code_as(false, AUDIT), CG_EXIT_OK);
	ck_assert_int_eq(code_as(true, PROBE), CG_EXIT_OK);
	ck_assert_int_eq(code_as(false, PROBE), CG_EXIT_FAILED);
	ck_assert_int_eq(house_code(&h, "{\"v\":1,\"cmd\":\"audit\",\"cam\":\"none\"}"),
			 CG_EXIT_FAILED);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("audit");
	TCase *tc = tcase_create("audit");

	tcase_add_checked_fixture(tc, audited_setup, teardown);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, of_the_config_alone);
	tcase_add_test(tc, services_in_use);
	tcase_add_test(tc, destinations_and_hours);
	tcase_add_test(tc, ways_out);
	tcase_add_test(tc, leads_to_it);
	tcase_add_test(tc, who_may);
	suite_add_tcase(s, tc);
	return suite_run(s);
}
