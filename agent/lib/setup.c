/* SPDX-License-Identifier: GPL-2.0-only */
/* A list that the config has in another file is left alone: what that file is for is not known here. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <camgate/limits.h>
#include "config.h"
#include "conflist.h"
#include "setup.h"
#include "wholefile.h"

static bool is_there(const struct cg_texts *list, const char *entry)
{
	for (size_t i = 0; i < list->n; i++)
		if (!strcmp(list->v[i].s, entry))
			return true;
	return false;
}

/* Once each, those that the list does not have; into room for n. */
static size_t missing(const struct cg_texts *list, const char *const *entry, size_t n,
		      const char **ret_entry)
{
	size_t found = 0;

	for (size_t i = 0; i < n; i++) {
		bool twice = is_there(list, entry[i]);

		for (size_t k = 0; k < found && !twice; k++)
			twice = !strcmp(ret_entry[k], entry[i]);
		if (!twice)
			ret_entry[found++] = entry[i];
	}
	return found;
}

/* One list of the plan's text; in place. */
static int list_add(struct cg_setup_plan *plan, const char *path, const struct cg_texts *list,
		    const struct cg_conflist *edit, struct cg_diag *diag, char **ret_added)
{
	char *text;
	size_t len;
	int r;

	if (!edit->n)
		return 0;
	for (size_t i = 0; i < list->n; i++)
		if (strcmp(list->v[i].pos.file, path))
			return cg_diag_set(diag, &list->v[i].pos, -EINVAL,
					   "%s stands in this file, add '%s' to it by hand",
					   edit->key, edit->entry[0]);
	r = cg_conflist_add(plan->text, plan->len, path, edit, diag, &text, &len, ret_added);
	if (r)
		return r;
	free(plan->text);
	plan->text = text;
	plan->len = len;
	return 0;
}

static int lists_add(struct cg_setup_plan *plan, const struct cg_config *config,
		     const struct cg_setup *setup, struct cg_diag *diag)
{
	_cleanup_free_ const char **lan = calloc(setup->nlan + 1, sizeof(*lan));
	_cleanup_free_ const char **home = calloc(setup->nhome + 1, sizeof(*home));
	struct cg_conflist edits[2] = { { "lan", lan, 0, setup->when },
					{ "home", home, 0, setup->when } };
	int r;

	if (!lan || !home)
		return -ENOMEM;
	edits[0].n = missing(&config->lan, setup->lan, setup->nlan, lan);
	edits[1].n = missing(&config->home, setup->home, setup->nhome, home);
	r = list_add(plan, config->path, &config->lan, &edits[0], diag, &plan->added[0]);
	return r ? r :
		   list_add(plan, config->path, &config->home, &edits[1], diag, &plan->added[1]);
}

int cg_setup_plan(const char *path, const struct cg_setup *setup, struct cg_diag *diag,
		  struct cg_setup_plan *ret_plan)
{
	_cleanup_(cg_config_free) struct cg_config *config = NULL;
	_cleanup_(cg_setup_plan_clear) struct cg_setup_plan plan = { 0 };
	int r = cg_config_read(path, diag, &config);

	if (r)
		return r;
	if (!realpath(path, plan.file))
		return -errno;
	r = cg_wholefile_read(plan.file, CG_MAX_CONFIG_BYTES, &plan.was, &plan.was_len);
	if (r)
		return r;
	plan.text = strndup(plan.was, plan.was_len);
	plan.len = plan.was_len;
	r = plan.text ? lists_add(&plan, config, setup, diag) : -ENOMEM;
	if (r)
		return r;
	*ret_plan = plan;
	plan = (struct cg_setup_plan){ 0 };
	return 0;
}

void cg_setup_plan_clear(struct cg_setup_plan *plan)
{
	free(plan->was);
	free(plan->text);
	free(plan->added[0]);
	free(plan->added[1]);
	*plan = (struct cg_setup_plan){ 0 };
}

void cg_setup_plan_what(const struct cg_setup_plan *plan, char ret_what[static CG_UNDO_WHAT])
{
	const char *lan = plan->added[0], *home = plan->added[1];

	(void)snprintf(ret_what, CG_UNDO_WHAT, "setup %s%s%s", lan ? lan : "",
		       lan && home ? ", " : "", home ? home : "");
}
