#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# lan_viewing says who at home may watch: all, named viewers, nobody.
. "$(dirname "$0")/lib.sh"

need_camgate
house_up
config
agent_start
lan()
{
	"$1" "$2: the phone" beat phone $CAM1_4 $TCP_PORT
	"$1" "$2: the phone by UDP" beat_udp phone $CAM1_4 $UDP_PORT
	"$1" "$2: the phone by IPv6" beat phone $CAM1_6 $TCP_PORT
}
lan assert "all"
config 'lan_viewing = none'
assert "reload" cg reload
lan refute "none"
assert "none: the gateway's services stay" beat_udp cam1 $LAN4 123
assert "none: the cloud stays" beat cam1 $CLOUD_4 443
config "lan_viewing = viewers
		viewers = { \"$PHONE_4\", \"$PHONE_6\" }"
assert "reload" cg reload
lan assert "viewers"
refute "viewers: the other camera is none" beat cam2 $CAM1_4 $TCP_PORT
config
assert "reload" cg reload
assert "all: the other camera" beat cam2 $CAM1_4 $TCP_PORT
