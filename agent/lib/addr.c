/* SPDX-License-Identifier: GPL-2.0-only */
/* Addresses: parses and formats MACs, IP addresses and prefixes strictly, IPv4 always as ::ffff:a.b.c.d. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "addr.h"

static const uint8_t V4_PREFIX[12] = { [10] = 0xff, [11] = 0xff };

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Decimal without sign, blanks or leading zeros, as in "/24". */
static int length_parse(const char *s, unsigned int max, unsigned int *ret_len)
{
	unsigned int v = 0;

	if (!*s || (s[0] == '0' && s[1]))
		return -EINVAL;
	for (; *s; s++) {
		if (*s < '0' || *s > '9')
			return -EINVAL;
		v = v * 10 + (unsigned int)(*s - '0');
		if (v > max)
			return -EINVAL;
	}
	*ret_len = v;
	return 0;
}

static void mask_host(struct cg_prefix *p)
{
	for (unsigned int i = 0; i < 16; i++) {
		unsigned int bits = p->len > i * 8 ? p->len - i * 8 : 0;

		if (bits < 8)
			p->addr.b[i] &= (uint8_t)(0xff00 >> bits);
	}
}

bool cg_addr_is_v4(const struct cg_addr *a)
{
	return !memcmp(a->b, V4_PREFIX, sizeof(V4_PREFIX));
}

bool cg_addr_is_unicast(const struct cg_addr *a)
{
	static const struct cg_addr unspecified, loopback = { .b = { [15] = 1 } };

	if (cg_addr_is_v4(a)) {
		/* 0/8 and 127/8 name no neighbour, 224/3 holds groups and broadcast */
		return a->b[12] != 0 && a->b[12] != 127 && a->b[12] < 224;
	}
	return a->b[0] != 0xff && memcmp(a, &unspecified, sizeof(*a)) &&
	       memcmp(a, &loopback, sizeof(*a));
}

bool cg_prefix_contains(const struct cg_prefix *p, const struct cg_addr *a)
{
	unsigned int whole = p->len / 8, rest = p->len % 8;

	if (memcmp(p->addr.b, a->b, whole))
		return false;
	return !rest || !((p->addr.b[whole] ^ a->b[whole]) & (uint8_t)(0xff00 >> rest));
}

int cg_addr_parse(const char *s, struct cg_addr *ret_addr)
{
	struct cg_addr a;

	if (strchr(s, ':')) {
		if (inet_pton(AF_INET6, s, a.b) != 1)
			return -EINVAL;
	} else {
		memcpy(a.b, V4_PREFIX, sizeof(V4_PREFIX));
		if (inet_pton(AF_INET, s, a.b + 12) != 1)
			return -EINVAL;
	}
	*ret_addr = a;
	return 0;
}

int cg_prefix_parse(const char *s, struct cg_prefix *ret_prefix)
{
	const char *slash = strchr(s, '/');
	char text[CG_ADDR_STRLEN];
	struct cg_prefix p;
	bool dotted;
	unsigned int len;
	size_t n = slash ? (size_t)(slash - s) : strlen(s);

	if (n >= sizeof(text))
		return -EINVAL;
	memcpy(text, s, n);
	text[n] = '\0';
	if (cg_addr_parse(text, &p.addr))
		return -EINVAL;
	dotted = !strchr(text, ':');
	len = dotted ? 32 : 128;
	if (slash && length_parse(slash + 1, len, &len))
		return -EINVAL;
	p.len = (uint8_t)(dotted ? len + 96 : len);

	struct cg_addr written = p.addr;

	mask_host(&p);
	*ret_prefix = p;
	return memcmp(&written, &p.addr, sizeof(written)) ? -ERANGE : 0;
}

int cg_mac_parse(const char *s, struct cg_mac *ret_mac)
{
	struct cg_mac m;
	char sep = '\0';

	if (strlen(s) != CG_MAC_STRLEN - 1)
		return -EINVAL;
	for (unsigned int i = 0; i < 6; i++, s += 3) {
		int hi = hex_digit(s[0]), lo = hex_digit(s[1]);

		if (hi < 0 || lo < 0)
			return -EINVAL;
		m.b[i] = (uint8_t)(hi << 4 | lo);
		if (i == 0)
			sep = s[2];
		if (i < 5 && ((sep != ':' && sep != '-') || s[2] != sep))
			return -EINVAL;
	}
	*ret_mac = m;
	return 0;
}

const char *cg_mac_format(const struct cg_mac *m, char buf[static CG_MAC_STRLEN])
{
	snprintf(buf, CG_MAC_STRLEN, "%02x:%02x:%02x:%02x:%02x:%02x", m->b[0], m->b[1], m->b[2],
		 m->b[3], m->b[4], m->b[5]);
	return buf;
}

const char *cg_addr_format(const struct cg_addr *a, char buf[static CG_ADDR_STRLEN])
{
	if (cg_addr_is_v4(a))
		snprintf(buf, CG_ADDR_STRLEN, "%u.%u.%u.%u", a->b[12], a->b[13], a->b[14],
			 a->b[15]);
	else if (!inet_ntop(AF_INET6, a->b, buf, CG_ADDR_STRLEN))
		buf[0] = '\0';
	return buf;
}

const char *cg_prefix_format(const struct cg_prefix *p, char buf[static CG_PREFIX_STRLEN])
{
	char text[CG_ADDR_STRLEN];
	bool v4 = cg_addr_is_v4(&p->addr) && p->len >= 96;

	if (v4)
		cg_addr_format(&p->addr, text);
	else if (!inet_ntop(AF_INET6, p->addr.b, text, sizeof(text)))
		text[0] = '\0';
	snprintf(buf, CG_PREFIX_STRLEN, "%s/%u", text, v4 ? p->len - 96u : p->len);
	return buf;
}
