#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Nobody outside begins a flow with a closed camera: port forward, IPv6, TCP and UDP.
. "$(dirname "$0")/lib.sh"

need_camgate
house_up
config
agent_start

ways()
{
	local check=$1 word=$2
	"$check" "$word: TCP by the port forward" beat stranger $WAN4 $TCP_PORT
	"$check" "$word: UDP by the port forward" beat_udp stranger $WAN4 $UDP_PORT
	"$check" "$word: TCP by IPv6" beat stranger $CAM1_6 $TCP_PORT
	"$check" "$word: UDP by IPv6" beat_udp stranger $CAM1_6 $UDP_PORT
	"$check" "$word: a ping by IPv6" in_ns stranger busybox ping -6 -c 2 -W 1 $CAM1_6
}

ways refute "closed"
cg open cam1 10m >/dev/null
ways assert "open"
cg close cam1 >/dev/null
ways refute "closed again"
cg seal cam1 >/dev/null
ways refute "sealed"
assert "the phone still reaches it" beat phone $CAM1_4 $TCP_PORT

# A UDP flow that the camera began with its cloud is answered; the cloud begins none itself.
cg auto cam1 >/dev/null
assert "the cloud's answer comes in" beat_udp cam1 $CLOUD_4 443
refute "the cloud does not begin one" beat cloud $CAM1_6 $TCP_PORT
