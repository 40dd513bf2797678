/* SPDX-License-Identifier: GPL-2.0-only */
/* One run of `camgate setup`: what is known, chosen and done so far, and its two greater steps. */
#ifndef CG_SETUP_RUN_H
#define CG_SETUP_RUN_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <camgate/limits.h>
#include "../lib/config.h"
#include "../lib/devstate.h"
#include "command.h"
#include "setup_file.h"
#include "setup_net.h"

#define CG_SETUP_LINE 256

struct cg_setup_run {
	const struct cg_cli *cli;
	bool ask, online, started;
	const char *try_text;
	uint64_t try_s;
	struct cg_setup_net net;
	struct cg_config *config; /* as it is before */
	const char *path;	  /* the config's */
	struct json_object *status;
	char lan_line[CG_SETUP_LINE];
	const char *lan[CG_WORDS_MAX], *home[CG_WORDS_MAX];
	struct cg_setup_file file;
	char adopted[CG_MAX_TRIALS][CG_ID_LEN];
	size_t nadopted;
	struct json_object *json; /* the reply of --json */
};

/* All: 0, -ECANCELED (cg_setup_ask_ended) or, after having said what is wrong, the exit code. */

/* setup_where.c: which interfaces are LAN and home, into run->file. */
int cg_setup_lan_choose(struct cg_setup_run *run);
int cg_setup_home_choose(struct cg_setup_run *run);
/* setup_devices.c: the list, and what is adopted of it. */
int cg_setup_devices(struct cg_setup_run *run);

#endif
