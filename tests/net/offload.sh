#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Streams of cam1 that run in a software flow table of the gateway: put there, seen to be there, ended by `close`.
# shellcheck disable=SC2034

# What each stream is: name, protocol, address of the stranger, port.
STREAMS=("udp4 udp $STRANGER_4 6000" "tcp4 tcp $STRANGER_4 6001"
	"udp6 udp $STRANGER_6 6002" "tcp6 tcp $STRANGER_6 6003")

need_flow_table()
{
	need conntrack unshare
	unshare -n nft -f - 2>/dev/null <<-END || skip "no flow table (nft_flow_offload) in this kernel"
	table inet probe {
		flowtable ft { hook ingress priority 0; devices = { lo }; }
		chain forward {
			type filter hook forward priority 0
			meta l4proto { tcp, udp } flow add @ft
		}
	}
	END
}

# 5.13 as 513
KERNEL=$(uname -r | awk -F. '{ print $1 * 100 + $2 }')

# Bridge ports in a flow table serve what comes from them since 5.13.
need_port_offload()
{
	((KERNEL >= 513)) ||
		skip "this kernel's flow table knows no bridge ports (5.13 does)"
}

# Since nothing is removed before the end of the test, the kernel's text is not
# patched while packets run: without KVM that now and then fails (tests/README.md).
# flow_table DEVICE...: what of the streams and of the counters' flows is forwarded goes through it
flow_table()
{
	local devices="$*"
	in_ns gw nft -f - <<-END
	table inet cg_offload
	delete table inet cg_offload
	table inet cg_offload {
		flowtable ft {
			hook ingress priority 0
			devices = { ${devices// /, } }
		}
		counter forwarded { }
		chain forward {
			type filter hook forward priority 0
			th dport { 5001, 6000-6003 } counter name forwarded
			meta l4proto { tcp, udp } flow add @ft
		}
	}
	END
}

# Packets that the forward chain saw: none of an offloaded flow.
forwarded() { in_ns gw nft -j list counter inet cg_offload forwarded | jq '.nftables[] | .counter? // empty | .packets'; }

# Connections of the streams that are offloaded, one a line.
offloads()
{
	local family
	for family in ipv4 ipv6; do
		in_ns gw conntrack -L -f "$family" 2>/dev/null
	done | grep -E 'dport=(5001|600[0-3]) .*\[OFFLOAD\]' || true
}

offloads_are() { [[ $(offloads | wc -l) -eq $1 ]]; }

streams_start()
{
	local line name proto addr port flag
	for line in "${STREAMS[@]}"; do
		read -r name proto addr port <<<"$line"
		flag=()
		[[ $proto == tcp ]] || flag=(-u)
		spawn "$name-sink" stranger "$TOOLS/sink" "${flag[@]}" "$port" "$WORK/$name.sink"
		wait_for 5 listens stranger "$proto" "$port"
		spawn "$name-push" cam1 "$TOOLS/push" "${flag[@]}" -r 100000 "$addr" "$port"
	done
	for line in "${STREAMS[@]}"; do
		wait_for 10 sunk "${line%% *}" 20
	done
}

streams_stop()
{
	local line
	for line in "${STREAMS[@]}"; do
		stop "${line%% *}-push"
		stop "${line%% *}-sink"
	done
}

# close_offloaded FIGURE: all the streams at once, offloaded, ended by one close
close_offloaded()
{
	local fig=$1 line name proto addr port seen leaked=0 control=0 from t_control t_close t_end

	assert "the camera is opened" cg open cam1 10m
	capture_start wan inet isp0
	capture_start lan gw lan1
	seen=$(forwarded)
	streams_start
	assert_num "control: the first packets are forwarded" "$(($(forwarded) - seen))" ">" 0
	wait_for 10 offloads_are ${#STREAMS[@]}
	offloads >"$WORK/offloads"
	seen=$(forwarded)
	timed control true
	t_control=$T0
	observe 1.2
	assert_num "packets of $((1200))ms that the forward chain saw" "$(($(forwarded) - seen))" == 0
	timed close "$BIN/camgate" close cam1
	t_close=$T0
	note "the command took $TOOK ms"
	# Without KVM the command alone may take longer than that: there it counts from its end.
	from=$((LEAK_MS + (SLOW > 1 ? (T1 - T0) / 1000000 : 0)))
	observe 2.5
	t_end=$(now_ns)
	streams_stop
	capture_stop wan
	capture_stop lan

	for line in "${STREAMS[@]}"; do
		read -r name proto addr port <<<"$line"
		set -- -i in -d "$addr" -p "$proto"
		leak wan "$t_control" "$@" -u 1000
		assert_num "$name: without it the stream goes on: bytes in the second after" "$AFTER" ">" 10000
		control=$((control + AFTER))
		leak lan "$t_close" "$@" -a 0 -u $(((t_end - t_close) / 1000000))
		assert_num "$name: the camera goes on sending at its LAN port: bytes" "$AFTER" ">" 0
		leak wan "$t_close" "$@" -a "$from" -u $(((t_end - t_close) / 1000000))
		assert_num "$name: a running stream: bytes in the 500 ms before" "$BEFORE" ">" 5000
		leaked=$((leaked + AFTER))
	done
	figure "$fig" "$leaked" == 0 bytes ${#STREAMS[@]} "$control" "$WORK/wan.cap"
}
