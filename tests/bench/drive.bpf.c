// SPDX-License-Identifier: GPL-2.0-only
/*
 * Makes every run of a test run's repetition another packet: writes the next
 * camera's and flow's addresses into the frame and goes on to the tested
 * program, or to the empty one, which makes the control.
 */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>
#include "bench.h"

#define memcpy __builtin_memcpy

struct bench_key {
	__u8 mac[6];
	__u16 pad;
	__u32 addr[2], ports[1], pad2;
};

struct bench_flow {
	__u64 packets, bytes;
	__u64 pad[6];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct bench_run);
} bench_run SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, BENCH_PATCHES);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct bench_patch);
} bench_patches SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, BENCH_TARGETS);
	__type(key, __u32);
	__type(value, __u32);
} bench_targets SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, BENCH_FLOWS);
	__type(key, struct bench_key);
	__type(value, struct bench_flow);
} bench_flows SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, BENCH_FLOWS);
	__uint(map_flags, BPF_F_MMAPABLE); /* each within one line */
	__type(key, __u32);
	__type(value, struct bench_flow);
} bench_lines SEC(".maps");

static __always_inline struct bench_patch *next_patch(struct bench_run **ret_run)
{
	__u32 zero = 0, at;
	struct bench_run *run = bpf_map_lookup_elem(&bench_run, &zero);

	if (!run)
		return NULL;
	at = run->at;
	run->at = at + 1 < run->n ? at + 1 : 0;
	at += run->first;
	*ret_run = run;
	return bpf_map_lookup_elem(&bench_patches, &at);
}

SEC("tc")
int bench_drive4(struct __sk_buff *skb)
{
	__u8 *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct bench_run *run;
	struct bench_patch *p = next_patch(&run);

	if (!p || data + 42 > end)
		return TC_ACT_SHOT;
	memcpy(data, p->l2, 12);
	memcpy(data + 26, p->src, 4);
	memcpy(data + 30, p->dst, 4);
	memcpy(data + 34, &p->sport, 4);
	bpf_tail_call(skb, &bench_targets, run->target);
	return TC_ACT_SHOT;
}

SEC("tc")
int bench_drive6(struct __sk_buff *skb)
{
	__u8 *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct bench_run *run;
	struct bench_patch *p = next_patch(&run);

	if (!p || data + 62 > end)
		return TC_ACT_SHOT;
	memcpy(data, p->l2, 12);
	memcpy(data + 22, p->src, 16);
	memcpy(data + 38, p->dst, 16);
	memcpy(data + 54, &p->sport, 4);
	bpf_tail_call(skb, &bench_targets, run->target);
	return TC_ACT_SHOT;
}

static __always_inline int key_of(struct __sk_buff *skb, struct bench_key *k)
{
	__u8 *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;

	if (data + 42 > end)
		return 0;
	memcpy(&k->mac, data + 6, 6);
	k->pad = 0;
	k->pad2 = 0;
	memcpy(k->addr, data + 26, 8);
	memcpy(k->ports, data + 34, 4);
	return 1;
}

SEC("tc")
int bench_one_lookup(struct __sk_buff *skb)
{
	struct bench_key key;
	struct bench_flow *f, zero = {};

	if (!key_of(skb, &key))
		return TC_ACT_SHOT;
	f = bpf_map_lookup_elem(&bench_flows, &key);
	if (f) {
		f->packets++;
		f->bytes += skb->len;
	} else {
		bpf_map_update_elem(&bench_flows, &key, &zero, BPF_ANY);
	}
	return TC_ACT_UNSPEC;
}

SEC("tc")
int bench_one_line(struct __sk_buff *skb)
{
	struct bench_key key;
	struct bench_flow *f;
	__u64 h;
	__u32 at;

	if (!key_of(skb, &key))
		return TC_ACT_SHOT;
	h = ((__u64)key.addr[1] << 32 | key.addr[0]) * 0x9e3779b97f4a7c15ULL ^
	    key.ports[0] * 0xd6e8feb86659fd93ULL;
	h ^= h >> 32;
	at = h * 0x9e3779b97f4a7c15ULL >> 40 & (BENCH_FLOWS - 1);
	f = bpf_map_lookup_elem(&bench_lines, &at);
	if (!f)
		return TC_ACT_SHOT;
	f->packets++;
	f->bytes += skb->len;
	return TC_ACT_UNSPEC;
}

SEC("tc")
int bench_empty(struct __sk_buff *skb)
{
	(void)skb;
	return TC_ACT_UNSPEC;
}

char _license[] SEC("license") = "GPL";
