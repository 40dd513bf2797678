/* SPDX-License-Identifier: (GPL-2.0-only WITH Linux-syscall-note) OR MIT */
/*
 * The contract between the packet path and whoever reads or writes its maps.
 *
 * map          key             value            written by         read by
 * cg_meta      0               cg_meta          agent, CLI (mmap)  packet path
 * cg_macs      a hash          64 bits          agent (mmap)       packet path
 * cg_cams      cg_cam_key      cg_cam           agent, per gen     packet path
 * cg_narrow    cg_narrow_key   cg_cam           agent, per gen     packet path
 * cg_rules     cg_rule_key     cg_rulevec       agent, per gen     packet path
 * cg_rulemore  cg_more_key     cg_rulevec       agent, per gen     packet path
 * cg_lens      slot            8 bytes          agent (mmap)       packet path
 * cg_reach     a hash          64 bits          agent (mmap)       packet path
 * cg_nets      cg_net_key      cg_net           agent, run time    packet path
 * cg_ifs       ifindex (u32)   cg_if            agent, run time    packet path
 * cg_ports     ifindex (u32)   cg_port          agent              agent, CLI
 * cg_exposure  slot            cg_exposure      agent, CLI (mmap)  packet path
 * cg_names     slot            cg_name          agent              agent, CLI
 * cg_state     slot            cg_state         packet path        both
 * cg_stats     cg_stats_at()   cg_count         packet path        agent, module
 * cg_flows, cg_fast4, cg_fast6, cg_frags and cg_ring: flow_abi.h
 * cg_sessions, cg_sums, cg_budgets and cg_viewers: session_abi.h
 * cg_namerules, cg_learned, cg_qnames and others of names: names_abi.h
 * cg_geo4, cg_geo6 and cg_geoinfo of countries: geo_abi.h
 * cg_settled, cg_devices, cg_heard and others of devices that are no cameras: discover_abi.h
 * cg_events    -               cg_event         packet path        agent
 * cg_lost      0               u64/CPU          packet path        agent
 * cg_asks      cg_flow_key     until (u64)      agent              packet path
 * cg_grace     0               a map            agent              nobody
 * cg_judges    CG_JUDGE_*      a program        agent              packet path
 *
 * A slot is a camera's number in every map of run-time state. It stays with
 * the camera's id over reloads and restarts (cg_names says which id has it).
 * "per gen": the key holds the generation, so that two policies lie side by
 * side and cg_meta.generation, one 32-bit store, decides which is in force.
 * cg_grace exists to be updated: an update of a map of maps waits until every
 * packet that read the old generation is through (kernel/bpf/syscall.c,
 * maybe_wait_bpf_programs), after which the old entries may be deleted.
 *
 * Addresses are 16 bytes, network order; IPv4 as ::ffff:a.b.c.d. Times are
 * CLOCK_BOOTTIME nanoseconds where deadlines are concerned
 * (bpf_ktime_get_boot_ns, suspend counts).
 */
#ifndef CG_BPF_ABI_H
#define CG_BPF_ABI_H

#include <linux/types.h>
#include "limits.h"
#include "abi_check.h"
#include "flow_abi.h"
#include "geo_abi.h"

/* Raised with every change of a struct below; pins of another are not reused. */
#define CG_BPF_ABI_VERSION  10

#define CG_PIN_DIR	    "/sys/fs/bpf/camgate"
#define CG_TC_PRIO	    0xca
#define CG_TC_HANDLE	    1

/* Places in cg_judges. */
#define CG_JUDGE_UP	    0  /* the program cg_up */
#define CG_JUDGE_DOWN	    1  /* the program cg_down */
#define CG_JUDGE_CLASS	    2  /* cg_class */
#define CG_JUDGE_OUTCOME    3  /* cg_outcome */
#define CG_JUDGE_KEEP	    4  /* cg_keep */
#define CG_JUDGE_REDIRECT   5  /* cg_redirect */
#define CG_JUDGE_NAMES_UP   6  /* cg_names_up */
#define CG_JUDGE_NAMES_DOWN 7  /* cg_names_down */
#define CG_JUDGE_SIGN	    8  /* cg_sign */
#define CG_JUDGE_SESSION    9  /* cg_session */
#define CG_JUDGE_FINISH	    10 /* cg_finish */
#define CG_JUDGE_GEO	    11 /* cg_geo */
#define CG_JUDGE_DISCOVER   12 /* cg_discover; empty: nobody listens */
#define CG_JUDGE_TO_DEVICE  13 /* cg_to_device; likewise */
#define CG_JUDGES	    14

/* ---- verdict and reasons; the numbers are never reused or translated ---- */

#define CG_REASON_PLANES    4 /* CG_PLANE_* */
#define CG_REASONS	    48

enum cg_plane {
	CG_PLANE_UP = 0,	 /* from the camera */
	CG_PLANE_DOWN = 1,	 /* to the camera */
	CG_PLANE_UP_MONITOR = 2, /* passed by mode = monitor, would have been dropped */
	CG_PLANE_DOWN_MONITOR = 3,
};

/* Every packet of a camera has exactly one. Below CG_REASON_DROP: passed. */
enum cg_reason {
	CG_REASON_NONE = 0,
	CG_PASS_LAN = 1,       /* peer on the LAN, lan_viewing lets it */
	CG_PASS_HOME = 2,      /* peer behind a home tunnel */
	CG_PASS_MULTICAST = 3, /* group or broadcast frame on the LAN */
	CG_PASS_GATEWAY = 4,   /* DHCP, DNS, NTP, ICMP with the gateway */
	CG_PASS_ARP = 5,
	CG_PASS_ND = 6, /* neighbour discovery, MLD, IGMP */
	CG_PASS_EAPOL = 7,
	CG_PASS_CONTROL = 8,	 /* a remote that an allow rule names */
	CG_PASS_UPLOAD = 9,	 /* a remote that an upload rule names */
	CG_PASS_OPEN = 10,	 /* exposure is open now */
	CG_PASS_FRAGMENT = 11,	 /* follows its first fragment */
	CG_PASS_ICMP_ERROR = 12, /* about a live permitted flow */
	CG_PASS_OFF = 13,	 /* `camgate off` is in force */
	CG_REASON_DROP = 16,
	CG_DROP_SEALED = 16,	   /* exposure is sealed */
	CG_DROP_UNRULED = 17,	   /* no rule names this remote: default deny */
	CG_DROP_DENIED = 18,	   /* a deny rule names it */
	CG_DROP_INBOUND = 19,	   /* a remote began this flow and the camera is not open */
	CG_DROP_VIEWER = 20,	   /* open, but for another viewer */
	CG_DROP_LAN_VIEWING = 21,  /* lan_viewing does not let this LAN peer */
	CG_DROP_GATEWAY = 22,	   /* a service of the gateway the camera has no business with */
	CG_DROP_FROM_GATEWAY = 23, /* the gateway began it (proxy, ssh -L) */
	CG_DROP_PORTMAP = 24,	   /* asked the gateway to open a port */
	CG_DROP_SPOOF = 25,	   /* source address is not the camera's to use */
	CG_DROP_SPOOF_ND = 26,	   /* ARP or NA that claims another's address */
	CG_DROP_RA = 27,	   /* router advertisement from a camera */
	CG_DROP_DHCP_SERVER = 28,  /* DHCP or DHCPv6 server message from a camera */
	CG_DROP_REDIRECT = 29,	   /* ICMP redirect from a camera */
	CG_DROP_ETHERTYPE = 30,	   /* neither IPv4, IPv6, ARP nor EAPOL */
	CG_DROP_VLAN = 31,	   /* a third VLAN tag */
	CG_DROP_MALFORMED = 32,	   /* headers that cannot be parsed */
	CG_DROP_FRAGMENT = 33,	   /* first fragment too short, offset 1, overlap into the header */
	CG_DROP_FRAG_ORDER = 34,   /* a later fragment without its first */
	CG_DROP_ICMP = 35,	   /* ICMP that belongs to no live permitted flow, or over budget */
	CG_DROP_QUOTA = 36,	   /* the camera's own table of flows or fragments is full */
	CG_DROP_NARROWED = 37,	   /* another address behind a shared MAC: quarantined */
	CG_DROP_NO_POLICY = 38,	   /* the maps hold no policy for it: closed side */
	CG_DROP_DNS = 39,	   /* asks for more names than its budget has */
	CG_DROP_DNS_NAME = 40,	   /* asks for a name outside its rules: dns_names = allowed */
	CG_DROP_TIME = 41,	   /* ntp = drop */
	CG_DROP_DAILY = 42,	   /* it has sent its daily_upload: uploads wait for the next day */
	CG_DROP_VIEWING = 43,	   /* a session that is viewing, or was and is blocked for it */
	CG_DROP_BUDGET = 44,	   /* more than its budget has: no longer talk, but a stream */
	CG_DROP_MAX_VIEWERS = 45,  /* open, and max_viewers watch already */
	CG_DROP_COUNTRY = 46,	   /* outside the countries of stay_in */
	__CG_REASON_MAX = 47,
};

/* ---- cg_meta: array of 1, BPF_F_MMAPABLE ---- */

#define CG_META_GUARD	  0x1 /* a guard is in force: what passes carries `mark` */
#define CG_META_TAP	  0x2 /* devices that are no cameras are listened to */
#define CG_META_PROBATION 0x4 /* and those never seen are in probation */

/*
 * In the mark of the TCP that the agent itself sends a camera to end a flow. Passes only
 * what came in nowhere, and without payload, SYN and FIN. Not the guard's bit, which the
 * other direction bears. mwan3, pbr, tailscale, sqm and banIP use lower bits. Where
 * tc-ctinfo(8), Calico or Cilium set this one in what the gateway sends by itself, that
 * lets pass no more than the above.
 */
#define CG_SELF_MARK	  0x04000000

struct cg_meta {
	__u64 off_until_ns; /* `camgate off` until; boot clock; 0 = on */
	__u32 generation;   /* policy in force; 0 = none yet: cameras unknown */
	__u32 epoch;	    /* raised when cg_nets or cg_ifs change: flows look again */
	__u32 abi_version;
	__u32 flags;	  /* CG_META_* */
	__u32 mark;	  /* bit(s) the guard looks for */
	__u32 slots;	  /* max_entries of the per-slot maps */
	__u64 agent_ns;	  /* boot clock of the agent's last sign of life */
	__u32 fast_mask;  /* entries of one CPU in cg_fast4 and cg_fast6, less 1 */
	__u32 exposed;	  /* raised behind every change of off_until_ns or a word in cg_exposure */
	__u8 build[24];	  /* agent's version, NUL padded */
	__u32 geo;	  /* which of cg_geo4 and cg_geo6 is in force */
	__u32 fast_ticks; /* how long an entry of cg_fast4 and cg_fast6 holds */
};
CG_ABI_SIZE(struct cg_meta, 80);
CG_ABI_OFFSET(struct cg_meta, build, 48);

/* ---- cg_macs: is a MAC perhaps a camera's? ---- */

/*
 * One bit for each of 2^17 hashes of a MAC. A camera's is set, of the generation in
 * force and of the one being written; of other MACs' one in 250 with 512 cameras, one
 * in 30 with 4,096, and those are looked up in cg_cams. It is asked for every packet:
 * of a larger one caches keep too little where cameras are many.
 */
#define CG_MAC_BITS	 17
#define CG_MAC_WORDS	 (1 << (CG_MAC_BITS - 6))

#define CG_LITTLE_ENDIAN (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)

/* The 48 bits as memory has them. */
static inline __attribute__((always_inline, unused)) __u64 cg_mac_word(const __u8 *mac)
{
	__u64 w = 0;
	int i;

#ifdef __bpf__
#pragma unroll
#endif
	for (i = 0; i < 6; i++)
		w |= (__u64)mac[i] << 8 * (CG_LITTLE_ENDIAN ? i : 5 - i);
	return w;
}

/* Of 2^64 the golden section (Knuth, TAOCP 6.4): what is alike comes to lie apart. */
#define CG_MAC_MIX 0x9e3779b97f4a7c15ULL

static inline __attribute__((always_inline, unused)) __u32 cg_mac_bit(__u64 mac_word)
{
	return mac_word * CG_MAC_MIX >> (64 - CG_MAC_BITS);
}

/* ---- cg_cams, cg_narrow: which camera is this MAC ---- */

struct cg_cam_key {
	__u8 mac[6];
	__u16 gen; /* low 16 bits of the generation, host order */
};
CG_ABI_SIZE(struct cg_cam_key, 8);

#define CG_CAM_MONITOR		  0x01 /* mode = monitor */
#define CG_CAM_LAN_NONE		  0x02 /* lan_viewing = none */
#define CG_CAM_LAN_VIEWERS	  0x04 /* lan_viewing = viewers: rules of kind VIEWER */
#define CG_CAM_NARROW		  0x08 /* look (mac, address) up in cg_narrow */
#define CG_CAM_VIA_GATEWAY	  0x10 /* gateway_viewing = yes: the gateway may begin flows */
#define CG_CAM_NAMES		  0x20 /* it has rules with names */
#define CG_CAM_DNS_REDIRECT	  0x40 /* dns = redirect */
#define CG_CAM_DNS_ANY		  0x80
#define CG_CAM_DNS_ALLOWED	  0x100 /* dns_names = allowed */
#define CG_CAM_NTP_REDIRECT	  0x200
#define CG_CAM_NTP_ANY		  0x400
#define CG_CAM_NTP_DROP		  0x800
/* Signs of viewing that are not looked for: none of these is the strictest. */
#define CG_CAM_NO_INBOUND	  0x1000
#define CG_CAM_NO_SIGNATURE	  0x2000
#define CG_CAM_NO_RATE		  0x4000
#define CG_CAM_NO_BUDGET	  0x8000
#define CG_CAM_GEO		  0x10000 /* it has rules of countries or networks, or stay_in */
#define CG_CAM_STAY_IN		  0x20000
/* Remotes that may watch at once; 0 = any number, at most CG_MAX_VIEWERS. */
#define CG_CAM_MAX_VIEWERS(flags) ((flags) >> 24 & 15)

struct cg_cam {
	__u32 slot;
	__u32 flags; /* CG_CAM_* */
};
CG_ABI_SIZE(struct cg_cam, 8);

struct cg_narrow_key {
	__u8 addr[16];
	__u8 mac[6];
	__u16 gen;
};
CG_ABI_SIZE(struct cg_narrow_key, 24);

/* ---- cg_rules, cg_rulemore: destinations, resolved at build ---- */

/*
 * The longest prefix that covers an address carries the ordered list of every
 * rule that covers it: all denies first, then the others, each as written.
 * The first that matches protocol and port decides.
 */
enum cg_rule_kind {
	CG_RULE_DENY = 1,
	CG_RULE_ALLOW = 2,
	CG_RULE_UPLOAD = 3,
	CG_RULE_VIEWER = 4, /* a LAN peer that may watch */
};

/* In maps only: ALLOW and UPLOAD whatever stay_in says. */
#define CG_RULE_ALLOW_ANYWHERE	5
#define CG_RULE_UPLOAD_ANYWHERE 6

#define CG_RULE_KIND_BITS	3

#define CG_PROTO_ANY		0   /* any protocol, ports not looked at */
#define CG_PROTO_TCPUDP		255 /* a port was written without a protocol */

struct cg_rule {
	__u16 port_lo; /* of the peer, host order; 0..65535 = any */
	__u16 port_hi;
	__u16 id;   /* index in the camera's rules, for `why` */
	__u8 proto; /* IPPROTO_*, or CG_PROTO_* */
	__u8 kind;  /* enum cg_rule_kind; above CG_RULE_KIND_BITS the number of its budget */
};
CG_ABI_SIZE(struct cg_rule, 8);

struct cg_rulevec {
	__u32 more; /* 0, or the key of the next 8 in cg_rulemore */
	__u32 n;    /* rules used here, 0..8 */
	struct cg_rule rule[CG_RULES_PER_CHUNK];
};
CG_ABI_SIZE(struct cg_rulevec, 72);

/* LPM key: 32 bits generation, 32 bits slot, 128 bits address. */
#define CG_RULE_PREFIX_BASE 64
struct cg_rule_key {
	__u32 prefixlen; /* 64 + bits of the address; IPv4: 64 + 96 + bits */
	__u32 gen;	 /* host order: always compared whole */
	__u32 slot;
	__u8 addr[16];
};
CG_ABI_SIZE(struct cg_rule_key, 28);

struct cg_more_key {
	__u32 gen;
	__u32 id; /* from 1 */
};
CG_ABI_SIZE(struct cg_more_key, 8);

/* ---- cg_lens, cg_reach: does perhaps a rule of the camera cover an address? ---- */

/*
 * cg_lens: each byte is 1 + the length of a prefix that the slot has, 0: none;
 * CG_LEN_MANY: they are more, and the rules are looked at in any case. cg_reach:
 * one bit for each of slots * CG_REACH_BITS hashes of slot and prefix; those of the
 * generation in force and of the one being written are set.
 */
#define CG_LENS	      8
#define CG_LEN_MANY   255
#define CG_REACH_BITS 2048

/* The halves of the prefix in host order; what is behind it is zero. */
static inline __attribute__((always_inline, unused)) __u32
cg_reach_bit(__u32 slots, __u32 slot, __u32 len, __u64 high, __u64 low)
{
	__u64 h = (high ^ ((__u64)slot << 8 | len)) * 0x9e3779b97f4a7c15ULL;

	h = (h ^ h >> 32 ^ low) * 0xd6e8feb86659fd93ULL;
	h = (h ^ h >> 32) * 0x9e3779b97f4a7c15ULL;
	return (h >> 32) & (slots * CG_REACH_BITS - 1);
}

/* The first len of 128 bits. */
static inline __attribute__((always_inline, unused)) __u64 cg_high_mask(__u32 len)
{
	return len >= 64 ? ~0ULL : ~(~0ULL >> (len & 63));
}

static inline __attribute__((always_inline, unused)) __u64 cg_low_mask(__u32 len)
{
	return len < 64 ? 0 : len >= 128 ? ~0ULL : ~(~0ULL >> (len & 63));
}

/* ---- cg_nets, cg_ifs: what is LAN, home, the gateway itself ---- */

enum cg_net_kind {
	CG_NET_REMOTE = 0, /* what no entry covers */
	CG_NET_LAN = 1,
	CG_NET_HOME = 2,    /* behind a listed tunnel */
	CG_NET_GATEWAY = 3, /* an address of the gateway itself, any interface */
	CG_NET_GROUP = 4,   /* multicast, broadcast; never stored but for subnet broadcasts */
};

struct cg_net_key {
	__u32 prefixlen; /* bits of the 16-byte address */
	__u8 addr[16];
};
CG_ABI_SIZE(struct cg_net_key, 20);

struct cg_net {
	__u64 until_ns; /* boot clock; 0 = for good. Past it: a remote */
	__u8 kind;	/* enum cg_net_kind */
	__u8 lan;	/* which LAN, from 1; 0 = not one */
	__u8 pad[6];
};
CG_ABI_SIZE(struct cg_net, 16);

struct cg_if {
	__u8 kind; /* CG_NET_LAN, CG_NET_HOME; absent = remote */
	__u8 lan;  /* which LAN, from 1 */
	__u8 pad[2];
};
CG_ABI_SIZE(struct cg_if, 4);

/* ---- cg_ports: what the agent did to a port, so that detach undoes just that ---- */

struct cg_port {
	__u32 made_clsact; /* the qdisc was not there before */
};
CG_ABI_SIZE(struct cg_port, 4);

/* ---- cg_exposure: array by slot, BPF_F_MMAPABLE ---- */

enum cg_exposure_state { /* 0 is the strictest: what an unset slot is */
			 CG_SEALED = 0,
			 CG_CLOSED = 1,
			 CG_OPEN = 2,
};

enum cg_manual {
	CG_MANUAL_AUTO = 0,
	CG_MANUAL_CLOSE = 1,
	CG_MANUAL_SEAL = 2,
};

/*
 * word: bits 63-62 what holds without an opening (enum cg_exposure_state),
 *       bit 61     the opening is for `viewer` only, and those in cg_viewers,
 *       bit 60     what an upload rule names is stopped (daily_upload is reached),
 *       bits 59-0  the opening's deadline, boot clock ns; past = no opening.
 * One word, so that one store opens or closes. A 32-bit writer stores the high
 * half first with a deadline of 0, then the low, then the high: every state
 * between is closed or stricter. `viewer` is stored before the word, and
 * cg_meta.exposed raised behind it, so that verdicts kept are given up.
 */
#define CG_WORD_BASE_SHIFT 62
#define CG_WORD_TO	   (1ULL << 61)
#define CG_WORD_FULL	   (1ULL << 60)
#define CG_WORD_DEADLINE   ((1ULL << 60) - 1)
#define CG_OPENED_TIMED	   (1ULL << 63) /* in opened_ns: it is the schedule's, not typed */

struct cg_exposure {
	__u64 word;
	__u32 manual; /* enum cg_manual; for the agent */
	__u32 config; /* enum cg_exposure_state: config's and schedule's, but openings that end */
	__u8 viewer[16]; /* with CG_WORD_TO */
	__u64 opened_ns; /* boot clock; when the opening began; CG_OPENED_TIMED */
};
CG_ABI_SIZE(struct cg_exposure, 40);
CG_ABI_OFFSET(struct cg_exposure, opened_ns, 32);

/* ---- cg_names: array by slot ---- */

struct cg_name {
	char id[CG_ID_LEN]; /* NUL padded; empty: slot not used */
	char name[CG_NAME_LEN];
};
CG_ABI_SIZE(struct cg_name, 96);

/* ---- cg_state: array by slot; what packets tell of a camera ---- */

/* The kernel's struct bpf_spin_lock is one u32; other readers see it as such. */
#ifdef __bpf__
#include <linux/bpf.h>
#define CG_SPIN_LOCK struct bpf_spin_lock
#else
#define CG_SPIN_LOCK __u32
#endif

struct cg_state {
	__u64 last_ns;	   /* last packet from it, boot clock; 0 = never seen */
	__u64 icmp_tat_ns; /* budgets: theoretical arrival time (GCRA) */
	__u64 drop_tat_ns;
	__u64 news_tat_ns;
	__u64 dns_tat_ns;
	__u64 suppressed;  /* events not sent for the rate limit */
	CG_SPIN_LOCK lock; /* guards cursor and naddr only */
	__u32 cursor[__CG_RING_MAX];
	__u32 naddr;
	__u32 ifindex; /* port it was last seen on */
	__u8 mac[6];   /* MAC it last used */
	__u8 pad[2];
	__u32 begun;	   /* jiffies when a flow last began, or a name learned an address */
	__u32 names_epoch; /* raised when a rule's name learns an address */
	__u8 addr[CG_SEEN_ADDRS][16];
};
CG_ABI_SIZE(struct cg_state, 352);
CG_ABI_OFFSET(struct cg_state, addr, 96);

/* ---- cg_stats: array, BPF_F_MMAPABLE; a line of memory is one CPU's ---- */

struct cg_count {
	__u64 packets; /* wire packets: gso_segs each */
	__u64 bytes;   /* wire bytes with the Ethernet header */
};
CG_ABI_SIZE(struct cg_count, 16);

/* Of one slot. A place: plane * CG_REASONS + reason. */
#define CG_PLACES (CG_REASON_PLANES * CG_REASONS)

/*
 * Of every CPU up to the highest number there may be, of every place, all slots:
 * what many cameras count, the same few reasons, lies close together.
 */
static inline __attribute__((always_inline, unused)) __u32 cg_stats_at(__u32 cpu, __u32 place,
								       __u32 slots, __u32 slot)
{
	return (cpu * CG_PLACES + place) * slots + slot;
}

/* What readers add up of a slot. */
struct cg_stats {
	struct cg_count c[CG_REASON_PLANES][CG_REASONS];
};
CG_ABI_SIZE(struct cg_stats, 16 * CG_REASON_PLANES * CG_REASONS);

/* ---- cg_events: ring buffer ---- */

/* Bits: one packet may be several. Rate-limited per camera, drops apart from
 * the rest. */
#define CG_EVENT_DROP  0x01
#define CG_EVENT_FLOW  0x02 /* a new flow with a remote */
#define CG_EVENT_SEEN  0x04 /* an address of the camera that is new */
#define CG_EVENT_ENDED 0x08 /* the first packet dropped of a flow that passed before */

/* Readers reject shorter records and ignore a longer tail. */
struct cg_event {
	__u16 size;
	__u8 version; /* CG_BPF_ABI_VERSION */
	__u8 type;    /* CG_EVENT_* */
	__u32 slot;
	__u64 ns; /* boot clock */
	__u8 cam[16];
	__u8 peer[16];
	__be16 cam_port;
	__be16 peer_port;
	__u8 proto;
	__u8 reason; /* enum cg_reason */
	__u8 plane;  /* enum cg_plane */
	__u8 scope;  /* enum cg_net_kind */
	__u16 rule;  /* 0xffff = none */
	__u16 bytes; /* of this packet, capped */
	__u32 ifindex;
	__u8 mac[6];	 /* the camera's */
	__u16 ethertype; /* host order; for packets that are not IP */
	/* What a reset of it needs; seq and ack only of TCP. */
	__be32 tcp_seq, tcp_ack;
	__u32 payload;	  /* bytes behind the TCP or UDP header, of the whole packet */
	__u32 peer_if;	  /* where the peer's packets come in; ~0 = none came */
	__u8 peer_mac[6]; /* the other one of the frame */
	__u16 vlan;	  /* tags in the frame or beside it */
	__u8 tcp_flags;
	__u8 by; /* CG_FLOW_BY_* of its flow */
	__u8 pad[6];
};
CG_ABI_SIZE(struct cg_event, 104);
CG_ABI_OFFSET(struct cg_event, tcp_seq, 72);

#endif
