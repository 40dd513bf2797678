/* SPDX-License-Identifier: GPL-2.0-only */
/* UCI above the config: taken at start and reload, written after a command's edit. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <camgate/limits.h>
#include "../lib/ucistage.h"
#include "../lib/wholefile.h"
#include "uci.h"

#ifdef CG_HAVE_UCI
static void policy_freep(struct cg_policy **policy)
{
	cg_policy_free(policy);
}

/* By all that a reload would look at. */
static int judge(struct cg_agent *a, const struct cg_uci_stage *stage, struct cg_diag *diag)
{
	_cleanup_(policy_freep) struct cg_policy *policy = NULL;
	const char *config = a->opts.config;
	int err;

	a->opts.config = stage->config;
	err = cg_agent_load(a, NULL, diag, &policy);
	a->opts.config = config;
	return err;
}

int cg_uci_take(struct cg_agent *a, struct cg_diag *diag)
{
	_cleanup_(cg_uci_stage_end) struct cg_uci_stage stage = { 0 };
	int err;

	if (!a->opts.uci)
		return 0;
	err = cg_uci_stage(a->opts.uci, a->opts.config, diag, &stage);
	if (err == -ENOENT && !diag->text[0]) {
		cg_log_warning("%s: not there, %s holds", a->opts.uci, a->opts.config);
		return 0;
	}
	if (err < 0 || stage.same)
		return err;
	err = judge(a, &stage, diag);
	if (err < 0) {
		cg_uci_stage_diag(&stage, diag);
		return err;
	}
	err = cg_uci_stage_commit(&stage, a->opts.config);
	if (err < 0)
		return cg_diag_set(diag, NULL, err, "%s: %s", a->opts.config, strerror(-err));
	cg_log_info("config: made of %s", a->opts.uci);
	return 0;
}

int cg_uci_reload(struct cg_agent *a, struct cg_diag *diag, struct cg_agent_applied *ret_applied)
{
	int err = cg_uci_take(a, diag);

	if (!err)
		return cg_agent_reload(a, diag, ret_applied);
	(void)snprintf(a->cfg.error, sizeof(a->cfg.error), "%s", diag->text);
	cg_log_error("%s, keeping generation %u", diag->text, cg_datapath_generation(a->kern.dp));
	return err;
}

int cg_uci_keep(struct cg_agent *a)
{
	_cleanup_(cg_config_free) struct cg_config *config = NULL;
	_cleanup_free_ char *text = NULL, *was_text = NULL;
	struct stat st = { .st_mode = 0600, .st_uid = geteuid(), .st_gid = getegid() };
	struct cg_uci was = { 0 };
	struct cg_diag diag = { "" };
	size_t len;
	int err;

	if (!a->opts.uci)
		return 0;
	err = cg_config_read(a->opts.config, &diag, &config);
	/* One that cannot be read has no names of sections to keep. */
	if (!err && !cg_wholefile_read(a->opts.uci, CG_MAX_CONFIG_BYTES, &was_text, &len) &&
	    cg_uci_read(was_text, len, a->opts.uci, &diag, &was) < 0)
		was = (struct cg_uci){ 0 };
	if (!err)
		err = cg_uci_from_config(config, &was, &text, &len);
	cg_uci_free(&was);
	if (!err && stat(a->opts.uci, &st) < 0 && errno != ENOENT)
		err = -errno;
	if (!err)
		err = cg_wholefile_replace(a->opts.uci, text, len, st.st_mode & 07777, st.st_uid,
					   st.st_gid);
	if (err < 0)
		cg_log_error("%s: %s", a->opts.uci, strerror(-err));
	return err;
}
#else
int cg_uci_take(struct cg_agent *a, struct cg_diag *diag)
{
	(void)a, (void)diag;
	return 0;
}

int cg_uci_reload(struct cg_agent *a, struct cg_diag *diag, struct cg_agent_applied *ret_applied)
{
	return cg_agent_reload(a, diag, ret_applied);
}

int cg_uci_keep(struct cg_agent *a)
{
	(void)a;
	return 0;
}
#endif
