/* SPDX-License-Identifier: GPL-2.0-only */
/* Frames as the packet path would copy them, written out field by field. A frame that does not fit is cut, as there. */
#ifndef CG_TEST_FRAMES_H
#define CG_TEST_FRAMES_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <camgate/discover_abi.h>
#include <lib/addr.h>

/* A payload that grows. */
struct bytes {
	uint8_t b[2048];
	size_t n;
};

static inline void b_put(struct bytes *m, const void *p, size_t n)
{
	if (n > sizeof(m->b) - m->n)
		n = sizeof(m->b) - m->n;
	memcpy(m->b + m->n, p, n);
	m->n += n;
}

static inline void b_8(struct bytes *m, unsigned int v)
{
	uint8_t b = v & 0xff;

	b_put(m, &b, 1);
}

static inline void b_16(struct bytes *m, unsigned int v)
{
	b_8(m, v >> 8);
	b_8(m, v);
}

static inline void b_32(struct bytes *m, uint32_t v)
{
	b_16(m, v >> 16);
	b_16(m, v & 0xffff);
}

static inline void b_text(struct bytes *m, const char *s)
{
	b_put(m, s, strlen(s));
}

/* Zeros up to that place. */
static inline void b_to(struct bytes *m, size_t at)
{
	while (m->n < at && m->n < sizeof(m->b))
		b_8(m, 0);
}

static inline struct cg_heard heard_ip(const struct cg_mac *mac, uint8_t proto, uint16_t sport,
				       uint16_t dport, const void *data, size_t n)
{
	struct cg_heard h = { .size = sizeof(h),
			      .type = CG_HEARD_FRAME,
			      .ethertype = htons(0x0800),
			      .sport = htons(sport),
			      .dport = htons(dport),
			      .proto = proto,
			      .src = { [10] = 0xff, 0xff, 192, 168, 1, 77 },
			      .dst = { [10] = 0xff, 0xff, 192, 168, 1, 255 } };

	memcpy(h.mac, mac->b, sizeof(h.mac));
	h.payload = (uint16_t)n;
	h.len = (uint16_t)(n < CG_HEARD_DATA ? n : CG_HEARD_DATA);
	memcpy(h.data, data, h.len);
	return h;
}

static inline struct cg_heard heard_udp(const struct cg_mac *mac, uint16_t sport, uint16_t dport,
					const struct bytes *m)
{
	return heard_ip(mac, IPPROTO_UDP, sport, dport, m->b, m->n);
}

static inline struct cg_heard heard_tcp(const struct cg_mac *mac, uint16_t sport, const char *text)
{
	return heard_ip(mac, IPPROTO_TCP, sport, 50000, text, strlen(text));
}

/* ---- DHCP: RFC 2131, 2132 ---- */

static inline void b_option(struct bytes *m, unsigned int code, const void *p, size_t n)
{
	b_8(m, code);
	b_8(m, (unsigned int)n);
	b_put(m, p, n);
}

/* DISCOVER. name and class may be NULL; list: options asked for, nlist of them. */
static inline struct bytes dhcp(const struct cg_mac *mac, const char *name, const char *class,
				const uint8_t *list, size_t nlist)
{
	uint8_t id[7] = { 1 };
	struct bytes m = { .n = 0 };

	b_put(&m, "\x01\x01\x06\x00", 4);
	b_32(&m, 0x1234abcd);
	b_to(&m, 28);
	b_put(&m, mac->b, 6);
	b_to(&m, 236);
	b_32(&m, 0x63825363);
	b_option(&m, 53, "\x01", 1);
	memcpy(id + 1, mac->b, 6);
	b_option(&m, 61, id, sizeof(id));
	if (name)
		b_option(&m, 12, name, strlen(name));
	if (class)
		b_option(&m, 60, class, strlen(class));
	if (nlist)
		b_option(&m, 55, list, nlist);
	b_8(&m, 255);
	b_to(&m, 300);
	return m;
}

/* ---- mDNS: RFC 1035, 4; RFC 6763 ---- */

#define MDNS_A	 1
#define MDNS_PTR 12
#define MDNS_TXT 16
#define MDNS_SRV 33

/* "Name of it._http._tcp.local": dots part labels, but "\." is a dot of one. */
static inline void b_name(struct bytes *m, const char *name)
{
	while (*name) {
		uint8_t label[64];
		size_t n = 0;

		for (; *name && *name != '.' && n < 63; name++) {
			if (*name == '\\' && name[1])
				name++;
			label[n++] = (uint8_t)*name;
		}
		name += *name == '.';
		b_8(m, (unsigned int)n);
		b_put(m, label, n);
	}
	b_8(m, 0);
}

static inline struct bytes mdns(unsigned int flags)
{
	struct bytes m = { .n = 0 };

	b_16(&m, 0);
	b_16(&m, flags);
	b_to(&m, 12);
	return m;
}

/* section: 0 questions, 1 answers, 2 what is claimed, 3 what goes with it */
static inline void mdns_count(struct bytes *m, unsigned int section)
{
	m->b[5 + 2 * section]++;
}

static inline void mdns_ask(struct bytes *m, const char *name, unsigned int type)
{
	b_name(m, name);
	b_16(m, type);
	b_16(m, 1);
	mdns_count(m, 0);
}

static inline void mdns_record(struct bytes *m, unsigned int section, const char *name,
			       unsigned int type, const struct bytes *data)
{
	b_name(m, name);
	b_16(m, type);
	b_16(m, 0x8001);
	b_32(m, 120);
	b_16(m, (unsigned int)data->n);
	b_put(m, data->b, data->n);
	mdns_count(m, section);
}

static inline void mdns_host(struct bytes *m, unsigned int section, const char *host)
{
	struct bytes data = { .b = { 192, 168, 1, 77 }, .n = 4 };

	mdns_record(m, section, host, MDNS_A, &data);
}

static inline void mdns_ptr(struct bytes *m, unsigned int section, const char *name, const char *to)
{
	struct bytes data = { .n = 0 };

	b_name(&data, to);
	mdns_record(m, section, name, MDNS_PTR, &data);
}

static inline void mdns_srv(struct bytes *m, unsigned int section, const char *name,
			    unsigned int port, const char *host)
{
	struct bytes data = { .n = 0 };

	b_32(&data, 0);
	b_16(&data, port);
	b_name(&data, host);
	mdns_record(m, section, name, MDNS_SRV, &data);
}

/* "a=1|b=2" */
static inline void mdns_txt(struct bytes *m, unsigned int section, const char *name,
			    const char *pairs)
{
	struct bytes data = { .n = 0 };

	while (*pairs) {
		size_t n = strcspn(pairs, "|");

		b_8(&data, (unsigned int)n);
		b_put(&data, pairs, n);
		pairs += n + (pairs[n] == '|');
	}
	mdns_record(m, section, name, MDNS_TXT, &data);
}

/* An announcement of one service "Instance._type._tcp.local". */
static inline struct bytes mdns_announce(const char *service, const char *host, const char *txt)
{
	struct bytes m = mdns(0x8400);
	const char *type = strstr(service, "._");

	if (type)
		mdns_ptr(&m, 1, type + 1, service);
	mdns_srv(&m, 1, service, 80, host);
	mdns_txt(&m, 1, service, txt);
	return m;
}

#endif
