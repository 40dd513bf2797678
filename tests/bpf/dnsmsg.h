/* SPDX-License-Identifier: GPL-2.0-only */
/* DNS messages made byte by byte, right or wrong, for the tests of names. */
#ifndef CG_TEST_DNSMSG_H
#define CG_TEST_DNSMSG_H

#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define T_A	1
#define T_CNAME 5
#define T_AAAA	28

struct msg {
	uint8_t b[4096];
	size_t n;
};

static inline void m_8(struct msg *m, unsigned int v)
{
	m->b[m->n++] = v & 0xff;
}

static inline void m_16(struct msg *m, unsigned int v)
{
	m_8(m, v >> 8);
	m_8(m, v);
}

static inline void m_set16(struct msg *m, size_t at, unsigned int v)
{
	m->b[at] = v >> 8 & 0xff;
	m->b[at + 1] = v & 0xff;
}

/* "www.example.com" as labels; no root where it ends in '+'. */
static inline void m_name(struct msg *m, const char *s)
{
	while (*s && *s != '+') {
		size_t n = strcspn(s, ".+");

		m_8(m, (unsigned int)n);
		memcpy(m->b + m->n, s, n);
		m->n += n;
		s += n;
		s += *s == '.';
	}
	if (!*s)
		m_8(m, 0);
}

static inline void m_head(struct msg *m, uint16_t id, uint16_t flags, const char *name,
			  uint16_t type)
{
	m->n = 0;
	m_16(m, id);
	m_16(m, flags);
	m_16(m, 1);
	m_16(m, 0);
	m_16(m, 0);
	m_16(m, 0);
	m_name(m, name);
	m_16(m, type);
	m_16(m, 1);
}

/* Owner by name, or by a pointer to `at` where name is NULL. */
static inline void m_rr(struct msg *m, const char *name, unsigned int at, uint16_t type,
			uint32_t ttl, unsigned int len)
{
	if (name)
		m_name(m, name);
	else
		m_16(m, 0xc000 | at);
	m_16(m, type);
	m_16(m, 1);
	m_16(m, ttl >> 16);
	m_16(m, ttl & 0xffff);
	m_16(m, len);
	m_set16(m, 6, (unsigned int)(m->b[6] << 8 | m->b[7]) + 1);
}

/* An address of name (NULL: of the question). */
static inline void m_addr(struct msg *m, const char *name, const char *addr, uint32_t ttl)
{
	int v6 = !!strchr(addr, ':');

	m_rr(m, name, 12, v6 ? T_AAAA : T_A, ttl, v6 ? 16 : 4);
	inet_pton(v6 ? AF_INET6 : AF_INET, addr, m->b + m->n);
	m->n += v6 ? 16 : 4;
}

static inline void m_cname(struct msg *m, const char *name, const char *to, uint32_t ttl)
{
	size_t at;

	m_rr(m, name, 12, T_CNAME, ttl, 0);
	at = m->n;
	m_name(m, to);
	m_set16(m, at - 2, (unsigned int)(m->n - at));
}

/* EDNS: an OPT record, which is an additional one. */
static inline void m_opt(struct msg *m)
{
	m_8(m, 0);
	m_16(m, 41);
	m_16(m, 1232);
	m_16(m, 0);
	m_16(m, 0);
	m_16(m, 0);
	m_set16(m, 10, (unsigned int)(m->b[10] << 8 | m->b[11]) + 1);
}

#endif
