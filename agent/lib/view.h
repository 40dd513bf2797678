/* SPDX-License-Identifier: GPL-2.0-only */
/* State as the JSON of the control protocol. json-c's objects are built here and nowhere else. */
#ifndef CG_VIEW_H
#define CG_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <camgate/bpf_abi.h>
#include "blocked.h"
#include "policy.h"

struct json_object;

/* The two clocks at one moment: the packet path counts by the first. */
struct cg_view_time {
	uint64_t now_ns;
	int64_t now_s;
};

/* One camera of `status`. */
struct cg_view_cam {
	const char *id, *name;
	const struct cg_exposure *exposure;
	const struct cg_state *state;
	const struct cg_stats *stats;
	const char *port; /* interface it was last seen on; NULL */
	bool monitor;
	uint64_t off_until_ns;
	const char *to; /* whom an opening for some is for; NULL: as its word says */
	const struct cg_policy_cam *policy; /* NULL: not known */
};

const char *cg_view_exposure_name(enum cg_exposure_state state);
/* Wall clock of a deadline, rounded to the second. */
int64_t cg_view_epoch(const struct cg_view_time *t, uint64_t ns);
/* "18:30", "18:30:20" when less than two minutes off, with the date when not today. */
const char *cg_view_clock(const struct cg_view_time *t, uint64_t ns, char *buf, size_t n);
/* "open until 18:30: can be watched from outside", … */
const char *cg_view_sentence(const struct cg_view_time *t, const struct cg_view_cam *cam, char *buf,
			     size_t n);
bool cg_view_never_seen(const struct cg_view_cam *cam);

/* All return a new object, NULL without memory. */
struct json_object *cg_view_cam(const struct cg_view_time *t, const struct cg_view_cam *cam);
struct json_object *cg_view_counts(const struct cg_stats *stats);
/* rule: NULL or the rule that decided, as text. */
struct json_object *cg_view_flow(const struct cg_view_time *t, const struct cg_flow_key *key,
				 const struct cg_flow *flow, const char *rule);
/* A name an address was learned for: asked, until when it holds. */
struct json_object *cg_view_name(const struct cg_view_time *t, const char *name, uint64_t asked_ns,
				 uint64_t until_ns);
/* cam_id: whom the command lines in it are about; NULL: it has none. */
struct json_object *cg_view_blocked(const struct cg_view_time *t, const struct cg_blocked *blocked,
				    uint32_t slot, uint64_t since_s, const char *cam_id);
/* profile, protection, local_view and what they mean; nothing without a profile. */
void cg_view_profile(struct json_object *o, const struct cg_policy_cam *cam);
/* "allow 198.51.100.0/24:443/tcp", in buf; NULL of no rule. */
const char *cg_view_rule(const struct cg_policy_rule *r, char *buf, size_t n);
const char *cg_view_proto(uint8_t proto, char buf[static 8]);

#endif
