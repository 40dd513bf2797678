/* SPDX-License-Identifier: GPL-2.0-only */
/* WITH_COUNTRY=no: status has no lists to show. */
#include "../cli/lists_print.h"

void cg_lists_print(struct json_object *reply)
{
	(void)reply;
}
