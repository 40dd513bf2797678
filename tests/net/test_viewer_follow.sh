#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# `open --to` a viewer whose address changes while the stream runs: the new one in, the old one out after a grace, nobody else ever.
. "$(dirname "$0")/lib.sh"

need_camgate
need socat
house_up
OLD=$STRANGER_4 NEW=203.0.113.77 OTHER=203.0.113.88
addrs stranger eth0 $NEW/24 $OTHER/24

# lives ADDRESS: what dynamic DNS says from now on
lives()
{
	echo "$1 phone.dyn.example" >"$WORK/hosts"
	[[ -z ${PIDS[dnsmasq]:-} ]] || kill -HUP "${PIDS[dnsmasq]}"
}

lives $OLD
stop dnsmasq
echo "addn-hosts=$WORK/hosts" >>"$WORK/dnsmasq.conf"
spawn dnsmasq gw dnsmasq --keep-in-foreground --conf-file="$WORK/dnsmasq.conf"
wait_for 5 listens gw udp 53

# from ADDRESS: a viewer there reaches the camera
from() { in_ns stranger socat -u -T 1 "TCP:$WAN4:$TCP_PORT,bind=$1,connect-timeout=1" /dev/null; }
assert "before: from everywhere" from $OTHER
config "" "" 'viewer "phone" { domain = "phone.dyn.example" }'
agent_start
refute "closed: the viewer" from $OLD
assert_code "no such viewer" 2 cg open cam1 10m --to fone
refute "nobody was let in" from $OLD
assert "opened to the viewer by name" cg open cam1 10m --to phone
wait_for 10 from $OLD
note "it reaches the camera"

# Somebody else tries all the time, by every way.
cat >"$WORK/others.sh" <<-END
while :; do
	socat -u -T 1 TCP:$WAN4:$TCP_PORT,bind=$OTHER,connect-timeout=1 /dev/null && echo "in: $OTHER"
	"$TOOLS/heartbeat" -n 1 -t 300 $CAM1_6 $TCP_PORT >/dev/null 2>&1 && echo "in: $STRANGER_6"
	"$TOOLS/heartbeat" -u -n 1 -t 300 $CAM1_6 $UDP_PORT >/dev/null 2>&1 && echo "in: $STRANGER_6 UDP"
	echo tried >&2
	sleep 0.3
done
END
spawn others stranger bash "$WORK/others.sh"

seen() { grep -vc '^#' "$WORK/$1.sink" || true; }
grows() { local n; n=$(seen "$1"); observe 1; [[ $(seen "$1") -gt $n ]]; }
stream_start old cam1 udp stranger $OLD 6000
assert "a stream runs to it" grows old
moved=$(now_ns)
lives $NEW
wait_for 20 from $NEW
took=$((($(now_ns) - moved) / 1000000))
note "from its new address: after $took ms"
stream_start new cam1 udp stranger $NEW 6001
assert "the stream goes on to there" grows new
assert "within the grace the old address is in" from $OLD
assert "and its stream goes on" grows old
shows() { cg_json status | jq -e '.cams[] | select(.id == "cam1").to == "phone"'; }
assert "status says for whom" shows

# A restart in the middle of it.
agent_kill
agent_start
assert "after a restart the new address is in" grows new
out() { ! from $OLD; }
wait_for 75 out
assert_num "the old one is out, the grace being over: ms" \
	$((($(now_ns) - moved) / 1000000)) ">=" 55000
refute "its stream ended" grows old
assert "the new one's goes on" grows new
assert "from the new one: the camera is reached" from $NEW
assert_num "others have tried: times" "$(grep -c tried "$WORK/others.err")" ">" 10
refute "and were never in" grep "^in" "$WORK/others.out"
assert "opened to all" cg open cam1 10m --to all
wait_for 10 grep -q "^in: $OTHER" "$WORK/others.out"
wait_for 10 grep -q "^in: $STRANGER_6" "$WORK/others.out"
note "so are others now"
assert "closed" cg close cam1
refute "closed: the viewer" from $NEW
stop others
stream_stop old
stream_stop new
