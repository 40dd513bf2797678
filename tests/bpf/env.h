/* SPDX-License-Identifier: GPL-2.0-only */
/* The packet path alone: loads the object, fills its maps by hand, runs packets through it. */
#ifndef CG_TEST_ENV_H
#define CG_TEST_ENV_H

#include <linux/bpf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <camgate/bpf_abi.h>
#include <camgate/discover_abi.h>
#include <camgate/session_abi.h>
#include "packets.h"

#define ENV_SLOTS     CG_MIN_SLOTS
#define ENV_MAX_RULES 256

enum env_dir { UP, DOWN };
/* What can be run by itself besides. */
enum env_prog { NAMES_UP = DOWN + 1, NAMES_DOWN, NAMES_TOLD, DISCOVER, TO_DEVICE, ENV_PROGS };

/*
 * The world every test starts in:
 *
 *   lo (1)  LAN 1 port    v2 (2)  LAN 2 port
 *   50 bridge of LAN 1    51 another port of LAN 1   52 a port of LAN 2
 *   60 home tunnel        70 wan: no entry           0 the gateway itself
 *
 * LAN 1 192.168.1.0/24, 2001:db8:1::/64; LAN 2 192.168.2.0/24; home 10.8.0.0/24;
 * gateway .1 of each, fe80::1, 203.0.113.77. Slot 1 = CAM1, 2 = CAM2: closed, no rules.
 */
#define IF_LAN	  1
#define IF_LAN2	  2
#define IN_BRIDGE 50
#define IN_LAN	  51
#define IN_LAN2	  52
#define IN_HOME	  60
#define IN_WAN	  70
#define IN_SELF	  0

extern const uint8_t CAM1[6], CAM2[6], GW[6], PHONE[6], BCAST[6], MC4[6], MC6[6];

#define CAM1_4	 "192.168.1.20"
#define CAM1_6	 "2001:db8:1::20"
#define CAM1_LL	 "fe80::ca:1"
#define CAM2_4	 "192.168.1.21"
#define CAM2_6	 "2001:db8:1::21"
#define GW_4	 "192.168.1.1"
#define GW_6	 "2001:db8:1::1"
#define GW_LL	 "fe80::1"
#define GW_WAN	 "203.0.113.77"
#define PHONE_4	 "192.168.1.30"
#define PHONE_6	 "2001:db8:1::30"
#define LAN2_4	 "192.168.2.30"
#define HOME_4	 "10.8.0.5"
#define VENDOR_4 "198.51.100.10"
#define VENDOR_6 "2001:db8:99::10"
#define EVIL_4	 "203.0.113.9"
#define EVIL_6	 "2001:db8:66::9"

struct env_rule {
	uint8_t addr[16];
	uint8_t bits; /* of the 16-byte address */
	struct cg_rule rule;
};

struct env_cam {
	bool present;
	uint8_t mac[6];
	uint32_t flags;
	size_t nrules;
	struct env_rule rules[ENV_MAX_RULES];
};

struct env {
	struct bpf_object *obj;
	int prog[ENV_PROGS]; /* by enum env_dir */
	int cams, narrow, rules, rulemore, nets, ifs, flows, frags, ring, state, events, lost;
	int sessions, sums, budgets, viewers, asks;
	int judges, devices, crowd, heard, unheard;
	unsigned int told[4]; /* by enum cg_heard_type, of env_heard() */
	uint32_t no_signs; /* CG_CAM_NO_* of every camera; all but inbound until a test wants them */
	bool in_cb;    /* where a frame came in by is handed over in cb[0], for want of better */
	uint32_t mark; /* that frames come with */
	int ncpu;
	uint32_t slots;	      /* the maps have room for; ENV_SLOTS but for env_open_slots() */
	struct cg_meta *meta; /* mapped */
	struct cg_fast4 *fast4;
	struct cg_fast6 *fast6;
	size_t fast_size; /* entries of all CPUs */
	uint64_t *macs, *lens, *reach;
	struct cg_settled *settled;   /* mapped */
	uint64_t *tapped;	      /* mapped */
	struct cg_exposure *exposure; /* mapped, by slot */
	struct cg_count *counts;      /* mapped: cg_stats */
	size_t ncounts;
	struct env_cam cam[ENV_SLOTS]; /* what env_policy_write() writes */
	uint32_t more_id;
};

#define ENV_NOT_RUN ~1U /* the kernel would not run so short a frame */

struct env_result {
	uint32_t verdict;
	uint32_t mark;
};

/* Exits 77 where BPF is refused, 1 where the object does not load. */
struct env *env_open(void);
/* With room for more cameras, which the caller writes; may be called again. */
struct env *env_open_slots(uint32_t slots);
void env_close(struct env **e);

/* Empties every map and makes the world above, generation 1. */
void env_reset(struct env *e);
/*
 * Words separated by ';', for slot 1 until "@2" says another:
 *   sealed | closed | always          base word without an opening
 *   open | expired | to ADDRESS       deadline ahead; past; ahead for one viewer
 *   monitor | via gateway | lan none | lan viewers | narrow
 *   allow|deny|upload|viewer RULE     198.51.100.0/24:443-450/tcp, [2001:db8::/32]:443, any/udp
 *   off | off past | nogen
 *   signs                             of viewing are looked for, all of them
 * "sealed; open" = base sealed and an opening in force.
 */
void env_state(struct env *e, const char *words);
void env_policy_write(struct env *e, uint32_t gen);
void env_policy_delete(struct env *e, uint32_t gen);
void env_rules_clear(struct env *e, uint32_t slot);
void env_rule_add(struct env *e, uint32_t slot, enum cg_rule_kind kind, const char *text);
/* Forgets what is kept for packets that follow. */
/* As cg_budget_make() has it of a burst of 64 kB. */
#define ENV_CONTROL_GRANT 4000

void env_fast_clear(struct env *e);
void env_fast_clear_drops(struct env *e);
/* Does this kernel's test run take the interface a frame came in by? Else the
 * programs of obj, not loaded yet, are made to read it from cb[0]. */
bool env_ingress_taken(void);
void env_ingress_move(struct bpf_object *obj);
/* in, of a frame that came in by ingress, as this kernel's test run takes it. */
void env_ingress_set(const struct env *e, struct __sk_buff *in, uint32_t ingress);
/* Adds what those counted that the flow's entry has not been told. */
void env_fast_sum(struct env *e, const struct cg_flow_key *k, struct cg_flow *f);
/* For cameras written by the caller. */
void env_mac_known(struct env *e, const uint8_t mac[6]);
void env_rule_known(struct env *e, const struct cg_rule_key *key);
void env_word(struct env *e, uint32_t slot, uint64_t word);
void env_net(struct env *e, const char *prefix, enum cg_net_kind kind, uint8_t lan,
	     uint64_t until_ns);
void env_net_del(struct env *e, const char *prefix);
void env_if(struct env *e, uint32_t ifindex, enum cg_net_kind kind, uint8_t lan);
void env_flows_clear(struct env *e);
void env_sessions_clear(struct env *e);
/* Devices that are no cameras are listened to: ports of UDP, 0 at the end; and, with
 * probation, not trusted at first. NULL: nobody listens. env_tap.c */
void env_tap(struct env *e, const uint16_t *ports, bool probation);
bool env_device(struct env *e, const uint8_t mac[6], struct cg_device *ret_device);
/* mac NULL: the crowd. */
void env_device_put(struct env *e, const uint8_t *mac, const struct cg_device *device);
/* As if ns passed for it. */
void env_device_pass(struct env *e, const uint8_t *mac, uint64_t ns);
void env_settle(struct env *e, const uint8_t mac[6]);
/* What was heard since the last call: how many records, and the last of them. */
unsigned int env_heard(struct env *e, struct cg_heard *ret_last);
uint64_t env_unheard(struct env *e);
/* The default budgets, of limits.h. env_session.c */
void env_budgets(struct env *e);
/* As if ns passed: everything that is remembered of the slot grows older by as much, and
 * what is kept for packets that follow holds no more. */
void env_pass(struct env *e, uint32_t slot, uint64_t ns);
bool env_session_find(struct env *e, uint32_t slot, const char *peer,
		      struct cg_session *ret_session);
struct cg_sum env_sum(struct env *e, uint32_t slot);
/* Moves every flow and fragment of the slot s seconds into the past, before the start of the
 * machine where it is younger. */
void env_age(struct env *e, uint32_t slot, uint64_t s);
size_t env_flows_count(struct env *e, uint32_t slot, enum cg_ring_kind kind);
bool env_flow_find(struct env *e, uint32_t slot, const char *peer, uint16_t cam_port,
		   uint16_t peer_port, uint8_t proto, struct cg_flow *ret_flow);
/* Says why and ends the program with rc. */
__attribute__((noreturn, format(printf, 2, 3))) void env_die(int rc, const char *fmt, ...);
uint64_t env_now(void); /* boot clock */
void env_wait_until(uint64_t ns);

/* port: the ifindex the program runs on; segs, size: GSO, 0 = none. */
struct env_result env_run(struct env *e, enum env_dir dir, const struct pkt *pkt, uint32_t port,
			  uint32_t ingress, uint32_t segs, uint32_t size);
void env_stats(struct env *e, uint32_t slot, struct cg_stats *ret_stats);

#endif
