/* SPDX-License-Identifier: GPL-2.0-only */
/* DNS messages of the agent's own: the question it asks, what an answer says, and an answer cut down to that. */
#ifndef CG_DNSMSG_H
#define CG_DNSMSG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <camgate/names_abi.h>
#include "addr.h"
#include "cleanup.h"

#define CG_DNSMSG_A	    1
#define CG_DNSMSG_AAAA	    28
#define CG_DNSMSG_NOERROR   0
#define CG_DNSMSG_NXDOMAIN  3
#define CG_DNSMSG_QUERY_MAX (12 + 255 + 4)
/* Addresses of one answer that are taken; a TCP answer may hold more. */
#define CG_DNSMSG_ADDRS	    512

struct cg_dnsmsg {
	struct cg_addr addr[CG_DNSMSG_ADDRS];
	size_t naddr;
	uint32_t ttl_s; /* the least on the way */
	bool truncated; /* ask again by TCP; nothing else is set */
	uint8_t rcode;	/* CG_DNSMSG_NOERROR, …; with another no address is set */
};

/* The question for a whole name in small letters (namepat.h); its length, or
 * -EINVAL. */
int cg_dnsmsg_query(const char *name, uint16_t id, uint16_t type,
		    uint8_t ret_msg[static CG_DNSMSG_QUERY_MAX]) __must_check;
/*
 * The answer to that question: addresses of the name at the end of the chain of
 * CNAMEs. -EBADMSG: it lies or is cut short; -ENOMSG: it answers another
 * question; -ELOOP: the chain is too long or a circle. No address is no error.
 */
int cg_dnsmsg_parse(const uint8_t *msg, size_t n, const char *name, uint16_t id, uint16_t type,
		    struct cg_dnsmsg *ret_answer) __must_check;
/* An answer with addr[0..n) for the packet path, each as a record of its own kind, as an
 * answer to a question for the other may hold them; as many as fit in room bytes and a
 * message may hold. Returns its length and how many went in. */
size_t cg_dnsmsg_answer(const char *name, uint16_t type, const struct cg_addr *addr, size_t n,
			uint32_t ttl_s, uint8_t *msg, size_t room, size_t *ret_taken);

#endif
