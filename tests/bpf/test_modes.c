/* SPDX-License-Identifier: GPL-2.0-only */
/* Monitor, off, marks, GSO, shared MACs, missing policy, events, what is remembered of a camera. */
#include <bpf/libbpf.h>
#include <linux/pkt_cls.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include "../fault.h"
#include "frames.h"
#include "run.h"

static void modes(struct env *e)
{
	const struct pkt *p = UP4(EVIL_4, UDP(1, 2));
	const struct row rows[] = {
		{ "monitor: unruled passes, counted", "monitor", UP, p, R(CG_DROP_UNRULED),
		  .monitor = true },
		{ "monitor: sealed passes, counted", "monitor; sealed", UP, p, R(CG_DROP_SEALED),
		  .monitor = true },
		{ "monitor: denied passes, counted", "monitor; open; deny any", UP, p,
		  R(CG_DROP_DENIED), .monitor = true },
		{ "monitor: spoof passes, counted", "monitor", UP,
		  CAM(GW, EVIL_4, VENDOR_4, UDP(1, 2)), R(CG_DROP_SPOOF), .monitor = true },
		{ "monitor: ethertype passes, counted", "monitor", UP,
		  PK(.smac = CAM1, .dmac = GW, .ethertype = 0x8847, .payload = 46),
		  R(CG_DROP_ETHERTYPE), .monitor = true },
		{ "monitor: inbound passes, counted", "monitor", DOWN,
		  DN4(EVIL_4, TCP(TCP_SYN, 1, 2)), R(CG_DROP_INBOUND), IN_WAN, .monitor = true },
		{ "monitor: lan none passes, counted", "monitor; lan none", UP,
		  CAM(PHONE, CAM1_4, PHONE_4, UDP(1, 2)), R(CG_DROP_LAN_VIEWING), .monitor = true },
		{ "monitor: an allowed one counts as ever", "monitor; allow any", UP, p,
		  R(CG_PASS_CONTROL) },
		{ "monitor of camera 2 is not camera 1's", "@2; monitor", UP, p,
		  R(CG_DROP_UNRULED) },
		{ "off: unruled passes", "off", UP, p, R(CG_PASS_OFF) },
		{ "off: sealed passes", "off; sealed", UP, p, R(CG_PASS_OFF) },
		{ "off: inbound passes", "off", DOWN, DN4(EVIL_4, TCP(TCP_SYN, 1, 2)),
		  R(CG_PASS_OFF), IN_WAN },
		{ "off: ethertype passes", "off", UP,
		  PK(.smac = CAM1, .dmac = GW, .ethertype = 0x8847, .payload = 46),
		  R(CG_PASS_OFF) },
		{ "off: spoof passes", "off", UP, CAM(GW, EVIL_4, VENDOR_4, UDP(1, 2)),
		  R(CG_PASS_OFF) },
		{ "off: what passes anyway passes", "off; allow any", UP, p,
		  R(CG_PASS_OFF) | R(CG_PASS_CONTROL) },
		{ "off: phone untouched", "off", UP,
		  PK(.smac = PHONE, .dmac = GW, .src = PHONE_4, .dst = EVIL_4, UDP(1, 2)),
		  UNTOUCHED },
		{ "off has ended: unruled drops", "off past", UP, p, R(CG_DROP_UNRULED) },
		{ "off has ended: inbound drops", "off past", DOWN, DN4(EVIL_4, TCP(TCP_SYN, 1, 2)),
		  R(CG_DROP_INBOUND), IN_WAN },
	};
	uint64_t t;

	RUN(e, rows);
	env_reset(e);
	t = env_now() + 150000000ULL;
	e->meta->off_until_ns = t;
	STEP(e, "off for 150 ms: passes", NULL, UP, p, R(CG_PASS_OFF));
	env_wait_until(t);
	STEP(e, "off ended by the clock: drops", NULL, UP, p, R(CG_DROP_UNRULED));
}

/* The program at that place: another test may have loaded it. */
static int judge_of(int map, __u32 at)
{
	__u32 id = 0;

	return bpf_map_lookup_elem(map, &at, &id) ? -1 : bpf_prog_get_fd_by_id(id);
}

/* While the agent starts its programs come one by one. */
static void early(struct env *e)
{
	const struct pkt *p = UP4(VENDOR_4, UDP(1, 443)), *down = DN4(VENDOR_4, UDP(443, 1));
	const struct pkt *phone =
		PK(.smac = PHONE, .dmac = GW, .src = PHONE_4, .dst = EVIL_4, UDP(1, 2));
	int map = bpf_object__find_map_fd_by_name(e->obj, "cg_judges");
	__u32 up = CG_JUDGE_UP, down_at = CG_JUDGE_DOWN;
	int up_fd = judge_of(map, up), down_fd = judge_of(map, down_at);
	struct env_result r;

	env_reset(e);
	env_state(e, "allow any; @2; monitor");
	STEP(e, "early: all there, allowed passes", NULL, UP, p, R(CG_PASS_CONTROL));
	env_fast_clear(e);
	run_check(!bpf_map_delete_elem(map, &up) && !bpf_map_delete_elem(map, &down_at),
		  "early: programs away", "%m");
	r = env_run(e, UP, p, IF_LAN, IF_LAN, 0, 0);
	run_check(r.verdict == TC_ACT_SHOT, "early: from a camera nothing passes", "verdict %d",
		  (int)r.verdict);
	r = env_run(e, DOWN, down, IF_LAN, IN_WAN, 0, 0);
	run_check(r.verdict == TC_ACT_SHOT, "early: to a camera nothing passes", "verdict %d",
		  (int)r.verdict);
	r = env_run(e, UP, UP4B(VENDOR_4, UDP(1, 443)), IF_LAN, IF_LAN, 0, 0);
	run_check(r.verdict == (uint32_t)TC_ACT_UNSPEC, "early: monitored passes", "verdict %d",
		  (int)r.verdict);
	STEP(e, "early: phone untouched", NULL, UP, phone, UNTOUCHED);
	run_check(!bpf_map_update_elem(map, &up, &up_fd, BPF_ANY) &&
			  !bpf_map_update_elem(map, &down_at, &down_fd, BPF_ANY),
		  "early: programs back", "%m");
	close(up_fd);
	close(down_fd);
	STEP(e, "early: then allowed passes again", NULL, UP, p, R(CG_PASS_CONTROL));
}

static void mark_is(struct env *e, const char *name, const char *state, uint32_t flags,
		    const struct pkt *p, bool pass, uint32_t mark)
{
	struct env_result r;

	env_reset(e);
	env_state(e, state);
	e->meta->flags = flags;
	e->meta->mark = 0x01000000;
	r = env_run(e, UP, p, IF_LAN, IF_LAN, 0, 0);
	run_check((r.verdict == (uint32_t)TC_ACT_UNSPEC) == pass && (!pass || r.mark == mark), name,
		  "verdict %d mark %#x, expected %s %#x", (int)r.verdict, r.mark,
		  pass ? "pass" : "drop", mark);
}

static void marks(struct env *e)
{
	const struct pkt *p = UP4(EVIL_4, UDP(1, 2));
	const struct pkt *arp = pk_arp(CAM1, BCAST, 1, CAM1, CAM1_4, GW_4);

	mark_is(e, "guard: what passes is marked", "allow any", CG_META_GUARD, p, true, 0x01000000);
	mark_is(e, "guard: arp is marked", NULL, CG_META_GUARD, arp, true, 0x01000000);
	mark_is(e, "guard, off: is marked", "off", CG_META_GUARD, p, true, 0x01000000);
	mark_is(e, "guard, monitor: is marked", "monitor", CG_META_GUARD, p, true, 0x01000000);
	mark_is(e, "guard: a drop drops", NULL, CG_META_GUARD, p, false, 0);
	mark_is(e, "no guard: no mark", "allow any", 0, p, true, 0);
}

static void gso(struct env *e)
{
	const size_t h4 = 14 + 20 + 20, h6 = 14 + 40 + 20, hu = 14 + 20 + 8;
	const struct pkt *t4 = UP4(VENDOR_4, TCP(TCP_ACK, 1, 443), .payload = 1500);
	const struct pkt *t6 = UP6(VENDOR_6, TCP(TCP_ACK, 1, 443), .payload = 1500);
	const struct pkt *u4 = UP4(VENDOR_4, UDP(1, 443), .payload = 1500);
	const struct pkt *to =
		UP4(VENDOR_4, TCP(TCP_ACK, 1, 443), .tcp_options = 12, .payload = 1500);
	const struct pkt *dn = DN4(VENDOR_4, TCP(TCP_ACK, 443, 1), .payload = 1500);
	const uint64_t ctl = R(CG_PASS_CONTROL);
	const struct row rows[] = {
		{ "gso 3 x 500 tcp4", "allow any", UP, t4, ctl, .segs = 3, .size = 500,
		  .packets = 3, .bytes = t4->len + 2 * h4 },
		{ "gso 3 x 500 tcp6", "allow any", UP, t6, ctl, .segs = 3, .size = 500,
		  .packets = 3, .bytes = t6->len + 2 * h6 },
		{ "gso 3 x 500 udp4", "allow any", UP, u4, ctl, .segs = 3, .size = 500,
		  .packets = 3, .bytes = u4->len + 2 * hu },
		{ "gso tcp with options", "allow any", UP, to, ctl, .segs = 3, .size = 500,
		  .packets = 3, .bytes = to->len + 2 * (h4 + 12) },
		{ "gso_segs 0: derived, exact", "allow any", UP, t4, ctl, .segs = 0, .size = 500,
		  .packets = 3, .bytes = t4->len + 2 * h4 },
		{ "gso_segs 0: derived, a rest", "allow any", UP, t4, ctl, .segs = 0, .size = 700,
		  .packets = 3, .bytes = t4->len + 2 * h4 },
		{ "gso dropped is counted so", NULL, UP, t4, R(CG_DROP_UNRULED), .segs = 3,
		  .size = 500, .packets = 3, .bytes = t4->len + 2 * h4 },
		{ "gso down", "allow any", DOWN, dn, ctl, IN_WAN, .segs = 3, .size = 500,
		  .packets = 3, .bytes = dn->len + 2 * h4 },
		{ "no gso is one", "allow any", UP, t4, ctl },
	};

	RUN(e, rows);
}

static void narrow_add(struct env *e, uint32_t gen, const char *addr, uint32_t slot)
{
	struct cg_narrow_key key = { .gen = gen };
	struct cg_cam cam = { .slot = slot };

	addr_parse(addr, key.addr);
	memcpy(key.mac, CAM1, 6);
	bpf_map_update_elem(e->narrow, &key, &cam, BPF_ANY);
}

static void narrowed(struct env *e)
{
	const uint64_t no = R(CG_DROP_NARROWED);

	env_reset(e);
	env_state(e, "narrow; allow any; @2; allow any");
	narrow_add(e, 1, CAM1_4, 1);
	narrow_add(e, 1, "192.168.1.22", 3);
	narrow_add(e, 1, CAM1_6, 1);
	env_word(e, 3, (uint64_t)CG_OPEN << CG_WORD_BASE_SHIFT);
	STEP(e, "narrowed: the listed address passes", NULL, UP, UP4(VENDOR_4, UDP(1, 2)),
	     R(CG_PASS_CONTROL));
	STEP(e, "narrowed: the listed v6 address passes", NULL, UP, UP6(VENDOR_6, UDP(1, 2)),
	     R(CG_PASS_CONTROL));
	STEP(e, "narrowed: another listed one is its own camera", NULL, UP,
	     CAM(GW, "192.168.1.22", VENDOR_4, UDP(1, 2)), R(CG_PASS_OPEN), .slot = 3);
	STEP(e, "narrowed: an address nobody listed drops", NULL, UP,
	     CAM(GW, "192.168.1.23", VENDOR_4, UDP(1, 2)), no);
	STEP(e, "narrowed: on the LAN it is a closed camera without rules", NULL, UP,
	     CAM(PHONE, "192.168.1.23", PHONE_4, UDP(1, 2)), R(CG_PASS_LAN));
	STEP(e, "narrowed: to the listed address passes", NULL, DOWN, DN4(PHONE_4, UDP(2, 1)),
	     R(CG_PASS_LAN), IN_LAN);
	STEP(e, "narrowed: from the LAN to it passes", NULL, DOWN,
	     PK(.smac = GW, .dmac = CAM1, .src = PHONE_4, .dst = "192.168.1.23", UDP(2, 1)),
	     R(CG_PASS_LAN), IN_LAN);
	STEP(e, "narrowed: inbound to it drops", NULL, DOWN,
	     PK(.smac = GW, .dmac = CAM1, .src = EVIL_4, .dst = "192.168.1.23", UDP(2, 1)),
	     ANY_DROP, IN_WAN);
	STEP(e, "narrowed: arp of the listed passes", NULL, UP,
	     pk_arp(CAM1, BCAST, 1, CAM1, CAM1_4, GW_4), R(CG_PASS_ARP));
	e->meta->generation = 2;
	env_policy_write(e, 2);
	STEP(e, "narrowed: the next generation has its own list", NULL, UP,
	     UP4(VENDOR_4, UDP(3, 2)), no);
	narrow_add(e, 2, CAM1_4, 1);
	env_policy_write(e, 2);
	STEP(e, "narrowed: and with it passes", NULL, UP, UP4(VENDOR_4, UDP(3, 2)),
	     R(CG_PASS_CONTROL));
}

static void no_policy(struct env *e)
{
	struct cg_cam_key key = { .gen = 1 };
	struct cg_cam cam = { .slot = ENV_SLOTS };
	struct env_result r;

	env_reset(e);
	memcpy(key.mac, CAM1, 6);
	bpf_map_update_elem(e->cams, &key, &cam, BPF_ANY);
	r = env_run(e, UP, UP4(VENDOR_4, UDP(1, 2)), IF_LAN, IF_LAN, 0, 0);
	run_check(r.verdict == TC_ACT_SHOT, "a slot beyond the maps: the closed side", "verdict %d",
		  (int)r.verdict);
	r = env_run(e, DOWN, DN4(EVIL_4, TCP(TCP_SYN, 1, 2)), IF_LAN, IN_WAN, 0, 0);
	run_check(r.verdict == TC_ACT_SHOT, "a slot beyond the maps: inbound drops", "verdict %d",
		  (int)r.verdict);
	env_reset(e);
	env_state(e, "allow any");
	bpf_map_delete_elem(e->ifs, &(uint32_t){ IF_LAN });
	STEP(e, "a port of no LAN: nothing is the camera's to use, or its LAN is", NULL, UP,
	     UP4(VENDOR_4, UDP(1, 2)),
	     R(CG_DROP_SPOOF) | R(CG_DROP_NO_POLICY) | R(CG_PASS_CONTROL));
}

struct seen {
	unsigned int n;
	struct cg_event last[512];
};

static int on_event(void *ctx, void *data, size_t size)
{
	struct seen *s = ctx;

	if (size >= sizeof(struct cg_event) && s->n < 512)
		memcpy(&s->last[s->n++], data, sizeof(struct cg_event));
	return 0;
}

static const struct cg_event *event_of(const struct seen *s, __u8 type)
{
	unsigned int i;

	for (i = 0; i < s->n; i++)
		if (s->last[i].type & type)
			return &s->last[i];
	return NULL;
}

static void events(struct env *e)
{
	static struct seen s;
	struct ring_buffer *rb = ring_buffer__new(e->events, on_event, &s, NULL);
	struct row r = { "", NULL, UP, UP4(EVIL_4, UDP(1, 2)) };
	const struct cg_event *v;
	struct cg_state st;
	uint32_t slot = 1;
	uint8_t a[16];
	unsigned int i, drops;
	uint64_t t, took;
	char addr[32];
	bool ok;

	if (!rb) {
		run_skip("events", "no ring buffer");
		return;
	}
	env_reset(e);
	ring_buffer__consume(rb);
	s.n = 0;
	STEP(e, "a drop to be told", NULL, UP, r.pkt, R(CG_DROP_UNRULED));
	ring_buffer__consume(rb);
	v = event_of(&s, CG_EVENT_DROP);
	addr_parse(EVIL_4, a);
	run_check(v && v->size == sizeof(*v) && v->version == CG_BPF_ABI_VERSION && v->slot == 1 &&
			  !memcmp(v->peer, a, 16) && v->cam_port == htons(1) &&
			  v->peer_port == htons(2) && v->proto == IPPROTO_UDP &&
			  v->reason == CG_DROP_UNRULED && v->plane == CG_PLANE_UP &&
			  v->scope == CG_NET_REMOTE && v->rule == 0xffff && v->ifindex == IF_LAN &&
			  !memcmp(v->mac, CAM1, 6),
		  "drop event says what was dropped", "%s", v ? "a field differs" : "no event");
	addr_parse(CAM1_4, a);
	run_check(v && !memcmp(v->cam, a, 16), "drop event has the camera's address", "another");
	v = event_of(&s, CG_EVENT_SEEN);
	run_check(v && v->slot == 1 && !memcmp(v->cam, a, 16) && !memcmp(v->mac, CAM1, 6),
		  "first packet: seen event", "%s", v ? "a field differs" : "no event");
	s.n = 0;
	env_state(e, "allow 203.0.113.0/24");
	STEP(e, "a flow to be told", NULL, UP, r.pkt, R(CG_PASS_CONTROL));
	STEP(e, "its second packet", NULL, UP, r.pkt, R(CG_PASS_CONTROL));
	ring_buffer__consume(rb);
	v = event_of(&s, CG_EVENT_FLOW);
	run_check(v && v->slot == 1 && v->reason == CG_PASS_CONTROL && v->rule == 0 &&
			  v->peer_port == htons(2),
		  "flow event says who and by which rule", "%s",
		  v ? "a field differs" : "no event");
	run_check(s.n == 1, "one flow, one event", "%u", s.n);
	s.n = 0;
	STEP(e, "a mpls frame to be told", NULL, UP,
	     PK(.smac = CAM1, .dmac = GW, .ethertype = 0x8847, .payload = 46),
	     R(CG_DROP_ETHERTYPE));
	ring_buffer__consume(rb);
	v = event_of(&s, CG_EVENT_DROP);
	run_check(v && v->ethertype == 0x8847 && v->reason == CG_DROP_ETHERTYPE,
		  "drop event has the EtherType", "%s", v ? "a field differs" : "no event");
	s.n = 0;
	STEP(e, "an inbound drop to be told", NULL, DOWN, DN4(EVIL_4, TCP(TCP_SYN, 9, 554)),
	     R(CG_DROP_INBOUND), IN_WAN);
	ring_buffer__consume(rb);
	v = event_of(&s, CG_EVENT_DROP);
	run_check(v && v->plane == CG_PLANE_DOWN && v->cam_port == htons(554) &&
			  v->peer_port == htons(9) && v->reason == CG_DROP_INBOUND,
		  "drop event of the way down", "%s", v ? "a field differs" : "no event");
	env_reset(e);
	s.n = 0;
	t = env_now();
	for (i = 0; i < 300; i++)
		run_quiet(e, &r, &ok);
	took = env_now() - t;
	ring_buffer__consume(rb);
	for (i = drops = 0; i < s.n; i++)
		drops += !!(s.last[i].type & CG_EVENT_DROP);
	bpf_map_lookup_elem(e->state, &slot, &st);
	run_check(drops >= CG_EVENT_BURST - 1 &&
			  drops <= CG_EVENT_BURST + 2 + CG_EVENT_RATE * took / 1000000000ULL,
		  "drop events are limited", "%u in %llu ms", drops,
		  (unsigned long long)took / 1000000);
	run_check(st.suppressed + drops == 300, "what was not told is counted",
		  "%llu + %u, expected 300", (unsigned long long)st.suppressed, drops);
	run_check(st.last_ns >= t && st.last_ns <= env_now() && st.ifindex == IF_LAN &&
			  !memcmp(st.mac, CAM1, 6) && st.naddr == 1 && !memcmp(st.addr[0], a, 16),
		  "state remembers when, where, MAC and address", "naddr %u ifindex %u", st.naddr,
		  st.ifindex);
	s.n = 0;
	env_state(e, "allow 198.51.100.0/24");
	STEP(e, "a new flow right after the flood", NULL, UP, UP4(VENDOR_4, UDP(1, 2)),
	     R(CG_PASS_CONTROL));
	ring_buffer__consume(rb);
	run_check(event_of(&s, CG_EVENT_FLOW) != NULL, "a flood of drops does not hide a new flow",
		  "no flow event");
	for (i = 0; i < 40; i++) {
		snprintf(addr, sizeof(addr), "192.168.1.%u", 100 + i);
		r.pkt = CAM(GW, addr, EVIL_4, UDP(1, 2));
		run_quiet(e, &r, &ok);
	}
	bpf_map_lookup_elem(e->state, &slot, &st);
	run_check(st.naddr <= CG_SEEN_ADDRS || st.naddr == 41,
		  "at most 16 addresses are remembered", "%u", st.naddr);
	addr_parse("192.168.1.100", a);
	run_check(!memcmp(st.addr[1], a, 16), "the second address is the second", "it is not");
	env_reset(e);
	r.pkt = CAM(GW, EVIL_4, VENDOR_4, UDP(1, 2));
	run_quiet(e, &r, &ok);
	bpf_map_lookup_elem(e->state, &slot, &st);
	run_check(!st.naddr, "a spoofed address is not remembered", "%u", st.naddr);
	ring_buffer__free(rb);
	/* Nobody reads now: the buffer fills, what is lost is counted, verdicts stay. */
	{
		uint64_t lost[e->ncpu], before = 0, after = 0;
		uint32_t zero = 0;
		int c;

		env_reset(e);
		env_state(e, "allow any");
		bpf_map_lookup_elem(e->lost, &zero, lost);
		for (c = 0; c < e->ncpu; c++)
			before += lost[c];
		for (i = 0; i < 4200; i++) {
			r.pkt = UP4(VENDOR_4, UDP(1000 + i % 250, 443));
			if (i % 250 == 0)
				env_flows_clear(e);
			/* The budget of events is not what is tested here. */
			if (i % 16 == 0) {
				bpf_map_lookup_elem(e->state, &slot, &st);
				st.drop_tat_ns = st.news_tat_ns = 0;
				bpf_map_update_elem(e->state, &slot, &st, BPF_ANY);
			}
			env_run(e, UP, r.pkt, IF_LAN, IF_LAN, 0, 0);
		}
		bpf_map_lookup_elem(e->lost, &zero, lost);
		for (c = 0; c < e->ncpu; c++)
			after += lost[c];
		{
			enum cg_reason passed = run_quiet(e, &r, &ok), dropped;

			env_word(e, 1, 0);
			dropped = run_quiet(e, &r, &ok);
			fault_say("map/events",
				  after > before && passed == CG_PASS_CONTROL &&
					  dropped == CG_DROP_SEALED,
				  "%llu events lost and counted, then %s, sealed %s",
				  (unsigned long long)(after - before), reason_name(passed),
				  reason_name(dropped));
			env_word(e, 1, (uint64_t)CG_CLOSED << CG_WORD_BASE_SHIFT);
		}
		run_check(after > before, "events lost to a full buffer are counted", "%llu",
			  (unsigned long long)(after - before));
		STEP(e, "a full buffer changes no verdict", NULL, UP, r.pkt, R(CG_PASS_CONTROL));
		env_word(e, 1, 0);
		STEP(e, "a full buffer changes no drop", NULL, UP, r.pkt, R(CG_DROP_SEALED));
	}
}

int main(void)
{
	struct env *e = env_open();

	modes(e);
	early(e);
	marks(e);
	gso(e);
	narrowed(e);
	no_policy(e);
	events(e);
	env_close(&e);
	return run_end();
}
