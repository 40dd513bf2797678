#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The house: a gateway with its LAN, two cameras, a phone, and the internet, from namespaces.
#
#   cam1 ── lan1 ╮                                          ╭ cloud0 ── cloud     the maker's server
#   cam2 ── lan2 ┼ br-lan [gw] wan0 ── isp0 [inet] ─────────┤
#  phone ── lan3 ╯                                          ╰ str0 ──── stranger  somebody outside
#
# gw masquerades IPv4 at wan0, forwards ports to cam1, routes IPv6 without NAT,
# serves DHCP and DNS (dnsmasq) and time. It has no firewall: what is stopped,
# camgate stops. isp0 is the internet side at which leaks are measured.
# shellcheck disable=SC2034

LAN4=192.168.1.1	LAN6=2001:db8:1:1::1	ULA=fd00:ca:1::1
WAN4=192.0.2.2		WAN6=2001:db8:ffff::2
CAM1_4=192.168.1.20	CAM1_6=2001:db8:1:1::20	CAM1_ULA=fd00:ca:1::20	CAM1_MAC=02:ca:00:00:00:01
CAM2_4=192.168.1.21	CAM2_6=2001:db8:1:1::21	CAM2_ULA=fd00:ca:1::21	CAM2_MAC=02:ca:00:00:00:02
PHONE_4=192.168.1.30	PHONE_6=2001:db8:1:1::30	PHONE_ULA=fd00:ca:1::30	PHONE_MAC=02:fe:00:00:00:30
CLOUD_4=198.51.100.10	CLOUD_6=2001:db8:c10d::10
STRANGER_4=203.0.113.66	STRANGER_6=2001:db8:bad::66
RTSP_PORT=8554		# forwarded from wan0 to cam1
UDP_PORT=7001		# forwarded from wan0 to cam1, UDP
TCP_PORT=7000		# forwarded from wan0 to cam1, TCP; a heartbeat server answers

space()
{
	ip netns add "$ID-$1"
	SPACES+=("$1")
	in_ns "$1" sysctl -qw net.ipv4.ip_forward="${2:-0}" net.ipv6.conf.all.forwarding="${2:-0}" \
		net.ipv6.conf.default.accept_dad=0 net.ipv6.conf.all.accept_dad=0 \
		net.ipv6.conf.default.accept_ra=0 net.ipv6.conf.all.accept_ra=0
	ip -n "$ID-$1" link set lo up
}

# ip_ns NS: ip commands of that namespace from stdin, one process for all of them
ip_ns() { ip -n "$ID-$1" -batch -; }

# wire NS1 IF1 NS2 IF2 [MAC2]
wire()
{
	# shellcheck disable=SC2086  # no MAC, no words
	ip link add "$2" netns "$ID-$1" type veth peer name "$4" ${5:+address $5} netns "$ID-$3"
	ip -n "$ID-$1" link set "$2" up
	ip -n "$ID-$3" link set "$4" up
}

# addrs NS IF ADDRESS/LEN...
addrs()
{
	local ns=$1 dev=$2 a
	shift 2
	for a in "$@"; do
		if [[ $a == *:* ]]; then
			printf 'addr add %s dev %s nodad\n' "$a" "$dev"
		else
			printf 'addr add %s dev %s\n' "$a" "$dev"
		fi
	done | ip_ns "$ns"
}

# lan_host NS PORT MAC ADDRESS4 ADDRESS6 ULA: a device at a bridge port
lan_host()
{
	[[ -e /run/netns/$ID-$1 ]] || space "$1"
	wire gw "$2" "$1" eth0 "$3"
	ip -n "$ID-gw" link set "$2" master br-lan
	addrs "$1" eth0 "$4/24" "$5/64" "$6/64"
	ip_ns "$1" <<-END
		route add default via $LAN4
		route add default via $LAN6
	END
}

# net_host NS IF SUBNET4 SUBNET6 ADDRESS4 ADDRESS6: a host behind the inet router
net_host()
{
	space "$1"
	wire inet "$2" "$1" eth0
	addrs inet "$2" "$3.1/24" "$4::1/64"
	addrs "$1" eth0 "$5/24" "$6/64"
	ip_ns "$1" <<-END
		route add default via $3.1
		route add default via $4::1
	END
}

house_nat()
{
	in_ns gw nft -f - <<-END
	table ip nat {
		chain prerouting {
			type nat hook prerouting priority dstnat; policy accept;
			ip daddr $WAN4 tcp dport { $RTSP_PORT, $TCP_PORT } dnat to $CAM1_4
			ip daddr $WAN4 udp dport $UDP_PORT dnat to $CAM1_4
		}
		chain postrouting {
			type nat hook postrouting priority srcnat; policy accept;
			oifname "wan0" masquerade
			iifname "br-lan" oifname "br-lan" ct status dnat masquerade
		}
	}
	END
}

house_services()
{
	cat >"$WORK/dnsmasq.conf" <<-END
	interface=br-lan
	bind-interfaces
	except-interface=lo
	no-resolv
	no-hosts
	no-ping
	user=root
	group=root
	address=/cloud.example/$CLOUD_4
	dhcp-range=192.168.1.100,192.168.1.150,1h
	dhcp-host=$CAM1_MAC,$CAM1_4
	dhcp-host=$CAM2_MAC,$CAM2_4
	dhcp-authoritative
	dhcp-leasefile=$WORK/dnsmasq.leases
	pid-file=$WORK/dnsmasq.pid
	log-facility=$WORK/dnsmasq.log
	log-dhcp
	END
	spawn dnsmasq gw dnsmasq --keep-in-foreground --conf-file="$WORK/dnsmasq.conf"
	spawn ntp gw "$TOOLS/heartbeat" -u -l 123
}

# The servers that tests talk to; each echoes what it is sent.
house_servers()
{
	local ns
	for ns in cloud stranger; do
		spawn "$ns-tcp" "$ns" "$TOOLS/heartbeat" -l 443
		spawn "$ns-udp" "$ns" "$TOOLS/heartbeat" -u -l 443
	done
	for ns in cam1 cam2 phone; do
		spawn "$ns-tcp" "$ns" "$TOOLS/heartbeat" -l $TCP_PORT
		spawn "$ns-udp" "$ns" "$TOOLS/heartbeat" -u -l $UDP_PORT
	done
	for ns in cloud stranger; do
		wait_for 5 listen_all "$ns" 443 443
	done
	for ns in cam1 cam2 phone; do
		wait_for 5 listen_all "$ns" $TCP_PORT $UDP_PORT
	done
	wait_for 5 listen_all gw 53 53 67 123
}

# listen_all NS PORT...: a socket is bound to each of them, whatever its protocol
listen_all()
{
	local ns=$1
	shift
	in_ns "$ns" ss -Hlntu | awk -v want="$*" '{ sub(/.*:/, "", $5); n[$5]++ }
		END { k = split(want, w, " "); for (i = 1; i <= k; i++) need[w[i]]++
			for (p in need) if (n[p] < need[p]) exit 1 }'
}

# listens NS tcp|udp PORT
listens()
{
	local flag=-lnt
	[[ $2 == tcp ]] || flag=-lnu
	in_ns "$1" ss -H "$flag" "sport = :$3" | grep . >/dev/null
}

# A port of a new bridge or a new device forwards at once.
bridge_ready()
{
	! in_ns gw bridge link show | grep 'state \(disabled\|blocking\|listening\|learning\)' >/dev/null
}

# What happens before a port of the gateway is there; a test that boots says what.
house_early() { :; }

house_build()
{
	space gw 1
	space inet 1
	house_early
	ip_ns gw <<-END
		link add br-lan type bridge stp_state 0 forward_delay 0
		link set br-lan address 02:9a:00:00:00:01 up
	END
	addrs gw br-lan $LAN4/24 $LAN6/64 $ULA/64
	lan_host cam1 lan1 $CAM1_MAC $CAM1_4 $CAM1_6 $CAM1_ULA
	lan_host cam2 lan2 $CAM2_MAC $CAM2_4 $CAM2_6 $CAM2_ULA
	lan_host phone lan3 $PHONE_MAC $PHONE_4 $PHONE_6 $PHONE_ULA
	wire inet isp0 gw wan0
	addrs gw wan0 $WAN4/24 $WAN6/64
	addrs inet isp0 192.0.2.1/24 2001:db8:ffff::1/64
	in_ns gw ip route add default via 192.0.2.1
	in_ns gw ip -6 route add default via 2001:db8:ffff::1
	in_ns inet ip -6 route add 2001:db8:1::/48 via $WAN6
	net_host cloud cloud0 198.51.100 2001:db8:c10d $CLOUD_4 $CLOUD_6
	net_host stranger str0 203.0.113 2001:db8:bad $STRANGER_4 $STRANGER_6
	house_nat
	house_services
	house_servers
	wait_for 5 bridge_ready
}

house_up()
{
	house_build
	# Before anything is enforced all ways are open: whatever is dead later, camgate did it.
	assert "the house: the camera reaches the cloud" beat cam1 $CLOUD_4 443
	assert "the house: the camera reaches the cloud by IPv6" beat cam1 $CLOUD_6 443
	assert "the house: the stranger reaches the camera by the port forward" \
		beat stranger $WAN4 $TCP_PORT
	assert "the house: the stranger reaches the camera by IPv6" beat stranger $CAM1_6 $TCP_PORT
	assert "the house: the phone reaches the camera" beat phone $CAM1_4 $TCP_PORT
}

# beat NS HOST PORT [heartbeat options]: one TCP question answered within a second, or two where others run too
beat()
{
	local ns=$1 host=$2 port=$3
	shift 3
	in_ns "$ns" "$TOOLS/heartbeat" -n 1 -t $((SLOW > 1 ? 2500 : $(busy) > 1 ? 2000 : 1000)) "$@" "$host" "$port"
}

# beat_udp NS HOST PORT: one datagram answered; asked twice, as a first one may be lost to ARP
beat_udp()
{
	in_ns "$1" "$TOOLS/heartbeat" -u -n 1 -t 700 "$2" "$3" ||
		in_ns "$1" "$TOOLS/heartbeat" -u -n 1 -t 700 "$2" "$3"
}

# Somebody who saves marks in connections and brings them back, as mwan3 does.
restore_marks()
{
	in_ns gw nft -f - <<-END
	table inet others {
		chain pre {
			type filter hook prerouting priority mangle; policy accept;
			meta mark set ct mark
		}
		chain post {
			type filter hook postrouting priority mangle; policy accept;
			ct mark set ct mark | 0x02000000
		}
	}
	END
}
