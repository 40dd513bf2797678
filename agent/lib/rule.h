/* SPDX-License-Identifier: GPL-2.0-only */
/* One rule as people write it: DESTINATION[:PORT[-PORT]][/PROTO] [anywhere] [rate=BYTES] [burst=BYTES] [hour=BYTES]. */
#ifndef CG_RULE_H
#define CG_RULE_H

#include <stdbool.h>
#include <stdint.h>
#include "addr.h"
#include "budget.h"
#include "diag.h"
#include "namepat.h"

/* Before the name of a list, lists/NAME.txt beside the config. */
#define CG_RULE_LIST "list:"

enum cg_rule_dst {
	CG_DST_ADDRESS, /* by address or by name */
	CG_DST_COUNTRY,
	CG_DST_NETWORK,
	CG_DST_LIST,
};

/* 198.51.100.0/24:443/tcp  [2001:db8::/32]:443  203.0.113.9:5000-5010/udp
 * 192.0.2.1  2001:db8::/32  any:123/udp  203.0.113.9/icmp
 * `any` is both families' everything: it becomes ::/0, which covers IPv4 too.
 * api.vendor.example:443/tcp  *.vendor.example  p2p*.vendor.example:443
 * clips.vendor.example:443/tcp rate=64k burst=8M hour=200M
 * country:CN  country:DE:443/tcp  asn:13335  list:ads  time.vendor.example:123 anywhere */
struct cg_rule_text {
	enum cg_rule_dst kind;
	struct cg_prefix dst;	      /* ::/0 where there is another destination */
	char *name;		      /* a pattern (namepat.h); NULL: none */
	char *list;		      /* of LIST its name, else NULL; cg_rule_clear frees both */
	uint32_t place;		      /* of COUNTRY cg_country_number(), of NETWORK its number */
	bool anywhere;		      /* stay_in does not hold for it */
	uint16_t port_lo, port_hi;    /* host order; 0-65535 where none is written */
	uint8_t proto;		      /* IPPROTO_*, CG_PROTO_ANY, CG_PROTO_TCPUDP */
	struct cg_budget_text budget; /* as written */
};

#define CG_RULE_END_STRLEN (80 + CG_NAMEPAT_LEN)
#define CG_RULE_STRLEN	   (CG_RULE_END_STRLEN + sizeof(" anywhere") + CG_BUDGET_STRLEN)

/* -EINVAL with a diag that says what was found and what was expected. */
int cg_rule_parse(const char *s, const struct cg_pos *pos, struct cg_diag *diag,
		  struct cg_rule_text *ret_rule) __must_check;
void cg_rule_clear(struct cg_rule_text *r);
/* Without what stands behind it. */
const char *cg_rule_format_end(const struct cg_rule_text *r, char buf[static CG_RULE_END_STRLEN]);
const char *cg_rule_format(const struct cg_rule_text *r, char buf[static CG_RULE_STRLEN]);

#endif
