#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The phone reaches a closed camera through the WAN address (hairpin NAT); the stranger does not.
. "$(dirname "$0")/lib.sh"

need_camgate
house_up
config
agent_start
assert "closed: the phone through the WAN address" beat phone $WAN4 $TCP_PORT
assert "closed: the phone through the WAN address by UDP" beat_udp phone $WAN4 $UDP_PORT
refute "closed: the stranger through the same forward" beat stranger $WAN4 $TCP_PORT
refute "closed: the stranger by UDP" beat_udp stranger $WAN4 $UDP_PORT
config 'lan_viewing = none'
cg reload >/dev/null
refute "lan_viewing = none: the phone directly" beat phone $CAM1_4 $TCP_PORT
refute "lan_viewing = none: the phone through the WAN address" beat phone $WAN4 $TCP_PORT
cg open cam1 10m >/dev/null
assert "open: the stranger" beat stranger $WAN4 $TCP_PORT
