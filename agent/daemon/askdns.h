/* SPDX-License-Identifier: GPL-2.0-only */
/* One question to a resolver, by UDP and where the answer is cut by TCP, on the loop. */
#ifndef CG_ASKDNS_H
#define CG_ASKDNS_H

#include <ev.h>
#include <stdint.h>
#include "../lib/addr.h"
#include "../lib/dnsmsg.h"
#include "../lib/namepat.h"

struct cg_askdns;

/* err: 0 and the answer; -ETIMEDOUT: none came; -EAGAIN: the resolver could not
 * find out; else what is wrong with the answer. */
typedef void (*cg_askdns_done)(void *ctx, int err, const struct cg_dnsmsg *answer);

/* Asks for a whole name in small letters. done is called once, later, and the
 * question is gone then. */
int cg_askdns_start(struct ev_loop *loop, const struct cg_addr *server, uint16_t port,
		    const char *name, uint16_t type, cg_askdns_done done, void *ctx,
		    struct cg_askdns **ret_ask) __must_check;
/* done is not called. */
void cg_askdns_cancel(struct cg_askdns **ask);

#endif
