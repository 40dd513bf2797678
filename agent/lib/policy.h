/* SPDX-License-Identifier: GPL-2.0-only */
/* The config, judged: every value checked, every default explicit. */
#ifndef CG_POLICY_H
#define CG_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <camgate/bpf_abi.h>
#include "addr.h"
#include "config.h"
#include "diag.h"
#include "mark.h"
#include "profile.h"
#include "rule.h"
#include "schedule.h"

enum cg_lan_viewing {
	CG_LAN_ALL,
	CG_LAN_VIEWERS,
	CG_LAN_NONE,
	__CG_LAN_MAX,
};

/* What becomes of a camera's frames that no filter of ours has passed. */
enum cg_guard_mode {
	CG_GUARD_OFF,
	CG_GUARD_COUNT,
	CG_GUARD_DROP,
	__CG_GUARD_MAX,
};

/* Whom a camera may ask for names, or for the time. */
enum cg_server {
	CG_SERVER_GATEWAY,
	CG_SERVER_REDIRECT, /* whom it likes: the gateway answers */
	CG_SERVER_ANY,
	CG_SERVER_NONE, /* time only */
	__CG_SERVER_MAX,
};

struct cg_policy_rule {
	struct cg_rule_text text;
	enum cg_rule_kind kind;
	bool of_profile;
	struct cg_pos pos; /* points into the policy's own file names */
};

struct cg_policy_cam {
	char id[CG_ID_LEN];	/* [a-z0-9_-], unique; made from the name if not given */
	char name[CG_NAME_LEN]; /* UTF-8, unique */
	struct cg_mac mac[CG_MAX_MACS];
	size_t nmac;
	struct cg_addr addr[CG_MAX_CAM_ADDRS];
	size_t naddr; /* > 0: narrowed */
	enum cg_exposure_state exposure;
	enum cg_lan_viewing lan_viewing;
	bool monitor;
	bool via_gateway;
	enum cg_server dns, ntp;
	bool dns_allowed;	 /* asks for no name but its rules' */
	char profile[CG_ID_LEN]; /* "" = none; then the next two say nothing */
	enum cg_protection protection;
	enum cg_local_view local_view;
	char zone_name[CG_ZONE_NAME_LEN]; /* "": the machine's */
	struct cg_pos zone_pos;
	const struct cg_zone *zone; /* NULL until cg_zones_find() */
	struct cg_window *windows;
	size_t nwindows;
	uint64_t daily_bytes; /* daily_upload; 0: as much as it likes */
	uint32_t open_s;      /* open_time, of a day; 0: as long as it likes */
	/* Denies of defaults, own, of the profile; then the others: own, of the
	 * profile, of defaults. The index is the rule's id. */
	struct cg_policy_rule *rules;
	size_t nrules;
	struct cg_pos pos;
};

struct cg_policy_home {
	char ifname[16]; /* or "" */
	struct cg_prefix prefix;
};

/* A resolver besides the gateway. */
struct cg_policy_resolver {
	struct cg_addr addr;
	struct cg_mac mac;
	bool has_mac; /* else the one it is first seen with */
};

/* A time zone that cameras name, read once. */
struct cg_policy_zone {
	char name[CG_ZONE_NAME_LEN];
	struct cg_zone *zone;
};

struct cg_policy {
	char (*lan)[16]; /* interface names */
	size_t nlan;
	struct cg_policy_home *home;
	size_t nhome;
	struct cg_policy_resolver *resolver;
	size_t nresolver;
	bool resolver_gateway; /* the agent itself asks the gateway */
	bool readers_all;
	bool force;
	enum cg_guard_mode guard;
	struct cg_mark mark; /* the guard's; also when it is off */
	bool module;	     /* use the kernel module where there is one */
	bool clock_trusted;  /* clock = trusted */
	struct cg_policy_zone *zones;
	size_t nzones;
	bool tcx;		    /* attach by TCX where the kernel has it */
	struct cg_policy_cam *cams; /* in the file's order */
	size_t ncams;
	char **files;
	size_t nfiles;
};

/* -EINVAL, -EEXIST (id, name or MAC used twice; the diag names both places),
 * -E2BIG (limits.h); diag set. Pure: looks at nothing but the config. */
int cg_policy_build(const struct cg_config *config, struct cg_diag *diag,
		    struct cg_policy **ret_policy);
void cg_policy_free(struct cg_policy **policy);

/* By id or by name; NULL if none. */
const struct cg_policy_cam *cg_policy_find(const struct cg_policy *policy, const char *id_or_name);
/* The obvious first-match evaluation, and what the packet path must agree with:
 * denies as written, then the others. Ports in host order. Returns the rule's
 * index or -ENOENT. lan: only rules of kind VIEWER; else all but VIEWER. */
int cg_policy_match(const struct cg_policy_cam *cam, const struct cg_addr *peer, uint8_t proto,
		    uint16_t port, bool lan);
/* The same where the peer goes by these names, small letters, ended by NULL. */
int cg_policy_match_names(const struct cg_policy_cam *cam, const struct cg_addr *peer,
			  const char *const *names, uint8_t proto, uint16_t port, bool lan);

#endif
