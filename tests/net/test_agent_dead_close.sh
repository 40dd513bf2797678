#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# `close` and `seal` by root work with the agent dead, on running streams; `open` does not.
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/closing.sh
. "$NET/closing.sh"

need_camgate
house_up
config
opened()
{
	agent_start
	assert "the camera is opened" cg open cam1 10m
	agent_kill
}
leak_after udp $STRANGER_4 main/close_agent_dead_leak_bytes "$BIN/camgate" close cam1
refute "a new connection of the camera is stopped too" beat cam1 $STRANGER_4 443
assert "the cloud's heartbeat passes" beat cam1 $CLOUD_4 443
assert_code "open says that the agent is not running" 3 cg open cam1 1m
refute "and has opened nothing" beat cam1 $STRANGER_4 443
assert "seal works with the agent dead" cg seal cam1
refute "the cloud's heartbeat is stopped then" beat cam1 $CLOUD_4 443
agent_start
refute "the seal holds after the agent is back" beat cam1 $CLOUD_4 443
assert "auto lifts it" cg auto cam1
assert "the cloud's heartbeat passes again" beat cam1 $CLOUD_4 443
refute "and the camera is closed, not open" beat cam1 $STRANGER_4 443

# Counters are read without the agent, the same ones.
stopped() { cg_json counters cam1 | jq -c '[.cams[0] | .slot, (.counts[] | select(.reason == "unruled") | .packets, .bytes)]'; }
with=$(stopped)
assert_num "the agent shows what was stopped" "$(jq '.[1]' <<<"$with")" ">" 0
agent_kill
cg counters cam1 --json >"$WORK/counters.json"
assert "counters with the agent dead" jq -e '.ok and .direct and .source == "map" and .cams[0].source == "map"' "$WORK/counters.json"
[[ $(stopped) == "$with" ]] || fail "counters with the agent dead: $(stopped), not $with"
assert "all cameras" jq -e '[.cams[].id] | sort == ["cam1", "cam2"]' <<<"$(cg_json counters)"
cg counters >"$WORK/counters.txt"
assert "in words" grep -q "read from its map" "$WORK/counters.txt"
assert_code "an unknown camera" 1 cg counters cam9
in_ns gw setpriv --reuid 65534 --regid 65534 --clear-groups --bounding-set -all "$BIN/camgate" counters >"$WORK/nobody.txt" 2>&1 ||
	note "not for everybody: $(head -n 1 "$WORK/nobody.txt")"
refute "nobody else reads them" grep -q unruled "$WORK/nobody.txt"
