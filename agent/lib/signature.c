/* SPDX-License-Identifier: GPL-2.0-only */
/* One line a sign, one a signature; the numbers are the packet path's own. */
#include <string.h>
#include "signature.h"

struct words {
	const char *name;
	const char *text;
};

static const struct words signs[] = {
	[CG_SIGN_NONE] = { "none", "nothing that looks like viewing" },
	[CG_SIGN_INBOUND] = { "inbound", "somebody outside began it" },
	[CG_SIGN_SIGNATURE] = { "signature", "it speaks a protocol of viewing" },
	[CG_SIGN_RATE] = { "rate", "it sends as steadily as a picture does" },
	[CG_SIGN_BUDGET] = { "budget", "it sent more than its rule has" },
	[CG_SIGN_SUM] = { "sum", "all its remotes together got as much as a picture" },
};
_Static_assert(sizeof(signs) / sizeof(signs[0]) == __CG_SIGN_MAX, "a sign without words");

static const struct words signatures[] = {
	[CG_SIG_NONE] = { "none", "no protocol that is known" },
	[CG_SIG_PPPP_PUNCH] = { "pppp-punch", "PPPP: the server names a viewer to the camera" },
	[CG_SIG_PPPP_SESSION] = { "pppp-session", "PPPP: camera and viewer reach each other" },
	[CG_SIG_PPPP_RELAY] = { "pppp-relay", "PPPP: a relay carries the picture" },
	[CG_SIG_TUTK] = { "tutk", "TUTK Kalay: a viewer is connected" },
	[CG_SIG_DAHUA_P2P] = { "dahua-p2p", "Dahua, Imou: camera and viewer reach each other" },
	[CG_SIG_DAHUA_PTCP] = { "dahua-ptcp", "Dahua, Imou: PTCP, which carries the picture" },
	[CG_SIG_REOLINK_UDP] = { "reolink-udp", "Reolink: its own protocol over UDP" },
	[CG_SIG_REOLINK_TCP] = { "reolink-tcp", "Reolink: its own protocol over TCP" },
	[CG_SIG_XMEYE_UDP] = { "xmeye-udp", "XMEye: its own protocol over UDP" },
	[CG_SIG_DVRIP] = { "dvrip", "XMEye: DVRIP over TCP" },
	[CG_SIG_UDP443] = { "udp443", "UDP to port 443 that is no QUIC" },
	[CG_SIG_RTSP] = { "rtsp", "RTSP: a stream is asked for" },
	[CG_SIG_RTMP] = { "rtmp", "RTMP: a stream is sent to a server" },
	[CG_SIG_STUN] = { "stun", "STUN: a way through the router is looked for" },
	[CG_SIG_TURN_CHANNEL] = { "turn-channel", "TURN: a relay carries the picture" },
	[CG_SIG_DTLS] = { "dtls", "DTLS: WebRTC begins" },
	[CG_SIG_SRTP] = { "srtp", "SRTP: a picture of WebRTC" },
	[CG_SIG_HIKVISION] = { "hikvision", "the port of Hikvision's own protocol" },
	[CG_SIG_DAHUA_TCP] = { "dahua-tcp", "the port of Dahua's own protocol" },
};
_Static_assert(sizeof(signatures) / sizeof(signatures[0]) == __CG_SIG_MAX,
	       "a signature without words");

static const struct words unknown = { "unknown", "one this version has no words for" };

static const struct words *at(const struct words *table, size_t n, unsigned int i)
{
	return i < n && table[i].name ? &table[i] : &unknown;
}

static unsigned int find(const struct words *table, size_t n, const char *name)
{
	for (unsigned int i = 0; i < n; i++)
		if (table[i].name && !strcmp(table[i].name, name))
			return i;
	return 0;
}

const char *cg_sign_name(unsigned int sign)
{
	return at(signs, __CG_SIGN_MAX, sign)->name;
}

const char *cg_sign_text(unsigned int sign)
{
	return at(signs, __CG_SIGN_MAX, sign)->text;
}

const char *cg_signature_name(unsigned int signature)
{
	return at(signatures, __CG_SIG_MAX, signature)->name;
}

const char *cg_signature_text(unsigned int signature)
{
	return at(signatures, __CG_SIG_MAX, signature)->text;
}

unsigned int cg_sign_find(const char *name)
{
	return find(signs, __CG_SIGN_MAX, name);
}

unsigned int cg_signature_find(const char *name)
{
	return find(signatures, __CG_SIG_MAX, name);
}
