/* SPDX-License-Identifier: GPL-2.0-only */
/* An answer to the agent's own DNS question, and what the agent would tell the packet path of it. */
#include <errno.h>
#include <lib/dnsmsg.h>
#include "fuzz.h"

#define NAME "api.vendor.example"
#define ID   7
/* Room of a record in the packet path. */
#define ROOM 512

static void tell_on(const struct cg_dnsmsg *a, uint16_t type)
{
	static struct cg_dnsmsg again;
	uint8_t msg[ROOM];
	size_t taken,
		n = cg_dnsmsg_answer(NAME, type, a->addr, a->naddr, a->ttl_s, msg, ROOM, &taken);

	FUZZ_PROMISE(n <= ROOM && taken <= a->naddr);
	if (!n)
		return;
	/* What it writes it reads, and as much of it. */
	FUZZ_PROMISE(!cg_dnsmsg_parse(msg, n, NAME, 0, type, &again));
	FUZZ_PROMISE(again.naddr == taken);
	FUZZ_PROMISE(!memcmp(again.addr, a->addr, taken * sizeof(*a->addr)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint16_t types[] = { CG_DNSMSG_A, CG_DNSMSG_AAAA };
	static struct cg_dnsmsg a;
	uint8_t *msg = fuzz_bytes(data, size);

	for (size_t i = 0; i < 2; i++) {
		int err = cg_dnsmsg_parse(msg, size, NAME, ID, types[i], &a);

		FUZZ_PROMISE(!err || err == -EBADMSG || err == -ENOMSG || err == -ELOOP);
		if (err || a.truncated || a.rcode != CG_DNSMSG_NOERROR)
			continue;
		FUZZ_PROMISE(a.naddr <= CG_DNSMSG_ADDRS);
		fuzz_plant(a.naddr ? a.ttl_s : 0, 300);
		tell_on(&a, types[i]);
	}
	free(msg);
	return 0;
}
