#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Ports by UPnP, NAT-PMP and pinholes (real miniupnpd, real upnpc): a camera gets none and it is said; what a camera got before
# is found and closed, and what is the phone's stays.
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/igd.sh
. "$NET/igd.sh"

need_camgate
need curl socat
house_up
in_ns gw nft -f - <<-END
	table ip hand {
		map web {
			type inet_service : ipv4_addr . inet_service
			elements = { 8080 : $CAM2_4 . 80, 8081 : $PHONE_4 . 80 }
		}
		chain prerouting {
			type nat hook prerouting priority dstnat + 5; policy accept;
			iifname "wan0" dnat ip to tcp dport map @web
		}
	}
END
# Where the agent looks for it: in an /etc of its own, as nothing may be written to the machine's.
mkdir "$WORK/lease" "$WORK/own"
igd_setup <<-END
	enable_natpmp=yes
	secure_mode=yes
	lease_file=$WORK/lease/upnp.leases
END

# ask HOST ADDRESS ADDRESS6 PORT: a port by UPnP, a pinhole, a port by NAT-PMP; how many were made
ask()
{
	local host=$1 n=0
	in_ns "$host" timeout 6 "${UPNPC[@]}" -u "http://$LAN4:5000/rootDesc.xml" -a "$2" "$TCP_PORT" "$4" tcp \
		>"$WORK/ask.out" 2>&1 && grep -q 'is redirected to internal' "$WORK/ask.out" && n=$((n + 1))
	in_ns "$host" timeout 6 "${UPNPC[@]}" -6 -u "http://[$LAN6]:5000/rootDesc.xml" -A :: 0 "$3" "$TCP_PORT" tcp 3600 \
		>"$WORK/ask.out" 2>&1 && grep -q 'Pinhole ID' "$WORK/ask.out" && n=$((n + 1))
	# RFC 6886 3.3: version, MAP UDP, reserved, both ports, an hour; the answer's code is 0.
	printf %b "\\0\\1\\0\\0$(printf '\\x%02x' $((UDP_PORT >> 8)) $((UDP_PORT & 255)) $((($4 + 1) >> 8)) $((($4 + 1) & 255)))\\0\\0\\x0e\\x10" |
		in_ns "$host" timeout 6 socat -t 1 - "UDP4:$LAN4:5351" 2>/dev/null | od -An -tu1 -N 4 >"$WORK/ask.out"
	[[ $(<"$WORK/ask.out") =~ ^\ +0\ +129\ +0\ +0$ ]] && n=$((n + 1))
	printf '%d\n' $n
}

# search HOST: who is a gateway here?
search() { in_ns "$1" timeout 6 "${UPNPC[@]}" -s 2>"$WORK/search.err" | grep "http://$LAN4:5000" >/dev/null; }

# hex6 ADDRESS: the 32 digits of an IPv6 address
hex6()
{
	local -a head tail
	IFS=: read -ra head <<<"${1%%::*}"
	[[ $1 == *::* ]] && IFS=: read -ra tail <<<"${1##*::}"
	while ((${#head[@]} + ${#tail[@]} < 8)); do
		head+=(0)
	done
	printf '%04x' "${head[@]/#/0x}" "${tail[@]/#/0x}"
}

ruleset() { in_ns gw nft -n list table inet upnp | grep -v '^#'; }
# rules HOST4 HOST6: of UPnP, that lead there
rules_of()
{
	local a4 a6
	# shellcheck disable=SC2086  # four numbers
	printf -v a4 '0x%02x%02x%02x%02x' ${1//./ }
	a6=0x$(hex6 "$2")
	ruleset | grep -E "dnat ip to $1:|$a4 |$a6 " || true
}
leases_of() { grep -F ":$1:" "$WORK/lease/upnp.leases" || true; }

igd_start
assert_num "before: the camera opens a port, a pinhole, a port by NAT-PMP" "$(ask cam1 $CAM1_4 $CAM1_6 18554)" == 3
assert_num "and the phone" "$(ask phone $PHONE_4 $PHONE_6 17001)" == 3
cam_rules=$(rules_of $CAM1_4 $CAM1_6 | wc -l)
assert_num "of the camera are so many rules" "$cam_rules" == 5
rules_of $PHONE_4 $PHONE_6 >"$WORK/phone.before"
leases_of $PHONE_4 >>"$WORK/phone.before"
assert_num "of the phone there are rules and leases" "$(wc -l <"$WORK/phone.before")" == 7
assert_num "and leases of the camera" "$(leases_of $CAM1_4 | wc -l)" == 2

config "" "allow = { \"$LAN4:5000/tcp\" }"
cp -a /etc/. "$WORK/own/" 2>/dev/null || true
mkdir -p "$WORK/own/miniupnpd"
cp "$WORK/miniupnpd.conf" "$WORK/own/miniupnpd/"
# shellcheck disable=SC2016  # the words of the shell in there
cat >"$WORK/camgated" <<-END
	#!/bin/sh
	exec unshare -m --propagation slave sh -c 'mount --bind "$WORK/own" /etc && exec "\$@"' - "$BIN/camgated" "\$@"
	END
chmod +x "$WORK/camgated"
mkdir "$WORK/bin"
ln -s "$WORK/camgated" "$WORK/bin/camgated"
ln -s "$BIN/camgate" "$WORK/bin/camgate"
BIN=$WORK/bin agent_start

# ---- what a camera asks for now ----
beat cam1 $CLOUD_4 443 >/dev/null
beat cam1 $CLOUD_6 443 >/dev/null
beat cam2 $PHONE_4 $TCP_PORT >/dev/null
status_says() { cg_json status | jq -e '.attention | map(select(test("port openings lead to cameras"))) | length == 1'; }
wait_for 20 status_says
ruleset >"$WORK/rules.before"
made=$(ask cam1 $CAM1_4 $CAM1_6 19554)
ruleset >"$WORK/rules.after"
assert "no rule came of it" cmp "$WORK/rules.before" "$WORK/rules.after"
assert_num "the phone's request passes" "$(ask phone $PHONE_4 $PHONE_6 17101)" == 3
figure upnp/camera_mappings_made "$made" == 0 mappings 3 3 "$WORK/rules.after"
refute "its search finds no gateway" search cam1
assert "the phone's does" search phone
# A rule that lets a camera reach the service's port is none for that.
assert "by rule it reads what the service offers" in_ns cam2 curl -sf -m 3 -o "$WORK/root.xml" "http://$LAN4:5000/rootDesc.xml"
refute "and gets no port" in_ns cam2 timeout 6 "${UPNPC[@]}" -u "http://$LAN4:5000/rootDesc.xml" -a $CAM2_4 $TCP_PORT 21554 tcp
assert_num "no rule came of it" "$(rules_of $CAM2_4 $CAM2_6 | wc -l)" == 0
cg_json blocked cam1 >"$WORK/blocked.json"
cg_json blocked cam2 >"$WORK/blocked2.json"
assert "its search is said" jq -e '.blocked[] | select(.reason == "portmap" and .port == 1900)' "$WORK/blocked.json"
assert "the request by rule is said" jq -e \
	'.blocked[] | select(.reason == "portmap" and .port == 5000 and .proto == "tcp")' "$WORK/blocked2.json"
assert "it is said that it asked for a port by NAT-PMP" jq -e \
	'.blocked[] | select(.reason == "portmap" and .port == 5351 and .proto == "udp")' "$WORK/blocked.json"
assert "and that it went to UPnP's service" jq -e \
	'.blocked[] | select(.port == 5000 and .proto == "tcp" and .guess == "asks UPnP for a port")' "$WORK/blocked.json"

# ---- what there is ----
cg_json mappings >"$WORK/mappings.json"
has() { jq -e ".mappings | map(select($1)) | length == $2" "$WORK/mappings.json"; }
assert "its port by UPnP is listed" has \
	".cam == \"cam1\" and .kind == \"forward\" and .by == \"upnp\" and .port == \"18554\" and .to_port == \"$TCP_PORT\" and .closable" 1
assert "its port by NAT-PMP" has '.cam == "cam1" and .kind == "forward" and .by == "upnp" and .port == "18555" and .proto == "udp"' 1
assert "its pinhole" has ".cam == \"cam1\" and .kind == \"pass\" and .to == \"$CAM1_6\" and .closable" 1
assert "its leases" has '.cam == "cam1" and .kind == "lease" and .closable' 2
assert "the port forward by hand, each of its ports" has ".cam == \"cam1\" and .by == \"hand\" and (.closable | not) and .table == \"nat\"" 3
assert "another camera's, in a map" has ".cam == \"cam2\" and .by == \"hand\" and .port == \"8080\" and .to_port == \"80\"" 1
assert "nothing of the phone" has ".to == \"$PHONE_4\" or .to == \"$PHONE_6\"" 0
cg mappings cam1 >"$WORK/mappings.txt"
assert "in words" grep -q 'by UPnP, NAT-PMP or PCP, rule [0-9]* of inet upnp upnp_pre' "$WORK/mappings.txt"
assert "the log says each" grep -q "cam1: port 18554/tcp of the gateway leads to $CAM1_4:$TCP_PORT" "$WORK/agent.err"

# ---- and its end ----
rules_of $PHONE_4 $PHONE_6 | grep -v -e 1710 >"$WORK/phone.before"
in_ns gw nft list table ip nat >"$WORK/nat.before"
in_ns gw nft list table ip hand >>"$WORK/nat.before"
leases_of $PHONE_4 >>"$WORK/phone.before"
cg mappings --close >"$WORK/close.txt"
rules_of $PHONE_4 $PHONE_6 | grep -v -e 1710 >"$WORK/phone.after"
leases_of $PHONE_4 >>"$WORK/phone.after"
in_ns gw nft list table ip nat >"$WORK/nat.after"
in_ns gw nft list table ip hand >>"$WORK/nat.after"
closed=$((cam_rules - $(rules_of $CAM1_4 $CAM1_6 | wc -l)))
assert_num "the camera's rules are gone" "$closed" == "$cam_rules"
assert_num "and its leases" "$(leases_of $CAM1_4 | wc -l)" == 0
touched=$(diff "$WORK/phone.before" "$WORK/phone.after" | grep -c '^[<>]' || true)
touched=$((touched + $(diff "$WORK/nat.before" "$WORK/nat.after" | grep -c '^[<>]' || true)))
figure upnp/foreign_mappings_touched "$touched" == 0 mappings "$(wc -l <"$WORK/phone.before")" "$closed" "$WORK/phone.after"
assert "what is to be done about the others is said" grep -q 'nft delete rule ip nat prerouting handle' "$WORK/close.txt"
assert "closed again, nothing is closed" cg_json mappings --close
assert "none of UPnP's is left" jq -e '.mappings | map(select(.by == "upnp")) | length == 0' "$WORK/assert.out"
# What the lease file says comes back with the service.
stop igd
igd_start
assert_num "started anew, the service makes none of the camera's" "$(rules_of $CAM1_4 $CAM1_6 | wc -l)" == 0
assert "the phone's are made" grep -q "dnat ip to $PHONE_4:" <(ruleset)
refute "who has no right closes nothing" in_ns gw setpriv --reuid 65534 --regid 65534 --clear-groups "$BIN/camgate" mappings --close

# ---- with camgate off the same request passes ----
cg off 5m >/dev/null
assert_num "off: the camera's request passes" "$(ask cam1 $CAM1_4 $CAM1_6 20554)" == 3
