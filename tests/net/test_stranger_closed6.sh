#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The stranger sees no frame of a closed camera over IPv6, and many of an open one.
. "$(dirname "$0")/lib.sh"

need_camgate
house_up
rtsp_start cam1
config
agent_start
cg open cam1 10m >/dev/null
open=$(frames stranger 5 $CAM1_6)
assert_num "open before: the stranger's frames" "$open" ">" 25
cg close cam1 >/dev/null
closed=$(frames stranger 5 $CAM1_6)
note "closed: $closed frames"
cg open cam1 10m >/dev/null
after=$(frames stranger 5 $CAM1_6)
assert_num "open after: the stranger's frames" "$after" ">" 25
printf 'open %s closed %s open %s\n' "$open" "$closed" "$after" >"$WORK/frames.log"
figure main/stranger_frames_closed6 "$closed" == 0 frames 1 "$open" "$WORK/frames.log"
