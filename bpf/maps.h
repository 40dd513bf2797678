/* SPDX-License-Identifier: GPL-2.0-only */
/* The maps of the packet path; sizes marked "set at load" follow the number of slots. */
#ifndef CG_MAPS_H
#define CG_MAPS_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include "../include/camgate/bpf_abi.h"
#include "../include/camgate/discover_abi.h"
#include "../include/camgate/geo_abi.h"
#include "../include/camgate/names_abi.h"
#include "../include/camgate/session_abi.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct cg_meta);
} cg_meta SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, CG_MAC_WORDS);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, __u64);
} cg_macs SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, CG_SETTLED_SETS);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct cg_settled);
} cg_settled SEC(".maps");

/* Policy is written by the agent only, so allocating by use costs nothing here. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 2 * CG_MIN_SLOTS * CG_MAX_MACS); /* set at load */
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct cg_cam_key);
	__type(value, struct cg_cam);
} cg_cams SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 2 * CG_MIN_SLOTS * CG_MAX_CAM_ADDRS); /* set at load */
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct cg_narrow_key);
	__type(value, struct cg_cam);
} cg_narrow SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, CG_MAX_PREFIXES);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct cg_rule_key);
	__type(value, struct cg_rulevec);
} cg_rules SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 2 * CG_MIN_MORE); /* set at load */
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct cg_more_key);
	__type(value, struct cg_rulevec);
} cg_rulemore SEC(".maps");

/* What the packet path learns of names; the rest of it is in names.h. */
struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, CG_MAX_NAMERULES);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct cg_namerule_key);
	__type(value, struct cg_rulevec);
} cg_namerules SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, CG_MIN_SLOTS *(CG_QUOTA_ADDR + CG_QUOTA_HEARD_ADDR)); /* set at load */
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct cg_learned_key);
	__type(value, struct cg_learned);
} cg_learned SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, CG_MIN_SLOTS *(CG_QUOTA_NAME + CG_QUOTA_HEARD_NAME)); /* set at load */
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct cg_qname_key);
	__type(value, struct cg_qname);
} cg_qnames SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, CG_MAX_IFS);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u32);
	__type(value, struct cg_lan);
} cg_lans SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, CG_MIN_SLOTS *CG_NRING_GROUPS); /* set at load */
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct cg_ring_key);
	__type(value, struct cg_nring);
} cg_nring SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, CG_MIN_SLOTS); /* set at load */
	__type(key, __u32);
	__type(value, struct cg_dns);
} cg_dns SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, CG_MIN_SLOTS); /* set at load */
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, __u64);
} cg_lens SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, CG_MIN_SLOTS *CG_REACH_BITS / 64); /* set at load */
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, __u64);
} cg_reach SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, CG_MAX_NETS);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct cg_net_key);
	__type(value, struct cg_net);
} cg_nets SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, CG_MAX_IFS);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u32);
	__type(value, struct cg_if);
} cg_ifs SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, CG_MAX_IFS);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u32);
	__type(value, struct cg_port);
} cg_ports SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, CG_MIN_SLOTS); /* set at load */
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct cg_exposure);
} cg_exposure SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, CG_MIN_SLOTS); /* set at load */
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct cg_name);
} cg_names SEC(".maps");

/* No LRU: it would evict a live flow to make room, and with it a verdict. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries,
	       CG_MIN_SLOTS *(CG_QUOTA_REMOTE + CG_QUOTA_LAN + CG_QUOTA_GATEWAY)); /* set at load */
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct cg_flow_key);
	__type(value, struct cg_flow);
} cg_flows SEC(".maps");

/* Mapped, so that each entry lies within one line. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, CG_MIN_SLOTS *CG_FAST_PER_SLOT); /* set at load, times CPUs */
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct cg_fast4);
} cg_fast4 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, CG_MIN_SLOTS *CG_FAST_PER_SLOT); /* set at load, times CPUs */
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct cg_fast6);
} cg_fast6 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, CG_MIN_SLOTS *CG_QUOTA_FRAG); /* set at load */
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct cg_flow_key);
	__type(value, struct cg_frag);
} cg_frags SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, CG_MIN_SLOTS *CG_RING_GROUPS); /* set at load */
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct cg_ring_key);
	__type(value, struct cg_ring);
} cg_ring SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, CG_MIN_SLOTS *CG_QUOTA_SESSION); /* set at load */
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct cg_flow_key);
	__type(value, struct cg_session);
} cg_sessions SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, CG_MIN_SLOTS); /* set at load */
	__type(key, __u32);
	__type(value, struct cg_sum);
} cg_sums SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2 * CG_BUDGETS);
	__type(key, __u32);
	__type(value, struct cg_budget);
} cg_budgets SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, CG_MIN_SLOTS *CG_VIEWERS_PER_SLOT); /* set at load */
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct cg_viewer_key);
	__type(value, __u64);
} cg_viewers SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, CG_MIN_SLOTS); /* set at load */
	__type(key, __u32);
	__type(value, struct cg_state);
} cg_state SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, CG_MIN_SLOTS *CG_PLACES); /* set at load, times CPUs */
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct cg_count);
} cg_stats SEC(".maps");

/* Flows that the agent itself begins with a camera, by its own socket: each until then
 * (boot clock ns). */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, CG_ASKS);
	__type(key, struct cg_flow_key);
	__type(value, __u64);
} cg_asks SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, CG_EVENTS_BYTES);
} cg_events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} cg_lost SEC(".maps");

/* Updated for its side effect only: see bpf_abi.h. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(__u32));
	__array(
		values, struct {
			__uint(type, BPF_MAP_TYPE_ARRAY);
			__uint(max_entries, 1);
			__type(key, __u32);
			__type(value, __u32);
		});
} cg_grace SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, CG_GEO_PLACES);
	__uint(key_size, sizeof(__u32));
	__array(
		values, struct {
			__uint(type, BPF_MAP_TYPE_LPM_TRIE);
			__uint(max_entries, CG_MAX_GEO);
			__uint(map_flags, BPF_F_NO_PREALLOC);
			__uint(key_size, sizeof(struct cg_geo4_key));
			__uint(value_size, sizeof(struct cg_geo));
		});
} cg_geo4 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, CG_GEO_PLACES);
	__uint(key_size, sizeof(__u32));
	__array(
		values, struct {
			__uint(type, BPF_MAP_TYPE_LPM_TRIE);
			__uint(max_entries, CG_MAX_GEO);
			__uint(map_flags, BPF_F_NO_PREALLOC);
			__uint(key_size, sizeof(struct cg_geo6_key));
			__uint(value_size, sizeof(struct cg_geo));
		});
} cg_geo6 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, CG_GEO_PLACES);
	__type(key, __u32);
	__type(value, struct cg_geoinfo);
} cg_geoinfo SEC(".maps");

/* Filled by who loads the programs. A tail call is no BPF-to-BPF call. */
struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, CG_JUDGES);
	__type(key, __u32);
	__type(value, __u32);
} cg_judges SEC(".maps");

#endif
