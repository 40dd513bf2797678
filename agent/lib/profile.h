/* SPDX-License-Identifier: GPL-2.0-only */
/* Profiles: where the file of one lies, and what it says of a make of camera, in words. */
#ifndef CG_PROFILE_H
#define CG_PROFILE_H

#include "cleanup.h"
#include "diag.h"

/* Those that are installed; the build may name another folder. */
#ifndef CG_PROFILE_DIR
#define CG_PROFILE_DIR "/usr/share/camgate/profiles"
#endif
/* The household's own, beside the config: they win. */
#define CG_PROFILE_OWN	"profiles.d"
/* Takes a profile of `defaults` back. */
#define CG_PROFILE_NONE "none"

/* Can a viewer in its maker's cloud be told apart while the camera is closed? */
enum cg_protection {
	CG_PROTECTION_FULL,
	CG_PROTECTION_PARTIAL,
	CG_PROTECTION_NONE,
	__CG_PROTECTION_MAX,
};

/* Can it be watched at home without that cloud? */
enum cg_local_view {
	CG_LOCAL_VIEW_YES,
	CG_LOCAL_VIEW_CLOUD_ONLY,
	__CG_LOCAL_VIEW_MAX,
};

/* The words of the files and what they mean, both ended by NULL. */
extern const char *const cg_profile_protections[__CG_PROTECTION_MAX + 1];
extern const char *const cg_profile_local_views[__CG_LOCAL_VIEW_MAX + 1];
const char *cg_profile_protection_text(enum cg_protection protection);
const char *cg_profile_local_view_text(enum cg_local_view local_view);

/*
 * NAME.conf in profiles.d beside the file config, else in dir, which is taken
 * from there where it is relative; NULL: CG_PROFILE_DIR. The caller frees
 * ret_path. -EINVAL with diag: no name, or no such file, with the near names.
 */
int cg_profile_find(const char *config, const char *dir, const char *name, const struct cg_pos *pos,
		    struct cg_diag *diag, char **ret_path) __must_check;

#endif
