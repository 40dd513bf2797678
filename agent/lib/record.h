/* SPDX-License-Identifier: GPL-2.0-only */
/* An entry of the record: who watched a camera from outside, was stopped, or tried. A line of JSON, in and out. */
#ifndef CG_RECORD_H
#define CG_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <camgate/limits.h>
#include "addr.h"
#include "policy.h"

struct json_object;

/* 1: as 2, and not chained. */
#define CG_RECORD_VERSION  2
#define CG_RECORD_USER_LEN 33
#define CG_RECORD_BY_LEN   12

enum cg_record_what {
	CG_RECORD_ALLOWED = 1, /* the camera was open */
	CG_RECORD_STOPPED = 2, /* while it ran */
	CG_RECORD_REFUSED = 3, /* before it could begin */
};

/* What let a session in besides a rule. */
struct cg_record_opening {
	char by[CG_RECORD_BY_LEN]; /* "hand", "schedule", "config"; "" = none */
	int64_t since_s, until_s;  /* epoch; 0 = not known, no end */
	int64_t uid;		   /* who typed it; -1 = not known */
	char user[CG_RECORD_USER_LEN];
};

/* Times are seconds of the wall clock, ports host order. Texts are owned; NULL = none. */
struct cg_record {
	uint64_t id; /* of a camera: a later line with it says the same anew */
	uint32_t order;
	uint32_t count; /* attempts */
	uint8_t what;	/* enum cg_record_what */
	bool running;	/* had not ended */
	bool by_peer;	/* the remote began */
	bool monitored; /* mode = monitor: passed all the same */
	bool unsure;	/* the clock was not known to be right */
	uint8_t sign, signature, proto;
	char cam[CG_ID_LEN];
	char cam_name[CG_NAME_LEN];
	struct cg_prefix peer;	      /* len 128: whole */
	struct cg_prefix viewer;      /* whom the protocol names; len 0: nobody */
	uint16_t peer_port, cam_port; /* 0 = not known */
	char *asked;		      /* name the camera had asked for */
	char *country, *network;      /* where a database says so */
	int64_t first_s, last_s;
	uint64_t duration_s;
	uint64_t up_bytes, down_bytes; /* that passed, from and to the camera */
	uint64_t stopped_bytes;
	/* evidence */
	uint32_t up_packets, down_packets;
	uint8_t windows; /* of the last four that held as much as a picture */
	uint8_t nfirst;
	uint8_t first[CG_FIRST_BYTES];
	char *rule, *file;
	int line;
	struct cg_record_opening opening;
	int64_t blocked_s; /* until; 0 = not */
};

void cg_record_clear(struct cg_record *r);
const char *cg_record_what_name(unsigned int what);
/* Takes out what mode, and what became of the session, do not let be kept. */
void cg_record_minimise(struct cg_record *r, enum cg_record_mode mode);
/* Attempts of one remote at one camera, recognized the same way. */
bool cg_record_alike(const struct cg_record *x, const struct cg_record *y);
/* Adds what later says to r: the same anew where ids are equal, else one more attempt.
 * later is cleared. */
void cg_record_join(struct cg_record *r, struct cg_record *later);

/* ---- recordjson.c ---- */

/* NULL without memory. */
struct json_object *cg_record_to_json(const struct cg_record *r);
/* -EPROTO: no entry of this version. */
int cg_record_from_json(struct json_object *o, struct cg_record *ret_record) __must_check;
/* One line with its LF, freed by the caller. */
int cg_record_print(const struct cg_record *r, char **ret_line) __must_check;
int cg_record_parse(const char *line, struct cg_record *ret_record) __must_check;

#endif
