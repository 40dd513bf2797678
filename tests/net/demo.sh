#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# `make demo`: camgate at its main job, told in sentences, measured on real video.
#
# Writes the figures to build/demo.json; ends with 0 only if all is as promised.
. "$(dirname "$0")/lib.sh"
# shellcheck disable=SC2034  # read by note in lib.sh
QUIET=1
rm -f "$BUILD/demo.json"

say() { printf '%s\n' "$*"; }
declare -a ROWS=()
FAILED=0

# row KEY VALUE OP LIMIT TEXT: a line of the table and of demo.json
row()
{
	local verdict=ok
	if ! compare "$2" "$3" "$4"; then
		verdict=FAILED
		FAILED=1
	fi
	ROWS+=("$1|$2|$3 $4|$verdict|$5")
	say "    -> $2 ($5; must be $3 $4) $verdict"
}

need_camgate
say "A house is built from network namespaces: a gateway with a bridge, NAT and a port"
say "forward, two cameras, a phone; outside, the maker's cloud server and a stranger."
house_up
rtsp_start cam1
rtsp_start cam2
video
config
say
say "Before camgate. The stranger plays the camera's RTSP stream through the port forward."
row stranger_frames_before "$(frames stranger 4 $WAN4)" ">" 25 "frames the stranger decodes without camgate"
row stranger_frames_before_ipv6 "$(frames stranger 4 $CAM1_6)" ">" 25 "the same by IPv6"

say
say "camgate starts. Its config names both cameras; they are closed."
agent_start
row stranger_frames_closed "$(frames stranger 4 $WAN4)" == 0 "frames the stranger decodes, camera closed"
row stranger_frames_closed_ipv6 "$(frames stranger 4 $CAM1_6)" == 0 "the same by IPv6"
row lan_phone_frames_closed "$(frames phone 4 $CAM1_4)" ">" 25 "frames the phone at home decodes, camera closed"
beats=$(in_ns cam1 "$TOOLS/heartbeat" -n 5 -i 50 $CLOUD_4 443 || true)
row cloud_heartbeats "${beats%% *}" == 5 "heartbeats of 5 the maker's cloud answers"

say
length=$((SLOW > 1 ? 90 : 20))s
say "Somebody on the way types \`camgate open cam1 $length\`. The stranger may watch."
capture_start wan inet isp0
capture_start lan gw lan1
timed open "$BIN/camgate" open cam1 $length
say "    $(head -n 1 "$WORK/open.out")"
end=$(deadline cam1)
row stranger_frames_open "$(frames stranger 4 $WAN4)" ">" 25 "frames the stranger decodes, camera open"
say "The camera also sends its picture out in a steady stream, over UDP."
stream_start deadline cam1 udp stranger $STRANGER_4 6000
say "Now the agent is killed (kill -9). Nobody is left to close the camera."
agent_kill
row stranger_frames_agent_dead "$(frames stranger 4 $WAN4)" ">" 25 "frames the stranger decodes, agent dead, still open"
past() { (($(now_ns) > end + 1000000000)); }
wait_for 60 past
say "The deadline has passed."
stop deadline-push
stop deadline-sink
capture_stop wan
capture_stop lan
leak lan "$end" -i in -d $STRANGER_4 -p udp
row sender_after_deadline_bytes "$AFTER" ">" 100000 "bytes the camera went on sending at its LAN port"
leak wan "$end" -i in -d $STRANGER_4 -p udp
row bytes_before_deadline "$BEFORE" ">" 100000 "bytes that left in the 500 ms before the deadline"
row deadline_overrun_ms "$(awk -v a="$LAST" -v b="$end" 'BEGIN { printf "%.3f", (a - b) / 1e6 }')" \
	"<=" 100 "ms the last packet was late at the internet side"
row stranger_frames_after_deadline "$(frames stranger 4 $WAN4)" == 0 "frames the stranger decodes after the deadline"

say
say "The agent is started again; the camera is opened, and streams outward over TCP."
agent_start
cg open cam1 10m >/dev/null
capture_start stop-wan inet isp0
capture_start stop-lan gw lan1
stream_start stop cam1 tcp stranger $STRANGER_4 6001
observe 0.7
say "Somebody types \`camgate close cam1\`, in the middle of it."
timed close "$BIN/camgate" close cam1
say "    $(head -n 1 "$WORK/close.out")"
observe 2
stop stop-push
capture_stop stop-wan
capture_stop stop-lan
stop stop-sink
leak stop-lan "$T0" -i in -d $STRANGER_4 -p tcp
row sender_after_close_bytes "$AFTER" ">" 0 "bytes the camera went on sending at its LAN port"
leak stop-wan "$T0" -i in -d $STRANGER_4 -a "$LEAK_MS"
row bytes_before_close "$BEFORE" ">" 100000 "bytes that left in the 500 ms before close"
row stop_leak_bytes "$AFTER" == 0 "bytes that left from $LEAK_MS ms after close was typed"
row close_ms "$TOOK" "<=" $((200 * LAX)) "ms \`camgate close\` took"
row stranger_frames_closed_again "$(frames stranger 4 $WAN4)" == 0 "frames the stranger decodes, closed again"
cg open cam1 10m >/dev/null
row stranger_frames_open_again "$(frames stranger 4 $WAN4)" ">" 25 "frames the stranger decodes, opened again"
row stranger_frames_open_again_ipv6 "$(frames stranger 4 $CAM1_6)" ">" 25 "the same by IPv6"
cg close cam1 >/dev/null

say
printf '%-32s %12s  %-9s %-7s %s\n' FIGURE VALUE PROMISED "" ""
for r in "${ROWS[@]}"; do
	IFS='|' read -r key value must verdict text <<<"$r"
	printf '%-32s %12s  %-9s %-7s %s\n' "$key" "$value" "$must" "$verdict" "$text"
	jq -cn --arg key "$key" --argjson value "$value" --arg must "$must" \
		--arg verdict "$verdict" --arg text "$text" '{$key, $value, $must, $verdict, $text}'
done >"$WORK/table"
grep -v '^{' "$WORK/table"
grep '^{' "$WORK/table" | jq -s '(map({(.key): .value}) | add) +
	{ok: all(.verdict == "ok"), rows: .}' >"$BUILD/demo.json"
say
[[ $FAILED -eq 0 ]] || fail "not all is as promised; see the table and $BUILD/demo.json"
say "All as promised. The figures are in ${BUILD#"$ROOT"/}/demo.json, the captures in ${WORK#"$ROOT"/}."
