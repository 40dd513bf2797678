/* SPDX-License-Identifier: GPL-2.0-only */
/* STATE_DIR/usage.json: what cameras have used of their quotas, over restart and reboot. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "../kern/clock.h"
#include "../lib/civil.h"
#include "../lib/wholefile.h"
#include "statedir.h"
#include "usagefile.h"

/* Days that an account of a camera no longer configured is kept, so that taking it out
 * and putting it in again gives nothing back. */
#define KEEP_DAYS 2

static int load(const struct cg_agent *a, struct cg_usage *u)
{
	_cleanup_free_ char *text = NULL;
	int r = cg_statedir_read(a, CG_USAGE_FILE, CG_USAGE_MAX_BYTES, &text);

	return r ? r : cg_usage_parse(text, u);
}

void cg_usagefile_read(struct cg_usagefile *f, struct cg_agent *a, struct cg_wallclock *clock)
{
	char boot[CG_BOOT_ID_LEN];
	struct cg_usage *u = &f->usage;
	bool same;
	int r = load(a, u);

	if (r && r != -ENOENT)
		cg_statedir_unread(a, CG_USAGE_FILE, r, "daily quotas begin anew");
	(void)cg_clock_boot_id(a->opts.root, boot, sizeof(boot));
	same = *boot && !strcmp(boot, u->boot);
	clock->right_s = u->wall_s;
	if (same) {
		clock->synced = u->synced;
		clock->offset_ns = u->offset_ns;
		clock->known = true;
	}
	for (size_t i = 0; i < u->n && !same; i++)
		cg_account_reboot(&u->v[i], a->boot_ns(), CG_USAGE_SAVE_S);
	memcpy(u->boot, boot, sizeof(u->boot));
	f->written_ns = a->boot_ns();
}

static bool is_old(const struct cg_agent *a, const struct cg_account *account, int64_t today)
{
	for (size_t i = 0; i < a->policy.ncams; i++)
		if (!strcmp(a->policy.cams[i].id, account->id))
			return false;
	return account->day + KEEP_DAYS < today;
}

static uint64_t sum_of(const struct cg_usage *u)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < u->n; i++)
		sum += u->v[i].open_ns + u->v[i].up_bytes;
	return sum;
}

void cg_usagefile_write(struct cg_usagefile *f, struct cg_agent *a,
			const struct cg_wallclock *clock)
{
	_cleanup_free_ char *text = NULL;
	struct cg_usage *u = &f->usage;
	char path[PATH_MAX];
	uint64_t held;
	int r;

	if (clock->right) {
		u->wall_s = a->real_s();
		for (size_t i = u->n; i--;)
			if (is_old(a, &u->v[i], u->wall_s / CG_DAY_S))
				cg_usage_drop(u, &u->v[i]);
	}
	u->offset_ns = clock->offset_ns;
	u->synced = clock->synced;
	f->written_ns = a->boot_ns();
	f->sum = sum_of(u);
	r = cg_statedir_path(a, CG_USAGE_FILE, path);
	if (!r)
		r = cg_usage_print(u, &text);
	if (!r)
		r = cg_wholefile_replace(path, text, strlen(text), 0600, geteuid(), getegid());
	f->dirty = false;
	/* Tried again with the next change: what is in memory counts on. */
	if (r && cg_log_limit_pass(&f->limit, a->boot_ns(), 3600 * CG_SEC_NS, &held))
		cg_log_warning(
			"%s: %s, what was used of daily quotas is known until the agent ends", path,
			strerror(-r));
}

void cg_usagefile_tick(struct cg_usagefile *f, struct cg_agent *a, const struct cg_wallclock *clock,
		       uint64_t now_ns)
{
	bool due = now_ns >= f->written_ns + CG_USAGE_SAVE_S * CG_SEC_NS &&
		   sum_of(&f->usage) != f->sum;

	if (f->dirty || due || clock->synced != f->usage.synced || (clock->stepped && f->usage.n))
		cg_usagefile_write(f, a, clock);
}
