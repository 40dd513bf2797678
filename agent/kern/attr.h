/* SPDX-License-Identifier: GPL-2.0-only */
/* What an attribute of netlink holds, in host order; 0 or "" where it is not there, or too short to hold it. */
#ifndef CG_ATTR_H
#define CG_ATTR_H

#include <netlink/attr.h>
#include <stdint.h>
#include <string.h>

static inline uint32_t cg_attr_u32(const struct nlattr *a)
{
	return a && nla_len(a) >= 4 ? nla_get_u32(a) : 0;
}

static inline uint64_t cg_attr_u64(const struct nlattr *a)
{
	uint64_t v = 0;

	/* Where it lies is a multiple of 4 only. */
	if (a && nla_len(a) >= 8)
		memcpy(&v, nla_data(a), sizeof(v));
	return v;
}

/* Only a text that ends within the attribute. */
static inline const char *cg_attr_text(const struct nlattr *a)
{
	return a && nla_len(a) > 0 && memchr(nla_data(a), '\0', (size_t)nla_len(a)) ? nla_data(a) :
										      "";
}

#endif
