/* SPDX-License-Identifier: GPL-2.0-only */
/* The config, judged: every value checked, every default explicit. */
#ifndef CG_POLICY_H
#define CG_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <camgate/bpf_abi.h>
#include "addr.h"
#include "budget.h"
#include "config.h"
#include "diag.h"
#include "mark.h"
#include "place.h"
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

/* What is kept of remote viewing sessions. */
enum cg_record_mode {
	CG_RECORD_MINIMAL, /* addresses cut, but of stopped sessions */
	CG_RECORD_FULL,
	CG_RECORD_OFF,
	__CG_RECORD_MODE_MAX,
};

/* Which devices that are no cameras of the config are held. */
enum cg_quarantine {
	CG_QUARANTINE_NONE,
	CG_QUARANTINE_CAMERAS, /* what is known to be one, and what streams like one when new */
	CG_QUARANTINE_ALL,     /* and what was never seen before, but a user's device */
	__CG_QUARANTINE_MAX,
};

/* Whom a camera may ask for names, or for the time. */
enum cg_server {
	CG_SERVER_GATEWAY,
	CG_SERVER_REDIRECT, /* whom it likes: the gateway answers */
	CG_SERVER_ANY,
	CG_SERVER_NONE, /* time only */
	__CG_SERVER_MAX,
};

/* An address that a viewer has in the LAN. */
struct cg_policy_seen {
	struct cg_prefix prefix;
	struct cg_mac mac;
	bool here; /* in the last look, too */
};

/* Somebody who may watch, by name. */
struct cg_policy_viewer {
	char name[CG_NAME_LEN];
	struct cg_mac *mac;
	size_t nmac;
	struct cg_prefix *prefix;
	size_t nprefix;
	char **domain; /* whole names */
	size_t ndomain;
	char (*ifname)[16]; /* tunnels that are not home */
	size_t nifname;
	struct cg_policy_seen *seen; /* of its MACs; the agent's to change */
	size_t nseen;
};

/* A file lists/NAME.txt. */
struct cg_policy_list {
	char name[CG_ID_LEN];
	struct cg_prefix *prefix;
	size_t nprefix;
	char **domain; /* patterns */
	size_t ndomain;
	int64_t written_s; /* when the file was */
};

struct cg_policy_rule {
	struct cg_rule_text text;
	enum cg_rule_kind kind;
	uint8_t budget;			       /* its number; of allow and upload */
	const struct cg_policy_viewer *viewer; /* of VIEWER, by name: text says nothing then */
	const struct cg_policy_list *list;     /* where text names one */
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
	uint32_t signs_off;		 /* CG_CAM_NO_* */
	uint8_t max_viewers;		 /* 0: any number */
	struct cg_budget_text budget[2]; /* of rules without: CG_BUDGET_CONTROL, _UPLOAD */
	bool stays;			 /* in the countries of stay_in */
	uint8_t stay_in[(CG_COUNTRIES + 7) / 8];
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
	bool mqtt_may_widen;  /* can be opened by way of MQTT */
	/* Denies of defaults, own, of the profile; then the others: own, of the
	 * profile, of defaults. The index is the rule's id. */
	struct cg_policy_rule *rules;
	size_t nrules;
	bool held; /* none of the config's: an unknown device that is held */
	struct cg_pos pos;
};

/* A broker that is told, and from which cameras may be made stricter. */
#define CG_MQTT_HOST_LEN  254
#define CG_MQTT_TOPIC_LEN 65
struct cg_policy_mqtt {
	bool enabled;
	char broker[CG_MQTT_HOST_LEN];
	uint16_t port;
	bool tls;
	char *ca_file, *cert_file, *key_file, *credentials; /* NULL: none */
	char id[CG_ID_LEN];
	char topic[CG_MQTT_TOPIC_LEN];
	char discovery[CG_MQTT_TOPIC_LEN]; /* "none": is not written */
	bool viewers;			   /* addresses of viewers, too */
	bool may_widen;
	struct cg_pos pos; /* in the policy's own files */
};

/* What is told of this home to who looks after many, by the same broker. */
enum cg_fleet_addresses {
	CG_FLEET_HASHED, /* keyed: pseudonyms, not anonymous */
	CG_FLEET_PLAIN,
	CG_FLEET_NONE,
	__CG_FLEET_ADDRESSES_MAX,
};
struct cg_policy_fleet {
	bool report;
	char gateway[CG_ID_LEN];
	enum cg_fleet_addresses addresses;
	char *key_file;
	bool names;   /* of cameras */
	bool desired; /* may be asked for more strictness */
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

/* A budget that rules share. */
struct cg_policy_budget {
	struct cg_budget_text text;
	bool upload;
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
	struct cg_policy_viewer *viewers;
	size_t nviewers;
	struct cg_policy_list *lists;
	size_t nlists;
	char *country_database, *network_database; /* NULL: none */
	struct cg_places places;		   /* what rules and stay_in name */
	char *notify;				   /* the program that is told; NULL: none */
	struct cg_policy_mqtt *mqtt;		   /* NULL: none */
	struct cg_policy_fleet fleet;
	bool unknown_notify; /* cameras that are none of the config are told of */
	bool probation;	     /* what was never seen sends little until it is scored */
	enum cg_quarantine quarantine;
	bool resolver_gateway; /* the agent itself asks the gateway */
	bool readers_all;
	bool force;
	enum cg_guard_mode guard;
	struct cg_mark mark; /* the guard's; also when it is off */
	bool module;	     /* use the kernel module where there is one */
	bool clock_trusted;  /* clock = trusted */
	enum cg_record_mode record;
	uint32_t record_days;	 /* older lines go */
	uint32_t record_every_s; /* memory is written down */
	uint32_t record_size;	 /* bytes of all files */
	struct cg_policy_zone *zones;
	size_t nzones;
	struct cg_policy_budget budget[CG_BUDGETS]; /* by number; the first two are defaults' */
	size_t nbudget; /* those of cameras; those of single rules from CG_BUDGET_OWN on */
	size_t nown;
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
/* The same where the peer is in a country and a network, 0 = not known. Where the camera
 * must not go to that country only denies and rules with `anywhere` count. */
struct cg_policy_peer {
	const struct cg_addr *addr;
	const char *const *names; /* or NULL */
	uint16_t country;
	uint32_t network;
};
int cg_policy_match_peer(const struct cg_policy_cam *cam, const struct cg_policy_peer *peer,
			 uint8_t proto, uint16_t port, bool lan);
/* stay_in lets the camera go there. */
bool cg_policy_stays(const struct cg_policy_cam *cam, uint16_t country);

/* The prefixes a rule stands for: none, one, a viewer's, a list's. */
size_t cg_policy_prefixes(const struct cg_policy_rule *rule);
const struct cg_prefix *cg_policy_prefix(const struct cg_policy_rule *rule, size_t i);
/* And its names. */
size_t cg_policy_names(const struct cg_policy_rule *rule);
const char *cg_policy_name(const struct cg_policy_rule *rule, size_t i);

#endif
