/* SPDX-License-Identifier: GPL-2.0-only */
/* Openings of ports: nft's JSON, lease files and miniupnpd.conf with any bytes in them. */
#include <errno.h>
#include <lib/mapping.h>
#include <lib/utf8.h>
#include "fuzz.h"

static struct cg_addr addrs[3];
static const char lan[][16] = { "br-lan" };
static struct cg_prefix net;
static struct cg_mapping_want want = { .addr = addrs,
				       .naddr = 3,
				       .lan = lan,
				       .nlan = 1,
				       .net = &net,
				       .nnet = 1 };

static bool has_end(const char *text, size_t room)
{
	return memchr(text, '\0', room);
}

static bool is_wanted(const struct cg_addr *addr)
{
	for (size_t i = 0; i < want.naddr; i++)
		if (!memcmp(addr, &addrs[i], sizeof(*addr)))
			return true;
	return false;
}

static void look(const struct cg_mapping_list *list)
{
	FUZZ_PROMISE(list->n <= CG_MAPPINGS_MAX && list->nmap <= CG_MAPPING_MAPS_MAX);
	for (size_t i = 0; i < list->n; i++) {
		const struct cg_mapping *m = &list->m[i];

		FUZZ_PROMISE(is_wanted(&m->to));
		FUZZ_PROMISE(m->out_lo <= m->out_hi && m->in_lo <= m->in_hi);
		FUZZ_PROMISE(*cg_mapping_kind_name(m->kind) && *cg_mapping_by_name(m->by));
		FUZZ_PROMISE(has_end(m->table, sizeof(m->table)) &&
			     has_end(m->chain, sizeof(m->chain)) &&
			     has_end(m->file, sizeof(m->file)) &&
			     has_end(m->note, sizeof(m->note)));
		/* Each may stand in a reply. */
		for (size_t at = 0; m->note[at];) {
			uint32_t code;
			size_t step = cg_utf8_next(m->note + at, strlen(m->note + at), &code);

			FUZZ_PROMISE(step && !cg_utf8_is_control(code));
			at += step;
		}
	}
	fuzz_plant(list->n ? strlen(list->m[0].note) : 0, 16);
}

/* What is taken out is gone, and nothing else is. */
static void take_out(const char *text, size_t n, struct cg_mapping_list *list)
{
	struct cg_mapping_list again = { 0 };
	size_t len = 0, gone = 0;
	char *out = NULL;

	FUZZ_PROMISE(!cg_mapping_leases_without(text, n, list->m, list->n, &out, &len, &gone));
	FUZZ_PROMISE(gone >= list->n && len <= n && (gone || len == n));
	FUZZ_PROMISE(!cg_mapping_leases_read(out, len, "/l", &want, &again));
	FUZZ_PROMISE(list->cut || !again.n);
	cg_mapping_list_free(&again);
	free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint32_t what = fuzz_number(&data, &size, 1);
	struct cg_mapping_list list = { 0 };
	char *text = fuzz_text(data, size);
	int err;

	FUZZ_PROMISE(!cg_addr_parse("192.168.1.20", &addrs[0]) &&
		     !cg_addr_parse("192.168.1.21", &addrs[1]) &&
		     !cg_addr_parse("2001:db8:1:1::20", &addrs[2]) &&
		     !cg_prefix_parse("192.168.1.0/24", &net));
	memset(&want.upnp, 0, sizeof(want.upnp));
	switch (what % 4) {
	case 0:
		FUZZ_PROMISE(!cg_mapping_leases_read(text, size, "/l", &want, &list));
		take_out(text, size, &list);
		break;
	case 1:
		cg_mapping_upnp_read(text, &want.upnp);
		FUZZ_PROMISE(has_end(want.upnp.leases, sizeof(want.upnp.leases)));
		for (size_t i = 0; i < CG_MAPPING_CHAINS; i++)
			FUZZ_PROMISE(has_end(want.upnp.chain[i], sizeof(want.upnp.chain[i])));
		break;
	default:
		err = cg_mapping_nft_read(text, size, &want, &list);
		FUZZ_PROMISE(!err || err == -EPROTO || err == -ENOMEM);
		/* Maps that were not told are asked for. */
		if (!err && list.nmap)
			FUZZ_PROMISE(!cg_mapping_nft_read(text, size, &want, &list));
	}
	look(&list);
	cg_mapping_list_free(&list);
	free(text);
	return 0;
}
