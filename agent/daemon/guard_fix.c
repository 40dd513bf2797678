/* SPDX-License-Identifier: GPL-2.0-only */
/* `doctor --fix`: cameras are kept out of fw4's flow table, now and at its next start. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "../kern/bootguard.h"
#include "../kern/nft.h"
#include "../lib/nftext.h"
#include "../lib/told.h"
#include "guard.h"
#include "guard_plan.h"
#include "manual.h"

bool cg_guard_kept_out(void)
{
	uint64_t handle[CG_NFTEXT_FW4_RULES];

	return cg_nft_table_has(CG_NFT_INET, CG_NFTEXT_FW4_TABLE) == 1 &&
	       cg_nft_rules_find(CG_NFT_INET, CG_NFTEXT_FW4_TABLE, "forward", CG_NFTEXT_FW4_COMMENT,
				 handle, CG_NFTEXT_FW4_RULES) == CG_NFTEXT_FW4_RULES;
}

const char *cg_guard_fw4_dir(const struct cg_agent *a)
{
	return a->run.fw4_dir ? a->run.fw4_dir : a->opts.fw4_dir;
}

void cg_guard_fw4_note(struct cg_agent *a, const char *dir)
{
	char *real = realpath(dir, NULL), *was = a->run.fw4_dir;

	if (!real || (was && !strcmp(was, real))) {
		free(real);
		return;
	}
	if (was && cg_bootguard_fw4_remove(was) < 0)
		cg_log_warning("%s/%s: left there", was, CG_BOOTGUARD_FW4_FILE);
	a->run.fw4_dir = real;
	free(was);
	a->run.manual_dirty = true;
	cg_manual_save(a);
}

void cg_guard_fix(struct cg_agent *a, void (*say)(void *ctx, bool ok, const char *text), void *ctx)
{
	_cleanup_free_ struct cg_mac *mac = NULL;
	_cleanup_free_ char *text = NULL;
	char why[200] = "", line[400];
	size_t n;
	int r;

	if (!a->policy.now) {
		say(ctx, false,
		    N_("the config is not in force: which cameras to keep out is not known"));
		return;
	}
	n = cg_guard_plan_macs(a->policy.now, &mac);
	if (!mac)
		return;
	r = cg_bootguard_fw4_install(a->opts.fw4_dir, mac, n, &a->policy.now->mark);
	if (r == -ENOENT) {
		say(ctx, false, N_("there is no fw4 here: put the rules into your own firewall"));
		return;
	}
	(void)snprintf(line, sizeof(line),
		       r ? N_("%s/%s cannot be written: %s") :
			   N_("%s/%s keeps cameras out of the flow table%s"),
		       a->opts.fw4_dir, CG_BOOTGUARD_FW4_FILE, r ? strerror(-r) : "");
	say(ctx, !r, line);
	if (!r)
		cg_guard_fw4_note(a, a->opts.fw4_dir);
	r = r ? r : cg_bootguard_fw4_text(mac, n, &a->policy.now->mark, &text);
	if (!r)
		r = cg_nft_run(text, why, sizeof(why));
	if (r == -ENOENT) {
		say(ctx, true, N_("fw4 is not running: it takes the file when it starts"));
		return;
	}
	(void)snprintf(line, sizeof(line),
		       r ? N_("the running firewall did not take the rules: %s") :
			   N_("the running firewall has the rules%s"),
		       r ? *why ? why : strerror(-r) : "");
	say(ctx, !r, line);
}
