#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Budgets of rules are in the packet path's map in the generation's own half, and read back at a restart.
. "$(dirname "$0")/lib.sh"

need_camgate
house_up
lines='upload = { "192.0.2.9:443/tcp rate=64k burst=8M hour=200M" }'
config "$lines"
agent_start

# u64 NUMBER: the words of a budget, as the map has them: ns_256 burst_ns hour_ns_256 hour_burst_ns grant
u64()
{
	bpftool -j map lookup pinned "$PIN_DIR/cg_budgets" key "$1" 0 0 0 | jq -r '.value as $v |
		def word($at; $n): [$v[$at:$at + $n] | reverse[] | ltrimstr("0x")] | join("");
		[word(0; 8), word(8; 8), word(16; 8), word(24; 8), word(32; 4)] | join(" ")' |
		while read -r -a word; do printf '%d %d %d %d %d\n' "${word[@]/#/0x}"; done
}
generation() { cg_json status | jq .generation; }
half() { echo $(($(generation) % 2 * 32)); }

CONTROL='128000000 32000000000 460800000 3600000000000 4000'
UPLOAD='16000000 2000000000000 14400000 3600000000000 65536'
RULE='4000000 125000000000 9216000 3600000000000 65536'
NONE='0 0 0 0 0'
at=$(half)
is() { [[ "$(u64 "$1")" == "$2" ]]; }
assert "control's own" is "$at" "$CONTROL"
assert "uploads' own" is $((at + 1)) "$UPLOAD"
assert "the rule's" is $((at + 16)) "$RULE"
assert "no more than these" eval "is $((at + 2)) \"$NONE\" && is $((at + 17)) \"$NONE\""
config "${lines/rate=64k/rate=32k}" "" 'defaults { control_budget = "hour=8M" }'
cg reload >/dev/null
new=$(half)
refute "a reload writes to the same half" test "$at" = "$new"
assert "what ran is as it was" is $((at + 16)) "$RULE"
assert "the rule's, changed" is $((new + 16)) '8000000 250000000000 9216000 3600000000000 65536'
assert "that of defaults" is "$new" '128000000 32000000000 230400000 3600000000000 4000'
assert "a reload of the same changes nothing" grep -q '"changed":0' <(cg reload --json)
agent_kill
agent_start
assert "nor does a restart" grep -q '+0 -0 ~0' "$WORK/agent.err"
at=$(half)
assert "after it, the rule's" is $((at + 16)) '8000000 250000000000 9216000 3600000000000 65536'
sed -i 's/rate=32k/rate=31k/' "$CONF"
agent_kill
agent_start
assert "a restart with another budget is a change of one camera" grep -q '+0 -0 ~1' "$WORK/agent.err"
