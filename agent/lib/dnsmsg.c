/* SPDX-License-Identifier: GPL-2.0-only */
/* The same reading of an answer as bpf/dns.h, for what the agent asked itself: tests/bpf/test_fuzz.c compares the two. */
#include <errno.h>
#include <string.h>
#include "dnsmsg.h"
#include "namepat.h"

#define HEAD	       12
#define CNAME	       5
#define CLASS_IN       1
#define RR_FIXED       10
#define NAME_MAX_BYTES 254 /* with lengths, without the root */
#define RECORDS_MAX    2048
/* Bytes and pointers on the way through a name: as many as bpf/dns.h takes. */
#define NAME_STEPS     (NAME_MAX_BYTES + 34)

struct reader {
	const uint8_t *msg;
	size_t n;
};

struct record {
	uint64_t owner;
	uint16_t type, len;
	uint32_t ttl;
	size_t at; /* of the data */
};

static unsigned int get16(const struct reader *r, size_t at)
{
	return (unsigned int)r->msg[at] << 8 | r->msg[at + 1];
}

static uint32_t get32(const struct reader *r, size_t at)
{
	return (uint32_t)get16(r, at) << 16 | get16(r, at + 2);
}

static void put16(uint8_t *p, unsigned int v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

/* The id of the name at `at`, and the place behind it. */
static int read_name(const struct reader *r, size_t at, uint64_t *ret_id, size_t *ret_next)
{
	uint64_t h = CG_NAME_HASH_INIT;
	size_t limit = at, next = 0, total = 0, steps = 0;

	for (;;) {
		unsigned int c;

		if (at >= r->n || ++steps > NAME_STEPS)
			return -EBADMSG;
		c = r->msg[at];
		if (!c)
			break;
		if (c >= 0xc0) {
			size_t to;

			if (at + 1 >= r->n)
				return -EBADMSG;
			to = (c & 0x3fU) << 8 | r->msg[at + 1];
			/* only ever back: no loop */
			if (to >= limit)
				return -EBADMSG;
			if (!next)
				next = at + 2;
			at = limit = to;
			continue;
		}
		total += c + 1;
		if (c > 63 || total > NAME_MAX_BYTES || at + 1 + c > r->n)
			return -EBADMSG;
		h = (h ^ c) * CG_NAME_HASH_PRIME;
		for (unsigned int i = 1; i <= c; i++) {
			uint8_t b = r->msg[at + i];

			if (b >= 'A' && b <= 'Z')
				b = (uint8_t)(b + 32);
			h = (h ^ b) * CG_NAME_HASH_PRIME;
		}
		steps += c;
		at += c + 1;
	}
	*ret_id = h;
	*ret_next = next ? next : at + 1;
	return 0;
}

static int read_record(const struct reader *r, size_t at, struct record *ret_rec, size_t *ret_next)
{
	struct record rec = { 0 };
	int err = read_name(r, at, &rec.owner, &at);

	if (err)
		return err;
	if (at + RR_FIXED > r->n)
		return -EBADMSG;
	rec.type = (uint16_t)get16(r, at);
	if (get16(r, at + 2) != CLASS_IN)
		rec.type = 0;
	rec.ttl = get32(r, at + 4);
	if (rec.ttl & 0x80000000)
		rec.ttl = 0;
	rec.len = (uint16_t)get16(r, at + 8);
	rec.at = at + RR_FIXED;
	if (rec.at + rec.len > r->n)
		return -EBADMSG;
	if ((rec.type == CG_DNSMSG_A && rec.len != 4) ||
	    (rec.type == CG_DNSMSG_AAAA && rec.len != 16))
		return -EBADMSG;
	*ret_rec = rec;
	*ret_next = rec.at + rec.len;
	return 0;
}

/* One pass over the records. follow: looks for a CNAME of *id and moves it on;
 * 1 = found. Else takes the addresses of *id. */
static int pass(const struct reader *r, size_t at, unsigned int count, bool follow, uint64_t *id,
		struct cg_dnsmsg *out)
{
	for (unsigned int i = 0; i < count; i++) {
		struct record rec;
		uint64_t target;
		size_t end;
		int err = read_record(r, at, &rec, &at);

		if (err)
			return err;
		if (rec.type == CNAME) {
			err = read_name(r, rec.at, &target, &end);
			if (err || end != at)
				return -EBADMSG;
		}
		if (rec.owner != *id)
			continue;
		if (follow && rec.type == CNAME) {
			*id = target;
			if (rec.ttl < out->ttl_s)
				out->ttl_s = rec.ttl;
			return 1;
		}
		if (follow || (rec.type != CG_DNSMSG_A && rec.type != CG_DNSMSG_AAAA) ||
		    out->naddr == CG_DNSMSG_ADDRS)
			continue;
		if (rec.ttl < out->ttl_s)
			out->ttl_s = rec.ttl;
		if (rec.type == CG_DNSMSG_A) {
			struct cg_addr v4 = { { [10] = 0xff, [11] = 0xff } };

			memcpy(v4.b + 12, r->msg + rec.at, 4);
			out->addr[out->naddr++] = v4;
		} else {
			memcpy(out->addr[out->naddr++].b, r->msg + rec.at, 16);
		}
	}
	return 0;
}

int cg_dnsmsg_query(const char *name, uint16_t id, uint16_t type,
		    uint8_t ret_msg[static CG_DNSMSG_QUERY_MAX])
{
	size_t at = HEAD;

	if (!*name || strlen(name) > NAME_MAX_BYTES - 1)
		return -EINVAL;
	memset(ret_msg, 0, HEAD);
	put16(ret_msg, id);
	ret_msg[2] = 0x01; /* recursion desired */
	ret_msg[5] = 1;
	while (*name) {
		size_t n = strcspn(name, ".");

		if (!n || n > 63)
			return -EINVAL;
		ret_msg[at++] = (uint8_t)n;
		memcpy(ret_msg + at, name, n);
		at += n;
		name += n;
		name += *name == '.';
	}
	ret_msg[at++] = 0;
	put16(ret_msg + at, type);
	put16(ret_msg + at + 2, CLASS_IN);
	return (int)at + 4;
}

int cg_dnsmsg_parse(const uint8_t *msg, size_t n, const char *name, uint16_t id, uint16_t type,
		    struct cg_dnsmsg *ret_answer)
{
	const struct reader r = { msg, n };
	struct cg_dnsmsg *out = ret_answer;
	unsigned int count;
	uint64_t asked;
	size_t at;
	int err;

	if (n < HEAD)
		return -EBADMSG;
	if (get16(&r, 0) != id || !(msg[2] & 0x80) || msg[2] & 0x78 || get16(&r, 4) != 1)
		return -ENOMSG;
	err = read_name(&r, HEAD, &asked, &at);
	if (err)
		return err;
	if (at + 4 > n)
		return -EBADMSG;
	if (asked != cg_namepat_id(name) || get16(&r, at) != type || get16(&r, at + 2) != CLASS_IN)
		return -ENOMSG;
	memset(out, 0, sizeof(*out));
	out->ttl_s = UINT32_MAX;
	out->truncated = msg[2] & 0x02;
	out->rcode = msg[3] & 0x0f;
	count = get16(&r, 6);
	if (out->truncated || out->rcode)
		return 0;
	if (count > RECORDS_MAX)
		return -EBADMSG;
	for (int hops = 0; (err = pass(&r, at + 4, count, true, &asked, out)) == 1; hops++)
		if (hops == CG_DNS_CHAIN_MAX)
			return -ELOOP;
	return err ? err : pass(&r, at + 4, count, false, &asked, out);
}

size_t cg_dnsmsg_answer(const char *name, uint16_t type, const struct cg_addr *addr, size_t n,
			uint32_t ttl_s, uint8_t *msg, size_t room, size_t *ret_taken)
{
	size_t taken = 0;
	uint8_t query[CG_DNSMSG_QUERY_MAX];
	int r = cg_dnsmsg_query(name, 0, type, query);
	size_t at;

	*ret_taken = 0;
	if (r < 0 || (size_t)r > room)
		return 0;
	at = (size_t)r;
	memcpy(msg, query, at);
	msg[2] = 0x81;
	msg[3] = 0x80;
	while (taken < n && taken < CG_DNS_RECORDS_MAX) {
		bool v4 = cg_addr_is_v4(&addr[taken]);
		size_t len = v4 ? 4 : 16;

		if (at + 2 + RR_FIXED + len > room)
			break;
		put16(msg + at, 0xc000 | HEAD);
		put16(msg + at + 2, v4 ? CG_DNSMSG_A : CG_DNSMSG_AAAA);
		put16(msg + at + 4, CLASS_IN);
		put16(msg + at + 6, ttl_s >> 16);
		put16(msg + at + 8, ttl_s & 0xffff);
		put16(msg + at + 10, (unsigned int)len);
		memcpy(msg + at + 12, addr[taken].b + 16 - len, len);
		at += 12 + len;
		taken++;
	}
	put16(msg + 6, (unsigned int)taken);
	*ret_taken = taken;
	return at;
}
