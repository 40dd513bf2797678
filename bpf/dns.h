/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A DNS message read where nothing of it may be believed. No policy.
 *
 * Each stage is a global function with scalar arguments: every verifier looks
 * at it once, by itself, with unknown arguments, so that the ways out of one
 * loop are not multiplied by the turns of another. What a loop carries lies in
 * map memory and is read as volatile: each turn begins from the same unknown
 * state, whatever the compiler did.
 */
#ifndef CG_DNS_H
#define CG_DNS_H

#include "maps.h"
#include "parse.h"
#include "../include/camgate/names_abi.h"

#define GLOBAL	       __attribute__((noinline))
#define V(x)	       (*(volatile __typeof__(x) *)&(x))

#define DNS_HEAD       12
#define DNS_BUF	       2048
#define DNS_MASK       (DNS_BUF - 1)
#define DNS_RECORDS    128 /* a power of two above CG_DNS_RECORDS_MAX */
#define DNS_TYPE_A     1
#define DNS_CNAME      5
#define DNS_AAAA       28
#define DNS_CLASS_IN   1
/* Bytes of a name with its lengths (RFC 1035 2.3.4), and pointers on the way. */
#define DNS_NAME_MAX   254
#define DNS_NAME_STEPS (DNS_NAME_MAX + 34)

struct dns_rec {
	__u64 owner, target; /* hashes of names */
	__u32 ttl;
	__u32 at;   /* of the address */
	__u32 type; /* 0 = none of ours */
	__u32 pad;
};

/* One message under work. */
struct dns_work {
	__u32 len; /* bytes of it */
	/* a name: where, what is left of the label, of all, where pointers must
	 * stay before, first byte behind it */
	__u32 pos, left, total, limit, next, to;
	__u64 hash;
	/* the question */
	__u64 id;
	__u32 qtype, qlen;
	/* the answer */
	__u32 at, records, found;
	__u64 owner;
	__u32 ttl;
	/* whose it is */
	__u32 slot, gen, flags;
	__u64 now, until_ns;
	__u32 ruled; /* the first rule's kind; 0 = no rule fits the name */
	__u32 learned, refused, fresh;
	struct cg_hwaddr mac;
	struct cg_query_key query;
	struct cg_qname_key qname_key;
	struct cg_learned_key addr;
	struct cg_learned entry;
	struct cg_qname qname;
	struct cg_nplace place;
	struct cg_nring ring; /* empty */
	struct cg_namerule_key key;
	struct pkt p;
	struct dns_rec rec[DNS_RECORDS];
	__u8 buf[DNS_BUF + 8];
};

/* [0] is for packets, [1] for what the agent tells: a test run may be
 * interrupted by packets, these not by each other. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, struct dns_work);
} cg_dnswork SEC(".maps");

INLINE struct dns_work *dns_work(__u32 which)
{
	__u32 key = which & 1;

	return bpf_map_lookup_elem(&cg_dnswork, &key);
}

INLINE __u32 dns_byte(const struct dns_work *w, __u32 at)
{
	return w->buf[at & DNS_MASK];
}

INLINE __u32 dns_be16(const struct dns_work *w, __u32 at)
{
	return dns_byte(w, at) << 8 | dns_byte(w, at + 1);
}

INLINE __u32 dns_be32(const struct dns_work *w, __u32 at)
{
	return dns_be16(w, at) << 16 | dns_be16(w, at + 2);
}

INLINE __u32 dns_lower(__u32 c)
{
	return c >= 'A' && c <= 'Z' ? c + 32 : c;
}

/* Reads the name at `at`: w->hash, w->total bytes without the root, w->next
 * the place behind it. A pointer must lead to before the piece it stands in:
 * none can loop. */
GLOBAL int cg_dns_name(__u32 which, __u32 at)
{
	struct dns_work *w = dns_work(which);
	__u32 i;

	if (!w)
		return CG_DNS_NAME;
	V(w->pos) = at;
	V(w->limit) = at;
	V(w->left) = 0;
	V(w->total) = 0;
	V(w->next) = 0;
	V(w->hash) = CG_NAME_HASH_INIT;
	for (i = 0; i < DNS_NAME_STEPS; i++) {
		__u32 pos = V(w->pos), c;

		if (pos >= V(w->len))
			return CG_DNS_NAME;
		c = dns_byte(w, pos);
		V(w->pos) = pos + 1;
		if (V(w->left)) {
			V(w->left) = V(w->left) - 1;
			c = dns_lower(c);
		} else if (!c) {
			if (!V(w->next))
				V(w->next) = pos + 1;
			return 0;
		} else if (c >= 0xc0) {
			__u32 to = (c & 0x3f) << 8 | dns_byte(w, pos + 1);

			if (pos + 1 >= V(w->len) || to >= V(w->limit))
				return CG_DNS_NAME;
			if (!V(w->next))
				V(w->next) = pos + 2;
			V(w->limit) = to;
			V(w->pos) = to;
			continue;
		} else {
			__u32 total = V(w->total) + c + 1;

			if (c > 63 || total > DNS_NAME_MAX)
				return CG_DNS_NAME;
			V(w->total) = total;
			V(w->left) = c;
		}
		V(w->hash) = (V(w->hash) ^ c) * CG_NAME_HASH_PRIME;
	}
	return CG_DNS_NAME;
}

/* The question's name, of w->qlen bytes and checked before, into w->key.name
 * with its labels in reverse order. */
GLOBAL int cg_dns_key(__u32 which)
{
	struct dns_work *w = dns_work(which);
	__u32 i;

	if (!w)
		return CG_DNS_NAME;
	memset(w->key.name, 0, sizeof(w->key.name));
	V(w->left) = 0;
	V(w->pos) = 0;
	for (i = 0; i < DNS_NAME_MAX; i++) {
		__u32 rest = V(w->qlen) - i, c, to;

		if (!rest)
			break;
		c = dns_byte(w, DNS_HEAD + i);
		if (!V(w->left)) {
			/* This label of c bytes goes to rest - c - 1, its dot behind it. */
			V(w->left) = c;
			V(w->pos) = rest - c - 1;
			to = rest - 1;
			c = '.';
		} else {
			c = dns_lower(c);
			if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
			      c == '_'))
				return CG_DNS_HOST;
			V(w->left) = V(w->left) - 1;
			to = V(w->pos);
			V(w->pos) = to + 1;
		}
		V(w->to) = to;
		to = V(w->to);
		if (to < CG_NAMEKEY_LEN)
			w->key.name[to] = c;
	}
	return 0;
}

/* Header and question; answer: of an answer with nothing wrong in its header. */
GLOBAL int cg_dns_question(__u32 which, __u32 answer)
{
	struct dns_work *w = dns_work(which);
	__u32 flags, end;
	int r;

	if (!w || V(w->len) < DNS_HEAD + 5)
		return CG_DNS_MESSAGE;
	flags = dns_be16(w, 2);
	/* the direction, a plain query, one question */
	if (!(flags & 0x8000) != !answer || flags & 0x7800 || dns_be16(w, 4) != 1)
		return CG_DNS_MESSAGE;
	r = cg_dns_name(which, DNS_HEAD);
	if (r)
		return r;
	end = V(w->next);
	if (end != DNS_HEAD + V(w->total) + 1) /* a pointer in a question */
		return CG_DNS_NAME;
	if (end + 4 > V(w->len))
		return CG_DNS_MESSAGE;
	if (!V(w->total) || dns_be16(w, end + 2) != DNS_CLASS_IN)
		return CG_DNS_HOST;
	w->id = V(w->hash);
	w->qlen = V(w->total);
	w->qtype = dns_be16(w, end);
	V(w->at) = end + 4;
	return cg_dns_key(which);
}

/* The record at w->at into w->rec[k]; w->at moves behind it. */
GLOBAL int cg_dns_record(__u32 which, __u32 k)
{
	struct dns_work *w = dns_work(which);
	__u32 at, type, len;
	struct dns_rec *rec;
	int r;

	if (!w)
		return CG_DNS_MESSAGE;
	rec = &w->rec[k & (DNS_RECORDS - 1)];
	rec->type = 0;
	r = cg_dns_name(which, V(w->at));
	if (r)
		return r;
	rec->owner = V(w->hash);
	at = V(w->next);
	if (at + 10 > V(w->len))
		return CG_DNS_MESSAGE;
	type = dns_be16(w, at);
	len = dns_be16(w, at + 8);
	rec->ttl = dns_be32(w, at + 4);
	if (rec->ttl & 0x80000000) /* RFC 2181 8 */
		rec->ttl = 0;
	if (at + 10 + len > V(w->len))
		return CG_DNS_MESSAGE;
	V(w->at) = at + 10 + len;
	if (dns_be16(w, at + 2) != DNS_CLASS_IN)
		return 0;
	at += 10;
	rec->at = at;
	if ((type == DNS_TYPE_A && len != 4) || (type == DNS_AAAA && len != 16))
		return CG_DNS_MESSAGE;
	if (type == DNS_CNAME) {
		r = cg_dns_name(which, at);
		if (r)
			return r;
		if (V(w->next) != V(w->at))
			return CG_DNS_MESSAGE;
		rec->target = V(w->hash);
	}
	if (type == DNS_TYPE_A || type == DNS_AAAA || type == DNS_CNAME)
		rec->type = type;
	return 0;
}

/* Does a CNAME lead on from w->owner? Then w->owner is its target. */
GLOBAL int cg_dns_follow(__u32 which)
{
	struct dns_work *w = dns_work(which);
	__u32 k;

	if (!w)
		return 0;
	for (k = 0; k < CG_DNS_RECORDS_MAX; k++) {
		const struct dns_rec *rec = &w->rec[k];

		if (k >= V(w->records))
			break;
		if (V(rec->type) != DNS_CNAME || V(rec->owner) != V(w->owner))
			continue;
		V(w->owner) = V(rec->target);
		if (V(rec->ttl) < V(w->ttl))
			V(w->ttl) = V(rec->ttl);
		return 1;
	}
	return 0;
}

/* The whole answer: 0 and w->rec, w->owner the last name of the chain, w->ttl
 * the least on the way; or what is wrong with it. Nothing is learned here. */
GLOBAL int cg_dns_answer(__u32 which)
{
	struct dns_work *w = dns_work(which);
	__u32 n, k;
	int r;

	if (!w)
		return CG_DNS_MESSAGE;
	n = dns_be16(w, 6);
	if (dns_be16(w, 2) & 0x000f || !n) /* an error, or no record */
		return CG_DNS_NOTHING;
	if (n > CG_DNS_RECORDS_MAX)
		return CG_DNS_RECORDS;
	V(w->records) = n;
	for (k = 0; k < CG_DNS_RECORDS_MAX; k++) {
		if (k >= V(w->records))
			break;
		r = cg_dns_record(which, k);
		if (r)
			return r;
	}
	V(w->owner) = w->id;
	V(w->ttl) = 0xffffffff;
	for (k = 0; k <= CG_DNS_CHAIN_MAX; k++)
		if (!cg_dns_follow(which))
			return 0;
	return CG_DNS_CHAIN;
}

#endif
