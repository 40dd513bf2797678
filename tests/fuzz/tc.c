/* SPDX-License-Identifier: GPL-2.0-only */
/* What a kernel says of a port's qdiscs and filters while ours are looked for, attached and removed. */
#include <kern/tc.h>
#include "kernel.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint32_t what = fuzz_number(&data, &size, 1);
	struct cg_tc_state state = { 0 };

	kernel_says(data, size);
	if (what % 3 == 0) {
		int r = cg_tc_read(3, 11, 12, &state);

		fuzz_plant(r < 0 ? (size_t)-r : 0, 11);
		FUZZ_PROMISE(r <= 0);
	} else if (what % 3 == 1) {
		FUZZ_PROMISE(cg_tc_attach(3, 5, 6) <= 1);
	} else {
		FUZZ_PROMISE(cg_tc_detach(3, what & 4 ? 11 : 0, what & 4 ? 12 : 0, what & 8) <= 1);
	}
	return 0;
}
