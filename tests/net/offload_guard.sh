#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The guard while the filters are gone and a flow table carries the camera's streams; after offload.sh.

# That clearing tc takes the filters away, and how soon they are back, is the worse case.
# shellcheck disable=SC2034 # read by config()
ATTACH=tc

# Packets of the streams, as the internet sees them.
outside() { in_ns inet nft -j list counter inet tap streams | jq '.nftables[] | .counter? // empty | .packets'; }

unmarked() { cg_json status | jq '.guard.unmarked'; }

guard_is() { cg_json status | jq -e --arg by "$1" --arg mode "$2" '.guard.by == $by and .guard.mode == $mode'; }

torn_off() { cg_json status | jq -e '.attention | any(test("removed by somebody else"))'; }

tap()
{
	in_ns inet nft -f - <<-END
	table inet tap {
		counter streams { }
		chain pre {
			type filter hook prerouting priority -300; policy accept;
			iifname "isp0" th dport 6000-6003 counter name streams
		}
	}
	END
}

# gap: the filters go while the agent is held and the streams run; sets GAP, the packets that got out
gap()
{
	assert_num "connections that are offloaded" "$(offloads | wc -l)" ">" 0
	kill -STOP "${PIDS[agent]}"
	tear lan1
	# What was past the hooks by then is on its way.
	observe 0.2
	GAP=$(outside)
	observe 1
	GAP=$(($(outside) - GAP))
	kill -CONT "${PIDS[agent]}"
	wait_for 5 attached lan1
}

flowing() { (($(outside) > was)); }

# guard_offloaded BY: what the guard does about streams that a flow table carries
guard_offloaded()
{
	local by=$1 control false_drops passed dropped from took was

	sed -i 's/^guard = .*/guard = count/' "$CONF"
	assert "reload: guard = count" cg reload
	wait_for 5 guard_is "$by" count
	assert "the camera is opened" cg open cam1 10m
	streams_start
	wait_for 10 offloads_are ${#STREAMS[@]}
	false_drops=$(unmarked)
	passed=$(outside)
	# The fault planted: a guard that only counts lets it leak.
	gap
	control=$GAP
	assert_num "$by: control: packets that leaked while the guard only counts" "$control" ">" 50
	dropped=$(unmarked)
	assert_num "$by: it has counted them" $((dropped - false_drops)) ">=" "$control"

	sed -i 's/^guard = .*/guard = drop/' "$CONF"
	assert "reload: guard = drop" cg reload
	wait_for 5 guard_is "$by" drop
	was=$(outside)
	wait_for 10 flowing
	dropped=$(unmarked)
	gap
	in_ns inet nft list table inet tap >"$WORK/tap-$by.nft"
	assert_num "$by: it has dropped them" $(($(unmarked) - dropped)) ">" 50
	figure guard/leaked_packets "$GAP" == 0 packets "$control" "$control" "$WORK/tap-$by.nft"
	figure guard/false_drops "$false_drops" == 0 packets "$passed" "$control" "$WORK/tap-$by.nft"
	was=$(outside)
	wait_for 10 flowing

	# Nothing holds the agent now. What the flow table holds stays there for a while.
	streams_stop
	assert_num "connections that are offloaded" "$(offloads | wc -l)" ">" 0
	tear lan1
	from=$(now_ns)
	wait_for 5 attached lan1
	took=$((($(now_ns) - from) / 1000000))
	figure guard/reattach_ms "$took" "<=" $((1000 * LAX)) ms 1 "$control" "$WORK/agent.err"
	assert "$by: status says that filters were put back" torn_off
	assert "$by: and so does the log" grep -q 'removed by somebody else' "$WORK/agent.err"
	assert "$by: the log has the guard's packets" grep -q 'had passed no filter' "$WORK/agent.err"
	assert "the camera is closed" cg close cam1
}
