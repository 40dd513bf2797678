/* SPDX-License-Identifier: GPL-2.0-only */
/* All state of the agent, and the reload transaction that moves it from one policy to the next. */
#ifndef CG_AGENT_H
#define CG_AGENT_H

#include <ev.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "../kern/clock.h"
#include "../kern/datapath.h"
#include "../kern/links.h"
#include "../kern/offload.h"
#include "../lib/blocked.h"
#include "../lib/diag.h"
#include "../lib/mapset.h"
#include "../lib/policy.h"
#include "../lib/saved.h"
#include "log.h"
#include "ports.h"

#define CG_SEC_NS 1000000000ULL

/* Given by the build. */
#ifndef CG_VERSION
#define CG_VERSION "0"
#endif

struct cg_agent_opts {
	const char *config;
	const char *uci; /* what the config is made of; NULL: it is itself what people write */
	const char *pin_dir;
	const char *socket;
	const char *state_dir;
	const char *fw4_dir; /* where fw4 takes fragments from */
	const char *root;    /* before paths of the system; "" but in tests */
	bool foreground;
	enum cg_log_level log_level;
};

/* A camera as the kernel knows it; policy is NULL where the config is broken
 * and the kernel still runs an earlier one. */
struct cg_agent_cam {
	uint32_t slot;
	char id[CG_ID_LEN];
	char name[CG_NAME_LEN];
	const struct cg_policy_cam *policy;
};

struct cg_agent_port {
	int ifindex;
	char name[16];
	bool attached;
	int err;	      /* why not; 0 or -errno */
	unsigned int filters; /* of others before ours, as last heard */
	unsigned int before;  /* these and programs by TCX, as last said */
	uint64_t retry_ns;
	uint64_t seen_ns; /* the filters were there */
};

/* An opening that was seen, whoever made it. */
struct cg_agent_opening {
	char id[CG_ID_LEN];
	uint64_t until_ns;
	bool told; /* that it ends soon */
};

enum cg_agent_notice {
	CG_AGENT_RELOADING,
	CG_AGENT_APPLIED,
	CG_AGENT_CHANGED, /* ports, exposure: the status line is another */
};

struct cg_control;
struct cg_guard;
struct cg_module;
struct cg_names;
struct cg_learn;
struct cg_mappings;
struct cg_audit;
struct cg_sched;
struct cg_ahead;
struct cg_config_counted;
struct cg_sessions;
struct cg_stop;
struct cg_endings;
struct cg_viewers;
struct cg_notify;
struct cg_devices;
struct cg_geo_book;
struct cg_reading;
struct cg_agent;

/* A resolver besides the gateway, and the MAC its answers must have. */
struct cg_agent_resolver {
	struct cg_addr addr;
	struct cg_mac mac;
	bool bound; /* mac is known */
};

/* A file as it was when it was read; zeros: none was. */
struct cg_agent_file {
	uint64_t dev, ino, size, mtime_ns;
};

struct cg_agent {
	struct cg_agent_opts opts;
	struct ev_loop *loop;
	/* Time comes in here and nowhere else. */
	uint64_t (*boot_ns)(void);
	int64_t (*real_s)(void);
	int64_t (*real_ns)(void);
	enum cg_clock_evidence (*clock_evidence)(const char *root);

	struct {
		char error[512]; /* what is wrong with the file; "" = nothing */
	} cfg;

	struct {
		struct cg_policy *now; /* NULL: the kernel runs an earlier one */
		struct cg_mapset *set; /* what it became */
		struct cg_agent_cam *cams;
		size_t ncams;
		size_t nrules;
		char (*lan)[16]; /* kept when the policy is not known */
		size_t nlan;
		struct cg_policy_home *home;
		size_t nhome;
	} policy;

	struct {
		struct cg_datapath *dp;
		struct cg_links *links;
	} kern;

	struct {
		struct cg_agent_port *port;
		size_t nport;
		struct cg_ports_plan *plan; /* as last applied */
		bool nets_failed;	    /* they are not: try again */
		uint64_t reattached;	    /* filters somebody had removed */
		uint64_t gap_ns;	    /* the longest time until they were back */
		uint64_t heard_ns;	    /* what is dealt with now was heard then; 0: nothing */
		struct cg_saved_manual *manual;
		size_t nmanual;
		struct cg_saved_opening *opening; /* for some only; followed */
		size_t nopening;
		struct cg_agent_opening *open;
		size_t nopen;
		bool open_looked;
		bool manual_dirty; /* the state file is older */
		char *fw4_dir;	   /* where the fw4 include was put; NULL: nowhere */
		struct cg_blocked *blocked;
		uint64_t *deadline; /* by camera: opening seen last; 0 = none */
		uint64_t off_until_ns;
		uint64_t started_ns;
		uint64_t expire_ns; /* old blocked things go next */
		struct cg_agent_resolver resolver[CG_MAX_RESOLVERS];
		size_t nresolver;
		uint64_t resolver_ns; /* when MACs are looked for again */
		uint64_t viewers_ns;  /* when those at home are looked for again */
		bool viewers_moved;   /* and are elsewhere than the policy in force says */
		uint16_t dns_port;
		bool ready;
		bool leave; /* detached: end, with 0 */
		struct cg_log_limit limit_lost, limit_state, limit_viewers;
		uint64_t lost;
	} run;

	struct {
		ev_io links, events;
		ev_timer tick, watchdog;
		ev_signal sigterm, sigint, sighup;
	} ev;
	struct {
		struct cg_policy *policy; /* read, not in force yet */
		struct cg_ahead *ahead;	  /* being opened; NULL: nothing is */
		int exit_code;
		char error[512]; /* UCI is not valid: the config of before is used */
	} start;
	struct {
		struct cg_agent_file file[2]; /* of countries, of networks; the table in force */
		bool anew;		      /* they are read, changed or not */
		char error[400];	      /* why the last one is not in force */
		struct cg_geo_book *book[2];  /* to be asked for one address; NULL: none */
		struct cg_agent_file book_file[2];
		struct cg_reading *reading;
		uint64_t *asked; /* whose command is run: the reading it waits for, 0 = none yet; NULL: nobody's */
		bool reloading; /* files may be read again */
		bool waits;	/* the command is to be run again when that reading is done */
		bool looped;	/* the loop runs, and is not to be kept waiting */
	} geo;
	struct {
		int64_t uid; /* of the bridge's user; -1: there is none */
		uint64_t heard_ns;
		bool connected;
		int64_t since_s;
		char error[256];
	} mqtt;
	struct cg_control *control;
	struct cg_guard *guard;
	struct cg_module *module;
	struct cg_names *names;
	struct cg_learn *learn; /* NULL: nobody asked for it yet */
	struct cg_mappings *mappings;
	struct cg_audit *audit;
	struct cg_sched *sched;
	struct cg_sessions *sessions;
	struct cg_stop *stop;
	struct cg_endings *endings; /* there while stop is */
	struct cg_viewers *viewers;
	struct cg_notify *notify;
	struct cg_devices *devices;

	/* Whoever wants to know; set by stages.c, which knows both sides. */
	void (*listener)(struct cg_agent *a, enum cg_agent_notice notice);
};

struct cg_agent_applied {
	uint32_t generation;
	size_t cameras, rules;
	struct cg_mapdiff diff;
};

void cg_agent_init(struct cg_agent *a, const struct cg_agent_opts *opts);
void cg_agent_free(struct cg_agent *a);
void cg_agent_notify(struct cg_agent *a, enum cg_agent_notice notice);

/* Reads and judges the file, with what this machine says about MACs; changes
 * nothing. -errno with diag set. counted may be NULL. */
int cg_agent_load(struct cg_agent *a, const struct cg_config_counted *counted, struct cg_diag *diag,
		  struct cg_policy **ret_policy) __must_check;
/* Puts *policy in force and takes it (NULL after). On failure nothing has
 * changed; diag holds text only where the config is to blame. */
int cg_agent_apply(struct cg_agent *a, struct cg_policy **policy, struct cg_diag *diag,
		   struct cg_agent_applied *ret_applied) __must_check;
/* Both; what follows from a new policy (ports, nets, state file) as well. -EINPROGRESS:
 * nothing is changed yet, as databases are being read; see places.h. */
int cg_agent_reload(struct cg_agent *a, struct cg_diag *diag, struct cg_agent_applied *ret_applied);
/* The policy in force once more, because addresses of its viewers are others. */
int cg_agent_again(struct cg_agent *a) __must_check;
/* Cameras as the pinned maps name them: the policy of an earlier run. */
int cg_agent_adopt(struct cg_agent *a) __must_check;
/* Room to ask the packet path for. */
uint32_t cg_agent_slots(size_t ncams);

/* By id or name. */
const struct cg_agent_cam *cg_agent_find(const struct cg_agent *a, const char *id_or_name);
const struct cg_agent_cam *cg_agent_by_slot(const struct cg_agent *a, uint32_t slot);
/* Seconds of the wall clock for a moment of the boot clock. */
int64_t cg_agent_epoch(const struct cg_agent *a, uint64_t ns);
/* What passes packets by the filters on this machine, as it is now. */
size_t cg_agent_offload(struct cg_agent *a,
			struct cg_offload_found ret_found[static CG_OFFLOAD_FOUND_MAX]);
/* "full", "partial", "off"; and a sentence for the service manager. */
const char *cg_agent_enforced(const struct cg_agent *a);
const char *cg_agent_summary(const struct cg_agent *a, char *buf, size_t n);

#endif
