#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Another service tears the filters off a port: they are back within a second.
. "$(dirname "$0")/lib.sh"

need_camgate
house_up
config
agent_start
assert "attached before" attached lan1
refute "closed before" beat cam1 $STRANGER_4 443
in_ns gw tc qdisc del dev lan1 clsact
from=$(now_ns)
wait_for 5 attached lan1
took=$((($(now_ns) - from) / 1000000))
assert_num "re-attached after the qdisc was deleted, ms" "$took" "<=" $((1000 * LAX))
refute "closed again" beat cam1 $STRANGER_4 443
in_ns gw tc filter del dev lan1 ingress
from=$(now_ns)
wait_for 5 attached lan1
took=$((($(now_ns) - from) / 1000000))
assert_num "re-attached after the filters were deleted, ms" "$took" "<=" $((1000 * LAX))
refute "closed again" beat cam1 $STRANGER_4 443
assert "the cloud's heartbeat passes" beat cam1 $CLOUD_4 443
in_ns gw ip link set lan1 down
in_ns gw ip link set lan1 up
wait_for 5 beat cam1 $CLOUD_4 443
refute "closed after the link went down and up" beat cam1 $STRANGER_4 443

# With nobody there to heal it, this is what tearing off does: the test can fail.
agent_kill
in_ns gw tc qdisc del dev lan1 clsact
assert "without an agent nothing comes back" bare lan1
assert "and the camera is open to the world" beat cam1 $STRANGER_4 443
agent_start
assert "a new agent attaches" attached lan1
refute "and closes it" beat cam1 $STRANGER_4 443
