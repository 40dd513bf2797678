#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# A camera gets address, names and time from the gateway, and nothing else of it.
. "$(dirname "$0")/lib.sh"

need busybox
need_camgate
house_up
spawn web gw "$TOOLS/heartbeat" -l 8080
spawn natpmp gw "$TOOLS/heartbeat" -u -l 5351
wait_for 5 listens gw tcp 8080
wait_for 5 listens gw udp 5351

lease()
{
	in_ns "$1" busybox udhcpc -f -q -n -t 4 -T 1 -i eth0 -s /bin/true
}
name() { in_ns "$1" timeout 3 busybox nslookup -type=a cloud.example "$2"; }
ping4() { in_ns "$1" busybox ping -c 2 -W 1 "$2"; }

assert "before: the camera reaches the gateway's web page" beat cam1 $LAN4 8080
assert "before: the camera reaches the gateway's NAT-PMP" beat_udp cam1 $LAN4 5351
assert "before: the camera resolves a name" name cam1 $LAN4

config
agent_start
assert "closed: a DHCP lease" lease cam1
grep -q "$CAM1_4" "$WORK/assert.out" || fail "no lease of $CAM1_4: $(cat "$WORK/assert.out")"
assert "closed: DNS" name cam1 $LAN4
grep -q "$CLOUD_4" "$WORK/assert.out" || fail "no answer: $(cat "$WORK/assert.out")"
assert "closed: time by UDP 123" beat_udp cam1 $LAN4 123
assert "closed: ping" ping4 cam1 $LAN4
assert "closed: ping by IPv6" in_ns cam1 busybox ping -6 -c 2 -W 1 $LAN6
assert "the gateway pings the camera" ping4 gw $CAM1_4
refute "closed: not the gateway's web page" beat cam1 $LAN4 8080
refute "closed: not by the gateway's address at the WAN" beat cam1 $WAN4 8080
refute "closed: not the gateway's web page by IPv6" beat cam1 $LAN6 8080
refute "closed: no port mapping" beat_udp cam1 $LAN4 5351
assert "the phone reaches the web page" beat phone $LAN4 8080

cg open cam1 10m >/dev/null
assert "open: the stranger" beat cam1 $STRANGER_4 443
refute "open: still no port mapping" beat_udp cam1 $LAN4 5351

cg seal cam1 >/dev/null
assert "sealed: a DHCP lease" lease cam1
assert "sealed: time" beat_udp cam1 $LAN4 123
refute "sealed: no names" name cam1 $LAN4
assert "the phone resolves names" name phone $LAN4
