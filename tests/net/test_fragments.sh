#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Fragmented datagrams share their first fragment's verdict, both families.
. "$(dirname "$0")/lib.sh"

need_camgate
house_up
config "allow += { \"$CLOUD_4/32:5000/udp\", \"[$CLOUD_6]:5000/udp\" }"
agent_start
capture_start wan inet isp0

# pushed NS ADDRESS PORT: some 4000-byte datagrams sent there; sets SENT, GOT. All in all
# fewer than the 64 whose fragments one camera may have under way in 5 s.
pushed()
{
	spawn frag-sink "$1" "$TOOLS/sink" -u "$3" "$WORK/frag.sink"
	wait_for 5 listens "$1" udp "$3"
	in_ns cam1 "$TOOLS/push" -u -s 4000 -r 32000 -t 1 -m "$WORK/frag.marks" "$2" "$3" \
		>"$WORK/frag.out"
	observe 0.3
	stop frag-sink
	SENT=$(awk '$3 { n++ } END { print n + 0 }' "$WORK/frag.marks")
	GOT=$(grep -vc '^#' "$WORK/frag.sink" || true)
}

for to in "cloud $CLOUD_4" "cloud $CLOUD_6"; do
	# shellcheck disable=SC2086
	pushed $to 5000
	assert_num "allowed: datagrams sent to $to" "$SENT" ">" 5
	assert_num "allowed: all arrive, put together" "$GOT" == "$SENT"
done
for addr in $STRANGER_4 $STRANGER_6; do
	from=$(now_ns)
	pushed stranger "$addr" 5000
	to=$(now_ns)
	assert_num "closed: datagrams tried to $addr" "$SENT" ">" 5
	assert_num "closed: none arrives" "$GOT" == 0
	cg open cam1 10m >/dev/null
	pushed stranger "$addr" 5000
	assert_num "open: all arrive" "$GOT" == "$SENT"
	cg close cam1 >/dev/null
	capture_stop wan
	leak wan "$from" -i in -d "$addr" -a 0 -u $(((to - from) / 1000000))
	assert_num "closed: not one fragment passed, bytes" "$AFTER" == 0
	leak wan "$to" -i in -d "$addr" -a 0
	assert_num "open: fragments passed, bytes" "$AFTER" ">" 20000
	capture_start wan inet isp0
done
