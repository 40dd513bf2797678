#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# A port that was forwarded by UPnP before camgate came (real miniupnpd, real upnpc) is no way round `close`.
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/ending.sh
. "$NET/ending.sh"
# shellcheck source=tests/net/igd.sh
. "$NET/igd.sh"

need_camgate
need conntrack ffmpeg
house_up
house_firewall
rtsp_start cam1
igd_setup <<-END
	enable_natpmp=no
	secure_mode=no
END
igd_start -4
OUTSIDE=18554
refute "before: no such port" beat stranger $WAN4 $OUTSIDE
assert "the camera maps a port by UPnP" in_ns cam1 "${UPNPC[@]}" -u "http://$LAN4:5000/rootDesc.xml" \
	-a $CAM1_4 $RTSP_PORT $OUTSIDE tcp
in_ns gw nft list chain inet upnp upnp_pre >"$WORK/upnp.nft"
assert "the gateway forwards it" grep -q "dnat.*$CAM1_4" "$WORK/upnp.nft"
config
agent_start
refute "camgate drops the camera's next question" in_ns cam1 timeout 5 "${UPNPC[@]}" -u "http://$LAN4:5000/rootDesc.xml" -s

cg open cam1 10m >/dev/null
capture_start wan inet isp0
spawn player stranger ffmpeg -nostdin -hide_banner -loglevel error -rtsp_transport tcp -i "$(url $WAN4 $OUTSIDE)" -an \
	-stats_period 0.2 -progress "file:$WORK/player.progress" -f null -
wait_for 15 grep -qE '^frame=[1-9][0-9]' "$WORK/player.progress"
beat phone $CLOUD_4 443 >/dev/null
ct_dump "$WORK/before.ct"
timed control true
t_control=$T0
observe 0.6
timed close "$BIN/camgate" close cam1
wait_for 5 gone "${PIDS[player]}"
end_s=$(awk -v a="$T0" -v b="$(now_ns)" 'BEGIN { printf "%.2f", (b - a) / 1e9 }')
wait_for 1 ct_gone $CAM1_4 $STRANGER_4
observe 1.5
assert "its entry stays gone" ct_gone $CAM1_4 $STRANGER_4
t_end=$(now_ns)
capture_stop wan
leak wan "$t_control" -i in -s $WAN4 -d $STRANGER_4 -u 500
assert_num "bytes in the half second before" "$AFTER" ">" 1000
before=$AFTER
leak wan "$T0" -i in -s $WAN4 -d $STRANGER_4 -a "$LEAK_MS" -u $(((t_end - T0) / 1000000))
figure sessions/stop_leak_bytes_upnp "$AFTER" == 0 bytes 1 "$before" "$WORK/wan.cap"
printf '%s\n' "$end_s" >"$WORK/player_end.log"
figure sessions/player_end_s "$end_s" "<=" 2 s 1 1 "$WORK/player_end.log"
collateral "$WORK/before.ct" $CAM1_4 $STRANGER_4
assert_num "closed again: the stranger's frames" "$(frames stranger 2 $WAN4 $OUTSIDE)" == 0
