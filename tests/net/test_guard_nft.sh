#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The guard by nftables: nothing of a camera passes while our filters are gone, and nothing is lost while they are there.
# That clearing tc takes the filters away, and how soon they are back, is the worse case.
ATTACH=${ATTACH:-tc}
. "$(dirname "$0")/lib.sh"

# outside: what the stranger got of the camera and the phone, as the internet sees it
outside() { in_ns inet nft -j list counter netdev tap cam | jq '.nftables[] | .counter? // empty | .packets'; }

unmarked() { in_ns gw nft -j list counter netdev camgate_guard unmarked | jq '.nftables[] | .counter? // empty | .packets'; }

marked() { in_ns gw nft -j list counter netdev camgate_guard marked | jq '.nftables[] | .counter? // empty | .packets'; }

guard_by() { cg_json status | jq -e --arg by "$1" '.guard.by == $by'; }

no_guard() { ! in_ns gw nft list table netdev camgate_guard 2>/dev/null; }

guarded() { in_ns gw nft list table netdev camgate_guard | grep "device \"$1\"" >/dev/null; }

# The packets that leave for the cloud are counted where nothing of ours runs.
tap()
{
	in_ns inet nft -f - <<-END
	table netdev tap {
		counter cam { }
		chain in {
			type filter hook ingress device "isp0" priority 0; policy accept;
			ip saddr $WAN4 ip daddr { $STRANGER_4, $CLOUD_4 } counter name cam
		}
	}
	END
}

# flood N HOST: N datagrams from cam1, not answered as far as it cares
flood() { in_ns cam1 "$TOOLS/heartbeat" -u -n "$1" -i 2 -t 1 "$2" 443 >/dev/null 2>&1 || true; }

need_camgate
house_up
tap
config "" "" 'guard = off'
agent_start
assert "off: no table" no_guard
assert "off: the cloud's heartbeat passes" beat cam1 $CLOUD_4 443
config "" "" 'guard = drop'
assert "reload with the guard" cg reload
wait_for 5 guard_by nftables
assert "every port is guarded" guarded lan1
assert "every port is guarded" guarded lan3

# With the filters there: everything that may pass passes, and bears no mark afterwards.
restore_marks
for _ in 1 2 3; do
	assert "guarded: the heartbeat passes" beat cam1 $CLOUD_4 443 -n 20 -i 5
	assert "guarded: IPv6 too" beat cam1 $CLOUD_6 443 -n 20 -i 5
done
assert "guarded: the phone watches" beat phone $CAM1_4 $TCP_PORT
refute "guarded: the stranger does not" beat stranger $WAN4 $TCP_PORT
assert_num "marked packets were seen" "$(marked)" ">" 100
false_drops=$(unmarked)
passed=$(marked)

# The fault planted: filters gone, nobody to heal, no guard. It must leak.
agent_kill
in_ns gw nft delete table netdev camgate_guard
tear lan1
before=$(outside)
assert "without guard and filters the stranger is reached" beat cam1 $STRANGER_4 443
flood 100 $STRANGER_4
control=$(($(outside) - before))
assert_num "control: packets that leaked" "$control" ">" 50

# Now with the guard, the agent dead: connections from before, with their marks, are no way out.
agent_start
wait_for 5 guard_by nftables
refute "closed again" beat cam1 $STRANGER_4 443
assert "the heartbeat passes" beat cam1 $CLOUD_4 443
agent_kill
assert "the guard outlives the agent" guarded lan1
assert "with the agent dead the heartbeat passes" beat cam1 $CLOUD_4 443
tear lan1
assert "the filters are gone" bare lan1
before=$(outside)
dropped=$(unmarked)
refute "the stranger is not reached" beat cam1 $STRANGER_4 443
refute "nor the cloud" beat cam1 $CLOUD_4 443
flood 100 $STRANGER_4
flood 100 $CLOUD_4
assert "the phone's own traffic is untouched" beat phone $CLOUD_4 443
stopped=$(($(unmarked) - dropped))
assert_num "the guard dropped them" "$stopped" ">" 50
# The same counter, with the filters there and with them gone.
figure guard/false_drops "$false_drops" "==" 0 packets "$passed" "$stopped" "$WORK/agent.err"
# The phone's packets are in the same tap: they are taken off by looking first.
before_phone=$(outside)
in_ns gw nft list table netdev camgate_guard >"$WORK/guard.nft"
in_ns inet nft list table netdev tap >"$WORK/tap.nft"
beat phone $CLOUD_4 443
phone=$(($(outside) - before_phone))
leaked=$((before_phone - before - phone))
figure guard/leaked_packets "$leaked" "==" 0 packets 200 "$control" "$WORK/tap.nft"

# The agent heals within a second; it and the guard both say what happened.
agent_start
wait_for 5 guard_by nftables
assert "attached" attached lan1
tear lan1
from=$(now_ns)
wait_for 5 attached lan1
took=$((($(now_ns) - from) / 1000000))
figure guard/reattach_ms "$took" "<=" $((1000 * LAX)) ms 1 "$control" "$WORK/agent.err"
assert "status says that filters were put back" \
	jq -e '.attention | any(test("removed by somebody else"))' <<<"$(cg_json status)"
assert "the heartbeat passes" beat cam1 $CLOUD_4 443

# Another service flushes the ruleset: the table comes back.
in_ns gw nft delete table netdev camgate_guard
wait_for 5 guarded lan1
# A camera that goes is not stopped by its guard; a port that comes is guarded.
lan_host tablet lan4 02:fe:00:00:00:31 192.168.1.31 2001:db8:1:1::31 fd00:ca:1::31
wait_for 5 attached lan4
wait_for 5 guarded lan4
sed -i '/^camera "cam2"/,/^}/d' "$CONF"
assert "reload without cam2" cg reload
assert "cam2 is a device like any other" beat cam2 $STRANGER_4 443
config "" "" 'guard = count'
assert "reload: count" cg reload
wait_for 5 guard_by nftables
refute "cam2 is a camera again" beat cam2 $STRANGER_4 443
config "" "" 'guard = off'
assert "reload: off" cg reload
assert "no table is left" no_guard
assert "the heartbeat passes" beat cam1 $CLOUD_4 443
config "" "" 'guard = drop'
assert "reload: on again" cg reload
wait_for 5 guarded lan1
assert "detach" cg detach
assert "detach takes the guard away" no_guard
