#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# A phone away behind a tunnel that counts as home sees a closed camera; without the tunnel it sees nothing.
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/tunnel.sh
. "$NET/tunnel.sh"

need_camgate
house_up
tunnel_up
rtsp_start cam1
assert "before: by the tunnel" beat stranger $CAM1_4 $TCP_PORT
config "" "" 'home = { "vpn0" }'
agent_start

sees() { [[ $(frames stranger 5 "$1") -gt 10 ]]; }
outside() # that the phone is outside without its tunnel
{
	refute "$1: by the port forward" beat stranger $WAN4 $TCP_PORT
	refute "$1: by the port forward, UDP" beat_udp stranger $WAN4 $UDP_PORT
	refute "$1: by IPv6" beat stranger $CAM1_6 $TCP_PORT
}
is() { cg_json status | jq -e --arg e "$2" --arg c "$1" '.cams[] | select(.id == $c).exposure == $e'; }

assert "the camera is closed" is cam1 closed
assert "home: the phone by the tunnel" beat stranger $CAM1_4 $TCP_PORT
assert "home: by UDP" beat_udp stranger $CAM1_4 $UDP_PORT
assert "home: it sees the picture" sees $CAM1_4
assert "the camera is closed all the while" is cam1 closed
outside "the same phone without it"
refute "the same phone without it sees no picture" sees $WAN4

# Not every device of home may watch.
config "lan_viewing = viewers viewers = { \"$PHONE_4\" }" "" 'home = { "vpn0" }'
assert "reload" cg reload
refute "home, but no viewer" beat stranger $CAM1_4 $TCP_PORT
assert "the viewer at home" beat phone $CAM1_4 $TCP_PORT
config 'lan_viewing = viewers viewers = { "away", "tablet" }' "" "home = { vpn0 }
	viewer \"away\" { address = $VPN_PHONE } viewer \"tablet\" { mac = \"$PHONE_MAC\" }"
assert "reload" cg reload
assert "home, a viewer by name" beat stranger $CAM1_4 $TCP_PORT
named() { cg_json who cam1 | jq -e --arg a "$1" --arg v "$2" '.peers[] | select(.peer == $a).viewer == $v'; }
assert "who says which" named $VPN_PHONE away

# By its MAC, whatever addresses it has; the gateway's neighbours have it when it speaks to the gateway.
in_ns phone ping -q -c 1 -W 2 $LAN4 >/dev/null
wait_for 10 beat phone $CAM1_4 $TCP_PORT
note "at home, a viewer by MAC"
refute "at home, none" beat cam2 $CAM1_4 $TCP_PORT
addrs phone eth0 192.168.1.31/24
at_31() { in_ns phone socat -u -T 1 "TCP:$CAM1_4:$TCP_PORT,bind=192.168.1.31,connect-timeout=1" /dev/null; }
need socat
in_ns phone ping -q -c 1 -W 2 -I 192.168.1.31 $LAN4 >/dev/null
wait_for 10 at_31
note "by another address of that MAC"

# A tunnel that is not home is outside.
config
assert "reload" cg reload
refute "no home: the phone by the tunnel" beat stranger $CAM1_4 $TCP_PORT
outside "no home"
config "" "" 'viewer "office" { interface = "vpn0" }'
assert "reload" cg reload
refute "a viewer without an opening" beat stranger $CAM1_4 $TCP_PORT
assert "opened to who is behind the tunnel" cg open cam1 10m --to office
assert "it sees the camera" beat stranger $CAM1_4 $TCP_PORT
outside "without the tunnel"
assert "closed" cg close cam1
refute "closed: it does not" beat stranger $CAM1_4 $TCP_PORT
