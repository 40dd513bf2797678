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
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __u32);
} bench_targets SEC(".maps");

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

SEC("tc")
int bench_empty(struct __sk_buff *skb)
{
	(void)skb;
	return TC_ACT_UNSPEC;
}

char _license[] SEC("license") = "GPL";
