/* SPDX-License-Identifier: GPL-2.0-only */
/* The config file as written: text with positions, nothing judged beyond syntax. libconfuse is known only to config.c. */
#ifndef CG_CONFIG_H
#define CG_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "diag.h"

/* A string as written and where; s is NULL where the key is absent. */
struct cg_text {
	char *s;
	struct cg_pos pos;
};

struct cg_texts {
	struct cg_text *v;
	size_t n;
};

/* A block `schedule`. */
struct cg_config_window {
	struct cg_texts days;
	struct cg_text from, to, timezone, exposure;
	struct cg_pos pos; /* of the block */
};

struct cg_config_cam {
	struct cg_text name; /* the block's title */
	struct cg_text id;
	struct cg_texts mac;
	struct cg_texts address; /* narrows a shared MAC */
	struct cg_text exposure;
	struct cg_text lan_viewing;
	struct cg_text gateway_viewing;
	struct cg_text mode;
	struct cg_text profile;
	struct cg_text dns, dns_names, ntp;
	struct cg_texts allow, upload, deny, viewers, stay_in;
	struct cg_text timezone, daily_upload, open_time;
	struct cg_texts signs;
	struct cg_text control_budget, upload_budget, max_viewers;
	struct cg_text mqtt_may_widen;
	struct cg_config_window *schedule;
	size_t nschedule;
};

/* A block `viewer`. */
struct cg_config_viewer {
	struct cg_text name; /* the block's title */
	struct cg_texts mac, address, domain, ifname;
};

/* What one file of a make of camera says. */
struct cg_config_profile {
	char *name;
	struct cg_pos pos; /* the file as a whole */
	struct cg_text maker, protection, local_view;
	struct cg_config_cam rules; /* dns, dns_names, ntp, allow, upload, deny; nothing else */
};

/* A file lists/NAME.txt that a rule names: its lines, without comments. */
struct cg_config_list {
	char *name;
	struct cg_pos pos; /* the file as a whole */
	int64_t written_s; /* when, by its folder */
	struct cg_texts entries;
};

/* Keys of the block `mqtt`, in the order of config.c. */
enum cg_mqttconf_key {
	CG_MQTTCONF_ENABLED,
	CG_MQTTCONF_BROKER,
	CG_MQTTCONF_PORT,
	CG_MQTTCONF_TLS,
	CG_MQTTCONF_CA_FILE,
	CG_MQTTCONF_CERT_FILE,
	CG_MQTTCONF_KEY_FILE,
	CG_MQTTCONF_CREDENTIALS,
	CG_MQTTCONF_ID,
	CG_MQTTCONF_TOPIC,
	CG_MQTTCONF_DISCOVERY,
	CG_MQTTCONF_VIEWERS,
	CG_MQTTCONF_MAY_WIDEN,
	__CG_MQTTCONF_MAX,
};

/* The same of `fleet`. */
enum cg_fleet_setting {
	CG_FLEET_REPORT,
	CG_FLEET_GATEWAY,
	CG_FLEET_ADDRESSES,
	CG_FLEET_KEY_FILE,
	CG_FLEET_NAMES,
	CG_FLEET_DESIRED,
	__CG_FLEET_KEYS,
};

struct cg_config {
	char *path;
	struct cg_texts lan;
	struct cg_texts home;
	struct cg_texts resolver;
	struct cg_text readers;
	struct cg_text force; /* "yes": MACs the agent would refuse are taken */
	struct cg_text guard, guard_mark, guard_mask, module, attach, clock;
	struct cg_text record, record_days, record_every, record_size;
	struct cg_text notify; /* the program that is told */
	struct cg_text country_database, network_database;
	struct cg_config_list *lists;
	size_t nlists;
	struct {
		struct cg_text notify, quarantine, probation;
	} unknown;				/* devices that are no cameras of the config */
	struct cg_text mqtt[__CG_MQTTCONF_MAX]; /* by enum cg_mqttconf_key */
	struct cg_pos mqtt_pos;			/* where it ends; no file: there is none */
	struct cg_text fleet[__CG_FLEET_KEYS];	/* by enum cg_fleet_setting */
	struct cg_config_viewer *viewers;
	size_t nviewers;
	struct cg_text profiles;       /* the folder they are installed in */
	struct cg_config_cam defaults; /* name, id, mac, address unused */
	struct cg_config_cam *cams;
	size_t ncams;
	struct cg_config_profile *profile; /* those that a camera or defaults name */
	size_t nprofile;
	char **files; /* every file read; positions point here */
	size_t nfiles;
};

/*
 * Reads path, its includes (relative to the including file; `*` globs, a
 * glob without a match is no error) and the profiles they name. Returns 0 and a config the caller frees;
 * -EINVAL, -EEXIST (a title used twice) or the file's errno, with diag set:
 * "FILE:LINE:COLUMN: …". Refused:
 * what is not a regular file, files past CG_MAX_CONFIG_BYTES, control bytes,
 * unclosed blocks, comments and strings, unknown and repeated keys.
 */
int cg_config_read(const char *path, struct cg_diag *diag, struct cg_config **ret_config);
/* Told how many cameras path and its includes name, as soon as that is known:
 * what they say may still turn out wrong. */
struct cg_config_counted {
	void (*tell)(void *ctx, size_t ncams);
	void *ctx;
};
/* As cg_config_read; counted may be NULL. */
int cg_config_read_counted(const char *path, const struct cg_config_counted *counted,
			   struct cg_diag *diag, struct cg_config **ret_config);
void cg_config_free(struct cg_config **config);

#endif
