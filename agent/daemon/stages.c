/* SPDX-License-Identifier: GPL-2.0-only */
/* The table of stages; the one place that knows agent, control and service at once. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <camgate/ctl.h>
#include "../kern/pins.h"
#include "ahead.h"
#include "attach.h"
#include "audit.h"
#include "control.h"
#include "devices.h"
#include "events.h"
#include "guard.h"
#include "learn.h"
#include "manual.h"
#include "mappings.h"
#include "memory.h"
#include "module.h"
#include "names.h"
#include "notify.h"
#include "openings.h"
#include "places.h"
#include "sched.h"
#include "service.h"
#include "sessions.h"
#include "stages.h"
#include "stop.h"
#include "uci.h"
#include "viewers.h"
#include "viewers_lan.h"

#define TICK_S	       1.
/* Ports that will not attach must not keep the service from being up for good:
 * it then says that enforcement is partial. */
#define READY_AFTER_NS (15 * CG_SEC_NS)
#define EXPIRE_NS      (60 * CG_SEC_NS)

static void ready_say(struct cg_agent *a)
{
	char text[768];

	if (a->run.ready)
		cg_service_status(cg_agent_summary(a, text, sizeof(text)));
}

static void listen_to(struct cg_agent *a, enum cg_agent_notice notice)
{
	char text[768];

	switch (notice) {
	case CG_AGENT_RELOADING:
		if (a->run.ready)
			cg_service_reloading();
		break;
	case CG_AGENT_APPLIED:
		if (a->control)
			cg_control_mode(a->control);
		cg_names_policy(a);
		cg_mappings_moved(a);
		cg_devices_policy(a);
		if (a->run.ready)
			cg_service_ready(cg_agent_summary(a, text, sizeof(text)));
		break;
	case CG_AGENT_CHANGED:
		ready_say(a);
		break;
	}
	cg_stop_look(a);
}

/* READY: policy in force on every port there is. */
static void ready_check(struct cg_agent *a, uint64_t now_ns)
{
	char text[768];

	if (a->run.ready || (!cg_attach_complete(a) && now_ns < a->run.started_ns + READY_AFTER_NS))
		return;
	a->run.ready = true;
	cg_service_ready(cg_agent_summary(a, text, sizeof(text)));
	cg_log_info("ready: %s", text);
	cg_guard_handover(a);
}

static void links_ready(struct ev_loop *loop, ev_io *w, int revents)
{
	struct cg_agent *a = w->data;
	int err;

	(void)loop;
	(void)revents;
	a->run.heard_ns = a->boot_ns();
	err = cg_links_read(a->kern.links);
	a->run.heard_ns = 0;
	if (err < 0)
		cg_log_warning("links: %s, reading again", strerror(-err));
}

static void tick(struct ev_loop *loop, ev_timer *w, int revents)
{
	struct cg_agent *a = w->data;
	uint64_t now = a->boot_ns();

	(void)revents;
	/* A client that never took its reply does not keep us. */
	if (a->run.leave) {
		ev_break(loop, EVBREAK_ALL);
		return;
	}
	cg_datapath_meta(a->kern.dp)->agent_ns = now;
	cg_attach_tick(a, now);
	cg_manual_tick(a, now);
	cg_sched_tick(a, now);
	cg_openings_tick(a, now);
	cg_notify_tick(a, now);
	cg_viewers_tick(a, now);
	cg_viewers_lan_tick(a, now);
	cg_events_tick(a, now);
	if (now >= a->run.expire_ns) {
		cg_blocked_expire(a->run.blocked, now);
		cg_memory_settle();
		a->run.expire_ns = now + EXPIRE_NS;
	}
	ready_check(a, now);
	cg_guard_tick(a, now);
	cg_names_tick(a, now);
	cg_learn_tick(a, now);
	cg_mappings_tick(a, now);
	cg_audit_tick(a, now);
	cg_sessions_tick(a, now);
	cg_stop_tick(a, now);
	cg_devices_tick(a, now);
}

static void watchdog(struct ev_loop *loop, ev_timer *w, int revents)
{
	(void)loop;
	(void)w;
	(void)revents;
	cg_service_alive();
}

static void stop_signal(struct ev_loop *loop, ev_signal *w, int revents)
{
	(void)revents;
	cg_log_info("%s: stopping, enforcement goes on", strsignal(w->signum));
	ev_break(loop, EVBREAK_ALL);
}

static void reload_signal(struct ev_loop *loop, ev_signal *w, int revents)
{
	struct cg_agent_applied applied;
	struct cg_diag diag = { 0 };

	(void)loop;
	(void)revents;
	/* Success and failure are logged by the transaction. */
	(void)cg_uci_reload(w->data, &diag, &applied);
}

static int state_start(struct cg_agent *a)
{
	if (mkdir(a->opts.state_dir, 0750) < 0 && errno != EEXIST)
		cg_log_warning("%s: %s", a->opts.state_dir, strerror(errno));
	a->run.started_ns = a->boot_ns();
	return cg_blocked_new(&a->run.blocked);
}

static void state_stop(struct cg_agent *a)
{
	cg_manual_save(a);
	cg_learn_close(&a->learn);
}

static int links_start(struct cg_agent *a)
{
	int err = cg_links_open(cg_attach_links_changed, a, &a->kern.links);

	if (err < 0)
		return err;
	ev_io_init(&a->ev.links, links_ready, cg_links_fd(a->kern.links), EV_READ);
	a->ev.links.data = a;
	ev_io_start(a->loop, &a->ev.links);
	return 0;
}

static void links_stop(struct cg_agent *a)
{
	ev_io_stop(a->loop, &a->ev.links);
	cg_links_close(&a->kern.links);
}

/* Does the kernel run a policy from before? */
static bool kernel_has_policy(const struct cg_agent *a)
{
	struct cg_pins pins;
	bool has;

	if (cg_pins_open(a->opts.pin_dir, &pins) < 0)
		return false;
	has = pins.meta->generation;
	cg_pins_close(&pins);
	return has;
}

static void counted(void *ctx, size_t ncams)
{
	cg_ahead_counted(ctx, ncams + cg_devices_held(ctx));
}

static int config_start(struct cg_agent *a)
{
	const struct cg_config_counted count = { counted, a };
	struct cg_diag diag = { 0 };
	int err;

	cg_ahead_begin(a);
	err = cg_uci_take(a, &diag);
	/* What was valid last holds, and status says why. */
	if (err < 0) {
		(void)snprintf(a->start.error, sizeof(a->start.error), "%s", diag.text);
		cg_log_error("%s, keeping %s as it is", diag.text, a->opts.config);
		diag.text[0] = '\0';
	}
	err = cg_agent_load(a, &count, &diag, &a->start.policy);
	if (!err)
		return 0;
	cg_ahead_drop(a);
	(void)snprintf(a->cfg.error, sizeof(a->cfg.error), "%s",
		       diag.text[0] ? diag.text : strerror(-err));
	if (!kernel_has_policy(a)) {
		cg_log_error("%s", a->cfg.error);
		a->start.exit_code = CG_EXIT_CONFIG;
		return err;
	}
	cg_log_error("%s, keeping the policy that is in force", a->cfg.error);
	return 0;
}

static void config_stop(struct cg_agent *a)
{
	cg_policy_free(&a->start.policy);
}

static int datapath_start(struct cg_agent *a)
{
	int err = cg_ahead_open(a);

	if (err < 0)
		return err;
	cg_log_info("packet path: %s",
		    cg_datapath_taken_over(a->kern.dp) ? "taken over" : "loaded");
	return 0;
}

static void datapath_stop(struct cg_agent *a)
{
	cg_datapath_close(&a->kern.dp);
}

static int guard_start(struct cg_agent *a)
{
	int err = cg_module_open(&a->module);

	if (err)
		return err;
	err = cg_guard_open(a, &a->guard);
	if (err)
		cg_module_close(&a->module);
	return err;
}

static void guard_stop(struct cg_agent *a)
{
	cg_guard_close(&a->guard);
	cg_module_close(&a->module);
}

static int policy_start(struct cg_agent *a)
{
	struct cg_agent_applied applied;
	struct cg_diag diag = { 0 };
	int err;

	cg_manual_load(a);
	if (!a->start.policy)
		return cg_agent_adopt(a);
	err = cg_agent_apply(a, &a->start.policy, &diag, &applied);
	if (!err) {
		/* The LAN belongs to it even when nothing was done by hand. */
		a->run.manual_dirty = true;
		memcpy(a->cfg.error, a->start.error, sizeof(a->cfg.error));
		return 0;
	}
	if (diag.text[0]) {
		cg_log_error("%s", diag.text);
		a->start.exit_code = CG_EXIT_CONFIG;
	}
	if (!cg_datapath_generation(a->kern.dp))
		return err;
	(void)snprintf(a->cfg.error, sizeof(a->cfg.error), "%s",
		       diag.text[0] ? diag.text : strerror(-err));
	cg_log_error("policy: %s, keeping generation %u", strerror(-err),
		     cg_datapath_generation(a->kern.dp));
	a->start.exit_code = 0;
	return cg_agent_adopt(a);
}

static int ports_start(struct cg_agent *a)
{
	cg_attach_sync(a, true);
	if (!a->run.plan)
		return -ENOMEM;
	/* What filters are doing on a port that no LAN names is not known while
	 * the config is not: they stay. */
	if (a->policy.now) {
		cg_attach_sweep(a);
		cg_guard_files(a);
		cg_manual_save(a);
	}
	cg_devices_policy(a);
	cg_attach_events_start(a);
	return 0;
}

static void ports_stop(struct cg_agent *a)
{
	cg_attach_events_stop(a);
}

static int names_start(struct cg_agent *a)
{
	int err = cg_datapath_complete(a->kern.dp);

	if (!err)
		return cg_names_open(a, &a->names);
	cg_log_error("packet path: %s", cg_datapath_strerror(a->kern.dp));
	cg_attach_undo(a);
	return err;
}

static void names_stop(struct cg_agent *a)
{
	cg_names_close(&a->names);
}

static int viewers_start(struct cg_agent *a)
{
	return cg_viewers_open(a, &a->viewers);
}

static void viewers_stop(struct cg_agent *a)
{
	cg_viewers_close(&a->viewers);
}

static int notify_start(struct cg_agent *a)
{
	return cg_notify_open(a, &a->notify);
}

static void notify_stop(struct cg_agent *a)
{
	cg_notify_close(&a->notify);
}

static int control_start(struct cg_agent *a)
{
	return cg_control_open(a, &a->control);
}

static void control_stop(struct cg_agent *a)
{
	cg_control_close(&a->control);
}

static void signal_start(struct cg_agent *a, ev_signal *w, int nr,
			 void (*cb)(struct ev_loop *loop, ev_signal *w, int revents))
{
	ev_signal_init(w, cb, nr);
	w->data = a;
	ev_signal_start(a->loop, w);
}

static int loop_start(struct cg_agent *a)
{
	double every = (double)cg_service_watchdog_us() / 1e6;

	signal_start(a, &a->ev.sigterm, SIGTERM, stop_signal);
	signal_start(a, &a->ev.sigint, SIGINT, stop_signal);
	signal_start(a, &a->ev.sighup, SIGHUP, reload_signal);
	ev_timer_init(&a->ev.tick, tick, TICK_S, TICK_S);
	a->ev.tick.data = a;
	ev_timer_start(a->loop, &a->ev.tick);
	ev_timer_init(&a->ev.watchdog, watchdog, every, every);
	if (every > 0)
		ev_timer_start(a->loop, &a->ev.watchdog);
	a->geo.looped = true;
	cg_control_mode(a->control);
	cg_memory_settle();
	ready_check(a, a->boot_ns());
	return 0;
}

static void loop_stop(struct cg_agent *a)
{
	cg_service_stopping();
	ev_signal_stop(a->loop, &a->ev.sigterm);
	ev_signal_stop(a->loop, &a->ev.sigint);
	ev_signal_stop(a->loop, &a->ev.sighup);
	ev_timer_stop(a->loop, &a->ev.tick);
	ev_timer_stop(a->loop, &a->ev.watchdog);
}

static const struct stage {
	const char *name;
	int (*start)(struct cg_agent *a);
	void (*stop)(struct cg_agent *a);
} stages[] = {
	{ "state", state_start, state_stop },
	{ "control socket", control_start,
	  control_stop }, /* its lock comes before the maps are touched */
	{ "links", links_start, links_stop },
	{ "devices", cg_devices_open, cg_devices_close }, /* the config's policy holds some */
	{ "config", config_start, config_stop },
	{ "packet path", datapath_start, datapath_stop },
	{ "guard", guard_start, guard_stop },
	{ "schedule", cg_sched_open, cg_sched_close },
	{ "databases", cg_places_open, cg_places_close },
	{ "policy", policy_start, NULL },
	{ "record", cg_sessions_open, cg_sessions_close },
	{ "viewers", viewers_start, viewers_stop }, /* in new maps before packets ask them */
	{ "ports", ports_start, ports_stop },
	{ "names", names_start, names_stop },
	{ "endings", cg_stop_open, cg_stop_close },
	{ "audit", cg_audit_open, cg_audit_close },
	{ "notify", notify_start, notify_stop },
	{ "mappings", cg_mappings_open, cg_mappings_close },
	{ "loop", loop_start, loop_stop },
};
#define NSTAGES (sizeof(stages) / sizeof(stages[0]))

static void stop_from(struct cg_agent *a, size_t n)
{
	while (n--)
		if (stages[n].stop)
			stages[n].stop(a);
	cg_agent_free(a);
}

int cg_stages_start(struct cg_agent *a)
{
	a->listener = listen_to;
	for (size_t i = 0; i < NSTAGES; i++) {
		int err = stages[i].start(a), code;

		if (err >= 0)
			continue;
		code = a->start.exit_code ? a->start.exit_code : CG_EXIT_FAILED;
		if (code != CG_EXIT_CONFIG)
			cg_log_error("%s: %s, not starting", stages[i].name,
				     err == -EADDRINUSE ? "another agent has it" : strerror(-err));
		stop_from(a, i);
		return code;
	}
	return 0;
}

void cg_stages_stop(struct cg_agent *a)
{
	stop_from(a, NSTAGES);
}
