#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The camera's counters against what its own device sent and got, while a flow table carries it; after offload.sh.

# on_wire: frames and bytes that cam1 sent and got. Its queue says what it sent: the counters of a veth
# leave the Ethernet header out where the other end has NAPI (GRO).
on_wire()
{
	local sent
	sent=$(tc -n "$ID-cam1" -s -j qdisc show dev eth0 root | jq -r '.[0] | "\(.packets) \(.bytes)"')
	ip -n "$ID-cam1" -s -j link show eth0 |
		jq -r --arg sent "$sent" '.[0].stats64 | "\($sent) \(.rx.packets) \(.rx.bytes)"'
}

# counts: the same four numbers as camgate has them; what it stopped on its way to
# the camera never was on the camera's wire
counts()
{
	cg_json counters cam1 | jq -r '[("up", "down") as $d | [.cams[0].counts[] |
		select(.direction == $d and ($d == "up" or .verdict == "pass"))] | (map(.packets) | add // 0), (map(.bytes) | add // 0)] |
		map(tostring) | join(" ")'
}

# Nothing is on its way: the wire and the counters stand still.
quiet()
{
	local is
	is="$(on_wire) $(counts)"
	[[ $is == "$was" ]] || { was=$is; return 1; }
}

# Frames that the port's hooks saw: fewer than the wire had where GRO joins them.
skbs() { in_ns gw nft -j list counter netdev cg_port frames | jq '.nftables[] | .counter? // empty | .packets'; }

# The port's frames are whole ones on the wire, whatever the gateway makes of them.
wire_ready()
{
	need ethtool
	in_ns cam1 ethtool -K eth0 tso off gso off
	in_ns cam1 tc qdisc replace dev eth0 root pfifo limit 1000
	in_ns gw ethtool -K lan1 tso off gso off
	in_ns gw nft -f - <<-END
	table netdev cg_port {
		counter frames { }
		chain in {
			type filter hook ingress device "lan1" priority -400; policy accept;
			counter name frames
		}
	}
	END
}

# counter_error on|off: sets ERROR, in percent, the worst of packets and bytes, up and down
counter_error()
{
	local gro=$1 was="" addr flag size frames
	local -a w0 w1 c0 c1

	in_ns gw ethtool -K lan1 gro "$gro"
	in_ns gw ethtool -K wan0 gro "$gro"
	wait_for 5 quiet
	read -ra w0 < <(on_wire)
	read -ra c0 < <(counts)
	frames=$(skbs)
	for addr in $CLOUD_4 $CLOUD_6; do
		for flag in "" -u; do
			size=$([[ $flag ]] && echo 1200 || echo 30000)
			# shellcheck disable=SC2086  # no flag, no word
			spawn wire-sink cloud "$TOOLS/sink" $flag 5001 "$WORK/wire.sink"
			wait_for 5 listens cloud "$([[ $flag ]] && echo udp || echo tcp)" 5001
			# shellcheck disable=SC2086
			spawn wire-push cam1 "$TOOLS/push" $flag -s "$size" \
				-r 1000000 -t 1 "$addr" 5001
			wait_for 10 gone "${PIDS[wire-push]}"
			[[ -z $flag ]] || assert "it went through the flow table" offloads_some
			stop wire-push
			stop wire-sink
		done
	done
	wait_for 5 quiet
	read -ra w1 < <(on_wire)
	read -ra c1 < <(counts)
	frames=$(($(skbs) - frames))
	printf 'gro %s wire %s -> %s counters %s -> %s hooks %d\n' "$gro" "${w0[*]}" "${w1[*]}" \
		"${c0[*]}" "${c1[*]}" $frames >>"$WORK/counters"
	FRAMES=$((w1[0] - w0[0]))
	JOINED=$((FRAMES - frames))
	ERROR=$(awk -v w0="${w0[*]}" -v w1="${w1[*]}" -v c0="${c0[*]}" -v c1="${c1[*]}" 'BEGIN {
		n = split(w0, a); split(w1, b); split(c0, c); split(c1, d)
		for (i = 1; i <= n; i++) {
			w = b[i] - a[i]; e = d[i] - c[i] - w
			if (e < 0) e = -e
			if (w <= 0) w = 0.001
			if (100 * e / w > worst) worst = 100 * e / w
		}
		printf "%.3f", worst
	}')
	note "GRO $gro: $FRAMES frames, $JOINED of them joined to others; counters are off by $ERROR %"
}

offloads_some() { [[ -n $(offloads) ]]; }

counters_right()
{
	local worst
	wire_ready
	: >"$WORK/counters"
	counter_error off
	# Two looks, one after the other: a late frame is in one of them only.
	assert_num "GRO off: frames joined, of $FRAMES" "$JOINED" "<" $((FRAMES / 100))
	assert_num "frames the camera sent" "$FRAMES" ">" 500
	worst=$ERROR
	counter_error on
	if in_ns gw ethtool -k lan1 | grep '^generic-receive-offload: on' >/dev/null &&
		((JOINED > FRAMES / 100)); then
		note "GRO joined frames"
	else
		note "this kernel's veth joins no frames (5.13 does)"
		((KERNEL < 513)) || fail "GRO is on and joins no frames"
	fi
	worst=$(printf '%s\n' "$worst" "$ERROR" | sort -g | tail -n 1)
	# Had the hooks' packets been counted instead, the error were this.
	figure offload/counter_error_pct "$worst" "<=" 1 % "$FRAMES" "$JOINED" "$WORK/counters"
}
