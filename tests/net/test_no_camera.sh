#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# A fresh install, a config with no camera, changes no verdict.
. "$(dirname "$0")/lib.sh"

need_camgate
house_up
mkdir -p "$WORK/etc"
echo 'lan = { "br-lan" }' >"$CONF"
agent_start
all()
{
	"$1" "$2: out by IPv4" beat cam1 $STRANGER_4 443
	"$1" "$2: out by IPv6" beat cam1 $STRANGER_6 443
	"$1" "$2: out by UDP" beat_udp cam1 $STRANGER_4 443
	"$1" "$2: in by the port forward" beat stranger $WAN4 $TCP_PORT
	"$1" "$2: in by IPv6" beat stranger $CAM1_6 $TCP_PORT
}
all assert "no camera"
assert "no camera: at home" beat phone $CAM1_4 $TCP_PORT
config
cg reload >/dev/null
all refute "with the camera in the config"
