/* SPDX-License-Identifier: GPL-2.0-only */
/* What tests of sessions share: sessions and events as the packet path has them, entries as `log` tells them. */
#ifndef CG_TEST_WATCH_H
#define CG_TEST_WATCH_H

#include <arpa/inet.h>
#include <camgate/ctl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include "../../agent/lib/day.h"
#include "../../agent/lib/gone.h"
#include "../../agent/lib/recordlist.h"
#include "../../agent/lib/verify.h"
#include "harness.h"

#define LOG	 "{\"v\":1,\"cmd\":\"log\"}"
#define SESSIONS "{\"v\":1,\"cmd\":\"sessions\"}"
#define STATUS	 "{\"v\":1,\"cmd\":\"status\"}"
#define OPEN	 "{\"v\":1,\"cmd\":\"open\",\"cam\":\"nursery\",\"for_s\":3600}"
#define PEER	 "203.0.113.9"
#define RIGHT_S	 1800000000LL

static struct house h;

static inline void setup(void)
{
	house_make(&h);
	house_config(&h, CONFIG_TWO);
	ck_assert_int_eq(house_start(&h), 0);
}

static inline void teardown(void)
{
	house_end(&h);
}

static inline const char *path_of(unsigned int i)
{
	static char path[160];

	snprintf(path, sizeof(path), i ? "%s/record.jsonl.%u" : "%s/record.jsonl", h.state_dir, i);
	return path;
}

static inline char *file_of(unsigned int i)
{
	return file_text(path_of(i));
}

/* Of entries: not those that say what became of others. */
static inline size_t lines_of(unsigned int i)
{
	char *text = file_of(i);
	size_t n = 0;

	for (const char *p = text, *lf; (lf = strchr(p, '\n')); p = lf + 1)
		n += !cg_gone_is(p, (size_t)(lf - p)) && !cg_day_is(p, (size_t)(lf - p)) &&
		     !memmem(p, (size_t)(lf - p), "\"what\":\"opened\"", 15);
	free(text);
	return n;
}

static inline struct cg_verify verified(void)
{
	struct cg_chain_files files;
	struct cg_head head;
	struct cg_verify v;
	bool has = !cg_chain_head_read(h.state_dir, &head);

	ck_assert_int_eq(cg_chain_files_read(h.state_dir, &files), 0);
	ck_assert_int_eq(cg_verify(&files, has ? &head : NULL, NULL, 0, &v), 0);
	cg_chain_files_free(&files);
	return v;
}

/* The record is as it was written. */
static inline void whole(void)
{
	struct cg_verify v = verified();

	ck_assert_msg(!v.what, "fault %d in file %u line %u", v.what, v.file, v.row);
}

static inline size_t length(struct json_object *r, const char *key)
{
	struct json_object *o;

	return json_object_object_get_ex(r, key, &o) ? json_object_array_length(o) : 0;
}

static inline size_t entries(void)
{
	struct json_object *r = ASK(&h, CG_EXIT_OK, LOG);
	size_t n = length(r, "entries");

	json_object_put(r);
	return n;
}

/* The nth entry's member is that text. */
static inline void entry_is(size_t n, const char *member, const char *text)
{
	struct json_object *r = ASK(&h, CG_EXIT_OK, LOG);
	char path[64];

	snprintf(path, sizeof(path), "entries/%zu/%s", n, member);
	ck_assert_msg(!strcmp(reply_text(r, path), text), "%s: wanted %s in %s", path, text,
		      json_object_to_json_string(r));
	json_object_put(r);
}

static inline struct cg_addr addr(const char *text)
{
	struct cg_addr a;

	ck_assert_int_eq(cg_addr_parse(text, &a), 0);
	return a;
}

/* A session of the nursery as the table has it. */
static inline struct cg_session session(const char *peer, uint64_t viewing_ns)
{
	struct cg_session s = {
		.first_ns = viewing_ns - 5 * CG_SEC_NS,
		.last_ns = h.a.boot_ns(),
		.viewing_ns = viewing_ns,
		.up_bytes = 1000,
		.down_bytes = 200,
		.up_packets = 10,
		.down_packets = 5,
		.rule = 0,
		.flags = CG_SESSION_VIEWING,
		.sign = CG_SIGN_SIGNATURE,
		.signature = CG_SIG_PPPP_SESSION,
		.nfirst = 4,
		.first = { 0xf1, 0x41, 0, 0x14 },
		.proto = IPPROTO_UDP,
		.cam_port = htons(40000),
		.peer_port = htons(32100),
		.meter.hits = 7,
	};
	struct cg_addr a = addr(peer);

	memcpy(s.peer, a.b, sizeof(s.peer));
	return s;
}

/* Is in the table from now on, in place of an older one. */
static inline void table(uint32_t slot, const struct cg_session *s)
{
	struct fake_kernel *k = &fake_kernel;
	size_t i = 0;

	while (i < k->nsessions && (k->session_key[i].slot != slot ||
				    memcmp(k->session_key[i].peer, s->peer, sizeof(s->peer))))
		i++;
	ck_assert_uint_lt(i, FAKE_FLOWS);
	if (i == k->nsessions)
		k->nsessions++;
	k->session_key[i] = (struct cg_flow_key){ .slot = slot };
	memcpy(k->session_key[i].peer, s->peer, sizeof(s->peer));
	k->session[i] = *s;
}

static inline void event(uint32_t slot, enum cg_session_what what, const struct cg_session *s)
{
	struct cg_session_event e = {
		.size = sizeof(e),
		.version = CG_BPF_ABI_VERSION,
		.type = CG_EVENT_SESSION,
		.slot = slot,
		.ns = h.a.boot_ns(),
		.what = (uint8_t)what,
		.session = *s,
	};

	memcpy(e.peer, s->peer, sizeof(e.peer));
	fake_session_event(&e);
}

static inline struct cg_session stopped(const char *peer)
{
	struct cg_session s = session(peer, h.a.boot_ns());

	s.block_ns = h.a.boot_ns() + 60 * CG_SEC_NS;
	s.repeats = 1;
	table(0, &s);
	event(0, CG_SESSION_STOPPED, &s);
	return s;
}

static inline void knock_for(const char *peer, uint16_t port, enum cg_reason reason,
			     enum cg_plane plane)
{
	struct cg_event e = {
		.size = sizeof(e),
		.version = CG_BPF_ABI_VERSION,
		.type = CG_EVENT_DROP,
		.ns = h.a.boot_ns(),
		.cam_port = htons(port),
		.peer_port = htons(50000),
		.proto = IPPROTO_TCP,
		.reason = (uint8_t)reason,
		.plane = (uint8_t)plane,
		.rule = 0xffff,
		.bytes = 60,
	};
	struct cg_addr a = addr(peer);

	memcpy(e.peer, a.b, sizeof(e.peer));
	fake_event_send(&e);
	house_pump(&h);
}

static inline void knock(const char *peer, uint16_t port)
{
	knock_for(peer, port, CG_DROP_INBOUND, CG_PLANE_DOWN);
}

#endif
