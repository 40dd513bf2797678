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
/*
 * Countries and networks. Prefixes of one family in a table: of a public database of June
 * 2026 China takes 15,000 of both families, Germany 57,000, the United States 293,000, all
 * countries 594,000 and 774,000. Each is a node of 64 bytes, and one more joins it to the
 * others: 2, 7, 38 and 175 MB. Twice that while one table takes the other's place, 512 MiB
 * at most. While a file is read the agent holds a copy of it.
 */
#define CG_MAX_GEO	   (1024 * 1024)
/* Networks (AS) that all cameras name together. */
#define CG_MAX_NETWORKS	   256
/* Rules of one camera that name the same country or network: 2 chunks. */
#define CG_GEO_CHUNKS	   2
/* Largest database; the full ones of cities are about 130 MB. */
#define CG_MAX_GEO_BYTES   (256 * 1024 * 1024)
/* Pairs of nodes looked at in a walk through two databases: a full one of today has 1.4
 * million; a hostile one could have branches that meet again, and no end. */
#define CG_MAX_GEO_STEPS   (8 * 1024 * 1024)
/* A database's file name, with the terminator. */
#define CG_GEO_NAME_LEN	   64
/* Files lists/NAME.txt that a config names, and lines of all of them together. */
#define CG_MAX_LISTS	   64
#define CG_MAX_LISTED	   65536
/* Interfaces whose kind is known to the packet path. */
#define CG_MAX_IFS	   512
/* Separate LANs (br-lan, br-iot, …). */
#define CG_MAX_LANS	   16

/*
 * Memory of the kernel, bytes. A slot: 1,048 (state, exposure, name, sums of its
 * sessions, hashes of its rules), 16 each for MACs and more for rules, 10 KiB of empty
 * tables for its flows and sessions, and for every CPU 3,072 of counters and 6,144 of
 * verdicts kept for packets that follow; 93 KiB of empty tables for the names it asks for,
 * 20 KiB beyond the first CG_FULL_SLOTS slots. A flow in the table: 192; a session: 376, on
 * newer kernels 512; each besides 32 of its camera's ring. A rule's prefix: about 200. All
 * cameras together: 64 KiB of MACs' hashes, 256 KiB of events. Devices that are no cameras:
 * 320 KiB of tables and of what is heard of them, and 512 bytes each (discover_abi.h).
 */

/*
 * Per-camera quotas of state made by packets. At quota the new entry is
 * refused and counted; no other camera is touched, but see CG_FULL_SLOTS.
 */
#define CG_QUOTA_REMOTE	   256 /* flows with remotes */
#define CG_QUOTA_LAN	   128 /* flows with LAN and home peers */
#define CG_QUOTA_GATEWAY   128 /* flows with the gateway's addresses */
#define CG_QUOTA_FRAG	   64  /* fragmented datagrams under way */
#define CG_QUOTA_SESSION   128 /* remotes: a stream spread over more finds no entry */
/* Places of a camera's ring that lie together. */
#define CG_RING_GROUP	   8
#define CG_RING_GROUPS                                                                            \
	((CG_QUOTA_REMOTE + CG_QUOTA_LAN + CG_QUOTA_GATEWAY + CG_QUOTA_FRAG + CG_QUOTA_SESSION) / \
	 CG_RING_GROUP)
/* Ring places looked at for one that can be reused. */
#define CG_RING_TRIES	    8
/* Source addresses remembered for a camera. */
#define CG_SEEN_ADDRS	    16

/* Entries of verdicts for the packets that follow, each slot and CPU: 192 bytes of
 * both families together. A flow has two, and most find a place with eight flows a camera. */
#define CG_FAST_PER_SLOT    32
/* How long one holds: a second, in ticks of the kernel, which has HZ=100 to HZ=1000. */
#define CG_FAST_TICKS_MIN   100
#define CG_FAST_TICKS_MAX   1000
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
/* Flows at once by which the agent asks cameras something itself, and how long one may last. */
#define CG_ASKS		      32
#define CG_ASK_S	      5
/* ICMP errors of one camera a second, and the burst. */
#define CG_ICMP_RATE	      20
#define CG_ICMP_BURST	      40

/* Flows of one camera whose ends are told that it is over, a second and at once; and
 * those under way of all cameras together, 80 bytes each. */
#define CG_RESET_RATE	      64
#define CG_RESET_BURST	      256
#define CG_ENDINGS	      512

/*
 * Control traffic of a closed camera, bytes behind IP and UDP heads of the usual length
 * (what TCP's has more is counted), per remote and of all in sum. The
 * measured cameras keep alive with 20 bytes a second and talk with 700 within an open
 * session without video; the least video seen is 26,000 (facts rates.tsv: Yi).
 */
#define CG_CONTROL_BYTES_S    2000
#define CG_CONTROL_BURST      64000
#define CG_CONTROL_HOUR	      4000000
/* Uploads: a clip of 30 s at 8 Mbit/s passes at once (Reolink's largest setting), clips
 * of 12 s at 2 Mbit/s every 5 minutes all day; 512 kbit/s for half an hour do not. */
#define CG_UPLOAD_BYTES_S     16000
#define CG_UPLOAD_BURST	      32000000
#define CG_UPLOAD_HOUR	      128000000
/* What a rule may say; less is not one packet, more is no limit. */
#define CG_BUDGET_MIN	      100
#define CG_BUDGET_MAX	      1000000000
/* Different budgets of one config, the two above among them. */
#define CG_BUDGETS	      32
/* The rate sign: of the last four windows of this long three held so many bytes
 * within a window (64 kbit/s) at this ratio up to down. */
#define CG_WINDOW_NS	      2000000000ULL
#define CG_WINDOW_BYTES	      16000
#define CG_WINDOW_RATIO	      5
/* A stopped session's remote is blocked for so long, doubled each time, at most 6 times. */
#define CG_BLOCK_S	      60
#define CG_BLOCK_DOUBLED      6
/* How long a stop is remembered. */
#define CG_STOPPED_S	      86400
/* Control bytes of one flow that pass between two looks at its session, where its rate is
 * a sign. */
#define CG_FAST_GRANT	      2048
/* max_viewers at most, and how long one that sends nothing has a place. */
#define CG_MAX_VIEWERS	      8
#define CG_VIEWER_IDLE_S      30
/* Named viewers of all openings: addresses and prefixes. */
#define CG_VIEWERS_PER_SLOT   16
/* Blocks `viewer`: a family, its friends, and their devices. */
#define CG_MAX_NAMED_VIEWERS  64
/* Viewing while the camera is open ends when nothing looked like it for so long. */
#define CG_WATCHED_S	      30
/* Of what a camera gets so large a part it may send free of charge, to acknowledge it: a
 * segment of 1,448 bytes pays for one acknowledgement of 24 and more; 30 MB of firmware
 * take 250 kB. At most so much at once and in an hour. */
#define CG_CREDIT_PART	      32
#define CG_CREDIT_MAX	      65536
#define CG_CREDIT_HOUR	      512000

/* First bytes kept of what was recognized. */
#define CG_FIRST_BYTES	      16

/* Largest config file, each and all together. */
#define CG_MAX_CONFIG_BYTES   (1024 * 1024)
#define CG_MAX_INCLUDES	      64
/* Longest control request and reply line. */
#define CG_MAX_REQUEST	      (64 * 1024)
#define CG_MAX_REPLY	      (8 * 1024 * 1024)
/* Connections to the control socket, up to 70 KiB each while a request comes in. Of
 * these only root can take the first, only root and the group the second; one user
 * other than root has so many at most. */
#define CG_MAX_CLIENTS	      64
#define CG_CLIENTS_ROOT	      8
#define CG_CLIENTS_GROUP      8
#define CG_CLIENTS_USER	      16
/* Replies that wait to be read, bytes of all clients: a stranger gets no new one beyond
 * this, the group beyond twice as much; root always does. */
#define CG_MAX_UNREAD	      CG_MAX_REPLY

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

/*
 * The record of viewing sessions: four files of 1 MiB hold some eight thousand sessions,
 * years of most houses, and a router's flash has room for them.
 */
#define CG_RECORD_FILES	      4
#define CG_RECORD_SIZE	      (4 * 1024 * 1024)
/* Less holds no day of a busy house; the agent reads all of it to take something out. */
#define CG_RECORD_SIZE_MIN    (256 * 1024)
#define CG_RECORD_SIZE_MAX    (16 * 1024 * 1024)
/* Entries in memory, about 500 bytes each. */
#define CG_RECORD_ENTRIES     512
/* Networks that knock at one closed camera within an hour and have an entry of their
 * own; the others share one. */
#define CG_RECORD_KNOCKERS    32
/* Attempts that follow each other within this are one entry. */
#define CG_RECORD_JOIN_S      3600
/* A session that carried nothing for so long has ended. */
#define CG_RECORD_IDLE_S      30
/* The table of sessions is read at most so often, unless somebody asks. */
#define CG_RECORD_SWEEP_S     5
#define CG_RECORD_DAYS	      30
#define CG_RECORD_DAYS_MAX    3650
/* Flash wears by writes: few, and each of a few hundred bytes. */
#define CG_RECORD_EVERY_S     300
#define CG_RECORD_EVERY_MAX_S (24 * 3600)
/* A camera's day is written so often while it goes on, about 1 kB each time. */
#define CG_RECORD_DAY_S	      (6 * 3600)

#endif
