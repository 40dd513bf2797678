#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# A bridge port that appears later is enforced within a second.
. "$(dirname "$0")/lib.sh"

need_camgate
house_up
config '' '' 'camera "late" {
		id = "late"
		mac = { "02:ca:00:00:00:03" }
		exposure = closed
		allow = { "198.51.100.10/32:443" }
	}'
agent_start
lan_host late lan4 02:ca:00:00:00:03 192.168.1.23 2001:db8:1:1::23 fd00:ca:1::23
from=$(now_ns)
wait_for 5 attached lan4
took=$((($(now_ns) - from) / 1000000))
assert_num "the new port is attached after ms" "$took" "<=" $((1000 * LAX))
assert "the new camera's cloud" beat late $CLOUD_4 443
refute "the new camera is closed" beat late $STRANGER_4 443
cg open late 10m >/dev/null
assert "the new camera opened" beat late $STRANGER_4 443
cg close late >/dev/null

# A port that leaves and comes back, and one that is made anew under the same name.
in_ns gw ip link set lan4 nomaster
in_ns gw ip link set lan4 master br-lan
wait_for 1 attached lan4
refute "back in the bridge: closed" beat late $STRANGER_4 443
in_ns gw ip link del lan4
lan_host late lan4 02:ca:00:00:00:03 192.168.1.23 2001:db8:1:1::23 fd00:ca:1::23
wait_for 1 attached lan4
assert "made anew: the cloud" beat late $CLOUD_4 443
refute "made anew: closed" beat late $STRANGER_4 443
assert "the other ports are undisturbed" attached lan1
