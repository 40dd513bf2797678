#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# `open --to` admits one viewer and nobody else.
. "$(dirname "$0")/lib.sh"

need_camgate
house_up
addrs stranger eth0 203.0.113.77/24
second() { in_ns stranger socat -u -T 1 "TCP:$1,bind=$2,connect-timeout=1" /dev/null; }
need socat
assert "the second viewer reaches the camera before" second $WAN4:$TCP_PORT 203.0.113.77
config
agent_start
refute "closed: the viewer" beat stranger $WAN4 $TCP_PORT
cg open cam1 10m --to $STRANGER_4 >/dev/null
assert "opened to it: the viewer" beat stranger $WAN4 $TCP_PORT
assert "opened to it: the camera outward" beat cam1 $STRANGER_4 443
refute "opened to another: the second viewer" second $WAN4:$TCP_PORT 203.0.113.77
refute "opened to another: the viewer by IPv6" beat stranger $CAM1_6 $TCP_PORT
refute "opened to another: somebody else" beat cloud $CAM1_6 $TCP_PORT
assert "the cloud's heartbeat passes" beat cam1 $CLOUD_4 443
cg open cam1 10m --to $STRANGER_6 >/dev/null
assert "opened to its IPv6 address" beat stranger $CAM1_6 $TCP_PORT
refute "opened to its IPv6 address: by IPv4" beat stranger $WAN4 $TCP_PORT
cg open cam1 10m >/dev/null
assert "opened to all: the second viewer" second $WAN4:$TCP_PORT 203.0.113.77
