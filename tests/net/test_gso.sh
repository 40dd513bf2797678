#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Super-packets (GSO, non-linear, partial checksums): verdicts hold and counters say wire packets.
. "$(dirname "$0")/lib.sh"

need_camgate
house_up
# What is measured is no talk: no sign shall stop it.
config "signs = none allow += { \"$CLOUD_4/32:5001/tcp\", \"[$CLOUD_6]:5001/tcp\" }"
agent_start
capture_start lan gw lan1
capture_start wan inet isp0

# up REASON_NR: packets and bytes the camera sent with that reason
up()
{
	cg_json counters cam1 | jq -r --argjson nr "$1" '[.cams[0].counts[] |
		select(.reason_nr == $nr and .direction == "up")] |
		"\(map(.packets) | add // 0) \(map(.bytes) | add // 0)"'
}
# The first beat resolves neighbours and is no part of the count.
assert "the cloud" beat cam1 $CLOUD_4 443
read -r p0 b0 < <(up 8)
from=$(now_ns)
for addr in $CLOUD_4 $CLOUD_6; do
	spawn big-sink cloud "$TOOLS/sink" 5001 "$WORK/big.sink"
	wait_for 5 listens cloud tcp 5001
	spawn big-push cam1 "$TOOLS/push" -s 60000 -r 20000000 -t 1 "$addr" 5001
	wait_for 10 gone "${PIDS[big-push]}"
	assert_num "frames of 60 kB that arrived" "$(grep -vc '^#' "$WORK/big.sink")" ">" 100
	stop big-push
	stop big-sink
done
idle() { [[ $(up 8) == "$last" ]] || { last=$(up 8); return 1; }; }
last=
wait_for 5 idle
read -r p1 b1 < <(up 8)
spawn stranger-sink stranger "$TOOLS/sink" 5001 "$WORK/no.sink"
wait_for 5 listens stranger tcp 5001
cg open cam1 10m >/dev/null
spawn run-push cam1 "$TOOLS/push" -s 60000 -r 20000000 $STRANGER_4 5001
arrived() { [[ $(grep -vc '^#' "$WORK/no.sink" || true) -gt 50 ]]; }
wait_for 10 arrived
timed close "$BIN/camgate" close cam1
observe 1
stop run-push
capture_stop lan
capture_stop wan

# Counted at the port as the wire would have it: 1448 (1428) bytes a segment.
read -r supers packets bytes < <(awk -v from="$from" -v a=$CLOUD_4 -v b=$CLOUD_6 '
	!/^#/ && $1 >= from && $2 == "in" && ($4 == a || $4 == b) && $7 == 5001 {
		mss = $4 == a ? 1448 : 1428
		segs = $8 > mss ? int(($8 + mss - 1) / mss) : 1
		if (segs > 1) supers++
		packets += segs
		bytes += $9 + (segs - 1) * ($9 - $8)
	}
	END { print supers + 0, packets + 0, bytes + 0 }' "$WORK/lan.cap")
[[ $supers -gt 10 ]] || skip "this kernel's veth passed no super-packets"
note "$supers super-packets of the camera"
assert_num "packets counted, against the wire" $((p1 - p0)) == "$packets"
assert_num "bytes counted, against the wire" $((b1 - b0)) == "$bytes"
leak wan "$T0" -i in -d $STRANGER_4 -a "$LEAK_MS"
assert_num "a big stream ran: bytes in the 500 ms before close" "$BEFORE" ">" 100000
assert_num "and none passed after it" "$AFTER" == 0
