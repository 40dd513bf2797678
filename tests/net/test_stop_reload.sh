#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# What else ends a flow: a rule that goes, an opening that is over, `seal`. And with the agent dead nothing is told, then or later.
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/ending.sh
. "$NET/ending.sh"

need_camgate
need conntrack
house_up
house_firewall
config "" "allow = { \"$STRANGER_4/32:6101-6102\" }"
agent_start

# both NAME: it was reset at both ends, within 2 s of T (ns)
both()
{
	local f
	for f in "$1" "$1-to"; do
		wait_for 3 ended "$f"
		assert "$f was reset" grep -q '^end ECONNRESET' "$WORK/$f.out"
		assert_num "$f: ms after" "$(end_ms "$f" "$2")" "<=" $((2000 * LAX))
	done
}
# silent NAME FROM HOST PORT TO
silent()
{
	hold_listen "$1-to" "$5" "$4"
	hold_start "$1" "$2" "$3" "$4"
	wait_for 5 grep -q '^up' "$WORK/$1-to.out"
}
silent going cam2 $STRANGER_4 6101 stranger
silent staying cam2 $STRANGER_4 6102 stranger
config "" "allow = { \"$STRANGER_4/32:6102\" }"
T0=$(now_ns)
cg reload >/dev/null
both going "$T0"
wait_for 2 ct_gone $CAM2_4 $STRANGER_4 6101
refute "the flow of the rule that stayed lives on" ended staying
assert "and answers" beats_still staying
T0=$(now_ns)
cg seal cam2 >/dev/null
both staying "$T0"
wait_for 2 ct_gone $CAM2_4 $STRANGER_4

cg open cam1 2s >/dev/null
silent opened stranger $WAN4 $RTSP_PORT cam1
end=$(deadline cam1)
wait_for 5 ended opened
assert_num "ended by the deadline, not before: ms" "$(end_ms opened "$end")" ">=" 0
both opened "$end"
wait_for 2 ct_gone $CAM1_4 $STRANGER_4 $RTSP_PORT

# A session that is viewing, by a rule that was meant for control: stopped while it runs, and its ends are told.
config "allow += { \"$CLOUD_4/32:6100\" }"
cg reload >/dev/null
video
spawn watcher cloud "$TOOLS/sink" 6100 "$WORK/watcher.sink"
wait_for 5 listens cloud tcp 6100
spawn stream cam1 "$TOOLS/push" -v "$VIDEO" -m "$WORK/stream.marks" $CLOUD_4 6100
wait_for 5 sunk watcher 1
wait_for 12 ct_gone $CAM1_4 $CLOUD_4 6100
assert "a session that is viewing: its entry is gone" true
# What became of each write is in the file when the sender has ended; it takes what is refused for the end.
observe 0.5
stop stream
assert "and the camera was told" eval "awk '!\$3 { n++ } END { exit !n }' '$WORK/stream.marks'"
stop watcher

# The agent is dead: root closes, the packet path stops it; nobody is told.
cg open cam1 10m >/dev/null
silent dead stranger $WAN4 $RTSP_PORT cam1
agent_kill
cg close cam1 >/dev/null
kill -USR1 "${PIDS[dead]}"
observe 1
refute "the agent dead: what was sent did not come" grep -q '^got' "$WORK/dead-to.out"
refute "and nobody was told" ended dead
agent_start
observe 1.5
refute "the next start tells nobody of it either" ended dead
refute "at neither end" ended dead-to
