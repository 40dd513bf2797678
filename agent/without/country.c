/* SPDX-License-Identifier: GPL-2.0-only */
/* WITH_COUNTRY=no: no databases and lists of countries and networks; a policy that names a place is refused. */
#include <errno.h>
#include "../daemon/places.h"
#include "../kern/dp.h"
#include "../lib/diag.h"

int cg_places_open(struct cg_agent *a)
{
	(void)a;
	return 0;
}

void cg_places_close(struct cg_agent *a)
{
	(void)a;
}

int cg_places_read(struct cg_agent *a, const struct cg_policy *policy, struct cg_diag *diag)
{
	(void)a;
	if (!cg_places_any(&policy->places))
		return 0;
	return cg_diag_set(diag, NULL, -EINVAL,
			   "this camgate is built without countries and networks");
}

int cg_places_before(struct cg_agent *a, struct cg_datapath *dp, const struct cg_policy *policy,
		     struct cg_diag *diag)
{
	(void)a;
	(void)dp;
	(void)policy;
	(void)diag;
	return 0;
}

void cg_places_applied(struct cg_agent *a)
{
	(void)a;
}

const char *cg_places_text(const struct cg_agent *a, const struct cg_addr *addr,
			   char buf[static CG_PLACES_TEXT])
{
	(void)a;
	(void)addr;
	buf[0] = '\0';
	return buf;
}

void cg_places_where(const struct cg_agent *a, const struct cg_addr *addr,
		     struct cg_places_where *ret)
{
	(void)a;
	(void)addr;
	ret->country[0] = '\0';
	ret->network[0] = '\0';
}

const char *cg_places_list(const struct cg_agent *a, char buf[static CG_PLACES_TEXT])
{
	(void)a;
	buf[0] = '\0';
	return buf;
}

void cg_places_status(struct cg_command_call *c, struct json_object *attention)
{
	(void)c;
	(void)attention;
}

void cg_places_record(const struct cg_agent *a, const struct cg_addr *addr, char **country,
		      char **network)
{
	(void)a;
	(void)addr;
	(void)country;
	(void)network;
}

/* A table that another build has put in force goes with its maps. */
int cg_dp_geo_restore(struct cg_datapath *dp, uint32_t place, const struct cg_geoinfo *info)
{
	(void)dp;
	(void)place;
	(void)info;
	return 0;
}
