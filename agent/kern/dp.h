/* SPDX-License-Identifier: GPL-2.0-only */
/* The inside of struct cg_datapath, shared by the files that implement datapath.h. */
#ifndef CG_DP_H
#define CG_DP_H

#include "datapath.h"
#include "devices.h"
#include "object.h"

enum cg_dp_map {
	CG_DP_META,
	CG_DP_MACS,
	CG_DP_CAMS,
	CG_DP_NARROW,
	CG_DP_RULES,
	CG_DP_RULEMORE,
	CG_DP_LENS,
	CG_DP_REACH,
	CG_DP_NETS,
	CG_DP_IFS,
	CG_DP_PORTS,
	CG_DP_EXPOSURE,
	CG_DP_NAMES,
	CG_DP_FLOWS,
	CG_DP_FAST4,
	CG_DP_FAST6,
	CG_DP_FRAGS,
	CG_DP_RING,
	CG_DP_STATE,
	CG_DP_STATS,
	CG_DP_EVENTS,
	CG_DP_LOST,
	CG_DP_GRACE,
	CG_DP_SCRATCH,
	CG_DP_JUDGES,
	CG_DP_NAMERULES,
	CG_DP_RESOLVERS,
	CG_DP_LANS,
	CG_DP_LEARNED,
	CG_DP_QNAMES,
	CG_DP_QUERIES,
	CG_DP_REDIRECTS,
	CG_DP_NRING,
	CG_DP_DNS,
	CG_DP_DNSWORK,
	CG_DP_SESSIONS,
	CG_DP_SUMS,
	CG_DP_BUDGETS,
	CG_DP_VIEWERS,
	CG_DP_ASKS,
	CG_DP_SETTLED,
	CG_DP_TAPPED,
	CG_DP_DEVICES,
	CG_DP_CROWD,
	CG_DP_HEARD,
	CG_DP_UNHEARD,
	CG_DP_GEO4,
	CG_DP_GEO6,
	CG_DP_GEOINFO,
	__CG_DP_MAP_MAX,
};

enum cg_dp_prog {
	CG_DP_FROM_CAM,
	CG_DP_TO_CAM,
	CG_DP_EARLY, /* those before are enough to enforce: what they pass on is dropped until the others are there */
	CG_DP_UP = CG_DP_EARLY,
	CG_DP_DOWN,
	CG_DP_OUTCOME,
	CG_DP_KEEP,
	CG_DP_NAMES_UP,
	CG_DP_SIGN,
	CG_DP_SESSION,
	CG_DP_CLASS,
	CG_DP_GEO,
	CG_DP_REDIRECT,
	CG_DP_FINISH,
	CG_DP_NAMES_DOWN,
	CG_DP_DISCOVER,
	CG_DP_TO_DEVICE,
	CG_DP_PINNED, /* those before; the others are loaded when asked for */
	CG_DP_NAMES_TOLD = CG_DP_PINNED,
	CG_DP_WHY_UP,
	CG_DP_WHY_DOWN,
	__CG_DP_PROG_MAX,
};

extern const char *const cg_dp_map_names[__CG_DP_MAP_MAX];
extern const char *const cg_dp_prog_names[__CG_DP_PROG_MAX];

struct ring_buffer;

struct cg_datapath {
	char *pin_dir;
	struct cg_object object; /* unpacked until all is loaded */
	int map[__CG_DP_MAP_MAX];
	int prog[__CG_DP_PROG_MAX];
	uint32_t prog_id[2]; /* cg_from_cam, cg_to_cam */
	uint32_t slots, cpus;
	bool taken_over;
	bool tcx;		       /* ports are attached that way */
	bool no_tcx;		       /* the kernel has none */
	bool pins_wait;		       /* new maps: pinned with the first policy in them */
	int grace_fd;		       /* the inner map handed to cg_grace */
	struct cg_meta *meta;	       /* mapped */
	struct cg_exposure *exposure;  /* mapped */
	struct cg_name *names;	       /* mapped */
	uint64_t *macs, *lens, *reach; /* mapped */
	struct cg_settled *settled;    /* mapped */
	uint64_t *tapped;	       /* mapped */
	struct cg_fast4 *fast4;	       /* mapped; entries of all CPUs */
	struct cg_fast6 *fast6;
	struct cg_count *counts; /* mapped: cg_stats */
	size_t meta_size, exposure_size, names_size, fast_entries;
	struct cg_mapset *set;	      /* keys of the generation in force; NULL = none */
	struct cg_datapath_net *nets; /* as in cg_nets, cg_ifs */
	size_t nnets;
	struct cg_datapath_if *ifs;
	size_t nifs;
	struct ring_buffer *events, *heard;
	void (*event_cb)(void *ctx, const struct cg_event *event);
	void (*name_cb)(void *ctx, const struct cg_name_event *event);
	void (*session_cb)(void *ctx, const struct cg_session_event *event);
	void *event_ctx, *name_ctx, *session_ctx;
	int events_left;
	void (*heard_cb)(void *ctx, const struct cg_heard *heard);
	void *heard_ctx;
	int heard_left;
	void (*debug)(void *ctx, const char *line);
	void *debug_ctx;
	char error[256];
};

void cg_dp_debug(struct cg_datapath *dp, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* Keeps the text for cg_datapath_strerror and returns err. */
int cg_dp_fail(struct cg_datapath *dp, int err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
int cg_dp_pin_path(const struct cg_datapath *dp, const char *name, char *buf,
		   size_t n) __must_check;
void cg_dp_fds_close(int *fds, size_t n);
/* Names the object code of this build: a restart takes over programs only of
 * its own. */
#define CG_DP_BUILD_LEN 24
void cg_dp_build_id(char out[static CG_DP_BUILD_LEN]);
/* Loads the programs, or the early ones: into the maps already in dp->map where
 * reuse, else with new maps for dp->slots cameras. */
int cg_dp_load(struct cg_datapath *dp, bool reuse, bool early) __must_check;
/* The programs that answer `why`, which nothing else needs. */
int cg_dp_why_load(struct cg_datapath *dp) __must_check;
/* The one that learns from answers the agent has, where rules have names. */
int cg_dp_told_load(struct cg_datapath *dp) __must_check;
/* Moves every pin to these maps and programs. */
int cg_dp_pin(struct cg_datapath *dp) __must_check;
/* Maps what is read and written in place: exposure, the hashes of MACs, the
 * packet path's own notes. */
int cg_dp_memory_map(struct cg_datapath *dp) __must_check;
/* Learns dp->cpus. */
int cg_dp_cpus(struct cg_datapath *dp) __must_check;
int cg_dp_meta_map(struct cg_datapath *dp) __must_check;
void cg_dp_memory_unmap(struct cg_datapath *dp);
/* Only the MACs of dp->set are perhaps cameras', and only its prefixes perhaps
 * have rules. dp_maybe.c */
int cg_dp_maybe_settle(struct cg_datapath *dp) __must_check;
/* Those of set too. */
void cg_dp_maybe_add(struct cg_datapath *dp, const struct cg_mapset *set);
/* Waits until no packet reads an older generation. */
int cg_dp_grace(struct cg_datapath *dp) __must_check;
/* Fills dp->set, dp->nets, dp->ifs from the maps after a take-over. */
int cg_dp_policy_load(struct cg_datapath *dp) __must_check;
int cg_dp_nets_load(struct cg_datapath *dp) __must_check;
/* What was learned for a slot, whose camera is gone. */
void cg_dp_names_forget(struct cg_datapath *dp, uint32_t slot);
/* Every entry of a map of names or sessions. */
int cg_dp_copy(int from, int to) __must_check;
/* Copies sessions, with their places and sums, and viewers into larger maps. */
int cg_dp_sessions_copy(const int *from, const int *to) __must_check;
/* Copies what was learned into larger maps of the same layout. */
int cg_dp_names_copy(const int *from, const int *to) __must_check;
/* For ring_buffer__new(), ctx being the datapath: calls what is set for its kind of
 * event; what is too short or of another version is passed over. -EAGAIN ends the
 * round, the sample counts as read. dp_sample.c */
int cg_dp_sample(void *ctx, void *data, size_t size);
int cg_dp_events_open(struct cg_datapath *dp) __must_check;
void cg_dp_events_close(struct cg_datapath *dp);
/* The sum over CPUs of a map of one counter. */
int cg_dp_counter_read(struct cg_datapath *dp, enum cg_dp_map map, uint64_t *ret_sum) __must_check;
/* The programs that listen to devices are in force as cg_meta has it, as far as they are
 * loaded. dp_devices.c */
int cg_dp_tap_apply(struct cg_datapath *dp) __must_check;
/* What is known of devices, into maps of more room. */
int cg_dp_devices_copy(const int *from, const int *to) __must_check;
/* The table that was in force, in maps of more room; place as in cg_meta.geo. */
int cg_dp_geo_restore(struct cg_datapath *dp, uint32_t place,
		      const struct cg_geoinfo *info) __must_check;
int cg_dp_heard_open(struct cg_datapath *dp) __must_check;
void cg_dp_heard_close(struct cg_datapath *dp);

#endif
