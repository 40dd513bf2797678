/* SPDX-License-Identifier: GPL-2.0-only */
/* LZMA, as the public "LZMA specification" of 7-Zip's SDK has it; what is unpacked is its own dictionary. */
#include "lzma.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include "cleanup.h"

#define STATES	   12
#define POSITIONS  16
#define MATCH_MIN  2
#define DIST_SLOTS 64
#define SLOT_BITS  6
#define SLOT_TREE  14 /* from this slot on the middle bits are as likely as not */
#define ALIGN_BITS 4
#define DIST_TREES 115 /* bits below SLOT_TREE */

typedef uint16_t prob; /* of a 0, of 2048 */

struct lengths {
	prob choice, more;
	prob low[POSITIONS][8], mid[POSITIONS][8], high[256];
};

struct unpack {
	const unsigned char *from, *end;
	uint32_t range, code;
	bool over; /* more was asked for than there is */
	unsigned int state;
	uint32_t rep[4]; /* distances - 1 of late matches */
	struct probs {
		prob match[STATES][POSITIONS], rep[STATES], rep0[STATES], rep1[STATES],
			rep2[STATES], rep0_long[STATES][POSITIONS];
		prob slot[4][DIST_SLOTS], dist[DIST_TREES], align[1 << ALIGN_BITS];
		struct lengths len, rep_len;
		prob literal[]; /* 0x300 for each context */
	} * p;
};

static void fill(struct unpack *u)
{
	if (u->range >> 24)
		return;
	u->range <<= 8;
	u->code <<= 8;
	if (u->from < u->end)
		u->code |= *u->from++;
	else
		u->over = true;
}

static unsigned int bit(struct unpack *u, prob *p)
{
	uint32_t bound = (u->range >> 11) * *p;
	bool one = u->code >= bound;

	if (one) {
		u->range -= bound;
		u->code -= bound;
		*p -= *p >> 5;
	} else {
		u->range = bound;
		*p += (2048 - *p) >> 5;
	}
	fill(u);
	return one;
}

static uint32_t plain_bits(struct unpack *u, unsigned int n)
{
	uint32_t v = 0;

	while (n--) {
		u->range >>= 1;
		v <<= 1;
		if (u->code >= u->range) {
			u->code -= u->range;
			v |= 1;
		}
		fill(u);
	}
	return v;
}

static unsigned int tree(struct unpack *u, prob *p, unsigned int nbits)
{
	unsigned int m = 1;

	for (unsigned int i = 0; i < nbits; i++)
		m = m << 1 | bit(u, &p[m]);
	return m - (1U << nbits);
}

static unsigned int tree_reverse(struct unpack *u, prob *p, unsigned int nbits)
{
	unsigned int m = 1, v = 0;

	for (unsigned int i = 0; i < nbits; i++) {
		unsigned int b = bit(u, &p[m]);

		m = m << 1 | b;
		v |= b << i;
	}
	return v;
}

static unsigned int length(struct unpack *u, struct lengths *l, unsigned int pos)
{
	if (!bit(u, &l->choice))
		return MATCH_MIN + tree(u, l->low[pos], 3);
	if (!bit(u, &l->more))
		return MATCH_MIN + 8 + tree(u, l->mid[pos], 3);
	return MATCH_MIN + 16 + tree(u, l->high, 8);
}

static uint32_t distance(struct unpack *u, unsigned int len)
{
	unsigned int at = len - MATCH_MIN < 3 ? len - MATCH_MIN : 3;
	unsigned int slot = tree(u, u->p->slot[at], SLOT_BITS), n = (slot >> 1) - 1;
	uint32_t d = 2 | (slot & 1);

	if (slot < 4)
		return slot;
	d <<= n;
	if (slot < SLOT_TREE)
		return d + tree_reverse(u, u->p->dist + d - slot, n);
	d += plain_bits(u, n - ALIGN_BITS) << ALIGN_BITS;
	return d + tree_reverse(u, u->p->align, ALIGN_BITS);
}

static unsigned char literal(struct unpack *u, prob *p, bool after_match, unsigned int match)
{
	unsigned int m = 1;

	while (after_match && m < 0x100) {
		unsigned int expected = match >> 7 & 1, b;

		match <<= 1;
		b = bit(u, &p[((1 + expected) << 8) + m]);
		m = m << 1 | b;
		after_match = b == expected;
	}
	while (m < 0x100)
		m = m << 1 | bit(u, &p[m]);
	return (unsigned char)m;
}

/* One of the late distances to the front; true: of one byte alone. */
static bool repeat(struct unpack *u, unsigned int pos)
{
	struct probs *p = u->p;
	unsigned int s = u->state, which = 0;
	uint32_t d;

	if (!bit(u, &p->rep0[s])) {
		if (!bit(u, &p->rep0_long[s][pos]))
			return true;
	} else {
		which = !bit(u, &p->rep1[s]) ? 1 : 2 + bit(u, &p->rep2[s]);
	}
	d = u->rep[which];
	for (; which; which--)
		u->rep[which] = u->rep[which - 1];
	u->rep[0] = d;
	return false;
}

/* How many bytes at rep[0] follow; 0: the mark of the end. */
static unsigned int match(struct unpack *u, unsigned int pos)
{
	unsigned int s = u->state, n;

	if (bit(u, &u->p->rep[s])) {
		if (repeat(u, pos)) {
			u->state = s < 7 ? 9 : 11;
			return 1;
		}
		u->state = s < 7 ? 8 : 11;
		return length(u, &u->p->rep_len, pos);
	}
	u->rep[3] = u->rep[2];
	u->rep[2] = u->rep[1];
	u->rep[1] = u->rep[0];
	u->state = s < 7 ? 7 : 10;
	n = length(u, &u->p->len, pos);
	u->rep[0] = distance(u, n);
	return u->rep[0] == UINT32_MAX ? 0 : n;
}

static int unpack(struct unpack *u, const struct cg_lzma_props *props, unsigned char *to,
		  size_t len)
{
	const size_t lp_mask = (1U << props->lp) - 1, pb_mask = (1U << props->pb) - 1;

	for (size_t at = 0; !u->over;) {
		unsigned int pos = at & pb_mask, s = u->state, n;

		if (!bit(u, &u->p->match[s][pos])) {
			unsigned int before = at ? to[at - 1] : 0;
			size_t context = (at & lp_mask) << props->lc | before >> (8 - props->lc);

			if (at == len)
				return -EBADMSG;
			to[at] = literal(u, u->p->literal + 0x300 * context, s >= 7,
					 s >= 7 ? to[at - u->rep[0] - 1] : 0);
			at++;
			u->state = s < 4 ? 0 : s < 10 ? s - 3 : s - 6;
			continue;
		}
		n = match(u, pos);
		if (!n)
			return at == len && !u->over && !u->code ? 0 : -EBADMSG;
		if (u->rep[0] >= at || n > len - at)
			return -EBADMSG;
		for (; n; n--, at++)
			to[at] = to[at - u->rep[0] - 1];
	}
	return -EBADMSG;
}

int cg_lzma_unpack(const struct cg_lzma_props *props, const unsigned char *from, size_t n,
		   unsigned char *to, size_t len)
{
	size_t nprobs = sizeof(struct probs) / sizeof(prob) + (0x300U << (props->lc + props->lp));
	_cleanup_free_ prob *probs = malloc(nprobs * sizeof(prob));
	struct unpack u = { .from = from, .end = from + n, .range = UINT32_MAX };

	if (!probs)
		return -ENOMEM;
	for (size_t i = 0; i < nprobs; i++)
		probs[i] = 1024;
	u.p = (struct probs *)probs;
	if (n < 5 || *u.from++)
		return -EBADMSG;
	for (unsigned int i = 0; i < 4; i++)
		u.code = u.code << 8 | *u.from++;
	return unpack(&u, props, to, len);
}
