/* SPDX-License-Identifier: GPL-2.0-only */
/* WITH_VIEWERS=no: an opening is for anyone or for one address, which the packet path keeps by itself. */
#include <errno.h>
#include "../daemon/viewers.h"
#include "../daemon/viewers_lan.h"

int cg_viewers_open(struct cg_agent *a, struct cg_viewers **ret_viewers)
{
	(void)a;
	*ret_viewers = NULL;
	return 0;
}

void cg_viewers_close(struct cg_viewers **viewers)
{
	(void)viewers;
}

int cg_viewers_begin(struct cg_agent *a, const struct cg_agent_cam *cam, const char *to)
{
	(void)a;
	(void)cam;
	(void)to;
	return -EOPNOTSUPP;
}

void cg_viewers_ended(struct cg_agent *a, const struct cg_agent_cam *cam)
{
	(void)a;
	(void)cam;
}

void cg_viewers_moved(struct cg_agent *a)
{
	(void)a;
}

void cg_viewers_tick(struct cg_agent *a, uint64_t now_ns)
{
	(void)a;
	(void)now_ns;
}

const char *cg_viewers_text(const struct cg_agent *a, const struct cg_agent_cam *cam,
			    char buf[static CG_VIEWERS_TEXT])
{
	(void)a;
	(void)cam;
	(void)buf;
	return NULL;
}

const char *cg_viewers_name(const struct cg_agent *a, const struct cg_addr *addr)
{
	(void)a;
	(void)addr;
	return NULL;
}

void cg_viewers_lan_before(struct cg_agent *a, struct cg_policy *policy)
{
	(void)a;
	(void)policy;
}

void cg_viewers_lan_tick(struct cg_agent *a, uint64_t now_ns)
{
	(void)a;
	(void)now_ns;
}
