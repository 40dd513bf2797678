/* SPDX-License-Identifier: GPL-2.0-only */
/* rtnetlink's tables of links, addresses, neighbours, routes and filters, and what is heard between them. */
#include <kern/links.h>
#include "kernel.h"

static void tables_look(const struct cg_links *l)
{
	size_t nlink, naddr;
	const struct cg_link *link = cg_links_table(l, &nlink);
	const struct cg_link_addr *addr = cg_links_addrs(l, &naddr);

	for (size_t i = 0; i < nlink; i++) {
		FUZZ_PROMISE(memchr(link[i].name, '\0', sizeof(link[i].name)) &&
			     memchr(link[i].kind, '\0', sizeof(link[i].kind)));
		fuzz_plant(strlen(link[i].name), 6);
	}
	for (size_t i = 0; i < naddr; i++)
		FUZZ_PROMISE(addr[i].len <= 128);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cg_link_filter *filters = NULL;
	struct cg_links *l = NULL;
	struct cg_neigh *neighs = NULL;
	size_t n;

	kernel_says(data, size);
	if (cg_links_open(NULL, NULL, &l))
		return 0;
	tables_look(l);
	if (!cg_links_read(l))
		tables_look(l);
	if (!cg_links_neighs_read(l, &neighs, &n))
		free(neighs);
	if (!cg_links_filters_read(l, 3, true, &filters, &n)) {
		for (size_t i = 0; i < n; i++)
			FUZZ_PROMISE(memchr(filters[i].kind, '\0', sizeof(filters[i].kind)));
		free(filters);
	}
	cg_links_close(&l);
	return 0;
}
