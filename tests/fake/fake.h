/* SPDX-License-Identifier: GPL-2.0-only */
/* A kernel in memory behind the headers of agent/kern, that can be told to fail the Nth call. */
#ifndef CG_FAKE_H
#define CG_FAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "../../agent/kern/conntrack.h"
#include "../../agent/kern/datapath.h"
#include "../../agent/kern/inject.h"
#include "../../agent/kern/links.h"
#include "../../agent/kern/nft.h"

#define FAKE_PORTS  64
#define FAKE_NETS   256
#define FAKE_EVENTS 64
#define FAKE_FLOWS  16
#define FAKE_LINKS  64
#define FAKE_TOLD   256

struct fake_told {
	uint32_t slot;
	size_t n;
	uint8_t answer[CG_DATAPATH_ANSWER_MAX];
};

/* What outlives an agent: pins, filters, maps. */
struct fake_kernel {
	bool pinned;		 /* with the first policy in it */
	void (*on_attach)(void); /* before a port is attached; NULL */
	int opened, closed;	 /* packet paths */
	int opened_apart;	 /* or tried to, by another thread than the first */
	uint32_t slots;
	struct cg_meta meta;
	struct cg_exposure exposure[CG_MAX_CAMERAS];
	struct cg_name names[CG_MAX_CAMERAS];
	struct cg_state state[CG_MAX_CAMERAS];
	struct cg_stats stats[64];
	struct cg_mapset *set;
	int attached[FAKE_PORTS];
	size_t nattached;
	size_t complete_with; /* ports attached when it was completed */
	struct cg_datapath_net nets[FAKE_NETS];
	size_t nnets;
	struct cg_datapath_if ifs[FAKE_NETS];
	size_t nifs;
	uint64_t lost;
	struct cg_datapath_answer answer;
	struct cg_datapath_probe probe; /* the last one asked */
	struct cg_flow_key flow_key[FAKE_FLOWS];
	struct cg_flow flow[FAKE_FLOWS];
	size_t nflows;
	struct cg_flow_key session_key[FAKE_FLOWS];
	struct cg_session session[FAKE_FLOWS];
	size_t nsessions;
	struct cg_sum sum[FAKE_FLOWS];		      /* of the first slots */
	struct cg_datapath_viewer viewer[FAKE_FLOWS]; /* as applied last */
	uint32_t viewer_slot;
	size_t nviewers;
	void (*session_cb)(void *ctx, const struct cg_session_event *event);
	void *session_ctx;
	struct cg_flow_key ask[CG_ASKS]; /* flows that the agent may begin with a camera now */
	uint64_t ask_until_ns[CG_ASKS];
	size_t nasks;
	int asked;			  /* how many there were */
	struct fake_told told[FAKE_TOLD]; /* answers the agent gave, the last ones */
	size_t ntold;
	uint64_t known_id[FAKE_TOLD]; /* names that are known, of every camera */
	size_t nknown;
	struct {
		struct cg_addr addr;
		struct cg_datapath_name name;
	} named; /* what one address was learned for */
	struct cg_datapath_resolver resolver[CG_MAX_RESOLVERS];
	size_t nresolver;
	void (*name_cb)(void *ctx, const struct cg_name_event *event);
	void *name_ctx;
	struct cg_event events[FAKE_EVENTS];
	size_t nevents;
	int events_fd;		   /* an eventfd; -1 = none yet */
	int applied, nets_applied; /* how often */
	bool has_geo;		   /* a table of countries is in force: */
	struct cg_geoinfo geo;
	int geo_applied;
	bool geo_held; /* a reading lasts until this is false again, or given up, or FAKE_HOLD_MS */
	int geo_readings; /* begun; both by another thread */
	int detached;
};

#define FAKE_HOLD_MS 3000

/* The tables a test sets up; fake_links_changed tells the agent. */
struct fake_links {
	struct cg_link link[FAKE_LINKS];
	size_t nlink;
	struct cg_link_addr addr[FAKE_LINKS];
	size_t naddr;
	struct cg_neigh neigh[FAKE_LINKS];
	size_t nneigh;
	struct cg_link_filter filter[8];
	size_t nfilter;
	int sought; /* neighbours that were looked for; the last one */
	struct cg_addr sought_addr;
	int fd;
	unsigned int what;
};

/* A guard as a kernel has it. */
struct fake_guard {
	bool on, drop;
	uint32_t mark, mask;
	struct cg_mac mac[32];
	size_t nmac;
	int port[16];
	size_t nport;
};

/* nft and camgate.ko; after every change both are compared with what the filters
 * mark at that moment. */
struct fake_guards {
	bool nft;	      /* there is one; without it -ENOENT */
	bool module;	      /* it is loaded */
	bool refuses;	      /* and takes no program */
	bool other_version;   /* and is not ours */
	uint64_t module_more; /* packets that only the module counts */
	uint32_t module_slots;
	struct fake_guard by_nft, by_module;
	bool must;		      /* a guard that is off from now on is a gap */
	struct cg_mac always;	      /* this camera at least must be guarded */
	int gaps;		      /* moments without */
	int false_drops;	      /* moments at which an allowed frame would be dropped */
	int runs;		      /* of nft */
	const char *refused;	      /* nft refuses to check what holds this */
	const char *(*ruleset)(void); /* what nft lists; NULL: there is no nft */
	void (*deleted)(const struct cg_nft_rule *rule);
	uint32_t generation; /* of it */
	int lists;
};

#define FAKE_SENT 64
enum fake_way {
	FAKE_TO_REMOTE,
	FAKE_TO_CAMERA,
};

struct fake_sent {
	enum fake_way way;
	struct cg_inject_port port;
	uint8_t ip[128];
	size_t n;
	size_t deleted; /* so many were before it */
};

/* What was sent to end flows, and whose entries were deleted; rings. */
struct fake_stop {
	struct fake_sent sent[FAKE_SENT];
	size_t nsent;
	struct cg_conntrack_flow deleted[FAKE_SENT];
	size_t ndeleted;
};

extern struct fake_stop fake_stop;

extern struct fake_guards fake_guards;
/* Compares; called by whatever changes something. */
void fake_guards_look(void);
void fake_guards_reset(void);

extern struct fake_kernel fake_kernel;
extern struct fake_links fake_links;

/* As after a boot. */
void fake_reset(void);
/* The nth call from now (1 = the next) of a function whose name begins with
 * `name` ("" = any) fails with err, once. */
void fake_fail(const char *name, int nth, int err);
/* 0 or the error that was asked for. */
int fake_call(const char *name);
/* Before each call of the first thread; NULL. */
extern void (*fake_on_call)(const char *name);
/* Calls made so far. */
int fake_calls(void);

struct cg_link *fake_link_add(int ifindex, const char *name, const char *kind, int master,
			      int lower);
void fake_link_del(int ifindex);
/* text: "192.168.1.1/24"; valid_s as in struct cg_link_addr. */
void fake_addr_add(int ifindex, const char *text, uint64_t valid_s);
void fake_links_changed(unsigned int what);
bool fake_attached(int ifindex);
/* Somebody else takes the filters of a port away. */
void fake_filter_gone(int ifindex);
void fake_event_send(const struct cg_event *event);
/* As if the packet path had it to say. */
void fake_name_event(const struct cg_name_event *event);
void fake_session_event(const struct cg_session_event *event);
/* The net that was applied for this prefix; NULL. */
const struct cg_net *fake_net(const char *prefix);
const struct cg_if *fake_if(int ifindex);

#endif
