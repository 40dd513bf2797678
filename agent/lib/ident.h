/* SPDX-License-Identifier: GPL-2.0-only */
/* A camera's name and id: what may stand there, and the id made from a name. */
#ifndef CG_IDENT_H
#define CG_IDENT_H

#include <stdbool.h>
#include <camgate/limits.h>
#include "cleanup.h"

/* NULL if s may be a name, else what was expected. */
const char *cg_ident_name_fault(const char *s);
/* The same for an id. */
const char *cg_ident_id_fault(const char *s);
/* The same name gives the same id, today and in ten years: "Front Door" is
 * front-door; where letters would be lost, cam- and a hash of the name. */
void cg_ident_make(const char *name, char ret_id[static CG_ID_LEN]);

#endif
