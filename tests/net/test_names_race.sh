#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# 10,000 lookups, each followed at once by the first packet to the answer: none is lost, agent or not.
. "$(dirname "$0")/lib.sh"

# A camera has 256 flows with remotes: many cameras, each half of them once.
CAMS=40 NAMES=125 REPEAT=2
need_camgate
house_up

# A resolver in the cloud that knows every name, each with its address and a TTL of
# 0 to 60 s; the gateway's forwards to it and caches.
upstream()
{
	awk -v n=$((2 * CAMS * NAMES)) 'BEGIN {
		print "no-resolv\nno-hosts\nbind-interfaces\nuser=root\ngroup=root\nlocal-ttl=0"
		for (i = 0; i < n; i++)
			printf "host-record=n%d.race.example,45.7.%d.%d,%d\n", i, i / 250, 1 + i % 250, i % 61
	}' >"$WORK/upstream.conf"
	spawn upstream cloud dnsmasq --keep-in-foreground --conf-file="$WORK/upstream.conf" \
		--pid-file="$WORK/upstream.pid" --interface=eth0
	wait_for 10 listens cloud udp 53
	stop dnsmasq
	cat >>"$WORK/dnsmasq.conf" <<-END
	server=/race.example/$CLOUD_4
	cache-size=10000
	dns-forward-max=2000
	END
	spawn dnsmasq gw dnsmasq --keep-in-foreground --conf-file="$WORK/dnsmasq.conf"
	wait_for 5 listens gw udp 53
}

# camera N: one of the many, its name and its addresses
camera()
{
	local mac
	mac=$(printf '02:ca:00:01:00:%02x' "$1")
	space "c$1"
	wire gw "p$1" "c$1" eth0 "$mac"
	ip -n "$ID-gw" link set "p$1" master br-lan
	addrs "c$1" eth0 "192.168.1.$((151 + $1))/24"
	ip -n "$ID-c$1" route add default via $LAN4
	printf 'camera "c%d" {\n\tmac = { "%s" }\n\tallow = { "%s" }\n}\n' "$1" "$mac" "$2" >>"$CONF"
}

# run FIGURE FIRST_CAMERA FIRST_NAME: every camera of one half looks its names up, cached and fresh
run()
{
	local i sent lost before after
	before=$(tail -n 1 "$WORK/sink.out")
	for ((i = $2; i < $2 + CAMS; i++)); do
		spawn "look$i" "c$i" "$TOOLS/lookup" -s $LAN4 -f 4000 -S -p 5353 -n $NAMES -r $REPEAT \
			-L $(($3 + (i - $2) * NAMES)) 'n%.race.example'
	done
	for ((i = $2; i < $2 + CAMS; i++)); do
		wait_for 120 gone "${PIDS[look$i]}"
		stop "look$i"
	done
	# Nothing new for a second: what came has come.
	after=-1
	until [[ $after == "$(tail -n 1 "$WORK/sink.out")" ]]; do
		after=$(tail -n 1 "$WORK/sink.out")
		observe 1
	done
	cat "$WORK"/look*.out >"$WORK/$1.txt"
	sent=$(awk '{ n += $6 } END { print n + 0 }' "$WORK/$1.txt")
	rm -f "$WORK"/look*.out
	lost=$((sent - after + before))
	assert_num "lookups that were answered" "$sent" == $((CAMS * NAMES * REPEAT))
	figure "names/$1" $lost == 0 packets "$sent" "$CONTROL" "$WORK/$1.txt"
}

upstream
in_ns inet ip route add 45.7.0.0/16 via $CLOUD_4
in_ns cloud ip route add local 45.7.0.0/16 dev lo
spawn sink cloud "$TOOLS/lookup" -c 5353
printf '0\n' >>"$WORK/sink.out"
wait_for 5 listens cloud udp 5353
config "allow += { \"*.race.example:5353/udp\" }"
for ((n = 0; n < 2 * CAMS; n++)); do
	camera $n '*.race.example:5353/udp'
done
camera 80 'other.example:5353/udp'
wait_for 5 bridge_ready
agent_start

# The paths are warm, the count is right, and it can fail: a name of no rule.
assert "a lookup of the camera" in_ns cam1 "$TOOLS/lookup" -s $LAN4 -S -p 5353 -n 3 'n%.race.example'
wait_for 5 grep -qx 3 "$WORK/sink.out"
in_ns c80 "$TOOLS/lookup" -s $LAN4 -S -p 5353 -n 20 'n%.race.example' >"$WORK/control.txt"
observe 1
CONTROL=$(($(awk '{ print $6 }' "$WORK/control.txt") - $(tail -n 1 "$WORK/sink.out") + 3))
assert_num "first packets to a name of no rule that are lost" "$CONTROL" == 20

run first_packets_lost_running 0 0
agent_kill
run first_packets_lost_agent_dead $CAMS $((CAMS * NAMES))
