/* SPDX-License-Identifier: GPL-2.0-only */
/* What a frame, or a MAC, says of the device it is from: clues, each with words for a person. */
#ifndef CG_CLUE_H
#define CG_CLUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <camgate/discover_abi.h>
#include "addr.h"

/* A row each in the table of clue.c: weight, what it proves, words. */
enum cg_clue_kind {
	CG_CLUE_NONE,
	/* It says that it is a camera. */
	CG_CLUE_ONVIF,	 /* WS-Discovery: NetworkVideoTransmitter, or an onvif scope of a camera */
	CG_CLUE_VENDOR,	 /* a camera maker's own discovery: SADP, DHIP, PPPP, Reolink, … */
	CG_CLUE_SERVICE, /* mDNS: a service that cameras have */
	CG_CLUE_MODEL,	 /* DHCP, SSDP, mDNS: a camera's model or a name cameras give themselves */
	CG_CLUE_RTSP,	 /* answers RTSP */
	CG_CLUE_BANNER,	 /* HTTP or RTSP server name, realm or title of cameras */
	CG_CLUE_OUI_CAMERA, /* MAC prefix of a maker of nothing but cameras */
	/* It may be one. */
	CG_CLUE_OUI_MOSTLY, /* MAC prefix of a maker of cameras mostly */
	CG_CLUE_OUI_MIXED,  /* of a maker of cameras, among others */
	CG_CLUE_OUI_MODULE, /* of a maker of modules that cameras have, too */
	CG_CLUE_RENDEZVOUS, /* talks to a rendezvous server of peer-to-peer viewing */
	CG_CLUE_ASKS_IGD,   /* looks for an Internet Gateway Device, or asks for a port */
	CG_CLUE_EMBEDDED,   /* DHCP as small Linux systems speak it */
	CG_CLUE_SHAPE,	    /* steady upstream like video */
	/* It is something else. */
	CG_CLUE_USER_SYSTEM,  /* DHCP or names of a phone's, laptop's or console's system */
	CG_CLUE_USER_SERVICE, /* mDNS or SSDP service of phones, laptops, TVs, printers, NAS */
	CG_CLUE_OUI_OTHER,    /* MAC prefix of a maker of no cameras */
	__CG_CLUE_MAX,
};

#define CG_CLUE_TEXT 64
#define CG_CLUES_MAX 24

struct cg_clue {
	uint8_t kind;		 /* enum cg_clue_kind */
	char text[CG_CLUE_TEXT]; /* what was seen; printable UTF-8, "" = nothing to add */
};

/* All clues to one device, each once (by kind and text), the strongest kept when full. */
struct cg_clues {
	struct cg_clue clue[CG_CLUES_MAX];
	size_t n;
	char hostname[CG_NAME_LEN]; /* as it calls itself; printable, "" = unknown */
	char model[CG_NAME_LEN];
	char maker[CG_NAME_LEN];
	char firmware[CG_NAME_LEN];
	char profile[CG_ID_LEN]; /* of packaging/profiles, that fits; "" = none known */
	uint8_t not_activated;	 /* SADP: no password was ever set; CG_CLUE_YES, _NO, 0 unknown */
	uint8_t cloud;		 /* its maker's peer-to-peer service is on; the same */
};
#define CG_CLUE_YES 1
#define CG_CLUE_NO  2

/* true: one was added that was not there. text may be NULL; it is cut, and what does not
 * print is left out. */
bool cg_clue_add(struct cg_clues *c, enum cg_clue_kind kind, const char *text);
bool cg_clue_has(const struct cg_clues *c, enum cg_clue_kind kind);
/* A sentence: "answers RTSP (Dahua Rtsp Server)". Returns buf. */
#define CG_CLUE_SENTENCE 160
const char *cg_clue_sentence(const struct cg_clue *clue, char buf[static CG_CLUE_SENTENCE]);
/* A short word that programs may rely on: "onvif", "oui-camera"; and back, CG_CLUE_NONE. */
const char *cg_clue_word(enum cg_clue_kind kind);
enum cg_clue_kind cg_clue_by_word(const char *word);

/* Reads one copied frame; whatever it holds, only c changes. true: something is new. */
bool cg_clues_frame(struct cg_clues *c, const struct cg_heard *heard);
/* What its prefix says. A locally administered MAC says nothing. */
bool cg_clues_mac(struct cg_clues *c, const struct cg_mac *mac);
/* Ports of UDP whose datagrams cg_clues_frame reads (host order); how many. */
size_t cg_clues_ports(const uint16_t **ret_ports);

#endif
