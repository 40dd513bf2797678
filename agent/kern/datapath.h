/* SPDX-License-Identifier: GPL-2.0-only */
/* The packet path seen from the agent: load or take over, apply a policy, attach, read back. libbpf is known only here. */
#ifndef CG_DATAPATH_H
#define CG_DATAPATH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <camgate/bpf_abi.h>
#include <camgate/names_abi.h>
#include <camgate/session_abi.h>
#include "../lib/addr.h"
#include "../lib/mapset.h"
#include "../lib/namepat.h"

struct cg_datapath;
struct cg_object;

struct cg_datapath_opts {
	const char *pin_dir; /* CG_PIN_DIR */
	uint32_t slots;	     /* cameras there must be room for */
	/* libbpf's and our own debug lines, one level below the agent's; while
	 * programs are loaded perhaps from another thread, one at a time */
	void (*debug)(void *ctx, const char *line);
	void *ctx;
	struct cg_object *object; /* unpacked already, taken over; NULL: it is not */
};

/*
 * Takes over the pinned maps and programs if their ABI version and room fit
 * (what runs goes on running), else loads new ones and pins them. bpffs is
 * mounted where there is none. -ENOTSUP: the kernel lacks something, named in
 * the last debug line and in cg_datapath_strerror(). Pins of another version
 * or smaller room: new maps are filled from the old (exposure, names); they are
 * pinned by the first cg_datapath_apply, and cg_datapath_attach replaces the
 * old filters in one step each. Where nothing was pinned, only what tells cameras
 * from others is loaded: until cg_datapath_complete() every packet of a camera that is
 * not in monitor mode is dropped, and enforcement begins that much earlier.
 */
int cg_datapath_open(const struct cg_datapath_opts *opts, struct cg_datapath **ret_dp) __must_check;
/* Loads what cg_datapath_open left for later; 0 where there is nothing. */
int cg_datapath_complete(struct cg_datapath *dp) __must_check;
/* Enforcement goes on: pins and filters stay. */
void cg_datapath_close(struct cg_datapath **dp);
const char *cg_datapath_strerror(const struct cg_datapath *dp); /* "" = none */
bool cg_datapath_taken_over(const struct cg_datapath *dp);

/* ---- policy ---- */

uint32_t cg_datapath_generation(const struct cg_datapath *dp); /* in force; 0 = none */
uint32_t cg_datapath_slots(const struct cg_datapath *dp);
/* The cg_names map as it is; ret_names is freed by the caller. */
int cg_datapath_names_read(struct cg_datapath *dp, struct cg_name **ret_names,
			   size_t *ret_n) __must_check;
/*
 * Puts set in force as one step: writes it beside the running generation (its
 * gen must be cg_datapath_generation + 1, never 0), counts it back, writes
 * names, sets the exposure of new slots and the config part of known ones,
 * flips, waits a grace period, deletes the old generation. Cameras no longer
 * there lose their name, exposure, flows and counters after the flip. Any
 * failure before the flip leaves the running generation as it was.
 * -E2BIG: more cameras than cg_datapath_slots.
 */
int cg_datapath_apply(struct cg_datapath *dp, const struct cg_mapset *set) __must_check;
/* The generation in force as a mapset (for mapset_diff at start); NULL if none. */
int cg_datapath_mapset_read(struct cg_datapath *dp, struct cg_mapset **ret_set) __must_check;

/* ---- run-time state ---- */

struct cg_meta *cg_datapath_meta(struct cg_datapath *dp);	  /* mapped */
struct cg_exposure *cg_datapath_exposure(struct cg_datapath *dp); /* mapped, by slot */
void cg_datapath_off(struct cg_datapath *dp, uint64_t until_ns);  /* 0 = on */
/* What passes from a camera carries mark from now on, in every packet once this
 * returns; 0 = nothing does. A guard comes after and goes before. */
int cg_datapath_guard_set(struct cg_datapath *dp, uint32_t mark) __must_check;
/* The program that enforces, for the module; stays the packet path's. */
int cg_datapath_prog_fd(const struct cg_datapath *dp);

struct cg_datapath_net {
	struct cg_prefix prefix;
	struct cg_net net;
};
struct cg_datapath_if {
	uint32_t ifindex;
	struct cg_if type;
	struct cg_lan lan; /* the gateway there */
};
/* Makes cg_nets and cg_ifs equal to what is given: additions first, then
 * removals, then the epoch is raised if anything changed. */
int cg_datapath_nets_apply(struct cg_datapath *dp, const struct cg_datapath_net *nets, size_t nnets,
			   const struct cg_datapath_if *ifs, size_t nifs) __must_check;

/* ---- ports ---- */

/* By TCX where the kernel has it, or by filters alone; at first by these. Returns
 * whether that is news: then attaching changes a port over. */
bool cg_datapath_tcx(struct cg_datapath *dp, bool on);
/* What comes and goes by TCX is told to nobody. */
bool cg_datapath_is_silent(const struct cg_datapath *dp);
/* As cg_tc_attach. What holds the other way goes, once this one does. */
int cg_datapath_attach(struct cg_datapath *dp, int ifindex) __must_check;
/* Both programs are there and ours: CG_ATTACHED_*; 0: not, -errno. */
#define CG_ATTACHED_TC	1
#define CG_ATTACHED_TCX 2
int cg_datapath_attached(struct cg_datapath *dp, int ifindex) __must_check;
/* Programs of others by TCX that are asked before ours, which are filters or by TCX, of both sides. */
int cg_datapath_before(struct cg_datapath *dp, int ifindex);
int cg_datapath_detach(struct cg_datapath *dp, int ifindex) __must_check;
/* No port has the programs of before any more: what those still needed may go. */
void cg_datapath_replaced(struct cg_datapath *dp);

/* ---- reading ---- */

/* Sums over CPUs. */
int cg_datapath_stats_read(struct cg_datapath *dp, uint32_t slot,
			   struct cg_stats *ret_stats) __must_check;
int cg_datapath_state_read(struct cg_datapath *dp, uint32_t slot,
			   struct cg_state *ret_state) __must_check;
int cg_datapath_lost_read(struct cg_datapath *dp, uint64_t *ret_lost) __must_check;
/* Every flow of slot, or of all with slot = UINT32_MAX; cb returns nonzero to
 * stop. A snapshot: flows may come and go meanwhile. */
int cg_datapath_flows_read(struct cg_datapath *dp, uint32_t slot,
			   int (*cb)(void *ctx, const struct cg_flow_key *key,
				     const struct cg_flow *flow),
			   void *ctx) __must_check;
/* Asks the same tables as the packet path: what it would say of a packet.
 * up: from the camera. Runs the very program on a made packet in a test run,
 * with no trace in counters, flows or events. */
struct cg_datapath_probe {
	uint32_t slot;
	bool up;
	struct cg_addr peer;
	uint16_t port; /* peer's; host order */
	uint8_t proto; /* IPPROTO_* */
};
struct cg_datapath_answer {
	enum cg_reason reason;
	int rule; /* id; -1 = none decided */
	enum cg_net_kind scope;
};
int cg_datapath_why(struct cg_datapath *dp, const struct cg_datapath_probe *probe,
		    struct cg_datapath_answer *ret_answer) __must_check;

/* ---- what the agent itself asks a camera ---- */

/* The gateway may begin this one flow (slot, its own address and port as the peer's, the
 * camera's port) until until_ns of the boot clock, at most CG_ASKS at once (-E2BIG); 0: no
 * longer. It opens nothing toward remotes, which have no flow with the gateway's address. */
int cg_datapath_ask(struct cg_datapath *dp, const struct cg_flow_key *key,
		    uint64_t until_ns) __must_check;
/* None any more: an agent that was killed may have left some. */
void cg_datapath_ask_none(struct cg_datapath *dp);

/* ---- names ---- */

struct cg_datapath_name {
	char text[CG_NAMEPAT_LEN];
	uint64_t asked_ns; /* boot clock */
	uint64_t until_ns; /* boot clock */
};
/* What an address was learned for and still is; how many, at most
 * CG_NAMES_PER_ADDR. */
size_t cg_datapath_names_of(struct cg_datapath *dp, uint32_t slot, const struct cg_addr *addr,
			    struct cg_datapath_name ret_names[static CG_NAMES_PER_ADDR]);
/* A name by its id; -ENOENT: not known any more. */
int cg_datapath_name_find(struct cg_datapath *dp, uint32_t slot, uint64_t id,
			  struct cg_datapath_name *ret_name) __must_check;
/* Gives the packet path an answer the agent itself asked for, at most
 * CG_DATAPATH_ANSWER_MAX bytes: learned by the same code as any other. */
#define CG_DATAPATH_ANSWER_MAX 2000
int cg_datapath_name_tell(struct cg_datapath *dp, uint32_t slot, const void *answer, size_t n,
			  enum cg_dns_result *ret_result) __must_check;
int cg_datapath_dns_read(struct cg_datapath *dp, uint32_t slot,
			 struct cg_dns *ret_dns) __must_check;
/* Resolvers besides the gateway, each with the MAC it answers from. */
struct cg_datapath_resolver {
	struct cg_addr addr;
	struct cg_mac mac;
};
int cg_datapath_resolvers_apply(struct cg_datapath *dp, const struct cg_datapath_resolver *list,
				size_t n) __must_check;
/* cg_datapath_events_read hands events of names to cb from now on. */
void cg_datapath_names_listen(struct cg_datapath *dp,
			      void (*cb)(void *ctx, const struct cg_name_event *event), void *ctx);

/* ---- sessions ---- */

/* Every session of slot, or of all with slot = UINT32_MAX; cb returns nonzero to stop.
 * A snapshot, as of flows, but what went the short way within the last second is not
 * in it yet. */
int cg_datapath_sessions_read(struct cg_datapath *dp, uint32_t slot,
			      int (*cb)(void *ctx, const struct cg_flow_key *key,
					const struct cg_session *session),
			      void *ctx) __must_check;
int cg_datapath_sum_read(struct cg_datapath *dp, uint32_t slot,
			 struct cg_sum *ret_sum) __must_check;
/* cg_datapath_events_read hands events of sessions to cb from now on. */
void cg_datapath_sessions_listen(struct cg_datapath *dp,
				 void (*cb)(void *ctx, const struct cg_session_event *event),
				 void *ctx);
/* Who may watch where an opening is for some only (CG_WORD_TO), besides the one in
 * cg_exposure: makes it equal to what is given, additions first. */
struct cg_datapath_viewer {
	struct cg_prefix prefix;
	uint64_t until_ns; /* boot clock; 0 = as long as the opening */
};
int cg_datapath_viewers_apply(struct cg_datapath *dp, uint32_t slot,
			      const struct cg_datapath_viewer *list, size_t n) __must_check;

/* ---- events ---- */

/* Pollable; -1 if none. cg_datapath_events_read hands each record (already
 * checked for size and version) to cb, at most max of them; returns how many. */
int cg_datapath_events_fd(struct cg_datapath *dp);
int cg_datapath_events_read(struct cg_datapath *dp, int max,
			    void (*cb)(void *ctx, const struct cg_event *event),
			    void *ctx) __must_check;

#endif
