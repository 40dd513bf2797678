#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Ports that flap, change their name, go and come, and a camera that roams: nothing gets out, and what could is measured.
. "$(dirname "$0")/lib.sh"

# outside: what the internet saw of the camera's tries for the stranger

tries_start() { spawn tries "$1" "$TOOLS/heartbeat" -u -n 1000000 -i "$LAX" -t 1 $STRANGER_4 6000; }

full() { enforced && attached "$1"; }

# gap ID PORT LIMIT COMMAND...: until PORT is enforced again; LIMIT packets may get out meanwhile, or "some", which are measured
gap()
{
	local id=$1 port=$2 limit=$3 before from took leaked
	shift 3
	before=$(outside) from=$(now_ns)
	"$@"
	wait_for 10 full "$port"
	took=$((($(now_ns) - from) / 1000000))
	observe 0.2
	leaked=$(($(outside) - before))
	before=$(outside)
	observe 0.2
	[[ $limit != some ]] || limit=$leaked
	fault "$id" "$leaked denied packets got out, enforced again $took ms after it began, then $(($(outside) - before)) in 200 ms" \
		$(((leaked > limit) + (took > 3000 * LAX) + $(outside) - before))
}

flap()
{
	local i
	for ((i = 0; i < 20; i++)); do
		printf 'link set lan1 down\nlink set lan1 up\n'
	done | ip_ns gw
}

rename()
{
	printf 'link set lan1 down\nlink set lan1 name porch0\nlink set porch0 up\n' | ip_ns gw
}

named() { cg_json status | jq -e --arg port "$1" '[.ports[].name] | index($port)'; }

again() { printf 'link set lan1 nomaster\nlink set lan1 master br-lan\n' | ip_ns gw; }

anew()
{
	stop tries
	stop cam1-tcp
	stop cam1-udp
	ip -n "$ID-gw" link del lan1
	lan_host cam1 lan1 $CAM1_MAC $CAM1_4 $CAM1_6 $CAM1_ULA
	tries_start cam1
}

# The camera at another port, as at another access point of the house, with its flows.
roam()
{
	wire gw lan5 cam1 eth1 $CAM1_MAC
	ip -n "$ID-gw" link set lan5 master br-lan
	wait_for 10 attached lan5
	printf 'link set eth0 down\naddr flush dev eth0\n' | ip_ns cam1
	addrs cam1 eth1 $CAM1_4/24 $CAM1_6/64
	printf 'route replace default via %s\n' $LAN4 $LAN6 | ip_ns cam1
}

at_port() { cg_json status | jq -e --arg port "$1" '.cams[] | select(.id == "cam1") | .port == $port'; }

overflows() { cg_json doctor | jq -r '.findings[] | select(.what == "links") | .text' | sed -n 's/.*overflowed \([0-9]*\) times.*/\1/p'; }

# Nobody hears ten thousand changes, a port that joins and another's filters that are taken away.
overflow()
{
	local i
	kill -STOP "${PIDS[agent]}"
	for ((i = 0; i < 5000; i++)); do
		printf 'addr add 10.9.9.1/32 dev lo\naddr del 10.9.9.1/32 dev lo\n'
	done | ip_ns gw
	lan_host late lan6 02:ca:00:00:00:03 192.168.1.23 2001:db8:1:1::23 fd00:ca:1::23
	tear lan3
	kill -CONT "${PIDS[agent]}"
}

need_camgate
house_up
denied_tap
agent_start
tries_start cam1
before=$(outside)
cg off 1m >/dev/null
seen() { [[ $(outside) -gt $((before + 20)) ]]; }
wait_for 10 seen
cg on >/dev/null
note "what gets out is seen"
observe 0.2

gap ports/link-flap lan1 0 flap
wait_for 5 beat cam1 $CLOUD_4 443
gap ports/rename porch0 0 rename
assert "status has the new name" named porch0
printf 'link set porch0 down\nlink set porch0 name lan1\nlink set lan1 up\n' | ip_ns gw
wait_for 5 named lan1
wait_for 5 beat cam1 $CLOUD_4 443
gap ports/leaves-and-joins lan1 some again
wait_for 5 beat cam1 $CLOUD_4 443
gap ports/made-anew lan1 some anew
wait_for 5 beat cam1 $CLOUD_4 443
gap ports/camera-roams lan5 0 roam
wait_for 5 beat cam1 $CLOUD_4 443
wait_for 5 at_port lan5
refute "roamed: the stranger" beat cam1 $STRANGER_4 443
assert "roamed: the phone" beat cam1 $PHONE_4 $TCP_PORT
none=$(overflows)
gap links/overflow lan6 0 overflow
assert "the port whose filters were taken has them" attached lan3
assert_num "overflows, that doctor tells of" "$(overflows)" ">" "${none:-0}"
