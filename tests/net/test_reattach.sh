#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Another service tears the filters off a port: they are back within a second.
ATTACH=tc
. "$(dirname "$0")/lib.sh"

by_tc() { { in_ns gw tc filter show dev "$1" "$2" 2>/dev/null || true; } | { grep -o 'cg_[a-z_]*cam' || true; } | sort -u | wc -l; }
by_tcx() { { in_ns gw "$TOOLS/tcx" list "$1" || true; } | sort -u | wc -l; }

need_camgate
house_up
config
agent_start
assert "attached before" attached lan1
refute "closed before" beat cam1 $STRANGER_4 443
in_ns gw tc qdisc del dev lan1 clsact
from=$(now_ns)
wait_for 5 attached lan1
took=$((($(now_ns) - from) / 1000000))
assert_num "re-attached after the qdisc was deleted, ms" "$took" "<=" $((1000 * LAX))
refute "closed again" beat cam1 $STRANGER_4 443
in_ns gw tc filter del dev lan1 ingress
from=$(now_ns)
wait_for 5 attached lan1
took=$((($(now_ns) - from) / 1000000))
assert_num "re-attached after the filters were deleted, ms" "$took" "<=" $((1000 * LAX))
refute "closed again" beat cam1 $STRANGER_4 443
assert "the cloud's heartbeat passes" beat cam1 $CLOUD_4 443
in_ns gw ip link set lan1 down
in_ns gw ip link set lan1 up
wait_for 5 beat cam1 $CLOUD_4 443
refute "closed after the link went down and up" beat cam1 $STRANGER_4 443

# With nobody there to heal it, this is what tearing off does: the test can fail.
agent_kill
in_ns gw tc qdisc del dev lan1 clsact
assert "without an agent nothing comes back" bare lan1
assert "and the camera is open to the world" beat cam1 $STRANGER_4 443
agent_start
assert "a new agent attaches" attached lan1
refute "and closes it" beat cam1 $STRANGER_4 443

# By TCX, which clearing tc leaves alone, where the kernel has it.
assert_num "by filters" "$(by_tc lan1 ingress) $(by_tc lan1 egress) $(by_tcx lan1)" "==" '1 1 0'
ATTACH=auto config
assert "reload" cg reload
if [[ $(by_tcx lan1) -eq 0 ]]; then
	assert_num "no TCX: the filters stay" "$(by_tc lan1 ingress) $(by_tc lan1 egress)" "==" '1 1'
	exit 0
fi
assert_num "changed over to TCX, nothing is left of tc" \
	"$(by_tc lan1 ingress) $(by_tc lan1 egress) $(by_tcx lan1) $(in_ns gw tc qdisc show dev lan1 clsact | wc -l)" "==" '0 0 2 0'
assert "doctor says so" jq -e '[.findings[].text] | index("lan1: attached by TCX")' <<<"$(cg_json doctor)"
refute "closed by TCX" beat cam1 $STRANGER_4 443
assert "the cloud's heartbeat passes by TCX" beat cam1 $CLOUD_4 443
in_ns gw tc qdisc add dev lan1 clsact
in_ns gw tc filter add dev lan1 ingress protocol all pref 1 bpf bytecode "1,6 0 0 0," flowid 1:1
refute "a filter of another that passes everything comes behind" beat cam1 $STRANGER_4 443
in_ns gw tc qdisc del dev lan1 clsact
assert_num "clearing tc takes nothing of ours" "$(by_tcx lan1)" "==" 2
refute "and it is closed" beat cam1 $STRANGER_4 443
# A restart takes over what is pinned; with the agent dead it judges on.
agent_kill
refute "closed with the agent dead" beat cam1 $STRANGER_4 443
in_ns gw "$TOOLS/tcx" clear lan1
assert "without an agent nothing comes back by TCX" bare lan1
assert "and the camera is open to the world" beat cam1 $STRANGER_4 443
agent_start
assert_num "a new agent attaches by TCX" "$(by_tcx lan1)" "==" 2
refute "and closes it" beat cam1 $STRANGER_4 443
in_ns gw "$TOOLS/tcx" clear lan1
from=$(now_ns)
wait_for 10 attached lan1
took=$((($(now_ns) - from) / 1000000))
assert_num "re-attached after TCX was cleared, which nobody is told of, ms" "$took" "<=" $((4000 * LAX))
refute "closed again" beat cam1 $STRANGER_4 443
ATTACH=tc config
assert "reload" cg reload
assert_num "changed over to filters" "$(by_tc lan1 ingress) $(by_tc lan1 egress) $(by_tcx lan1)" "==" '1 1 0'
refute "closed by filters" beat cam1 $STRANGER_4 443
