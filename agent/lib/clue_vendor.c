/* SPDX-License-Identifier: GPL-2.0-only */
/* Discovery of makers: what a device answers or announces. Who only asks is a phone, a recorder or a tool, and says nothing. Source: facts/discovery.tsv, by row. */
#include <arpa/inet.h>
#include <string.h>
#include "clue_kind.h"
#include "clue_read.h"

/* A field of fixed place and size, up to its NUL. */
static struct cg_span field(struct cg_span data, size_t at, size_t n)
{
	return cg_span_text(cg_span_part(data, at, n));
}

static bool bytes(struct cg_span data, size_t at, const char *want, size_t n)
{
	return at + n <= data.n && !memcmp(data.p + at, want, n);
}

static bool vendor(struct cg_clues *c, const char *protocol, const char *maker)
{
	bool new = cg_clue_add(c, CG_CLUE_VENDOR, protocol);

	if (maker)
		new |= cg_clue_maker(c, maker);
	return new;
}

/* ---- Dahua DHDiscover v2: 32 bytes of head, JSON ---- */

bool cg_clue_dahua(struct cg_clues *c, const struct cg_heard *heard, struct cg_span data)
{
	struct cg_span json = cg_span_from(data, 32), v;
	bool new;

	(void)heard;
	if (!bytes(data, 0, "\x20\0\0\0DHIP", 8) || !cg_span_json(json, "method", &v) ||
	    !cg_span_is(v, "client.notifyDevInfo"))
		return false;
	new = vendor(c, "DHDiscover", "Dahua");
	if (cg_span_json(json, "DeviceType", &v))
		new |= cg_clue_model(c, v);
	if (cg_span_json(json, "Version", &v))
		new |= cg_clue_firmware(c, v);
	return new;
}

/* ---- Dahua v1: 0x20 and 0x58 bytes, then its MAC as a text and lines ---- */

bool cg_clue_dahua1(struct cg_clues *c, const struct cg_heard *heard, struct cg_span data)
{
	struct cg_span mac = cg_span_part(data, 0x78, 17);
	bool new;

	(void)heard;
	if (!bytes(data, 0, "\xb3\0", 2) || cg_span_8(data, 4) != 0x58 ||
	    !cg_span_like(mac, "%%:%%:%%:%%:%%:%%"))
		return false;
	new = vendor(c, "Dahua", "Dahua");
	new |= cg_clue_model(c, field(data, 0x28, 16));
	return new;
}

/* ---- Foscam: "MO_I", a type at 4; Vivotek: its magic behind a byte, then type, length, value ---- */

static bool foscam(struct cg_clues *c, struct cg_span data)
{
	bool new;

	if (cg_span_8(data, 4) != 1 || data.n < 0x24)
		return false;
	new = vendor(c, "Foscam", "Foscam");
	/* Enciphered where the byte behind the head's is set. */
	if (!cg_span_8(data, 7))
		new |= cg_clue_model(c, field(data, 0x24, 21));
	return new;
}

static bool vivotek(struct cg_clues *c, struct cg_span data)
{
	bool new;

	if (data.n < 8 || data.p[5] != 1)
		return false;
	new = vendor(c, "Vivotek", "Vivotek");
	for (size_t at = 5; at < data.n; at += 2 + cg_span_8(data, at + 1)) {
		if (data.p[at] != 1) /* the long name */
			continue;
		new |= cg_clue_model(c, cg_span_part(data, at + 2, cg_span_8(data, at + 1)));
	}
	return new;
}

bool cg_clue_foscam(struct cg_clues *c, const struct cg_heard *heard, struct cg_span data)
{
	(void)heard;
	if (bytes(data, 0, "MO_I", 4))
		return foscam(c, data);
	return bytes(data, 1, "\x4a\x5d\x8f\x1c", 4) && vivotek(c, data);
}

/* ---- VStarcam, HiChip ---- */

bool cg_clue_hichip(struct cg_clues *c, const struct cg_heard *heard, struct cg_span data)
{
	bool new;

	(void)heard;
	if (!bytes(data, 0, "DH\x01\x08", 4))
		return false;
	new = vendor(c, "VStarcam", NULL);
	new |= cg_clue_model(c, field(data, 0x7c, 32));
	new |= cg_clue_firmware(c, field(data, 0xcc, 32));
	return new;
}

/* ---- Hanwha ---- */

bool cg_clue_hanwha(struct cg_clues *c, const struct cg_heard *heard, struct cg_span data)
{
	bool new;

	(void)heard;
	if (cg_span_8(data, 0) != 0x0b ||
	    !cg_span_like(cg_span_part(data, 0x13, 17), "%%:%%:%%:%%:%%:%%"))
		return false;
	new = vendor(c, "Hanwha", "Hanwha/Samsung Techwin");
	new |= cg_clue_model(c, field(data, 0x6d, 16));
	return new;
}

/* ---- Sony: 02, "KEY:value" each behind it an ff, 03 ---- */

bool cg_clue_sony(struct cg_clues *c, const struct cg_heard *heard, struct cg_span data)
{
	struct cg_span rest = cg_span_from(data, 1), pair, v;
	bool new;

	(void)heard;
	if (!bytes(data, 0, "\x02MAC:", 5))
		return false;
	new = vendor(c, "Sony", "Sony");
	while (cg_span_next(&rest, "\xff", &pair)) {
		if (cg_span_header(pair, "MODEL", &v))
			new |= cg_clue_model(c, v);
		else if (cg_span_header(pair, "SOFTVERSION", &v))
			new |= cg_clue_firmware(c, v);
	}
	return new;
}

/* ---- Panasonic: a head with its MAC, then type, length, value from 0x35 on ---- */

bool cg_clue_pana(struct cg_clues *c, const struct cg_heard *heard, struct cg_span data)
{
	bool new;

	if (!bytes(data, 0, "\0\x01", 2) || !cg_span_be16(data, 2) || data.n < 0x39 ||
	    memcmp(data.p + 6, heard->mac, 6) || cg_span_be16(data, 0x35) != 1)
		return false;
	new = vendor(c, "Panasonic", "Panasonic");
	for (size_t at = 0x35; at + 4 <= data.n; at += 4 + cg_span_be16(data, at + 2)) {
		struct cg_span v = field(data, at + 4, cg_span_be16(data, at + 2));

		if (cg_span_be16(data, at) == 0xa8) /* the short name */
			new |= cg_clue_model(c, v);
		else if (cg_span_be16(data, at) == 0xa9)
			new |= cg_clue_firmware(c, v);
	}
	return new;
}

/* ---- Bosch: 32 bytes, or XML ---- */

bool cg_clue_bosch(struct cg_clues *c, const struct cg_heard *heard, struct cg_span data)
{
	struct cg_span v;
	size_t at = 0;
	bool new;

	if (bytes(data, 0, "\x99\x39\xa4\x27", 4))
		return heard->payload == 32 && !bytes(data, 8, "\xff\0\x06\xde", 4) &&
		       vendor(c, "Bosch", "Bosch Security");
	if (!cg_span_begins(data, "<?xml") || !cg_span_holds(data, "device-1-0\"") ||
	    !cg_span_xml(data, &at, "unitName", &v))
		return false;
	new = vendor(c, "Bosch", "Bosch Security");
	new |= cg_clue_model(c, v);
	return new;
}

/* ---- D-Link: 317 bytes, its MAC at 6, what it is at 0x16, the model at 0xdc (pcaps: D-LinkCam) ---- */

bool cg_clue_dlink(struct cg_clues *c, const struct cg_heard *heard, struct cg_span data)
{
	struct cg_span what = field(data, 0x16, 64);
	bool new;

	if ((!bytes(data, 0, "\xff\xff", 2) && !bytes(data, 0, "\xfd\xfd", 2)) || data.n < 0x16 ||
	    memcmp(data.p + 6, heard->mac, 6) || !cg_span_holds(what, "camera"))
		return false;
	new = vendor(c, "D-Link", "D-Link");
	new |= cg_clue_model(c, field(data, 0xdc, 32));
	new |= cg_clue_firmware(c, field(data, 0x76, 32));
	return new;
}

/* ---- Edimax: a broadcast to a port that it chooses anew each time (pcaps: EdimaxCam1) ---- */

bool cg_clue_edimax(struct cg_clues *c, const struct cg_heard *heard, struct cg_span data)
{
	(void)heard;
	return cg_span_begins(data, "<param><code value=\"1300\"") && vendor(c, "Edimax", "Edimax");
}

/* ---- Reolink: the camera answers from the port it was asked at ---- */

bool cg_clue_reolink(struct cg_clues *c, const struct cg_heard *heard, struct cg_span data)
{
	uint16_t from = ntohs(heard->sport);

	return (from == 2015 || from == 2018) && bytes(data, 0, "\x3a\xcf\x87\x2a", 4) &&
	       vendor(c, "Reolink", "Reolink");
}

/* ---- not of cameras alone: a hint at what it is made of ---- */

bool cg_clue_tuya(struct cg_clues *c, const struct cg_heard *heard, struct cg_span data)
{
	bool new;

	(void)heard;
	if (!bytes(data, 0, "\0\0\x55\xaa", 4))
		return false;
	new = cg_clue_add(c, CG_CLUE_EMBEDDED, "Tuya");
	new |= cg_clue_maker(c, "Tuya");
	return new;
}

/* Answers of the device, or what it tells its maker: facts p2p_signatures.tsv, Xiaomi miIO. */
bool cg_clue_miio(struct cg_clues *c, const struct cg_heard *heard, struct cg_span data)
{
	bool new;

	if (ntohs(heard->sport) != 54321 && ntohs(heard->dport) != 8053)
		return false;
	if (!bytes(data, 0, "\x21\x31", 2) || cg_span_be16(data, 2) != heard->payload)
		return false;
	new = cg_clue_add(c, CG_CLUE_EMBEDDED, "miIO");
	new |= cg_clue_maker(c, "Xiaomi");
	return new;
}

/* A fixed server is asked for a script to run, at every boot: pcaps, EdnetCam. */
bool cg_clue_tftp(struct cg_clues *c, const struct cg_heard *heard, struct cg_span data)
{
	static const uint8_t server[16] = { [10] = 0xff, 0xff, 192, 168, 1, 13 };
	static const char request[] = "\0\x01/update.sh\0octet";

	return ntohs(heard->dport) == 69 && !memcmp(heard->dst, server, sizeof(server)) &&
	       bytes(data, 0, request, sizeof(request)) &&
	       vendor(c, "update.sh from 192.168.1.13", NULL);
}
