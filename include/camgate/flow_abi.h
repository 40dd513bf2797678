/* SPDX-License-Identifier: (GPL-2.0-only WITH Linux-syscall-note) OR MIT */
/*
 * Flows, fragments, and verdicts kept for the packets that follow; a part of bpf_abi.h.
 *
 * map          key             value            written by         read by
 * cg_flows     cg_flow_key     cg_flow          packet path        both
 * cg_fast4     a hash          cg_fast4         packet path        both
 * cg_fast6     a hash          cg_fast6         packet path        both
 * cg_frags     cg_flow_key     cg_frag          packet path        packet path
 * cg_ring      cg_ring_key     cg_ring          packet path        both
 */
#ifndef CG_FLOW_ABI_H
#define CG_FLOW_ABI_H

#include <linux/types.h>
#include "limits.h"
#include "abi_check.h"

/* ---- cg_flows, cg_frags, cg_ring ---- */

struct cg_flow_key {
	__u32 slot;
	__be16 cam_port;  /* ICMP echo: the id; cg_frags: 0 */
	__be16 peer_port; /* ICMP echo: 0; cg_frags: 0 */
	__u8 peer[16];
	__u8 proto; /* IPPROTO_* */
	__u8 dir;   /* cg_flows: 0; cg_frags: CG_PLANE_UP or _DOWN, from 1 */
	__u16 pad;
	__u32 frag_id; /* cg_flows: 0; cg_frags: identification */
};
CG_ABI_SIZE(struct cg_flow_key, 32);

enum cg_class {
	CG_CLASS_NONE = 0,
	CG_CLASS_DENIED = 1,
	CG_CLASS_CONTROL = 2,
	CG_CLASS_UPLOAD = 3,
	CG_CLASS_UNRULED = 4,
	CG_CLASS_ABROAD = 5, /* outside stay_in, and no rule lets it all the same */
};

#define CG_FLOW_BY_PEER	   0x01 /* the peer sent first */
#define CG_FLOW_BY_GATEWAY 0x02 /* the gateway itself began it */
#define CG_FLOW_CAM_SENT   0x04
#define CG_FLOW_PEER_SENT  0x08
#define CG_FLOW_CLOSING	   0x10 /* TCP: FIN or RST seen */
#define CG_FLOW_CAM_TOLD   0x20 /* TCP: the camera's first payload was looked at */
#define CG_FLOW_PEER_TOLD  0x40 /* and the peer's */

struct cg_flow {
	__u64 first_ns; /* boot clock */
	__u64 last_ns;
	__u64 valid_ns; /* scope and class hold until; ~0 = for good */
	__u64 up_bytes; /* from the camera, wire bytes; plain stores: two CPUs
				 * in one flow at once may lose an update */
	__u64 down_bytes;
	__u64 name; /* id of the name whose rule decided; 0 = none */
	__u32 up_packets;
	__u32 down_packets;
	__u32 gen; /* generation and epoch the class was found under */
	__u32 epoch;
	__u32 peer_if; /* interface the peer's packets come in by; ~0 = none yet */
	__u32 idle_s;  /* it has expired when this has passed since last_ns */
	__u16 rule;    /* id of the rule that decided; 0xffff = none */
	__u8 class;    /* enum cg_class */
	__u8 scope;    /* enum cg_net_kind of the peer */
	__u8 flags;    /* CG_FLOW_* */
	__u8 kind;     /* enum cg_ring_kind whose quota it uses */
	__u8 reason;   /* last verdict's */
	__u8 budget;   /* in cg_budgets */
	__u8 cam[16];  /* the camera's address */
	__u32 fast_up; /* bytes as budgets count them that went the short way and are not in its session yet */
	__u32 fast_down;
	__u32 refund; /* granted for it and not used */
	__u32 pad;
};
CG_ABI_SIZE(struct cg_flow, 112);
CG_ABI_OFFSET(struct cg_flow, cam, 80);

struct cg_frag {
	__u64 last_ns;	  /* of the first fragment, boot clock */
	__u16 header_end; /* later ones must begin at or behind, bytes */
	__u8 class;	  /* of the first: later ones are judged by it again */
	__u8 scope;
	__u8 by_peer;
	__u8 done; /* the last one has passed: the place may be reused */
	__u8 budget;
	__u8 pad;
};
CG_ABI_SIZE(struct cg_frag, 16);

enum cg_ring_kind {
	CG_RING_REMOTE = 0,
	CG_RING_LAN = 1,
	CG_RING_GATEWAY = 2,
	CG_RING_FRAG = 3,
	CG_RING_SESSION = 4,
	__CG_RING_MAX = 5,
};

struct cg_ring_key {
	__u32 slot;
	__u32 group; /* kind << 16 | index below that kind's quota / CG_RING_GROUP */
};
CG_ABI_SIZE(struct cg_ring_key, 8);

/* The flows that have these places; all zero: nobody. */
struct cg_ring {
	struct cg_flow_key at[CG_RING_GROUP];
};
CG_ABI_SIZE(struct cg_ring, 32 * CG_RING_GROUP);

/* ---- cg_fast4, cg_fast6: verdicts for the packets that follow ---- */

/*
 * Arrays of CPUs x (cg_meta.fast_mask + 1) entries; a flow's entry in one
 * direction is at its hash or at that ^ 1, 2 or 3. Packets and bytes are counted
 * there and not yet in cg_flows. Written by one CPU only.
 */
struct cg_fast {
	__u64 stamp;   /* generation and epoch as they lie in cg_meta */
	__u32 exposed; /* as there */
	__u32 counter; /* the key in cg_stats */
	__u32 port_if, peer_if;
	__u32 left;    /* bytes that may still pass this way */
	__u32 granted; /* of so many */
	__u32 packets;
	__u16 slot;
	__u8 how; /* CG_FAST_*; 0: it passes, and that is all */
	__u8 pad;
};
CG_ABI_SIZE(struct cg_fast, 40);

#define CG_FAST_DROP 0x01
#define CG_FAST_MARK 0x02 /* with the guard's mark */

struct cg_fast4 {
	__u64 who;   /* the camera's MAC, protocol << 48, 1 << 56 from the camera, SYN << 57 */
	__u32 ports; /* as in the packet */
	__be32 peer, cam;
	__u32 last; /* of its jiffies; then the tables are looked at again */
	struct cg_fast f;
};
CG_ABI_SIZE(struct cg_fast4, 64);

struct cg_fast6 {
	__u64 who;
	__u8 peer[16], cam[16];
	__u32 ports;
	__u32 last; /* right before f in both, where the packet path looks for it */
	struct cg_fast f;
	__u8 pad2[40];
};
CG_ABI_SIZE(struct cg_fast6, 128);

#endif
