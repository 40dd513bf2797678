/* SPDX-License-Identifier: GPL-2.0-only */
/* nftables' answers: is a table or set there, what a counter counted, which rules and ports are ours. */
#include <kern/nft.h>
#include "kernel.h"

#define RULES 4

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint32_t what = fuzz_number(&data, &size, 1);
	struct cg_nftext_port *port = NULL;
	uint64_t packets, handles[RULES];
	int r;

	kernel_says(data, size);
	switch (what % 5) {
	case 0:
		FUZZ_PROMISE(cg_nft_table_has(CG_NFT_INET, "camgate") <= 1);
		break;
	case 1:
		FUZZ_PROMISE(cg_nft_set_has(CG_NFT_INET, "fw4", "camgate") <= 1);
		break;
	case 2:
		r = cg_nft_counter_read(CG_NFT_INET, "camgate", "unmarked", &packets);
		FUZZ_PROMISE(r <= 0);
		fuzz_plant(r ? 0 : (size_t)packets, 255);
		break;
	case 3:
		r = cg_nft_rules_find(CG_NFT_INET, "fw4", "forward", "camgate", handles, RULES);
		FUZZ_PROMISE(r <= RULES);
		break;
	default:
		r = cg_nft_guard_ports("camgate_guard", &port);
		for (int i = 0; i < r; i++)
			FUZZ_PROMISE(memchr(port[i].name, '\0', sizeof(port[i].name)));
		free(port);
	}
	return 0;
}
