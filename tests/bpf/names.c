/* SPDX-License-Identifier: GPL-2.0-only */
/* Questions and answers through the programs that learn names. */
#include <arpa/inet.h>
#include <assert.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/pkt_cls.h>
#include <stdlib.h>
#include "../../agent/kern/put.h"
#include "../../agent/lib/namepat.h"
#include "frames.h"
#include "names.h"

static int map(struct env *e, const char *name)
{
	int fd = bpf_object__find_map_fd_by_name(e->obj, name);

	if (fd < 0)
		env_die(1, "the object has no map %s", name);
	return fd;
}

void names_open(struct names *n, struct env *e)
{
	*n = (struct names){
		.e = e,
		.up = e->prog[NAMES_UP],
		.down = e->prog[NAMES_DOWN],
		.told = e->prog[NAMES_TOLD],
		.learned = map(e, "cg_learned"),
		.qnames = map(e, "cg_qnames"),
		.queries = map(e, "cg_queries"),
		.namerules = map(e, "cg_namerules"),
		.resolvers = map(e, "cg_resolvers"),
		.lans = map(e, "cg_lans"),
		.dns = map(e, "cg_dns"),
		.nring = map(e, "cg_nring"),
		.redirects = map(e, "cg_redirects"),
	};
}

static void clear(int fd)
{
	uint8_t key[300];

	while (!bpf_map_get_next_key(fd, NULL, key))
		bpf_map_delete_elem(fd, key);
}

void names_reset(struct names *n)
{
	struct cg_lan gw = { .flags = CG_LAN_V4 | CG_LAN_V6 };
	uint32_t lan = IF_LAN;
	struct cg_dns zero = { .suppressed = 0 };

	env_reset(n->e);
	clear(n->learned);
	clear(n->qnames);
	clear(n->queries);
	clear(n->namerules);
	clear(n->resolvers);
	clear(n->lans);
	clear(n->nring);
	clear(n->redirects);
	for (uint32_t slot = 0; slot < ENV_SLOTS; slot++)
		bpf_map_update_elem(n->dns, &slot, &zero, BPF_ANY);
	memcpy(gw.mac, GW, 6);
	inet_pton(AF_INET, GW_4, &gw.v4);
	inet_pton(AF_INET6, GW_6, gw.v6);
	assert(!cg_put(n->lans, &lan, &gw, BPF_ANY));
	n->e->cam[1].flags |= CG_CAM_NAMES;
	n->e->cam[2].flags |= CG_CAM_NAMES;
	env_policy_write(n->e, 1);
}

/* One list a pattern: the tests that need several rules on one name write each
 * with its own; what covers what is tested in tests/unit/test_namepat.c. */
void names_rule(struct names *n, uint32_t slot, enum cg_rule_kind kind, const char *pattern,
		uint16_t port, uint32_t gen)
{
	struct cg_rulevec vec = { .n = 1 };
	struct cg_namerule_key key = { 0 };
	struct cg_namekey k;

	cg_namepat_key(pattern, &k);
	key.prefixlen = CG_NAMEKEY_BASE + 8U * k.len;
	key.owner = CG_NAME_OWNER(slot, gen);
	memcpy(key.name, k.name, sizeof(key.name));
	vec.rule[0] = (struct cg_rule){
		.port_lo = port,
		.port_hi = port ? port : 65535,
		.id = kind == CG_RULE_DENY ? 500 : 1000,
		.proto = port ? CG_PROTO_TCPUDP : CG_PROTO_ANY,
		.kind = kind,
	};
	assert(!cg_put(n->namerules, &key, &vec, BPF_ANY));
	if (!cg_namepat_apex(pattern, &k))
		return;
	key.prefixlen = CG_NAMEKEY_BASE + 8U * k.len;
	memset(&vec, 0, sizeof(vec));
	assert(!cg_put(n->namerules, &key, &vec, BPF_NOEXIST));
}

unsigned int names_run(struct names *n, int fd, const struct pkt *pkt, uint32_t ingress)
{
	struct __sk_buff in = { .ifindex = IF_LAN };
	static uint8_t out[4096];
	LIBBPF_OPTS(bpf_test_run_opts, o, .data_in = pkt->data, .data_size_in = pkt->len,
		    .data_out = out, .data_size_out = sizeof(out), .ctx_in = &in,
		    .ctx_size_in = sizeof(in));

	env_ingress_set(n->e, &in, ingress);
	if (bpf_prog_test_run_opts(fd, &o))
		env_die(1, "test run of %zu bytes: %m", pkt->len);
	return o.retval;
}

void names_ask(struct names *n, uint32_t slot, const char *server, uint16_t port,
	       const struct msg *m)
{
	bool v6 = strchr(server, ':');
	struct pkt p;

	pk_build(&(struct pk){ .smac = slot == 1 ? CAM1 : CAM2,
			       .dmac = GW,
			       .src = slot == 1 ? (v6 ? CAM1_6 : CAM1_4) : (v6 ? CAM2_6 : CAM2_4),
			       .dst = server,
			       UDP(port, 53),
			       .raw = m->b,
			       .payload = (uint16_t)m->n },
		 &p);
	if (names_run(n, n->up, &p, IF_LAN) != (unsigned int)TC_ACT_UNSPEC)
		env_die(1, "cg_names_up gave a verdict");
}

static struct cg_dns state(struct names *n, uint32_t slot)
{
	struct cg_dns d;

	assert(!bpf_map_lookup_elem(n->dns, &slot, &d));
	return d;
}

static unsigned int moved(const struct cg_dns *a, const struct cg_dns *b)
{
	for (unsigned int i = 0; i < CG_DNS_RESULTS; i++)
		if (a->count[i] != b->count[i])
			return i;
	return NOBODY;
}

unsigned int names_answer_from(struct names *n, const uint8_t *smac, const char *src,
			       uint32_t ingress, uint16_t sport, uint16_t dport,
			       const struct msg *m)
{
	struct cg_dns before = state(n, 1), after;
	struct pkt p;

	pk_build(&(struct pk){ .smac = smac,
			       .dmac = CAM1,
			       .src = src,
			       .dst = strchr(src, ':') ? CAM1_6 : CAM1_4,
			       UDP(sport, dport),
			       .raw = m->b,
			       .payload = (uint16_t)m->n },
		 &p);
	if (names_run(n, n->down, &p, ingress) != (unsigned int)TC_ACT_UNSPEC)
		env_die(1, "cg_names_down gave a verdict");
	after = state(n, 1);
	return moved(&before, &after);
}

unsigned int names_answer(struct names *n, uint16_t dport, const struct msg *m)
{
	return names_answer_from(n, GW, GW_4, IN_SELF, 53, dport, m);
}

unsigned int names_tell(struct names *n, uint32_t slot, const struct msg *m)
{
	struct __sk_buff in = { .cb = { slot } };
	uint8_t frame[14 + 4096] = { [12] = 0x88, [13] = 0xb5 }, out[sizeof(frame)];
	LIBBPF_OPTS(bpf_test_run_opts, o, .data_in = frame, .data_size_in = 14 + m->n,
		    .data_out = out, .data_size_out = sizeof(out), .ctx_in = &in,
		    .ctx_size_in = sizeof(in));

	memcpy(frame + 14, m->b, m->n);
	if (bpf_prog_test_run_opts(n->told, &o))
		env_die(1, "test run: %m");
	return o.retval - 1;
}

uint64_t names_left(struct names *n, uint32_t slot, const char *addr)
{
	struct cg_learned_key key = { .slot = slot };
	uint64_t now = env_now(), until = 0;
	struct cg_learned l;

	assert(addr_parse(addr, key.addr));
	if (bpf_map_lookup_elem(n->learned, &key, &l))
		return 0;
	for (int i = 0; i < CG_NAMES_PER_ADDR; i++)
		if (l.until_ns[i] > until)
			until = l.until_ns[i];
	return until > now ? (until - now) / 1000000000ULL + 1 : 0;
}

/* The next key first: what is updated moves to the front of its bucket. */
static void expire(int fd, void *value, __u64 *until, int k)
{
	uint8_t key[64], next[64];
	int r = bpf_map_get_next_key(fd, NULL, key);

	for (; !r; memcpy(key, next, sizeof(key))) {
		r = bpf_map_get_next_key(fd, key, next);
		assert(!bpf_map_lookup_elem(fd, key, value));
		for (int i = 0; i < k; i++)
			until[i] = 1;
		assert(!cg_put(fd, key, value, BPF_EXIST));
	}
}

void names_expire(struct names *n)
{
	struct cg_learned l;
	struct cg_qname q;
	struct cg_query u;

	expire(n->learned, &l, l.until_ns, CG_NAMES_PER_ADDR);
	expire(n->qnames, &q, &q.until_ns, 1);
	expire(n->queries, &u, &u.until_ns, 1);
}

size_t names_count(int fd)
{
	uint8_t key[64], next[64], *prev = NULL;
	size_t n = 0;

	while (!bpf_map_get_next_key(fd, prev, next)) {
		memcpy(key, next, sizeof(key));
		prev = key;
		n++;
	}
	return n;
}
