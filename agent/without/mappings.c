/* SPDX-License-Identifier: GPL-2.0-only */
/* WITH_MAPPINGS=no: nobody looks which ports lead to cameras; camgate itself lets none be opened all the same. */
#include "../daemon/mappings.h"

int cg_mappings_open(struct cg_agent *a)
{
	(void)a;
	return 0;
}

void cg_mappings_close(struct cg_agent *a)
{
	(void)a;
}

void cg_mappings_tick(struct cg_agent *a, uint64_t now_ns)
{
	(void)a;
	(void)now_ns;
}

void cg_mappings_moved(struct cg_agent *a)
{
	(void)a;
}

size_t cg_mappings_count(const struct cg_agent *a)
{
	(void)a;
	return 0;
}

void cg_mappings_blocked(const struct cg_agent *a, struct json_object *list)
{
	(void)a;
	(void)list;
}
