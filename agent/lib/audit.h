/* SPDX-License-Identifier: GPL-2.0-only */
/* What is wrong with a camera: what was seen of it and what it answers anybody, judged by the provisions of ETSI EN 303 645. Pure. */
#ifndef CG_AUDIT_H
#define CG_AUDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "clue.h"
#include "policy.h"

/* ---- ports that cameras are known for (facts inbound_ports.tsv): audit_ports.c ---- */

enum cg_audit_kind {
	CG_AUDIT_TELNET = 1,
	CG_AUDIT_DEBUG,	 /* its maker's console */
	CG_AUDIT_WEB,	 /* HTTP without TLS */
	CG_AUDIT_TLS,	 /* HTTPS: nothing wrong with it */
	CG_AUDIT_RTSP,	 /* live pictures */
	CG_AUDIT_ONVIF,	 /* control by SOAP over HTTP */
	CG_AUDIT_VENDOR, /* its maker's own protocol */
	CG_AUDIT_SADP,	 /* Hikvision's discovery, UDP */
	__CG_AUDIT_KIND_MAX,
};

/* One harmless question, without credentials, on a connection of its own. */
enum cg_audit_ask {
	CG_AUDIT_CONNECT,  /* none: is it open? */
	CG_AUDIT_GET,	   /* GET / */
	CG_AUDIT_DESCRIBE, /* RTSP */
	CG_AUDIT_INFO,	   /* ONVIF GetDeviceInformation */
	CG_AUDIT_USERS,	   /* GetUsers */
	CG_AUDIT_PROFILES, /* GetProfiles */
	CG_AUDIT_INQUIRY,  /* SADP */
	__CG_AUDIT_ASK_MAX,
};

struct cg_audit_port {
	uint16_t port;
	uint8_t proto; /* IPPROTO_* */
	uint8_t kind;  /* enum cg_audit_kind */
	uint8_t ask;   /* enum cg_audit_ask, the first */
	const char *what;
};
const struct cg_audit_port *cg_audit_ports(size_t *ret_n);
/* NULL: no camera is known for it. */
const struct cg_audit_port *cg_audit_port(uint8_t proto, uint16_t port);
/* "telnet", "web", for programs. */
const char *cg_audit_kind_name(unsigned int kind);
/* The question as it is sent; host is the camera's address. Bytes, 0: nothing is sent. */
#define CG_AUDIT_QUESTION 640
size_t cg_audit_question(enum cg_audit_ask ask, const char *host, uint16_t port,
			 char buf[static CG_AUDIT_QUESTION]);

/* ---- answers: audit_answer.c ---- */

enum cg_audit_state {
	CG_AUDIT_SHUT,	/* no answer, or not what was asked for */
	CG_AUDIT_OPEN,	/* it is there; who may use it was not asked */
	CG_AUDIT_ASKS,	/* it wants a password */
	CG_AUDIT_FREE,	/* it answers anybody */
	CG_AUDIT_MOVED, /* it sends to HTTPS */
	__CG_AUDIT_STATE_MAX,
};
const char *cg_audit_state_name(unsigned int state);

struct cg_audit_answer {
	uint8_t state;		/* enum cg_audit_state */
	uint8_t not_activated;	/* CG_CLUE_YES, _NO, 0 unknown */
	uint8_t cloud;		/* likewise */
	char text[CG_NAME_LEN]; /* what the server calls itself; printable */
	char maker[CG_NAME_LEN], model[CG_NAME_LEN], firmware[CG_NAME_LEN];
};
/* What of an answer is looked at. */
#define CG_AUDIT_ANSWER_MAX 4096
/* Reads the answer to ask, whatever bytes it is of. */
void cg_audit_answer_read(enum cg_audit_ask ask, const char *data, size_t n,
			  struct cg_audit_answer *ret);
/* The day (since 1970) that a version was built, where it says so: "V5.5.53build 180719",
 * "2.800.R, build:2021-03-15", "v3.0_20121102". -ENOENT: it does not. */
int cg_audit_firmware_day(const char *version, int64_t *ret_day) __must_check;

/* ---- findings: audit.c ---- */

struct cg_audit_service {
	uint16_t port;
	uint8_t proto;
	uint8_t kind;  /* enum cg_audit_kind */
	uint8_t state; /* enum cg_audit_state; never SHUT */
	bool probed;   /* else seen in use by others of the LAN */
	uint64_t ns;   /* when; boot clock */
	char text[CG_NAME_LEN];
};

#define CG_AUDIT_SERVICES 32

/* All that is known of a camera. */
struct cg_audit_seen {
	struct cg_audit_service service[CG_AUDIT_SERVICES];
	size_t nservices;
	uint64_t probed_ns; /* boot clock, as all here; 0: never */
	uint16_t onvif_port;
	uint8_t info, users, profiles; /* enum cg_audit_state of ONVIF's questions */
	uint8_t not_activated, cloud;  /* CG_CLUE_YES, _NO, 0 unknown */
	char maker[CG_NAME_LEN], model[CG_NAME_LEN], firmware[CG_NAME_LEN];
	uint64_t p2p_ns;       /* looked for a rendezvous, or spoke its protocol; 0: never */
	char p2p[CG_NAME_LEN]; /* the server or the protocol */
	uint64_t portmap_ns;   /* asked the gateway for a port */
	bool absent;	       /* when it was last to be asked */
};

/* Adds it, or what is new of it. false: no room. */
bool cg_audit_service_add(struct cg_audit_seen *seen, const struct cg_audit_service *service);
/* Of a probe of that port: what it answered, or that it is shut. */
void cg_audit_service_probed(struct cg_audit_seen *seen, const struct cg_audit_port *port,
			     enum cg_audit_ask ask, const struct cg_audit_answer *answer,
			     uint64_t now_ns);

/* What is older than CG_AUDIT_KEEP_NS is known no longer. */
#define CG_AUDIT_KEEP_NS (86400 * 1000000000ULL)
void cg_audit_expire(struct cg_audit_seen *seen, uint64_t now_ns);

struct cg_audit_case {
	const struct cg_audit_seen *seen;
	const struct cg_policy_cam *policy; /* NULL: not known */
	enum cg_guard_mode guard;
	bool always_open;
	int64_t today;	 /* days since 1970; 0: the clock is not known to be right */
	size_t stopped;	 /* destinations it tried and was stopped at */
	size_t mappings; /* of ports, that lead to it from outside */
};

enum cg_audit_level {
	CG_AUDIT_NOTE,
	CG_AUDIT_LOW,
	CG_AUDIT_MEDIUM,
	CG_AUDIT_HIGH,
	__CG_AUDIT_LEVEL_MAX,
};

/* A row of the table of findings. */
struct cg_audit_row {
	const char *id;
	uint8_t level;	       /* enum cg_audit_level */
	const char *provision; /* "5.6-5"; "5.6": the clause as a whole */
	const char *requires;  /* what it asks for, in short */
	const char *words;     /* what is wrong; %s: the details */
	const char *advice;    /* what to do */
	bool (*found)(const struct cg_audit_case *c, char *buf, size_t n);
};

#define CG_AUDIT_FINDINGS 32
#define CG_AUDIT_WORDS	  320

struct cg_audit_finding {
	const struct cg_audit_row *row;
	char words[CG_AUDIT_WORDS];
};

/* Worst first. */
size_t cg_audit_judge(const struct cg_audit_case *c,
		      struct cg_audit_finding ret_findings[static CG_AUDIT_FINDINGS]);
const struct cg_audit_row *cg_audit_rows(size_t *ret_n);
const char *cg_audit_level_name(unsigned int level);

#endif
