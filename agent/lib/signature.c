/* SPDX-License-Identifier: GPL-2.0-only */
/* One line a sign, one a signature; the numbers are the packet path's own. */
#include <string.h>
#include "signature.h"
#include "told.h"

struct words {
	const char *name;
	const char *text;
};

static const struct words signs[] = {
	[CG_SIGN_NONE] = { "none", N_("nothing that looks like viewing") },
	[CG_SIGN_INBOUND] = { "inbound", N_("somebody outside began it") },
	[CG_SIGN_SIGNATURE] = { "signature", N_("it speaks a protocol of viewing") },
	[CG_SIGN_RATE] = { "rate", N_("it sends as steadily as a picture does") },
	[CG_SIGN_BUDGET] = { "budget", N_("it sent more than its rule has") },
	[CG_SIGN_SUM] = { "sum", N_("all its remotes together got as much as a picture") },
};
_Static_assert(sizeof(signs) / sizeof(signs[0]) == __CG_SIGN_MAX, "a sign without words");

static const struct words signatures[] = {
	[CG_SIG_NONE] = { "none", N_("no protocol that is known") },
	[CG_SIG_PPPP_PUNCH] = { "pppp-punch", N_("PPPP: the server names a viewer to the camera") },
	[CG_SIG_PPPP_SESSION] = { "pppp-session", N_("PPPP: camera and viewer reach each other") },
	[CG_SIG_PPPP_RELAY] = { "pppp-relay", N_("PPPP: a relay carries the picture") },
	[CG_SIG_TUTK] = { "tutk", N_("TUTK Kalay: a viewer is connected") },
	[CG_SIG_DAHUA_P2P] = { "dahua-p2p", N_("Dahua, Imou: camera and viewer reach each other") },
	[CG_SIG_DAHUA_PTCP] = { "dahua-ptcp", N_("Dahua, Imou: PTCP, which carries the picture") },
	[CG_SIG_REOLINK_UDP] = { "reolink-udp", N_("Reolink: its own protocol over UDP") },
	[CG_SIG_REOLINK_TCP] = { "reolink-tcp", N_("Reolink: its own protocol over TCP") },
	[CG_SIG_XMEYE_UDP] = { "xmeye-udp", N_("XMEye: its own protocol over UDP") },
	[CG_SIG_DVRIP] = { "dvrip", N_("XMEye: DVRIP over TCP") },
	[CG_SIG_UDP443] = { "udp443", N_("UDP to port 443 that is no QUIC") },
	[CG_SIG_RTSP] = { "rtsp", N_("RTSP: a stream is asked for") },
	[CG_SIG_RTMP] = { "rtmp", N_("RTMP: a stream is sent to a server") },
	[CG_SIG_STUN] = { "stun", N_("STUN: a way through the router is looked for") },
	[CG_SIG_TURN_CHANNEL] = { "turn-channel", N_("TURN: a relay carries the picture") },
	[CG_SIG_DTLS] = { "dtls", N_("DTLS: WebRTC begins") },
	[CG_SIG_SRTP] = { "srtp", N_("SRTP: a picture of WebRTC") },
	[CG_SIG_HIKVISION] = { "hikvision", N_("the port of Hikvision's own protocol") },
	[CG_SIG_DAHUA_TCP] = { "dahua-tcp", N_("the port of Dahua's own protocol") },
};
_Static_assert(sizeof(signatures) / sizeof(signatures[0]) == __CG_SIG_MAX,
	       "a signature without words");

static const struct words unknown = { "unknown", N_("one this version has no words for") };

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
