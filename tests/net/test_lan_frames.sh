#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The household watches a closed camera at home: nearly every frame it sends arrives.
. "$(dirname "$0")/lib.sh"

need_camgate
house_up
rtsp_start cam1
config
agent_start
refute "the camera is closed" beat stranger $WAN4 $TCP_PORT

# between FILE FROM TO: how many of its times lie there
between() { awk -v a="$2" -v b="$3" '$1 >= a && $1 < b { n++ } END { print n + 0 }' "$1"; }

n=$(in_ns phone "$TOOLS/watch" -t 13 "$(url $CAM1_4)" "$WORK/phone.frames")
assert_num "the phone decodes frames" "$n" ">" 25
from=$(head -n 1 "$WORK/phone.frames")
from=$((from + 500000000))
sent=$(between "$WORK/cam1.frames" $from $((from + 10000000000)))
seen=$(between "$WORK/phone.frames" $from $((from + 10000000000)))
assert_num "frames the camera sent in 10 s" "$sent" ">" 200
pct=$(awk -v a="$seen" -v b="$sent" 'BEGIN { printf "%.1f", 100 * a / b }')

# The planted fault: a household that may not watch.
config 'lan_viewing = none'
cg reload >/dev/null
control=$(in_ns phone "$TOOLS/watch" -t 4 "$(url $CAM1_4)" "$WORK/none.frames" 2>/dev/null)
assert_num "with lan_viewing = none the phone decodes" "$control" == 0
figure main/lan_frames_pct "$pct" ">=" 90 % "$sent" "$control" "$WORK/phone.frames"
