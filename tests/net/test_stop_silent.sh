#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# A connection over which nobody says anything ends with `close`, at both ends, and its NAT entry; another camera's lives on.
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/ending.sh
. "$NET/ending.sh"

need_camgate
need conntrack
house_up
house_firewall
# Events are told of entries made while somebody listens.
spawn destroyed gw stdbuf -oL conntrack -E -e DESTROY -o timestamp
wait_for 5 eval "in_ns gw ss -Hf netlink | grep conntrack >/dev/null"
config "" "allow = { \"$STRANGER_4/32:6101\" }"
agent_start
cg open cam1 10m >/dev/null

# The twin of another camera, which a rule lets; a heartbeat of this one, which goes on too.
hold_listen twin-peer stranger 6101
hold_start twin cam2 $STRANGER_4 6101
hold_start beat cam1 $CLOUD_4 443

declare -a ALL=()
# silent NAME FROM HOST PORT TO: both ends are up
silent()
{
	hold_listen "$1-to" "$5" "$4"
	hold_start "$1" "$2" "$3" "$4"
	wait_for 5 grep -q '^up' "$WORK/$1-to.out"
	ALL+=("$1" "$1-to")
}
silent nat cam1 $STRANGER_4 6100 stranger
silent forward stranger $WAN4 $RTSP_PORT cam1
silent out6 cam1 $STRANGER_6 6102 stranger
silent in6 stranger $CAM1_6 6103 cam1
hold_start dgram cam1 -u $STRANGER_4 443
hold_start dgram6 stranger -u $CAM1_6 $UDP_PORT
for u in dgram dgram6; do
	wait_for 5 grep -q '^got' "$WORK/$u.out"
done
beat phone $CLOUD_4 443 >/dev/null
# Long enough that nothing is under way any more.
observe 1.5
for f in "${ALL[@]}" dgram dgram6; do
	refute "before: $f has not ended" ended "$f"
done
assert_num "before: the camera's entries with the stranger, IPv4" "$(ct_flow $CAM1_4 $STRANGER_4)" ">=" 3
assert_num "before: IPv6" "$(ct_flow $CAM1_6 $STRANGER_6)" ">=" 3
ct_dump "$WORK/before.ct"

wall=$(date +%s.%N)
timed close "$BIN/camgate" close cam1
for f in "${ALL[@]}"; do
	wait_for 3 ended "$f"
	assert "$f was reset" grep -q '^end ECONNRESET' "$WORK/$f.out"
	assert_num "$f: ms after the command began" "$(end_ms "$f" "$T0")" "<=" $((2000 * LAX))
done
for u in dgram dgram6; do
	wait_for 3 ended "$u"
	# Both families say it so: the camera and the viewer alike.
	assert "$u was refused: $(grep '^end' "$WORK/$u.out")" grep -qE '^end (EHOSTUNREACH|EACCES)' "$WORK/$u.out"
done
wait_for 2 ct_gone $CAM1_4 $STRANGER_4
wait_for 2 ct_gone $CAM1_6 $STRANGER_6
stop destroyed
# The last of them, on the clock of the wall: [seconds.micros] in front.
gone_ms=$(awk -v t="$wall" -v a=$STRANGER_4 -v b=$STRANGER_6 '
	index($0, "=" a " ") || index($0, "=" b " ") { sub(/^ *\[/, ""); if ($1 + 0 > last) last = $1 + 0; n++ }
	END { printf "%.0f\n", (n >= 6 ? (last - t) * 1000 : 99999) }' "$WORK/destroyed.out")
# Nothing that was under way has made one anew.
assert "their entries stay gone, IPv4" ct_gone $CAM1_4 $STRANGER_4
assert "IPv6" ct_gone $CAM1_6 $STRANGER_6
figure sessions/nat_gone_ms "$gone_ms" "<=" $((200 * LAX)) ms 6 1 "$WORK/destroyed.out"

refute "the twin lives on" ended twin
assert "and answers" beats_still twin
refute "the camera's heartbeat lives on" ended beat
assert "and answers" beats_still beat
collateral "$WORK/before.ct" "$CAM1_4 $CAM1_6" $STRANGER_4 $STRANGER_6
