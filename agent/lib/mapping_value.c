/* SPDX-License-Identifier: GPL-2.0-only */
/* Values in nft's JSON, libnftables-json(5) "EXPRESSIONS". */
#include <errno.h>
#include <json-c/json.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <camgate/bpf_abi.h>
#include "mapping_item.h"

struct json_object *cg_mapping_get(struct json_object *o, const char *key)
{
	struct json_object *v = NULL;

	if (!json_object_is_type(o, json_type_object) || !json_object_object_get_ex(o, key, &v))
		return NULL;
	return v;
}

const char *cg_mapping_text(struct json_object *o, const char *key)
{
	struct json_object *v = cg_mapping_get(o, key);

	return json_object_is_type(v, json_type_string) ? json_object_get_string(v) : "";
}

static bool addr_read(struct json_object *o, struct cg_addr *ret_addr)
{
	return json_object_is_type(o, json_type_string) &&
	       !cg_addr_parse(json_object_get_string(o), ret_addr);
}

static void last_of(const struct cg_addr *first, unsigned int len, struct cg_addr *ret_last)
{
	*ret_last = *first;
	for (unsigned int bit = len; bit < 128; bit++)
		ret_last->b[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
}

bool cg_mapping_addrs_read(struct json_object *o, struct cg_mapping_addrs *ret_addrs)
{
	struct json_object *range = cg_mapping_get(o, "range");
	struct json_object *prefix = cg_mapping_get(o, "prefix");
	struct cg_mapping_addrs *a = ret_addrs;
	int64_t len;

	*a = (struct cg_mapping_addrs){ 0 };
	if (json_object_is_type(range, json_type_array))
		return json_object_array_length(range) == 2 &&
		       addr_read(json_object_array_get_idx(range, 0), &a->lo) &&
		       addr_read(json_object_array_get_idx(range, 1), &a->hi);
	if (prefix) {
		struct json_object *n = cg_mapping_get(prefix, "len");

		if (!addr_read(cg_mapping_get(prefix, "addr"), &a->lo) ||
		    !json_object_is_type(n, json_type_int))
			return false;
		len = json_object_get_int64(n) + (cg_addr_is_v4(&a->lo) ? 96 : 0);
		if (len < 0 || len > 128)
			return false;
		last_of(&a->lo, (unsigned int)len, &a->hi);
		return true;
	}
	/* An element with a time-out or a counter of its own. */
	if (cg_mapping_get(o, "elem"))
		return cg_mapping_addrs_read(cg_mapping_get(cg_mapping_get(o, "elem"), "val"), a);
	if (!addr_read(o, &a->lo))
		return false;
	a->hi = a->lo;
	return true;
}

bool cg_mapping_addrs_have(const struct cg_mapping_addrs *a, const struct cg_addr *addr)
{
	if (!a->masked)
		return memcmp(&a->lo, addr, sizeof(*addr)) <= 0 &&
		       memcmp(addr, &a->hi, sizeof(*addr)) <= 0;
	for (size_t i = 0; i < sizeof(addr->b); i++)
		if ((addr->b[i] & a->mask.b[i]) != a->lo.b[i])
			return false;
	return true;
}

bool cg_mapping_addrs_sole(const struct cg_mapping_addrs *a)
{
	return !a->masked && !memcmp(&a->lo, &a->hi, sizeof(a->lo));
}

static bool port_read(struct json_object *o, uint16_t *ret_port)
{
	int64_t n = json_object_is_type(o, json_type_int) ? json_object_get_int64(o) : -1;

	if (n < 0 || n > 65535)
		return false;
	*ret_port = (uint16_t)n;
	return true;
}

bool cg_mapping_ports_read(struct json_object *o, struct cg_mapping_ports *ret_ports)
{
	struct json_object *range = cg_mapping_get(o, "range");

	if (cg_mapping_get(o, "elem"))
		return cg_mapping_ports_read(cg_mapping_get(cg_mapping_get(o, "elem"), "val"),
					     ret_ports);
	if (json_object_is_type(range, json_type_array))
		return json_object_array_length(range) == 2 &&
		       port_read(json_object_array_get_idx(range, 0), &ret_ports->lo) &&
		       port_read(json_object_array_get_idx(range, 1), &ret_ports->hi) &&
		       ret_ports->lo <= ret_ports->hi;
	if (!port_read(o, &ret_ports->lo))
		return false;
	ret_ports->hi = ret_ports->lo;
	return true;
}

bool cg_mapping_proto_named(const char *name, uint8_t *ret_proto)
{
	static const struct {
		const char *name;
		uint8_t nr;
	} protos[] = { { "tcp", IPPROTO_TCP },	     { "udp", IPPROTO_UDP },
		       { "icmp", IPPROTO_ICMP },     { "ipv6-icmp", IPPROTO_ICMPV6 },
		       { "icmpv6", IPPROTO_ICMPV6 }, { "sctp", IPPROTO_SCTP },
		       { "gre", IPPROTO_GRE },	     { "esp", IPPROTO_ESP } };

	for (size_t i = 0; i < sizeof(protos) / sizeof(protos[0]); i++) {
		if (strcmp(protos[i].name, name) != 0)
			continue;
		*ret_proto = protos[i].nr;
		return true;
	}
	return false;
}

bool cg_mapping_proto_read(struct json_object *o, uint8_t *ret_proto)
{
	struct json_object *set = cg_mapping_get(o, "set");
	bool tcp = false, udp = false;

	if (json_object_is_type(o, json_type_int)) {
		int64_t n = json_object_get_int64(o);

		*ret_proto = (uint8_t)n;
		return n > 0 && n < CG_PROTO_TCPUDP;
	}
	if (json_object_is_type(o, json_type_string))
		return cg_mapping_proto_named(json_object_get_string(o), ret_proto);
	if (!json_object_is_type(set, json_type_array))
		return false;
	for (size_t i = 0; i < json_object_array_length(set); i++) {
		uint8_t nr;
		struct json_object *one = json_object_array_get_idx(set, i);

		if (json_object_is_type(one, json_type_object) || !cg_mapping_proto_read(one, &nr))
			return false;
		tcp |= nr == IPPROTO_TCP;
		udp |= nr == IPPROTO_UDP;
		if (nr != IPPROTO_TCP && nr != IPPROTO_UDP)
			return false;
	}
	*ret_proto = tcp && udp ? CG_PROTO_TCPUDP : tcp ? IPPROTO_TCP : IPPROTO_UDP;
	return tcp || udp;
}

static int hex_of(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool cg_mapping_raw_addr(struct json_object *o, int bits, struct cg_addr *ret_addr)
{
	uint8_t *b = ret_addr->b;

	memset(ret_addr, 0, sizeof(*ret_addr));
	if (bits == 32) {
		int64_t n = json_object_is_type(o, json_type_int) ? json_object_get_int64(o) : -1;

		if (n < 0 || n > UINT32_MAX)
			return false;
		b[10] = b[11] = 0xff;
		for (int i = 0; i < 4; i++)
			b[12 + i] = (uint8_t)((uint64_t)n >> 8 * (3 - i));
		return true;
	}
	if (json_object_is_type(o, json_type_int)) {
		int64_t n = json_object_get_int64(o);

		for (int i = 0; i < 8; i++)
			b[8 + i] = (uint8_t)((uint64_t)n >> 8 * (7 - i));
		return n >= 0 && n < INT64_MAX;
	}
	if (json_object_is_type(o, json_type_string)) {
		const char *s = json_object_get_string(o);
		size_t n = strlen(s);

		if (n < 3 || n > 34 || strncmp(s, "0x", 2) != 0)
			return false;
		for (size_t i = 0; i < n - 2; i++) {
			int v = hex_of(s[n - 1 - i]);

			if (v < 0)
				return false;
			b[15 - i / 2] |= (uint8_t)(v << i % 2 * 4);
		}
		return true;
	}
	return false;
}
