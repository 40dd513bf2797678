/* SPDX-License-Identifier: GPL-2.0-only */
/* Readers of makers' discovery and of rendezvous: each field, each length, the question beside the answer. */
#include <lib/clue_kind.h>
#include "../discover/check.h"
#include "../discover/frames.h"
#include "unit.h"

static const struct cg_mac mac = { { 0x02, 0xca, 0, 0, 0, 9 } };

static struct cg_clues read_udp(uint16_t sport, uint16_t dport, const struct bytes *m)
{
	struct cg_heard h = heard_udp(&mac, sport, dport, m);
	struct cg_clues whole = { 0 };
	const char *wrong = check_frame(&whole, &h);

	ck_assert_msg(!wrong, "%s", wrong);
	for (int sent = 0; sent < 2; sent++) {
		for (size_t n = 0; n <= m->n && n <= CG_HEARD_DATA; n++) {
			struct cg_clues c = { 0 };

			h.len = (uint16_t)n;
			h.payload = (uint16_t)(sent ? n : m->n);
			wrong = check_frame(&c, &h);
			ck_assert_msg(!wrong, "at %zu: %s", n, wrong);
		}
	}
	return whole;
}

static struct bytes raw(const void *p, size_t n)
{
	struct bytes m = { .n = 0 };

	b_put(&m, p, n);
	return m;
}
#define RAW(s) raw(s, sizeof(s) - 1)

static void is_vendor(const struct cg_clues *c, const char *protocol, const char *model)
{
	ck_assert_uint_ge(c->n, 1);
	ck_assert_int_eq(c->clue[0].kind, CG_CLUE_VENDOR);
	ck_assert_str_eq(c->clue[0].text, protocol);
	ck_assert_str_eq(c->model, model);
}

START_TEST(dahua)
{
	static const char json[] =
		"{ \"mac\" : \"02:ca:00:00:00:09\", \"method\" : \"client.notifyDevInfo\", "
		"\"params\" : { \"deviceInfo\" : { \"DeviceClass\" : \"IPC\", \"DeviceType\" : "
		"\"IPC-HDW\\\"1\", \"Port\" : 37777, \"Version\" : \"2.800.0\" } } }";
	struct bytes m = RAW("\x20\0\0\0DHIP");
	struct cg_clues c;

	b_to(&m, 32);
	b_text(&m, json);
	c = read_udp(37810, 37810, &m);
	is_vendor(&c, "DHDiscover", "IPC-HDW\\\"1");
	ck_assert_str_eq(c.firmware, "2.800.0");
	ck_assert_str_eq(c.profile, "dahua");
	m = RAW("\x20\0\0\0DHIP");
	b_to(&m, 32);
	b_text(&m, "{\"method\":\"DHDiscover.search\",\"params\":{\"mac\":\"\",\"uni\":1}}");
	ck_assert_uint_eq(read_udp(40000, 37810, &m).n, 0);

	m = RAW("\xb3\0\x18\0\x58");
	b_to(&m, 0x28);
	b_text(&m, "IPC-HFW4300S");
	b_to(&m, 0x78);
	b_text(&m, "02:ca:00:00:00:09");
	b_text(&m, "Name:Dahua\r\nDevice:IPC\r\n");
	c = read_udp(5050, 5050, &m);
	is_vendor(&c, "Dahua", "IPC-HFW4300S");
	m = RAW("\xa3\x01\0\x01");
	b_to(&m, 0x20);
	ck_assert_uint_eq(read_udp(40000, 5050, &m).n, 0);
}
END_TEST

START_TEST(port_10000)
{
	struct bytes m = RAW("MO_I\x01");
	struct cg_clues c;

	b_to(&m, 0x24);
	b_text(&m, "FI9821W V2");
	b_to(&m, 0x57);
	c = read_udp(10000, 10000, &m);
	is_vendor(&c, "Foscam", "FI9821W V2");
	m.b[4] = 0; /* asks */
	ck_assert_uint_eq(read_udp(40000, 10000, &m).n, 0);
	m.b[4] = 1;
	m.b[7] = 0x5f; /* enciphered: its letters are none */
	c = read_udp(10000, 10000, &m);
	is_vendor(&c, "Foscam", "");

	m = RAW("\x02\x4a\x5d\x8f\x1c\x01\x06"
		"IB8369"
		"\x02\x06\x02\xca\0\0\0\x09");
	c = read_udp(10000, 10000, &m);
	is_vendor(&c, "Vivotek", "IB8369");
	m = RAW("\x02\x4a\x5d\x8f\x1c");
	ck_assert_uint_eq(read_udp(40000, 10000, &m).n, 0);
	/* A length that leads nowhere. */
	m = RAW("\x02\x4a\x5d\x8f\x1c\x01\x00\x00\x00\x01\xff");
	c = read_udp(10000, 10000, &m);
	is_vendor(&c, "Vivotek", "");
}
END_TEST

START_TEST(hichip_hanwha)
{
	struct bytes m = RAW("DH\x01\x08"
			     "192.168.1.77");
	struct cg_clues c;

	b_to(&m, 0x7c);
	b_text(&m, "Kitchen");
	b_to(&m, 0xcc);
	b_text(&m, "48.2.64.166");
	b_to(&m, 0x130);
	c = read_udp(8600, 8600, &m);
	is_vendor(&c, "VStarcam", "Kitchen");
	ck_assert_str_eq(c.firmware, "48.2.64.166");
	m = RAW("DH\x01\x01");
	ck_assert_uint_eq(read_udp(40000, 8600, &m).n, 0);

	m = RAW("\x0b");
	b_to(&m, 0x13);
	b_text(&m, "02:ca:00:00:00:09");
	b_to(&m, 0x6d);
	b_text(&m, "SNV-6013");
	b_to(&m, 262);
	c = read_udp(7701, 7711, &m);
	is_vendor(&c, "Hanwha", "SNV-6013");
	m.b[0] = 1;
	ck_assert_uint_eq(read_udp(7711, 7701, &m).n, 0);
	m.b[0] = 0x0b;
	m.b[0x15] = '-';
	ck_assert_uint_eq(read_udp(7701, 7711, &m).n, 0);
}
END_TEST

START_TEST(sony_panasonic)
{
	struct bytes m = RAW("\x02MAC:02-ca-00-00-00-09\xffMODEL:SNC-CH140\xff"
			     "SERIAL:1\xffSOFTVERSION:1.79.01\xff\x03");
	struct cg_clues c = read_udp(2380, 2380, &m);

	is_vendor(&c, "Sony", "SNC-CH140");
	ck_assert_str_eq(c.firmware, "1.79.01");
	m = RAW("\x02"
		"ENQ:allinfo\xff\x03");
	ck_assert_uint_eq(read_udp(40000, 2380, &m).n, 0);

	m = RAW("\0\x01\x01\x75\0\x0e\x02\xca\0\0\0\x09");
	b_to(&m, 0x35);
	b_put(&m, "\0\x01\0\x01\0", 5);
	b_put(&m, "\0\xa8\0\x10WV-S1131\0\0\0\0\0\0\0\0", 20);
	b_put(&m,
	      "\0\xa9\0\x10"
	      "1.46\0\0\0\0\0\0\0\0\0\0\0\0",
	      20);
	c = read_udp(10669, 10670, &m);
	is_vendor(&c, "Panasonic", "WV-S1131");
	ck_assert_str_eq(c.firmware, "1.46");
	m.b[11] ^= 1; /* another's MAC */
	ck_assert_uint_eq(read_udp(10669, 10670, &m).n, 0);
	m = RAW("\0\x01\0\0\0\x0d\0\0\0\0\0\0\xff\xff\xff\xff\xff\xff");
	b_to(&m, 0x34);
	ck_assert_uint_eq(read_udp(40000, 10670, &m).n, 0);
}
END_TEST

START_TEST(bosch)
{
	struct bytes m = RAW("\x99\x39\xa4\x27\x60\x08\xad\x0a\0\x11\x22\x33\x44\x55\x03\xff");
	struct cg_clues c;

	b_to(&m, 32);
	c = read_udp(1757, 1758, &m);
	is_vendor(&c, "Bosch", "");
	b_8(&m, 0); /* longer than it is */
	ck_assert_uint_eq(read_udp(1757, 1758, &m).n, 0);
	m = RAW("\x99\x39\xa4\x27\0\0\0\0\xff\0\x06\xde");
	ck_assert_uint_eq(read_udp(40000, 1757, &m).n, 0);
	b_to(&m, 32);
	ck_assert_uint_eq(read_udp(40000, 1757, &m).n, 0);
	m = RAW("<?xml version=\"1.0\"?><root xmlns=\"OEMExt00:device-1-0\"><device>"
		"<unitName>NDE-3502</unitName></device></root>");
	c = read_udp(1757, 1758, &m);
	is_vendor(&c, "Bosch", "NDE-3502");
	m = RAW("<?xml version=\"1.0\"?><root><unitName>NDE-3502</unitName></root>");
	ck_assert_uint_eq(read_udp(1757, 1758, &m).n, 0);
}
END_TEST

START_TEST(dlink_edimax)
{
	struct bytes m = RAW("\xff\xff\x04\0\xa0\0\x02\xca\0\0\0\x09");
	struct cg_clues c;

	b_to(&m, 0x16);
	b_text(&m, "Wireless Internet Camera");
	b_to(&m, 0x76);
	b_text(&m, "1.06");
	b_to(&m, 0xdc);
	b_text(&m, "DCS-935L");
	b_to(&m, 317);
	c = read_udp(62976, 62976, &m);
	is_vendor(&c, "D-Link", "DCS-935L");
	ck_assert_str_eq(c.firmware, "1.06");
	ck_assert_str_eq(c.profile, "dlink");
	m.b[11] ^= 1;
	ck_assert_uint_eq(read_udp(62976, 62976, &m).n, 0);
	m.b[11] ^= 1;
	memcpy(m.b + 0x16, "Wireless Access Point...", 24);
	ck_assert_uint_eq(read_udp(62976, 62976, &m).n, 0);

	m = RAW("<param><code value=\"1300\" /><port value=\"51140\" /></param>");
	c = read_udp(51140, 51140, &m);
	is_vendor(&c, "Edimax", "");
	m = RAW("<param><code value=\"1301\" /><port value=\"51140\" /></param>");
	ck_assert_uint_eq(read_udp(51140, 51140, &m).n, 0);
}
END_TEST

START_TEST(reolink)
{
	struct bytes m = RAW("\x3a\xcf\x87\x2a\x40\0\0\0\0\0\0\0");
	struct cg_clues c = read_udp(2015, 40000, &m);

	is_vendor(&c, "Reolink", "");
	ck_assert_uint_eq(read_udp(2018, 40000, &m).n, 1);
	/* The app asks; the camera and the app both know the servers. */
	ck_assert_uint_eq(read_udp(40000, 2015, &m).n, 0);
	c = read_udp(40000, 9999, &m);
	ck_assert_int_eq(c.clue[0].kind, CG_CLUE_RENDEZVOUS);
	ck_assert_uint_eq(read_udp(9999, 40000, &m).n, 0);
}
END_TEST

START_TEST(pppp)
{
	struct bytes m = RAW("\xf1\x41\0\x14VSTB\0\0\0\0\0\x01\xe2\x40"
			     "ABCDE\0\0\0");
	struct cg_clues c = read_udp(32108, 40000, &m);

	is_vendor(&c, "PPPP VSTB-123456-ABCDE", "");
	/* The app looks for it, and punches from a port of its own. */
	ck_assert_uint_eq(read_udp(40000, 32108, &m).n, 0);
	m = RAW("\xf1\x30\0\0");
	ck_assert_uint_eq(read_udp(40000, 32108, &m).n, 0);
	m = RAW("\xf1\x31\0\0");
	c = read_udp(40000, 32108, &m);
	is_vendor(&c, "PPPP", "");
	m = RAW("\xf1\x31\0\0\0"); /* a byte more than it says */
	ck_assert_uint_eq(read_udp(40000, 32108, &m).n, 0);
	m = RAW("\xf1\x31\0\x01");
	ck_assert_uint_eq(read_udp(40000, 32108, &m).n, 0);
	/* To a server: a device makes itself known, an app says hello. */
	m = RAW("\xf1\x14\0\x68");
	b_to(&m, 108);
	c = read_udp(40000, 32100, &m);
	is_vendor(&c, "PPPP", "");
	m.b[1] = 0x00;
	c = read_udp(40000, 32100, &m);
	ck_assert_int_eq(c.clue[0].kind, CG_CLUE_RENDEZVOUS);
	m.b[1] = 0x13; /* a server's answer */
	c = read_udp(40000, 32100, &m);
	ck_assert_int_eq(c.clue[0].kind, CG_CLUE_RENDEZVOUS);
	m.b[0] = 0x2c;
	c = read_udp(40000, 32100, &m);
	ck_assert_int_eq(c.clue[0].kind, CG_CLUE_RENDEZVOUS);
	ck_assert_uint_eq(read_udp(40000, 32108, &m).n, 0);
	m.b[0] = 0xf2;
	ck_assert_uint_eq(read_udp(40000, 32100, &m).n, 0);
}
END_TEST

START_TEST(port_10001)
{
	/* facts p2p_signatures.tsv: pings of Foscam's old app, as libprotoident has them, are
	 * 04 01; here is 04 02 1a 02 with its length, as written down in the README of facts. */
	struct bytes m = RAW("\x6e\x4c\x9d\x8c\x40\xd1\x40\xca\x3d\x2d\xa8\x2d\x00\xe7\xca\xda");
	struct cg_clues c;

	b_to(&m, 68);
	c = read_udp(40000, 10001, &m);
	ck_assert_uint_eq(c.n, 1);
	ck_assert_int_eq(c.clue[0].kind, CG_CLUE_RENDEZVOUS);
	ck_assert_str_eq(c.clue[0].text, "TUTK");
	b_8(&m, 0); /* its length is another's */
	ck_assert_uint_eq(read_udp(40000, 10001, &m).n, 0);
	m = RAW("\x02\x06\0\x0f\x0c\0\x07UVC-G3F\x0b\0\x02XY");
	c = read_udp(10001, 40000, &m);
	is_vendor(&c, "Ubiquiti", "UVC-G3F");
	m = RAW("\x02\x06\0\x0a\x0c\0\x07U6-Lite");
	ck_assert_uint_eq(read_udp(10001, 40000, &m).n, 0);
	m = RAW("\x01\0\0\0");
	ck_assert_uint_eq(read_udp(40000, 10001, &m).n, 0);
}
END_TEST

static void is_one(const struct cg_clues *c, enum cg_clue_kind kind)
{
	ck_assert_uint_eq(c->n, 1);
	ck_assert_int_eq(c->clue[0].kind, kind);
}

START_TEST(hints)
{
	struct bytes m = RAW("DHGET /probe/p2psrv HTTP/1.1\r\n\r\n");
	struct cg_clues c = read_udp(40000, 8800, &m);

	is_one(&c, CG_CLUE_RENDEZVOUS);
	m = RAW("DHPUT /");
	ck_assert_uint_eq(read_udp(40000, 8800, &m).n, 0);
	m = RAW("\0\0\x55\xaa\0\0\0\0");
	c = read_udp(40000, 6667, &m);
	is_one(&c, CG_CLUE_EMBEDDED);
	ck_assert_str_eq(c.profile, "tuya");
	m = RAW("\x21\x31\0\x20");
	b_to(&m, 32);
	c = read_udp(54321, 40000, &m);
	is_one(&c, CG_CLUE_EMBEDDED);
	ck_assert_str_eq(c.profile, "xiaomi");
	ck_assert_uint_eq(read_udp(40000, 54321, &m).n, 0); /* the app */
	b_8(&m, 0);
	ck_assert_uint_eq(read_udp(54321, 40000, &m).n, 0);
	/* NAT-PMP: what is my address, a port of UDP; PCP */
	m = RAW("\0\0");
	c = read_udp(40000, 5351, &m);
	is_one(&c, CG_CLUE_ASKS_IGD);
	m = RAW("\0\x01\0\0\x1f\x90\x1f\x90\0\0\x0e\x10");
	c = read_udp(40000, 5351, &m);
	is_one(&c, CG_CLUE_ASKS_IGD);
	ck_assert_uint_eq(read_udp(5351, 40000, &m).n, 0);
	m = RAW("\x02\x01\0\0");
	b_to(&m, 60);
	c = read_udp(40000, 5351, &m);
	is_one(&c, CG_CLUE_ASKS_IGD);
	m.b[0] = 3;
	ck_assert_uint_eq(read_udp(40000, 5351, &m).n, 0);
}
END_TEST

START_TEST(tftp)
{
	static const char request[] = "\0\x01/update.sh\0octet\0tsize\0"
				      "0";
	struct cg_heard h = heard_ip(&mac, IPPROTO_UDP, 3072, 69, request, sizeof(request));
	struct cg_clues c = { 0 };

	/* Any other server, any other file: a phone on a desk boots like that. */
	ck_assert(!cg_clues_frame(&c, &h));
	memcpy(h.dst + 12, "\xc0\xa8\x01\x0d", 4);
	h.data[3] = 'x';
	ck_assert(!cg_clues_frame(&c, &h));
	h.data[3] = 'u';
	ck_assert_ptr_null(check_frame(&c, &h));
	is_one(&c, CG_CLUE_VENDOR);
	for (uint16_t n = 0; n <= 19; n++) {
		struct cg_clues cut = { 0 };

		h.len = n;
		ck_assert_ptr_null(check_frame(&cut, &h));
		ck_assert_uint_eq(cut.n, n >= 19);
	}
}
END_TEST

START_TEST(media_ports)
{
	static const char *const heads[] = { "\xf0\xde\xbc\x0a", "\xff\x01\0\0", "\xf4\0\0\x58" };
	static const uint16_t ports[] = { 9000, 34567, 37777 };
	static const char *const makers[] = { "Reolink", "Xiongmai", "Dahua" };

	for (size_t i = 0; i < 3; i++) {
		struct cg_heard h = heard_ip(&mac, IPPROTO_TCP, ports[i], 40000, heads[i], 4);
		struct cg_clues c = { 0 };

		ck_assert_ptr_null(check_frame(&c, &h));
		ck_assert_str_eq(c.maker, makers[i]);
		is_one(&c, CG_CLUE_VENDOR);
		memset(&c, 0, sizeof(c));
		h.sport = htons(40000); /* the app's side */
		h.dport = htons(ports[i]);
		ck_assert(!cg_clues_frame(&c, &h));
	}
}
END_TEST

int main(void)
{
	return UNIT_RUN("cluevendor", 60, dahua, port_10000, hichip_hanwha, sony_panasonic, bosch,
			dlink_edimax, reolink, pppp, port_10001, hints, tftp, media_ports);
}
