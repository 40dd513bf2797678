/* SPDX-License-Identifier: GPL-2.0-only */
/* The agent's own DNS messages: questions, chains, answers that lie, and any bytes at all. */
#include <lib/dnsmsg.h>
#include <lib/namepat.h>
#include "../bpf/dnsmsg.h"
#include "unit.h"

#define NAME "api.vendor.example"

static int parse(const struct msg *m, struct cg_dnsmsg *a)
{
	return cg_dnsmsg_parse(m->b, m->n, NAME, 7, CG_DNSMSG_A, a);
}

START_TEST(question)
{
	uint8_t q[CG_DNSMSG_QUERY_MAX];
	char name[300];
	struct msg m;
	int n;

	m_head(&m, 0x1234, 0x0100, NAME, T_AAAA);
	n = cg_dnsmsg_query(NAME, 0x1234, CG_DNSMSG_AAAA, q);
	ck_assert_int_eq(n, (int)m.n);
	ck_assert_mem_eq(q, m.b, m.n);
	memset(name, 'a', sizeof(name));
	for (int i = 63; i < 253; i += 64)
		name[i] = '.';
	name[253] = '\0';
	ck_assert_int_eq(cg_dnsmsg_query(name, 1, 1, q), CG_DNSMSG_QUERY_MAX);
	name[253] = 'a';
	name[254] = '\0';
	ck_assert_int_eq(cg_dnsmsg_query(name, 1, 1, q), -EINVAL);
	ck_assert_int_eq(cg_dnsmsg_query("", 1, 1, q), -EINVAL);
	ck_assert_int_eq(cg_dnsmsg_query("a..b", 1, 1, q), -EINVAL);
}
END_TEST

START_TEST(answers)
{
	static struct cg_dnsmsg a;
	char text[CG_ADDR_STRLEN];
	struct msg m;

	m_head(&m, 7, 0x8180, "API.vendor.EXAMPLE", T_A);
	m_cname(&m, "x2.example", "x3.example", 100);
	m_addr(&m, "x3.example", "198.51.100.7", 300);
	m_addr(&m, "other.example", "203.0.113.9", 300);
	m_cname(&m, NULL, "x2.example", 50);
	m_addr(&m, "x3.example", "198.51.100.8", 300);
	m_opt(&m);
	ck_assert_int_eq(parse(&m, &a), 0);
	ck_assert_uint_eq(a.naddr, 2);
	ck_assert_uint_eq(a.ttl_s, 50);
	ck_assert_str_eq(cg_addr_format(&a.addr[1], text), "198.51.100.8");
	m_set16(&m, 2, 0x8380);
	ck_assert_int_eq(parse(&m, &a), 0);
	ck_assert(a.truncated && !a.naddr);
	m_set16(&m, 2, 0x8183);
	ck_assert_int_eq(parse(&m, &a), 0);
	ck_assert(!a.truncated && !a.naddr);
	m_set16(&m, 2, 0x0180);
	ck_assert_int_eq(parse(&m, &a), -ENOMSG);
	m_head(&m, 8, 0x8180, NAME, T_A);
	ck_assert_int_eq(parse(&m, &a), -ENOMSG);
	m_head(&m, 7, 0x8180, "b.vendor.example", T_A);
	ck_assert_int_eq(parse(&m, &a), -ENOMSG);
	m_head(&m, 7, 0x8180, NAME, T_AAAA);
	ck_assert_int_eq(parse(&m, &a), -ENOMSG);
	/* says that it has more records than any answer */
	m_head(&m, 7, 0x8180, NAME, T_A);
	m_addr(&m, NULL, "198.51.100.7", 60);
	m_set16(&m, 6, 0xffff);
	ck_assert_int_eq(parse(&m, &a), -EBADMSG);
	m_head(&m, 7, 0x8180, NAME, T_A);
	m_cname(&m, NULL, "x.example", 60);
	m_cname(&m, "x.example", NAME, 60);
	ck_assert_int_eq(parse(&m, &a), -ELOOP);
	m_head(&m, 7, 0x8180, NAME, T_A);
	m_addr(&m, NULL, "198.51.100.7", 60);
	for (size_t n = 0; n < m.n; n++)
		ck_assert_int_lt(cg_dnsmsg_parse(m.b, n, NAME, 7, CG_DNSMSG_A, &a), 0);
	ck_assert_int_eq(parse(&m, &a), 0);
	m_set16(&m, 6, 2);
	ck_assert_int_eq(parse(&m, &a), -EBADMSG);
}
END_TEST

START_TEST(cut_down)
{
	struct cg_addr addr[200] = { { { 0 } } };
	static struct cg_dnsmsg a;
	uint8_t msg[2000];
	size_t taken, n;

	for (int i = 0; i < 200; i++) {
		memcpy(addr[i].b, "\0\0\0\0\0\0\0\0\0\0\xff\xff\xc6\x33\x64", 15);
		addr[i].b[15] = (uint8_t)i;
	}
	n = cg_dnsmsg_answer(NAME, CG_DNSMSG_A, addr, 200, 60, msg, sizeof(msg), &taken);
	ck_assert_uint_eq(taken, CG_DNS_RECORDS_MAX);
	ck_assert_int_eq(cg_dnsmsg_parse(msg, n, NAME, 0, CG_DNSMSG_A, &a), 0);
	ck_assert_uint_eq(a.naddr, taken);
	ck_assert_mem_eq(a.addr, addr, taken * sizeof(*addr));
	ck_assert_uint_eq(a.ttl_s, 60);
	n = cg_dnsmsg_answer(NAME, CG_DNSMSG_AAAA, addr, 200, 60, msg, 400, &taken);
	ck_assert_uint_le(n, 400);
	ck_assert_uint_gt(taken, 5);
	ck_assert_uint_eq(cg_dnsmsg_answer(NAME, CG_DNSMSG_A, addr, 1, 60, msg, 20, &taken), 0);
	/* What was answered besides what was asked for stays what it is. */
	memcpy(addr[1].b, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\xc0\0\2\x07", 16);
	for (size_t i = 0; i < 2; i++) {
		n = cg_dnsmsg_answer(NAME, i ? CG_DNSMSG_AAAA : CG_DNSMSG_A, addr, 3, 60, msg,
				     sizeof(msg), &taken);
		ck_assert_uint_eq(taken, 3);
		ck_assert_int_eq(
			cg_dnsmsg_parse(msg, n, NAME, 0, i ? CG_DNSMSG_AAAA : CG_DNSMSG_A, &a), 0);
		ck_assert_uint_eq(a.naddr, 3);
		ck_assert_mem_eq(a.addr, addr, 3 * sizeof(*addr));
	}
}
END_TEST

/* Whatever the bytes: it ends, and reads nothing beyond them (ASan watches). */
START_TEST(noise)
{
	static struct cg_dnsmsg a;
	unsigned int seed = 5;
	struct msg m;

	for (int i = 0; i < 200000; i++) {
		uint8_t *copy;

		m_head(&m, 7, 0x8180, NAME, T_A);
		m_cname(&m, NULL, "x.example", 60);
		m_addr(&m, "x.example", "198.51.100.7", 60);
		for (int k = 0; k < 1 + i % 6; k++)
			m.b[12 + (unsigned int)rand_r(&seed) % (m.n - 12)] =
				(uint8_t)(rand_r(&seed) % 3 ? rand_r(&seed) : 0xc0);
		m.n -= (unsigned int)rand_r(&seed) % 8;
		copy = malloc(m.n);
		ck_assert_ptr_nonnull(copy);
		memcpy(copy, m.b, m.n);
		(void)!cg_dnsmsg_parse(copy, m.n, NAME, 7, CG_DNSMSG_A, &a);
		free(copy);
	}
}
END_TEST

int main(void)
{
	return UNIT_RUN("dnsmsg", 120, question, answers, cut_down, noise);
}
