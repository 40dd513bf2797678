/* SPDX-License-Identifier: GPL-2.0-only */
/* Programs with the faults that tests/lint/bpf.sh must find; never loaded. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

__u64 counter;

__attribute__((noinline)) int callee(struct __sk_buff *skb)
{
	return skb->len > counter;
}

SEC("tc")
int cg_from_cam(struct __sk_buff *skb)
{
	return skb->len > 100;
}

SEC("tc")
int cg_to_cam(struct __sk_buff *skb)
{
	/* Behind a branch: the fault must be found in a later block, too. */
	if (skb->mark > 7) {
		for (__u32 i = 0; i < skb->mark; i++)
			counter += i;
		return 7;
	}
#ifdef PLANTED_call
	return callee(skb);
#else
	__sync_fetch_and_add(&counter, skb->len);
	return 0;
#endif
}
