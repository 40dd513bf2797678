/* SPDX-License-Identifier: GPL-2.0-only */
/* Frames of devices that are no cameras, as the packet path copies them for the agent. */
#ifndef CG_TEST_HEARD_H
#define CG_TEST_HEARD_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include "../fake/fake_devices.h"
#include "harness.h"

static inline struct cg_mac mac_of(const char *text)
{
	struct cg_mac mac;

	ck_assert_int_eq(cg_mac_parse(text, &mac), 0);
	return mac;
}

static inline struct cg_heard heard_frame(struct house *h, const char *mac, const char *addr)
{
	struct cg_heard f = { .size = sizeof(f),
			      .version = CG_BPF_ABI_VERSION,
			      .type = CG_HEARD_FRAME,
			      .ethertype = htons(0x0800),
			      .ns = h->a.boot_ns(),
			      .ifindex = IF_LAN1 };
	struct cg_mac m = mac_of(mac);
	struct cg_addr a;

	memcpy(f.mac, m.b, sizeof(f.mac));
	if (addr) {
		ck_assert_int_eq(cg_addr_parse(addr, &a), 0);
		memcpy(f.src, a.b, sizeof(f.src));
	}
	return f;
}

static inline void heard_rtsp_of(struct house *h, struct cg_heard *f)
{
	f->proto = IPPROTO_TCP;
	f->sport = htons(554);
	f->dport = htons(50000);
	f->len = f->payload = (uint16_t)snprintf((char *)f->data, sizeof(f->data),
						 "RTSP/1.0 200 OK\r\nServer: Fake/1\r\n\r\n");
	fake_heard(f);
	house_pump(h);
}

/* It answers RTSP: a camera by a frame of its own. */
static inline void heard_rtsp(struct house *h, const char *mac, const char *addr)
{
	struct cg_heard f = heard_frame(h, mac, addr);

	fake_device(mac, h->a.boot_ns(), IF_LAN1, addr);
	heard_rtsp_of(h, &f);
}

/* A phone asks for an address, as RFC 2131 and 2132 have it. */
static inline void heard_phone(struct house *h, const char *mac)
{
	static const char class[] = "android-dhcp-14";
	struct cg_heard f = heard_frame(h, mac, "0.0.0.0");
	uint8_t *d = f.data, *o = d + 240;

	f.proto = IPPROTO_UDP;
	f.sport = htons(68);
	f.dport = htons(67);
	d[0] = d[1] = 1;
	d[2] = 6;
	memcpy(d + 28, f.mac, 6);
	memcpy(d + 236, "\x63\x82\x53\x63", 4);
	memcpy(o, "\x35\x01\x01\x3c\x0f", 5);
	memcpy(o + 5, class, 15);
	o[20] = 0xff;
	f.len = f.payload = (uint16_t)(o + 21 - d);
	fake_device(mac, h->a.boot_ns(), IF_LAN1, NULL);
	fake_heard(&f);
	house_pump(h);
}

/* The packet path shut it out in its probation. */
static inline void heard_shut_out(struct house *h, const char *mac)
{
	struct cg_heard f = heard_frame(h, mac, "192.168.1.77");

	f.type = CG_HEARD_HELD;
	fake_device(mac, h->a.boot_ns(), IF_LAN1, "192.168.1.77")->flags |= CG_DEVICE_HELD;
	fake_heard(&f);
	house_pump(h);
}

#endif
