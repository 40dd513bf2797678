/* SPDX-License-Identifier: GPL-2.0-only */
/* camgate-mqtt: options, signals, the loop. */
#include <getopt.h>
#include <mosquitto.h>
#include <signal.h>
#include <stdio.h>
#include <camgate/ctl.h>
#include "../lib/duration.h"
#include "bridge.h"
#include "log.h"

#ifndef CG_VERSION
#define CG_VERSION "0"
#endif

#define RETRY_MAX_S 60
#define STATE_DIR   "/var/lib/camgate-mqtt"

static const char help[] =
	"camgate-mqtt: tells an MQTT broker of cameras, and makes them stricter when asked there.\n"
	"\n"
	"Usage: camgate-mqtt [OPTIONS]\n"
	"\n"
	"  --socket PATH      the agent's socket; " CG_CTL_PATH "\n"
	"  --retry TIME       at most this long between attempts to reach the broker; 60s\n"
	"  --state-dir DIR    how far the record was told; " STATE_DIR "\n"
	"  -h, --help         this\n"
	"  -V, --version      the version\n"
	"\n"
	"What broker, and what may be asked there, is the block `mqtt` of camgate.conf(5).\n";

enum { OPT_SOCKET = 256, OPT_RETRY, OPT_STATE_DIR };

static const struct option options[] = {
	{ "socket", required_argument, NULL, OPT_SOCKET },
	{ "retry", required_argument, NULL, OPT_RETRY },
	{ "state-dir", required_argument, NULL, OPT_STATE_DIR },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

/* -1: go on; else the exit status. */
static int options_read(int argc, char **argv, struct cg_mqtt_bridge_opts *opts)
{
	uint64_t s;
	int c;

	while ((c = getopt_long(argc, argv, "hV", options, NULL)) != -1) {
		switch (c) {
		case OPT_SOCKET:
			opts->socket = optarg;
			break;
		case OPT_STATE_DIR:
			opts->state_dir = optarg;
			break;
		case OPT_RETRY:
			if (cg_duration_parse(optarg, 86400, &s) || !s) {
				cg_mqtt_log(CG_MQTT_ERROR, "--retry '%s': expected a time, as 60s",
					    optarg);
				return CG_EXIT_USAGE;
			}
			opts->retry_max_s = (double)s;
			break;
		case 'h':
			(void)fputs(help, stdout);
			return CG_EXIT_OK;
		case 'V':
			(void)puts("camgate-mqtt " CG_VERSION);
			return CG_EXIT_OK;
		default:
			return CG_EXIT_USAGE;
		}
	}
	if (optind == argc)
		return -1;
	cg_mqtt_log(CG_MQTT_ERROR, "found '%s', expected no argument", argv[optind]);
	return CG_EXIT_USAGE;
}

static void end(struct ev_loop *loop, ev_signal *w, int revents)
{
	(void)w;
	(void)revents;
	ev_break(loop, EVBREAK_ALL);
}

static void again(struct ev_loop *loop, ev_signal *w, int revents)
{
	(void)loop;
	(void)revents;
	cg_mqtt_bridge_again(w->data);
}

int main(int argc, char **argv)
{
	struct cg_mqtt_bridge_opts opts = { .socket = CG_CTL_PATH,
					    .state_dir = STATE_DIR,
					    .retry_max_s = RETRY_MAX_S };
	struct ev_loop *loop;
	struct cg_mqtt_bridge *bridge;
	ev_signal term, intr, hup;
	int status = options_read(argc, argv, &opts);

	if (status >= 0)
		return status;
	(void)signal(SIGPIPE, SIG_IGN);
	(void)mosquitto_lib_init();
	loop = ev_default_loop(0);
	bridge = loop ? cg_mqtt_bridge_new(loop, &opts) : NULL;
	if (!bridge) {
		cg_mqtt_log(CG_MQTT_ERROR, "out of memory");
		return CG_EXIT_FAILED;
	}
	ev_signal_init(&term, end, SIGTERM);
	ev_signal_init(&intr, end, SIGINT);
	ev_signal_init(&hup, again, SIGHUP);
	hup.data = bridge;
	ev_signal_start(loop, &term);
	ev_signal_start(loop, &intr);
	ev_signal_start(loop, &hup);
	ev_run(loop, 0);
	cg_mqtt_bridge_free(&bridge);
	ev_loop_destroy(loop);
	(void)mosquitto_lib_cleanup();
	return CG_EXIT_OK;
}
