/* SPDX-License-Identifier: GPL-2.0-only */
/* Readers of clue.c, one a protocol: bounded, without recursion or memory of their own, at ease with what is cut short or lies. */
#ifndef CG_CLUE_READ_H
#define CG_CLUE_READ_H

#include "clue.h"
#include "span.h"

/* data: what was copied of the payload, at least a byte. true: something is new. */
typedef bool cg_clue_reader(struct cg_clues *c, const struct cg_heard *heard, struct cg_span data);

/* clue_dhcp.c */
cg_clue_reader cg_clue_dhcp, cg_clue_dhcp6;
/* clue_mdns.c, clue_ssdp.c, clue_wsd.c (with SADP, which is XML as well) */
cg_clue_reader cg_clue_mdns, cg_clue_ssdp, cg_clue_wsd, cg_clue_sadp;
/* clue_vendor.c: discovery of makers */
cg_clue_reader cg_clue_dahua, cg_clue_dahua1, cg_clue_foscam, cg_clue_hichip, cg_clue_hanwha,
	cg_clue_sony, cg_clue_pana, cg_clue_bosch, cg_clue_dlink, cg_clue_edimax, cg_clue_reolink,
	cg_clue_tuya, cg_clue_miio, cg_clue_tftp;
/* clue_p2p.c: rendezvous of viewing, and asking for ports. 10001 is Ubiquiti's discovery too. */
cg_clue_reader cg_clue_10001, cg_clue_pppp, cg_clue_dhp2p, cg_clue_bcudp, cg_clue_natpmp;
/* clue_banner.c: the first bytes of TCP */
cg_clue_reader cg_clue_tcp;

/* clue_known.c: names and models that are known, by its tables. Each also keeps what it
 * was given in its field of c, where there is nothing yet. */
bool cg_clue_hostname(struct cg_clues *c, struct cg_span name);
bool cg_clue_model(struct cg_clues *c, struct cg_span model);
/* Words about a device that are no name to keep: a server string, a title, a vendor class. */
bool cg_clue_words(struct cg_clues *c, struct cg_span words);
/* A name that a system people use gives itself. */
bool cg_clue_system(struct cg_clues *c, struct cg_span name);
bool cg_clue_maker(struct cg_clues *c, const char *maker);
bool cg_clue_firmware(struct cg_clues *c, struct cg_span version);

#endif
