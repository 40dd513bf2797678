#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# audit --probe: a poor camera is found out and a good one is not accused; nobody else is asked, and nothing goes out.
. "$(dirname "$0")/lib.sh"

need_camgate
house_up

# http FILE HEAD [BODY]
http() { printf '%s\r\nConnection: close\r\n\r\n%s' "$2" "${3:-}" >"$1"; }
soap() { http "$1" 'HTTP/1.1 200 OK' "<s:Envelope><s:Body>$2</s:Body></s:Envelope>"; }

# A poor camera: telnet, web pages, ONVIF and pictures for anybody, and no password was ever set.
poor=$WORK/poor
mkdir -p "$poor"
: >"$poor/tcp-23"
: >"$poor/tcp-37777"
http "$poor/tcp-80" $'HTTP/1.1 200 OK\r\nServer: CamWeb/1.0' '<html>welcome</html>'
soap "$poor/tcp-80-GetDeviceInformation" '<tds:GetDeviceInformationResponse><tds:Manufacturer>Acme</tds:Manufacturer><tds:Model>C1</tds:Model><tds:FirmwareVersion>V5.5.53 build 180719</tds:FirmwareVersion></tds:GetDeviceInformationResponse>'
soap "$poor/tcp-80-GetUsers" '<tds:GetUsersResponse/>'
soap "$poor/tcp-80-GetProfiles" '<trt:GetProfilesResponse/>'
printf 'RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\nv=0\r\nm=video 0 RTP/AVP 96\r\n' >"$poor/tcp-554"
printf '<?xml version="1.0"?><ProbeMatch><Activated>false</Activated><HCPlatformEnable>true</HCPlatformEnable></ProbeMatch>' >"$poor/udp-37020"
# A good one: HTTPS, and a password for what it shows.
good=$WORK/good
mkdir -p "$good"
http "$good/tcp-80" $'HTTP/1.1 301 Moved\r\nLocation: https://192.168.1.21/'
: >"$good/tcp-443"
http "$good/tcp-2020" 'HTTP/1.1 401 Unauthorized'
printf 'RTSP/1.0 401 Unauthorized\r\nCSeq: 1\r\n\r\n' >"$good/tcp-554"
printf '<?xml version="1.0"?><ProbeMatch><Activated>true</Activated><HCPlatformEnable>false</HCPlatformEnable></ProbeMatch>' >"$good/udp-37020"
spawn poor cam1 "$TOOLS/canned" "$poor"
spawn good cam2 "$TOOLS/canned" "$good"
# The phone has the same to offer as the poor camera: nobody may look.
spawn bait phone "$TOOLS/canned" "$poor"
for ns in cam1 cam2 phone; do
	wait_for 5 listens $ns tcp 554
	wait_for 5 listens $ns udp 37020
done
# Is somebody let connect at all?
# shellcheck disable=SC2016 # for the shell within
knock() { in_ns "$1" timeout 0.5 bash -c 'exec 3<>"/dev/tcp/$1/$2"' - "$2" "$3"; }
assert "before camgate: the gateway reaches the camera" knock gw $CAM1_4 554

config 'lan_viewing = none' 'lan_viewing = none allow = { "198.51.100.10/32:443/tcp" }' 'guard = count'
agent_start
cg seal cam1 >/dev/null
assert "the first camera is there" beat_udp cam1 $LAN4 123
assert "the second camera is there" beat_udp cam2 $LAN4 123
refute "the gateway by itself does not reach the camera" knock gw $CAM1_4 554

findings() { jq -r --arg id "$1" '[.cams[] | select(.id == $id) | .findings[].id] | join(" ")' "$2"; }
cg audit --json >"$WORK/before.json"
[[ -z $(findings cam2 "$WORK/before.json") ]] || fail "findings before anything was asked: $(findings cam2 "$WORK/before.json")"
: >"$WORK/poor.out"

capture_start wan inet isp0
capture_start phone gw lan3
capture_start cam1 gw lan1
from=$(now_ns)
# Another process of the gateway tries all the while, at the very ports that are asked.
others()
{
	while [[ ! -e $WORK/asked ]]; do
		for port in 23 80 554; do
			! knock gw $CAM1_4 $port || echo "$port"
		done
	done
}
others >"$WORK/others.out" 2>/dev/null &
pid=$!
assert "audit --probe" cg audit --probe --json
cp "$WORK/assert.out" "$WORK/after.json"
: >"$WORK/asked"
wait $pid || true
to=$(now_ns)
[[ ! -s $WORK/others.out ]] || fail "another process of the gateway reached port $(tr '\n' ' ' <"$WORK/others.out")"
note "no other process of the gateway got through meanwhile"

want="not-activated mapping rtsp-open onvif-users telnet onvif-profiles web-plain p2p firmware-old onvif-info vendor-port"
got=$(findings cam1 "$WORK/after.json")
# How old its firmware is can be said only where the clock is known to be right.
[[ ${got/firmware-old /} == "${want/firmware-old /}" ]] || fail "the poor camera: found $got, not $want"
note "the poor camera: $got"
[[ -z $(findings cam2 "$WORK/after.json") ]] || fail "the good camera: found $(findings cam2 "$WORK/after.json")"
note "the good camera: nothing"
jq -e --arg to "$CAM1_4" '[.cams[] | select(.id == "cam1") | .mappings[].text | select(contains($to))] | length == 3' \
	"$WORK/after.json" >/dev/null || fail "not the three forwarded ports: $(jq -c .cams[0].mappings "$WORK/after.json")"
note "the three ports that the house forwards to it"
provision() { jq -r --arg f "$1" '.cams[0].findings[] | select(.id == $f) | .provision' "$WORK/after.json"; }
[[ $(provision not-activated) == 5.1-1 && $(provision rtsp-open) == 5.5-4 && $(provision web-plain) == 5.5-1 ]] ||
	fail "other provisions: $(provision not-activated) $(provision rtsp-open) $(provision web-plain)"

# What it was asked: each question once, no password in any.
sort "$WORK/poor.out" >"$WORK/questions"
for q in '554 DESCRIBE rtsp://192.168.1.20:554/ RTSP/1.0' '80 GET / HTTP/1.1' '37020 <?xml'; do
	grep -qF "$q" "$WORK/questions" || fail "not asked: $q"
done
[[ $(grep -c '^80 ' "$WORK/questions") -eq 4 && $(grep -c '^554 ' "$WORK/questions") -eq 1 ]] ||
	fail "asked more than once: $(cat "$WORK/questions")"

# Seals and lan_viewing hold for all others, and the flows that were let are over.
refute "then: the gateway does not reach the camera" knock gw $CAM1_4 554
assert "then: nothing is let any more" test "$(bpftool -j map dump pinned "$PIN_DIR/cg_asks" | jq length)" == 0
refute "then: the phone does not" beat phone $CAM1_4 $TCP_PORT

# What was captured in that time, by the address in a field: of IP with a transport payload or a SYN.
packets() { awk -v from="$from" -v to="$to" -v a="$2" -v b="$3" \
	'$1 ~ /^[0-9]/ && $1 >= from && $1 <= to && ($3 == a || $4 == a) && ($3 == b || $4 == b)' "$WORK/$1.cap" | wc -l; }
assert "and the phone is there" beat gw $PHONE_4 $TCP_PORT
assert "and so is the internet" beat gw $CLOUD_4 443
for c in wan phone cam1; do capture_stop $c; done
n=$(packets cam1 $LAN4 $CAM1_4)
assert_num "packets between gateway and camera in that time" "$n" ">" 20
others=$(packets phone $LAN4 $PHONE_4)
[[ ! -s $WORK/bait.out ]] || fail "the phone was asked: $(head -n 1 "$WORK/bait.out")"
# Neighbours look for each other now and then, by ARP and ICMPv6: that is no packet of this.
remote=$(awk -v from="$from" -v to="$to" '$1 ~ /^[0-9]/ && $1 >= from && $1 <= to && $3 != "-" && $5 != 58' "$WORK/wan.cap" | wc -l)
later() { awk -v to="$to" '$1 ~ /^[0-9]/ && $1 > to && $3 != "-" && $5 != 58' "$WORK/$1.cap" | wc -l; }
figure audit/packets_to_others "$others" == 0 packets 1 "$(later phone)" "$WORK/phone.cap"
figure audit/packets_outside "$remote" == 0 packets 1 "$(later wan)" "$WORK/wan.cap"

# The same in words, and as a page; from what is remembered, without asking again.
: >"$WORK/poor.out"
assert "audit in words" cg audit cam1
grep -q 'answers anybody' "$WORK/assert.out" || fail "no service in words: $(cat "$WORK/assert.out")"
assert "audit as a page" cg audit "--html=$WORK/page.html"
grep -q '<svg' "$WORK/page.html" || [[ $(jq '[.cams[].destinations[]] | length' "$WORK/after.json") -eq 0 ]] || fail "no plot"
[[ ! -s $WORK/poor.out ]] || fail "asked again: $(cat "$WORK/poor.out")"

# No neighbour is known: the kernel looks for it, and the camera is asked as before.
in_ns gw ip neigh flush dev br-lan
assert "not known as a neighbour: audit --probe" cg audit --probe cam1 --json
jq -e '.cams[0].unasked == null and (.cams[0].findings | map(.id) | contains(["telnet"]))' "$WORK/assert.out" >/dev/null || fail "it was not asked: $(jq -c '.cams[0].unasked' "$WORK/assert.out")"
grep -q '^80 GET' "$WORK/poor.out" || fail "it was not asked anew"

# Somebody else has the camera's address now: it is not asked.
stop poor
ip -n "$ID-cam1" link set eth0 down
ip -n "$ID-phone" addr add $CAM1_4/24 dev eth0
in_ns gw ip neigh del $CAM1_4 dev br-lan 2>/dev/null || true
in_ns phone busybox ping -c 1 -W 1 -I $CAM1_4 $LAN4 >/dev/null 2>&1 || true
wait_for 5 grep -q "${PHONE_MAC}" <(in_ns gw ip neigh show $CAM1_4)
in_ns gw ip -6 neigh flush dev br-lan
: >"$WORK/bait.out"
assert "the address has moved: audit --probe" cg audit --probe cam1 --json
jq -e '.cams[0].unasked | contains("no neighbour")' "$WORK/assert.out" >/dev/null || fail "it was asked: $(jq -c .cams[0].unasked "$WORK/assert.out")"
[[ ! -s $WORK/bait.out ]] || fail "who has the address now was asked: $(head -n 1 "$WORK/bait.out")"
note "who has the address now is not asked"
