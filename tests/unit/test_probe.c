/* SPDX-License-Identifier: GPL-2.0-only */
/* The questions of `discover --probe`, as their readers expect them. */
#include <arpa/inet.h>
#include <lib/probe.h>
#include "unit.h"

static struct cg_probe made(enum cg_probe_kind kind)
{
	static const uint8_t id[16] = {
		1, 2, 3, 4, 5, 6, 0xff, 8, 0xff, 10, 11, 12, 13, 14, 15, 16
	};
	struct cg_probe p;

	memset(&p, 0xaa, sizeof(p));
	cg_probe_make(kind, id, &p);
	ck_assert_uint_gt(p.len, 0);
	ck_assert_uint_lt(p.len, sizeof(p.data));
	return p;
}

static void goes_to(const struct cg_probe *p, const char *to, uint16_t port)
{
	char buf[CG_ADDR_STRLEN];

	ck_assert_int_eq(p->port, port);
	if (to)
		ck_assert_str_eq(cg_addr_format(&p->to, buf), to);
	else
		ck_assert(!cg_addr_is_v4(&p->to));
}

START_TEST(wsd)
{
	struct cg_probe p = made(CG_PROBE_WSD);

	goes_to(&p, "239.255.255.250", 3702);
	UNIT_HOLDS(p.data, "uuid:01020304-0506-4f08-bf0a-0b0c0d0e0f10",
		   "2005/04/discovery/Probe</w:Action>",
		   "<d:Types>dn:NetworkVideoTransmitter</d:Types>", "</e:Envelope>");
	ck_assert_uint_eq(strlen(p.data), p.len);
	p = made(CG_PROBE_WSD_ANY);
	goes_to(&p, "239.255.255.250", 3702);
	UNIT_HOLDS(p.data, "<d:Probe></d:Probe>");
}
END_TEST

START_TEST(ssdp)
{
	struct cg_probe p = made(CG_PROBE_SSDP);

	goes_to(&p, "239.255.255.250", 1900);
	ck_assert_int_eq(strncmp(p.data, "M-SEARCH * HTTP/1.1\r\n", 21), 0);
	UNIT_HOLDS(p.data, "MAN: \"ssdp:discover\"\r\n", "MX: 2\r\n", "ST: ssdp:all\r\n\r\n");
	ck_assert_uint_eq(strlen(p.data), p.len);
}
END_TEST

START_TEST(sadp)
{
	struct cg_probe p = made(CG_PROBE_SADP);

	goes_to(&p, "239.255.255.250", 37020);
	UNIT_HOLDS(p.data, "<Probe><Uuid>01020304-0506-4f08-bf0a-0b0c0d0e0f10</Uuid>",
		   "<Types>inquiry</Types></Probe>");
	ck_assert_uint_eq(strlen(p.data), p.len);
}
END_TEST

START_TEST(dhip)
{
	static const uint8_t head[] = { 0x20, 0, 0, 0, 'D', 'H', 'I', 'P' };
	struct cg_probe p = made(CG_PROBE_DHIP), b = made(CG_PROBE_DHIP_BCAST);

	goes_to(&p, "239.255.255.251", 37810);
	goes_to(&b, NULL, 37810);
	ck_assert_mem_eq(p.data, head, sizeof(head));
	ck_assert_uint_eq((uint8_t)p.data[16], p.len - 32);
	ck_assert_uint_eq((uint8_t)p.data[24], p.len - 32);
	ck_assert_int_eq(p.data[17], 0);
	UNIT_HOLDS(p.data + 32, "\"DHDiscover.search\"");
	ck_assert_mem_eq(p.data, b.data, p.len);
}
END_TEST

START_TEST(pppp)
{
	struct cg_probe p = made(CG_PROBE_PPPP);

	goes_to(&p, NULL, 32108);
	ck_assert_uint_eq(p.len, 4);
	ck_assert_mem_eq(p.data, "\xf1\x30\x00\x00", 4);
}
END_TEST

int main(void)
{
	return UNIT_RUN("probe", 30, wsd, ssdp, sadp, dhip, pppp);
}
