/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A camera's day: what left to where and what came back, by name, country and network, and
 * what was stopped, by reason. One line of the record; a later one of the same camera and day takes its
 * place. Pure.
 */
#ifndef CG_DAY_H
#define CG_DAY_H

#include <camgate/bpf_abi.h>
#include "record.h"

/* Where it goes to; the others are one sum. A camera has five or ten. */
#define CG_DAY_PEERS  24
/* Countries and networks (AS) with a sum of their own. */
#define CG_DAY_PLACES 16
/* Reasons with a count, either way, monitored or not. */
#define CG_DAY_STOPS  32

struct json_object;

struct cg_day_peer {
	char *name;	      /* that the camera had asked for; NULL = none */
	char country[8];      /* "DE", "unknown", "private", "shared"; "" = none was asked */
	char network[16];     /* "AS64500"; "" = none */
	struct cg_prefix net; /* /24, /48; of a name the last one */
	uint64_t up_bytes, down_bytes, stopped_bytes;
};

struct cg_day_place {
	char text[16]; /* as in cg_day_peer */
	uint64_t up_bytes, down_bytes, stopped_bytes;
};

/* Of all remotes, those without a place of their own too. */
struct cg_day_places {
	uint32_t n, nother; /* nother more are one sum */
	struct cg_day_place v[CG_DAY_PLACES], other;
};

struct cg_day_stop {
	uint8_t reason; /* enum cg_reason */
	bool up;
	bool monitored; /* would have been */
	uint64_t packets, bytes;
};

struct cg_day {
	char cam[CG_ID_LEN];
	char cam_name[CG_NAME_LEN];
	int64_t day; /* days since 1970-01-01, of the household's clock */
	int64_t first_s, last_s;
	bool unsure; /* the clock was not known to be right */
	uint32_t npeer, nstop, nother;
	struct cg_day_peer *peer; /* room for the next power of two */
	struct cg_day_peer other; /* nother more, without name and net */
	struct cg_day_places country, network;
	struct cg_day_stop stop[CG_DAY_STOPS];
};

/* Peers and stops; the camera and its name stay. */
void cg_day_clear(struct cg_day *day);
/* The one for a remote, made where there is none; full, or without memory: the others'. name may be
 * NULL. Valid until the next call. */
struct cg_day_peer *cg_day_peer(struct cg_day *day, const char *name, const struct cg_addr *addr);
/* daysums.c: the one of that text, made where there is none; full: the others'. */
struct cg_day_place *cg_day_place(struct cg_day_places *list, const char *text);
/* key: "country", "network". NULL where there is nothing, or without memory. */
struct json_object *cg_day_places_json(const struct cg_day_places *list, const char *key);
void cg_day_places_parse(struct json_object *o, const char *key, struct cg_day_places *ret_list);

void cg_day_stop(struct cg_day *day, const struct cg_day_stop *stop);
/* Is there anything to tell? */
bool cg_day_empty(const struct cg_day *day);
/* Where what was stopped was going to, or came from: "remote", "lan", "gateway", "forged",
 * "malformed". */
const char *cg_day_class(enum cg_reason reason);

struct json_object *cg_day_to_json(const struct cg_day *day); /* NULL without memory */
/* With its LF, freed by the caller. */
int cg_day_print(const struct cg_day *day, char **ret_line) __must_check;
/* Looks like one, at a glance. */
bool cg_day_is(const char *line, size_t n);
/* line without its LF. -EPROTO: none. Cleared by the caller. */
int cg_day_parse(const char *line, size_t n, struct cg_day *ret_day) __must_check;

#endif
