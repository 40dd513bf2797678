#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The record in the house: who knocks is one line, who may not read it cannot, the agent killed it is still told.
. "$(dirname "$0")/lib.sh"

need_camgate
house_up
config '' '' 'record_every = 1s'
agent_start

entries() { cg log --json "$@" | jq "${FILTER:-.entries | length}"; }
entries_are() { [[ $(entries) == "$1" ]]; }
count_is() { [[ $(FILTER='.entries[0].count' entries) -ge $1 ]]; }
written() { [[ -s $CAMGATE_STATE_DIR/record.jsonl ]]; }

# Not a camera's business: the cloud's answers, the phone at home, the camera's own talk.
assert "the camera talks to its cloud" beat cam1 $CLOUD_4 443
assert "the phone watches at home" beat phone $CAM1_4 $TCP_PORT
assert "nobody is in the record" entries_are 0

# A stranger knocks at the port forward, by TCP and UDP.
for _ in 1 2 3; do
	refute "the stranger is not let in" beat stranger $WAN4 $TCP_PORT
	refute "nor by UDP" in_ns stranger "$TOOLS/heartbeat" -u -n 1 -t 300 $WAN4 $UDP_PORT
done
wait_for 5 count_is 6
assert "it is one entry" entries_are 1
cg log --json >"$WORK/log.json"
assert "refused, inbound, of that network, and no address" jq -e --arg net "${STRANGER_4%.*}.0/24" \
	'.entries[0] | .what == "refused" and .sign == "inbound" and .peer == $net and .cam == "cam1" and
	.began == "peer" and .up_bytes == 0' "$WORK/log.json"
wait_for 5 written
refute "nor is the address in the file" grep -F "$STRANGER_4" "$CAMGATE_STATE_DIR/record.jsonl"
assert "the file is 0640" test "$(stat -c %a "$CAMGATE_STATE_DIR/record.jsonl")" = 640

# The agent stopped or killed, the record is read all the same, and goes on behind it.
stop agent
assert "the agent stopped: all of it is there" count_is 6
agent_start
assert "started again: the same entry" entries_are 1
refute "the stranger again" beat stranger $WAN4 $TCP_PORT
wait_for 5 count_is 7
agent_kill
assert "the agent killed: the record is there" count_is 6
assert "it is still one" entries_are 1
agent_start
assert "it is still one" entries_are 1
assert "by camera" test "$(FILTER='.entries | length' entries --cam cam2)" = 0

# What goes on now.
assert "sessions answers" cg sessions --json
assert "top answers" cg top --once

# `off` keeps nothing.
config '' '' 'record = off'
cg reload >/dev/null
lines=$(wc -l <"$CAMGATE_STATE_DIR/record.jsonl")
refute "the stranger, unrecorded" beat stranger $WAN4 $TCP_PORT
observe 1.5
stop agent
assert "off: no line is new" test "$(wc -l <"$CAMGATE_STATE_DIR/record.jsonl")" = "$lines"
