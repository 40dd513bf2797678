/* SPDX-License-Identifier: GPL-2.0-only */
/* WITH_RECORD=no: sessions are known while the agent runs, and nothing of them is written. */
#include "../daemon/sessions_state.h"

#define AGAIN_NS (CG_RECORD_JOIN_S * CG_SEC_NS)

/* What has long ended is let go; what has just ended is still shown. */
void cg_sessions_flush(struct cg_agent *a, uint64_t now_ns, bool all)
{
	struct cg_sessions *s = a->sessions;

	(void)all;
	s->flushed_ns = now_ns;
	s->nmade = 0;
	for (size_t i = s->entries.n; i--;)
		if (!s->entries.v[i]->open && now_ns > s->entries.v[i]->last_ns + AGAIN_NS)
			cg_entry_drop(&s->entries, i);
}

void cg_sessions_write_tick(struct cg_agent *a, uint64_t now_ns)
{
	if (now_ns >= a->sessions->flushed_ns + AGAIN_NS)
		cg_sessions_flush(a, now_ns, false);
}

void cg_sessions_recall(struct cg_agent *a, uint64_t now_ns)
{
	(void)a;
	(void)now_ns;
}

struct cg_recordfile cg_sessions_file(const struct cg_agent *a)
{
	return (struct cg_recordfile){ .dir = a->opts.state_dir };
}

void cg_sessions_wrote(struct cg_agent *a, const struct cg_recordfile *f)
{
	(void)a;
	(void)f;
}

const char *cg_sessions_anchor(const struct cg_agent *a, char buf[static CG_ANCHOR_STRLEN])
{
	(void)a;
	*buf = '\0';
	return buf;
}

int cg_recordfile_begin(struct cg_recordfile *f)
{
	(void)f;
	return 0;
}

int cg_recordfile_end(struct cg_recordfile *f)
{
	(void)f;
	return 0;
}

struct cg_days *cg_days_new(struct cg_agent *a)
{
	(void)a;
	return NULL;
}

void cg_days_free(struct cg_days **days)
{
	(void)days;
}

void cg_days_sweep(struct cg_days *days)
{
	(void)days;
}

void cg_days_session(struct cg_days *days, struct cg_agent *a, const struct cg_agent_cam *cam,
		     const struct cg_flow_key *key, const struct cg_session *s)
{
	(void)days;
	(void)a;
	(void)cam;
	(void)key;
	(void)s;
}

void cg_days_swept(struct cg_days *days, struct cg_agent *a)
{
	(void)days;
	(void)a;
}

void cg_days_forget(struct cg_days *days, const char *cam)
{
	(void)days;
	(void)cam;
}
