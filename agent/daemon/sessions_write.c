/* SPDX-License-Identifier: GPL-2.0-only */
/* When entries go to the disk: when they are new, another thing or over; of what goes on, once an hour. */
#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>
#include "../lib/jsonin.h"
#include "../lib/jsonout.h"
#include "../lib/memtext.h"
#include "notify.h"
#include "sched.h"
#include "sessions_state.h"

#define AGAIN_NS (CG_RECORD_JOIN_S * CG_SEC_NS)
#define DAY_NS	 (86400 * CG_SEC_NS)
#define DAY_S	 86400
/* Then the schedule is not waited for. */
#define MANY	 (CG_RECORD_ENTRIES / 2)

static uint32_t days_of(const struct cg_agent *a)
{
	return a->policy.now ? a->policy.now->record_days : CG_RECORD_DAYS;
}

static uint64_t every_of(const struct cg_agent *a)
{
	return (a->policy.now ? a->policy.now->record_every_s : CG_RECORD_EVERY_S) * CG_SEC_NS;
}

struct cg_recordfile cg_sessions_file(const struct cg_agent *a)
{
	return (struct cg_recordfile){
		.dir = a->opts.state_dir,
		.now_s = a->real_s(),
		.unsure = !cg_sched_clock_right(a),
		.size = a->policy.now ? a->policy.now->record_size : CG_RECORD_SIZE,
	};
}

void cg_sessions_wrote(struct cg_agent *a, const struct cg_recordfile *f)
{
	if (f->at.n)
		a->sessions->anchor = f->at;
}

const char *cg_sessions_anchor(const struct cg_agent *a, char buf[static CG_ANCHOR_STRLEN])
{
	*buf = '\0';
	return a->sessions && a->sessions->anchor.n ? cg_anchor_format(&a->sessions->anchor, buf) :
						      buf;
}

static bool has_long_ended(const struct cg_entry *e, uint64_t now_ns)
{
	return !e->open && now_ns > e->last_ns + AGAIN_NS;
}

static bool is_due(const struct cg_entry *e, uint64_t now_ns, bool all)
{
	return e->dirty && (all || !e->written_ns || e->written_what != e->r.what ||
			    (!e->open && e->written_open) || has_long_ended(e, now_ns) ||
			    now_ns >= e->written_ns + AGAIN_NS);
}

/* Whose opening it was, whether somebody came or not. */
static int made_print(const struct cg_opening_made *made, bool unsure, FILE *f)
{
	_cleanup_(cg_json_freep) struct json_object *o = json_object_new_object();
	_cleanup_free_ char *line = NULL;
	size_t n;

	cg_json_add(o, "v", json_object_new_int(CG_RECORD_VERSION));
	cg_json_add(o, "what", json_object_new_string("opened"));
	cg_json_add(o, "cam", json_object_new_string(made->cam));
	cg_json_add(o, "name", json_object_new_string(made->name));
	cg_json_add(o, "last_s", json_object_new_int64(made->at_s));
	cg_json_add(o, "until_s", json_object_new_int64(made->until_s));
	if (unsure)
		cg_json_add(o, "clock_unsure", json_object_new_boolean(true));
	cg_json_add(o, "uid", json_object_new_int64(made->uid));
	if (*made->user)
		cg_json_add(o, "user", json_object_new_string(made->user));
	if (cg_json_text(o, false, &line, &n) < 0)
		return -ENOMEM;
	(void)fputs(line, f);
	return 0;
}

/* Adds lines to *text; returns how many entries they are, or -errno. */
static int text_make(struct cg_agent *a, uint64_t now_ns, bool all, char **ret_text, size_t *ret_n)
{
	const struct cg_entries *entries = &a->sessions->entries;
	struct cg_view_time t = cg_sessions_time(a);
	enum cg_record_mode mode = cg_sessions_mode(a);
	bool unsure = !cg_sched_clock_right(a);
	char *text = NULL;
	size_t n = 0;
	int lines = 0;
	FILE *f = open_memstream(&text, &n);

	if (!f)
		return -ENOMEM;
	for (size_t i = 0; i < entries->n; i++) {
		_cleanup_free_ char *line = NULL;
		struct cg_record r;

		if (!is_due(entries->v[i], now_ns, all))
			continue;
		cg_entry_record(entries->v[i], &t, mode, unsure, &r);
		if (cg_record_print(&r, &line) < 0) {
			lines = -ENOMEM;
			break;
		}
		(void)fputs(line, f);
		lines++;
	}
	for (size_t i = 0; lines >= 0 && i < a->sessions->nmade; i++)
		lines = made_print(&a->sessions->made[i], unsure, f) ? -ENOMEM : lines + 1;
	if (lines >= 0 && a->sessions->sums) {
		int days = cg_days_print(a->sessions->sums, a, now_ns, all, f);

		lines = days < 0 ? days : lines + days;
	}
	if (cg_memtext_end(f, &text))
		return -ENOMEM;
	if (lines < 0) {
		free(text);
		return lines;
	}
	*ret_text = text;
	*ret_n = n;
	return lines;
}

static void written(struct cg_entries *entries, uint64_t now_ns, bool all)
{
	for (size_t i = 0; i < entries->n; i++) {
		struct cg_entry *e = entries->v[i];

		if (!is_due(e, now_ns, all))
			continue;
		e->dirty = false;
		e->written_ns = now_ns;
		e->written_what = e->r.what;
		e->written_open = e->open;
	}
}

static void say_failed(struct cg_agent *a, int err, uint64_t now_ns)
{
	uint64_t held;

	if (cg_log_limit_pass(&a->sessions->limit, now_ns, 3600 * CG_SEC_NS, &held))
		cg_log_warning(
			"%s/" CG_RECORD_FILE
			": %s, %zu entries are kept in memory, %llu were lost; nothing else is affected",
			a->opts.state_dir, strerror(-err), a->sessions->entries.n,
			(unsigned long long)a->sessions->entries.lost);
}

void cg_sessions_flush(struct cg_agent *a, uint64_t now_ns, bool all)
{
	struct cg_sessions *s = a->sessions;
	_cleanup_free_ char *text = NULL;
	struct cg_recordfile f = cg_sessions_file(a);
	size_t n = 0;
	int lines = text_make(a, now_ns, all, &text, &n), r = lines < 0 ? lines : 0;

	s->flushed_ns = now_ns;
	if (lines > 0)
		r = cg_recordfile_append(&f, text, n);
	s->failing = r < 0;
	if (r < 0) {
		say_failed(a, r, now_ns);
		return;
	}
	cg_sessions_wrote(a, &f);
	/* The files moved up: what is too old goes with the next tick. */
	if (r == 1)
		s->trim_ns = 0;
	written(&s->entries, now_ns, all);
	s->nmade = 0;
	if (s->sums)
		cg_days_written(s->sums, a, now_ns);
	for (size_t i = s->entries.n; i--;)
		if (!s->entries.v[i]->dirty && has_long_ended(s->entries.v[i], now_ns))
			cg_entry_drop(&s->entries, i);
}

static size_t unwritten(const struct cg_entries *entries)
{
	size_t n = 0;

	for (size_t i = 0; i < entries->n; i++)
		n += !entries->v[i]->written_ns;
	return n;
}

/* Somebody who reads the journal elsewhere, or whom the household's program tells, has then
 * what the record can be held against. */
static void anchor_say(struct cg_agent *a)
{
	struct cg_sessions *s = a->sessions;
	struct json_object *o;
	char anchor[CG_ANCHOR_STRLEN];
	const struct cg_log_field fields[] = { { "CAMGATE_ANCHOR", anchor } };

	if (!*cg_sessions_anchor(a, anchor) || s->anchor.n == s->said.n)
		return;
	s->said = s->anchor;
	cg_log_fields(CG_LOG_INFO, fields, 1, "record: anchor %s", anchor);
	o = json_object_new_object();
	cg_json_add(o, "v", json_object_new_int(1));
	cg_json_add(o, "event", json_object_new_string("record-anchor"));
	cg_json_add(o, "time_s", json_object_new_int64(a->real_s()));
	cg_json_add(o, "anchor", json_object_new_string(anchor));
	cg_notify_event(a, o);
	json_object_put(o);
}

/* Before the clock is known to be right nobody knows what is old. */
static void trim(struct cg_agent *a, uint64_t now_ns)
{
	struct cg_sessions *s = a->sessions;
	struct cg_recordfile f = cg_sessions_file(a);
	uint64_t held;
	int err;

	if (s->days != days_of(a))
		s->trim_ns = 0;
	if (now_ns < s->trim_ns || !cg_sched_clock_right(a))
		return;
	s->days = days_of(a);
	s->trim_ns = now_ns + DAY_NS;
	err = cg_recordfile_trim(&f, a->real_s() - (int64_t)s->days * DAY_S);
	cg_sessions_wrote(a, &f);
	anchor_say(a);
	if (err && cg_log_limit_pass(&s->limit, now_ns, 3600 * CG_SEC_NS, &held))
		cg_log_warning("%s/" CG_RECORD_FILE ": %s, entries of more than %u days stay",
			       a->opts.state_dir, strerror(-err), s->days);
}

void cg_sessions_write_tick(struct cg_agent *a, uint64_t now_ns)
{
	struct cg_sessions *s = a->sessions;

	if (now_ns >= s->flushed_ns + every_of(a) || (!s->failing && unwritten(&s->entries) > MANY))
		cg_sessions_flush(a, now_ns, false);
	trim(a, now_ns);
}

void cg_sessions_recall(struct cg_agent *a, uint64_t now_ns)
{
	struct cg_records *list = &a->sessions->recent;
	int64_t now_s = a->real_s();
	int err;

	cg_recordfile_own(a->opts.state_dir);
	err = cg_records_read(a->opts.state_dir, now_s - CG_STOPPED_LATELY_S, NULL, list);
	if (err)
		cg_log_warning("%s/" CG_RECORD_FILE ": %s", a->opts.state_dir, strerror(-err));
	cg_records_settle(list);
	for (size_t i = 0; i < list->n; i++) {
		int64_t ago = now_s - list->v[i].last_s;

		if (list->v[i].what == CG_RECORD_STOPPED && ago >= 0 &&
		    (uint64_t)ago * CG_SEC_NS < now_ns)
			cg_sessions_stop_add(a->sessions, &list->v[i],
					     now_ns - (uint64_t)ago * CG_SEC_NS);
	}
}
