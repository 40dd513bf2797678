/* SPDX-License-Identifier: GPL-2.0-only */
/* The agent's state and struct cg_saved, one into the other. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include "../lib/wholefile.h"
#include "statedir.h"
#include "statefile.h"

int cg_statefile_read(struct cg_agent *a)
{
	_cleanup_(cg_saved_free) struct cg_saved s = { 0 };
	_cleanup_free_ char *text = NULL;
	int r = cg_statedir_read(a, CG_SAVED_FILE, CG_SAVED_MAX_BYTES, &text);

	if (!r)
		r = cg_saved_parse(text, &s);
	if (r < 0)
		return r;
	free(a->run.manual);
	a->run.manual = TAKE_PTR(s.manual);
	a->run.nmanual = s.nmanual;
	free(a->run.opening);
	a->run.opening = TAKE_PTR(s.opening);
	a->run.nopening = s.nopening;
	free(a->run.fw4_dir);
	a->run.fw4_dir = TAKE_PTR(s.fw4_dir);
	if (a->policy.now)
		return r;
	free(a->policy.lan);
	a->policy.lan = TAKE_PTR(s.lan);
	a->policy.nlan = s.nlan;
	free(a->policy.home);
	a->policy.home = TAKE_PTR(s.home);
	a->policy.nhome = s.nhome;
	return r;
}

int cg_statefile_keep(const struct cg_agent *a)
{
	char path[PATH_MAX];
	int err = cg_statedir_path(a, CG_SAVED_FILE, path);

	return err ? err : cg_wholefile_keep(path);
}

int cg_statefile_write(const struct cg_agent *a)
{
	/* Lent, not given. */
	const struct cg_saved s = {
		.manual = a->run.manual,
		.nmanual = a->run.nmanual,
		.opening = a->run.opening,
		.nopening = a->run.nopening,
		.lan = a->policy.lan,
		.nlan = a->policy.nlan,
		.home = a->policy.home,
		.nhome = a->policy.nhome,
		.fw4_dir = a->run.fw4_dir,
	};
	_cleanup_free_ char *text = NULL;
	char path[PATH_MAX];
	int err;

	err = cg_statedir_path(a, CG_SAVED_FILE, path);
	if (!err)
		err = cg_saved_print(&s, &text);
	return err ? err :
		     cg_wholefile_replace(path, text, strlen(text), 0600, geteuid(), getegid());
}
