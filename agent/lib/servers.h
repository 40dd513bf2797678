/* SPDX-License-Identifier: GPL-2.0-only */
/* The keys about names and time: resolver, dns, dns_names, ntp. */
#ifndef CG_SERVERS_H
#define CG_SERVERS_H

#include "policy.h"

/* Both: -EINVAL, -EEXIST or -E2BIG with diag set. "gateway" is always believed
 * and leaves no entry; ret_gateway: it is whom the agent asks. The list is the caller's, also on failure. */
int cg_servers_resolvers(const struct cg_texts *list, struct cg_diag *diag,
			 struct cg_policy_resolver **ret_list, size_t *ret_n,
			 bool *ret_gateway) __must_check;
int cg_servers_words(const struct cg_config_cam *own, const struct cg_config_cam *defaults,
		     struct cg_diag *diag, struct cg_policy_cam *cam) __must_check;

#endif
