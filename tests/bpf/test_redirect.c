/* SPDX-License-Identifier: GPL-2.0-only */
/* Questions that go to the gateway instead: every byte both ways, who is answered, what is refused, and the budget. */
#define _GNU_SOURCE
#include <assert.h>
#include <bpf/bpf.h>
#include <linux/pkt_cls.h>
#include <sched.h>
#include <stdlib.h>
#include "../fault.h"
#include "frames.h"
#include "names.h"
#include "run.h"

#define NAME   "api.vendor.example"
#define DNS1_4 "8.8.8.8"
#define DNS2_4 "1.1.1.1"
#define DNS1_6 "2001:db8:88::8"
#define NTP_4  "203.0.113.123"
#define NTP_6  "2001:db8:7b::7b"

static struct names n;

/* A frame through one program; what it has become. */
static uint32_t through(int prog, struct pkt *p, uint32_t ingress)
{
	struct __sk_buff in = { .ifindex = IF_LAN };
	static uint8_t out[4096];
	LIBBPF_OPTS(bpf_test_run_opts, o, .data_in = p->data, .data_size_in = p->len,
		    .data_out = out, .data_size_out = sizeof(out), .ctx_in = &in,
		    .ctx_size_in = sizeof(in));

	env_ingress_set(n.e, &in, ingress);
	if (bpf_prog_test_run_opts(prog, &o))
		env_die(1, "test run of %zu bytes: %m", p->len);
	assert(o.data_size_out <= sizeof(p->data));
	memcpy(p->data, out, o.data_size_out);
	p->len = o.data_size_out;
	return o.retval;
}

static bool up(struct pkt *p)
{
	return through(n.e->prog[UP], p, IF_LAN) == (uint32_t)TC_ACT_UNSPEC;
}

static bool down(struct pkt *p)
{
	return through(n.e->prog[DOWN], p, IN_SELF) == (uint32_t)TC_ACT_UNSPEC;
}

struct frame {
	bool to_cam;
	uint8_t proto, flags;
	const char *cam, *peer;
	uint16_t cam_port, peer_port;
	const uint8_t *raw;
	size_t len;
};

static struct pkt made(struct frame f)
{
	struct pk k = { .smac = f.to_cam ? GW : CAM1,
			.dmac = f.to_cam ? CAM1 : GW,
			.src = f.to_cam ? f.peer : f.cam,
			.dst = f.to_cam ? f.cam : f.peer,
			.proto = f.proto,
			.flags = f.flags,
			.sport = f.to_cam ? f.peer_port : f.cam_port,
			.dport = f.to_cam ? f.cam_port : f.peer_port,
			.raw = f.raw,
			.payload = (uint16_t)f.len };
	struct pkt p;

	pk_build(&k, &p);
	return p;
}

static bool same(const struct pkt *a, const struct pkt *b)
{
	return a->len == b->len && !memcmp(a->data, b->data, a->len);
}

/* The frame leaves as one to (or from) gw, byte for byte as if made so. */
static void sent(const char *name, struct frame f, const char *gw)
{
	struct pkt p = made(f), want;
	bool pass = f.to_cam ? down(&p) : up(&p);

	f.peer = gw;
	want = made(f);
	run_check(pass && same(&p, &want), name, "%s", pass ? "another frame" : "dropped");
}

/* The gateway's answer arrives as one from server. */
static void back(const char *name, struct frame f, const char *gw, const char *server)
{
	f.to_cam = true;
	f.peer = gw;
	sent(name, f, server);
}

static void refused(const char *name, struct frame f)
{
	struct pkt p = made(f), was = p;
	bool pass = f.to_cam ? down(&p) : up(&p);

	run_check(!pass, name, same(&p, &was) ? "it passes" : "it passes, rewritten");
}

static void flags(uint32_t f)
{
	names_reset(&n);
	n.e->cam[1].flags |= f;
	names_rule(&n, 1, CG_RULE_ALLOW, NAME, 0, 1);
	env_policy_write(n.e, 1);
}

static struct msg question(uint16_t id, const char *name, uint16_t type)
{
	struct msg m;

	m_head(&m, id, 0x0100, name, type);
	return m;
}

static struct msg answer(uint16_t id, const char *name, const char *addr)
{
	struct msg m;

	m_head(&m, id, 0x8180, name, strchr(addr, ':') ? T_AAAA : T_A);
	m_addr(&m, NULL, addr, 60);
	return m;
}

static void dns(void)
{
	struct msg q = question(7, NAME, T_A), a = answer(7, NAME, VENDOR_4);
	struct frame f = { false, IPPROTO_UDP, 0, CAM1_4, DNS1_4, 4000, 53, q.b, q.n };
	struct frame v6 = { false, IPPROTO_UDP, 0, CAM1_6, DNS1_6, 4000, 53, q.b, q.n };
	struct frame an = f;

	an.raw = a.b;
	an.len = a.n;
	flags(0);
	refused("dns = gateway: another server is a remote like any", f);
	flags(CG_CAM_DNS_REDIRECT);
	refused("an answer to nothing",
		(struct frame){ true, IPPROTO_UDP, 0, CAM1_4, GW_4, 4000, 53, a.b, a.n });
	sent("dns = redirect: the question goes to the gateway", f, GW_4);
	back("the answer comes from the server asked", an, GW_4, DNS1_4);
	run_check(names_left(&n, 1, VENDOR_4), "and was learned", "it was not");
	STEP(n.e, "so that the first packet passes", NULL, UP, UP4(VENDOR_4, TCP(TCP_SYN, 1, 443)),
	     R(CG_PASS_CONTROL));
	q = question(8, NAME, T_AAAA);
	a = answer(8, NAME, VENDOR_6);
	an.len = v6.len = a.n;
	v6.len = q.n;
	sent("the same over IPv6", v6, GW_6);
	v6.raw = a.b;
	v6.len = a.n;
	back("and back", v6, GW_6, DNS1_6);
	run_check(names_left(&n, 1, VENDOR_6), "learned", "it was not");
	f.peer = GW_4;
	f.len = q.n;
	sent("what asks the gateway is let be", f, GW_4);
	f.peer = PHONE_4;
	sent("and what asks a device of the LAN", f, PHONE_4);
	f.peer = DNS1_4;
	f.peer_port = 853;
	refused("DNS over TLS is a remote like any", f);
	f.peer_port = 53;
	f.len = 11;
	refused("what is no message goes nowhere", f);
	f.len = q.n;
	env_state(n.e, "sealed");
	refused("sealed: not even the gateway is asked", f);
}

/* A stub that asks two servers by one socket and one id; one whose ids differ. */
static void two(void)
{
	struct msg q = question(9, NAME, T_A), a = answer(9, NAME, VENDOR_4);
	struct msg q2 = question(10, NAME, T_AAAA), a2 = answer(10, NAME, VENDOR_6);
	struct frame f = { false, IPPROTO_UDP, 0, CAM1_4, DNS1_4, 4000, 53, q.b, q.n };
	struct frame an = { true, IPPROTO_UDP, 0, CAM1_4, GW_4, 4000, 53, a.b, a.n };

	flags(CG_CAM_DNS_REDIRECT);
	sent("one question to two servers: the first", f, GW_4);
	f.peer = DNS2_4;
	sent("the second", f, GW_4);
	back("one answer comes from the one", an, GW_4, DNS1_4);
	back("one from the other", an, GW_4, DNS2_4);
	f.raw = q2.b;
	f.len = q2.n;
	sent("another id to one of them", f, GW_4);
	an.raw = a2.b;
	an.len = a2.n;
	back("has an answer of its own", an, GW_4, DNS2_4);
	an.raw = a.b;
	an.len = a.n;
	back("and the older one is not forgotten", an, GW_4, DNS2_4);
}

static void tcp(void)
{
	uint8_t data[40] = { 0, 38, 0, 7 };
	struct frame f = { false, IPPROTO_TCP, TCP_SYN, CAM1_4, DNS1_4, 4000, 53, NULL, 0 };

	flags(CG_CAM_DNS_REDIRECT);
	sent("TCP: the SYN goes to the gateway", f, GW_4);
	f.flags = TCP_SYN | TCP_ACK;
	back("its answer comes from the server", f, GW_4, DNS1_4);
	f.flags = TCP_ACK;
	f.raw = data;
	f.len = sizeof(data);
	sent("data", f, GW_4);
	back("both ways", f, GW_4, DNS1_4);
	f.cam = CAM1_6;
	f.peer = DNS1_6;
	f.flags = TCP_SYN;
	sent("over IPv6", f, GW_6);
	f.flags = TCP_SYN | TCP_ACK;
	back("and back", f, GW_6, DNS1_6);
}

static void ntp(void)
{
	uint8_t ask[48] = { 0x23 }, ans[48] = { 0x24 };
	struct frame f = { false, IPPROTO_UDP, 0, CAM1_4, NTP_4, 123, 123, ask, 48 };
	struct frame an = { true, IPPROTO_UDP, 0, CAM1_4, GW_4, 123, 123, ans, 48 };

	memset(ask + 40, 0x5a, 8);
	memset(ans + 24, 0x5a, 8);
	flags(0);
	refused("ntp = gateway: another server is a remote like any", f);
	flags(CG_CAM_NTP_REDIRECT);
	sent("ntp = redirect: from port 123 to the gateway", f, GW_4);
	f.peer = "203.0.113.124";
	ask[47] = 0x5b;
	sent("a second server, by the same port", f, GW_4);
	back("the first answer", an, GW_4, NTP_4);
	ans[31] = 0x5b;
	back("the second answer", an, GW_4, "203.0.113.124");
	ans[31] = 0x5c;
	back("an answer to nothing is not rewritten", an, GW_4, GW_4);
	f.cam = CAM1_6;
	f.peer = NTP_6;
	sent("IPv6", f, GW_6);
	an.cam = CAM1_6;
	ans[31] = 0x5b;
	back("and back", an, GW_6, NTP_6);
	f.cam = CAM1_4;
	f.peer = NTP_4;
	ask[0] = 0x16;
	refused("a control message is not time", f);
	ask[0] = 0x23;
	f.len = 47;
	refused("nor is half a message", f);
	f.len = 48;
	env_state(n.e, "sealed");
	sent("sealed: time still comes from the gateway", f, GW_4);
	flags(CG_CAM_NTP_DROP | CG_CAM_NTP_REDIRECT);
	refused("ntp = drop", f);
	f.peer = GW_4;
	refused("nor from the gateway", f);
	flags(CG_CAM_NTP_ANY);
	f.peer = NTP_4;
	sent("ntp = any: to whom it likes", f, NTP_4);
	f.peer_port = 124;
	refused("but time only", f);
	flags(CG_CAM_DNS_ANY);
	f.peer_port = 53;
	sent("dns = any: to whom it likes", f, NTP_4);
	f.peer_port = 123;
	refused("but names only", f);
}

static void allowed(void)
{
	struct msg q = question(7, NAME, T_A), other = question(7, "a.tunnel.example", T_A);
	struct frame f = { false, IPPROTO_UDP, 0, CAM1_4, GW_4, 4000, 53, q.b, q.n };
	struct cg_stats before, after;

	flags(CG_CAM_DNS_ALLOWED | CG_CAM_DNS_REDIRECT);
	names_rule(&n, 1, CG_RULE_DENY, "ads.vendor.example", 0, 1);
	env_stats(n.e, 1, &before);
	sent("dns_names = allowed: a name of a rule", f, GW_4);
	env_stats(n.e, 1, &after);
	run_check(after.c[CG_PLANE_UP][CG_PASS_GATEWAY].packets ==
			  before.c[CG_PLANE_UP][CG_PASS_GATEWAY].packets + 1,
		  "is counted once", "it is not");
	f.raw = other.b;
	f.len = other.n;
	refused("no other name", f);
	env_stats(n.e, 1, &before);
	run_check(after.c[CG_PLANE_UP][CG_PASS_GATEWAY].packets ==
				  before.c[CG_PLANE_UP][CG_PASS_GATEWAY].packets &&
			  before.c[CG_PLANE_UP][CG_DROP_DNS_NAME].packets == 1,
		  "which is counted as that alone", "it is not");
	f.peer = DNS1_4;
	refused("by no other server either", f);
	q = question(7, "ads.vendor.example", T_A);
	f.raw = q.b;
	f.len = q.n;
	refused("nor a denied one", f);
	f.len = 20;
	refused("nor what cannot be read", f);
	refused("nor by TCP",
		(struct frame){ false, IPPROTO_TCP, TCP_SYN, CAM1_4, GW_4, 4000, 53, NULL, 0 });
	flags(CG_CAM_DNS_ALLOWED | CG_CAM_MONITOR);
	f.peer = GW_4;
	f.raw = other.b;
	f.len = other.n;
	sent("mode = monitor: it passes", f, GW_4);
	env_stats(n.e, 1, &after);
	run_check(after.c[CG_PLANE_UP_MONITOR][CG_DROP_DNS_NAME].packets == 1,
		  "and is counted as what it would have been", "it is not");
}

static void budget(void)
{
	struct msg q = question(7, NAME, T_A);
	struct frame f = { false, IPPROTO_UDP, 0, CAM1_4, GW_4, 4000, 53, q.b, q.n };
	size_t bytes = 42 + q.n, passed = 0;
	struct frame ntp = { false, IPPROTO_UDP, 0, CAM1_4, GW_4, 4000, 123, q.b, q.n };

	flags(0);
	for (size_t i = 0; i < 2 * CG_DNS_BYTES_BURST / bytes; i++) {
		struct pkt p = made(f);

		passed += up(&p);
	}
	run_check(passed >= CG_DNS_BYTES_BURST / bytes - 1 &&
			  passed <= CG_DNS_BYTES_BURST / bytes + 60,
		  "a camera's questions have a budget", "%zu of %zu passed", passed,
		  2 * CG_DNS_BYTES_BURST / bytes);
	f.peer = PHONE_4;
	refused("which is one with what it asks a resolver of the LAN", f);
	sent("its other packets have nothing to do with it", ntp, GW_4);
	STEP(n.e, "nor has another camera", NULL, UP, UP4B(GW_4, UDP(1, 53)), R(CG_PASS_GATEWAY),
	     .slot = 2);
}

/* Notes have a quota: the oldest goes, another camera's stays. */
static void quota(void)
{
	struct msg q = question(1, NAME, T_A), a = answer(2, NAME, VENDOR_4);
	struct frame f = { false, IPPROTO_UDP, 0, CAM1_4, DNS1_4, 4000, 53, q.b, q.n };
	struct frame an = { true, IPPROTO_UDP, 0, CAM1_4, GW_4, 4000, 53, a.b, a.n };

	flags(CG_CAM_DNS_REDIRECT);
	for (unsigned int i = 1; i <= CG_QUOTA_REDIRECT + 1; i++) {
		struct pkt p;

		m_set16(&q, 0, i);
		p = made(f);
		assert(up(&p));
	}
	fault_say("map/redirects", names_count(n.redirects) == CG_QUOTA_REDIRECT,
		  "%u questions redirected, %zu notes of at most %u", CG_QUOTA_REDIRECT + 1,
		  names_count(n.redirects), CG_QUOTA_REDIRECT);
	run_check(names_count(n.redirects) == CG_QUOTA_REDIRECT, "as many notes as the quota says",
		  "%zu", names_count(n.redirects));
	back("the second question has its note", an, GW_4, DNS1_4);
	m_set16(&a, 0, 1);
	back("the first has gone", an, GW_4, GW_4);
}

int main(void)
{
	cpu_set_t one;

	/* What one filter leaves for the next lies in memory of the CPU. */
	CPU_ZERO(&one);
	CPU_SET(0, &one);
	assert(!sched_setaffinity(0, sizeof(one), &one));
	names_open(&n, env_open());
	dns();
	two();
	tcp();
	ntp();
	allowed();
	budget();
	quota();
	return run_end();
}
