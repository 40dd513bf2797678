/* SPDX-License-Identifier: GPL-2.0-only */
/* WITH_MODULE=no: counters are read of the maps, and nftables is the only guard. */
#include <errno.h>
#include "../daemon/module.h"
#include "../lib/told.h"

int cg_module_open(struct cg_module **ret_module)
{
	*ret_module = NULL;
	return 0;
}

void cg_module_close(struct cg_module **module)
{
	(void)module;
}

void cg_module_look(struct cg_agent *a)
{
	(void)a;
}

bool cg_module_due(const struct cg_agent *a, uint64_t now_ns)
{
	(void)a;
	(void)now_ns;
	return false;
}

bool cg_module_there(const struct cg_agent *a)
{
	(void)a;
	return false;
}

void cg_module_announce(struct cg_agent *a)
{
	(void)a;
}

int cg_module_guard(struct cg_agent *a, const struct cg_guard_plan *plan)
{
	(void)a;
	(void)plan;
	return -ENOENT;
}

int cg_module_guard_read(struct cg_agent *a, struct cg_kstats_guard_state *ret_state)
{
	(void)a;
	(void)ret_state;
	return -ENOENT;
}

const char *cg_module_strerror(const struct cg_agent *a)
{
	(void)a;
	return "";
}

int cg_module_stats(struct cg_agent *a, uint32_t slot, struct cg_stats *ret_stats,
		    struct cg_module_source *ret_source)
{
	*ret_source = (struct cg_module_source){ .name = cg_module_source(a) };
	return cg_datapath_stats_read(a->kern.dp, slot, ret_stats);
}

const char *cg_module_source(const struct cg_agent *a)
{
	(void)a;
	return "map";
}

const char *cg_module_why(const struct cg_agent *a)
{
	(void)a;
	return N_("this camgate is built without it");
}

const char *cg_module_version(const struct cg_agent *a)
{
	(void)a;
	return NULL;
}
