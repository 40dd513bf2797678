#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# max_viewers: so many watch an open camera at once, one more is refused; its maker's control is no viewer.
. "$(dirname "$0")/lib.sh"

need_camgate
house_up
config 'max_viewers = 1'
agent_start

refute "closed: the stranger" beat stranger $WAN4 $TCP_PORT
cg open cam1 10m >/dev/null
assert "open: the first watches" beat stranger $WAN4 $TCP_PORT
refute "the second does not" beat cloud $CAM1_6 $TCP_PORT
assert "nor is the first sent away by it" beat stranger $WAN4 $TCP_PORT
assert "the maker's control by IPv4 is no viewer" beat cam1 $CLOUD_4 443
named() { cg_json blocked cam1 | jq -e --arg peer $CLOUD_6 '[.blocked[] | select(.peer == $peer and .reason == "max-viewers")] | length > 0'; }
assert "blocked names whom and why" named
cg close cam1 >/dev/null
refute "closed again: the first" beat stranger $WAN4 $TCP_PORT

# With room for two both watch.
config 'max_viewers = 2'
assert "reload" cg reload
cg open cam1 10m >/dev/null
assert "two may: the first" beat stranger $WAN4 $TCP_PORT
assert "two may: the second" beat cloud $CAM1_6 $TCP_PORT
