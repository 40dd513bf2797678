/* SPDX-License-Identifier: GPL-2.0-only */
/* What the profiles of cameras say, in words. */
#ifndef CG_PROFILES_H
#define CG_PROFILES_H

struct json_object;

/* A table of those in the array that have one, after an empty line; else nothing.
 * Members: id, name, profile, protection, local_view. */
void cg_profiles_print(struct json_object *cams);

#endif
