#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Tagged frames of a camera, one tag and two, are judged as untagged ones are.
. "$(dirname "$0")/lib.sh"

need_camgate
house_up
in_ns cam1 ip link add link eth0 name eth0.5 type vlan id 5 2>/dev/null ||
	skip "no 802.1Q devices in this kernel (the VM's kernel has them)"
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
