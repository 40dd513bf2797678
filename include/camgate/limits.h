/* SPDX-License-Identifier: (GPL-2.0-only WITH Linux-syscall-note) OR MIT */
/* Every size limit of camgate, each with its reason. Includes nothing. */
#ifndef CG_LIMITS_H
#define CG_LIMITS_H

/* Cameras one gateway may have; slots are handed out below this. */
#define CG_MAX_CAMERAS	   4096
/* Slots the maps are made for when the config needs fewer. */
#define CG_MIN_SLOTS	   16
/* MAC addresses of one camera: wired, Wi-Fi, and a replacement or two. */
#define CG_MAX_MACS	   8
/* Addresses that narrow a MAC shared by an extender. */
#define CG_MAX_CAM_ADDRS   8
/* A camera's id: ASCII, also a file name and a metric label. */
#define CG_ID_LEN	   32
/* A camera's name: UTF-8 bytes with the terminator. */
#define CG_NAME_LEN	   64
/* Rules written for one camera, defaults included. */
#define CG_MAX_RULES	   1024
/* Windows of one camera's schedule. */
#define CG_MAX_WINDOWS	   16
/* Rules of one camera that may cover one address: 8 chunks of 8. */
#define CG_RULES_PER_CHUNK 8
#define CG_MAX_CHUNKS	   8
/* Rules that may fit one name: 2 chunks. */
#define CG_NAME_CHUNKS	   2
/* Chunks behind the first of a prefix's rules, in one generation: of all cameras
 * together 16 each, and enough for a few that use them all. */
#define CG_MORE_PER_SLOT   16
#define CG_MIN_MORE	   2048
/* Prefix entries of both generations; the tries allocate by use. */
#define CG_MAX_PREFIXES	   (2 * 1024 * 1024)
/* LAN, home and own addresses together. */
#define CG_MAX_NETS	   1024
/* Interfaces whose kind is known to the packet path. */
#define CG_MAX_IFS	   512
/* Separate LANs (br-lan, br-iot, …). */
#define CG_MAX_LANS	   16

/*
 * Memory of the kernel, bytes. A slot: 736 (state, exposure, name, hashes of its
 * rules), 16 each for MACs and more for rules, 8 KiB of empty table for its flows,
 * and for every CPU 3,072 of counters and 3,072 of verdicts kept for packets that
 * follow; 93 KiB of empty tables for the names it asks for, 20 KiB beyond the first
 * CG_FULL_SLOTS slots. A flow in the table:
 * 192, and 40 of its camera's ring. A rule's prefix: about 200. All cameras together: 64 KiB of MACs' hashes, 256 KiB of events.
 */

/*
 * Per-camera quotas of state made by packets. At quota the new entry is
 * refused and counted; no other camera is touched, but see CG_FULL_SLOTS.
 */
#define CG_QUOTA_REMOTE	   256 /* flows with remotes */
#define CG_QUOTA_LAN	   128 /* flows with LAN and home peers */
#define CG_QUOTA_GATEWAY   128 /* flows with the gateway's addresses */
#define CG_QUOTA_FRAG	   64  /* fragmented datagrams under way */
/* Places of a camera's ring that lie together. */
#define CG_RING_GROUP	   8
#define CG_RING_GROUPS \
	((CG_QUOTA_REMOTE + CG_QUOTA_LAN + CG_QUOTA_GATEWAY + CG_QUOTA_FRAG) / CG_RING_GROUP)
/* Ring places looked at for one that can be reused. */
#define CG_RING_TRIES	    8
/* Source addresses remembered for a camera. */
#define CG_SEEN_ADDRS	    16

/* Entries of verdicts for the packets that follow, each slot and CPU: 192 bytes of
 * both families together. Most flows find a place with four flows a camera. */
#define CG_FAST_PER_SLOT    16
/* How long one holds, in ticks of the kernel: 0.1 to 1 s. */
#define CG_FAST_TICKS	    100
/* No deadline may be nearer, so that it cannot pass within those ticks. */
#define CG_FAST_CLEAR_S	    5
/* Names a camera asks for that rules fit, and their addresses. */
#define CG_QUOTA_NAME	    512
#define CG_QUOTA_ADDR	    2048
/* The same of other names: they give no right and are overwritten in turn. */
#define CG_QUOTA_HEARD_NAME 64
#define CG_QUOTA_HEARD_ADDR 128
#define CG_QUOTA_QUERY	    128
/* The tables of names have room for all of these for as many slots; for each that is
 * more they have a share, since they would be most of camgate's memory while empty. */
#define CG_FULL_SLOTS	    64
#define CG_SHARE_NAME	    72
#define CG_SHARE_ADDR	    256
#define CG_ROOM(slots, full, share)                    \
	((slots) <= CG_FULL_SLOTS ? (slots) * (full) : \
				    CG_FULL_SLOTS * (full) + ((slots)-CG_FULL_SLOTS) * (share))
/* Places looked at for one that can be reused. */
#define CG_NRING_TRIES	      8
/* Names that may share one address: a CDN has many, a camera asks for few. */
#define CG_NAMES_PER_ADDR     4
/* Rules with names of both generations; the trie allocates by use. */
#define CG_MAX_NAMERULES      (1024 * 1024)
/* Addresses of resolvers other than the gateway. */
#define CG_MAX_RESOLVERS      16
/* Records of one answer: what fits an unfragmented datagram. */
#define CG_DNS_RECORDS_MAX    96
/* CNAMEs in a row. */
#define CG_DNS_CHAIN_MAX      8
/* Seconds an answer may take; resolvers retry for about as long. */
#define CG_DNS_ANSWER_S	      10
/* What a camera asks for names: bytes of frames a second, and at once. A question is
 * about 80; a picture would be more. */
#define CG_DNS_BYTES_S	      2048
#define CG_DNS_BYTES_BURST    (64 * 1024)
/* Redirected questions of a camera that are remembered, and seconds of silence of a
 * redirected TCP connection. */
#define CG_QUOTA_REDIRECT     64
#define CG_REDIRECT_TCP_S     120
/* An entry lives its TTL, at least and at most this, and a grace on top. */
#define CG_NAME_FLOOR_S	      60
#define CG_NAME_CEILING_S     86400
#define CG_NAME_GRACE_S	      300
/* Events about names of one camera a second, and the burst. */
#define CG_NAME_EVENT_RATE    8
#define CG_NAME_EVENT_BURST   32

/* Seconds an idle flow keeps its entry: conntrack's stream time-outs. */
#define CG_IDLE_UDP_S	      180
#define CG_IDLE_TCP_S	      7440
#define CG_IDLE_TCP_HALF_S    60
#define CG_IDLE_OTHER_S	      60
#define CG_IDLE_GATEWAY_UDP_S 10
/* A later fragment may follow its first by this much. */
#define CG_FRAG_S	      5

/* Ring buffer: about 2,700 events between two wake-ups of the agent. */
#define CG_EVENTS_BYTES	      (256 * 1024)
/* Drop events of one camera a second, and the burst. */
#define CG_EVENT_RATE	      32
#define CG_EVENT_BURST	      64
/* ICMP errors of one camera a second, and the burst. */
#define CG_ICMP_RATE	      20
#define CG_ICMP_BURST	      40

/* Largest config file, each and all together. */
#define CG_MAX_CONFIG_BYTES   (1024 * 1024)
#define CG_MAX_INCLUDES	      64
/* Longest control request and reply line. */
#define CG_MAX_REQUEST	      (64 * 1024)
#define CG_MAX_REPLY	      (8 * 1024 * 1024)
#define CG_MAX_CLIENTS	      64

/* Default time of `camgate open`, and the longest. */
#define CG_OPEN_DEFAULT_S     (30 * 60)
#define CG_OPEN_MAX_S	      (30 * 24 * 3600)
/* How long `camgate learn` watches, and the longest. */
#define CG_LEARN_DEFAULT_S    (24 * 3600)
#define CG_LEARN_MAX_S	      (7 * 24 * 3600)
#define CG_OFF_DEFAULT_S      (10 * 60)
#define CG_OFF_MAX_S	      (24 * 3600)

/* What daily_upload may say: less is not one picture, more is no limit. */
#define CG_DAILY_MIN	      64000
#define CG_DAILY_MAX	      1000000000000ULL
/* 2026-11-01, UTC: no camgate is older, so that a clock that says less is wrong. */
#define CG_CLOCK_FLOOR_S      1793491200LL
/* A clock that differs by more from what has passed was set. */
#define CG_CLOCK_STEP_S	      5
/* How often what was used of quotas is written down while it grows. */
#define CG_USAGE_SAVE_S	      300

#endif
