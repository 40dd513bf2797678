#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Tagged frames of a camera, one tag and two, are judged as untagged ones are.
. "$(dirname "$0")/lib.sh"

need_camgate
unshare -n sh -c 'ip link add p0 type veth peer name p1 && ip link add link p0 name p2 type vlan id 5' 2>/dev/null ||
	skip "no 802.1Q devices in this kernel (the VM's kernel has them)"
house_up
in_ns cam1 ip link add link eth0 name eth0.5 type vlan id 5
in_ns cam1 ip link add link eth0.5 name eth0.5.6 type vlan id 6
in_ns gw ip link add link br-lan name br-lan.5 type vlan id 5
in_ns gw ip link add link br-lan.5 name br-lan.5.6 type vlan id 6
addrs cam1 eth0.5 192.168.5.20/24
addrs cam1 eth0.5.6 192.168.6.20/24
addrs gw br-lan.5 192.168.5.1/24
addrs gw br-lan.5.6 192.168.6.1/24
in_ns cam1 ip link set eth0.5 up
in_ns cam1 ip link set eth0.5.6 up
in_ns gw ip link set br-lan.5 up
in_ns gw ip link set br-lan.5.6 up

by()
{
	in_ns cam1 ip route replace default via "192.168.$1.1" dev "$2"
}
by 5 eth0.5
assert "before, one tag: the stranger" beat cam1 $STRANGER_4 443
by 6 eth0.5.6
assert "before, two tags: the stranger" beat cam1 $STRANGER_4 443
config '' '' 'lan = { "br-lan", "br-lan.5", "br-lan.5.6" }'
sed -i '1d' "$CONF"
agent_start
for way in "5 eth0.5" "6 eth0.5.6"; do
	# shellcheck disable=SC2086
	by $way
	assert "tags of ${way#* }: the cloud" beat cam1 $CLOUD_4 443
	refute "tags of ${way#* }: the stranger" beat cam1 $STRANGER_4 443
	cg open cam1 10m >/dev/null
	assert "tags of ${way#* }, open: the stranger" beat cam1 $STRANGER_4 443
	cg close cam1 >/dev/null
done

# A bridge that filters VLANs: cam2 has one of its own, untagged at its port, and the LAN there is a device on the bridge.
CAM2_V4=192.168.10.21
in_ns gw ip link set br-lan type bridge vlan_filtering 1
in_ns gw ip link add link br-lan name br-lan.10 type vlan id 10
in_ns gw bridge vlan add vid 10 dev br-lan self
in_ns gw bridge vlan del vid 1 dev lan2
in_ns gw bridge vlan add vid 10 dev lan2 pvid untagged
addrs gw br-lan.10 192.168.10.1/24 2001:db8:1:a::1/64
in_ns gw ip link set br-lan.10 up
in_ns cam2 ip addr flush dev eth0
addrs cam2 eth0 $CAM2_V4/24 2001:db8:1:a::21/64
ip_ns cam2 <<-END
	route replace default via 192.168.10.1
	route replace default via 2001:db8:1:a::1
END
config '' "allow = { \"$CLOUD_4/32:443\", \"[$CLOUD_6]:443\" }" 'lan = { "br-lan", "br-lan.5", "br-lan.5.6", "br-lan.10" }'
sed -i '1d' "$CONF"
assert "reload" cg reload
assert "every port of the bridge stays attached" attached lan2
wait_for 5 beat cam2 $CLOUD_4 443
assert "its own VLAN: the cloud by IPv6" beat cam2 $CLOUD_6 443
refute "its own VLAN: the stranger" beat cam2 $STRANGER_4 443
refute "its own VLAN: the stranger by IPv6" beat cam2 $STRANGER_6 443
assert "its own VLAN: the phone in the other one watches" beat phone $CAM2_V4 $TCP_PORT
cg open cam2 10m >/dev/null
assert "its own VLAN, open: the stranger" beat cam2 $STRANGER_4 443
cg close cam2 >/dev/null
refute "its own VLAN, closed: the stranger" beat cam2 $STRANGER_4 443
sed -i '/^camera "cam2"/a lan_viewing = none' "$CONF"
assert "reload" cg reload
refute "lan_viewing = none: the phone" beat phone $CAM2_V4 $TCP_PORT
assert "lan_viewing = none: its cloud stays" beat cam2 $CLOUD_4 443
assert "the other VLAN is untouched" beat phone $CLOUD_4 443

# way pass|drop COMMAND...: counted, and whether it is as it should be
ways=0 wrong=0
way()
{
	local want=$1 is=drop
	shift
	! "$@" >/dev/null 2>&1 || is=pass
	ways=$((ways + 1))
	[[ $is == "$want" ]] || wrong=$((wrong + 1))
}
way pass beat cam2 $CLOUD_4 443
way pass beat cam2 $CLOUD_6 443
way drop beat cam2 $STRANGER_4 443
way drop beat cam2 $STRANGER_6 443
way drop beat phone $CAM2_V4 $TCP_PORT
way pass beat phone $CLOUD_4 443
fault ports/vlan-subinterface "$wrong of $ways ways of a camera in a VLAN of its own went wrong" "$wrong"
