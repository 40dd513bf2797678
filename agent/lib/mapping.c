/* SPDX-License-Identifier: GPL-2.0-only */
/* Lists of openings, and what miniupnpd writes down of its own. */
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <camgate/bpf_abi.h>
#include "mapping.h"
#include "mapping_item.h"
#include "utf8.h"

/* miniupnpd reads no more of a line, upnpredirect.c reload_from_lease_file(). */
#define LINE_LEN 256
#define FIELDS	 8

void cg_mapping_list_free(struct cg_mapping_list *list)
{
	free(list->m);
	memset(list, 0, sizeof(*list));
}

int cg_mapping_add(struct cg_mapping_list *list, const struct cg_mapping *m)
{
	struct cg_mapping *more;

	if (list->n == CG_MAPPINGS_MAX) {
		list->cut++;
		return 0;
	}
	/* Room doubles: it is full at the powers of two. */
	if (!(list->n & (list->n - 1))) {
		more = reallocarray(list->m, list->n ? 2 * list->n : 1, sizeof(*more));
		if (!more)
			return -ENOMEM;
		list->m = more;
	}
	list->m[list->n++] = *m;
	return 0;
}

size_t cg_mapping_from(const struct cg_mapping_want *want, const struct cg_addr *addr)
{
	size_t lo = 0, hi = want->naddr;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (memcmp(&want->addr[mid], addr, sizeof(*addr)) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static bool wanted(const struct cg_mapping_want *want, const struct cg_addr *addr)
{
	size_t i = cg_mapping_from(want, addr);

	return i < want->naddr && !memcmp(&want->addr[i], addr, sizeof(*addr));
}

/* A description is the camera's own word: what is no UTF-8 would make a reply that nobody
 * reads, what steers a terminal one that is misread. */
void cg_mapping_copy(char *to, size_t size, const char *from)
{
	size_t len = strlen(from), at = 0, n = 0;

	while (at < len) {
		uint32_t code;
		size_t step = cg_utf8_next(from + at, len - at, &code);
		bool odd = !step || cg_utf8_is_control(code);

		step = step ? step : 1;
		if (n + (odd ? 1 : step) >= size)
			break;
		if (odd)
			to[n++] = '?';
		else
			memcpy(to + n, from + at, step);
		n += odd ? 0 : step;
		at += step;
	}
	to[n] = '\0';
}

bool cg_mapping_name_ok(const char *name)
{
	size_t n = strlen(name);

	return n && n < CG_MAPPING_NAME_LEN - 1 &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
			    "_.-") == n &&
	       name[0] != '-' && name[0] != '.';
}

bool cg_mapping_same(const struct cg_mapping *x, const struct cg_mapping *y)
{
	return x->kind == y->kind && x->proto == y->proto && x->out_lo == y->out_lo &&
	       x->out_hi == y->out_hi && x->in_lo == y->in_lo && x->in_hi == y->in_hi &&
	       !memcmp(&x->to, &y->to, sizeof(x->to)) && !strcmp(x->family, y->family) &&
	       !strcmp(x->table, y->table) && !strcmp(x->chain, y->chain) &&
	       !strcmp(x->file, y->file);
}

/* ---- words ---- */

const char *cg_mapping_proto(uint8_t proto, char buf[static 8])
{
	switch (proto) {
	case IPPROTO_TCP:
		return "tcp";
	case IPPROTO_UDP:
		return "udp";
	case CG_PROTO_ANY:
		return "any";
	case CG_PROTO_TCPUDP:
		return "tcp+udp";
	}
	(void)snprintf(buf, 8, "%u", proto);
	return buf;
}

const char *cg_mapping_kind_name(unsigned int kind)
{
	static const char *const names[] = {
		[CG_MAPPING_FORWARD] = "forward", [CG_MAPPING_PASS] = "pass", [CG_MAPPING_LEASE] = "lease"
	};

	return kind < sizeof(names) / sizeof(names[0]) && names[kind] ? names[kind] : "";
}

const char *cg_mapping_by_name(unsigned int by)
{
	static const char *const names[] = { [CG_MAPPING_BY_HAND] = "hand",
					     [CG_MAPPING_BY_FW4] = "fw4",
					     [CG_MAPPING_BY_IPTABLES] = "iptables",
					     [CG_MAPPING_BY_UPNP] = "upnp" };

	return by < sizeof(names) / sizeof(names[0]) && names[by] ? names[by] : "";
}

/* ---- lease files ---- */

static bool port_parse(const char *s, uint16_t *ret_port)
{
	unsigned int n;
	char rest;

	if (sscanf(s, "%5u%c", &n, &rest) != 1 || n > 65535)
		return false;
	*ret_port = (uint16_t)n;
	return true;
}

static size_t split(char *line, char by, size_t max, char *field[static FIELDS])
{
	size_t n = 0;

	while (line && n < max) {
		field[n++] = line;
		line = n < max ? strchr(line, by) : NULL;
		if (line)
			*line++ = '\0';
	}
	return n;
}

static bool proto_parse(const char *s, uint8_t *ret_proto)
{
	*ret_proto = !strcmp(s, "TCP") ? IPPROTO_TCP : !strcmp(s, "UDP") ? IPPROTO_UDP : 0;
	return *ret_proto;
}

/* PROTO;ADDRESS;PORT;REMOTE;PORT;UID;TIME;WORDS, or PROTO:PORT:ADDRESS:PORT:TIME:WORDS:
 * an address with colons has semicolons around it. */
static bool lease_parse(char *line, struct cg_mapping *m)
{
	char *f[FIELDS];
	size_t n;

	*m = (struct cg_mapping){ .kind = CG_MAPPING_LEASE,
				  .by = CG_MAPPING_BY_UPNP,
				  .sole = true };
	if (line[strcspn(line, ":;")] == ';') {
		n = split(line, ';', FIELDS, f);
		if (n < FIELDS || !proto_parse(f[0], &m->proto) || cg_addr_parse(f[1], &m->to) ||
		    !port_parse(f[2], &m->in_lo))
			return false;
		m->out_lo = m->in_lo;
		/* "::" is anybody. */
		if (!cg_addr_parse(f[3], &m->from.addr) && cg_addr_is_unicast(&m->from.addr)) {
			m->from.len = 128;
			m->has_from = true;
		}
	} else {
		n = split(line, ':', 6, f);
		if (n < 6 || !proto_parse(f[0], &m->proto) || !port_parse(f[1], &m->out_lo) ||
		    cg_addr_parse(f[2], &m->to) || !port_parse(f[3], &m->in_lo))
			return false;
	}
	m->out_hi = m->out_lo;
	m->in_hi = m->in_lo;
	cg_mapping_copy(m->note, sizeof(m->note), f[n - 1]);
	return true;
}

/* The next line of text as a string; how far it is to the one behind it. */
static size_t line_take(const char *text, size_t n, char line[static LINE_LEN])
{
	const char *end = memchr(text, '\n', n);
	size_t len = end ? (size_t)(end - text) : n;
	size_t keep = len < LINE_LEN ? len : LINE_LEN - 1;

	memcpy(line, text, keep);
	line[keep] = '\0';
	return end ? len + 1 : len;
}

int cg_mapping_leases_read(const char *text, size_t n, const char *file,
			   const struct cg_mapping_want *want, struct cg_mapping_list *list)
{
	int nr = 0, err = 0;

	for (size_t at = 0; at < n && !err;) {
		char line[LINE_LEN];
		struct cg_mapping m;

		at += line_take(text + at, n - at, line);
		nr++;
		if (!lease_parse(line, &m) || !wanted(want, &m.to))
			continue;
		cg_mapping_copy(m.file, sizeof(m.file), file);
		m.line = nr;
		err = cg_mapping_add(list, &m);
	}
	return err;
}

int cg_mapping_leases_without(const char *text, size_t len, const struct cg_mapping *m, size_t n,
			      char **ret_text, size_t *ret_len, size_t *ret_gone)
{
	char *out = malloc(len + 1);
	size_t kept = 0, gone = 0;

	if (!out)
		return -ENOMEM;
	for (size_t at = 0; at < len;) {
		char line[LINE_LEN];
		size_t step = line_take(text + at, len - at, line);
		struct cg_mapping is;
		bool out_of_it = false;

		if (lease_parse(line, &is))
			for (size_t i = 0; i < n && !out_of_it; i++) {
				cg_mapping_copy(is.file, sizeof(is.file), m[i].file);
				out_of_it = cg_mapping_same(&is, &m[i]);
			}
		if (!out_of_it) {
			memcpy(out + kept, text + at, step);
			kept += step;
		}
		gone += out_of_it;
		at += step;
	}
	out[kept] = '\0';
	*ret_text = out;
	*ret_len = kept;
	*ret_gone = gone;
	return 0;
}

/* ---- miniupnpd.conf ---- */

void cg_mapping_upnp_read(const char *text, struct cg_mapping_upnp *upnp)
{
	const struct {
		const char *name;
		char *to;
		size_t size;
	} known[] = {
		{ "lease_file", upnp->leases, sizeof(upnp->leases) },
		{ "lease_file6", upnp->leases6, sizeof(upnp->leases6) },
		{ "upnp_table_name", upnp->table, sizeof(upnp->table) },
		{ "upnp_nat_table_name", upnp->nat_table, sizeof(upnp->nat_table) },
		{ "upnp_forward_chain", upnp->chain[0], sizeof(upnp->chain[0]) },
		{ "upnp_nat_chain", upnp->chain[1], sizeof(upnp->chain[1]) },
		{ "upnp_nat_postrouting_chain", upnp->chain[2], sizeof(upnp->chain[2]) },
	};
	size_t n = strlen(text);

	for (size_t at = 0; at < n;) {
		char line[LINE_LEN], *name = line, *value, *end;

		at += line_take(text + at, n - at, line);
		name += strspn(name, " \t");
		value = strchr(name, '=');
		if (!value || *name == '#')
			continue;
		end = value;
		*value++ = '\0';
		while (end > name && strchr(" \t", end[-1]))
			*--end = '\0';
		value += strspn(value, " \t");
		value[strcspn(value, " \t\r\n")] = '\0';
		if (!strcmp(name, "http_port") || !strcmp(name, "port"))
			(void)port_parse(value, &upnp->http_port);
		for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
			/* A name that is cut is another. */
			if (!strcmp(known[i].name, name) && strlen(value) < known[i].size)
				cg_mapping_copy(known[i].to, known[i].size, value);
	}
}
