#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# A gateway whose power goes while a camera streams; run by tests/vm/poweroff.sh, which starts it again.
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/power.sh
. "$NET/power.sh"

need_camgate
disk_mount
spawn_sinks()
{
	spawn sink stranger "$TOOLS/sink" 6001 "$WORK/tcp.sink"
	wait_for 5 listens stranger tcp 6001
}
streams() { (($(tapped denied) > 50)); }

house_build
friend_start
spawn_sinks
# The fault planted: this boot had no boot guard and no agent yet.
wait_for 10 streams
config
agent_start
assert "the boot guard is on the disk" test -s "$CAMGATE_STATE_DIR/bootguard.nft"
was=$(tapped denied)
observe 1
assert_num "closed: packets that got out" "$(($(tapped denied) - was))" == 0
assert "the camera is opened" cg open cam1 10m
more() { (($(tapped denied) > was + 100)); }
wait_for 10 more
tapped denied >"$DISK/control"
sync "$DISK/control"
echo "ok power_before: streaming, and the power goes"
# Until the line above is out (stty waits for that). Then no sync, no unmount, nothing
# is told: the machine is gone in the instant.
[[ ! -t 1 ]] || stty cs8 <&1
echo b >/proc/sysrq-trigger
while :; do :; done
