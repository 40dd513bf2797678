#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# An opening ends at its deadline with the agent killed: the packet path knows the time.
. "$(dirname "$0")/lib.sh"

need_camgate
house_up
config
agent_start
refute "closed before" beat cam1 $STRANGER_4 443
capture_start wan inet isp0
capture_start lan gw lan1
timed open "$BIN/camgate" open cam1 6s
opened=$T0
end=$(deadline cam1)
assert_num "the deadline is 6 s after the command was begun, ms off" \
	$(((end - T0) / 1000000 - 6000)) ">=" -1
assert_num "and not later than 6 s after it ended, ms off" \
	$(((end - T1) / 1000000 - 6000)) "<=" 1
stream_start open cam1 udp stranger $STRANGER_4 6000
stream_start tcp cam1 tcp stranger $STRANGER_6 6001
agent_kill
past() { (($(now_ns) > end + 2000000000)); }
wait_for 12 past
stop open-push
stop tcp-push
capture_stop wan
capture_stop lan

leak lan "$end" -i in -d $STRANGER_4 -p udp
assert_num "the camera goes on sending after the deadline: bytes" "$AFTER" ">" 100000
overrun=-1000000
for addr in $STRANGER_4 $STRANGER_6; do
	leak wan "$end" -i in -d "$addr" -a 100
	assert_num "the stream ran until the deadline: bytes in the 500 ms before" "$BEFORE" ">" 100000
	assert_num "nothing passes 100 ms after the deadline: bytes" "$AFTER" == 0
	late=$(((LAST - end) / 1000))
	((late <= overrun)) || overrun=$late
done
overrun=$(awk -v us="$overrun" 'BEGIN { print us / 1000 }')
# The same capture against a deadline 2 s too early, as if it had been missed by so much.
control=$(awk -v a="$LAST" -v b=$((end - 2000000000)) 'BEGIN { print (a - b) / 1000000 }')
note "opened at $opened, deadline $end, last payload $LAST"
figure main/deadline_overrun_ms "$overrun" "<=" 100 ms 2 "$control" "$WORK/wan.cap"
refute "a new connection is stopped, the agent still dead" beat cam1 $STRANGER_4 443
assert "the cloud's heartbeat passes" beat cam1 $CLOUD_4 443
