/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sessions: amount and rate tell viewing where no protocol does; what is told is stopped
 * for a time that grows; what cameras and other devices do all day is not. Time is made.
 */
#define _GNU_SOURCE
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/pkt_cls.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../fault.h"
#include "frames.h"
#include "run.h"

#define CLOSED ((uint64_t)CG_CLOSED << CG_WORD_BASE_SHIFT)
#define CTL    R(CG_PASS_CONTROL)
#define MS     1000000ULL
#define SEC    1000000000ULL
#define MIB    (1024 * 1024)

static struct env *e;
static bool slow; /* an emulated machine: an hour of what is a day elsewhere */

static uint64_t opened(void)
{
	return CLOSED | (env_now() + 3600 * SEC);
}

static void begin(const char *words)
{
	env_reset(e);
	env_budgets(e);
	env_state(e, words);
}

/* ---- what a camera sends, as time goes by ---- */

struct talk {
	uint64_t up_bytes, down_bytes; /* wire, that passed */
	unsigned int dropped;
	uint64_t stopped_ms; /* when the first was dropped; 0 = none was */
	uint64_t ms;
};

static struct talk talk;

static void passes_ms(uint64_t ms)
{
	env_pass(e, 1, ms * MS);
	talk.ms += ms;
}

static bool pass(enum env_dir dir, const struct pkt *p)
{
	struct env_result r = env_run(e, dir, p, IF_LAN, dir == UP ? IF_LAN : IN_WAN, 0, 0);
	bool pass = r.verdict != TC_ACT_SHOT;

	if (pass && dir == UP)
		talk.up_bytes += p->len;
	if (pass && dir == DOWN)
		talk.down_bytes += p->len;
	if (!pass && !talk.dropped++)
		talk.stopped_ms = talk.ms ? talk.ms : 1;
	return pass;
}

static const struct pkt *data_new(enum env_dir dir, const char *peer, uint8_t proto, uint16_t cam,
				  uint16_t port, uint16_t n)
{
	if (proto == IPPROTO_TCP)
		return dir == UP ? UP4(peer, TCP(TCP_ACK, cam, port), .payload = n) :
				   DN4(peer, TCP(TCP_ACK, port, cam), .payload = n);
	return dir == UP ? UP4(peer, UDP(cam, port), .payload = n) :
			   DN4(peer, UDP(port, cam), .payload = n);
}

/* Built once each: what is sent all day is the same packet. */
static const struct pkt *data(enum env_dir dir, const char *peer, uint8_t proto, uint16_t cam,
			      uint16_t port, uint16_t n)
{
	static struct {
		char key[64];
		const struct pkt *p;
	} made[512];
	static unsigned int nmade;
	char key[64];

	snprintf(key, sizeof(key), "%d %s %u %u %u %u", dir, peer, proto, cam, port, n);
	for (unsigned int i = 0; i < nmade; i++)
		if (!strcmp(made[i].key, key))
			return made[i].p;
	if (nmade == sizeof(made) / sizeof(*made))
		nmade = 0;
	memcpy(made[nmade].key, key, sizeof(key));
	made[nmade].p = data_new(dir, peer, proto, cam, port, n);
	return made[nmade++].p;
}

static void reset(const char *words)
{
	memset(&talk, 0, sizeof(talk));
	begin(words);
}

/* Random bytes would be no other to the packet path; what is encrypted has no signature. */
#define RULE "signs; upload 198.51.100.77; allow any"

struct stream {
	const char *name;
	uint8_t proto;
	uint16_t size;	       /* payload of a packet */
	unsigned int burst;    /* packets at once */
	unsigned int every_ms; /* from burst to burst */
	unsigned int lull_ms;  /* every three seconds besides */
	unsigned int remotes, ports;
	uint16_t back;	      /* payload that comes back for each burst */
	unsigned int seconds; /* at most */
};

static const struct stream streams[] = {
	{ "512 kbit/s of udp", IPPROTO_UDP, 1280, 1, 20, 0, 1, 1, 0, 60 },
	{ "512 kbit/s of tcp", IPPROTO_TCP, 1280, 1, 20, 0, 1, 1, 0, 60 },
	{ "512 kbit/s, many ports", IPPROTO_UDP, 1280, 1, 20, 0, 1, 40, 0, 60 },
	{ "256 kbit/s with a lull every 3 s", IPPROTO_TCP, 1280, 1, 40, 900, 1, 1, 0, 60 },
	{ "8 Mbit/s", IPPROTO_TCP, 1400, 7, 10, 0, 1, 1, 0, 20 },
	{ "a picture of 40 kB every 5 s", IPPROTO_TCP, 1250, 32, 5000, 0, 1, 1, 0, 3600 },
	{ "24 kbit/s for hours", IPPROTO_UDP, 300, 1, 100, 0, 1, 1, 0, 7200 },
	{ "packets of 300 bytes", IPPROTO_UDP, 300, 1, 37, 0, 1, 1, 0, 600 },
	{ "one stream over 64 remotes", IPPROTO_UDP, 1000, 1, 31, 0, 64, 1, 0, 600 },
	{ "two-way audio", IPPROTO_UDP, 160, 1, 20, 0, 1, 1, 160, 600 },
	{ "6 kbit/s from 64 remotes", IPPROTO_UDP, 100, 1, 20, 0, 64, 1, 100, 7200 },
};

#define RATE_STREAMS 5 /* the first ones are plain streams: rate and time are promised */

/* Until it is stopped for good, or enough bytes are out. */
static struct talk play(const struct stream *s, uint64_t enough)
{
	char peer[32];
	unsigned int n = 0;

	for (uint64_t since = 0; talk.ms < 1000ULL * s->seconds; n++) {
		snprintf(peer, sizeof(peer), "198.51.100.%u", 100 + n % s->remotes);
		for (unsigned int i = 0; i < s->burst; i++)
			pass(UP, data(UP, peer, s->proto, 20000 + n % s->ports, 5000, s->size));
		if (s->back)
			pass(DOWN, data(DOWN, peer, s->proto, 20000 + n % s->ports, 5000, s->back));
		if (talk.dropped > 40 || talk.up_bytes > enough)
			break;
		since += s->every_ms;
		passes_ms(s->every_ms);
		if (s->lull_ms && since >= 3000) {
			since = 0;
			passes_ms(s->lull_ms);
		}
	}
	return talk;
}

static void evasions(void)
{
	unsigned int rate_ms = 0, rate_bytes = 0, worst = 0, free_bytes = 0, n = 0;

	for (size_t i = 0; i < sizeof(streams) / sizeof(*streams); i++) {
		const struct stream *s = &streams[i];
		struct talk with;
		struct cg_sum sum;

		reset(RULE);
		with = play(s, UINT64_MAX);
		sum = env_sum(e, 1);
		run_check(with.dropped && with.up_bytes <= 4 * MIB, s->name,
			  "%llu bytes out in %llu ms, %u dropped",
			  (unsigned long long)with.up_bytes, (unsigned long long)with.ms,
			  with.dropped);
		printf("# %s: %llu bytes out, stopped after %llu ms%s\n", s->name,
		       (unsigned long long)with.up_bytes, (unsigned long long)with.stopped_ms,
		       sum.block_ns ? ", all remotes" : "");
		/* While it is blocked it is not seen at all, and it does not end by sending on. */
		n = talk.up_bytes;
		for (int k = 0; k < 20; k++) {
			passes_ms(1000);
			pass(UP, data(UP, "198.51.100.100", s->proto, 20000, 5000, s->size));
		}
		run_check(talk.up_bytes == n, "and stays stopped", "%llu bytes more",
			  (unsigned long long)talk.up_bytes - n);
		if (with.up_bytes > worst)
			worst = with.up_bytes;
		if (i < RATE_STREAMS) {
			if (with.stopped_ms > rate_ms)
				rate_ms = with.stopped_ms;
			if (with.up_bytes > rate_bytes)
				rate_bytes = with.up_bytes;
		}
		/* The same with the signs switched off is not stopped. */
		reset("allow any");
		play(s, 4 * with.up_bytes);
		/* A new flow may find no memory where thousands were freed a moment ago. */
		run_check(talk.dropped <= 1 && talk.up_bytes > 4 * with.up_bytes,
			  "without signs it is not", "%u dropped", talk.dropped);
		if (!free_bytes || talk.up_bytes < free_bytes)
			free_bytes = talk.up_bytes;
	}
	run_measure("sessions/rate_stop_s", "<=", 8, "s", (rate_ms + 999) / 1000, RATE_STREAMS, 60);
	run_measure("sessions/rate_leak_bytes", "<=", 262144, "bytes", rate_bytes, RATE_STREAMS,
		    free_bytes);
	run_measure("sessions/evasion_leak_bytes", "<=", 4194304, "bytes", worst,
		    sizeof(streams) / sizeof(*streams), free_bytes);
}

/* Rate alone, where amounts are not looked at: at the slowest speed that counts. */
static void rate_alone(void)
{
	static const struct stream slow = { "66 kbit/s", IPPROTO_TCP, 1375, 1, 166, 0, 1, 1, 0, 60 };
	struct cg_session s = { 0 };
	struct talk t;

	reset(RULE);
	e->no_signs = CG_CAM_NO_BUDGET;
	env_policy_write(e, 1);
	t = play(&slow, UINT64_MAX);
	run_check(t.dropped && t.stopped_ms <= 8000 &&
			  env_session_find(e, 1, "198.51.100.100", &s) && s.sign == CG_SIGN_RATE,
		  "rate alone stops", "after %llu ms, sign %u", (unsigned long long)t.stopped_ms,
		  s.sign);
	/* As much comes back: it is no stream of a picture. */
	reset(RULE);
	e->no_signs = CG_CAM_NO_BUDGET;
	env_policy_write(e, 1);
	for (int i = 0; i < 600; i++) {
		pass(UP, data(UP, VENDOR_4, IPPROTO_TCP, 4000, 443, 1375));
		pass(DOWN, data(DOWN, VENDOR_4, IPPROTO_TCP, 4000, 443, 1375));
		passes_ms(100);
	}
	run_check(!talk.dropped, "as much both ways is not told by rate", "%u dropped",
		  talk.dropped);
}

/* ---- what is no viewing ---- */

static unsigned int flags;

static void fine(const char *name)
{
	struct cg_sum sum = env_sum(e, 1);

	flags += talk.dropped;
	run_check(!talk.dropped && !sum.block_ns && talk.up_bytes, name, "%u dropped of %llu bytes",
		  talk.dropped, (unsigned long long)talk.up_bytes);
}

/* 24 hours of it. */
struct habit {
	const char *name;
	uint8_t proto;
	unsigned int every_ms;
	uint16_t up, down; /* payload */
	unsigned int remotes;
};

/* Cameras by facts/rates.tsv; the others as they are known to be: small and rare, or
 * mostly from outside. */
static const struct habit habits[] = {
	{ "yi: login to three servers each 24.66 s", IPPROTO_UDP, 8220, 108, 8, 3 },
	{ "reolink: heartbeat each 10 s", IPPROTO_UDP, 10000, 83, 70, 1 },
	{ "xmeye: kept alive each 120 s", IPPROTO_TCP, 120000, 400, 300, 1 },
	{ "mqtt ping each 30 s", IPPROTO_TCP, 30000, 2, 2, 1 },
	{ "tls, 300 bytes a minute", IPPROTO_TCP, 60000, 300, 300, 2 },
	{ "doorbell: push each 5 s", IPPROTO_TCP, 5000, 60, 40, 1 },
	{ "tuya: status each 15 s", IPPROTO_TCP, 15000, 250, 80, 1 },
	{ "thermostat each 5 min", IPPROTO_TCP, 300000, 1400, 1400, 1 },
	{ "plug with meter each 10 s", IPPROTO_TCP, 10000, 500, 60, 1 },
	{ "light hub each 20 s", IPPROTO_TCP, 20000, 120, 120, 2 },
	{ "vacuum, a map of 20 kB an hour", IPPROTO_TCP, 180000, 1000, 60, 1 },
	{ "speaker: kept alive each 4 s", IPPROTO_TCP, 4000, 40, 40, 3 },
	{ "television: telemetry each 30 s", IPPROTO_TCP, 30000, 1200, 100, 4 },
	{ "printer each 15 min", IPPROTO_TCP, 900000, 1400, 800, 1 },
	{ "scale once an hour", IPPROTO_TCP, 3600000, 1200, 400, 1 },
	{ "weather station each 16 s", IPPROTO_UDP, 16000, 180, 20, 1 },
	{ "lock each 60 s", IPPROTO_TCP, 60000, 200, 200, 1 },
	{ "sensor hub: coap each 25 s", IPPROTO_UDP, 25000, 60, 30, 1 },
	{ "inverter each 60 s", IPPROTO_TCP, 60000, 800, 60, 1 },
	{ "car charger: ocpp each 30 s", IPPROTO_TCP, 30000, 180, 90, 1 },
	{ "time each 64 s", IPPROTO_UDP, 64000, 48, 48, 4 },
	{ "feeder each 45 s", IPPROTO_TCP, 45000, 350, 120, 1 },
};

static void habits_pass(void)
{
	char peer[32];

	for (size_t i = 0; i < sizeof(habits) / sizeof(*habits); i++) {
		const struct habit *h = &habits[i];
		unsigned int n = 0;

		reset(RULE);
		for (; talk.ms < (slow ? 1 : 24) * 3600000ULL; n++) {
			snprintf(peer, sizeof(peer), "198.51.100.%u", 100 + n % h->remotes);
			pass(UP, data(UP, peer, h->proto, 20000, 8443, h->up));
			pass(DOWN, data(DOWN, peer, h->proto, 20000, 8443, h->down));
			passes_ms(h->every_ms);
		}
		fine(h->name);
	}
}

static void clips_pass(void)
{
	/* facts/rates.tsv: clips of 12 s at 2 Mbit/s every 5 minutes; one of 30 s at 8 Mbit/s. */
	reset(RULE);
	for (int i = 0; i < 30 * 700; i++) {
		pass(UP, data(UP, "198.51.100.77", IPPROTO_TCP, 30000, 443, 1400));
		if (i % 7 == 6)
			env_pass(e, 1, 10 * MS);
	}
	fine("a clip of 30 s at 8 Mbit/s to an upload rule");
	reset(RULE);
	for (int clip = 0; clip < (slow ? 1 : 36); clip++) {
		for (int i = 0; i < 12 * 178; i++) {
			pass(UP, data(UP, "198.51.100.77", IPPROTO_TCP, 30000, 443, 1400));
			if (i % 178 == 177)
				passes_ms(1000);
		}
		passes_ms(288000);
	}
	fine("a clip of 12 s every 5 minutes, three hours long");
	/* The same clip to where nothing may be uploaded. */
	reset("signs; allow any");
	for (int i = 0; i < 178; i++)
		pass(UP, data(UP, "198.51.100.77", IPPROTO_TCP, 30000, 443, 1400));
	run_check(talk.dropped, "the same to a rule for control is stopped", "none dropped");
	/* 1 Mbit/s without an end is no clip. */
	reset(RULE);
	for (int i = 0; i < 3600 && !talk.dropped && !slow; i++) {
		for (int k = 0; k < 90; k++)
			pass(UP, data(UP, "198.51.100.77", IPPROTO_TCP, 30000, 443, 1400));
		passes_ms(1000);
	}
	run_check(slow || talk.dropped, "a stream to an upload rule is stopped", "none dropped");
	printf("# 1 Mbit/s to an upload rule: %llu bytes in %llu s\n",
	       (unsigned long long)talk.up_bytes, (unsigned long long)talk.ms / 1000);
}

static void firmware_passes(void)
{
	reset(RULE);
	for (int i = 0; i < (slow ? 2000 : 20000); i++) {
		pass(DOWN, data(DOWN, VENDOR_4, IPPROTO_TCP, 4000, 443, 1400));
		if (i % 2)
			pass(UP, UP4(VENDOR_4, TCP(TCP_ACK, 4000, 443), .tcp_options = 12));
		if (i % 100 == 99)
			passes_ms(100);
	}
	fine("28 MB of firmware with their acknowledgements");
}

/* ---- stopped, again, and forgiven ---- */

/* Control as the camera means it, and then too much of it. */
static bool flood(const char *peer)
{
	for (int i = 0; i < 100; i++)
		if (!pass(UP, data(UP, peer, IPPROTO_TCP, 4000, 443, 1400)))
			return true;
	return false;
}

static unsigned int stops, begans, refusals;
static struct cg_session_event last;

static int on_event(void *ctx, void *bytes, size_t size)
{
	const struct cg_session_event *ev = bytes;

	(void)ctx;
	if (size < sizeof(*ev) || ev->type != CG_EVENT_SESSION)
		return 0;
	last = *ev;
	stops += ev->what == CG_SESSION_STOPPED;
	begans += ev->what == CG_SESSION_BEGAN;
	refusals += ev->what == CG_SESSION_REFUSED;
	return 0;
}

static void events_read(void)
{
	static struct ring_buffer *rb;

	if (!rb)
		rb = ring_buffer__new(e->events, on_event, NULL, NULL);
	stops = begans = refusals = 0;
	ring_buffer__consume(rb);
}

static void repetition(void)
{
	struct cg_session s;
	uint64_t want = CG_BLOCK_S;

	reset(RULE);
	events_read();
	for (int i = 0; i < 9; i++) {
		bool told = flood(VENDOR_4);

		if (i) { /* right behind a block too much only waits */
			events_read();
			run_check(told && !stops, "too much right behind a block is no new stop",
				  "%u stops", stops);
			passes_ms(CG_CONTROL_BURST * 1000 / CG_CONTROL_BYTES_S);
			told = flood(VENDOR_4);
		}

		events_read();
		run_check(told && stops == 1 && last.session.sign == CG_SIGN_BUDGET &&
				  last.session.nfirst == CG_FIRST_BYTES && last.slot == 1 &&
				  env_session_find(e, 1, VENDOR_4, &s),
			  "too much is told and stopped", "%u stops, sign %u", stops,
			  last.session.sign);
		passes_ms(want * 1000 - 1000);
		run_check(!pass(UP, data(UP, VENDOR_4, IPPROTO_TCP, 4001, 443, 10)),
			  "a second before its end the block holds", "passed");
		events_read();
		run_check(refusals == (want > 61) && !stops, "what tries on is told once a minute",
			  "%u refusals, %u stops", refusals, stops);
		passes_ms(1500);
		run_check(pass(UP, data(UP, VENDOR_4, IPPROTO_TCP, 4001, 443, 10)),
			  "behind its end control passes again", "dropped");
		if (i < CG_BLOCK_DOUBLED)
			want *= 2;
	}
	run_check(s.repeats == 9, "every time is counted", "%u", s.repeats);
	/* With an empty bucket: of 64 kB what came in since the block ended. */
	want = talk.up_bytes;
	flood(VENDOR_4);
	run_check(talk.up_bytes - want <= 2 * 1454, "and resumes with an empty bucket",
		  "%llu bytes", (unsigned long long)(talk.up_bytes - want));
	/* Another remote is not touched, nor another camera. */
	run_check(pass(UP, data(UP, "198.51.100.11", IPPROTO_TCP, 4000, 443, 100)),
		  "another remote passes", "dropped");
	env_state(e, "@2; allow any");
	STEP(e, "another camera passes", NULL, UP, UP4B(VENDOR_4, TCP(TCP_SYN, 4000, 443)), CTL,
	     .slot = 2);
}

static void other_ways(void)
{
	struct cg_session s;
	unsigned int n;

	reset(RULE);
	flood(VENDOR_4);
	run_check(!pass(DOWN, data(DOWN, VENDOR_4, IPPROTO_TCP, 4000, 443, 10)),
		  "blocked: what comes from it is stopped too", "passed");
	env_word(e, 1, opened());
	STEP(e, "an opening forgives", NULL, UP, data(UP, VENDOR_4, IPPROTO_TCP, 4000, 443, 1400),
	     R(CG_PASS_OPEN));
	for (int i = 0; i < 200; i++)
		pass(UP, data(UP, VENDOR_4, IPPROTO_TCP, 4000, 443, 1400));
	events_read();
	run_check(begans == 1 && env_session_find(e, 1, VENDOR_4, &s) &&
			  s.flags & CG_SESSION_VIEWING && !s.nfirst,
		  "open: a stream to its maker is marked as viewing", "%u", begans);
	env_word(e, 1, CLOSED);
	n = talk.up_bytes;
	for (int i = 0; i < 20; i++)
		pass(UP, data(UP, VENDOR_4, IPPROTO_TCP, 4000, 443, 1400));
	events_read();
	run_check(talk.up_bytes == n && stops == 1, "close: it ends although a rule allows it",
		  "%llu bytes, %u stops", (unsigned long long)talk.up_bytes - n, stops);
	passes_ms(CG_BLOCK_S * 1000 + 1500);
	run_check(pass(UP, data(UP, VENDOR_4, IPPROTO_TCP, 4000, 443, 10)),
		  "and control resumes after a while", "dropped");
	/* Named viewers. */
	reset("signs; allow any; to 203.0.113.9");
	STEP(e, "open to one: it begins", NULL, DOWN, DN4(EVIL_4, TCP(TCP_SYN, 5000, 554)),
	     R(CG_PASS_OPEN), IN_WAN);
	STEP(e, "open to one: another does not", NULL, DOWN,
	     DN4("203.0.113.10", TCP(TCP_SYN, 5000, 554)), R(CG_DROP_VIEWER), IN_WAN);
	struct cg_viewer_key key = { .prefixlen = CG_VIEWER_PREFIX_BASE + 120, .slot = 1 };
	uint64_t until = 0;

	addr_parse("198.18.5.0", key.addr);
	bpf_map_update_elem(e->viewers, &key, &until, BPF_ANY);
	STEP(e, "open to some: one of a listed prefix begins", NULL, DOWN,
	     DN4("198.18.5.6", TCP(TCP_SYN, 5000, 554)), R(CG_PASS_OPEN), IN_WAN);
	until = env_now() - 1;
	bpf_map_update_elem(e->viewers, &key, &until, BPF_ANY);
	env_fast_clear(e);
	STEP(e, "open to some: not past its time", NULL, DOWN,
	     DN4("198.18.5.7", TCP(TCP_SYN, 5000, 554)), R(CG_DROP_VIEWER), IN_WAN);
}

static void max_viewers(void)
{
	char peer[32];
	unsigned int in = 0;

	reset("signs; allow any");
	e->cam[1].flags |= 2 << 24;
	env_policy_write(e, 1);
	env_word(e, 1, opened());
	for (int i = 0; i < 4; i++) {
		snprintf(peer, sizeof(peer), "203.0.113.%d", 100 + i);
		in += pass(DOWN, DN4(peer, TCP(TCP_SYN, 5000, 554)));
	}
	run_check(in == 2, "two may watch, two more are refused", "%u", in);
	STEP(e, "the first still may", NULL, DOWN, DN4("203.0.113.100", TCP(TCP_ACK, 5000, 554)),
	     R(CG_PASS_OPEN), IN_WAN);
	STEP(e, "the third may not", NULL, DOWN, DN4("203.0.113.102", TCP(TCP_SYN, 5001, 554)),
	     R(CG_DROP_MAX_VIEWERS), IN_WAN);
	passes_ms(CG_VIEWER_IDLE_S * 1000 + 1000);
	STEP(e, "a place comes free in time", NULL, DOWN,
	     DN4("203.0.113.102", TCP(TCP_SYN, 5001, 554)), R(CG_PASS_OPEN), IN_WAN);
	STEP(e, "the maker's control is no viewer", NULL, UP,
	     UP4(VENDOR_4, TCP(TCP_SYN, 4000, 443)), R(CG_PASS_OPEN));
}

/* A /64 of IPv6 is one remote; more remotes than places are refused, no other camera is touched. */
static void remotes(void)
{
	unsigned int in = 0;
	char peer[48];
	uint16_t n = 0;

	reset(RULE);
	for (int i = 0; i < 400; i++) {
		snprintf(peer, sizeof(peer), "2001:db8:77:1::%x", 1 + i % 64);
		n += pass(UP, UP6(peer, UDP(4000, 5000), .payload = 1000));
	}
	run_check(n <= 70 && n >= 60, "a /64 is one remote and has one budget", "%u packets", n);
	begin(RULE);
	for (int i = 0; i < CG_QUOTA_SESSION + 20; i++) {
		snprintf(peer, sizeof(peer), "198.18.%d.%d", i / 200, 1 + i % 200);
		in += pass(UP, UP4(peer, TCP(TCP_SYN, 4000, 443)));
	}
	fault_say("map/sessions", in == CG_QUOTA_SESSION, "%u of %u remotes passed, %u refused", in,
		  CG_QUOTA_SESSION + 20, CG_QUOTA_SESSION + 20 - in);
	run_check(in == CG_QUOTA_SESSION, "as many remotes as there are places", "%u", in);
	env_state(e, "@2; allow any");
	STEP(e, "another camera has its own", NULL, UP, UP4B(VENDOR_4, TCP(TCP_SYN, 4000, 443)),
	     CTL, .slot = 2);
	passes_ms(CG_IDLE_TCP_S * 1000 + 1000);
	STEP(e, "idle ones make room", NULL, UP, UP4("198.18.9.9", TCP(TCP_SYN, 4000, 443)), CTL);
}

/* Fragments do not hide how much is sent, and the short way is paid for. */
static void hidden(void)
{
	unsigned int out = 0, kept = 0;

	reset(RULE);
	for (int i = 0; i < 60; i++) {
		pass(UP, UP4(VENDOR_4, UDP(4000, 5000), .payload = 1900, .frag = true, .more = true,
			     .off = 0, .slice = 960, .id = i));
		out += pass(UP, UP4(VENDOR_4, UDP(4000, 5000), .payload = 1900, .frag = true,
				    .more = true, .off = 960, .slice = 960, .id = i));
	}
	run_check(talk.up_bytes < 72000 && out >= 20, "fragments are paid for", "%llu bytes, %u",
		  (unsigned long long)talk.up_bytes, out);
	/* One flow, in the time of one look: what is granted is paid before. */
	reset(RULE);
	for (int i = 0; i < 2000; i++) {
		pass(UP, data(UP, VENDOR_4, IPPROTO_TCP, 4000, 443, 100));
		for (size_t k = 0; i == 100 && k < e->fast_size; k++)
			kept += e->fast4[k].who && e->fast4[k].f.granted == CG_FAST_GRANT;
	}
	run_check(talk.up_bytes < 64000 + 700 * 54 && kept, "what goes the short way is paid for",
		  "%llu bytes, %u kept", (unsigned long long)talk.up_bytes, kept);
	/* And given back: a heartbeat of 100 bytes a second for an hour is far below 2 kB. */
	reset(RULE);
	for (int i = 0; i < 3600; i++) {
		pass(UP, data(UP, VENDOR_4, IPPROTO_TCP, 4000, 443, 100));
		passes_ms(1000);
	}
	fine("grants that are not used are given back");
}

int main(void)
{
	e = env_open();
	slow = getenv("CG_SLOW");
	evasions();
	rate_alone();
	habits_pass();
	clips_pass();
	firmware_passes();
	repetition();
	other_ways();
	max_viewers();
	remotes();
	hidden();
	/* Control: the streams above, all of which were stopped. */
	run_figure("sessions/false_flags", "packets", flags, sizeof(habits) / sizeof(*habits) + 4,
		   sizeof(streams) / sizeof(*streams));
	env_close(&e);
	return run_end();
}
