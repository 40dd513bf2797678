#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Silent cameras with static addresses are found by their first frames, asked for, adopted on trial, kept and forgotten;
# and nothing that devices say to each other is changed by it.
. "$(dirname "$0")/lib.sh"
. "$NET/device.sh"

need_camgate
need socat busybox
house_up

# ---- what devices of the LAN say to each other, with camgate and without ----

cat >"$WORK/lease" <<'END'
#!/bin/sh
[ "$1" = bound ] && echo "dhcp $ip/$mask router $router dns $dns lease $lease"
exit 0
END
chmod 755 "$WORK/lease"
# answerer NS ADDRESS PORT GROUP TEXT; ask NS ADDRESS PORT GROUP: what others answer, each once
answerer() { spawn "answer-$1-$3" "$1" "$TOOLS/chorus" answer "$2" "$4" "$3" "$5"; }
ask() { in_ns "$1" "$TOOLS/chorus" ask "$2" "$4" "$3" probe | sort -u; }
# talk FILE: what comes of it, without times
talk()
{
	local ns
	capture_start igmp phone eth0
	answerer device1 192.168.1.71 3702 239.255.255.250 here-is-device1
	answerer device1 192.168.1.71 5353 224.0.0.251 name-of-device1
	answerer phone $PHONE_4 3702 239.255.255.250 here-is-phone
	wait_for 5 listens device1 udp 3702
	wait_for 5 listens device1 udp 5353
	wait_for 5 listens phone udp 3702
	{
		in_ns device1 busybox udhcpc -f -q -n -t 4 -T 1 -i eth0 -s "$WORK/lease" 2>/dev/null
		in_ns phone busybox arping -c 3 -w 5 -I eth0 192.168.1.71 | grep Received | sed 's/^/arp to the device: /'
		in_ns device1 busybox arping -c 3 -w 5 -I eth0 $PHONE_4 | grep Received | sed 's/^/arp to the phone: /'
		ask phone $PHONE_4 3702 239.255.255.250 | sed 's/^/ws-discovery to the device: /'
		ask device1 192.168.1.71 3702 239.255.255.250 | sed 's/^/ws-discovery to the phone: /'
		ask phone $PHONE_4 5353 224.0.0.251 | sed 's/^/mdns: /'
	} >"$WORK/$1"
	for ns in device1-3702 device1-5353 phone-3702; do
		stop "answer-$ns"
	done
	capture_stop igmp
	# group reports of the device, each once: how often the kernel repeats them is a matter of chance
	awk '!/^#/ && $5 == 2 && $3 == "192.168.1.71" { print "igmp " $2, $3, $4 }' "$WORK/igmp.cap" | sort -u >>"$WORK/$1"
}
# changed A B: lines that differ
changed() { diff "$WORK/$1" "$WORK/$2" | grep -c '^[<>]' || true; }

device 1 00:bc:99:00:00:71
talk off
n=$(wc -l <"$WORK/off")
assert_num "what is said without camgate, in lines" "$n" == 7

config '' '' 'include("cameras.d/*.conf")'
agent_start
wait_for 5 attached lan4
talk on
config '' '' 'unknown { quarantine = cameras probation = yes }'
cg reload >/dev/null
cg release 00:bc:99:00:00:71 >/dev/null
talk wary
lines=$(($(changed off on) + $(changed off wary)))
# The planted fault: a camera that may not be watched at home.
config '' '' 'camera "planted" { mac = { "00:bc:99:00:00:71" } lan_viewing = none }'
cg reload >/dev/null
talk planted
control=$(changed off planted)
assert_num "control: what one that may not be watched says is another" "$control" '>' 0
figure lan/answers_changed "$lines" == 0 lines $((2 * n)) "$control" "$WORK/on"
config '' '' 'include("cameras.d/*.conf")'
cg reload >/dev/null

# ---- found ----

# found N MAC FIRST...: seconds from its first frame until it is known to be a camera
found()
{
	local start nr=$1 mac=$2
	shift 2
	device "$nr" "$mac"
	start=$(now_ns)
	"$@" >"$WORK/first.out" 2>&1 || true
	wait_for 60 known "$mac" '.class == "camera"'
	TOOK=$(awk -v a="$start" -v b="$(now_ns)" 'BEGIN { printf "%.2f", (b - a) / 1e9 }')
	note "$mac is known after $TOOK s"
}
refute "nobody knows it yet" known 00:bc:99:00:00:72
# one frame: it looks for its gateway
found 2 00:bc:99:00:00:72 in_ns device2 busybox arping -c 1 -w 1 -I eth0 $LAN4
slowest=$TOOK
# a MAC of its own making, and nobody but the phone ever speaks with it
cat >"$WORK/rtsp.sh" <<'END'
#!/bin/sh
read -r question
printf 'RTSP/1.0 200 OK\r\nCSeq: 1\r\nServer: Rtsp Server/3.0\r\n\r\n'
END
chmod 755 "$WORK/rtsp.sh"
rtsp()
{
	spawn device3-rtsp device3 socat TCP-LISTEN:554,reuseaddr,fork "EXEC:$WORK/rtsp.sh"
	wait_for 5 listens device3 tcp 554
	echo 'OPTIONS * RTSP/1.0' | in_ns phone timeout 5 socat -T 1 - TCP:192.168.1.73:554
}
found 3 06:ca:00:00:00:73 rtsp
slowest=$(printf '%s\n' "$slowest" "$TOOK" | sort -n | tail -n 1)
assert "why is said" eval "cg discover | grep 'answers RTSP (Rtsp Server/3.0)' >/dev/null"
assert "and where" known 06:ca:00:00:00:73 '.address == "192.168.1.73" and .port == "lan6"'
refute "cameras of the config are not unknown" known $CAM1_MAC
refute "nor is the gateway" known 02:9a:00:00:00:01
assert "the phone is no camera" known $PHONE_MAC '.class != "camera"'
figure discover/silent_camera_s "$slowest" '<=' 60 s 2 0 "$WORK/first.out"

# ---- asked ----

capture_start probe device3 eth0
assert "discover --probe" cg discover --probe
capture_stop probe
for port in 3702 1900 37020 37810 32108; do
	assert "the LAN is asked at port $port" awk -v port=$port '!/^#/ && $3 == "192.168.1.1" && $5 == 17 && $7 == port { n++ } END { exit !n }' "$WORK/probe.cap"
done
capture_start again device3 eth0
assert_code "and not again within ten seconds" 1 cg discover --probe
capture_stop again
refute "nobody was asked" grep -q ' 3702 ' "$WORK/again.cap"

# ---- adopted ----

assert "the device reaches the cloud" beat device3 $CLOUD_4 443
assert "adopted on trial" cg adopt 06:ca:00:00:00:73 Attic --try 15s
refute "its rules are none: nothing leaves" beat device3 $CLOUD_4 443
assert "and camgate says how to keep it" eval "{ cg status || true; } | grep -F 'camgate keep attic' >/dev/null"
wait_for 30 eval "! test -e '$WORK/etc/cameras.d/attic.conf'"
wait_for 5 beat device3 $CLOUD_4 443
note "undone by itself"
assert "adopted again, with the agent killed while it is on trial" cg adopt 06:ca:00:00:00:73 Attic --try 12s
agent_kill
refute "enforced without the agent" beat device3 $CLOUD_4 443
agent_start
wait_for 20 eval "! test -e '$WORK/etc/cameras.d/attic.conf'"
wait_for 5 beat device3 $CLOUD_4 443
note "undone by the next agent"
cg adopt 06:ca:00:00:00:73 Attic --try 10s >/dev/null
assert "kept" cg keep attic
observe 12
refute "enforced for good" beat device3 $CLOUD_4 443
assert "forgotten" cg forget Attic
assert "free again" beat device3 $CLOUD_4 443
refute "its file is gone" test -e "$WORK/etc/cameras.d/attic.conf"
