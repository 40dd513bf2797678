#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The measurement shared by the close tests: what still leaves after `camgate close`.

# leak_after udp|tcp ADDRESS FIGURE COMMAND...
# Three rounds, each begun by the caller's function `opened`: a stream of cam1
# to the stranger runs through the gateway; first nothing is done at T (the
# control), then COMMAND is run. Payload to that address is counted at isp0
# from 70 ms after its exec until the sender is stopped.
leak_after()
{
	local proto=$1 addr=$2 fig=$3 i rounds=3 leaked=0 control=0
	local -a t_control=() t_close=() t_end=()
	shift 3

	capture_start wan inet isp0
	capture_start lan gw lan1
	for ((i = 0; i < rounds; i++)); do
		opened
		stream_start close cam1 "$proto" stranger "$addr" 6000
		observe 0.7
		timed control true
		t_control+=("$T0")
		observe 1.2
		timed close "$@"
		t_close+=("$T0")
		note "round $((i + 1)): the command took $TOOK ms"
		observe 2.5
		t_end+=("$(now_ns)")
		stream_stop close
		cp "$WORK/close.marks" "$WORK/close.marks.$i"
	done
	capture_stop wan
	capture_stop lan

	for ((i = 0; i < rounds; i++)); do
		note "round $((i + 1))"
		leak wan "${t_control[i]}" -i in -d "$addr" -u 1000
		assert_num "without it the stream goes on: bytes in the second after" \
			"$AFTER" ">" 100000
		control=$((control + AFTER))
		if [[ $proto == udp ]]; then
			leak lan "${t_close[i]}" -i in -d "$addr" -p udp \
				-u $(((t_end[i] - t_close[i]) / 1000000))
			assert_num "the camera goes on sending at its LAN port: bytes" "$AFTER" ">" 0
		else
			# Its connection was reset: it goes on trying.
			assert_num "the camera goes on with frames it cannot send: frames" \
				"$(awk -v t="${t_close[i]}" '$2 > t && !$3 { n++ } END { print n + 0 }' \
				"$WORK/close.marks.$i")" ">" 0
		fi
		leak wan "${t_close[i]}" -i in -d "$addr" -a "$LEAK_MS" \
			-u $(((t_end[i] - t_close[i]) / 1000000))
		assert_num "a running stream: bytes in the 500 ms before" "$BEFORE" ">" 100000
		leaked=$((leaked + AFTER))
	done
	figure "$fig" "$leaked" == 0 bytes $rounds "$control" "$WORK/wan.cap"
}
