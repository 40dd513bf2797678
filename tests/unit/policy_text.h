/* SPDX-License-Identifier: GPL-2.0-only */
/* A policy from the text of a config, and a config that is refused. */
#ifndef CG_POLICY_TEXT_H
#define CG_POLICY_TEXT_H

#include "../../agent/lib/config.h"
#include "../../agent/lib/policy.h"
#include "unit.h"

/* Where the config is put; NULL: into a folder of its own. */
static const struct unit_dir *policy_dir;

static inline int build(const char *text, struct cg_diag *ret_diag, struct cg_policy **ret_policy)
{
	struct unit_dir dir = policy_dir ? *policy_dir : unit_dir_new();
	struct cg_config *config = NULL;
	char path[128];
	int r;

	unit_write(&dir, "p.conf", text, strlen(text));
	*ret_diag = (struct cg_diag){ "" };
	r = cg_config_read(unit_path(&dir, "p.conf", path), ret_diag, &config);
	if (!r)
		r = cg_policy_build(config, ret_diag, ret_policy);
	/* the policy must not need the config any more */
	cg_config_free(&config);
	if (!policy_dir)
		unit_dir_free(&dir);
	return r;
}

static inline struct cg_policy *built(const char *text)
{
	struct cg_policy *p = NULL;
	struct cg_diag d;

	ck_assert_msg(!build(text, &d, &p), "%s", d.text);
	ck_assert_ptr_nonnull(p);
	return p;
}

#define REFUSED(err, conf, ...)                               \
	do {                                                  \
		struct cg_policy *_p = NULL;                  \
		struct cg_diag _d;                            \
		ck_assert_int_eq(build(conf, &_d, &_p), err); \
		ck_assert_ptr_null(_p);                       \
		UNIT_HOLDS(_d.text, __VA_ARGS__);             \
	} while (0)

#endif
