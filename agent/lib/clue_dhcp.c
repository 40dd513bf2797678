/* SPDX-License-Identifier: GPL-2.0-only */
/* DHCP and DHCPv6 as clients speak them: RFC 2131, 2132 (12, 55, 60, 61); RFC 8415, 4704. */
#include <string.h>
#include "clue_kind.h"
#include "clue_read.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* RFC 2131, 2. */
#define AT_OP	     0
#define AT_HLEN	     2
#define AT_CHADDR    28
#define AT_COOKIE    236
#define AT_OPTIONS   240
#define COOKIE	     0x63825363
#define REQUEST	     1 /* BOOTREQUEST */

#define OPT_PAD	     0
#define OPT_NAME     12
#define OPT_LIST     55
#define OPT_CLASS    60
#define OPT_CLIENT   61
#define OPT_END	     255
#define CLIENT_ETHER 1

/* Orders in which systems ask for options. */
static const struct {
	enum cg_clue_kind kind;
	const char *text;
	uint8_t list[8];
	size_t n;	 /* of these, at the beginning */
	bool whole;	 /* and no more */
	uint8_t also[2]; /* anywhere behind */
} lists[] = {
	/* BusyBox udhcpc's default: facts discovery.tsv, DHCP option 55 */
	{ CG_CLUE_EMBEDDED, "udhcp", { 1, 3, 6, 12, 15, 28, 42 }, 7, true, { 0, 0 } },
	/* iOS and macOS: classless routes first, domain search and proxy script asked for */
	{ CG_CLUE_USER_SYSTEM, "Apple", { 1, 121, 3, 6, 15 }, 5, false, { 119, 252 } },
};

static bool read_list(struct cg_clues *c, struct cg_span list)
{
	for (size_t i = 0; i < COUNT(lists); i++) {
		if (list.n < lists[i].n || (lists[i].whole && list.n != lists[i].n) ||
		    memcmp(list.p, lists[i].list, lists[i].n))
			continue;
		if (!lists[i].also[0] || (memchr(list.p, lists[i].also[0], list.n) &&
					  memchr(list.p, lists[i].also[1], list.n)))
			return cg_clue_add(c, lists[i].kind, lists[i].text);
	}
	return false;
}

static bool read_class(struct cg_clues *c, struct cg_span class)
{
	bool new;

	if (cg_span_begins(class, "udhcp"))
		return cg_clue_add_span(c, CG_CLUE_EMBEDDED, class);
	new = cg_clue_words(c, class);
	new |= cg_clue_system(c, class);
	return new;
}

/* The same option may come in pieces (RFC 3396); the first is enough here. */
static struct cg_span option(struct cg_span options, unsigned int code)
{
	size_t at = 0;

	while (at < options.n && options.p[at] != OPT_END) {
		size_t len = cg_span_8(options, at + 1);

		if (options.p[at] == OPT_PAD) {
			at++;
			continue;
		}
		if (options.p[at] == code)
			return cg_span_part(options, at + 2, len);
		at += 2 + len;
	}
	return cg_span_part(options, options.n, 0);
}

bool cg_clue_dhcp(struct cg_clues *c, const struct cg_heard *heard, struct cg_span data)
{
	struct cg_span options = cg_span_from(data, AT_OPTIONS), client;
	bool new;

	if (cg_span_8(data, AT_OP) != REQUEST || cg_span_be32(data, AT_COOKIE) != COOKIE)
		return false;
	/* Handed on for another: an extender, a relay. What it says is of that one. */
	client = option(options, OPT_CLIENT);
	if (cg_span_8(data, AT_HLEN) != sizeof(heard->mac) ||
	    memcmp(data.p + AT_CHADDR, heard->mac, sizeof(heard->mac)) ||
	    (client.n == 1 + sizeof(heard->mac) && client.p[0] == CLIENT_ETHER &&
	     memcmp(client.p + 1, heard->mac, sizeof(heard->mac))))
		return false;
	new = cg_clue_hostname(c, cg_span_text(option(options, OPT_NAME)));
	new |= read_class(c, cg_span_text(option(options, OPT_CLASS)));
	new |= read_list(c, option(options, OPT_LIST));
	return new;
}

#define V6_CLASS 16 /* RFC 8415, 21.16: enterprise, then texts with their lengths */
#define V6_FQDN	 39 /* RFC 4704, 4: flags, then a name in labels */

/* Messages of clients: SOLICIT, REQUEST, CONFIRM, RENEW, REBIND, INFORMATION-REQUEST. */
static bool is_client(unsigned int type)
{
	return type == 1 || (type >= 3 && type <= 6) || type == 11;
}

bool cg_clue_dhcp6(struct cg_clues *c, const struct cg_heard *heard, struct cg_span data)
{
	bool new = false;

	(void)heard;
	if (!is_client(cg_span_8(data, 0)))
		return false;
	for (size_t at = 4; at + 4 <= data.n;) {
		size_t len = cg_span_be16(data, at + 2);
		struct cg_span o = cg_span_part(data, at + 4, len);

		if (cg_span_be16(data, at) == V6_CLASS)
			new |= read_class(c, cg_span_part(o, 6, cg_span_be16(o, 4)));
		else if (cg_span_be16(data, at) == V6_FQDN)
			new |= cg_clue_hostname(c, cg_span_part(o, 2, cg_span_8(o, 1)));
		at += 4 + len;
	}
	return new;
}
