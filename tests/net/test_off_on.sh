#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# `off` passes everything and ends by itself, also with the agent dead; `on` ends it at once.
. "$(dirname "$0")/lib.sh"

need_camgate
house_up
config
agent_start
refute "on: the stranger" beat cam1 $STRANGER_4 443
cg seal cam2 >/dev/null
assert "off" cg off 10m
assert "off: the stranger" beat cam1 $STRANGER_4 443
assert "off: from outside" beat stranger $WAN4 $TCP_PORT
assert "off: the sealed camera too" beat cam2 $STRANGER_4 443
said() { cg_json status | jq -e '.enforced == "off" and .off_until_s > 0'; }
assert "off is said by status" said
assert "on" cg on
refute "on: the stranger" beat cam1 $STRANGER_4 443
refute "on: from outside" beat stranger $WAN4 $TCP_PORT
refute "on: the sealed camera" beat cam2 $CLOUD_4 443
assert "off for 4 s" cg off 4s
assert "off: the stranger" beat cam1 $STRANGER_4 443
agent_kill
closed() { ! beat cam1 $STRANGER_4 443 -t 200; }
wait_for 8 closed
refute "off has ended by itself, the agent dead: the stranger" beat cam1 $STRANGER_4 443
assert "the cloud's heartbeat passes" beat cam1 $CLOUD_4 443
