/* SPDX-License-Identifier: GPL-2.0-only */
/* Openings for some: by name, prefix or the camera's own list; followed while addresses change, over a restart too. */
#include <arpa/inet.h>
#include <camgate/ctl.h>
#include <lib/dnsmsg.h>
#include <lib/exposure.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "../bpf/dnsmsg.h"
#include "harness.h"

#define STATUS	 "{\"v\":1,\"cmd\":\"status\"}"
#define RELOAD	 "{\"v\":1,\"cmd\":\"reload\"}"
#define CMD(cmd) "{\"v\":1,\"cmd\":\"" cmd "\",\"cam\":\"nursery\"}"
#define TO(to)	 "{\"v\":1,\"cmd\":\"open\",\"cam\":\"nursery\",\"for_s\":3600,\"to\":\"" to "\"}"
#define NAMED                                                               \
	"lan = { br-lan }\n"                                                \
	"viewer \"phone\" { address = 203.0.113.0/24 }\n"                   \
	"viewer \"Oma\" { domain = oma.dyn.example address = 192.0.2.9 }\n" \
	"viewer \"work\" { interface = tun9 }\n"                            \
	"viewer \"tablet\" { mac = 02:00:00:00:00:11 }\n"
#define CAM(extra) NAMED "camera \"nursery\" { mac = { \"02:ca:00:00:00:01\" } " extra " }\n"

enum { IF_TUN = 9 };

static struct house h;

/* A resolver that says one address, or none. */
static struct {
	int fd;
	uint16_t port;
	const char *a;
	unsigned int asked;
	uint32_t ttl_s;
	bool silent, no_v6; /* it refuses to say of IPv6 */
} srv;

static void srv_open(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof(at);

	memset(&srv, 0, sizeof(srv));
	srv.ttl_s = 20;
	srv.fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	ck_assert(!bind(srv.fd, (struct sockaddr *)&at, sizeof(at)));
	ck_assert(!getsockname(srv.fd, (struct sockaddr *)&at, &n));
	srv.port = ntohs(at.sin_port);
}

static void srv_run(void)
{
	static struct msg m;
	struct sockaddr_in from;
	socklen_t len = sizeof(from);
	ssize_t n;

	while ((n = recvfrom(srv.fd, m.b, 600, 0, (struct sockaddr *)&from, &len)) >= 12) {
		bool v4 = m.b[n - 3] == CG_DNSMSG_A;

		srv.asked++;
		if (srv.silent)
			continue;
		m.n = (size_t)n;
		m_set16(&m, 2, 0x8180);
		if (!v4 && srv.no_v6)
			m_set16(&m, 2, 0x8185);
		if (v4 && srv.a)
			m_addr(&m, NULL, srv.a, srv.ttl_s);
		sendto(srv.fd, m.b, m.n, 0, (struct sockaddr *)&from, len);
	}
}

static const struct cg_datapath_viewer *viewer(const char *text)
{
	struct cg_prefix p;

	ck_assert_int_eq(cg_prefix_parse(text, &p), 0);
	for (size_t i = 0; i < fake_kernel.nviewers; i++)
		if (fake_kernel.viewer[i].prefix.len == p.len &&
		    !memcmp(&fake_kernel.viewer[i].prefix.addr, &p.addr, sizeof(p.addr)))
			return &fake_kernel.viewer[i];
	return NULL;
}

/* Both sides run until the packet path has it, or for a while. */
static bool comes(const char *text)
{
	for (int i = 0; i < 15000; i++) {
		const struct cg_datapath_viewer *v = viewer(text);

		if (v && !v->until_ns)
			return true;
		house_pump(&h);
		srv_run();
		usleep(2000);
	}
	return false;
}

/* Questions under way are answered. */
static void rest(void)
{
	for (int i = 0; i < 30; i++) {
		house_pump(&h);
		srv_run();
		usleep(2000);
	}
}

static void later(uint64_t s)
{
	house_later(&h, s);
	rest();
}

static void start(const char *config)
{
	house_config(&h, config);
	h.dns_port = srv.port;
	ck_assert_int_eq(house_start(&h), 0);
}

static void setup(void)
{
	house_make(&h);
	srv_open();
	for (size_t i = 0; i < fake_links.naddr; i++)
		if (fake_links.addr[i].ifindex == IF_BR)
			inet_pton(AF_INET, "127.0.0.1", fake_links.addr[i].addr.b + 12);
	start(CAM(""));
}

static void teardown(void)
{
	house_end(&h);
	close(srv.fd);
}

static bool is_for_some(void)
{
	const struct cg_exposure *e = &fake_kernel.exposure[0];
	static const uint8_t nobody[16];

	return cg_exposure_opening(e, h.a.boot_ns()) && e->word & CG_WORD_TO &&
	       !memcmp(e->viewer, nobody, sizeof(nobody));
}

static void status_is(const char *path, const char *text)
{
	struct json_object *r = house_ask(&h, STATUS);

	ck_assert_ptr_nonnull(r);
	ck_assert_str_eq(reply_text(r, path), text);
	json_object_put(r);
}

START_TEST(by_name)
{
	struct json_object *r = ASK(&h, CG_EXIT_OK, TO("phone"));

	ck_assert_str_eq(reply_text(r, "cams/0/to"), "phone");
	json_object_put(r);
	ck_assert(is_for_some());
	ck_assert_uint_eq(fake_kernel.viewer_slot, 0);
	ck_assert_uint_eq(fake_kernel.nviewers, 1);
	ck_assert_ptr_nonnull(viewer("203.0.113.0/24"));
	status_is("cams/0/to", "phone");
	status_is("viewers/1", "Oma");
	r = house_ask(&h, STATUS);
	ck_assert_ptr_nonnull(strstr(reply_text(r, "cams/0/text"), "outside by phone"));
	json_object_put(r);
	/* another time it is for another, at once */
	ck_assert_int_eq(house_code(&h, TO("198.51.100.0/24")), 0);
	ck_assert(is_for_some());
	ck_assert_uint_eq(fake_kernel.nviewers, 1);
	ck_assert_ptr_nonnull(viewer("198.51.100.0/24"));
	status_is("cams/0/to", "198.51.100.0/24");
	/* one address is kept in the word's own place */
	ck_assert_int_eq(house_code(&h, TO("198.51.100.7")), 0);
	ck_assert(!is_for_some());
	ck_assert(fake_kernel.exposure[0].word & CG_WORD_TO);
	ck_assert_uint_eq(fake_kernel.nviewers, 0);
	status_is("cams/0/to", "198.51.100.7");
	ck_assert_int_eq(house_code(&h, TO("all")), 0);
	ck_assert(!(fake_kernel.exposure[0].word & CG_WORD_TO));
	status_is("cams/0/to", "");
}
END_TEST

START_TEST(nobody_else)
{
	static const char *const bad[] = {
		TO("pone"),	 TO("Phone"),	       TO("*"), TO(""), TO("203.0.113.1/24"),
		TO("224.0.0.1"), TO("oma.dyn.example")
	};
	struct json_object *r;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		ck_assert_msg(house_code(&h, bad[i]) == CG_EXIT_USAGE, "%s", bad[i]);
		ck_assert(!cg_exposure_opening(&fake_kernel.exposure[0], h.a.boot_ns()));
	}
	r = ASK(&h, CG_EXIT_USAGE, TO("pone"));
	ck_assert_ptr_nonnull(
		strstr(reply_text(r, "error"), "a viewer's name, an address, a prefix or all"));
	ck_assert_str_eq(reply_text(r, "near/0"), "phone");
	json_object_put(r);
	/* who it is for cannot be written: it is not opened */
	fake_fail("viewers_apply", 1, -ENOMEM);
	r = ASK(&h, CG_EXIT_FAILED, TO("phone"));
	ck_assert_ptr_nonnull(strstr(reply_text(r, "error"), "whom it is for cannot be stored"));
	json_object_put(r);
	ck_assert(!cg_exposure_opening(&fake_kernel.exposure[0], h.a.boot_ns()));
	ck_assert_int_eq(house_code(&h, CMD("seal")), 0);
	ck_assert_int_eq(house_code(&h, TO("phone")), CG_EXIT_FAILED);
	ck_assert_uint_eq(fake_kernel.nviewers, 0);
}
END_TEST

START_TEST(a_name_is_followed)
{
	srv.a = "203.0.113.50";
	ck_assert_int_eq(house_code(&h, TO("Oma")), 0);
	ck_assert(is_for_some());
	ck_assert_ptr_nonnull(viewer("192.0.2.9"));
	ck_assert(comes("203.0.113.50"));
	/* asked again by its time to live, not before */
	rest();
	srv.asked = 0;
	later(10);
	ck_assert_uint_eq(srv.asked, 0);
	srv.a = "203.0.113.51";
	later(10);
	ck_assert(comes("203.0.113.51"));
	/* the old one stays for a minute, and the packet path knows which */
	ck_assert_uint_eq(viewer("203.0.113.50")->until_ns, h.a.boot_ns() + 60 * CG_SEC_NS);
	later(59);
	ck_assert_ptr_nonnull(viewer("203.0.113.50"));
	later(1);
	ck_assert_ptr_null(viewer("203.0.113.50"));
	ck_assert_ptr_nonnull(viewer("203.0.113.51"));
	ck_assert_uint_eq(fake_kernel.nviewers, 2);
	/* a resolver that says nothing changes nothing */
	srv.silent = true;
	for (int i = 0; i < 10; i++)
		later(60);
	ck_assert_uint_eq(viewer("203.0.113.51")->until_ns, 0);
	/* nobody asks for a name that no opening needs */
	srv.silent = false;
	ck_assert_int_eq(house_code(&h, CMD("close")), 0);
	ck_assert_uint_eq(fake_kernel.nviewers, 0);
	later(1);
	srv.asked = 0;
	for (int i = 0; i < 5; i++)
		later(60);
	ck_assert_uint_eq(srv.asked, 0);
}
END_TEST

/* A resolver that has no word on one family: the other's addresses move all the same. */
START_TEST(a_resolver_of_one_family)
{
	srv.no_v6 = true;
	srv.a = "203.0.113.50";
	ck_assert_int_eq(house_code(&h, TO("Oma")), 0);
	ck_assert(comes("203.0.113.50"));
	rest();
	srv.a = "203.0.113.51";
	later(20);
	ck_assert(comes("203.0.113.51"));
	ck_assert_uint_ne(viewer("203.0.113.50")->until_ns, 0);
}
END_TEST

/* No address any more: it goes as one that moved does. */
START_TEST(a_name_without_an_address)
{
	srv.a = "203.0.113.50";
	ck_assert_int_eq(house_code(&h, TO("Oma")), 0);
	ck_assert(comes("203.0.113.50"));
	rest();
	srv.a = NULL;
	later(20);
	ck_assert_uint_ne(viewer("203.0.113.50")->until_ns, 0);
	later(60);
	ck_assert_ptr_null(viewer("203.0.113.50"));
	ck_assert_ptr_nonnull(viewer("192.0.2.9"));
	/* what no device can have is nobody's */
	srv.a = "0.0.0.0";
	later(60);
	ck_assert_uint_eq(fake_kernel.nviewers, 1);
}
END_TEST

START_TEST(over_a_restart)
{
	srv.a = "203.0.113.50";
	ck_assert_int_eq(house_code(&h, TO("Oma")), 0);
	ck_assert(comes("203.0.113.50"));
	rest();
	house_stop(&h);
	/* while nobody answers it stays as it was */
	srv.silent = true;
	start(CAM(""));
	later(100);
	ck_assert(is_for_some());
	status_is("cams/0/to", "Oma");
	ck_assert_uint_eq(viewer("203.0.113.50")->until_ns, 0);
	srv.silent = false;
	srv.a = "203.0.113.51";
	later(10);
	ck_assert(comes("203.0.113.51"));
	ck_assert_uint_ne(viewer("203.0.113.50")->until_ns, 0);
	/* after a boot nothing is open, and nobody is left */
	house_stop(&h);
	memset(fake_kernel.exposure, 0, sizeof(fake_kernel.exposure));
	memset(fake_kernel.names, 0, sizeof(fake_kernel.names));
	fake_kernel.pinned = false;
	fake_kernel.nviewers = 0;
	start(CAM(""));
	later(1);
	ck_assert(!is_for_some());
	ck_assert_uint_eq(fake_kernel.nviewers + h.a.run.nopening, 0);
}
END_TEST

/* Whoever is taken out of the config goes as one that moved. */
START_TEST(over_a_reload)
{
	ck_assert_int_eq(house_code(&h, TO("phone")), 0);
	house_config(&h, "lan = { br-lan }\nviewer \"phone\" { address = 198.51.100.0/24 }\n"
			 "camera \"nursery\" { mac = { \"02:ca:00:00:00:01\" } }\n");
	ck_assert_int_eq(house_code(&h, RELOAD), 0);
	later(1);
	ck_assert_ptr_nonnull(viewer("198.51.100.0/24"));
	ck_assert_uint_ne(viewer("203.0.113.0/24")->until_ns, 0);
	house_config(&h, "lan = { br-lan }\n"
			 "camera \"nursery\" { mac = { \"02:ca:00:00:00:01\" } }\n");
	ck_assert_int_eq(house_code(&h, RELOAD), 0);
	later(61);
	later(60);
	ck_assert_uint_eq(fake_kernel.nviewers, 0);
	ck_assert(is_for_some());
	/* a config that cannot be read takes nobody out */
	ck_assert_int_eq(house_code(&h, TO("198.51.100.0/24")), 0);
	house_config(&h, "camera {");
	ck_assert_int_eq(house_code(&h, RELOAD), CG_EXIT_CONFIG);
	house_stop(&h);
	ck_assert_int_eq(house_start(&h), 0);
	later(61);
	ck_assert_uint_eq(viewer("198.51.100.0/24")->until_ns, 0);
	status_is("cams/0/to", "198.51.100.0/24");
	ck_assert_int_eq(house_code(&h, TO("phone")), CG_EXIT_USAGE);
	ck_assert_int_eq(house_code(&h, TO("203.0.113.0/25")), 0);
	ck_assert_ptr_nonnull(viewer("203.0.113.0/25"));
}
END_TEST

START_TEST(behind_a_tunnel)
{
	fake_link_add(IF_TUN, "tun9", "wireguard", 0, 0);
	fake_addr_add(IF_TUN, "10.9.0.1/24", UINT64_MAX);
	fake_addr_add(IF_TUN, "fe80::1/64", UINT64_MAX);
	fake_links_changed(CG_LINKS_LINK | CG_LINKS_ADDR);
	house_pump(&h);
	ck_assert_int_eq(house_code(&h, TO("work")), 0);
	ck_assert_uint_eq(fake_kernel.nviewers, 1);
	ck_assert_ptr_nonnull(viewer("10.9.0.0/24"));
	/* the other end of one that leads to one */
	fake_links.addr[fake_links.naddr - 2] =
		(struct cg_link_addr){ .ifindex = IF_TUN, .len = 128 };
	ck_assert(!cg_addr_parse("10.9.1.1", &fake_links.addr[fake_links.naddr - 2].addr));
	ck_assert(!cg_addr_parse("10.9.1.2", &fake_links.addr[fake_links.naddr - 2].peer));
	later(1);
	ck_assert_ptr_nonnull(viewer("10.9.1.2"));
	ck_assert_uint_ne(viewer("10.9.0.0/24")->until_ns, 0);
	later(60);
	ck_assert_uint_eq(fake_kernel.nviewers, 1);
	/* it is gone, and comes back */
	fake_link_del(IF_TUN);
	later(61);
	later(60);
	ck_assert_uint_eq(fake_kernel.nviewers, 0);
}
END_TEST

/* Without a word an opening is for the camera's own. */
START_TEST(the_cameras_own)
{
	struct json_object *r;

	house_config(&h, CAM("viewers = { phone, 192.0.2.77, tablet }"));
	ck_assert_int_eq(house_code(&h, RELOAD), 0);
	r = ASK(&h, CG_EXIT_OK, CMD("open"));
	ck_assert_str_eq(reply_text(r, "cams/0/to"), "phone, 192.0.2.77, tablet");
	json_object_put(r);
	ck_assert(is_for_some());
	ck_assert_uint_eq(fake_kernel.nviewers, 2);
	ck_assert_ptr_nonnull(viewer("192.0.2.77"));
	house_stop(&h);
	start(CAM("viewers = { phone, 192.0.2.77, tablet }"));
	status_is("cams/0/to", "phone, 192.0.2.77, tablet");
	ck_assert_uint_eq(fake_kernel.nviewers, 2);
	ck_assert_int_eq(house_code(&h, TO("all")), 0);
	ck_assert(!(fake_kernel.exposure[0].word & CG_WORD_TO));
}
END_TEST

#define LONG "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghij"

/* What is left out of their list is said, and that fits, too. */
START_TEST(more_than_a_line_holds)
{
	house_config(&h, "lan = { br-lan }\n"
			 "viewer \"a" LONG "\" { address = 203.0.113.1 }\n"
			 "viewer \"b" LONG "\" { address = 203.0.113.2 }\n"
			 "viewer \"abcdefghijklmnopqrstuvwxyz\" { address = 203.0.113.3 }\n"
			 "camera \"nursery\" { mac = { \"02:ca:00:00:00:01\" } viewers = { a" LONG
			 ", b" LONG ", abcdefghijklmnopqrstuvwxyz, 192.0.2.77 } }\n");
	ck_assert_int_eq(house_code(&h, RELOAD), 0);
	ck_assert_int_eq(house_code(&h, CMD("open")), 0);
	status_is("cams/0/to", "a" LONG ", b" LONG ", …");
}
END_TEST

START_TEST(by_schedule)
{
	const int64_t noon = 1799064000; /* 2027-01-04 12:00 UTC */

	house_clock(noon, CG_CLOCK_RTC);
	house_config(&h, CAM("viewers = { phone } timezone = UTC\n"
			     "schedule { from = \"13:00\" to = \"14:00\" exposure = open }"));
	ck_assert_int_eq(house_code(&h, RELOAD), 0);
	later(3599);
	ck_assert_uint_eq(fake_kernel.nviewers, 0);
	later(1);
	ck_assert(is_for_some());
	ck_assert_ptr_nonnull(viewer("203.0.113.0/24"));
	status_is("cams/0/to", "phone");
	/* by hand for another, and the window's own after it */
	ck_assert_int_eq(
		house_code(
			&h,
			"{\"v\":1,\"cmd\":\"open\",\"cam\":\"nursery\",\"for_s\":60,\"to\":\"198.51.100.0/24\"}"),
		0);
	ck_assert_ptr_null(viewer("203.0.113.0/24"));
	later(30);
	ck_assert_ptr_null(viewer("203.0.113.0/24"));
	later(31);
	ck_assert(is_for_some());
	ck_assert_ptr_nonnull(viewer("203.0.113.0/24"));
	ck_assert_ptr_null(viewer("198.51.100.0/24"));
	/* nobody comes in by a set that could not be written */
	later(3600);
	ck_assert_uint_eq(fake_kernel.nviewers, 0);
	later(86400 - 3662);
	fake_fail("viewers_apply", 1, -ENOMEM);
	house_later(&h, 1);
	ck_assert(!cg_exposure_opening(&fake_kernel.exposure[0], h.a.boot_ns()));
	later(1);
	ck_assert(is_for_some());
}
END_TEST

/* A set that cannot be written is written with the next second. */
START_TEST(written_again)
{
	fake_link_add(IF_TUN, "tun9", "wireguard", 0, 0);
	ck_assert_int_eq(house_code(&h, TO("work")), 0);
	ck_assert_uint_eq(fake_kernel.nviewers, 0);
	fake_addr_add(IF_TUN, "10.9.0.1/24", UINT64_MAX);
	fake_fail("viewers_apply", 1, -ENOMEM);
	later(1);
	ck_assert_uint_eq(fake_kernel.nviewers, 0);
	later(1);
	ck_assert_ptr_nonnull(viewer("10.9.0.0/24"));
}
END_TEST

static void neigh(const char *addr, const char *mac)
{
	struct cg_neigh *n = &fake_links.neigh[fake_links.nneigh++];

	n->ifindex = IF_BR;
	ck_assert(!cg_addr_parse(addr, &n->addr) && !cg_mac_parse(mac, &n->mac));
}

static size_t at_home(void)
{
	size_t n = 0;

	for (size_t i = 0; i < fake_kernel.set->nrules; i++)
		n += fake_kernel.set->rules[i].value.rule[0].kind == CG_RULE_VIEWER;
	return n;
}

START_TEST(at_home_by_mac)
{
	uint32_t gen;

	neigh("192.168.1.30", "02:00:00:00:00:11");
	house_config(&h, CAM("lan_viewing = viewers viewers = { tablet }"));
	ck_assert_int_eq(house_code(&h, RELOAD), 0);
	ck_assert_uint_eq(at_home(), 1);
	gen = fake_kernel.meta.generation;
	for (int i = 0; i < 5; i++)
		later(2);
	ck_assert_uint_eq(fake_kernel.meta.generation, gen);
	/* it gets another address */
	neigh("192.168.1.31", "02:00:00:00:00:11");
	later(2);
	ck_assert_uint_eq(fake_kernel.meta.generation, gen + 1);
	ck_assert_uint_eq(at_home(), 2);
	ck_assert_int_eq(house_code(&h, CMD("who")), 0);
	/* asleep it keeps it, until another device has it */
	fake_links.nneigh = 0;
	later(2);
	ck_assert_uint_eq(at_home(), 2);
	neigh("192.168.1.30", "02:00:00:00:00:99");
	fake_fail("apply", 1, -ENOMEM);
	later(2);
	ck_assert_uint_eq(at_home(), 2);
	later(2);
	ck_assert_uint_eq(at_home(), 1);
	ck_assert_int_eq(house_code(&h, RELOAD), 0);
	ck_assert_uint_eq(at_home(), 1);
	/* what was typed holds over it */
	ck_assert_int_eq(house_code(&h, CMD("close")), 0);
	neigh("192.168.1.32", "02:00:00:00:00:11");
	later(2);
	ck_assert_uint_eq(at_home(), 2);
	status_is("cams/0/why", "manual");
	/* with more addresses than there is room for nothing goes round in circles */
	for (int i = 0; i < CG_VIEWERS_PER_SLOT + 1; i++) {
		char text[32];

		snprintf(text, sizeof(text), "192.168.1.%d", 40 + i);
		neigh(text, "02:00:00:00:00:11");
	}
	later(2);
	ck_assert_uint_eq(at_home(), CG_VIEWERS_PER_SLOT);
	gen = fake_kernel.meta.generation;
	later(2);
	later(2);
	ck_assert_uint_eq(fake_kernel.meta.generation, gen);
}
END_TEST

START_TEST(who_is_named)
{
	struct json_object *r;
	struct cg_addr a;

	srv.a = "198.51.100.50";
	ck_assert_int_eq(house_code(&h, TO("Oma")), 0);
	ck_assert(comes("198.51.100.50"));
	fake_kernel.nflows = 3;
	ck_assert(!cg_addr_parse("198.51.100.50", &a));
	memcpy(fake_kernel.flow_key[0].peer, a.b, 16);
	ck_assert(!cg_addr_parse("203.0.113.4", &a));
	memcpy(fake_kernel.flow_key[1].peer, a.b, 16);
	ck_assert(!cg_addr_parse("198.51.100.51", &a));
	memcpy(fake_kernel.flow_key[2].peer, a.b, 16);
	r = house_ask(&h, CMD("who"));
	ck_assert_str_eq(reply_text(r, "peers/0/viewer"), "Oma");
	ck_assert_str_eq(reply_text(r, "peers/1/viewer"), "phone");
	ck_assert_str_eq(reply_text(r, "peers/2/viewer"), "");
	json_object_put(r);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("viewers");
	TCase *t = tcase_create("viewers");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, by_name);
	tcase_add_test(t, nobody_else);
	tcase_add_test(t, a_name_is_followed);
	tcase_add_test(t, a_resolver_of_one_family);
	tcase_add_test(t, a_name_without_an_address);
	tcase_add_test(t, over_a_restart);
	tcase_add_test(t, over_a_reload);
	tcase_add_test(t, behind_a_tunnel);
	tcase_add_test(t, the_cameras_own);
	tcase_add_test(t, more_than_a_line_holds);
	tcase_add_test(t, by_schedule);
	tcase_add_test(t, written_again);
	tcase_add_test(t, at_home_by_mac);
	tcase_add_test(t, who_is_named);
	suite_add_tcase(s, t);
	return suite_run(s);
}
