#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# A window opens and closes on the second, closes with the agent killed in it, and the next does not open without the agent; daily_upload stops uploads alone.
. "$(dirname "$0")/lib.sh"

# at SECONDS: a time of day that many seconds from $BASE
at() { date -u -d "@$((BASE + $1))" +%H:%M:%S; }
# mono SECONDS: the same as CLOCK_MONOTONIC ns
mono() { echo $(((BASE + $1) * 1000000000 - OFFSET)); }
past() { (($(now_ns) > $1)); }
is() { cg_json status | jq -e --arg id "$1" --arg s "$2" '.cams[] | select(.id == $id) | .exposure == $s'; }

need_camgate
house_up
video
# Windows of seconds, as far from now as the house needs to get up to them.
BASE=$(date +%s)
# Read together: a program's start between them may take tens of milliseconds.
read -r MONO _ REAL < <("$TOOLS/nowns")
OFFSET=$((REAL - MONO))
BEGIN=$((6 * SLOW)) END=$((16 * SLOW)) BEGIN2=$((20 * SLOW)) END2=$((90 * SLOW))
config "timezone = UTC
	schedule { from = \"$(at $BEGIN)\" to = \"$(at $END)\" exposure = open }
	schedule { from = \"$(at $BEGIN2)\" to = \"$(at $END2)\" exposure = open }" \
	"upload = { \"$CLOUD_4/32:6002\" }
	allow = { \"$CLOUD_4/32:443\" }
	daily_upload = 300K" \
	"clock = trusted"
agent_start

refute "before the window: closed" beat cam1 $STRANGER_4 443
assert_num "that was before the window, ms" $((($(mono $BEGIN) - $(now_ns)) / 1000000)) ">" 0
assert "status says what comes next" jq -e --argjson t $((BASE + BEGIN)) \
	'.cams[] | select(.id == "cam1").schedule | .now == "closed" and .next == "open" and .until_s == $t' \
	<<<"$(cg_json status)"
wait_for $((BEGIN + 2)) is cam1 open
opened=$(now_ns)
late=$(((opened - $(mono $BEGIN)) / 1000000))
assert_num "it opens within a second and a half, ms late" "$late" "<=" $((1500 * SLOW))
assert_num "and not before the window, ms late" "$late" ">=" -5
assert "in the window: a viewer gets through" beat cam1 $STRANGER_4 443
assert "the camera's deadline is the window's end, ms off" \
	test "$(((($(deadline cam1) - $(mono $END)) / 1000000)))" -ge -20 -a \
	"$(((($(deadline cam1) - $(mono $END)) / 1000000)))" -le 20

capture_start wan inet isp0
capture_start lan gw lan1
stream_start timed cam1 udp stranger $STRANGER_4 6000
agent_kill
assert_num "killed within the window, ms before its end" $((($(mono $END) - $(now_ns)) / 1000000)) ">" 700
end=$(mono $END)
wait_for $((END + 4)) past $((end + 1500000000))
stop timed-push
capture_stop wan
capture_stop lan
leak lan "$end" -i in -d $STRANGER_4 -p udp
assert_num "the camera goes on sending behind the window: bytes" "$AFTER" ">" 100000
leak wan "$end" -i in -d $STRANGER_4 -a 100
assert_num "the stream ran until its end: bytes in the 500 ms before" "$BEFORE" ">" 100000
assert_num "nothing passes 100 ms behind it, the agent dead: bytes" "$AFTER" == 0
refute "and no new viewer" beat cam1 $STRANGER_4 443
wait_for $((BEGIN2 + 5)) past "$(mono $((BEGIN2 + 2)))"
refute "the next window does not open without the agent" beat cam1 $STRANGER_4 443
agent_start
wait_for 5 is cam1 open
assert "it opens with the agent" beat cam1 $STRANGER_4 443
assert "close by hand is above the window" cg close cam1
refute "closed" beat cam1 $STRANGER_4 443
assert "auto: the window's again" cg auto cam1
assert "open" beat cam1 $STRANGER_4 443

# ---- daily_upload ----
full() { cg_json status | jq -e '.cams[] | select(.id == "cam2").quota.upload_stopped'; }
assert "an upload before" beat cam2 $CLOUD_4 443
refute "not full" full
spawn up-sink cloud "$TOOLS/sink" 6002 "$WORK/up.sink"
wait_for 5 listens cloud tcp 6002
capture_start up inet isp0
spawn up-push cam2 "$TOOLS/push" -v "$VIDEO" -m "$WORK/up.marks" $CLOUD_4 6002
wait_for 20 full
stopped=$(now_ns)
wait_for 10 past $((stopped + 2000000000))
capture_stop up
leak up "$stopped" -i in -d $CLOUD_4 -a 200
assert_num "it ran until the quota was used: bytes in the 500 ms before" "$BEFORE" ">" 50000
assert_num "no upload behind it: bytes" "$AFTER" == 0
assert "control goes on" beat cam2 $CLOUD_4 443
denied() { ! cg open cam2 1m 2>"$WORK/open.err" && grep -q 'the daily_upload of its day' "$WORK/open.err"; }
assert "it is not opened, and the answer names the quota" denied
says() { cg_json why cam2 "$CLOUD_4:6002/tcp" | jq -e '.reason == "daily"'; }
assert "why says so" says
