/* SPDX-License-Identifier: GPL-2.0-only */
/* Slot assignment: known ids first, then the lowest free for the others. */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include "slots.h"

struct known {
	const char *id; /* CG_ID_LEN bytes, perhaps not terminated */
	uint32_t slot;
};

static int by_id(const void *a, const void *b)
{
	const struct known *x = a, *y = b;

	return strncmp(x->id, y->id, CG_ID_LEN);
}

int cg_slots_assign(const struct cg_policy *policy, const struct cg_name *names, size_t nnames,
		    struct cg_diag *diag, struct cg_mapset_slot *ret_slots)
{
	_cleanup_free_ struct known *known = calloc(nnames + 1, sizeof(*known));
	size_t nknown = 0, limit = nnames ? nnames : CG_MAX_CAMERAS, next = 0;

	if (!known)
		return -ENOMEM;
	for (size_t i = 0; i < nnames; i++)
		if (names[i].id[0])
			known[nknown++] = (struct known){ names[i].id, (uint32_t)i };
	qsort(known, nknown, sizeof(*known), by_id);
	for (size_t i = 0; i < policy->ncams; i++) {
		const struct cg_policy_cam *cam = &policy->cams[i];
		const struct known key = { cam->id, 0 };
		const struct known *k = bsearch(&key, known, nknown, sizeof(*known), by_id);
		struct cg_mapset_slot *slot = &ret_slots[i];

		memset(slot, 0, sizeof(*slot));
		memcpy(slot->name.id, cam->id, sizeof(slot->name.id));
		memcpy(slot->name.name, cam->name, sizeof(slot->name.name));
		slot->config = cam->exposure;
		if (k) {
			slot->slot = k->slot;
			continue;
		}
		while (next < nnames && names[next].id[0])
			next++;
		if (next >= limit)
			return cg_diag_set(
				diag, &cam->pos, -E2BIG,
				"camera '%s': no free slot, expected at most %zu cameras, those just removed included",
				cam->name, limit);
		slot->slot = (uint32_t)next++;
	}
	return 0;
}
