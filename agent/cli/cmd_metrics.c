/* SPDX-License-Identifier: GPL-2.0-only */
/* camgate metrics: what a monitoring system wants to know, by camera and without anybody's address. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <camgate/ctl.h>
#include "../lib/wholefile.h"
#include "ask.h"
#include "commands.h"
#include "i18n.h"
#include "metrics.h"
#include "reply.h"
#include "say.h"

/* What the agent said; NULL: it did not. */
struct told {
	struct json_object *status, *counters, *sessions;
};

static void gauge(struct cg_metrics *m, const char *name, const char *unit, const char *help,
		  int64_t value)
{
	cg_metrics_family(m, name, CG_METRIC_GAUGE, unit, help);
	cg_metrics_sample(m, NULL, 0, value);
}

static void of_cam(struct cg_metrics *m, struct json_object *cam, const char *id, int64_t value)
{
	cg_metrics_sample(m, &(struct cg_label){ "camera", cg_reply_str(cam, id) }, 1, value);
}

/* One state is 1, the others 0: a change is seen, and so is a state that never was. */
static void states(struct cg_metrics *m, const char *camera, const char *const *names, size_t n,
		   const char *now)
{
	for (size_t i = 0; i < n; i++) {
		const struct cg_label labels[] = { { m->family, names[i] }, { "camera", camera } };

		cg_metrics_sample(m, labels, camera ? 2 : 1, !strcmp(names[i], now));
	}
}

static void gateway(struct cg_metrics *m, struct json_object *s)
{
	static const char *const enforced[] = { "full", "partial", "off" };
	struct json_object *unknown = cg_reply_obj(s, "unknown");

	cg_metrics_family(m, "camgate_agent", CG_METRIC_INFO, NULL, "Version of the agent.");
	cg_metrics_sample(m, &(struct cg_label){ "version", cg_reply_str(s, "version") }, 1, 1);
	cg_metrics_family(m, "camgate_enforcement", CG_METRIC_STATESET, NULL,
			  "Whether the rules are in force on every LAN port, on some, or on none.");
	states(m, NULL, enforced, 3, cg_reply_str(s, "enforced"));
	cg_metrics_family(m, "camgate_port_attached", CG_METRIC_GAUGE, NULL,
			  "Whether a LAN port has the packet path.");
	for (size_t i = 0; i < cg_reply_count(s, "ports"); i++) {
		struct json_object *port = cg_reply_at(s, "ports", i);

		cg_metrics_sample(m, &(struct cg_label){ "port", cg_reply_str(port, "name") }, 1,
				  cg_reply_bool(port, "attached"));
	}
	gauge(m, "camgate_off_until_timestamp_seconds", "seconds",
	      "When enforcement begins again; 0 where it is not off.",
	      cg_reply_int(s, "off_until_s"));
	gauge(m, "camgate_policy_generation", NULL, "How often the policy was replaced.",
	      cg_reply_int(s, "generation"));
	gauge(m, "camgate_config_refused", NULL,
	      "Whether the configuration was refused and an older one is in force.",
	      cg_reply_has(s, "config_error"));
	gauge(m, "camgate_attention", NULL, "Matters that somebody should look at.",
	      (int64_t)cg_reply_count(s, "attention"));
	cg_metrics_family(m, "camgate_lost_events", CG_METRIC_COUNTER, NULL,
			  "Events that the agent had no room for; no verdict depends on them.");
	cg_metrics_sample(m, NULL, 0, cg_reply_int(s, "lost_events"));
	gauge(m, "camgate_unknown_devices", NULL,
	      "Devices of the LAN that are no cameras of the configuration.",
	      unknown ? cg_reply_int(unknown, "devices") : 0);
	gauge(m, "camgate_unknown_held_devices", NULL, "Those of them that are held in quarantine.",
	      unknown ? cg_reply_int(unknown, "held") : 0);
	gauge(m, "camgate_unknown_likely_cameras", NULL, "Those of them that are probably cameras.",
	      unknown ? cg_reply_int(unknown, "cameras") : 0);
	if (!cg_reply_count(s, "databases"))
		return;
	cg_metrics_family(m, "camgate_database_built_timestamp_seconds", CG_METRIC_GAUGE, "seconds",
			  "Of when a database of countries or networks is.");
	for (size_t i = 0; i < cg_reply_count(s, "databases"); i++) {
		struct json_object *db = cg_reply_at(s, "databases", i);

		cg_metrics_sample(m, &(struct cg_label){ "of", cg_reply_str(db, "what") }, 1,
				  cg_reply_int(db, "built_s"));
	}
}

static int64_t stopped_lately(struct json_object *s, const char *id)
{
	for (size_t i = 0; i < cg_reply_count(s, "stopped_lately"); i++) {
		struct json_object *o = cg_reply_at(s, "stopped_lately", i);

		if (!strcmp(cg_reply_str(o, "id"), id))
			return cg_reply_int(o, "count");
	}
	return 0;
}

static void cameras(struct cg_metrics *m, struct json_object *s, int64_t now_s)
{
	static const char *const exposures[] = { "sealed", "closed", "open" };
	size_t n = cg_reply_count(s, "cams");

	cg_metrics_family(m, "camgate_camera", CG_METRIC_INFO, NULL,
			  "The cameras of the configuration.");
	for (size_t i = 0; i < n; i++) {
		struct json_object *cam = cg_reply_at(s, "cams", i);
		const struct cg_label labels[] = { { "camera", cg_reply_str(cam, "id") },
						   { "name", cg_reply_str(cam, "name") },
						   { "profile", cg_reply_str(cam, "profile") },
						   { "mode", cg_reply_str(cam, "mode") } };

		cg_metrics_sample(m, labels, 4, 1);
	}
	cg_metrics_family(m, "camgate_camera_exposure", CG_METRIC_STATESET, NULL,
			  "Whether a camera may be watched from outside.");
	for (size_t i = 0; i < n; i++) {
		struct json_object *cam = cg_reply_at(s, "cams", i);

		states(m, cg_reply_str(cam, "id"), exposures, 3, cg_reply_str(cam, "exposure"));
	}
	cg_metrics_family(m, "camgate_camera_open_until_timestamp_seconds", CG_METRIC_GAUGE,
			  "seconds", "When an opening ends; 0 where there is none.");
	for (size_t i = 0; i < n; i++)
		of_cam(m, cg_reply_at(s, "cams", i), "id",
		       cg_reply_int(cg_reply_at(s, "cams", i), "until_s"));
	cg_metrics_family(m, "camgate_camera_last_seen_timestamp_seconds", CG_METRIC_GAUGE,
			  "seconds", "When a packet of a camera was last seen; 0: never.");
	for (size_t i = 0; i < n; i++) {
		struct json_object *cam = cg_reply_at(s, "cams", i), *seen = NULL;
		bool ever = json_object_object_get_ex(cam, "seen", &seen) &&
			    json_object_is_type(seen, json_type_int);

		of_cam(m, cam, "id", ever ? now_s - cg_reply_number(seen) : 0);
	}
	/* Those of the last day alone: it can fall. */
	cg_metrics_family(m, "camgate_camera_stopped_sessions_day", CG_METRIC_GAUGE, NULL,
			  "Viewing sessions of the last day that were stopped.");
	for (size_t i = 0; i < n; i++) {
		struct json_object *cam = cg_reply_at(s, "cams", i);

		of_cam(m, cam, "id", stopped_lately(s, cg_reply_str(cam, "id")));
	}
}

static void count(struct cg_metrics *m, struct json_object *counters, const char *name,
		  const char *unit, const char *key, const char *help)
{
	cg_metrics_family(m, name, CG_METRIC_COUNTER, unit, help);
	for (size_t i = 0; i < cg_reply_count(counters, "cams"); i++) {
		struct json_object *cam = cg_reply_at(counters, "cams", i);

		for (size_t k = 0; k < cg_reply_count(cam, "counts"); k++) {
			struct json_object *c = cg_reply_at(cam, "counts", k);
			const struct cg_label labels[] = {
				{ "camera", cg_reply_str(cam, "id") },
				{ "direction", cg_reply_str(c, "direction") },
				{ "verdict", cg_reply_str(c, "verdict") },
				{ "reason", cg_reply_str(c, "reason") },
				{ "monitored", cg_reply_bool(c, "monitored") ? "yes" : "no" },
			};

			cg_metrics_sample(m, labels, 5, cg_reply_int(c, key));
		}
	}
}

static void viewing(struct cg_metrics *m, struct json_object *sessions)
{
	static const struct {
		const char *name, *unit, *key, *help;
		int64_t times;
	} of[] = {
		{ "camgate_camera_watching_sessions", NULL, "watching",
		  "Remote viewing sessions that run now.", 1 },
		{ "camgate_camera_blocked_sessions", NULL, "stopped",
		  "Remotes that were stopped and are blocked now.", 1 },
		{ "camgate_camera_up_bytes_per_second", NULL, "up_kbps",
		  "What a camera sends to the internet now.", 125 },
		{ "camgate_camera_down_bytes_per_second", NULL, "down_kbps",
		  "What a camera gets from the internet now.", 125 },
	};

	for (size_t k = 0; k < sizeof(of) / sizeof(of[0]); k++) {
		cg_metrics_family(m, of[k].name, CG_METRIC_GAUGE, of[k].unit, of[k].help);
		for (size_t i = 0; i < cg_reply_count(sessions, "cams"); i++) {
			struct json_object *cam = cg_reply_at(sessions, "cams", i);

			of_cam(m, cam, "id", cg_reply_int(cam, of[k].key) * of[k].times);
		}
	}
}

static void all(struct cg_metrics *m, const struct told *t)
{
	bool up = t->status && t->counters && t->sessions;

	gauge(m, "camgate_up", NULL, "Whether the agent answered.", up);
	if (up) {
		gateway(m, t->status);
		cameras(m, t->status, time(NULL));
		count(m, t->counters, "camgate_camera_packets", "packets", "packets",
		      "Packets by what became of them and why.");
		count(m, t->counters, "camgate_camera_bytes", "bytes", "bytes",
		      "Bytes by what became of them and why.");
		viewing(m, t->sessions);
	}
	cg_metrics_end(m);
}

static int ask_all(const struct cg_cli *cli, struct told *t)
{
	const struct {
		const char *cmd;
		struct json_object **ret;
	} ask[] = { { "status", &t->status },
		    { "counters", &t->counters },
		    { "sessions", &t->sessions } };
	int fd, r = cg_ask_open(cli, &fd);

	if (r)
		return r;
	for (size_t i = 0; i < sizeof(ask) / sizeof(ask[0]) && !r; i++)
		r = cg_ask_on(cli, fd, cg_ask_new(ask[i].cmd), ask[i].ret);
	(void)close(fd);
	return r;
}

/* A reader of FILE sees the figures of one moment, never a part. */
static int write_file(const struct cg_cli *cli, const struct told *t)
{
	struct cg_metrics m = { .classic = true };
	char *text = NULL;
	size_t n = 0;
	int r = -ENOMEM;

	m.out = open_memstream(&text, &n);
	if (m.out) {
		all(&m, t);
		r = fclose(m.out) ? -errno :
				    cg_wholefile_replace(cli->textfile, text, n, 0644, geteuid(),
							 getegid());
	}
	free(text);
	if (!r)
		return CG_EXIT_OK;
	return cg_say_error(cli, CG_EXIT_FAILED, NULL, "%s: %s", cli->textfile, strerror(-r));
}

static struct json_object *refusal(const struct told *t)
{
	struct json_object *const said[] = { t->status, t->counters, t->sessions };

	for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++)
		if (said[i] && !cg_reply_bool(said[i], "ok"))
			return said[i];
	return NULL;
}

static int as_json(const struct told *t)
{
	struct json_object *o = json_object_new_object();

	json_object_object_add(o, "status", json_object_get(t->status));
	json_object_object_add(o, "counters", json_object_get(t->counters));
	json_object_object_add(o, "sessions", json_object_get(t->sessions));
	cg_say_json(o);
	json_object_put(o);
	return CG_EXIT_OK;
}

static int tell(const struct cg_cli *cli, const struct told *t)
{
	struct cg_metrics m = { .out = stdout };

	if (cli->textfile)
		return write_file(cli, t);
	all(&m, t);
	return CG_EXIT_OK;
}

int cg_cmd_metrics(const struct cg_cli *cli, int argc, char **argv)
{
	struct told told = { NULL, NULL, NULL };
	int code, r = ask_all(cli, &told);

	(void)argc;
	(void)argv;
	if (!r && refusal(&told)) {
		code = cg_say_refusal(cli, refusal(&told));
	} else if (!r) {
		code = cli->json ? as_json(&told) : tell(cli, &told);
	} else {
		/* Nobody there is a figure, too: what is read must not be what was. */
		code = cg_ask_unreachable(cli, r);
		if (code == CG_EXIT_NO_AGENT && !cli->json && tell(cli, &told) != CG_EXIT_OK)
			code = CG_EXIT_FAILED;
	}
	json_object_put(told.status);
	json_object_put(told.counters);
	json_object_put(told.sessions);
	return code;
}
