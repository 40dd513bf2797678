#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# A camera that asks 8.8.8.8, or an NTP server of its own, is answered by the gateway; nothing of it leaves.
. "$(dirname "$0")/lib.sh"

need_camgate
need busybox
house_up

DNS_4=8.8.8.8 DNS_6=2001:4860:4860::8888
# Somebody outside who answers there, wrongly: what is redirected never meets him.
in_ns inet ip route add $DNS_4/32 via $STRANGER_4
in_ns inet ip -6 route add $DNS_6/128 via $STRANGER_6
ip -n "$ID-stranger" addr add $DNS_4/32 dev lo
ip -n "$ID-stranger" addr add $DNS_6/128 dev lo nodad
stop dnsmasq
cat >>"$WORK/dnsmasq.conf" <<-END
	address=/cloud.example/$CLOUD_6
	address=/many.example/198.51.100.11
	txt-record=long.example,$(printf 'x%.0s' {1..200}),$(printf 'y%.0s' {1..200}),$(printf 'z%.0s' {1..200})
	END
spawn dnsmasq gw dnsmasq --keep-in-foreground --conf-file="$WORK/dnsmasq.conf"
wait_for 5 listens gw udp 53
spawn liar stranger dnsmasq --keep-in-foreground --no-resolv --no-hosts --user=root --group=root \
	--bind-interfaces --conf-file=/dev/null --pid-file="$WORK/liar.pid" \
	--address=/cloud.example/$STRANGER_4 --address=/cloud.example/$STRANGER_6
wait_for 5 listens stranger udp 53
spawn liar-ntp stranger "$TOOLS/heartbeat" -u -l 123

# look NS SERVER [OPTIONS]: the address that server says the cloud has
look()
{
	local ns=$1 server=$2
	shift 2
	in_ns "$ns" "$TOOLS/lookup" -s "$server" -w 700 "$@" cloud.example
}
says() # ADDRESS NS SERVER [OPTIONS]
{
	local want=$1
	shift
	[[ $(look "$@") == *" last $want" ]]
}
# Any datagram to 123 that comes back as it was, as the gateway's stand-in for NTP does.
ntp() { in_ns "$1" "$TOOLS/lookup" -N -s "$2" ${3:+-f "$3"} time; }

in_ns inet nft -f - <<-END
	table inet watch {
		chain seen {
			type filter hook forward priority 0; policy accept;
			ip daddr { $DNS_4, $STRANGER_4 } udp dport { 53, 123 } counter
			ip daddr { $DNS_4, $STRANGER_4 } tcp dport 53 counter
			ip6 daddr { $DNS_6, $STRANGER_6 } udp dport { 53, 123 } counter
			ip6 daddr { $DNS_6, $STRANGER_6 } tcp dport 53 counter
		}
	}
	END
leaks() { in_ns inet nft list chain inet watch seen | grep -o 'packets [0-9]*' | awk '{ n += $2 } END { print n + 0 }'; }

assert "before: 8.8.8.8 answers as the stranger likes" says $STRANGER_4 cam1 $DNS_4
assert "before: by IPv6" says $STRANGER_6 cam1 $DNS_6 -6
assert "before: a time server outside answers" ntp cam1 $STRANGER_4
before=$(leaks)
assert_num "and that is seen outside" "$before" ">" 0

config 'dns = gateway ntp = gateway'
agent_start
refute "dns = gateway: 8.8.8.8 is not reached" look cam1 $DNS_4
refute "ntp = gateway: nor a time server outside" ntp cam1 $STRANGER_4
assert "the gateway is" says $CLOUD_4 cam1 $LAN4

config 'dns = redirect ntp = redirect allow += { "cloud.example:443" }' 'dns = any ntp = any'
cg reload >/dev/null
before=$(leaks)
assert "dns = redirect: 8.8.8.8 answers as the gateway does" says $CLOUD_4 cam1 $DNS_4
assert "by IPv6" says $CLOUD_6 cam1 $DNS_6 -6
assert "an AAAA by IPv4" says $CLOUD_6 cam1 $DNS_4 -6
assert "by TCP" says $CLOUD_4 cam1 $DNS_4 -t
assert "by TCP and IPv6" says $CLOUD_4 cam1 $DNS_6 -t
assert "a hundred in a row" says $CLOUD_4 cam1 $DNS_4 -n 100
assert "ntp = redirect: the gateway answers" ntp cam1 $STRANGER_4
assert "from port 123, as ntpd does" ntp cam1 $STRANGER_4 123
assert "by IPv6" ntp cam1 $STRANGER_6 123
assert_num "nothing of that was seen outside" "$(leaks)" == "$before"
assert "what was learned passes" beat cam1 $CLOUD_4 443
cg why cam1 $CLOUD_4:443 >"$WORK/why.txt"
assert "why knows the name" grep -q "name: cloud.example" "$WORK/why.txt"

# A real client of NTP, which believes nobody but whom it asked, and a real server.
if peer chronyd chrony; then
	mkdir "$WORK/chrony"
	cat >"$WORK/chrony/conf" <<-END
	local stratum 6
	allow all
	cmdport 0
	bindcmdaddress /
	pidfile $WORK/chrony/pid
	END
	# Asks the server, and ends as soon as it knows the time.
	chrony_from()
	{
		in_ns cam1 timeout 20 "${PEER[@]}" -Q -t 10 -u root "server $1 iburst maxsamples 1" 'cmdport 0' \
			'bindcmdaddress /' "pidfile $WORK/chrony/client" >>"$WORK/chrony/log" 2>&1
	}
	stop ntp
	spawn chrony gw "${PEER[@]}" -d -x -u root -f "$WORK/chrony/conf"
	wait_for 10 listens gw udp 123
	before=$(leaks)
	assert "chrony: a server outside answers, and is the gateway" chrony_from $STRANGER_4
	assert "chrony: by IPv6" chrony_from $STRANGER_6
	assert_num "nothing of that was seen outside" "$(leaks)" == "$before"
	stop chrony
	refute "chrony: without a server in the gateway there is no time" chrony_from $STRANGER_4
	spawn ntp gw "$TOOLS/heartbeat" -u -l 123
	wait_for 5 listens gw udp 123
else
	note "no chrony (tests/peers.sh): a stand-in alone is asked for the time"
fi

# Two servers, one socket, one id: both answer, each in its own name.
assert "two servers by one port" says $CLOUD_4 cam1 $DNS_4 -f 4444 -i 77
assert "the other" says $CLOUD_4 cam1 $STRANGER_4 -f 4444 -i 77

assert "dns = any: the other camera asks whom it likes" says $STRANGER_4 cam2 $DNS_4
assert "ntp = any: so too" ntp cam2 $STRANGER_4

config 'dns = redirect dns_names = allowed ntp = drop allow += { "cloud.example:443" }'
cg reload >/dev/null
assert "dns_names = allowed: a name of a rule" says $CLOUD_4 cam1 $DNS_4
refute "no other name" in_ns cam1 "$TOOLS/lookup" -s $LAN4 -w 300 many.example
refute "not by TCP" look cam1 $DNS_4 -t
refute "ntp = drop: no time" ntp cam1 $LAN4
assert "what was refused is in blocked" eval 'cg_json blocked cam1 | jq -e "[.blocked[].reason] | contains([\"dns-name\", \"time\"])"'

cg seal cam1 >/dev/null
refute "sealed: no names" look cam1 $DNS_4
agent_kill
config 'dns = redirect'
agent_start
cg auto cam1 >/dev/null
agent_kill
assert "the agent dead: still redirected" says $CLOUD_4 cam1 $DNS_4
