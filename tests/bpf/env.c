/* SPDX-License-Identifier: GPL-2.0-only */
/* The packet path alone: fills its maps by hand, runs packets through it. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <assert.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "../../agent/kern/put.h"
#include "env.h"

const uint8_t CAM1[6] = { 0x02, 0xca, 0, 0, 0, 1 }, CAM2[6] = { 0x02, 0xca, 0, 0, 0, 2 };
const uint8_t GW[6] = { 0x02, 0, 0, 0, 0, 0xfe }, PHONE[6] = { 0x02, 0x0f, 0, 0, 0, 0x30 };
const uint8_t BCAST[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
const uint8_t MC4[6] = { 0x01, 0x00, 0x5e, 0x7f, 0xff, 0xfa }, MC6[6] = { 0x33, 0x33, 0, 0, 0, 1 };

void env_die(int rc, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	printf("# ");
	vprintf(fmt, ap);
	printf("\n");
	va_end(ap);
	exit(rc);
}

uint64_t env_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_BOOTTIME, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

void env_wait_until(uint64_t ns)
{
	struct timespec t = { .tv_sec = ns / 1000000000ULL, .tv_nsec = ns % 1000000000ULL };

	while (clock_nanosleep(CLOCK_BOOTTIME, TIMER_ABSTIME, &t, NULL) == EINTR)
		;
}

static void must(int r, const char *what)
{
	if (r)
		env_die(1, "%s: %s", what, strerror(errno));
}

static void map_empty(int fd)
{
	uint8_t key[64];

	while (!bpf_map_get_next_key(fd, NULL, key))
		must(bpf_map_delete_elem(fd, key), "delete");
}

void env_net(struct env *e, const char *prefix, enum cg_net_kind kind, uint8_t lan,
	     uint64_t until_ns)
{
	struct cg_net_key key = { 0 };
	struct cg_net net = { .until_ns = until_ns, .kind = kind, .lan = lan };
	uint8_t bits;

	assert(addr_prefix_parse(prefix, key.addr, &bits));
	key.prefixlen = bits;
	must(cg_put(e->nets, &key, &net, BPF_ANY), prefix);
}

void env_net_del(struct env *e, const char *prefix)
{
	struct cg_net_key key = { 0 };
	uint8_t bits;

	assert(addr_prefix_parse(prefix, key.addr, &bits));
	key.prefixlen = bits;
	must(bpf_map_delete_elem(e->nets, &key), prefix);
}

void env_if(struct env *e, uint32_t ifindex, enum cg_net_kind kind, uint8_t lan)
{
	struct cg_if v = { .kind = kind, .lan = lan };

	must(cg_put(e->ifs, &ifindex, &v, BPF_ANY), "cg_ifs");
}

void env_word(struct env *e, uint32_t slot, uint64_t word)
{
	*(volatile __u64 *)&e->exposure[slot].word = word;
	e->meta->exposed++;
}

void env_rules_clear(struct env *e, uint32_t slot)
{
	e->cam[slot].nrules = 0;
}

/* DESTINATION[:PORT[-PORT]][/PROTO], IPv6 with a port in brackets. */
void env_rule_add(struct env *e, uint32_t slot, enum cg_rule_kind kind, const char *text)
{
	static const struct {
		const char *name;
		uint8_t proto;
	} protos[] = {
		{ "/tcp", IPPROTO_TCP },
		{ "/udp", IPPROTO_UDP },
		{ "/icmpv6", IPPROTO_ICMPV6 },
		{ "/icmp", IPPROTO_ICMP },
	};
	struct env_cam *cam = &e->cam[slot];
	struct env_rule *r = &cam->rules[cam->nrules];
	unsigned int lo = 0, hi = 65535;
	char buf[80], *ports = NULL, *dst = buf;
	size_t i, n;

	assert(cam->nrules < ENV_MAX_RULES);
	snprintf(buf, sizeof(buf), "%s", text);
	r->rule = (struct cg_rule){ .kind = kind, .id = cam->nrules, .proto = CG_PROTO_ANY };
	for (i = 0; i < sizeof(protos) / sizeof(protos[0]); i++) {
		n = strlen(protos[i].name);
		if (strlen(buf) > n && !strcmp(buf + strlen(buf) - n, protos[i].name)) {
			r->rule.proto = protos[i].proto;
			buf[strlen(buf) - n] = 0;
			break;
		}
	}
	if (*buf == '[') {
		dst = buf + 1;
		ports = strchr(buf, ']');
		*ports++ = 0;
		if (*ports)
			ports++;
	} else if (strchr(buf, ':') && strchr(buf, ':') == strrchr(buf, ':')) {
		ports = strchr(buf, ':');
		*ports++ = 0;
	}
	if (ports && *ports) {
		if (sscanf(ports, "%u-%u", &lo, &hi) == 1)
			hi = lo;
		if (r->rule.proto == CG_PROTO_ANY)
			r->rule.proto = CG_PROTO_TCPUDP;
	}
	r->rule.port_lo = lo;
	r->rule.port_hi = hi;
	if (!addr_prefix_parse(dst, r->addr, &r->bits))
		env_die(1, "rule '%s' is none", text);
	cam->nrules++;
}

static bool covers(const struct env_rule *a, const struct env_rule *b)
{
	size_t i;

	if (a->bits > b->bits)
		return false;
	for (i = 0; i < a->bits; i++)
		if ((a->addr[i / 8] ^ b->addr[i / 8]) & (0x80 >> i % 8))
			return false;
	return true;
}

/* The list of everything that covers a prefix, in chunks from the last to the first. */
static void vec_write(struct env *e, uint32_t gen, uint32_t slot, const struct env_rule *at,
		      const struct cg_rule *list, size_t n)
{
	size_t chunks = n ? (n + CG_RULES_PER_CHUNK - 1) / CG_RULES_PER_CHUNK : 1, i;
	struct cg_rule_key key = { .prefixlen = CG_RULE_PREFIX_BASE + at->bits,
				   .gen = gen,
				   .slot = slot };
	struct cg_more_key more = { .gen = gen };
	struct cg_rulevec vec;
	uint32_t next = 0;

	assert(chunks <= CG_MAX_CHUNKS);
	memcpy(key.addr, at->addr, 16);
	for (i = chunks; i-- > 0;) {
		memset(&vec, 0, sizeof(vec));
		vec.more = next;
		vec.n = n - i * CG_RULES_PER_CHUNK;
		if (vec.n > CG_RULES_PER_CHUNK)
			vec.n = CG_RULES_PER_CHUNK;
		memcpy(vec.rule, list + i * CG_RULES_PER_CHUNK, vec.n * sizeof(*list));
		if (!i) {
			must(cg_put(e->rules, &key, &vec, BPF_ANY), "cg_rules");
			env_rule_known(e, &key);
		} else {
			more.id = next = ++e->more_id;
			must(cg_put(e->rulemore, &more, &vec, BPF_ANY), "cg_rulemore");
		}
	}
}

static void rules_write(struct env *e, uint32_t gen, uint32_t slot)
{
	struct env_cam *cam = &e->cam[slot];
	struct cg_rule list[ENV_MAX_RULES];
	size_t i, j, n;
	int pass;

	for (i = 0; i < cam->nrules; i++) {
		n = 0;
		for (pass = 0; pass < 2; pass++)
			for (j = 0; j < cam->nrules; j++)
				if ((cam->rules[j].rule.kind == CG_RULE_DENY) == !pass &&
				    covers(&cam->rules[j], &cam->rules[i]))
					list[n++] = cam->rules[j].rule;
		vec_write(e, gen, slot, &cam->rules[i], list, n);
	}
}

void env_policy_write(struct env *e, uint32_t gen)
{
	struct cg_cam_key key;
	struct cg_cam cam;
	uint32_t slot;

	env_fast_clear(e);
	for (slot = 0; slot < ENV_SLOTS; slot++) {
		if (!e->cam[slot].present)
			continue;
		memcpy(key.mac, e->cam[slot].mac, 6);
		key.gen = gen;
		cam = (struct cg_cam){ .slot = slot, .flags = e->cam[slot].flags | e->no_signs };
		rules_write(e, gen, slot);
		env_mac_known(e, key.mac);
		must(cg_put(e->cams, &key, &cam, BPF_ANY), "cg_cams");
	}
}

void env_policy_delete(struct env *e, uint32_t gen)
{
	struct cg_rule_key rk, rn;
	struct cg_more_key mk, mn;
	struct cg_cam_key ck, cn;
	int r;

	for (r = bpf_map_get_next_key(e->rules, NULL, &rk); !r; rk = rn) {
		r = bpf_map_get_next_key(e->rules, &rk, &rn);
		if (rk.gen == gen)
			must(bpf_map_delete_elem(e->rules, &rk), "delete rule");
	}
	for (r = bpf_map_get_next_key(e->rulemore, NULL, &mk); !r; mk = mn) {
		r = bpf_map_get_next_key(e->rulemore, &mk, &mn);
		if (mk.gen == gen)
			must(bpf_map_delete_elem(e->rulemore, &mk), "delete more");
	}
	for (r = bpf_map_get_next_key(e->cams, NULL, &ck); !r; ck = cn) {
		r = bpf_map_get_next_key(e->cams, &ck, &cn);
		if (ck.gen == (uint16_t)gen)
			must(bpf_map_delete_elem(e->cams, &ck), "delete cam");
	}
}

void env_sessions_clear(struct env *e)
{
	static const struct cg_sum no_sum;
	uint32_t slot;

	map_empty(e->sessions);
	/* Places that name what is gone would be taken for that of a new one of the same name. */
	for (slot = 0; slot < ENV_SLOTS; slot++)
		for (uint32_t i = 0; i < CG_QUOTA_SESSION / CG_RING_GROUP; i++) {
			struct cg_ring_key key = { slot, CG_RING_SESSION << 16 | i };

			(void)bpf_map_delete_elem(e->ring, &key);
		}
	for (slot = 0; slot < ENV_SLOTS; slot++)
		must(cg_put(e->sums, &slot, &no_sum, BPF_ANY), "cg_sums");
}

void env_flows_clear(struct env *e)
{
	map_empty(e->flows);
	map_empty(e->frags);
	map_empty(e->ring);
	env_sessions_clear(e);
	env_fast_clear(e);
}

void env_reset(struct env *e)
{
	static const struct cg_budget no_limit;
	struct cg_state zero;
	uint32_t slot;

	map_empty(e->cams);
	map_empty(e->narrow);
	map_empty(e->rules);
	map_empty(e->rulemore);
	map_empty(e->nets);
	map_empty(e->ifs);
	map_empty(e->viewers);
	map_empty(e->asks);
	env_flows_clear(e);
	e->no_signs = CG_CAM_NO_SIGNATURE | CG_CAM_NO_RATE | CG_CAM_NO_BUDGET;
	memset(&zero, 0, sizeof(zero));
	memset(e->cam, 0, sizeof(e->cam));
	memset(e->exposure, 0, e->slots * sizeof(*e->exposure));
	memset(e->macs, 0, CG_MAC_WORDS * sizeof(*e->macs));
	memset(e->lens, 0, e->slots * sizeof(*e->lens));
	memset(e->reach, 0, e->slots * (CG_REACH_BITS / 8));
	for (slot = 0; slot < ENV_SLOTS; slot++)
		must(cg_put(e->state, &slot, &zero, BPF_ANY), "cg_state");
	for (slot = 0; slot < 2 * CG_BUDGETS; slot++)
		must(cg_put(e->budgets, &slot, &no_limit, BPF_ANY), "cg_budgets");
	env_if(e, IF_LAN, CG_NET_LAN, 1);
	env_if(e, IF_LAN2, CG_NET_LAN, 2);
	env_if(e, IN_BRIDGE, CG_NET_LAN, 1);
	env_if(e, IN_LAN, CG_NET_LAN, 1);
	env_if(e, IN_LAN2, CG_NET_LAN, 2);
	env_if(e, IN_HOME, CG_NET_HOME, 0);
	env_net(e, "192.168.1.0/24", CG_NET_LAN, 1, 0);
	env_net(e, "2001:db8:1::/64", CG_NET_LAN, 1, 0);
	env_net(e, "192.168.2.0/24", CG_NET_LAN, 2, 0);
	env_net(e, "10.8.0.0/24", CG_NET_HOME, 0, 0);
	env_net(e, "192.168.1.255", CG_NET_GROUP, 1, 0);
	env_net(e, GW_4, CG_NET_GATEWAY, 1, 0);
	env_net(e, GW_6, CG_NET_GATEWAY, 1, 0);
	env_net(e, GW_LL, CG_NET_GATEWAY, 1, 0);
	env_net(e, "192.168.2.1", CG_NET_GATEWAY, 2, 0);
	env_net(e, "10.8.0.1", CG_NET_GATEWAY, 0, 0);
	env_net(e, GW_WAN, CG_NET_GATEWAY, 0, 0);
	*e->meta = (struct cg_meta){
		.generation = 1,
		.epoch = 1,
		.abi_version = CG_BPF_ABI_VERSION,
		.slots = e->slots,
		.fast_mask = e->slots * CG_FAST_PER_SLOT - 1,
		.fast_ticks = CG_FAST_TICKS_MIN,
	};
	e->cam[1].present = e->cam[2].present = true;
	memcpy(e->cam[1].mac, CAM1, 6);
	memcpy(e->cam[2].mac, CAM2, 6);
	env_word(e, 1, (uint64_t)CG_CLOSED << CG_WORD_BASE_SHIFT);
	env_word(e, 2, (uint64_t)CG_CLOSED << CG_WORD_BASE_SHIFT);
	env_policy_write(e, 1);
}

static void age_map(int fd, uint32_t slot, uint64_t ns, size_t size, size_t at)
{
	struct cg_flow_key k, next;
	uint8_t v[sizeof(struct cg_flow)];
	uint64_t last;
	int r;

	assert(size <= sizeof(v));
	for (r = bpf_map_get_next_key(fd, NULL, &k); !r; k = next) {
		r = bpf_map_get_next_key(fd, &k, &next);
		if (k.slot != slot || bpf_map_lookup_elem(fd, &k, v))
			continue;
		memcpy(&last, v + at, 8);
		last -= ns;
		memcpy(v + at, &last, 8);
		must(cg_put(fd, &k, v, BPF_EXIST), "age");
	}
}

void env_age(struct env *e, uint32_t slot, uint64_t s)
{
	env_fast_clear(e);
	age_map(e->flows, slot, s * 1000000000ULL, sizeof(struct cg_flow),
		offsetof(struct cg_flow, last_ns));
	age_map(e->frags, slot, s * 1000000000ULL, sizeof(struct cg_frag),
		offsetof(struct cg_frag, last_ns));
}

size_t env_flows_count(struct env *e, uint32_t slot, enum cg_ring_kind kind)
{
	struct cg_flow_key k, next;
	struct cg_flow f;
	size_t n = 0;
	int r;

	for (r = bpf_map_get_next_key(e->flows, NULL, &k); !r; k = next) {
		n += k.slot == slot && !bpf_map_lookup_elem(e->flows, &k, &f) && f.kind == kind;
		r = bpf_map_get_next_key(e->flows, &k, &next);
	}
	return n;
}

bool env_flow_find(struct env *e, uint32_t slot, const char *peer, uint16_t cam_port,
		   uint16_t peer_port, uint8_t proto, struct cg_flow *ret_flow)
{
	struct cg_flow_key k = {
		.slot = slot,
		.cam_port = htons(cam_port),
		.peer_port = htons(peer_port),
		.proto = proto,
	};

	assert(addr_parse(peer, k.peer));
	if (bpf_map_lookup_elem(e->flows, &k, ret_flow))
		return false;
	env_fast_sum(e, &k, ret_flow);
	return true;
}

struct env_result env_run(struct env *e, enum env_dir dir, const struct pkt *pkt, uint32_t port,
			  uint32_t ingress, uint32_t segs, uint32_t size)
{
	struct __sk_buff in = {
		.mark = e->mark, .ifindex = port, .gso_segs = segs, .gso_size = size,
	}, out = { 0 };
	LIBBPF_OPTS(bpf_test_run_opts, o, .data_in = pkt->data, .data_size_in = pkt->len,
		    .ctx_in = &in, .ctx_size_in = sizeof(in), .ctx_out = &out,
		    .ctx_size_out = sizeof(out));

	env_ingress_set(e, &in, ingress);
	/* Newer kernels refuse a frame shorter than the header its EtherType
	 * promises; behind a VLAN tag they do not look. */
	if (bpf_prog_test_run_opts(e->prog[dir], &o)) {
		if (pkt->len < 14 + 40 && errno == EINVAL)
			return (struct env_result){ .verdict = ENV_NOT_RUN };
		env_die(1, "test run of %zu bytes: %s", pkt->len, strerror(errno));
	}
	return (struct env_result){ .verdict = o.retval, .mark = out.mark };
}

void env_stats(struct env *e, uint32_t slot, struct cg_stats *ret_stats)
{
	struct cg_count *sum = &ret_stats->c[0][0];
	uint32_t c, i;

	memset(ret_stats, 0, sizeof(*ret_stats));
	for (c = 0; c < (uint32_t)e->ncpu; c++)
		for (i = 0; i < CG_PLACES; i++) {
			const struct cg_count *one = &e->counts[cg_stats_at(c, i, e->slots, slot)];

			sum[i].packets += one->packets;
			sum[i].bytes += one->bytes;
		}
}
