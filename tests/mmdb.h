/* SPDX-License-Identifier: GPL-2.0-only */
/* Writes small databases in MaxMind's format (maxmind.github.io/MaxMind-DB), so that no test needs one of somebody's. */
#ifndef CG_TEST_MMDB_H
#define CG_TEST_MMDB_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum mmdb_style {
	MMDB_MAXMIND, /* country: { iso_code: "CN" }, autonomous_system_number: 13335 */
	MMDB_FLAT,    /* country_code: "CN" */
	MMDB_IPINFO,  /* country: "CN", asn: "AS13335" */
};

/* Broad ones before those inside them; len counts within the address's own family. */
struct mmdb_row {
	uint8_t addr[16];
	int len;
	bool v4;
	const char *country; /* NULL: none */
	uint32_t asn;	     /* 0: none */
};

struct mmdb_opts {
	int record_size; /* 24, 28, 32 */
	bool only_v4;
	bool aliases; /* ::ffff:0:0/96, 2002::/16 and 2001::/32 lead to IPv4 */
	enum mmdb_style style;
	uint64_t built;
};

#define MMDB_EMPTY 0
struct mmdb {
	int64_t (*node)[2]; /* MMDB_EMPTY, a node from 1 on, or -1 - offset of a leaf's data */
	size_t nnodes, room;
	uint8_t *data;
	size_t ndata, data_room;
};

static inline void mmdb_put(struct mmdb *m, const void *p, size_t n)
{
	if (m->ndata + n > m->data_room) {
		m->data_room = 2 * (m->ndata + n);
		m->data = realloc(m->data, m->data_room);
	}
	memcpy(m->data + m->ndata, p, n);
	m->ndata += n;
}

static inline void mmdb_byte(struct mmdb *m, int b)
{
	uint8_t v = (uint8_t)b;

	mmdb_put(m, &v, 1);
}

/* Types of the format. */
static inline void mmdb_text(struct mmdb *m, const char *s)
{
	mmdb_byte(m, 2 << 5 | (int)strlen(s));
	mmdb_put(m, s, strlen(s));
}

static inline void mmdb_number(struct mmdb *m, int type, int bytes, uint64_t v)
{
	if (type < 8) {
		mmdb_byte(m, (type << 5 | bytes) & 255);
	} else {
		mmdb_byte(m, bytes);
		mmdb_byte(m, type - 7);
	}
	for (int i = bytes - 1; i >= 0; i--)
		mmdb_byte(m, (int)(v >> 8 * i & 255));
}

static inline void mmdb_map(struct mmdb *m, int pairs)
{
	mmdb_byte(m, 7 << 5 | pairs);
}

static inline int64_t mmdb_node(struct mmdb *m, int64_t child)
{
	if (m->nnodes == m->room) {
		m->room = m->room ? 2 * m->room : 64;
		m->node = realloc(m->node, m->room * sizeof(*m->node));
	}
	m->node[m->nnodes][0] = m->node[m->nnodes][1] = child;
	return (int64_t)m->nnodes++;
}

/* The child at the end of the first len bits, for writing. */
static inline int64_t *mmdb_at(struct mmdb *m, const uint8_t *addr, int len)
{
	int64_t at = 0;
	int side = 0;

	for (int i = 0; i < len; i++) {
		side = addr[i / 8] >> (7 - i % 8) & 1;
		if (i + 1 == len)
			break;
		if (m->node[at][side] <= 0) {
			int64_t fresh = mmdb_node(m, m->node[at][side]);

			m->node[at][side] = fresh;
		}
		at = m->node[at][side];
	}
	return &m->node[at][side];
}

static inline int64_t mmdb_record(struct mmdb *m, const struct mmdb_row *r, enum mmdb_style style)
{
	int64_t at = (int64_t)m->ndata;
	char text[16];

	mmdb_map(m, (r->country != NULL) + (r->asn != 0));
	if (r->country) {
		mmdb_text(m, style == MMDB_FLAT ? "country_code" : "country");
		if (style == MMDB_MAXMIND) {
			mmdb_map(m, 1);
			mmdb_text(m, "iso_code");
		}
		mmdb_text(m, r->country);
	}
	if (r->asn && style == MMDB_IPINFO) {
		snprintf(text, sizeof(text), "AS%u", r->asn);
		mmdb_text(m, "asn");
		mmdb_text(m, text);
	} else if (r->asn) {
		mmdb_text(m, "autonomous_system_number");
		mmdb_number(m, 6, 4, r->asn);
	}
	return -1 - at;
}

static inline void mmdb_metadata(struct mmdb *m, const struct mmdb_opts *o)
{
	mmdb_put(m, "\xab\xcd\xefMaxMind.com", 14);
	mmdb_map(m, 9);
	mmdb_text(m, "binary_format_major_version");
	mmdb_number(m, 5, 2, 2);
	mmdb_text(m, "binary_format_minor_version");
	mmdb_number(m, 5, 2, 0);
	mmdb_text(m, "build_epoch");
	mmdb_number(m, 9, 8, o->built);
	mmdb_text(m, "database_type");
	mmdb_text(m, "camgate-test");
	mmdb_text(m, "description");
	mmdb_map(m, 0);
	mmdb_text(m, "ip_version");
	mmdb_number(m, 5, 2, o->only_v4 ? 4 : 6);
	mmdb_text(m, "languages");
	mmdb_byte(m, 0);
	mmdb_byte(m, 11 - 7);
	mmdb_text(m, "node_count");
	mmdb_number(m, 6, 4, m->nnodes);
	mmdb_text(m, "record_size");
	mmdb_number(m, 5, 2, (uint64_t)o->record_size);
}

static inline uint32_t mmdb_value(const struct mmdb *m, int64_t child)
{
	if (child > 0)
		return (uint32_t)child;
	if (child == MMDB_EMPTY)
		return (uint32_t)m->nnodes;
	return (uint32_t)(m->nnodes + 16 + (size_t)(-1 - child));
}

static inline void mmdb_pair(struct mmdb *to, int size, uint32_t l, uint32_t r)
{
	uint8_t b[8];
	int n = 0;

	if (size == 32)
		b[n++] = (uint8_t)(l >> 24);
	b[n++] = (uint8_t)(l >> 16);
	b[n++] = (uint8_t)(l >> 8);
	b[n++] = (uint8_t)l;
	if (size == 28)
		b[n++] = (uint8_t)((l >> 24 & 15) << 4 | (r >> 24 & 15));
	if (size == 32)
		b[n++] = (uint8_t)(r >> 24);
	b[n++] = (uint8_t)(r >> 16);
	b[n++] = (uint8_t)(r >> 8);
	b[n++] = (uint8_t)r;
	mmdb_put(to, b, (size_t)n);
}

/* The whole file; the caller frees it. */
static inline uint8_t *mmdb_make(const struct mmdb_row *rows, size_t n,
				 const struct mmdb_opts *opts, size_t *ret_n)
{
	static const uint8_t none[16], mapped[16] = { [10] = 0xff, [11] = 0xff },
				       sixto4[16] = { 0x20, 0x02 }, teredo[16] = { 0x20, 0x01 };
	static const uint8_t zeros[16];
	struct mmdb m = { 0 }, file = { 0 };
	int64_t v4;

	mmdb_node(&m, MMDB_EMPTY);
	/* A leaf's data at 0 must not look empty: -1 - 0 does not. */
	if (!opts->only_v4 && opts->aliases) {
		v4 = mmdb_node(&m, MMDB_EMPTY);
		*mmdb_at(&m, none, 96) = v4;
		*mmdb_at(&m, mapped, 96) = v4;
		*mmdb_at(&m, sixto4, 16) = v4;
		*mmdb_at(&m, teredo, 32) = v4;
	}
	for (size_t i = 0; i < n; i++) {
		uint8_t addr[16] = { 0 };
		int64_t record = mmdb_record(&m, &rows[i], opts->style), *at;
		int len = rows[i].len;

		if (rows[i].v4 && !opts->only_v4) {
			memcpy(addr + 12, rows[i].addr, 4);
			len += 96;
		} else {
			memcpy(addr, rows[i].addr, rows[i].v4 ? 4 : 16);
		}
		if (opts->only_v4 && !rows[i].v4)
			continue;
		at = mmdb_at(&m, addr, len);
		*at = record;
	}
	for (size_t i = 0; i < m.nnodes; i++)
		mmdb_pair(&file, opts->record_size, mmdb_value(&m, m.node[i][0]),
			  mmdb_value(&m, m.node[i][1]));
	mmdb_put(&file, zeros, 16);
	mmdb_put(&file, m.data, m.ndata);
	file.nnodes = m.nnodes;
	mmdb_metadata(&file, opts);
	free(m.node);
	free(m.data);
	*ret_n = file.ndata;
	return file.data;
}

#endif
