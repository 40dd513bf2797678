/* SPDX-License-Identifier: (GPL-2.0-only WITH Linux-syscall-note) OR MIT */
/*
 * Sessions of cameras with remotes; a part of bpf_abi.h.
 *
 * map          key             value            written by         read by
 * cg_sessions  cg_flow_key     cg_session       packet path        both
 * cg_sums      slot            cg_sum           packet path        both
 * cg_budgets   cg_budget_at()  cg_budget        agent, per gen     packet path
 * cg_viewers   cg_viewer_key   u64              agent, run time    packet path
 *
 * A session's key has slot and peer only; of an IPv6 peer its /64. Its entry has a
 * place in its camera's ring (CG_RING_SESSION) and goes when it has been idle.
 */
#ifndef CG_SESSION_ABI_H
#define CG_SESSION_ABI_H

#include "bpf_abi.h"

/* How viewing was told; one is enough. */
enum cg_sign {
	CG_SIGN_NONE = 0,
	CG_SIGN_INBOUND = 1,   /* the remote began, and the camera was open */
	CG_SIGN_SIGNATURE = 2, /* a protocol of viewing: see `signature` */
	CG_SIGN_RATE = 3,      /* steady upstream at an uneven ratio */
	CG_SIGN_BUDGET = 4,    /* more than its rule has */
	CG_SIGN_SUM = 5,       /* all remotes together: rate or budget */
	__CG_SIGN_MAX = 6,
};

/* Rate and amount of what the camera sends, in bytes behind IP and UDP heads of the usual
 * length. The windows also have what it gets. */
struct cg_meter {
	__u64 tat_ns; /* budgets (GCRA): theoretical arrival time, boot clock */
	__u64 hour_tat_ns;
	__u64 window_ns; /* when the window under way began; 0 = none yet */
	__u32 window_up, window_down;
	__u32 hits; /* of the last four windows, the one under way is bit 0 */
	__u32 pad;
};
CG_ABI_SIZE(struct cg_meter, 40);

#define CG_SESSION_BY_PEER 0x01 /* the remote sent first */
#define CG_SESSION_OPEN	   0x02 /* it passed last by an opening */
#define CG_SESSION_VIEWING 0x04 /* it is viewing: told by `sign` */

struct cg_session {
	__u64 first_ns; /* boot clock */
	__u64 last_ns;
	__u64 block_ns;	  /* nothing passes until; 0 = no block */
	__u64 viewing_ns; /* since when it is viewing; 0 = it is not */
	__u64 up_bytes;	  /* wire bytes that passed; plain stores, as cg_flow's */
	__u64 down_bytes;
	__u32 up_packets;
	__u32 down_packets;
	__u64 stopped_bytes;	/* wire bytes dropped, without what was dropped the short way */
	__u64 name;		/* id of the name whose rule let it; 0 = none */
	struct cg_meter meter;	/* of control, and the windows of all */
	struct cg_meter upload; /* its budget's alone, as the next */
	struct cg_meter own;	/* of rules with a budget of their own */
	__u64 ended_ns;		/* when the last block ended; 0 = there was none */
	__u64 watched_ns;	/* when it last looked like viewing */
	__u32 idle_s;		/* it has expired when this has passed since last_ns */
	__u32 told_s;		/* boot clock; of its last event */
	__u16 rule;		/* that let it; 0xffff = none */
	__u8 flags;		/* CG_SESSION_* */
	__u8 sign;		/* enum cg_sign; of the last time */
	__u8 class;		/* enum cg_class */
	__u8 signature;		/* enum cg_signature */
	__u8 repeats;		/* times it was stopped */
	__u8 nfirst;		/* of first */
	__u8 proto;		/* IPPROTO_*, ports: of the packet that told, else of the first */
	__u8 plane;		/* enum cg_plane of that packet */
	__be16 cam_port;
	__be16 peer_port;
	__be16 viewer_port;
	__u8 first[CG_FIRST_BYTES]; /* payload of the packet that told, not of a session that
				     * was allowed */
	__u8 viewer[16];	    /* whom the protocol names as the viewer; zero = nobody */
	__u8 peer[16];		    /* the remote's whole address, the last one */
	__u8 cam[16];
};
CG_ABI_SIZE(struct cg_session, 296);
CG_ABI_OFFSET(struct cg_session, first, 232);

/* Of a camera: its remotes in sum, and who watches. */
struct cg_sum {
	struct cg_meter control;
	struct cg_meter upload;
	__u64 block_ns; /* no control and no upload passes until */
	__u64 stop_ns;	/* of the last time */
	__u64 stun_ns;	/* when it last spoke STUN */
	__u32 repeats;
	__u32 credit;	/* bytes it may send free of charge, by what it got */
	__u32 credited; /* of them in this hour of the boot clock */
	__u32 hour;
	struct {
		__u64 last_ns;
		__u8 peer[16]; /* as in a session's key */
	} viewer[CG_MAX_VIEWERS];
};
CG_ABI_SIZE(struct cg_sum, 312);

/*
 * What a rule lets a camera send, bytes as cg_meter counts them: so many a second and at
 * once, and of all an hour half at once and half in its course. Times for 256 bytes, so that fast
 * ones are told apart too; 0 = no limit.
 */
struct cg_budget {
	__u64 ns_256;
	__u64 burst_ns;
	__u64 hour_ns_256;
	__u64 hour_burst_ns;
	__u32 grant; /* bytes of one flow that may follow before it is charged again */
	__u32 pad;
};
CG_ABI_SIZE(struct cg_budget, 40);

/* Two budgets are there always; each generation has its half of the map. */
#define CG_BUDGET_CONTROL 0
#define CG_BUDGET_UPLOAD  1
/* From here on those that single rules have for themselves: what goes by them is no
 * part of its camera's sum. */
#define CG_BUDGET_OWN	  16

static inline __attribute__((always_inline, unused)) __u32 cg_budget_at(__u32 gen, __u32 number)
{
	return (gen & 1) * CG_BUDGETS + (number & (CG_BUDGETS - 1));
}

/* Who may watch besides cg_exposure.viewer, where CG_WORD_TO is set: boot clock ns
 * until when, 0 = as long as the opening lasts. */
#define CG_VIEWER_PREFIX_BASE 32
struct cg_viewer_key {
	__u32 prefixlen; /* 32 + bits of the address */
	__u32 slot;
	__u8 addr[16];
};
CG_ABI_SIZE(struct cg_viewer_key, 24);

/* The same ring as cg_event's; begins as it does, told apart by its type. One for each
 * change, limited as other news are. */
#define CG_EVENT_SESSION 0x40

enum cg_session_what {
	CG_SESSION_BEGAN = 1,	/* viewing, and it may: the camera is open */
	CG_SESSION_STOPPED = 2, /* viewing, and blocked from now on */
	CG_SESSION_REFUSED = 3, /* a session that is blocked tries on: at most one a minute */
};

struct cg_session_event {
	__u16 size;
	__u8 version; /* CG_BPF_ABI_VERSION */
	__u8 type;    /* CG_EVENT_SESSION */
	__u32 slot;
	__u64 ns;      /* boot clock */
	__u8 peer[16]; /* as in the key */
	__u8 what;     /* enum cg_session_what */
	__u8 pad[7];
	struct cg_session session; /* as it is now */
};
CG_ABI_SIZE(struct cg_session_event, 336);
CG_ABI_OFFSET(struct cg_session_event, session, 40);

/*
 * Protocols of viewing: numbers that are never reused. bpf/signature.h holds the bytes,
 * agent/lib/signature.c the words.
 */
enum cg_signature {
	CG_SIG_NONE = 0,
	CG_SIG_PPPP_PUNCH = 1,	 /* the rendezvous server names the viewer */
	CG_SIG_PPPP_SESSION = 2, /* punching, ready, or data */
	CG_SIG_PPPP_RELAY = 3,
	CG_SIG_TUTK = 4,      /* Kalay: a session begins or carries data */
	CG_SIG_DAHUA_P2P = 5, /* punch of an inverted STUN cookie */
	CG_SIG_DAHUA_PTCP = 6,
	CG_SIG_REOLINK_UDP = 7,
	CG_SIG_REOLINK_TCP = 8,
	CG_SIG_XMEYE_UDP = 9,
	CG_SIG_DVRIP = 10,  /* XMEye's own over TCP */
	CG_SIG_UDP443 = 11, /* to port 443, and not QUIC */
	CG_SIG_RTSP = 12,
	CG_SIG_RTMP = 13,
	CG_SIG_STUN = 14, /* Binding or Allocate: WebRTC, TURN */
	CG_SIG_TURN_CHANNEL = 15,
	CG_SIG_DTLS = 16, /* a handshake over UDP */
	CG_SIG_SRTP = 17,
	CG_SIG_HIKVISION = 18, /* to or from its port */
	CG_SIG_DAHUA_TCP = 19, /* likewise */
	__CG_SIG_MAX = 20,
};

#endif
