#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# What learn prints of a camera in monitor, put into its block in enforce: the same traffic passes, other does not; and learning opens nothing.
. "$(dirname "$0")/lib.sh"

need_camgate
need dnsmasq
house_up

stop dnsmasq
{
	echo "host-record=api.vendor.example,45.7.0.1,2001:db8:45::1,60"
	echo "host-record=push.vendor.example,45.7.0.2,60"
	echo "host-record=idle.vendor.example,45.7.0.3,60"
} >>"$WORK/dnsmasq.conf"
spawn dnsmasq gw dnsmasq --keep-in-foreground --conf-file="$WORK/dnsmasq.conf"
wait_for 5 listens gw udp 53
in_ns inet ip route add 45.7.0.0/16 via $CLOUD_4
in_ns inet ip -6 route add 2001:db8:45::/48 via $CLOUD_6
in_ns cloud ip route add local 45.7.0.0/16 dev lo
in_ns cloud ip -6 route add local 2001:db8:45::/48 dev lo
# Each answers from the address it was asked at.
for n in 1 2; do spawn push$n cloud "$TOOLS/heartbeat" -u -b 45.7.0.$n -l 5000; done
wait_for 5 listens cloud udp 5000

look() { in_ns cam1 "$TOOLS/lookup" -s $LAN4 -w 700 "$@"; }
datagram() { beat_udp cam1 "$1" 5000; }
learned() { cg_json learn cam1 --show | jq -e --arg r "$1" '[.peers[].rule // empty] | index($r)'; }

assert "before: every address answers" beat cam1 45.7.0.3 443
assert "and another" beat cam1 45.7.0.9 443
assert "UDP to the first, too" datagram 45.7.0.1
config
agent_start
# In enforce: nothing is let through for the sake of learning.
assert "learning begins" cg learn cam1 1h
refute "the camera stays closed: from outside" beat stranger $WAN4 $TCP_PORT
refute "and to a stranger" beat cam1 $STRANGER_4 443
wait_for 5 learned "$STRANGER_4:443/tcp"
assert "the try is told" learned "$STRANGER_4:443/tcp"
assert "it says what would let it see more" grep -q 'write mode = monitor' <(cg learn cam1 --show 2>&1)
cg learn cam1 --stop >/dev/null

config 'mode = monitor'
cg reload >/dev/null
assert "learning begins anew" cg learn cam1 1h
refute "what was learned before is gone" learned "$STRANGER_4:443/tcp"
assert "monitor: somebody outside" beat stranger $WAN4 $TCP_PORT
for n in api push idle; do assert "a name: $n" look $n.vendor.example; done
assert "its IPv6 address" look -6 api.vendor.example
assert "TCP to the first" beat cam1 45.7.0.1 443
assert "by IPv6" beat cam1 2001:db8:45::1 443
assert "UDP to the second" datagram 45.7.0.2
assert "an address without a name" beat cam1 $STRANGER_4 443
assert "what a rule lets pass" beat cam1 $CLOUD_4 443
wait_for 5 learned "push.vendor.example:5000/udp"
wait_for 5 learned "$STRANGER_4:443/tcp"
cg learn cam1 --stop >"$WORK/block"
note "$(<"$WORK/block")"
rules=$(sed -n 's/^  *"\(.*\)",$/\1/p' "$WORK/block" | sort | tr '\n' ' ')
[[ $rules == "$STRANGER_4:443/tcp api.vendor.example:443/tcp push.vendor.example:5000/udp " ]] ||
	fail "the rules are: $rules"
assert "a name that nothing was sent to is told" grep -q '^#.*idle.vendor.example, ' "$WORK/block"
assert "who came from outside is told, and no rule" grep -q "^#.*\"$STRANGER_4:[0-9]*/tcp\"" "$WORK/block"
assert "what passes already is told" grep -q "^#.*\"$CLOUD_4:443/tcp\"" "$WORK/block"

# As a MUD file: what was learned is in it, and nothing else is new.
cg mud export cam1 --learned >"$WORK/cam1.json" || true
assert "a MUD file of what was learned has the name" jq -e '[.. | ."ietf-acldns:dst-dnsname"? // empty] | index("push.vendor.example")' "$WORK/cam1.json"
learnt=$(cg mud import "$WORK/cam1.json" --json | jq -r '[.rules[].rule] | sort | join(" ")')
cg mud export cam1 >"$WORK/rules.json" 2>/dev/null || true
without=$(cg mud import "$WORK/rules.json" --json | jq -r '[.rules[].rule] | sort | join(" ")')
note "rules alone: $without"
[[ $(tr ' ' '\n' <<<"$learnt" | grep -vxF "$(tr ' ' '\n' <<<"$without")" | tr '\n' ' ') == "$rules" ]] || fail "with what was learned: $learnt"

# Without the block, then with it, in enforce.
config
cg reload >/dev/null
refute "enforce: not yet" beat cam1 45.7.0.1 443
refute "nor UDP" datagram 45.7.0.2
config "$(<"$WORK/block")"
assert "check takes it" cg check
cg reload >/dev/null
for n in api push; do assert "a name again: $n" look $n.vendor.example; done
assert "its IPv6 address again" look -6 api.vendor.example
assert "the same: TCP to the first" beat cam1 45.7.0.1 443
assert "by IPv6" beat cam1 2001:db8:45::1 443
assert "UDP to the second" datagram 45.7.0.2
assert "the address without a name" beat cam1 $STRANGER_4 443
refute "another address" beat cam1 45.7.0.9 443
refute "UDP to the first" datagram 45.7.0.1
refute "a name that nothing was sent to" beat cam1 45.7.0.3 443
refute "from outside" beat stranger $WAN4 $TCP_PORT
