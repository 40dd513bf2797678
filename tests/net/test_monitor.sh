#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# mode = monitor stops nothing and counts what it would have stopped.
. "$(dirname "$0")/lib.sh"

need_camgate
house_up
config
agent_start
refute "enforce: the stranger" beat cam1 $STRANGER_4 443
config 'mode = monitor'
cg reload >/dev/null
assert "monitor: the stranger" beat cam1 $STRANGER_4 443
assert "monitor: from outside" beat stranger $WAN4 $TCP_PORT
refute "the other camera is enforced" beat cam2 $STRANGER_4 443
n=$(cg_json counters cam1 | jq '[.cams[0].counts[] | select(.monitored and .reason_nr >= 16) | .packets] | add // 0')
assert_num "packets that would have been stopped" "$n" ">" 2
config
cg reload >/dev/null
refute "enforce again: the stranger" beat cam1 $STRANGER_4 443
