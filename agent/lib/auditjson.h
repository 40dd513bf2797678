/* SPDX-License-Identifier: GPL-2.0-only */
/* The report on a camera as the JSON of the control protocol. */
#ifndef CG_AUDITJSON_H
#define CG_AUDITJSON_H

#include "audit.h"
#include "traffic.h"
#include "view.h"

/* The edition whose provisions the findings name. */
#define CG_AUDIT_STANDARD "ETSI EN 303 645 V3.1.3"

/* Where a database says that a destination is; "" = it does not. */
struct cg_audit_place {
	char country[8], network[16];
};

struct cg_audit_view {
	const char *id, *name;
	const struct cg_audit_seen *seen;
	const struct cg_audit_finding *finding;
	size_t nfinding;
	const struct cg_traffic_row *const *row;
	size_t nrow;
	const struct cg_audit_place *place; /* of each row; NULL: no database is named */
	bool hours;			    /* those of each destination, too */
	bool probing;			    /* it is being asked just now */
	const char *unasked; /* why it was not asked when it last should have been; NULL */
};

/* NULL without memory. */
struct json_object *cg_audit_json(const struct cg_view_time *t, const struct cg_audit_view *v);

#endif
