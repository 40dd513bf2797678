/* SPDX-License-Identifier: GPL-2.0-only */
/* The SSH server leaves the address in the environment of the login. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "caller.h"

int cg_caller_address(struct cg_addr *ret_addr)
{
	/* sudo keeps neither unless told to; the second is what dropbear knows. */
	static const char *const names[] = { "SSH_CONNECTION", "SSH_CLIENT" };
	char text[CG_ADDR_STRLEN];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *value = getenv(names[i]);

		if (!value || sscanf(value, "%45s", text) != 1)
			continue;
		/* A link-local address carries its interface. */
		text[strcspn(text, "%")] = '\0';
		if (!cg_addr_parse(text, ret_addr))
			return 0;
	}
	return -ENOENT;
}
