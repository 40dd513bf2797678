#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# `close` takes at most 50 ms from exec to exit, in the median of 20; none more than 200.
. "$(dirname "$0")/lib.sh"

need_camgate
house_up
config
agent_start
took=()
for i in {1..20}; do
	cg open cam1 10m >/dev/null
	beat cam1 $STRANGER_4 443 >/dev/null || fail "not open before close $i"
	timed close "$BIN/camgate" close cam1
	cat "$WORK/close.time" >>"$WORK/close_ms.log"
	took+=("$TOOK")
done
refute "it was closed each time: the last" beat cam1 $STRANGER_4 443
# The planted fault: the same command held up by a second and more.
cg open cam1 10m >/dev/null
timed slow sh -c "sleep $LAX.5; exec '$BIN/camgate' close cam1"
assert_num "a slow close would be seen" "$TOOK" ">" $((200 * LAX))
slowest=$(printf '%s\n' "${took[@]}" | sort -n | tail -n 1)
figure main/close_ms "$(median "${took[@]}")" "<=" $((50 * LAX)) ms 20 "$TOOK" "$WORK/close_ms.log"
assert_num "the slowest of 20 took ms" "$slowest" "<=" $((200 * LAX))
