#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Real players outside end within two seconds of `close`, and nothing reaches them: RTSP over TCP and UDP, NAT, port forward, IPv6.
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/ending.sh
. "$NET/ending.sh"

need_camgate
need conntrack ffmpeg
house_up
house_firewall
rtsp_start cam1
rtsp_start cam2
config
agent_start
cg open cam2 1h >/dev/null
capture_start wan inet isp0
LEAKED=0 CONTROL=0 WORST=0 ROUNDS=0

# play NAME ffmpeg|gst tcp|udp URL: a player at the stranger, seen to show pictures
play()
{
	local flag=()
	if [[ $2 == ffmpeg ]]; then
		spawn "$1" stranger ffmpeg -nostdin -hide_banner -loglevel error -rtsp_transport "$3" -fflags nobuffer \
			-analyzeduration 200000 -i "$4" -an -stats_period 0.2 -progress "file:$WORK/$1.progress" -f null -
		wait_for 15 grep -qE '^frame=[1-9][0-9]' "$WORK/$1.progress"
	else
		[[ $3 == tcp ]] || flag=(-u)
		spawn "$1" stranger "$TOOLS/watch" "${flag[@]}" -t $((60 * SLOW)) "$4" "$WORK/$1.pictures"
		wait_for 15 eval "[[ \$(wc -l <'$WORK/$1.pictures') -ge 10 ]]"
	fi
}

# ends NAME PLAYER tcp|udp ADDRESS PEER: close, and what comes of the player
ends()
{
	local name=$1 addr=$4 peer=$5 cam=$CAM1_4 t_end s
	[[ $peer != *:* ]] || cam=$CAM1_6
	cg open cam1 10m >/dev/null
	play "$name" "$2" "$3" "$(url "$addr")"
	assert_num "$name: the camera's entries" "$(ct_flow $cam "$peer")" ">" 0
	beat phone $CLOUD_4 443 >/dev/null
	ct_dump "$WORK/$name.ct"
	timed "$name-control" true
	observe 0.6
	local t_control=$T0
	timed "$name-close" "$BIN/camgate" close cam1
	# How fast it ended, by the second look at most.
	while alive "${PIDS[$name]}" && (($(now_ns) - T0 < 8000000000 * SLOW)); do
		sleep 0.02
	done
	t_end=$(now_ns)
	s=$(awk -v a="$T0" -v b="$t_end" 'BEGIN { printf "%.2f", (b - a) / 1e9 }')
	assert_num "$name: its player has ended: s" "$s" "<=" 2
	wait_for 1 ct_gone $cam "$peer"
	note "$name: conntrack has none of its entries"
	observe 1
	WORST=$(awk -v a="$WORST" -v b="$s" 'BEGIN { print (a > b ? a : b) }')
	[[ $(ct_flow $cam "$peer") -eq 0 ]] || fail "$name: an entry has come back"
	ct_dump "$WORK/$name.after"
	assert_num "$name: other entries that are gone" \
		"$(ct_lost "$WORK/$name.ct" "$WORK/$name.after" "$CAM1_4 $CAM1_6" $STRANGER_4 $STRANGER_6)" == 0
	ROUND_T+=("$T0") ROUND_C+=("$t_control") ROUND_A+=("$peer") ROUND_N+=("$name") ROUND_E+=("$(now_ns)")
	stop "$name"
}

declare -a ROUND_T=() ROUND_C=() ROUND_A=() ROUND_N=() ROUND_E=()
# Another camera is watched all the while.
spawn other stranger ffmpeg -nostdin -hide_banner -loglevel error -rtsp_transport tcp -i "$(url $CAM2_6)" -an \
	-stats_period 0.2 -progress "file:$WORK/other.progress" -f null -
wait_for 15 grep -qE '^frame=[1-9]' "$WORK/other.progress"
ends tcp4-ffmpeg ffmpeg tcp $WAN4 $STRANGER_4
ends tcp4-gst gst tcp $WAN4 $STRANGER_4
ends tcp6-ffmpeg ffmpeg tcp $CAM1_6 $STRANGER_6
ends tcp6-gst gst tcp $CAM1_6 $STRANGER_6
ends udp6-ffmpeg ffmpeg udp $CAM1_6 $STRANGER_6
ends udp6-gst gst udp $CAM1_6 $STRANGER_6
ends udp4-ffmpeg ffmpeg udp $WAN4 $STRANGER_4
assert "the other camera's player goes on" alive "${PIDS[other]}"
n=$(grep -c '^frame=' "$WORK/other.progress")
wait_for 5 eval "[[ \$(grep -c '^frame=' '$WORK/other.progress') -gt $((n + 2)) ]]"
assert "with pictures" true
stop other
capture_stop wan

for ((i = 0; i < ${#ROUND_T[@]}; i++)); do
	# What the other camera sends goes to the same address: this one's own, IPv4 by the gateway's.
	src=$CAM1_6
	[[ ${ROUND_A[i]} == *:* ]] || src=$WAN4
	leak wan "${ROUND_C[i]}" -i in -s "$src" -d "${ROUND_A[i]}" -u 500
	assert_num "${ROUND_N[i]}: bytes in the half second before" "$AFTER" ">" 1000
	CONTROL=$((CONTROL + AFTER))
	leak wan "${ROUND_T[i]}" -i in -s "$src" -d "${ROUND_A[i]}" -a "$LEAK_MS" \
		-u $(((ROUND_E[i] - ROUND_T[i]) / 1000000))
	LEAKED=$((LEAKED + AFTER))
	ROUNDS=$((ROUNDS + 1))
done
figure sessions/stop_leak_bytes_players $LEAKED == 0 bytes $ROUNDS $CONTROL "$WORK/wan.cap"
printf '%s\n' "$WORST" >"$WORK/player_end.log"
figure sessions/player_end_s "$WORST" "<=" 2 s $ROUNDS 1 "$WORK/player_end.log"
collateral "$WORK/udp4-ffmpeg.ct" "$CAM1_4 $CAM1_6 $CAM2_6" $STRANGER_4 $STRANGER_6
