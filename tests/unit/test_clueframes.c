/* SPDX-License-Identifier: GPL-2.0-only */
/* Readers of frames that every device speaks: DHCP, mDNS, SSDP, WS-Discovery, SADP, TCP banners; each field, each length, lies. */
#include <lib/clue_kind.h>
#include <lib/clue_read.h>
#include "../discover/check.h"
#include "../discover/frames.h"
#include "unit.h"

static const struct cg_mac mac = { { 0x02, 0xca, 0, 0, 0, 9 } };
static const uint8_t busybox[] = { 1, 3, 6, 12, 15, 28, 42 };

/* Reads it, and every beginning of it, as it was copied and as it was sent. */
static struct cg_clues read_frame(struct cg_heard h)
{
	struct cg_clues whole = { 0 };
	uint16_t len = h.len;
	const char *wrong = check_frame(&whole, &h);

	ck_assert_msg(!wrong, "%s", wrong);
	for (int sent = 0; sent < 2; sent++) {
		for (uint16_t n = 0; n <= len; n++) {
			struct cg_clues c = { 0 };

			h.len = n;
			if (sent)
				h.payload = n;
			wrong = check_frame(&c, &h);
			ck_assert_msg(!wrong, "at %u: %s", n, wrong);
		}
	}
	return whole;
}

static struct cg_clues read_udp(uint16_t sport, uint16_t dport, const struct bytes *m)
{
	return read_frame(heard_udp(&mac, sport, dport, m));
}

static struct cg_clues read_text(uint16_t sport, uint16_t dport, const char *text)
{
	return read_frame(heard_ip(&mac, IPPROTO_UDP, sport, dport, text, strlen(text)));
}

static bool has(const struct cg_clues *c, enum cg_clue_kind kind, const char *text)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->clue[i].kind == kind && !strcmp(c->clue[i].text, text))
			return true;
	return false;
}

START_TEST(dhcp_client)
{
	struct bytes m = dhcp(&mac, "DCS-935L", "udhcp 1.22.1", busybox, sizeof(busybox));
	struct cg_clues c = read_udp(68, 67, &m);

	ck_assert_str_eq(c.hostname, "DCS-935L");
	ck_assert_str_eq(c.profile, "dlink");
	ck_assert(has(&c, CG_CLUE_MODEL, "DCS-935L"));
	ck_assert(has(&c, CG_CLUE_EMBEDDED, "udhcp 1.22.1"));
	ck_assert(has(&c, CG_CLUE_EMBEDDED, "udhcp"));
	ck_assert_uint_eq(c.n, 3);
	m = dhcp(&mac, "axis-accc8e112233", "AXIS,Dome Camera,P3265-LV,10.12.165", NULL, 0);
	c = read_udp(68, 67, &m);
	ck_assert(has(&c, CG_CLUE_MODEL, "axis-accc8e112233"));
	ck_assert(has(&c, CG_CLUE_MODEL, "AXIS,Dome Camera,P3265-LV,10.12.165"));
	ck_assert_str_eq(c.maker, "Axis");
	m = dhcp(&mac, NULL, "android-dhcp-13", NULL, 0);
	c = read_udp(68, 67, &m);
	ck_assert(has(&c, CG_CLUE_USER_SYSTEM, "Android"));
	/* One option less than BusyBox asks for, and one more. */
	m = dhcp(&mac, NULL, NULL, busybox, 6);
	ck_assert_uint_eq(read_udp(68, 67, &m).n, 0);
	m = dhcp(&mac, NULL, NULL, (const uint8_t *)"\x01\x03\x06\x0c\x0f\x1c\x2a\x79", 8);
	ck_assert_uint_eq(read_udp(68, 67, &m).n, 0);
	m = dhcp(&mac, NULL, NULL, (const uint8_t *)"\x01\x79\x03\x06\x0f\x6c\x72\x77\xfc", 9);
	c = read_udp(68, 67, &m);
	ck_assert(has(&c, CG_CLUE_USER_SYSTEM, "Apple"));
	m = dhcp(&mac, NULL, NULL, (const uint8_t *)"\x01\x79\x03\x06\x0f\x6c\x72\x77", 8);
	ck_assert_uint_eq(read_udp(68, 67, &m).n, 0);
}
END_TEST

START_TEST(names)
{
	static const char *const cameras[] = { "dcs-8000lh", "My-DCS-935L", "ipcam",
					       "IC-3115W",   "iotcam5b0e",  "localcam" };
	static const char *const users[] = { "Annas-iPhone", "iPhone",
					     "PS5-1A2B",     "BRW0123456789ab",
					     "DESKTOP-1",    "android-0123456789abcdef" };
	/* None of either: a router's, a word that holds the other, one letter too few or many. */
	static const char *const neither[] = {
		"dcs-router", "xdcs-935l", "axis-accc8e11223", "axis-accc8e1122334", "localcamp",
		"ic-311w",    "NPI12345",  "NPI1234567",       "notiphone",	     "dcs-93"
	};
	for (size_t i = 0; i < sizeof(cameras) / sizeof(cameras[0]); i++) {
		struct bytes m = dhcp(&mac, cameras[i], NULL, NULL, 0);
		struct cg_clues c = read_udp(68, 67, &m);

		ck_assert_msg(has(&c, CG_CLUE_MODEL, cameras[i]), "%s", cameras[i]);
		ck_assert_uint_eq(c.n, 1);
	}
	for (size_t i = 0; i < sizeof(users) / sizeof(users[0]); i++) {
		struct bytes m = dhcp(&mac, users[i], NULL, NULL, 0);
		struct cg_clues c = read_udp(68, 67, &m);

		ck_assert_msg(cg_clue_has(&c, CG_CLUE_USER_SYSTEM) && c.n == 1, "%s", users[i]);
	}
	for (size_t i = 0; i < sizeof(neither) / sizeof(neither[0]); i++) {
		struct bytes m = dhcp(&mac, neither[i], NULL, NULL, 0);
		struct cg_clues c = read_udp(68, 67, &m);

		ck_assert_msg(!c.n && !strcmp(c.hostname, neither[i]), "%s", neither[i]);
	}
}
END_TEST

START_TEST(dhcp_of_another)
{
	struct bytes m = dhcp(&mac, "DCS-935L", NULL, NULL, 0);

	/* An answer, another cookie, another's address in the head, in option 61. */
	m.b[0] = 2;
	ck_assert_uint_eq(read_udp(67, 68, &m).n, 0);
	m.b[0] = 1;
	m.b[236] ^= 1;
	ck_assert_uint_eq(read_udp(68, 67, &m).n, 0);
	m.b[236] ^= 1;
	m.b[33] ^= 1;
	ck_assert_uint_eq(read_udp(68, 67, &m).n, 0);
	m.b[33] ^= 1;
	m.b[243 + 2 + 6] ^= 1;
	ck_assert_uint_eq(read_udp(68, 67, &m).n, 0);
	m.b[243 + 2 + 6] ^= 1;
	ck_assert_uint_eq(read_udp(68, 67, &m).n, 1);
	/* An option longer than all of it, behind padding. */
	m.b[240] = 0;
	m.b[241] = 0;
	m.b[242] = 12;
	m.b[243] = 255;
	read_udp(68, 67, &m);
}
END_TEST

START_TEST(dhcp6_client)
{
	struct bytes m = { .n = 0 };
	struct cg_clues c;

	b_32(&m, 0x01abcdef);
	b_16(&m, 16);
	b_16(&m, 14);
	b_32(&m, 311);
	b_16(&m, 8);
	b_text(&m, "MSFT 5.0");
	b_16(&m, 39);
	b_16(&m, 17);
	b_8(&m, 1);
	b_8(&m, 15);
	b_text(&m, "DESKTOP-AB12CD3");
	c = read_udp(546, 547, &m);
	ck_assert_str_eq(c.hostname, "DESKTOP-AB12CD3");
	ck_assert(has(&c, CG_CLUE_USER_SYSTEM, "Windows"));
	m.b[0] = 7; /* a server's */
	ck_assert_uint_eq(read_udp(546, 547, &m).n, 0);
}
END_TEST

START_TEST(mdns_services)
{
	struct bytes m = mdns_announce("AXIS M1065._axis-video._tcp.local",
				       "axis-accc8e112233.local", "macaddress=ACCC8E112233");
	struct cg_clues c = read_udp(5353, 5353, &m);

	ck_assert(has(&c, CG_CLUE_SERVICE, "axis-video"));
	ck_assert_str_eq(c.hostname, "axis-accc8e112233");
	m = mdns_announce(" [74:da:38:00:00:01]._http._tcp.local", "localcam.local",
			  "IC-3115W Network Camera");
	c = read_udp(5353, 5353, &m);
	ck_assert(has(&c, CG_CLUE_MODEL, "localcam"));
	ck_assert(has(&c, CG_CLUE_MODEL, "IC-3115W Network Camera"));
	/* A plug of the same maker has the same service: the model tells. */
	m = mdns_announce("D-Link HNAP Service._dhnap._tcp.local", "dch.local",
			  "model_number=DCH-S150|hardware_ver=A2");
	ck_assert_uint_eq(read_udp(5353, 5353, &m).n, 0);
	m = mdns_announce("D-Link HNAP Service._dhnap._tcp.local", "x.local",
			  "mac=B0:C5:54:00:00:01|model_number=DCS-935L");
	c = read_udp(5353, 5353, &m);
	ck_assert(has(&c, CG_CLUE_MODEL, "DCS-935L"));
	ck_assert_str_eq(c.model, "DCS-935L");
	/* HomeKit: a bridge of lamps, a camera, a doorbell. */
	m = mdns_announce("Lamps._hap._tcp.local", "hue.local", "c#=17|md=BSB002|ci=2");
	ck_assert_uint_eq(read_udp(5353, 5353, &m).n, 0);
	m = mdns_announce("Cam._hap._tcp.local", "x.local", "md=Cam|ci=17");
	c = read_udp(5353, 5353, &m);
	ck_assert(has(&c, CG_CLUE_SERVICE, "HomeKit camera"));
	m = mdns_announce("Door._hap._tcp.local", "x.local", "ci=18");
	ck_assert_uint_eq(read_udp(5353, 5353, &m).n, 1);
	m = mdns_announce("TV._googlecast._tcp.local", "x.local", "md=Chromecast");
	c = read_udp(5353, 5353, &m);
	ck_assert(has(&c, CG_CLUE_USER_SERVICE, "Google Cast"));
	ck_assert_uint_eq(c.n, 1);
}
END_TEST

START_TEST(mdns_whose)
{
	struct bytes m = mdns(0);
	struct cg_clues c;

	/* A phone that looks for cameras is none; nor is what it knows of them already. */
	mdns_ask(&m, "_axis-video._tcp.local", MDNS_PTR);
	ck_assert_uint_eq(read_udp(5353, 5353, &m).n, 0);
	mdns_ptr(&m, 1, "_axis-video._tcp.local", "AXIS M1065._axis-video._tcp.local");
	ck_assert_uint_eq(read_udp(5353, 5353, &m).n, 0);
	/* What it claims in a probe is its own. */
	mdns_host(&m, 2, "iotcam.local");
	c = read_udp(5353, 5353, &m);
	ck_assert_str_eq(c.hostname, "iotcam");
	ck_assert_uint_eq(c.n, 1);
	/* The list of services. */
	m = mdns(0x8400);
	mdns_ptr(&m, 1, "_services._dns-sd._udp.local", "_axis-video._tcp.local");
	ck_assert_uint_eq(read_udp(5353, 5353, &m).n, 1);
	/* Names of hosts only: no reverse, nobody else's domain. */
	m = mdns(0x8400);
	mdns_host(&m, 1, "iotcam.example.com");
	mdns_host(&m, 1, "iotcam.example");
	ck_assert_uint_eq(read_udp(5353, 5353, &m).n, 0);
	/* A label longer than any may be. */
	m = mdns(0x8400);
	m.b[7] = 1;
	b_8(&m, 70);
	b_text(&m, "iotcam");
	b_to(&m, 12 + 1 + 70);
	b_text(&m, "\x05local");
	b_put(&m, "\0\0\x01\0\x01\0\0\0\x78\0\x04\x0a\0\0\x01", 15);
	ck_assert_uint_eq(read_udp(5353, 5353, &m).n, 0);
}
END_TEST

START_TEST(mdns_lies)
{
	struct bytes m = mdns(0x8400);

	/* A pointer at itself, ahead, in a circle. */
	b_16(&m, 0xc00c);
	m.b[7] = 1;
	ck_assert_uint_eq(read_udp(5353, 5353, &m).n, 0);
	m.b[13] = 0x20;
	b_to(&m, 80);
	ck_assert_uint_eq(read_udp(5353, 5353, &m).n, 0);
	m = mdns(0x8400);
	b_text(&m, "\x03"
		   "abc");
	b_16(&m, 0xc00c);
	b_to(&m, 40);
	m.b[7] = 1;
	ck_assert_uint_eq(read_udp(5353, 5353, &m).n, 0);
	/* More records and questions than there are; labels without end. */
	m = mdns(0x8400);
	memset(m.b + 4, 0xff, 8);
	mdns_host(&m, 1, "iotcam.local");
	read_udp(5353, 5353, &m);
	m = mdns(0x8400);
	m.b[7] = 200;
	while (m.n < 1200)
		b_text(&m, "\x01"
			   "a");
	ck_assert_uint_eq(read_udp(5353, 5353, &m).n, 0);
	/* A type of label that nobody has, data longer than the message. */
	m = mdns(0x8400);
	m.b[7] = 1;
	b_text(&m, "\x80"
		   "abc");
	b_to(&m, 60);
	ck_assert_uint_eq(read_udp(5353, 5353, &m).n, 0);
	m = mdns(0x8400);
	mdns_host(&m, 1, "iotcam.local");
	m.b[m.n - 6] = 0xff;
	read_udp(5353, 5353, &m);
}
END_TEST

START_TEST(ssdp)
{
	struct cg_clues c = read_text(50000, 1900,
				      "M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\n"
				      "MAN: \"ssdp:discover\"\r\nMX: 3\r\nST: urn:schemas-upnp-org:"
				      "device:InternetGatewayDevice:1\r\n\r\n");

	ck_assert(has(&c, CG_CLUE_ASKS_IGD, ""));
	ck_assert_uint_eq(c.n, 1);
	c = read_text(
		1900, 1900,
		"M-SEARCH * HTTP/1.1\r\nST:urn:schemas-upnp-org:service:WANPPPConnection:1\n");
	ck_assert(has(&c, CG_CLUE_ASKS_IGD, ""));
	c = read_text(50000, 1900,
		      "M-SEARCH * HTTP/1.1\r\nST: urn:dial-multiscreen-org:service:dial:1\r\n"
		      "USER-AGENT: Google Chrome/120.0 Windows\r\n\r\n");
	ck_assert(has(&c, CG_CLUE_USER_SYSTEM, "Chrome"));
	ck_assert_uint_eq(c.n, 1);
	/* Who looks for renderers or cameras is neither. */
	c = read_text(50000, 1900,
		      "M-SEARCH * HTTP/1.1\r\nST: urn:schemas-upnp-org:device:MediaRenderer:1\r\n");
	ck_assert_uint_eq(c.n, 0);
	c = read_text(50000, 1900, "M-SEARCH * HTTP/1.1\r\nST: hnap:NetworkCamera\r\n");
	ck_assert_uint_eq(c.n, 0);
	c = read_text(1900, 1900,
		      "NOTIFY * HTTP/1.1\r\nNT: hnap:NetworkCamera\r\nNTS: ssdp:alive\r\n"
		      "SERVER: Linux,    UPnP/1.0 DCS-935L/1.0\r\n\r\n");
	ck_assert(has(&c, CG_CLUE_SERVICE, "hnap:NetworkCamera"));
	ck_assert(has(&c, CG_CLUE_MODEL, "Linux,    UPnP/1.0 DCS-935L/1.0"));
	c = read_text(1900, 1900,
		      "NOTIFY * HTTP/1.1\r\nLOCATION: http://10.0.0.2:80/IPCamDesc.xml\r\n"
		      "SERVER: Embedded UPnP/1.0\r\nNT: upnp:rootdevice\r\n\r\n");
	ck_assert(has(&c, CG_CLUE_MODEL, "IPCamDesc.xml"));
	c = read_text(
		1900, 40000,
		"HTTP/1.1 200 OK\r\nUSN: uuid:1::urn:dial-multiscreen-org:service:dial:1\r\n");
	ck_assert(has(&c, CG_CLUE_USER_SERVICE, "DIAL"));
	/* A host's name in the address is not what it is. */
	c = read_text(1900, 1900, "NOTIFY * HTTP/1.1\r\nLOCATION: http://ipcam/desc.xml\r\n");
	ck_assert_uint_eq(c.n, 0);
	c = read_text(1900, 1900, "GET / HTTP/1.1\r\nNT: hnap:NetworkCamera\r\n");
	ck_assert_uint_eq(c.n, 0);
}
END_TEST

#define ENVELOPE "<?xml version=\"1.0\"?><s:Envelope><s:Body>"

START_TEST(wsd)
{
	struct cg_clues c = read_text(3702, 40000,
				      ENVELOPE
				      "<d:ProbeMatches><d:ProbeMatch>"
				      "<d:Types>dn:NetworkVideoTransmitter tds:Device</d:Types>"
				      "<d:Scopes> onvif://www.onvif.org/type/video_encoder\n"
				      "onvif://www.onvif.org/Profile/Streaming "
				      "onvif://www.onvif.org/name/HIKVISION%20DS-2CD2042WD-I "
				      "onvif://www.onvif.org/hardware/DS-2CD2042WD%2dI</d:Scopes>"
				      "</d:ProbeMatch></d:ProbeMatches>");

	ck_assert(has(&c, CG_CLUE_ONVIF, "NetworkVideoTransmitter"));
	ck_assert(has(&c, CG_CLUE_ONVIF, "type/video_encoder"));
	ck_assert(has(&c, CG_CLUE_ONVIF, "Profile/Streaming"));
	ck_assert_str_eq(c.model, "DS-2CD2042WD-I");
	ck_assert_str_eq(c.profile, "hikvision");
	/* A recorder or a phone asks. */
	c = read_text(40000, 3702,
		      ENVELOPE "<d:Probe><d:Types>dn:NetworkVideoTransmitter</d:Types></d:Probe>");
	ck_assert_uint_eq(c.n, 0);
	c = read_text(40000, 3702,
		      ENVELOPE
		      "<wsd:Hello><wsd:Types>wsdp:Device pub:Computer</wsd:Types></wsd:Hello>");
	ck_assert(has(&c, CG_CLUE_USER_SYSTEM, "Windows"));
	/* A lock at the door speaks ONVIF as well (profile C). */
	c = read_text(3702, 3702,
		      ENVELOPE "<d:Hello><d:Types>tds:Device</d:Types><d:Scopes>"
			       "onvif://www.onvif.org/Profile/C onvif://www.onvif.org/hardware/"
			       "Lock</d:Scopes></d:Hello>");
	ck_assert_uint_eq(c.n, 0);
	ck_assert_str_eq(c.model, "");
	/* Its model stands in front of what makes it a camera. */
	c = read_text(3702, 3702,
		      "<Hello><Scopes>onvif://www.onvif.org/hardware/A</Scopes>"
		      "<Scopes>onvif://www.onvif.org/Profile/T</Scopes></Hello>");
	ck_assert_str_eq(c.model, "A");
	/* Empty, cut in a tag, in an escape. */
	c = read_text(3702, 3702, "<Hello/><Types/><Types></Types><Scopes a=\">");
	ck_assert_uint_eq(c.n, 0);
	c = read_text(
		3702, 3702,
		"<Hello><Types>x:NetworkVideoTransmitter</Types><Scopes>onvif://www.onvif.org/"
		"hardware/A%2");
	ck_assert_str_eq(c.model, "A%2");
}
END_TEST

START_TEST(sadp)
{
	struct cg_clues c = read_text(
		37020, 37020,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n<ProbeMatch><Uuid>1</Uuid>"
		"<Types>inquiry</Types><DeviceDescription>DS-2CD2032-I</DeviceDescription>"
		"<DeviceSN>DS-1</DeviceSN><SoftwareVersion>V5.4.5build 170123</SoftwareVersion>"
		"<Activated>false</Activated><HCPlatformEnable>true</HCPlatformEnable></ProbeMatch>");

	ck_assert(has(&c, CG_CLUE_VENDOR, "SADP"));
	ck_assert_str_eq(c.model, "DS-2CD2032-I");
	ck_assert_str_eq(c.firmware, "V5.4.5build 170123");
	ck_assert_str_eq(c.maker, "Hikvision");
	ck_assert_uint_eq(c.not_activated, CG_CLUE_YES);
	ck_assert_uint_eq(c.cloud, CG_CLUE_YES);
	c = read_text(37020, 37020,
		      "<ProbeMatch><DeviceDescription>X</DeviceDescription><DeviceSN>1</DeviceSN>"
		      "<Activated>true</Activated><HCPlatformEnable>flase</HCPlatformEnable>");
	ck_assert_uint_eq(c.not_activated, CG_CLUE_NO);
	ck_assert_uint_eq(c.cloud, CG_CLUE_NO);
	c = read_text(37020, 37020,
		      "<ProbeMatch><DeviceDescription>X</DeviceDescription><DeviceSN>1</DeviceSN>");
	ck_assert_uint_eq(c.not_activated, 0);
	ck_assert_uint_eq(c.cloud, 0);
	/* The tool that looks for them. */
	c = read_text(37020, 37020, "<Probe><Uuid>1</Uuid><Types>inquiry</Types></Probe>");
	ck_assert_uint_eq(c.n, 0);
}
END_TEST

static struct cg_clues read_tcp(uint16_t sport, const char *text)
{
	return read_frame(heard_tcp(&mac, sport, text));
}

START_TEST(banners)
{
	struct cg_clues c = read_tcp(
		554,
		"RTSP/1.0 200 OK\r\nCSeq: 1\r\nServer: H264DVR 1.0\r\nPublic: OPTIONS\r\n\r\n");

	ck_assert(has(&c, CG_CLUE_RTSP, "H264DVR 1.0"));
	ck_assert(has(&c, CG_CLUE_BANNER, "H264DVR 1.0"));
	ck_assert_str_eq(c.profile, "xiongmai");
	c = read_tcp(554,
		     "RTSP/1.0 401 Unauthorized\r\nCSeq: 1\r\n"
		     "WWW-Authenticate: Digest realm=\"IP Camera(C1234)\", nonce=\"1\"\r\n\r\n");
	ck_assert(has(&c, CG_CLUE_RTSP, ""));
	ck_assert(has(&c, CG_CLUE_MODEL, "IP Camera(C1234)"));
	c = read_tcp(7000, "RTSP/1.0 200 OK\r\nServer: AirTunes/670.6.2\r\n\r\n");
	ck_assert(has(&c, CG_CLUE_USER_SERVICE, "AirPlay"));
	ck_assert_uint_eq(c.n, 1);
	c = read_tcp(554, "RTSP/1.0 200 OK\r\nServer: gortsplib\r\n\r\n");
	ck_assert(has(&c, CG_CLUE_USER_SERVICE, "media server"));
	ck_assert_uint_eq(c.n, 1);
	c = read_tcp(80, "HTTP/1.1 401 Unauthorized\r\nServer: App-webs/\r\n\r\n");
	ck_assert(has(&c, CG_CLUE_BANNER, "App-webs/"));
	c = read_tcp(80, "HTTP/1.0 200 OK\r\nServer: uc-httpd 1.0.0\r\n\r\n<html><head>"
			 "<title>NETSurveillance WEB</title>");
	ck_assert(has(&c, CG_CLUE_BANNER, "NETSurveillance WEB"));
	c = read_tcp(80, "HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=\"DCS-930LB\"\r\n\r\n");
	ck_assert(has(&c, CG_CLUE_MODEL, "DCS-930LB"));
	/* A router; words of a page that is not its head; a browser. */
	c = read_tcp(80, "HTTP/1.0 200 OK\r\nServer: GoAhead-Webs\r\n\r\n");
	ck_assert(has(&c, CG_CLUE_EMBEDDED, "GoAhead-Webs"));
	ck_assert_uint_eq(c.n, 1);
	c = read_tcp(80, "HTTP/1.0 200 OK\r\n\r\nServer: App-webs/\r\n");
	ck_assert_uint_eq(c.n, 0);
	c = read_tcp(50000, "GET / HTTP/1.1\r\nServer: App-webs/\r\n");
	ck_assert_uint_eq(c.n, 0);
	c = read_tcp(50000, "POST /ctl HTTP/1.1\r\nSOAPAction: \"urn:schemas-upnp-org:service:"
			    "WANIPConnection:1#AddPortMapping\"\r\n");
	ck_assert(has(&c, CG_CLUE_ASKS_IGD, "a port by UPnP"));
}
END_TEST

START_TEST(not_ours)
{
	struct bytes m = dhcp(&mac, "DCS-935L", NULL, NULL, 0);
	struct cg_heard h = heard_udp(&mac, 68, 67, &m);
	struct cg_clues c = { 0 };
	const uint16_t *ports;
	size_t n = cg_clues_ports(&ports);

	/* Another port, another protocol, a length that lies. */
	h.dport = htons(6767);
	ck_assert(!cg_clues_frame(&c, &h));
	h.dport = htons(67);
	h.proto = IPPROTO_ICMP;
	ck_assert(!cg_clues_frame(&c, &h));
	h.proto = IPPROTO_UDP;
	h.len = 0;
	ck_assert(!cg_clues_frame(&c, &h));
	h.len = UINT16_MAX;
	h.payload = UINT16_MAX;
	ck_assert(cg_clues_frame(&c, &h));
	ck_assert_uint_ge(n, 20);
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < i; j++)
			ck_assert_uint_ne(ports[i], ports[j]);
}
END_TEST

/* n questions of the root and one record of that type whose data is what follows. */
static bool mdns_asked(struct cg_clues *c, unsigned int n, const char *record, size_t len)
{
	static uint8_t msg[1024];
	struct cg_heard heard = { 0 };
	size_t at = 12;

	memset(msg, 0, sizeof(msg));
	msg[2] = 0x84;
	msg[5] = (uint8_t)n;
	msg[7] = 1;
	at += 5 * n;
	memcpy(msg + at, record, len);
	/* The name ends with the owner's, wherever that is. */
	if (msg[at + len - 2] == 0xc0)
		msg[at + len - 2] |= (uint8_t)(at >> 8), msg[at + len - 1] = (uint8_t)at;
	memset(c, 0, sizeof(*c));
	return cg_clue_mdns(c, &heard, (struct cg_span){ msg, at + len });
}

START_TEST(mdns_far)
{
#define PTR "\x05_ipps\x04_tcp\x05local\x00\x00\x0c\x00\x01\x00\x00\x00\x78"
	static const char whole[] = PTR "\x00\x08\x05"
					"Paper\xc0\x0c";
	static const char away[] = PTR "\x00\x02\xff\xff";
	/* HINFO says nothing. */
	static const char host[] = "\x05_ipps\x04_tcp\x05local\x00\x00\x0d\x00\x01\x00\x00\x00\x78"
				   "\x00\x02\x00\x00";
	struct cg_clues c;

	ck_assert(mdns_asked(&c, 0, whole, sizeof(whole) - 1));
	ck_assert_uint_eq(c.n, 1);
	/* Its name lies where nothing is. */
	ck_assert(!mdns_asked(&c, 0, away, sizeof(away) - 1));
	ck_assert(!mdns_asked(&c, 0, host, sizeof(host) - 1));
	ck_assert_uint_eq(c.n, 0);
	/* As many questions as are looked at, and one more. */
	ck_assert(mdns_asked(&c, 64, whole, sizeof(whole) - 1));
	ck_assert(!mdns_asked(&c, 65, whole, sizeof(whole) - 1));
}
END_TEST

int main(void)
{
	return UNIT_RUN("clueframes", 60, dhcp_client, names, dhcp_of_another, dhcp6_client,
			mdns_services, mdns_whose, mdns_lies, mdns_far, ssdp, wsd, sadp, banners,
			not_ours);
}
