/* SPDX-License-Identifier: (GPL-2.0-only WITH Linux-syscall-note) OR MIT */
/*
 * The part of the contract with the packet path that is about names (bpf_abi.h
 * has the rest, and says what a slot and a generation are).
 *
 * map          key             value            written by         read by
 * cg_namerules cg_namerule_key cg_rulevec       agent, per gen     packet path
 * cg_resolvers cg_resolver_key cg_hwaddr        agent              packet path
 * cg_lans      ifindex (u32)   cg_lan           agent              packet path
 * cg_learned   cg_learned_key  cg_learned       packet path        both
 * cg_qnames    cg_qname_key    cg_qname         packet path        both
 * cg_queries   cg_query_key    cg_query         packet path        packet path
 * cg_redirects cg_redirect_key cg_redirect      packet path        packet path
 * cg_nring     cg_ring_key     cg_nring         packet path        packet path
 * cg_dns       slot            cg_dns           packet path        both
 * cg_events    -               cg_name_event    packet path        agent
 *
 * The agent writes what it resolved by itself through the packet path too (a
 * test run of cg_names_told), so that the same checks and quotas hold.
 */
#ifndef CG_NAMES_ABI_H
#define CG_NAMES_ABI_H

#include <linux/types.h>
#include "limits.h"
#include "abi_check.h"
#include "bpf_abi.h"

/* ---- names: which addresses a rule's name has now ---- */

/*
 * A name as keys hold it: labels in reverse order, small letters, a dot behind
 * each, and a NUL behind the last where there is room for it:
 * "com.example.www.\0". "*.example.com" is then the prefix "com.example.",
 * "p2p*.example.com" is "com.example.p2p", and a whole name fits only itself.
 * The longest prefix carries the rules of all that fit, as in cg_rules.
 */
#define CG_NAMEKEY_LEN	254 /* an LPM trie's key data may be 256 bytes long */
#define CG_NAMEKEY_BASE 16
struct cg_namerule_key {
	__u32 prefixlen; /* 16 + bits of the name */
	__u16 owner;	 /* CG_NAME_OWNER(): always compared whole */
	__u8 name[CG_NAMEKEY_LEN];
};
CG_ABI_SIZE(struct cg_namerule_key, 260);
#define CG_NAME_OWNER(slot, gen) ((__u16)((slot) << 4 | ((gen)&0xf)))

struct cg_resolver_key {
	__u8 addr[16];
};
CG_ABI_SIZE(struct cg_resolver_key, 16);

struct cg_hwaddr {
	__u8 mac[6];
	__u8 pad[2];
};
CG_ABI_SIZE(struct cg_hwaddr, 8);

/* The gateway on the LAN of a port: what it sends from, where it is asked. */
#define CG_LAN_V4 0x1 /* v4 is set */
#define CG_LAN_V6 0x2
struct cg_lan {
	__u8 mac[6];
	__u16 flags; /* CG_LAN_* */
	__be32 v4;
	__u8 v6[16];
};
CG_ABI_SIZE(struct cg_lan, 28);

/* A name's id: FNV-1a, 64 bits, of its wire form in small letters without the
 * root; so it is the same in every generation and after every restart. */
#define CG_NAME_HASH_INIT  0xcbf29ce484222325ULL
#define CG_NAME_HASH_PRIME 0x100000001b3ULL

struct cg_qname_key {
	__u64 id;
	__u32 slot;
	__u32 pad;
};
CG_ABI_SIZE(struct cg_qname_key, 16);

#define CG_NAME_RULED 0x1 /* a rule fits it: at quota it is kept */

struct cg_qname {
	__u64 until_ns; /* boot clock; a live flow keeps it longer */
	__u64 asked_ns;
	__u32 len;	/* of name, without the NUL */
	__u32 flags;	/* CG_NAME_* */
	__u8 name[256]; /* as in cg_namerule_key, NUL padded */
};
CG_ABI_SIZE(struct cg_qname, 280);

struct cg_learned_key {
	__u32 slot;
	__u8 addr[16]; /* what NAT64 and 6to4 carry: the address inside */
};
CG_ABI_SIZE(struct cg_learned_key, 20);

struct cg_learned {
	__u64 until_ns[CG_NAMES_PER_ADDR]; /* boot clock; TTL, floor and grace are in it */
	__u64 name[CG_NAMES_PER_ADDR];	   /* ids; 0 = none */
	__u32 ruled;			   /* bit by place: had rules when it was learned */
	__u32 flags;			   /* CG_NAME_RULED: in the ring of those kept */
};
CG_ABI_SIZE(struct cg_learned, 16 * CG_NAMES_PER_ADDR + 8);

/* A question under way. */
struct cg_query_key {
	__u64 id; /* the name's */
	__u32 slot;
	__be16 port; /* the camera's */
	__be16 dns_id;
	__u8 server[16];
	__u16 qtype; /* host order */
	__u8 pad[6];
};
CG_ABI_SIZE(struct cg_query_key, 40);

struct cg_query {
	__u64 until_ns; /* 0 = answered */
};
CG_ABI_SIZE(struct cg_query, 8);

/* A question that went to the gateway instead. */
enum cg_redirect_kind {
	CG_REDIRECT_DNS = 1,
	CG_REDIRECT_DNS_TCP = 2,
	CG_REDIRECT_NTP = 3,
};

struct cg_redirect_key {
	__u64 id; /* DNS: its id; NTP: the transmit timestamp */
	__u32 slot;
	__be16 cam_port;
	__u8 kind; /* enum cg_redirect_kind */
	__u8 v6;
};
CG_ABI_SIZE(struct cg_redirect_key, 16);

struct cg_redirect {
	__u64 until_ns;
	__u8 server[2][16]; /* whom the camera asked */
	__u32 n;
	__u32 pad;
};
CG_ABI_SIZE(struct cg_redirect, 48);

/* Rings of places as cg_ring's; `kind` of the key is one of these. */
enum cg_nring_kind {
	CG_NRING_NAME = 0,	 /* names that rules fit */
	CG_NRING_ADDR = 1,	 /* their addresses */
	CG_NRING_HEARD_NAME = 2, /* other names: for people, overwritten in turn */
	CG_NRING_HEARD_ADDR = 3,
	CG_NRING_QUERY = 4, /* the oldest goes first */
	CG_NRING_REDIRECT = 5,
	__CG_NRING_MAX = 6,
};

/* A camera's groups in all of them. */
#define CG_NRING_GROUPS                                                               \
	((CG_QUOTA_NAME + CG_QUOTA_ADDR + CG_QUOTA_HEARD_NAME + CG_QUOTA_HEARD_ADDR + \
	  CG_QUOTA_QUERY + CG_QUOTA_REDIRECT) /                                       \
	 CG_RING_GROUP)

struct cg_nplace {
	__u8 key[40]; /* cg_qname_key, cg_learned_key, cg_query_key or cg_redirect_key, NUL padded */
};
CG_ABI_SIZE(struct cg_nplace, 40);

/* All zero: nobody. */
struct cg_nring {
	struct cg_nplace at[CG_RING_GROUP];
};
CG_ABI_SIZE(struct cg_nring, 40 * CG_RING_GROUP);

/* What became of an answer, and of an address in it; counted in cg_dns. */
enum cg_dns_result {
	CG_DNS_LEARNED = 0,
	CG_DNS_NOTHING = 1,   /* no address in it */
	CG_DNS_ORIGIN = 2,    /* not from where the resolver is */
	CG_DNS_UNASKED = 3,   /* no question under way: id, port, name, server; late */
	CG_DNS_TRUNCATED = 4, /* the agent asks again, as for the next three */
	CG_DNS_FRAGMENT = 5,
	CG_DNS_TCP = 6,
	CG_DNS_LONG = 7,
	CG_DNS_MESSAGE = 8,	/* header, counts or lengths that lie */
	CG_DNS_NAME = 9,	/* a name that loops, runs off or is too long */
	CG_DNS_HOST = 10,	/* asked for a name that no host has */
	CG_DNS_RECORDS = 11,	/* more records than are looked at */
	CG_DNS_CHAIN = 12,	/* CNAMEs in a circle, or too many in a row */
	CG_DNS_ADDRESS = 13,	/* an address no name outside may have */
	CG_DNS_FULL_NAME = 14,	/* the camera's quota of names */
	CG_DNS_FULL_ADDR = 15,	/* … of addresses */
	CG_DNS_FULL_ALIAS = 16, /* … of names that share one address */
	CG_DNS_CLASH = 17,	/* two names with one id */
	__CG_DNS_MAX = 18,
};
#define CG_DNS_RESULTS 32 /* a power of two */

struct cg_dns {
	__u64 count[CG_DNS_RESULTS]; /* enum cg_dns_result; plain stores */
	__u64 news_tat_ns;	     /* budget of events (GCRA) */
	__u64 suppressed;
	CG_SPIN_LOCK lock; /* guards cursor only */
	__u32 cursor[__CG_NRING_MAX];
	__u32 pad;
};
CG_ABI_SIZE(struct cg_dns, 304);

/* The same ring: begins as cg_event does, told apart by its type. */
#define CG_EVENT_NAME 0x80

struct cg_name_event {
	__u16 size;
	__u8 version;
	__u8 type; /* CG_EVENT_NAME */
	__u32 slot;
	__u64 ns; /* boot clock */
	__u64 id; /* the name's */
	__u32 flags;
	__u16 qtype;   /* host order */
	__u8 result;   /* enum cg_dns_result */
	__u8 len;      /* of name, without the NUL */
	__u8 peer[16]; /* who answered */
	__u8 name[256];
};
CG_ABI_SIZE(struct cg_name_event, 304);
CG_ABI_OFFSET(struct cg_name_event, name, 48);

#endif
