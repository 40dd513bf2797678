/* SPDX-License-Identifier: GPL-2.0-only */
/* Nothing that somebody may want back is overwritten without a copy. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "../lib/wholefile.h"
#include "statedir.h"

int cg_statedir_path(const struct cg_agent *a, const char *file, char buf[static PATH_MAX])
{
	if (snprintf(buf, PATH_MAX, "%s/%s", a->opts.state_dir, file) >= PATH_MAX)
		return -ENAMETOOLONG;
	return 0;
}

int cg_statedir_read(const struct cg_agent *a, const char *file, size_t max, char **ret_text)
{
	char path[PATH_MAX];
	int r = cg_statedir_path(a, file, path);

	return r ? r : cg_wholefile_read(path, max, ret_text, NULL);
}

void cg_statedir_unread(const struct cg_agent *a, const char *file, int r, const char *lost)
{
	char path[PATH_MAX];
	int err = cg_statedir_path(a, file, path);

	if (!err)
		err = cg_wholefile_keep(path);
	if (r > 0)
		cg_log_warning("%s: of a later version, what is known of it is taken", path);
	else
		cg_log_error("%s: %s, %s", path, strerror(-r), lost);
	if (err)
		cg_log_warning("%s: no copy can be kept: %s", path, strerror(-err));
	else
		cg_log_info("%s: kept as %s.kept", path, file);
}
