#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Who knocks at a closed camera from outside gets no answer, from nobody; only a flow that was live is told that it is over.
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/ending.sh
. "$NET/ending.sh"

need_camgate
house_up
house_firewall
config
agent_start

# What came from the house to the stranger from T (ns) on: packets, of any kind but ND and ARP.
answers()
{
	awk -v t="$1" -v a4=$WAN4 -v a6=$CAM1_6 -v w6=$WAN6 -v s4=$STRANGER_4 -v s6=$STRANGER_6 '
		$1 > t && $2 == "in" && (($3 == a4 && $4 == s4) || (($3 == a6 || $3 == w6 || $3 ~ /^2001:db8:1:1:/) && $4 == s6)) { n++ }
		END { print n + 0 }' "$WORK/wan.cap"
}
knocks() { awk -v t="$1" '$1 > t && $2 == "out" { n++ } END { print n + 0 }' "$WORK/wan.cap"; }

# knock: SYNs, datagrams and segments out of the blue, both families
knock()
{
	local to=$1
	in_ns stranger "$TOOLS/heartbeat" -n 8 -t 100 "$to" $TCP_PORT >/dev/null || true
	spawn knock-udp stranger "$TOOLS/push" -u -t 2 -r 60000 "$to" $UDP_PORT
	in_ns stranger "$TOOLS/push" -t 3 "$to" $RTSP_PORT >/dev/null || true
	stop knock-udp
}

capture_start wan inet isp0
T0=$(now_ns)
knock $WAN4
knock $CAM1_6
observe 0.5
t_knocked=$(now_ns)

# One flow, live and then silent: its end hears of it once; knocking goes on meanwhile, and is not answered.
cg open cam1 10m >/dev/null
hold_listen cam cam1 $RTSP_PORT
hold_start viewer stranger $WAN4 $RTSP_PORT
observe 0.5
t_closed=$(now_ns)
cg close cam1 >/dev/null
wait_for 3 ended viewer
assert "a flow that was live is reset" grep -q '^end ECONNRESET' "$WORK/viewer.out"
observe 0.5
t_reset=$(now_ns)
knock $WAN4
observe 0.5
capture_stop wan
assert_num "knocks that came to the gateway" "$(knocks "$T0")" ">" 100
live=$(($(answers "$t_closed") - $(answers "$t_reset")))
assert_num "packets that told the live one" "$live" ">" 0
assert_num "and few" "$live" "<=" 4
before=$(($(answers "$T0") - $(answers "$t_knocked")))
after=$(answers "$t_reset")
figure sessions/reflected_packets $((before + after)) == 0 packets "$(knocks "$T0")" "$live" "$WORK/wan.cap"
