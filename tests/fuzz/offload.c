/* SPDX-License-Identifier: GPL-2.0-only */
/* Flow tables, connections in hardware and mesh interfaces, as a kernel lists them. */
#include <kern/offload.h>
#include "kernel.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint32_t what = fuzz_number(&data, &size, 1);
	struct cg_offload_flows flows = { 0 };
	struct cg_addr cam[2];
	char name[48] = "";

	FUZZ_PROMISE(!cg_addr_parse("192.168.1.7", &cam[0]) &&
		     !cg_addr_parse("2001:db8::7", &cam[1]));
	kernel_says(data, size);
	if (what % 3 == 0) {
		(void)!cg_offload_tables(what & 4, name, sizeof(name));
		FUZZ_PROMISE(memchr(name, '\0', sizeof(name)));
		fuzz_plant(strlen(name), 6);
	} else if (what % 3 == 1) {
		(void)!cg_offload_flows_read(cam, 2, &flows);
	} else if (cg_offload_mesh(name) == 1) {
		FUZZ_PROMISE(name[0] && memchr(name, '\0', 16));
	}
	return 0;
}
