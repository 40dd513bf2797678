/* SPDX-License-Identifier: GPL-2.0-only */
/* camgated: options, the loop, the exit code. */
#include <ev.h>
#include <getopt.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <camgate/bpf_abi.h>
#include <camgate/ctl.h>
#include "../kern/bootguard.h"
#include "../kern/caps.h"
#include "agent.h"
#include "beside.h"
#include "memory.h"
#include "stages.h"

enum option_id {
	OPT_CONFIG = 'c',
	OPT_FOREGROUND = 'f',
	OPT_HELP = 'h',
	OPT_VERSION = 'V',
	OPT_PIN_DIR = 256,
	OPT_SOCKET,
	OPT_STATE_DIR,
	OPT_FW4_DIR,
	OPT_LOG_LEVEL,
	OPT_RAW_SOCKETS,
	OPT_AWAIT_CLOCK,
	OPT_UCI,
};

static const struct option options[] = {
	{ "config", required_argument, NULL, OPT_CONFIG },
	{ "pin-dir", required_argument, NULL, OPT_PIN_DIR },
	{ "socket", required_argument, NULL, OPT_SOCKET },
	{ "state-dir", required_argument, NULL, OPT_STATE_DIR },
	{ "fw4-dir", required_argument, NULL, OPT_FW4_DIR },
	{ "foreground", no_argument, NULL, OPT_FOREGROUND },
	{ "log-level", required_argument, NULL, OPT_LOG_LEVEL },
	{ "raw-sockets", no_argument, NULL, OPT_RAW_SOCKETS },
	{ "await-clock", required_argument, NULL, OPT_AWAIT_CLOCK },
#ifdef CG_HAVE_UCI
	{ "uci", required_argument, NULL, OPT_UCI },
#endif
	{ "version", no_argument, NULL, OPT_VERSION },
	{ "help", no_argument, NULL, OPT_HELP },
	{ 0 },
};

static void help(FILE *to)
{
	(void)fprintf(
		to,
		"usage: camgated [options]\n"
		"  -c, --config FILE      config file (" CG_CONFIG_PATH ")\n"
#ifdef CG_HAVE_UCI
		"      --uci FILE         what the config is made of, on OpenWrt\n"
#endif
		"      --pin-dir DIR      where maps and programs are pinned (" CG_PIN_DIR ")\n"
		"      --socket PATH      control socket (" CG_CTL_PATH ")\n"
		"      --state-dir DIR    state that outlives a reboot (" CG_STATE_DIR ")\n"
		"      --fw4-dir DIR      where fw4 takes rules from (" CG_BOOTGUARD_FW4_DIR ")\n"
		"  -f, --foreground       log to stderr\n"
		"      --log-level LEVEL  error, warning, notice, info (default) or debug\n"
		"      --raw-sockets      give the service manager the agent's sockets, and end\n"
		"      --await-clock FILE make FILE when the clock is known to be right, and end\n"
		"  -V, --version\n"
		"  -h, --help\n");
}

/* -1: go on; else an exit code. */
static int options_read(int argc, char **argv, struct cg_agent_opts *opts)
{
	int c, level;

	while ((c = getopt_long(argc, argv, "c:fhV", options, NULL)) != -1) {
		switch (c) {
		case OPT_CONFIG:
			opts->config = optarg;
			break;
		case OPT_PIN_DIR:
			opts->pin_dir = optarg;
			break;
		case OPT_SOCKET:
			opts->socket = optarg;
			break;
		case OPT_STATE_DIR:
			opts->state_dir = optarg;
			break;
		case OPT_FW4_DIR:
			opts->fw4_dir = optarg;
			break;
		case OPT_FOREGROUND:
			opts->foreground = true;
			break;
		case OPT_LOG_LEVEL:
			level = cg_log_level_parse(optarg);
			if (level < 0) {
				(void)fprintf(stderr, "camgated: '%s' is no log level\n", optarg);
				return CG_EXIT_USAGE;
			}
			opts->log_level = (enum cg_log_level)level;
			break;
#ifdef CG_HAVE_UCI
		case OPT_UCI:
			opts->uci = optarg;
			break;
#endif
		case OPT_RAW_SOCKETS:
			cg_log_open(opts->foreground, opts->log_level);
			return cg_beside_sockets();
		case OPT_AWAIT_CLOCK:
			cg_log_open(opts->foreground, opts->log_level);
			return cg_beside_clock(optarg);
		case OPT_VERSION:
			(void)printf("camgated %s (maps version %d)\n", CG_VERSION,
				     CG_BPF_ABI_VERSION);
			return CG_EXIT_OK;
		case OPT_HELP:
			help(stdout);
			return CG_EXIT_OK;
		default:
			help(stderr);
			return CG_EXIT_USAGE;
		}
	}
	if (optind < argc) {
		(void)fprintf(stderr, "camgated: '%s' is no option\n", argv[optind]);
		return CG_EXIT_USAGE;
	}
	return -1;
}

int main(int argc, char **argv)
{
	struct cg_agent_opts opts = {
		.config = CG_CONFIG_PATH,
		.pin_dir = CG_PIN_DIR,
		.socket = CG_CTL_PATH,
		.state_dir = CG_STATE_DIR,
		.fw4_dir = CG_BOOTGUARD_FW4_DIR,
		.root = "",
		.log_level = CG_LOG_INFO,
	};
	struct cg_agent agent;
	int code;

	cg_memory_begin();
	code = options_read(argc, argv, &opts);
	if (code >= 0)
		return code;
	signal(SIGPIPE, SIG_IGN);
	cg_log_open(opts.foreground, opts.log_level);
	cg_agent_init(&agent, &opts);
	agent.loop = ev_default_loop(EVFLAG_AUTO);
	/* libev reaps every child there is; nft is waited for by who started it. */
	signal(SIGCHLD, SIG_DFL);
	if (!agent.loop) {
		cg_log_error("loop: libev finds no way to wait");
		return CG_EXIT_FAILED;
	}
	code = cg_stages_start(&agent);
	if (!code) {
		/* The packet path is loaded: mounting, limits and a thread's work are past. */
		int err = cg_caps_drop(CG_CAPS_AGENT);

		if (err < 0)
			cg_log_warning("privileges: %s, going on with all of them", strerror(-err));
		ev_run(agent.loop, 0);
		cg_stages_stop(&agent);
	}
	ev_loop_destroy(agent.loop);
	cg_log_close();
	return code;
}
