/* SPDX-License-Identifier: GPL-2.0-only */
/* WITH_OFFLOAD=no: ways that pass the CPU by are not looked for; whoever builds it knows that there are none. */
#include <errno.h>
#include "../kern/offload.h"

size_t cg_offload_look(const struct cg_offload_in *in,
		       struct cg_offload_found ret_found[static CG_OFFLOAD_FOUND_MAX])
{
	(void)in;
	(void)ret_found;
	return 0;
}

const char *cg_offload_text(const struct cg_offload_found *f, char *buf, size_t n)
{
	(void)f;
	if (n)
		buf[0] = '\0';
	return buf;
}

const char *cg_offload_fix(const struct cg_offload_found *f)
{
	(void)f;
	return NULL;
}

int cg_offload_tables(bool all, char *ret_name, size_t n)
{
	(void)all;
	(void)ret_name;
	(void)n;
	return -EOPNOTSUPP;
}

int cg_offload_flows_read(const struct cg_addr *addr, size_t naddr,
			  struct cg_offload_flows *ret_flows)
{
	(void)addr;
	(void)naddr;
	(void)ret_flows;
	return -EOPNOTSUPP;
}
