/* SPDX-License-Identifier: GPL-2.0-only */
/* WITH_LEARN=no: no camera is watched for what it sends to. */
#include "../daemon/learn.h"

void cg_learn_close(struct cg_learn **learn)
{
	(void)learn;
}

void cg_learn_event(struct cg_agent *a, const struct cg_agent_cam *cam, const struct cg_event *e)
{
	(void)a;
	(void)cam;
	(void)e;
}

void cg_learn_name(struct cg_agent *a, const struct cg_agent_cam *cam, const char *name,
		   uint64_t ns)
{
	(void)a;
	(void)cam;
	(void)name;
	(void)ns;
}

void cg_learn_tick(struct cg_agent *a, uint64_t now_ns)
{
	(void)a;
	(void)now_ns;
}
