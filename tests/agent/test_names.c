/* SPDX-License-Identifier: GPL-2.0-only */
/* Names the agent asks for itself: at the start, after a reload, where the packet path could not read; and its bounds. */
#include <arpa/inet.h>
#include <lib/dnsmsg.h>
#include <lib/namepat.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "../../agent/daemon/names.h"
#include "../bpf/dnsmsg.h"
#include "harness.h"

#define ALLOW(list)                           \
	"lan = { \"br-lan\" }\n"              \
	"camera \"nursery\" {\n"              \
	"\tmac = { \"02:ca:00:00:00:01\" }\n" \
	"\tallow = { " list " }\n"            \
	"}\n"

/* A resolver on a port of its own, UDP and TCP. */
static struct {
	int udp, tcp, conn;
	uint16_t port;
	unsigned int asked, asked_tcp; /* how often */
	char last[CG_NAMEPAT_LEN];
	uint16_t flags; /* of its answers */
	unsigned int naddr;
	bool silent, cut;
	bool lie_id; /* each answer comes with a wrong id first */
} srv;

static struct house h;

static void srv_open(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof(at);

	memset(&srv, 0, sizeof(srv));
	srv.flags = 0x8180;
	srv.naddr = 1;
	srv.conn = -1;
	srv.tcp = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	srv.udp = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	ck_assert(!bind(srv.tcp, (struct sockaddr *)&at, sizeof(at)) && !listen(srv.tcp, 4));
	ck_assert(!getsockname(srv.tcp, (struct sockaddr *)&at, &n));
	ck_assert(!bind(srv.udp, (struct sockaddr *)&at, sizeof(at)));
	srv.port = ntohs(at.sin_port);
}

static size_t srv_answer(const uint8_t *q, size_t n, bool tcp, struct msg *m)
{
	char addr[32];
	size_t at = 12, len = 0;

	while (at < n && q[at]) {
		memcpy(srv.last + len, q + at + 1, q[at]);
		len += q[at];
		srv.last[len++] = '.';
		at += q[at] + 1U;
	}
	srv.last[len ? len - 1 : 0] = '\0';
	m->n = n;
	memcpy(m->b, q, n);
	m_set16(m, 2, srv.cut && !tcp ? srv.flags | 0x0200 : srv.flags);
	for (unsigned int i = 0; i < srv.naddr && !(srv.flags & 0xf) && !(srv.cut && !tcp); i++) {
		if (q[n - 3] == CG_DNSMSG_A)
			snprintf(addr, sizeof(addr), "198.51.%u.%u", 100 + i / 200, i % 200);
		else
			snprintf(addr, sizeof(addr), "2001:db8::%x", i);
		m_addr(m, NULL, addr, 60);
	}
	return m->n;
}

static void srv_run(void)
{
	static struct msg m;
	struct sockaddr_in from;
	socklen_t flen = sizeof(from);
	uint8_t q[600];
	ssize_t n;

	while ((n = recvfrom(srv.udp, q, sizeof(q), 0, (struct sockaddr *)&from, &flen)) >= 12) {
		srv.asked++;
		srv_answer(q, (size_t)n, false, &m);
		if (srv.silent)
			continue;
		if (srv.lie_id) {
			m.b[0] ^= 1;
			sendto(srv.udp, m.b, m.n, 0, (struct sockaddr *)&from, flen);
			m.b[0] ^= 1;
			m_set16(&m, 6, 0);
		}
		sendto(srv.udp, m.b, m.n, 0, (struct sockaddr *)&from, flen);
	}
	if (srv.conn < 0)
		srv.conn = accept4(srv.tcp, NULL, NULL, SOCK_NONBLOCK);
	if (srv.conn < 0)
		return;
	n = recv(srv.conn, q, sizeof(q), 0);
	if (n > 14) {
		uint8_t len[2];

		srv.asked_tcp++;
		srv_answer(q + 2, (size_t)n - 2, true, &m);
		len[0] = (uint8_t)(m.n >> 8);
		len[1] = (uint8_t)m.n;
		ck_assert(send(srv.conn, len, 2, 0) == 2);
		ck_assert(send(srv.conn, m.b, m.n, 0) == (ssize_t)m.n);
	}
	if (n >= 0) {
		close(srv.conn);
		srv.conn = -1;
	}
}

/* Both sides run until the agent has told so often, or for a while. */
static bool told(size_t n)
{
	for (int i = 0; i < 6000 && fake_kernel.ntold < n; i++) {
		house_pump(&h);
		srv_run();
		usleep(5000);
	}
	return fake_kernel.ntold >= n;
}

static void rest(void)
{
	for (int i = 0; i < 60; i++) {
		house_pump(&h);
		srv_run();
		usleep(5000);
	}
}

/* The gateway's LAN address is loopback's, where the test answers. */
static void start(const char *config)
{
	house_config(&h, config);
	ck_assert_int_eq(house_start(&h), 0);
	h.a.run.dns_port = srv.port;
}

static void setup(void)
{
	house_make(&h);
	srv_open();
	for (size_t i = 0; i < fake_links.naddr; i++)
		if (fake_links.addr[i].ifindex == IF_BR)
			inet_pton(AF_INET, "127.0.0.1", fake_links.addr[i].addr.b + 12);
}

static void teardown(void)
{
	house_end(&h);
	close(srv.udp);
	close(srv.tcp);
}

/* Of that name and type in all that was told; answers may come in any order. */
static size_t addresses(const char *name, uint16_t type)
{
	static struct cg_dnsmsg m;
	size_t n = 0;

	for (size_t i = 0; i < fake_kernel.ntold; i++) {
		const struct fake_told *t = &fake_kernel.told[i];

		if (!cg_dnsmsg_parse(t->answer, t->n, name, 0, type, &m))
			n += m.naddr;
	}
	return n;
}

START_TEST(at_start)
{
	start(ALLOW("api.vendor.example, \"*.wild.example\", 198.51.100.1, \"b.example:443/tcp\""));
	ck_assert(told(4));
	rest();
	ck_assert_uint_eq(fake_kernel.ntold, 4);
	ck_assert_uint_eq(srv.asked, 4);
	ck_assert_uint_eq(addresses("api.vendor.example", CG_DNSMSG_A), 1);
	ck_assert_uint_eq(addresses("api.vendor.example", CG_DNSMSG_AAAA), 1);
	ck_assert_uint_eq(addresses("b.example", CG_DNSMSG_A), 1);
}
END_TEST

START_TEST(known_before)
{
	fake_kernel.known_id[fake_kernel.nknown++] = cg_namepat_id("api.vendor.example");
	start(ALLOW("api.vendor.example, b.example"));
	ck_assert(told(2));
	rest();
	ck_assert_uint_eq(srv.asked, 2);
	ck_assert_uint_eq(addresses("b.example", CG_DNSMSG_A), 1);
}
END_TEST

START_TEST(one_question_for_many)
{
	start("lan = { \"br-lan\" }\n"
	      "defaults { allow = { api.vendor.example } }\n"
	      "camera \"a\" { mac = { \"02:ca:00:00:00:01\" } }\n"
	      "camera \"b\" { mac = { \"02:ca:00:00:00:02\" } }\n");
	ck_assert(told(4));
	rest();
	ck_assert_uint_eq(srv.asked, 2);
	ck_assert_uint_ne(fake_kernel.told[0].slot, fake_kernel.told[1].slot);
}
END_TEST

START_TEST(reload)
{
	start(ALLOW("api.vendor.example"));
	ck_assert(told(2));
	fake_kernel.known_id[fake_kernel.nknown++] = cg_namepat_id("api.vendor.example");
	house_config(&h, ALLOW("api.vendor.example, new.example"));
	json_object_put(ASK(&h, 0, "{\"v\":1,\"cmd\":\"reload\"}"));
	ck_assert(told(4));
	ck_assert_uint_eq(addresses("new.example", CG_DNSMSG_A), 1);
}
END_TEST

START_TEST(line_down)
{
	srv.flags = 0x8182;
	start(ALLOW("api.vendor.example"));
	rest();
	ck_assert_uint_eq(fake_kernel.ntold, 0);
	ck_assert_uint_eq(srv.asked, 2);
	srv.flags = 0x8180;
	house_later(&h, 2);
	rest();
	ck_assert_uint_eq(srv.asked, 2);
	house_later(&h, 4);
	ck_assert(told(2));
}
END_TEST

START_TEST(no_such_name)
{
	srv.flags = 0x8183;
	start(ALLOW("api.vendor.example"));
	rest();
	house_later(&h, 400);
	rest();
	ck_assert_uint_eq(srv.asked, 2);
	ck_assert_uint_eq(fake_kernel.ntold, 0);
}
END_TEST

START_TEST(wrong_id)
{
	srv.lie_id = true;
	start(ALLOW("api.vendor.example"));
	rest();
	/* The lie had an address, the truth none. */
	ck_assert_uint_eq(srv.asked, 2);
	ck_assert_uint_eq(fake_kernel.ntold, 0);
}
END_TEST

static struct cg_name_event ask_event(const char *name, unsigned int result)
{
	struct cg_name_event e = { .slot = h.a.policy.cams[0].slot,
				   .qtype = CG_DNSMSG_A,
				   .flags = CG_NAME_RULED,
				   .result = (uint8_t)result };
	struct cg_namekey k;

	cg_namepat_key(name, &k);
	e.len = (uint8_t)strnlen((const char *)k.name, k.len);
	memcpy(e.name, k.name, sizeof(k.name));
	return e;
}

START_TEST(cut)
{
	struct cg_name_event e;

	start(ALLOW("\"*.vendor.example\""));
	srv.cut = true;
	srv.naddr = 200;
	e = ask_event("many.vendor.example", CG_DNS_TRUNCATED);
	fake_name_event(&e);
	ck_assert(told(3));
	ck_assert_str_eq(srv.last, "many.vendor.example");
	ck_assert_uint_eq(srv.asked, 1);
	ck_assert_uint_eq(srv.asked_tcp, 1);
	ck_assert_uint_eq(addresses("many.vendor.example", CG_DNSMSG_A), 200);
	srv.cut = false;
	srv.naddr = 1;
	e = ask_event("tcp.vendor.example", CG_DNS_TCP);
	fake_name_event(&e);
	ck_assert(told(4));
	e = ask_event("frag.vendor.example", CG_DNS_FRAGMENT);
	fake_name_event(&e);
	ck_assert(told(5));
}
END_TEST

START_TEST(not_asked)
{
	struct cg_name_event e;

	start(ALLOW("\"*.vendor.example\""));
	e = ask_event("other.example", CG_DNS_TRUNCATED);
	e.flags = 0;
	fake_name_event(&e);
	e = ask_event("txt.vendor.example", CG_DNS_TRUNCATED);
	e.qtype = 16;
	fake_name_event(&e);
	e = ask_event("spoofed.vendor.example", CG_DNS_ORIGIN);
	fake_name_event(&e);
	rest();
	ck_assert_uint_eq(srv.asked, 0);
}
END_TEST

/* A flood has a place each for 16 names beside the 8 under way, and the rest go. */
START_TEST(bounded)
{
	struct cg_name_event e;
	char name[64];

	start(ALLOW("\"*.vendor.example\""));
	srv.silent = true;
	for (int i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "n%d.vendor.example", i);
		e = ask_event(name, CG_DNS_TRUNCATED);
		fake_name_event(&e);
		fake_name_event(&e);
	}
	rest();
	srv.silent = false;
	for (int i = 0; i < 6000 && fake_kernel.ntold < 16; i++) {
		house_pump(&h);
		srv_run();
		usleep(5000);
	}
	rest();
	ck_assert_uint_ge(fake_kernel.ntold, 16);
	ck_assert_uint_le(fake_kernel.ntold, 24);
}
END_TEST

START_TEST(resolvers)
{
	struct cg_addr v4 = { .b = { [10] = 0xff, [11] = 0xff, [12] = 127, [15] = 2 } };

	start("resolver = { gateway, 192.168.1.5, \"192.168.1.6 02:00:00:00:00:06\" }\n" CONFIG_TWO);
	ck_assert_uint_eq(fake_kernel.nresolver, 1);
	ck_assert_uint_eq(fake_kernel.resolver[0].mac.b[5], 6);
	fake_links.neigh[0] = (struct cg_neigh){ .mac = { { 2, 0, 0, 0, 0, 5 } } };
	fake_links.nneigh = 1;
	memcpy(fake_links.neigh[0].addr.b, v4.b, 16);
	inet_pton(AF_INET, "192.168.1.5", fake_links.neigh[0].addr.b + 12);
	house_later(&h, 6);
	ck_assert_uint_eq(fake_kernel.nresolver, 2);
	ck_assert_uint_eq(fake_kernel.resolver[0].mac.b[5], 5);
	/* Who takes the address later is not believed. */
	fake_links.neigh[0].mac.b[5] = 9;
	json_object_put(ASK(&h, 0, "{\"v\":1,\"cmd\":\"reload\"}"));
	ck_assert_uint_eq(fake_kernel.resolver[0].mac.b[5], 5);
	house_config(&h, "resolver = { gateway }\n" CONFIG_TWO);
	json_object_put(ASK(&h, 0, "{\"v\":1,\"cmd\":\"reload\"}"));
	ck_assert_uint_eq(fake_kernel.nresolver, 0);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("names");
	TCase *c = tcase_create("names");

	tcase_set_timeout(c, 60);
	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_test(c, at_start);
	tcase_add_test(c, known_before);
	tcase_add_test(c, one_question_for_many);
	tcase_add_test(c, reload);
	tcase_add_test(c, line_down);
	tcase_add_test(c, no_such_name);
	tcase_add_test(c, wrong_id);
	tcase_add_test(c, cut);
	tcase_add_test(c, not_asked);
	tcase_add_test(c, bounded);
	tcase_add_test(c, resolvers);
	suite_add_tcase(s, c);
	return suite_run(s);
}
