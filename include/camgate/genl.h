/* SPDX-License-Identifier: (GPL-2.0-only WITH Linux-syscall-note) OR MIT */
/*
 * The generic netlink protocol of camgate.ko: family "camgate", version 1.
 *
 * The module reads the packet path's counters out of the map "cg_stats" and,
 * where asked to, guards the LAN ports for the moment in which the packet
 * path's filters are gone. All of it is per network namespace: what is set in
 * one is neither seen nor touched in another.
 *
 * Commands. R: read; needs CAP_NET_ADMIN over the namespace, or nothing where
 * the module was loaded with public=1. W: write; needs CAP_NET_ADMIN over the
 * namespace and CAP_BPF or CAP_SYS_ADMIN in the first user namespace.
 *
 *   INFO      do    R  what the module is and has
 *   SET       do    W  read the map that this program uses from now on
 *   UNSET     do    W  let go of the map
 *   GET       do    R  the counters of one slot
 *   GET       dump  R  the counters of every slot that has any
 *   ANNOUNCE  do    W  pass a change of a camera's policy on to group "events"
 *   GUARD_SET do    W  change the guard
 *   GUARD_GET do    R  the guard, where it is hooked in, and what it counted
 *
 * Multicast group "events" (needs CAP_NET_ADMIN over the namespace to join,
 * on kernels that can say so: 5.10.204, 5.12 and later): an ANNOUNCE message
 * for every ANNOUNCE command, with the same attributes.
 *
 * Attributes (CAMGATE_A_*; * = required in a request). Numbers are in host
 * order; u64 are aligned by CAMGATE_A_PAD. An attribute that its command does
 * not name, another length or type, a flag that is not defined, and bytes
 * behind the last attribute are refused.
 *
 *   INFO       request  -
 *              reply    VERSION   string  of the module, for people
 *                       PLANES    u32     rows of a slot's table (enum cg_plane)
 *                       REASONS   u32     columns (enum cg_reason)
 *                       SERIAL    u32     see below
 *                       SLOTS     u32     entries of the map; absent: none is set
 *                       MAP_ID    u32     the kernel's id of that map; absent: none
 *   SET        request  PROG_FD*  u32     descriptor, in the sender, of a loaded
 *                                         program of type SCHED_CLS
 *              reply    SERIAL, SLOTS, MAP_ID as in INFO
 *   UNSET      request  -
 *   GET do     request  SLOT*     u32     below SLOTS
 *              reply    SLOT, SERIAL, COUNTS
 *   GET dump   request  -
 *              reply    SLOT, SERIAL, COUNTS: see "dump" below
 *   ANNOUNCE   request  CAM_ID*      string  1..31 bytes of a-z 0-9 - _
 *                       GENERATION*  u32     of the policy that is in force now
 *                       SLOT         u32     of the camera
 *   GUARD_SET  request  any of the GUARD_* below down to GUARD_FLAGS
 *   GUARD_GET  request  -
 *              reply    GUARD_MODE, GUARD_MARK, GUARD_MASK, GUARD_NMACS,
 *                       GUARD_HOOKED, GUARD_MARKED, GUARD_UNMARKED,
 *                       GUARD_DROPPED, GUARD_FAILED
 *
 *   COUNTS nested, holds any number of
 *     CAMGATE_C_ENTRY nested
 *       CAMGATE_C_PLANE    u32  enum cg_plane
 *       CAMGATE_C_REASON   u32  enum cg_reason
 *       CAMGATE_C_PACKETS  u64  wire packets, all CPUs
 *       CAMGATE_C_BYTES    u64  wire bytes with the Ethernet header, all CPUs
 *   Entries whose packets and bytes are both 0 are left out, and of two entries
 *   in one answer the one with the smaller (plane, reason) comes first.
 *
 *   GUARD_MODE    u32     enum camgate_guard_mode
 *   GUARD_MARK    u32     the bits the packet path sets in a frame that it let
 *                         pass (cg_meta.mark); not 0 in mode count and drop
 *   GUARD_MASK    u32     the bits that are compared with it and cleared;
 *                         holds all of MARK; absent with MARK given: MARK
 *   GUARD_PORTS   nested  which interfaces; replaces what was listed, holds
 *                         at most CAMGATE_MAX_PORTS of
 *     CAMGATE_P_NAME      string  the interface of that name, now or later
 *     CAMGATE_P_BRIDGE    string  every port of the bridge of that name, now or
 *                                 later; not the bridge itself
 *     CAMGATE_P_IFINDEX   u32     the interface of that index, while it lives
 *   GUARD_MACS    binary  cameras' addresses, 6 bytes each: see "MACs" below
 *   GUARD_FLAGS   u32     CAMGATE_F_MACS_*
 *   GUARD_NMACS   u32     addresses in force
 *   GUARD_HOOKED  nested  CAMGATE_P_IFINDEX of every interface that is guarded
 *   GUARD_MARKED  u64     packets of cameras that carried the mark
 *   GUARD_UNMARKED u64    packets of cameras that did not, dropped or not
 *   GUARD_DROPPED u64     packets of cameras dropped for it
 *   GUARD_FAILED  u32     interfaces that should be guarded and could not be
 *   The three counts are of packets as on the wire (a merged one counts as all
 *   its parts), since the namespace was made; they are never set back.
 *
 * Serial: a number that grows with every SET and UNSET. Counters of two
 * answers with different serials come from different maps or from one that was
 * let go of in between, and must not be compared.
 *
 * Dump: goes by slot, then plane, then reason. A slot whose entries do not fit
 * what is left of a message goes on in the next one, which repeats SLOT and
 * SERIAL: the receiver joins them. A slot without any count is left out. When
 * the serial changes while a dump is under way, what follows carries
 * NLM_F_DUMP_INTR, at the latest NLMSG_DONE: the receiver throws all of it away
 * and asks again. Without a map the dump fails with ENODATA.
 *
 * MACs: a message cannot hold thousands of them, so they are staged. The flag
 * MACS_BEGIN empties the stage, GUARD_MACS adds to it, MACS_COMMIT puts it in
 * force in one step, in this order within one message. All three may come in
 * one message. GUARD_MACS in a message without BEGIN adds to what earlier ones
 * staged. An address that is a group's or zero is refused; given twice it
 * counts once.
 *
 * A GUARD_SET is done as a whole or, when it is answered with an error, not at
 * all. The guard is off until it is told otherwise, and off means that nothing
 * is hooked in. An interface that is listed but absent, or not Ethernet, is no
 * error.
 *
 * Order: the packet path is told to mark (cg_meta.mark, CG_META_GUARD) before the
 * guard is switched on, and to stop after it is off; in between lies the time of
 * the packets under way. Changed the other way round, a camera's frames are
 * dropped that were allowed.
 *
 * Errors, with a message that names the attribute (NLMSGERR_ATTR_MSG):
 *   EPERM       the capabilities above
 *   EINVAL      an attribute is missing, malformed, unknown or makes no sense;
 *               an unknown header flag, version or reserved field; the map of
 *               the program has another type, key or value size, or a number
 *               of entries that is no whole number of slots
 *   EBADF       PROG_FD is no descriptor
 *   EINVAL      PROG_FD is no program, or one of another type
 *   ENOENT      the program uses no map named cg_stats; there is no such SLOT
 *   ENOTUNIQ    the program uses two maps of that name
 *   ENODATA     GET without a map
 *   ERANGE      an attribute that is numeric is out of its range
 *   E2BIG       more than CAMGATE_MAX_MACS or CAMGATE_MAX_PORTS
 *   EOPNOTSUPP  the kernel was built without netfilter's ingress hook
 */
#ifndef CG_GENL_H
#define CG_GENL_H

#include <linux/types.h>

#define CAMGATE_GENL_NAME    "camgate"
#define CAMGATE_GENL_VERSION 1
#define CAMGATE_GENL_GROUP   "events"

/* The map that is looked for; its value is struct cg_count of bpf_abi.h. */
#define CAMGATE_MAP_NAME     "cg_stats"

#define CAMGATE_CAM_ID_LEN   32 /* with the terminator */
#define CAMGATE_PORT_LEN     16 /* an interface's name with the terminator */
#define CAMGATE_MAX_PORTS    512
#define CAMGATE_MAX_MACS     32768

enum camgate_cmd {
	CAMGATE_CMD_UNSPEC = 0,
	CAMGATE_CMD_INFO = 1,
	CAMGATE_CMD_SET = 2,
	CAMGATE_CMD_UNSET = 3,
	CAMGATE_CMD_GET = 4,
	CAMGATE_CMD_ANNOUNCE = 5,
	CAMGATE_CMD_GUARD_SET = 6,
	CAMGATE_CMD_GUARD_GET = 7,
	__CAMGATE_CMD_MAX = 8,
};
#define CAMGATE_CMD_MAX (__CAMGATE_CMD_MAX - 1)

enum camgate_attr {
	CAMGATE_A_UNSPEC = 0,
	CAMGATE_A_PAD = 1,
	CAMGATE_A_VERSION = 2,
	CAMGATE_A_PLANES = 3,
	CAMGATE_A_REASONS = 4,
	CAMGATE_A_SERIAL = 5,
	CAMGATE_A_SLOTS = 6,
	CAMGATE_A_MAP_ID = 7,
	CAMGATE_A_PROG_FD = 8,
	CAMGATE_A_SLOT = 9,
	CAMGATE_A_COUNTS = 10,
	CAMGATE_A_CAM_ID = 11,
	CAMGATE_A_GENERATION = 12,
	CAMGATE_A_GUARD_MODE = 13,
	CAMGATE_A_GUARD_MARK = 14,
	CAMGATE_A_GUARD_MASK = 15,
	CAMGATE_A_GUARD_PORTS = 16,
	CAMGATE_A_GUARD_MACS = 17,
	CAMGATE_A_GUARD_FLAGS = 18,
	CAMGATE_A_GUARD_NMACS = 19,
	CAMGATE_A_GUARD_HOOKED = 20,
	CAMGATE_A_GUARD_MARKED = 21,
	CAMGATE_A_GUARD_UNMARKED = 22,
	CAMGATE_A_GUARD_DROPPED = 23,
	CAMGATE_A_GUARD_FAILED = 24,
	__CAMGATE_A_MAX = 25,
};
#define CAMGATE_A_MAX (__CAMGATE_A_MAX - 1)

/* Inside CAMGATE_A_COUNTS. */
enum camgate_count_attr {
	CAMGATE_C_UNSPEC = 0,
	CAMGATE_C_PAD = 1,
	CAMGATE_C_ENTRY = 2,
	CAMGATE_C_PLANE = 3,
	CAMGATE_C_REASON = 4,
	CAMGATE_C_PACKETS = 5,
	CAMGATE_C_BYTES = 6,
	__CAMGATE_C_MAX = 7,
};
#define CAMGATE_C_MAX (__CAMGATE_C_MAX - 1)

/* Inside CAMGATE_A_GUARD_PORTS and CAMGATE_A_GUARD_HOOKED. */
enum camgate_port_attr {
	CAMGATE_P_UNSPEC = 0,
	CAMGATE_P_NAME = 1,
	CAMGATE_P_BRIDGE = 2,
	CAMGATE_P_IFINDEX = 3,
	__CAMGATE_P_MAX = 4,
};
#define CAMGATE_P_MAX (__CAMGATE_P_MAX - 1)

enum camgate_guard_mode {
	CAMGATE_GUARD_OFF = 0,
	CAMGATE_GUARD_COUNT = 1, /* what is unmarked is counted and passes */
	CAMGATE_GUARD_DROP = 2,	 /* what is unmarked is counted and dropped */
	__CAMGATE_GUARD_MAX = 3,
};

#define CAMGATE_F_MACS_BEGIN  0x1
#define CAMGATE_F_MACS_COMMIT 0x2
#define CAMGATE_F_ALL	      0x3

#endif
