/* SPDX-License-Identifier: GPL-2.0-only */
/* What of a session goes into its entry, and what of a stop into the log and to the household's program. */
#include <json-c/json.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include "../lib/exposure.h"
#include "../lib/jsonout.h"
#include "../lib/signature.h"
#include "names.h"
#include "notify.h"
#include "places.h"
#include "sessions_state.h"

static bool is_set(const uint8_t addr[16])
{
	static const uint8_t none[16];

	return memcmp(addr, none, sizeof(none));
}

struct cg_prefix cg_sessions_whole(const uint8_t addr[16])
{
	struct cg_prefix p = { .len = 128 };

	memcpy(&p.addr, addr, sizeof(p.addr));
	return p;
}

uint64_t cg_session_begun(const struct cg_session *s)
{
	return s->viewing_ns ? s->viewing_ns : s->first_ns;
}

bool cg_session_monitored(const struct cg_session *s)
{
	return s->plane == CG_PLANE_UP_MONITOR || s->plane == CG_PLANE_DOWN_MONITOR;
}

void cg_sessions_text(char **to, const char *text)
{
	char *copy = text ? strdup(text) : NULL;

	if (!copy)
		return;
	free(*to);
	*to = copy;
}

static void rule_set(struct cg_record *r, const struct cg_agent_cam *cam, uint16_t rule)
{
	char text[CG_RULE_STRLEN + 16];
	const struct cg_policy_rule *p;

	if (!cam->policy || rule >= cam->policy->nrules)
		return;
	p = &cam->policy->rules[rule];
	cg_sessions_text(&r->rule, cg_view_rule(p, text, sizeof(text)));
	if (!p->pos.file)
		return;
	cg_sessions_text(&r->file, p->pos.file);
	r->line = p->pos.line;
}

static void asked_set(struct cg_agent *a, struct cg_record *r, uint32_t slot,
		      const struct cg_session *s)
{
	struct cg_datapath_name name;
	char text[CG_NAMEPAT_LEN];

	if (s->name && !cg_datapath_name_find(a->kern.dp, slot, s->name, &name))
		cg_sessions_text(&r->asked, name.text);
	else
		cg_sessions_text(&r->asked, cg_names_of(a, slot, &r->peer.addr, text));
	if (!r->country && !r->network)
		cg_places_record(a, &r->peer.addr, &r->country, &r->network);
}

static void opening_set(struct cg_agent *a, struct cg_entry *e, uint64_t now_ns)
{
	const struct cg_exposure *x = &cg_datapath_exposure(a->kern.dp)[e->slot];
	struct cg_record_opening *o = &e->r.opening;
	bool opening = cg_exposure_opening(x, now_ns);

	if (e->r.what != CG_RECORD_ALLOWED || (!opening && cg_exposure_now(x, now_ns) != CG_OPEN))
		return;
	*o = (struct cg_record_opening){ .uid = -1 };
	e->opened_ns = e->open_until_ns = 0;
	(void)snprintf(o->by, sizeof(o->by), "%s",
		       !opening			    ? "config" :
		       cg_exposure_timed(x, now_ns) ? "schedule" :
						      "hand");
	if (!opening)
		return;
	e->opened_ns = x->opened_ns & ~CG_OPENED_TIMED;
	e->open_until_ns = cg_exposure_deadline(x);
	for (size_t i = 0; i < a->sessions->nopener; i++) {
		const struct cg_opener *opener = &a->sessions->opener[i];

		if (opener->slot != e->slot || opener->ns != x->opened_ns)
			continue;
		o->uid = opener->uid;
		memcpy(o->user, opener->user, sizeof(o->user));
	}
}

struct cg_record cg_sessions_kind(const struct cg_agent_cam *cam, uint8_t what,
				  const struct cg_session *s, const uint8_t key[16])
{
	struct cg_record kind = {
		.what = what,
		.monitored = cg_session_monitored(s),
		.sign = s->sign,
		.signature = s->signature,
		.peer = cg_sessions_whole(is_set(s->peer) ? s->peer : key),
	};

	memcpy(kind.cam, cam->id, sizeof(kind.cam));
	return kind;
}

/* rule: its number is of the policy in force. */
void cg_sessions_take(struct cg_agent *a, const struct cg_agent_cam *cam, struct cg_entry *e,
		      const struct cg_session *s, bool rule)
{
	struct cg_record *r = &e->r;

	r->sign = s->sign;
	r->signature = s->signature;
	r->monitored = cg_session_monitored(s);
	r->by_peer = s->flags & CG_SESSION_BY_PEER;
	r->peer = cg_sessions_whole(is_set(s->peer) ? s->peer : e->key);
	r->proto = s->proto;
	r->peer_port = ntohs(s->peer_port);
	r->cam_port = ntohs(s->cam_port);
	r->windows = (uint8_t)__builtin_popcount(s->meter.hits & 0xf);
	r->viewer = is_set(s->viewer) ? cg_sessions_whole(s->viewer) : (struct cg_prefix){ 0 };
	/* Of what is let in no content is looked at, nor kept. */
	r->nfirst = 0;
	if (r->what != CG_RECORD_ALLOWED && s->nfirst <= CG_FIRST_BYTES) {
		r->nfirst = s->nfirst;
		memcpy(r->first, s->first, sizeof(r->first));
	}
	/* An event of the first packet comes before that was counted, and knows no more. */
	e->told_early = !s->up_packets && !s->down_packets && !s->stopped_bytes;
	if (rule && !e->told_early)
		rule_set(r, cam, s->rule);
	asked_set(a, r, cam->slot, s);
	cg_entry_count(e, s);
	opening_set(a, e, a->boot_ns());
	e->dirty = true;
}

struct cg_entry *cg_sessions_entry(struct cg_agent *a, const struct cg_agent_cam *cam,
				   const struct cg_session *s, const uint8_t key[16], uint64_t ns)
{
	struct cg_entry *e = cg_entry_add(&a->sessions->entries, cam, cg_session_begun(s), false);

	if (!e)
		return NULL;
	memcpy(e->key, key, sizeof(e->key));
	e->first_ns = cg_session_begun(s) && cg_session_begun(s) < ns ? cg_session_begun(s) : ns;
	return e;
}

/* ---- stops ---- */

void cg_sessions_stop_add(struct cg_sessions *s, const struct cg_record *r, uint64_t ns)
{
	struct cg_stop *stop = &s->stop[s->nstop++ % CG_STOPS];

	*stop = (struct cg_stop){ .ns = ns, .count = r->count, .peer = r->peer };
	memcpy(stop->cam, r->cam, sizeof(stop->cam));
	stop->sign = r->sign;
	stop->signature = r->signature;
}

/* As much as the record keeps. */
static void stop_tell(struct cg_agent *a, const struct cg_agent_cam *cam,
		      const struct cg_record *kept, const struct cg_session *s, uint64_t now_ns)
{
	struct json_object *o = json_object_new_object();
	char peer[CG_PREFIX_STRLEN], anchor[CG_ANCHOR_STRLEN];

	cg_json_add(o, "v", json_object_new_int(1));
	cg_json_add(o, "event", json_object_new_string("session-stopped"));
	cg_json_add(o, "cam", json_object_new_string(cam->id));
	cg_json_add(o, "name", json_object_new_string(cam->name));
	cg_json_add(o, "time_s", json_object_new_int64(a->real_s()));
	cg_json_add(o, "sign", json_object_new_string(cg_sign_name(s->sign)));
	cg_json_add(o, "text", json_object_new_string(cg_sign_text(s->sign)));
	if (kept) {
		cg_json_add(o, "peer",
			    json_object_new_string(kept->peer.len == 128 ?
							   cg_addr_format(&kept->peer.addr, peer) :
							   cg_prefix_format(&kept->peer, peer)));
		cg_json_add(o, "up_bytes", json_object_new_int64((int64_t)s->up_bytes));
		cg_json_add(o, "monitored", json_object_new_boolean(kept->monitored));
	}
	if (*cg_sessions_anchor(a, anchor))
		cg_json_add(o, "anchor", json_object_new_string(anchor));
	if (kept && s->block_ns > now_ns)
		cg_json_add(o, "blocked_s", json_object_new_int64(cg_agent_epoch(a, s->block_ns)));
	cg_notify_event(a, o);
	json_object_put(o);
}

/* Once a session. Where no record is kept, the journal is none either. */
void cg_sessions_stop_say(struct cg_agent *a, const struct cg_agent_cam *cam,
			  const struct cg_record *r, const struct cg_session *s, uint64_t now_ns)
{
	struct cg_record kept = *r;
	char peer[CG_PREFIX_STRLEN], port[8], bytes[24], until[24] = "", block[32] = "", proto[8];
	char anchor[CG_ANCHOR_STRLEN];
	const char *sign = cg_sign_name(s->sign), *text = cg_sign_text(s->sign);

	if (cg_sessions_mode(a) == CG_RECORD_OFF) {
		const struct cg_log_field few[] = { { "CAMGATE_CAMERA", cam->id },
						    { "CAMGATE_SIGN", sign } };

		cg_log_fields(CG_LOG_NOTICE, few, 2, "%s: viewing stopped: %s", cam->name, text);
		stop_tell(a, cam, NULL, s, now_ns);
		return;
	}
	/* The journal knows no more than the record; the texts stay r's. */
	cg_record_minimise(&kept, cg_sessions_mode(a));
	stop_tell(a, cam, &kept, s, now_ns);
	(void)(kept.peer.len == 128 ? cg_addr_format(&kept.peer.addr, peer) :
				      cg_prefix_format(&kept.peer, peer));
	(void)snprintf(port, sizeof(port), "%u", r->peer_port);
	(void)snprintf(bytes, sizeof(bytes), "%llu", (unsigned long long)s->up_bytes);
	if (s->block_ns > now_ns) {
		(void)snprintf(until, sizeof(until), "%lld",
			       (long long)cg_agent_epoch(a, s->block_ns));
		(void)snprintf(
			block, sizeof(block), ", blocked for %llu s",
			(unsigned long long)((s->block_ns - now_ns + CG_SEC_NS / 2) / CG_SEC_NS));
	}
	{
		const struct cg_log_field fields[] = {
			{ "CAMGATE_CAMERA", cam->id },
			{ "CAMGATE_PEER", peer },
			{ "CAMGATE_PEER_PORT", port },
			{ "CAMGATE_PROTO", cg_view_proto(r->proto, proto) },
			{ "CAMGATE_NAME", r->asked },
			{ "CAMGATE_BEGAN", r->by_peer ? "peer" : "camera" },
			{ "CAMGATE_SIGN", sign },
			{ "CAMGATE_SIGNATURE",
			  s->signature ? cg_signature_name(s->signature) : NULL },
			{ "CAMGATE_UP_BYTES", bytes },
			{ "CAMGATE_BLOCKED_UNTIL", *until ? until : NULL },
			{ "CAMGATE_ANCHOR", *cg_sessions_anchor(a, anchor) ? anchor : NULL },
		};

		cg_log_fields(CG_LOG_NOTICE, fields, sizeof(fields) / sizeof(fields[0]),
			      "%s: viewing by %s%s%s%s %s: %s%s%s%s, %s bytes had left%s",
			      cam->name, peer, r->asked ? " (" : "", r->asked ? r->asked : "",
			      r->asked ? ")" : "", r->monitored ? "would be stopped" : "stopped",
			      text, s->signature ? " (" : "",
			      s->signature ? cg_signature_text(s->signature) : "",
			      s->signature ? ")" : "", bytes, block);
	}
}
