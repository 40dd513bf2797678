/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of sessions share: entries, stops of late, who opened, samples for rates. */
#ifndef CG_SESSIONS_STATE_H
#define CG_SESSIONS_STATE_H

#include "days.h"
#include "entries.h"
#include "../lib/recordlist.h"
#include "recordfile.h"
#include "sessions.h"

#define CG_STOPS	    64
#define CG_SAMPLES	    256
#define CG_STOPPED_LATELY_S 86400

struct cg_stop {
	char cam[CG_ID_LEN];
	uint64_t ns;
	uint32_t count;
	struct cg_prefix peer;
	uint8_t sign, signature;
};

struct cg_opener {
	uint32_t slot;
	uint64_t ns; /* the opening's beginning */
	int64_t uid;
	char user[CG_RECORD_USER_LEN];
};

/* Somebody opened a camera by hand; until it is written. */
#define CG_OPENINGS 64
struct cg_opening_made {
	char cam[CG_ID_LEN], name[CG_NAME_LEN];
	int64_t at_s, until_s;
	int64_t uid;
	char user[CG_RECORD_USER_LEN];
};

/* Bytes of a session at some moment; what they were at the next is a rate. */
struct cg_sample {
	uint32_t slot;
	uint8_t peer[16];
	uint64_t ns, up_bytes, down_bytes;
	uint32_t up_bps, down_bps; /* bytes a second, of the last two */
	bool rated;
};

struct cg_sessions {
	struct cg_entries entries;
	struct cg_days *sums;	       /* NULL: none are told of */
	struct cg_stop stop[CG_STOPS]; /* a ring */
	size_t nstop;
	struct cg_opener *opener;
	size_t nopener;
	struct cg_opening_made made[CG_OPENINGS];
	size_t nmade; /* without room for more, the oldest goes */
	struct cg_sample sample[CG_SAMPLES];
	size_t nsample;
	uint64_t swept_ns, flushed_ns, trim_ns;
	uint64_t events_lost;	       /* as the last sweep knew */
	uint32_t days;		       /* as files were trimmed by */
	bool failing;		       /* the disk takes nothing */
	struct cg_anchor anchor, said; /* how far the record on the disk goes; n 0: not known */
	struct cg_records recent;      /* of the run before; only until the first sweep */
	struct cg_log_limit limit;
};

/* What the config says, or holds without it. */
enum cg_record_mode cg_sessions_mode(const struct cg_agent *a);
const char *cg_sessions_mode_name(const struct cg_agent *a);
struct cg_view_time cg_sessions_time(const struct cg_agent *a);

/* sessions_take.c */
uint64_t cg_session_begun(const struct cg_session *s);
bool cg_session_monitored(const struct cg_session *s);
struct cg_prefix cg_sessions_whole(const uint8_t addr[16]);
/* How it was recognized: what makes two attempts the same. */
struct cg_record cg_sessions_kind(const struct cg_agent_cam *cam, uint8_t what,
				  const struct cg_session *s, const uint8_t key[16]);
/* A copy in place of *to; nothing of NULL. */
void cg_sessions_text(char **to, const char *text);
/* A new entry; NULL: no room. */
struct cg_entry *cg_sessions_entry(struct cg_agent *a, const struct cg_agent_cam *cam,
				   const struct cg_session *s, const uint8_t key[16], uint64_t ns);
/* rule: its number is of the policy in force. */
void cg_sessions_take(struct cg_agent *a, const struct cg_agent_cam *cam, struct cg_entry *e,
		      const struct cg_session *s, bool rule);
void cg_sessions_stop_say(struct cg_agent *a, const struct cg_agent_cam *cam,
			  const struct cg_record *r, const struct cg_session *s, uint64_t now_ns);
void cg_sessions_stop_add(struct cg_sessions *s, const struct cg_record *r, uint64_t ns);

/* All that is in memory of a camera, by its id. */
void cg_sessions_forget(struct cg_agent *a, const char *cam);

/* sessions_sweep.c; first: of this run. */
void cg_sessions_sweep(struct cg_agent *a, uint64_t now_ns, bool first);

/* sessions_show.c */
void cg_sessions_sample(struct cg_sessions *s, const struct cg_flow_key *key,
			const struct cg_session *session, uint64_t now_ns);
const struct cg_sample *cg_sessions_sampled(const struct cg_sessions *s,
					    const struct cg_flow_key *key);

/* sessions_write.c: entries that are due, or all; then what has long ended is let go. */
void cg_sessions_flush(struct cg_agent *a, uint64_t now_ns, bool all);
void cg_sessions_write_tick(struct cg_agent *a, uint64_t now_ns);
/* The record's file, as the config has it; what is done by it is told with cg_sessions_wrote(). */
struct cg_recordfile cg_sessions_file(const struct cg_agent *a);
void cg_sessions_wrote(struct cg_agent *a, const struct cg_recordfile *f);
/* "COUNT:HASH" of what is on the disk; "": nothing is, yet. Returns buf. */
const char *cg_sessions_anchor(const struct cg_agent *a, char buf[static CG_ANCHOR_STRLEN]);
/* What the files say of the last day, and which entries may go on. */
void cg_sessions_recall(struct cg_agent *a, uint64_t now_ns);

#endif
