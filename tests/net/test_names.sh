#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Names learned from real resolvers: chains, many addresses, what is cut or by TCP, what was cached before; and who lies.
. "$(dirname "$0")/lib.sh"

need_camgate
need dnsmasq
house_up

chain() # of aliases five deep, by a real resolver each
{
	echo "host-record=five.names.example,45.7.0.5,60"
	for n in 4 3 2 1; do
		echo "cname=alias$n.names.example,$([[ $n == 4 ]] && echo five || echo alias$((n + 1))).names.example"
	done
	echo "cname=alias0.names.example,alias1.names.example"
}

{
	chain
	echo "host-record=plain.names.example,45.7.0.1,60"
	echo "host-record=six.names.example,2001:db8:45::6,60"
	# More than fits one datagram.
	awk 'BEGIN { for (i = 0; i < 200; i++) printf "host-record=many.names.example,45.7.1.%d\n", i + 1 }'
	# What no name outside may have.
	echo "host-record=rebind.names.example,192.168.77.1"
	echo "host-record=gateway.names.example,$WAN4"
	echo "host-record=house.names.example,$PHONE_4"
	echo "host-record=other.example,45.7.0.9"
} >"$WORK/names.conf"
stop dnsmasq
{
	cat "$WORK/names.conf"
	# Nobody there answers.
	echo "server=/slow.names.example/$STRANGER_4"
} >>"$WORK/dnsmasq.conf"
spawn dnsmasq gw dnsmasq --keep-in-foreground --conf-file="$WORK/dnsmasq.conf"
wait_for 5 listens gw udp 53
in_ns inet ip route add 45.7.0.0/16 via $CLOUD_4
in_ns inet ip -6 route add 2001:db8:45::/48 via $CLOUD_6
in_ns cloud ip route add local 45.7.0.0/16 dev lo
in_ns cloud ip -6 route add local 2001:db8:45::/48 dev lo
in_ns inet ip route add 192.168.77.0/24 via $CLOUD_4
in_ns gw ip route add 192.168.77.0/24 via 192.0.2.1
in_ns cloud ip route add local 192.168.77.0/24 dev lo

look() { in_ns cam1 "$TOOLS/lookup" -s $LAN4 -w 700 "$@"; }
learned() { cg_json why cam1 "$1" | jq -e --arg n "$2" '[.names[]?.name] | index($n)'; }
# At the camera's next packet, whatever the machine does.
passes() { beat cam1 "$1" 443; }

assert "before: every address answers" passes 45.7.0.5
assert "before: the private one too" passes 192.168.77.1
config 'allow += { "*.names.example:443" }'
agent_start
refute "no name was asked for: stopped" passes 45.7.0.1

assert "a name is asked for" look plain.names.example
assert "its address passes" passes 45.7.0.1
refute "another does not" passes 45.7.0.2
assert "why says for which name" learned 45.7.0.1 plain.names.example
assert "a chain of five aliases" look alias0.names.example
assert "its address passes" passes 45.7.0.5
assert "for the name that was asked" learned 45.7.0.5 alias0.names.example
assert "an IPv6 address" look -6 six.names.example
assert "passes" passes 2001:db8:45::6
assert "a name of no rule is asked for" look other.example
refute "its address does not pass" passes 45.7.0.9

# DNS rebinding: the gateway passes it on, nothing is learned of it.
assert "a name with a private address" look rebind.names.example
refute "is not let through to it" passes 192.168.77.1
spawn web gw "$TOOLS/heartbeat" -l 443
wait_for 5 listens gw tcp 443
assert "a name with the gateway's address" look gateway.names.example
refute "opens nothing there" passes $WAN4

# Cut, then by TCP; by TCP at once: the agent asks again.
refute "not known yet" passes 45.7.1.7
look many.names.example >/dev/null || true
wait_for 10 learned 45.7.1.200 many.names.example
assert "an answer that was cut: all its addresses pass" passes 45.7.1.7
assert "the last, too" passes 45.7.1.200
cg reload >/dev/null

# Spoofed: the camera waits for an answer, somebody else on the LAN gives one.
evil=45.7.9
spoof() # NS NAME ADDRESS [PORT [ID]]
{
	in_ns "$1" "$TOOLS/lookup" -A $LAN4 -T $CAM1_4 -f "${4:-4000}" -i "${5:-77}" "$2" "$3"
}
waits() { in_ns cam1 "$TOOLS/lookup" -s $LAN4 -q -w 50 -f 4000 -i 77 "$1" || true; }
waits a.slow.names.example >/dev/null
assert "the phone answers in the gateway's name" spoof phone a.slow.names.example $evil.1
refute "it taught nothing" passes $evil.1
refute "nor does why know it" learned $evil.1 a.slow.names.example
assert "the gateway, by another id" spoof gw a.slow.names.example $evil.2 4000 78
refute "it taught nothing" passes $evil.2
assert "to another port" spoof gw a.slow.names.example $evil.3 4001 77
refute "it taught nothing" passes $evil.3
assert "for another name" spoof gw b.slow.names.example $evil.4
refute "it taught nothing" passes $evil.4
assert "the gateway, as it was asked" spoof gw a.slow.names.example $evil.5
assert "that is learned" passes $evil.5
assert "the same again: it was answered" spoof gw a.slow.names.example $evil.6
refute "it taught nothing" passes $evil.6
waits c.slow.names.example >/dev/null
observe 11
assert "an answer that comes too late" spoof gw c.slow.names.example $evil.7
refute "taught nothing" passes $evil.7

# A camera that kept an address from before the gateway's boot.
stop agent
assert "everything is taken away" "$BIN/camgate" detach
config 'allow += { "plain.names.example:443" }'
agent_start
wait_for 10 learned 45.7.0.1 plain.names.example
assert "a whole name of a rule is known before it is asked for" passes 45.7.0.1

# Another resolver in the gateway; and one on the LAN, believed from its MAC alone.
if peer unbound unbound; then
	stop dnsmasq
	cat >"$WORK/unbound.conf" <<-END
	server:
		interface: $LAN4
		interface: $LAN6
		access-control: 0.0.0.0/0 allow
		access-control: ::/0 allow
		do-daemonize: no
		chroot: ""
		username: ""
		directory: "$WORK"
		pidfile: "$WORK/unbound.pid"
		use-syslog: no
		local-zone: "ub.example." static
		local-data: "u1.ub.example. 60 IN A 45.7.2.1"
		local-data: "u2.ub.example. 60 IN CNAME u1.ub.example."
		local-data: "u3.ub.example. 60 IN AAAA 2001:db8:45::9"
	remote-control:
		control-enable: no
	END
	spawn unbound gw "${PEER[@]}" -d -c "$WORK/unbound.conf"
	wait_for 10 listens gw udp 53
	config 'allow += { "*.ub.example:443" }'
	cg reload >/dev/null
	refute "unbound: not asked yet" passes 45.7.2.1
	assert "unbound: a name" look u1.ub.example
	assert "its address passes" passes 45.7.2.1
	assert "unbound: over IPv6" in_ns cam1 "$TOOLS/lookup" -s $LAN6 -6 u3.ub.example
	assert "its address passes" passes 2001:db8:45::9
	stop unbound
else
	note "no unbound (tests/peers.sh): dnsmasq alone is asked"
fi

spawn pihole phone dnsmasq --keep-in-foreground --no-resolv --no-hosts --user=root --group=root \
	--conf-file=/dev/null --pid-file="$WORK/pihole.pid" --address=/pi.example/45.7.3.1 \
	--address=/pi2.example/45.7.3.2
wait_for 5 listens phone udp 53
config 'allow += { "*.pi.example:443" }' "" "resolver = $PHONE_4"
cg reload >/dev/null
bound() { grep -q "resolver $PHONE_4: answers from $PHONE_MAC" "$WORK/agent.err"; }
wait_for 15 bound
assert "a resolver on the LAN" in_ns cam1 "$TOOLS/lookup" -s $PHONE_4 a.pi.example
assert "is believed" passes 45.7.3.1
config 'allow += { "*.pi2.example:443", "whole.pi2.example:443" }' "" "resolver = \"$PHONE_4 02:00:00:00:00:99\""
cg reload >/dev/null
cg_json why cam1 45.7.3.2 | jq -e '.names | not' >/dev/null || fail "it is known already"
assert "the same from another MAC" in_ns cam1 "$TOOLS/lookup" -s $PHONE_4 a.pi2.example
refute "is not" passes 45.7.3.2
