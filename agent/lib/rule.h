/* SPDX-License-Identifier: GPL-2.0-only */
/* One rule as people write it: DESTINATION[:PORT[-PORT]][/PROTO]. */
#ifndef CG_RULE_H
#define CG_RULE_H

#include <stdint.h>
#include "addr.h"
#include "diag.h"
#include "namepat.h"

/* 198.51.100.0/24:443/tcp  [2001:db8::/32]:443  203.0.113.9:5000-5010/udp
 * 192.0.2.1  2001:db8::/32  any:123/udp  203.0.113.9/icmp
 * `any` is both families' everything: it becomes ::/0, which covers IPv4 too.
 * api.vendor.example:443/tcp  *.vendor.example  p2p*.vendor.example:443 */
struct cg_rule_text {
	struct cg_prefix dst;	   /* ::/0 where there is a name */
	char *name;		   /* a pattern (namepat.h); NULL: dst. cg_rule_clear frees it */
	uint16_t port_lo, port_hi; /* host order; 0-65535 where none is written */
	uint8_t proto;		   /* IPPROTO_*, CG_PROTO_ANY, CG_PROTO_TCPUDP */
};

#define CG_RULE_STRLEN (80 + CG_NAMEPAT_LEN)

/* -EINVAL with a diag that says what was found and what was expected. */
int cg_rule_parse(const char *s, const struct cg_pos *pos, struct cg_diag *diag,
		  struct cg_rule_text *ret_rule) __must_check;
void cg_rule_clear(struct cg_rule_text *r);
const char *cg_rule_format(const struct cg_rule_text *r, char buf[static CG_RULE_STRLEN]);

#endif
