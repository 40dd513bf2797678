/* SPDX-License-Identifier: GPL-2.0-only */
/* Ports that cameras are known for, and what is asked there: facts inbound_ports.tsv, ONVIF Core 5.1 and 8.1, RFC 2326 10.2. */
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include "audit.h"
#include "told.h"

/* clang-format off */
static const struct cg_audit_port ports[] = {
	{ 23, IPPROTO_TCP, CG_AUDIT_TELNET, CG_AUDIT_CONNECT, "telnet" },
	{ 2323, IPPROTO_TCP, CG_AUDIT_TELNET, CG_AUDIT_CONNECT, "telnet" },
	{ 9527, IPPROTO_TCP, CG_AUDIT_DEBUG, CG_AUDIT_CONNECT, N_("Xiongmai's debug console") },
	{ 9530, IPPROTO_TCP, CG_AUDIT_DEBUG, CG_AUDIT_CONNECT, N_("Xiongmai's way to switch telnet on") },
	{ 80, IPPROTO_TCP, CG_AUDIT_WEB, CG_AUDIT_GET, N_("web pages") },
	{ 88, IPPROTO_TCP, CG_AUDIT_WEB, CG_AUDIT_GET, N_("web pages (Foscam)") },
	{ 8080, IPPROTO_TCP, CG_AUDIT_WEB, CG_AUDIT_GET, N_("web pages") },
	{ 443, IPPROTO_TCP, CG_AUDIT_TLS, CG_AUDIT_CONNECT, N_("web pages with TLS") },
	{ 19443, IPPROTO_TCP, CG_AUDIT_TLS, CG_AUDIT_CONNECT, N_("Kasa's pictures with TLS") },
	{ 554, IPPROTO_TCP, CG_AUDIT_RTSP, CG_AUDIT_DESCRIBE, "RTSP" },
	{ 8554, IPPROTO_TCP, CG_AUDIT_RTSP, CG_AUDIT_DESCRIBE, "RTSP" },
	{ 7070, IPPROTO_TCP, CG_AUDIT_RTSP, CG_AUDIT_DESCRIBE, "RTSP (ACTi)" },
	{ 8000, IPPROTO_TCP, CG_AUDIT_ONVIF, CG_AUDIT_INFO, N_("ONVIF (Reolink) or Hikvision's own") },
	{ 2020, IPPROTO_TCP, CG_AUDIT_ONVIF, CG_AUDIT_INFO, "ONVIF (TP-Link)" },
	{ 8899, IPPROTO_TCP, CG_AUDIT_ONVIF, CG_AUDIT_INFO, "ONVIF (Xiongmai)" },
	{ 37777, IPPROTO_TCP, CG_AUDIT_VENDOR, CG_AUDIT_CONNECT, N_("Dahua's own") },
	{ 34567, IPPROTO_TCP, CG_AUDIT_VENDOR, CG_AUDIT_CONNECT, N_("Xiongmai's own (DVRIP)") },
	{ 9000, IPPROTO_TCP, CG_AUDIT_VENDOR, CG_AUDIT_CONNECT, N_("Reolink's own") },
	{ 8800, IPPROTO_TCP, CG_AUDIT_VENDOR, CG_AUDIT_CONNECT, N_("Tapo's own") },
	{ 6668, IPPROTO_TCP, CG_AUDIT_VENDOR, CG_AUDIT_CONNECT, N_("Tuya's own") },
	{ 37020, IPPROTO_UDP, CG_AUDIT_SADP, CG_AUDIT_INQUIRY, "SADP" },
};
/* clang-format on */
#define NPORTS (sizeof(ports) / sizeof(ports[0]))

const struct cg_audit_port *cg_audit_ports(size_t *ret_n)
{
	*ret_n = NPORTS;
	return ports;
}

const struct cg_audit_port *cg_audit_port(uint8_t proto, uint16_t port)
{
	for (size_t i = 0; i < NPORTS; i++)
		if (ports[i].proto == proto && ports[i].port == port)
			return &ports[i];
	return NULL;
}

const char *cg_audit_kind_name(unsigned int kind)
{
	static const char *const names[__CG_AUDIT_KIND_MAX] = {
		[CG_AUDIT_TELNET] = "telnet", [CG_AUDIT_DEBUG] = "debug",
		[CG_AUDIT_WEB] = "web",	      [CG_AUDIT_TLS] = "web-tls",
		[CG_AUDIT_RTSP] = "rtsp",     [CG_AUDIT_ONVIF] = "onvif",
		[CG_AUDIT_VENDOR] = "vendor", [CG_AUDIT_SADP] = "sadp",
	};

	return kind < __CG_AUDIT_KIND_MAX && names[kind] ? names[kind] : "unknown";
}

#define SOAP                                                                                         \
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>"                                                 \
	"<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\"><s:Body><%s xmlns=\"%s\"/>" \
	"</s:Body></s:Envelope>"

/* host has no brackets of its own. */
static int soap(char *buf, const char *host, uint16_t port, const char *path, const char *what,
		const char *ns)
{
	char body[320];
	int n = snprintf(body, sizeof(body), SOAP, what, ns);
	bool v6 = strchr(host, ':');

	return snprintf(buf, CG_AUDIT_QUESTION,
			"POST /onvif/%s HTTP/1.1\r\nHost: %s%s%s:%u\r\n"
			"Content-Type: application/soap+xml; charset=utf-8\r\n"
			"Content-Length: %d\r\nConnection: close\r\n\r\n%s",
			path, v6 ? "[" : "", host, v6 ? "]" : "", port, n, body);
}

size_t cg_audit_question(enum cg_audit_ask ask, const char *host, uint16_t port,
			 char buf[static CG_AUDIT_QUESTION])
{
	const char *l = strchr(host, ':') ? "[" : "", *r = *l ? "]" : "";
	int n = 0;

	switch (ask) {
	case CG_AUDIT_CONNECT:
	case __CG_AUDIT_ASK_MAX:
		break;
	case CG_AUDIT_GET:
		n = snprintf(buf, CG_AUDIT_QUESTION,
			     "GET / HTTP/1.1\r\nHost: %s%s%s:%u\r\nAccept: */*\r\n"
			     "Connection: close\r\n\r\n",
			     l, host, r, port);
		break;
	case CG_AUDIT_DESCRIBE:
		n = snprintf(buf, CG_AUDIT_QUESTION,
			     "DESCRIBE rtsp://%s%s%s:%u/ RTSP/1.0\r\nCSeq: 1\r\n"
			     "Accept: application/sdp\r\n\r\n",
			     l, host, r, port);
		break;
	case CG_AUDIT_INFO:
		n = soap(buf, host, port, "device_service", "GetDeviceInformation",
			 "http://www.onvif.org/ver10/device/wsdl");
		break;
	case CG_AUDIT_USERS:
		n = soap(buf, host, port, "device_service", "GetUsers",
			 "http://www.onvif.org/ver10/device/wsdl");
		break;
	case CG_AUDIT_PROFILES:
		n = soap(buf, host, port, "media_service", "GetProfiles",
			 "http://www.onvif.org/ver10/media/wsdl");
		break;
	case CG_AUDIT_INQUIRY:
		n = snprintf(buf, CG_AUDIT_QUESTION,
			     "<?xml version=\"1.0\" encoding=\"utf-8\"?><Probe>"
			     "<Uuid>00000000-0000-4000-8000-000000000001</Uuid>"
			     "<Types>inquiry</Types></Probe>");
		break;
	}
	return n > 0 && n < CG_AUDIT_QUESTION ? (size_t)n : 0;
}
