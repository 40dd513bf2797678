#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# A stream that a real relay (coturn) carries to a viewer stops at the camera with `close`.
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/ending.sh
. "$NET/ending.sh"

need_camgate
need conntrack ffmpeg
peer turnserver coturn || skip "no coturn (tests/peers.sh)"
RELAY=("${PEER[@]}")
house_up
house_firewall
video
config
agent_start
spawn relay cloud "${RELAY[@]}" -n --no-auth --no-cli --no-tls --no-dtls --listening-ip=$CLOUD_4 --relay-ip=$CLOUD_4 \
	--listening-port=3478 --min-port=50000 --max-port=50010 --userdb="$WORK/turndb" --pidfile="$WORK/turn.pid" --log-file=stdout
wait_for 10 listens cloud udp 3478
# The viewer knows the stream's kind beforehand, as after a signalling of its own.
cat >"$WORK/viewer.sdp" <<-END
	v=0
	o=- 0 0 IN IP4 $CLOUD_4
	s=camera
	c=IN IP4 $STRANGER_4
	t=0 0
	m=video 6200 RTP/AVP 96
	a=rtpmap:96 H264/90000
	END
spawn player stranger ffmpeg -nostdin -hide_banner -loglevel error -protocol_whitelist file,udp,rtp -i "$WORK/viewer.sdp" -an \
	-stats_period 0.2 -progress "file:$WORK/player.progress" -f null -
refute "closed: the camera finds no relay" in_ns cam1 timeout 5 "$TOOLS/turncam" $CLOUD_4 3478 $STRANGER_4 6200 6201

cg open cam1 10m >/dev/null
spawn turn cam1 "$TOOLS/turncam" $CLOUD_4 3478 $STRANGER_4 6200 6202
wait_for 10 grep -q '^up' "$WORK/turn.out"
note "$(grep '^relayed' "$WORK/turn.out")"
capture_start wan inet isp0
capture_start lan gw lan1
spawn encoder cam1 ffmpeg -nostdin -hide_banner -loglevel error -re -stream_loop -1 -i "$VIDEO" -c copy -bsf:v dump_extra \
	-f rtp -payload_type 96 "rtp://127.0.0.1:6202?pkt_size=1200"
pictures() { awk -F= '$1 == "frame" { n = $2 } END { print n + 0 }' "$WORK/player.progress" 2>/dev/null || echo 0; }
seen() { [[ $(pictures) -ge $1 ]]; }
wait_for 20 seen 25
assert_num "open: pictures at the viewer, through the relay" "$(pictures)" ">=" 25
beat phone $CLOUD_4 443 >/dev/null
ct_dump "$WORK/before.ct"
timed control true
t_control=$T0
observe 0.6
timed close "$BIN/camgate" close cam1
wait_for 1 ct_gone $CAM1_4 $CLOUD_4 3478
assert_num "its entry was gone: ms after the command began" "$((($(now_ns) - T0) / 1000000))" "<=" $((600 * LAX))
wait_for 2 grep -q '^refused' "$WORK/turn.out"
assert "the camera was told: $(grep '^refused' "$WORK/turn.out")" true
observe 1
closed=$(pictures)
observe 1.5
assert_num "closed: the viewer's pictures stand still" "$(pictures)" == "$closed"
assert "its entry stays gone" ct_gone $CAM1_4 $CLOUD_4 3478
t_end=$(now_ns)
stop player KILL
capture_stop wan
capture_stop lan
leak wan "$t_control" -i in -s $WAN4 -d $CLOUD_4 -p udp -D 3478 -u 500
assert_num "bytes in the half second before" "$AFTER" ">" 50000
before=$AFTER
leak lan "$T0" -i in -d $CLOUD_4 -p udp -D 3478 -a "$LEAK_MS" -u $(((t_end - T0) / 1000000))
assert_num "the camera goes on sending at its LAN port: bytes" "$AFTER" ">" 50000
leak wan "$T0" -i in -s $WAN4 -d $CLOUD_4 -p udp -D 3478 -a "$LEAK_MS" -u $(((t_end - T0) / 1000000))
figure sessions/stop_leak_bytes_turn "$AFTER" == 0 bytes 1 "$before" "$WORK/wan.cap"
collateral "$WORK/before.ct" $CAM1_4 $CLOUD_4
