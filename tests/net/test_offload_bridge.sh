#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Streams that a software flow table on the bridge carries: `close` ends them, counters say the wire's packets, the guard holds.
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/offload.sh
. "$NET/offload.sh"
# shellcheck source=tests/net/offload_count.sh
. "$NET/offload_count.sh"
# shellcheck source=tests/net/offload_guard.sh
. "$NET/offload_guard.sh"

KO=${CG_KO:-$BUILD/kmod/$(uname -r | cut -d. -f1,2)/camgate.ko}

need_camgate
need_flow_table
house_up
# What counters are measured with is no talk: no sign shall stop it.
config "signs = none allow += { \"$CLOUD_4/32:5001\", \"[$CLOUD_6]:5001\" }" '' 'guard = off'
agent_start
flow_table br-lan wan0
close_offloaded offload/leak_bytes_bridge
counters_right

tap
restore_marks
guard_offloaded nftables
if [[ ! -e $KO || -e /sys/module/camgate ]] || ! insmod "$KO" 2>/dev/null; then
	note "no camgate.ko for this kernel: the module's guard is not tried"
else
	unload() { rmmod camgate; }
	ENDS+=(unload)
	guard_offloaded module
fi
