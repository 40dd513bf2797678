/* SPDX-License-Identifier: GPL-2.0-only */
/* What `camgate discover --probe` says to a LAN: questions that cameras answer. Pure. */
#ifndef CG_PROBE_H
#define CG_PROBE_H

#include <stddef.h>
#include <stdint.h>
#include "addr.h"

#define CG_PROBE_LEN 1024

/* All to groups or broadcast of the LAN; none asks for a password or changes anything. */
enum cg_probe_kind {
	CG_PROBE_WSD,	  /* WS-Discovery 1.1, section 5.2: Probe for network video transmitters */
	CG_PROBE_WSD_ANY, /* for whatever there is */
	CG_PROBE_SSDP,	  /* UPnP Device Architecture 1.1, section 1.3.2 */
	CG_PROBE_SADP,	  /* Hikvision (facts discovery.tsv) */
	CG_PROBE_DHIP,	  /* Dahua, to its group */
	CG_PROBE_DHIP_BCAST, /* and to everybody */
	CG_PROBE_PPPP,	     /* PPPP's LAN search */
	__CG_PROBE_MAX,
};

struct cg_probe {
	struct cg_addr to; /* a group; unset: the LAN's broadcast address */
	uint16_t port;	   /* host order */
	size_t len;
	char data[CG_PROBE_LEN];
};

/* id: random, of this question. */
void cg_probe_make(enum cg_probe_kind kind, const uint8_t id[static 16], struct cg_probe *ret);

#endif
