#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Sessions in the house: one that is let in and then stopped, one that is stopped at its first packet, and what is said of both.
. "$(dirname "$0")/lib.sh"

need_camgate
house_up
config '' '' 'record_every = 1s'
agent_start

session() { cg sessions cam1 --json | jq -e --arg peer "$1" --arg state "$2" '.sessions[] | select(.peer == $peer and .state == $state)'; }
entry() { cg log --json | jq -e --arg peer "$1" --arg what "$2" '.entries[] | select(.peer == $peer and .what == $what)'; }
ended() { cg log --json | jq -e --arg peer "$1" '.entries[] | select(.peer == $peer and .what == "allowed" and .running == null)'; }
said() { grep -E "$1" "$WORK/follow.out"; }
# A punch of PPPP, 24 bytes, its length in it.
punch() { in_ns "$1" bash -c "printf '\xf1\x41\x00\x14ABCDEFGHIJKLMNOPQRST' >/dev/udp/$2/$3"; }

spawn follow gw "$BIN/camgate" sessions --follow

# Talk with the maker is no viewing.
assert "the camera talks to its cloud" beat cam1 $CLOUD_4 443
wait_for 5 session $CLOUD_4 control
assert "that is no entry" test "$(cg log --json | jq '.entries | length')" = 0

# Opened by hand, watched by a stranger who came from outside.
cg open cam1 10m >/dev/null
stream_start open cam1 udp stranger $STRANGER_4 2000
assert "the stranger is let in" beat stranger $WAN4 $TCP_PORT
wait_for 5 session $STRANGER_4 watching
wait_for 5 entry "${STRANGER_4%.*}.0/24" allowed
cg log --json >"$WORK/open.json"
assert "opened by hand, by root; no address and no content" jq -e --arg peer $STRANGER_4 \
	'[.entries[] | select(.what == "allowed")] | .[0].opening.by == "hand" and .[0].opening.uid == 0 and
	.[0].evidence.first == null and (tostring | contains($peer) | not)' "$WORK/open.json"
# Its cloud, which a rule lets talk, watches too.
assert "the cloud is let in" beat cloud $CAM1_6 $TCP_PORT
wait_for 5 session $CLOUD_6 watching
cg close cam1 >/dev/null
wait_for 2 session $STRANGER_4 ended
wait_for 5 ended "${STRANGER_4%.*}.0/24"
stream_stop open
# Its next packet tells that it is stopped.
refute "the cloud is stopped, though a rule lets it talk" beat cam1 $CLOUD_6 443
wait_for 2 session $CLOUD_6 stopped
wait_for 5 entry $CLOUD_6 stopped
assert "it is one entry, not two" test "$(cg log --json | jq '[.entries[] | select(.peer != "'"${STRANGER_4%.*}.0/24"'")] | length')" = 1
assert "status says so" jq -e '.stopped_lately[0].count == 1' <(cg_json status)

# A protocol of viewing, to a server that a rule lets talk to: the first packet tells.
punch cam1 $CLOUD_4 443
wait_for 2 session $CLOUD_4 stopped
wait_for 5 entry $CLOUD_4 stopped
wait_for 5 eval "entry $CLOUD_4 stopped | grep '\"rule\"' >/dev/null"
entry $CLOUD_4 stopped >"$WORK/pppp.json"
assert "by its signature, with first bytes, rule, file and line" jq -e --arg file "$CONF" \
	'.sign == "signature" and .signature == "pppp-session" and (.evidence.first | startswith("f1410014")) and
	.began == "camera" and (.rule | startswith("allow ")) and .file == $file and .line > 1 and
	.blocked_until_s > now' "$WORK/pppp.json"

# Each change was a line within a second of it.
wait_for 2 said "cam1: $STRANGER_4.*: watching"
wait_for 2 said "cam1: $STRANGER_4.*: ended"
wait_for 2 said "cam1: .*$CLOUD_6.*: stopped until"
wait_for 2 said "cam1: $CLOUD_4.*: talk"
wait_for 2 said "cam1: $CLOUD_4.*: stopped until .*PPPP"
stop follow
assert "the log has one line a stop" test "$(grep -c 'viewing by' "$WORK/agent.err")" = 2

# The agent killed: the packet path goes on, and the next run tells the same.
wait_for 5 grep -q pppp-session "$CAMGATE_STATE_DIR/record.jsonl"
agent_kill
assert "from the file alone" entry $CLOUD_4 stopped
agent_start
assert "started again: both are still stopped" session $CLOUD_4 stopped
assert "and are the same entries" test "$(cg log --json | jq '[.entries[] | select(.what == "stopped")] | length')" = 2
