/* SPDX-License-Identifier: GPL-2.0-only */
/* The questions, byte for byte. */
#include <stdio.h>
#include <string.h>
#include "probe.h"

static void uuid(const uint8_t id[static 16], char ret[static 37])
{
	size_t n = 0;

	for (size_t i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			ret[n++] = '-';
		/* RFC 4122: version 4, variant 1 */
		n += (size_t)sprintf(ret + n, "%02x",
				     i == 6 ? (id[i] & 0x0f) | 0x40 :
				     i == 8 ? (id[i] & 0x3f) | 0x80 :
					      id[i]);
	}
}

static void wsd(struct cg_probe *p, const char *of, const char *types)
{
	p->port = 3702;
	p->len = (size_t)snprintf(
		p->data, sizeof(p->data),
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
		"<e:Envelope xmlns:e=\"http://www.w3.org/2003/05/soap-envelope\" "
		"xmlns:w=\"http://schemas.xmlsoap.org/ws/2004/08/addressing\" "
		"xmlns:d=\"http://schemas.xmlsoap.org/ws/2005/04/discovery\" "
		"xmlns:dn=\"http://www.onvif.org/ver10/network/wsdl\"><e:Header>"
		"<w:MessageID>uuid:%s</w:MessageID>"
		"<w:To e:mustUnderstand=\"true\">urn:schemas-xmlsoap-org:ws:2005:04:discovery</w:To>"
		"<w:Action e:mustUnderstand=\"true\">"
		"http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</w:Action></e:Header>"
		"<e:Body><d:Probe>%s</d:Probe></e:Body></e:Envelope>",
		of, types);
}

static void dhip(struct cg_probe *p)
{
	static const char json[] =
		"{\"method\":\"DHDiscover.search\",\"params\":{\"mac\":\"\",\"uni\":1}}\n";
	const size_t n = sizeof(json) - 1;

	/* 32 bytes: its length, the magic, and twice the length of what follows, little-endian */
	p->data[0] = 0x20;
	memcpy(p->data + 4, "DHIP", 4);
	p->data[16] = p->data[24] = (char)n;
	memcpy(p->data + 32, json, n);
	p->len = 32 + n;
	p->port = 37810;
}

void cg_probe_make(enum cg_probe_kind kind, const uint8_t id[static 16], struct cg_probe *ret)
{
	struct cg_probe p = { 0 };
	const char *to = NULL;
	char of[37];

	uuid(id, of);
	switch (kind) {
	case CG_PROBE_WSD:
	case CG_PROBE_WSD_ANY:
		wsd(&p, of,
		    kind == CG_PROBE_WSD ? "<d:Types>dn:NetworkVideoTransmitter</d:Types>" : "");
		to = "239.255.255.250";
		break;
	case CG_PROBE_SSDP:
		p.len = (size_t)snprintf(p.data, sizeof(p.data),
					 "M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\n"
					 "MAN: \"ssdp:discover\"\r\nMX: 2\r\nST: ssdp:all\r\n\r\n");
		p.port = 1900;
		to = "239.255.255.250";
		break;
	case CG_PROBE_SADP:
		p.len = (size_t)snprintf(
			p.data, sizeof(p.data),
			"<?xml version=\"1.0\" encoding=\"utf-8\"?><Probe><Uuid>%s</Uuid>"
			"<Types>inquiry</Types></Probe>",
			of);
		p.port = 37020;
		to = "239.255.255.250";
		break;
	case CG_PROBE_DHIP:
	case CG_PROBE_DHIP_BCAST:
		dhip(&p);
		to = kind == CG_PROBE_DHIP ? "239.255.255.251" : NULL;
		break;
	case CG_PROBE_PPPP:
		memcpy(p.data, "\xf1\x30\x00\x00", 4);
		p.len = 4;
		p.port = 32108;
		break;
	case __CG_PROBE_MAX:
		break;
	}
	if (to && cg_addr_parse(to, &p.to))
		p.len = 0;
	*ret = p;
}
