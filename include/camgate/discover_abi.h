/* SPDX-License-Identifier: (GPL-2.0-only WITH Linux-syscall-note) OR MIT */
/*
 * Devices of the LAN that are no cameras of the config, or not yet; a part of bpf_abi.h.
 *
 * map          key             value            written by         read by
 * cg_settled   a hash          4 words          agent (mmap)       packet path
 * cg_tapped    port / 64       64 bits          agent (mmap)       packet path
 * cg_devices   MAC (u64)       cg_device        packet path        both
 * cg_crowd     0               cg_device        packet path        agent
 * cg_heard     -               cg_heard         packet path        agent
 * cg_unheard   0               u64/CPU          packet path        agent
 *
 * A frame of a MAC in cg_settled is left alone at once. Any other that is no camera's
 * goes through cg_discover: its device is made known (cg_devices, the rest together in
 * cg_crowd), what it sends to remotes is counted in windows, and frames that say what it
 * is are copied. Only a device in probation, or held after it, ever loses a packet there.
 */
#ifndef CG_DISCOVER_ABI_H
#define CG_DISCOVER_ABI_H

#include "bpf_abi.h"

/* ---- cg_settled: array, BPF_F_MMAPABLE ---- */

/* Four MACs (cg_mac_word, 0: none) that share a hash; one store each settles a device. */
#define CG_SETTLED_BITS 10
#define CG_SETTLED_SETS (1 << CG_SETTLED_BITS)
#define CG_SETTLED_WAYS 4

struct cg_settled {
	__u64 mac[CG_SETTLED_WAYS];
};
CG_ABI_SIZE(struct cg_settled, 32);

static inline __attribute__((always_inline, unused)) __u32 cg_settled_set(__u64 mac_word)
{
	return mac_word * CG_MAC_MIX >> (64 - CG_SETTLED_BITS);
}

/* ---- cg_tapped: array of 1024, BPF_F_MMAPABLE ---- */

/* A bit for each port of UDP, the sender's or the receiver's, whose datagrams are copied. */
#define CG_TAPPED_WORDS 1024

/* ---- cg_devices ---- */

/* Devices with an entry of their own; scans and made-up MACs share cg_crowd. */
#define CG_MAX_DEVICES	1024

#define CG_DEVICE_FREE	0x01 /* the agent's: no probation, nothing of it is dropped */
#define CG_DEVICE_HELD \
	0x02 /* the packet path's: streamed in probation, no remote until CG_DEVICE_FREE */

#define CG_DEVICE_PAST 8

/* One window of CG_WINDOW_NS: bytes and packets with remotes, wire size without the
 * Ethernet head. up counts what it wanted to send, dropped or not. */
struct cg_device_window {
	__u32 up_bytes;
	__u32 down_bytes;
	__u32 up_packets;
	__u32 up_big; /* of up_packets those of at least CG_DEVICE_BIG bytes */
};
CG_ABI_SIZE(struct cg_device_window, 16);
#define CG_DEVICE_BIG 1000

struct cg_device {
	__u64 first_ns; /* boot clock, as all here; when its first frame came; 0: none did */
	__u64 last_ns;
	__u64 window_ns; /* when window[0] began; 0: it never talked with a remote */
	struct cg_device_window window[CG_DEVICE_PAST]; /* [0] under way, [1] the one before … */
	__u64 up_bytes;					/* to remotes, passed; wire bytes */
	__u64 dropped_bytes;				/* by probation, or held */
	__u64 probation_tat_ns;				/* GCRA */
	__u64 tell_tat_ns;				/* GCRA of what is copied */
	__u32 ifindex;					/* where its last frame came in */
	__u32 flags;					/* CG_DEVICE_* */
	__u32 told;					/* frames copied */
	__u32 untold;	 /* not copied: over its budget, or no room */
	__u8 addr[16];	 /* its last source address; unset: none seen */
	__u64 remote_ns; /* when it first sent to a remote: its probation begins; 0: never */
};
CG_ABI_SIZE(struct cg_device, 224);

/* ---- probation ---- */

/* What a device never seen may send to remotes until it is scored (shared/packet-path: 16 kB
 * and 64 kbit/s, for 6 s), 64,000 bytes in all. The time begins with its first packet to a
 * remote: devices boot, and announce themselves, long before they stream. In force, with
 * what it held, while cg_meta has CG_META_PROBATION and camgate is not off. The crowd's does
 * not end, and it is never held: its devices have that budget together. */
#define CG_PROBATION_BYTES_S 8000
#define CG_PROBATION_BURST   16000
#define CG_PROBATION_NS	     6000000000ULL
/* It streams: so many windows of its probation, the one under way counted, wanted to send
 * CG_WINDOW_BYTES at CG_WINDOW_RATIO. Then it stays shut out until the agent decides. */
#define CG_PROBATION_WINDOWS 3

/* ---- cg_heard: ring buffer ---- */

#define CG_HEARD_RING	     (256 * 1024)
/* Frames of one device copied a second, and at once. */
#define CG_HEARD_RATE	     4
#define CG_HEARD_BURST	     32
#define CG_HEARD_DATA	     1280

enum cg_heard_type {
	CG_HEARD_NEW = 1,   /* its first frame; data only where that is a frame of the next kind */
	CG_HEARD_FRAME = 2, /* says what it is, perhaps */
	CG_HEARD_HELD = 3,  /* CG_DEVICE_HELD was set; past any budget. Data as above */
};

struct cg_heard {
	__u16 size; /* of this struct */
	__u16 version;
	__u16 type;	 /* enum cg_heard_type */
	__u16 ethertype; /* network order */
	__u64 ns;
	__u32 ifindex;
	__u16 sport, dport; /* network order; 0 without */
	__u8 mac[6];
	__u8 proto;   /* IPPROTO_*; 0 without IP */
	__u8 vlan;    /* it bore a tag */
	__u8 src[16]; /* of ARP the sender's */
	__u8 dst[16];
	__u16 payload; /* bytes behind the UDP or TCP head, in the packet */
	__u16 len;     /* of these in data */
	__u32 pad;
	__u8 data[CG_HEARD_DATA]; /* behind len whatever lay there */
};
CG_ABI_SIZE(struct cg_heard, 1352);

#endif
