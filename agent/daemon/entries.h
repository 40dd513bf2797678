/* SPDX-License-Identifier: GPL-2.0-only */
/* Entries of the record in memory: bounded, counted on while they go on, joined while they are young. */
#ifndef CG_ENTRIES_H
#define CG_ENTRIES_H

#include <camgate/session_abi.h>
#include "../lib/record.h"
#include "../lib/view.h"
#include "agent.h"

struct cg_entry_sum {
	uint64_t up_bytes, down_bytes, stopped_bytes, lasted_ns;
	uint32_t up_packets, down_packets;
};

struct cg_entry {
	/* Whole addresses; of times and sums only when it is read, see cg_entry_record. */
	struct cg_record r;
	uint32_t slot;
	uint8_t key[16]; /* the remote in the table of sessions; of a knocker its network */
	bool knock;	 /* many that knocked at a closed camera */
	bool open;	 /* goes on */
	bool seen;	 /* in the sweep under way */
	bool told_early; /* of its rule, name and whole address nothing is known yet */
	uint64_t first_ns, last_ns;
	uint64_t begun_ns; /* the session under way */
	uint64_t made_ns;  /* counters are of the table's entry made then */
	struct cg_entry_sum before, now;
	uint64_t block_ns, opened_ns, open_until_ns;
	bool dirty; /* the disk knows less */
	bool written_open;
	uint8_t written_what;
	uint64_t written_ns; /* 0 = never */
};

struct cg_entries {
	struct cg_entry *v[CG_RECORD_ENTRIES];
	size_t n;
	uint64_t lost; /* for want of room */
};

void cg_entries_clear(struct cg_entries *all);
/* The one of this remote that goes on. */
struct cg_entry *cg_entry_find(const struct cg_entries *all, const struct cg_agent_cam *cam,
			       const uint8_t key[16], bool knock);
/* One of this remote that has ended and knows the session that began then. */
struct cg_entry *cg_entry_ended(const struct cg_entries *all, const struct cg_agent_cam *cam,
				const uint8_t key[16], uint64_t begun_ns);
/* One of this kind that ended lately. */
struct cg_entry *cg_entry_again(const struct cg_entries *all, uint32_t slot,
				const struct cg_record *kind, uint64_t now_ns);
/* A new one that goes on; where there is no room the oldest that ended gives way, at
 * first such as the disk knows, and without any knocks do. NULL: there is none. id is changed where it is taken. */
struct cg_entry *cg_entry_add(struct cg_entries *all, const struct cg_agent_cam *cam, uint64_t id,
			      bool knock);
bool cg_entry_id_taken(const struct cg_entries *all, const char *cam, uint64_t id);
void cg_entry_drop(struct cg_entries *all, size_t i);
/* Another attempt: what was counted so far stays. */
void cg_entry_attempt(struct cg_entry *e);
/* What the table says of the session under way. */
void cg_entry_count(struct cg_entry *e, const struct cg_session *s);
void cg_entry_close(struct cg_entry *e);
/* As it may be kept; the texts are e's. */
void cg_entry_record(const struct cg_entry *e, const struct cg_view_time *t,
		     enum cg_record_mode mode, bool unsure, struct cg_record *ret_record);

#endif
