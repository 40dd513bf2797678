/* SPDX-License-Identifier: GPL-2.0-only */
/* What a kernel says when the entry of a flow is deleted. */
#include <kern/conntrack.h>
#include "kernel.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cg_conntrack_flow f = { .proto = 17, .cam_port = 5000, .peer_port = 443 };
	struct cg_conntrack *ct = NULL;
	size_t deleted = 0;

	f.by_peer = fuzz_number(&data, &size, 1) & 1;
	FUZZ_PROMISE(!cg_addr_parse("192.168.1.7", &f.cam) &&
		     !cg_addr_parse("203.0.113.9", &f.peer));
	kernel_says(data, size);
	if (cg_conntrack_open(&ct))
		return 0;
	for (int i = 0; i < 8 && !kernel_done(); i++) {
		int r = cg_conntrack_delete(ct, &f);

		FUZZ_PROMISE(r <= 1);
		deleted += r == 1;
	}
	fuzz_plant(deleted, 3);
	cg_conntrack_close(&ct);
	return 0;
}
