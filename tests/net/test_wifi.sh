#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Wi-Fi: a camera at an access point in the bridge is judged as a wired one, also towards a station of the same access point.
. "$(dirname "$0")/lib.sh"

WCAM_4=192.168.1.40	WCAM_6=2001:db8:1:1::40	WCAM_MAC=02:ca:00:00:00:40
WPHONE_4=192.168.1.41	WPHONE_6=2001:db8:1:1::41	WPHONE_MAC=02:fe:00:00:00:41
WDS_4=192.168.1.42	WDS_6=2001:db8:1:1::42	WDS_MAC=02:ca:00:00:00:42
N=40

# phy N: the name of the N-th radio that hwsim made
phy() { find /sys/class/mac80211_hwsim/"hwsim$1"/ieee80211 -mindepth 1 -maxdepth 1 -printf '%f\n'; }

# radio N NS NAME MAC: the N-th radio's interface goes there and is called so
radio()
{
	local p dev
	p=$(phy "$1")
	dev=$(find "/sys/class/mac80211_hwsim/hwsim$1/net" -mindepth 1 -maxdepth 1 -printf '%f\n')
	iw phy "$p" set netns name "$ID-$2"
	ip_ns "$2" <<-END
		link set $dev name $3
		link set $3 address $4
	END
}

linked() { in_ns "$1" iw dev eth0 link | grep '^Connected' >/dev/null; }

# A look for the access point may end without it, and then nobody looks again.
joined()
{
	linked "$1" && return
	in_ns "$1" timeout 20 iw dev eth0 connect -w camgate-test >>"$WORK/$1.join" 2>&1
	linked "$1"
}

# station N NS MAC ADDRESS4 ADDRESS6 [4addr]
station()
{
	space "$2"
	radio "$1" "$2" eth0 "$3"
	[[ -z ${6:-} ]] || in_ns "$2" iw dev eth0 set 4addr on
	ip -n "$ID-$2" link set eth0 up
	addrs "$2" eth0 "$4/24" "$5/64"
	ip_ns "$2" <<-END
		route add default via $LAN4
		route add default via $LAN6
	END
	wait_for 15 joined "$2"
	spawn "$2-udp" "$2" "$TOOLS/heartbeat" -u -l $UDP_PORT
	spawn "$2-tcp" "$2" "$TOOLS/heartbeat" -l $TCP_PORT
	wait_for 5 listen_all "$2" $UDP_PORT $TCP_PORT
}

# count NS DEVICE NAME MATCH: frames that arrive there and match
count()
{
	in_ns "$1" nft -f - <<-END
	table netdev tap {
		counter $3 { }
		chain $3 {
			type filter hook ingress device "$2" priority 0; policy accept;
			$4 counter name $3
		}
	}
	END
}

counted() { in_ns "$1" nft -j list counter netdev tap "$2" | jq '.nftables[] | .counter? // empty | .packets'; }

# flood NS HOST: N datagrams, answered or not
flood() { in_ns "$1" "$TOOLS/heartbeat" -u -n $N -i 2 -t 1 "$2" $UDP_PORT >/dev/null 2>&1 || true; }

# both_ways: frames of the camera and for it that crossed the air to its neighbours
both_ways()
{
	local a b c
	a=$(counted wphone wcam) b=$(counted wcam wphone) c=$(counted wcam phone)
	flood wcam $WPHONE_4
	flood wcam $WPHONE_6
	flood wphone $WCAM_4
	flood wphone $WCAM_6
	flood phone $WCAM_4
	crossed=$(($(counted wphone wcam) - a + $(counted wcam wphone) - b))
	wired=$(($(counted wcam phone) - c))
}

on_air() { in_ns gw iw dev ap0 info | grep 'ssid camgate-test' >/dev/null && in_ns gw bridge link show | grep ' ap0: .*state forwarding' >/dev/null; }

access_point()
{
	spawn hostapd gw hostapd "$WORK/hostapd.conf"
	wait_for 15 on_air
}

need_camgate
need iw hostapd modprobe
[[ ! -e /sys/module/mac80211_hwsim ]] || skip "mac80211_hwsim is loaded: it is somebody else's"
modprobe mac80211_hwsim radios=4 2>/dev/null || skip "no mac80211_hwsim in this kernel"
unload() { modprobe -r mac80211_hwsim 2>/dev/null || true; }
# The radios come back from the namespaces when these are gone.
the_end()
{
	local status=0
	(clean_up "$1") || status=$?
	unload
	exit "$status"
}
trap 'the_end $?' EXIT
for i in 0 1 2 3; do
	wait_for 5 test -d "/sys/class/mac80211_hwsim/hwsim$i/net"
done

house_up
cat >"$WORK/hostapd.conf" <<-END
	interface=ap0
	bridge=br-lan
	driver=nl80211
	ssid=camgate-test
	hw_mode=g
	channel=1
	ap_isolate=0
	wds_sta=1
	wds_bridge=br-lan
END
radio 0 gw ap0 02:9a:00:00:00:02
access_point
station 1 wcam $WCAM_MAC $WCAM_4 $WCAM_6
station 2 wphone $WPHONE_MAC $WPHONE_4 $WPHONE_6
count wphone eth0 wcam "ether saddr $WCAM_MAC meta protocol { ip, ip6 }"
count wcam eth0 wphone "ether saddr $WPHONE_MAC meta protocol { ip, ip6 }"
in_ns wcam nft -f - <<-END
	add counter netdev tap phone
	add rule netdev tap wphone ether saddr $PHONE_MAC meta protocol { ip, ip6 } counter name phone
END
count inet isp0 out "ip saddr $WAN4 ip daddr $STRANGER_4 udp dport $UDP_PORT"

wait_for 5 beat wcam $CLOUD_4 443
flood wcam $STRANGER_4
control_out=$(counted inet out)
assert_num "before: frames of the camera for a remote" "$control_out" ">" $((N / 2))
both_ways
assert_num "before: frames between the stations" "$crossed" ">" $((N * 2))
assert_num "before: frames of the wired phone" "$wired" ">" $((N / 2))

config '' '' "
camera \"wcam\" {
	id = \"wcam\"
	mac = { \"$WCAM_MAC\" }
	exposure = closed
	allow = { \"$CLOUD_4/32:443\" }
}
camera \"wds\" {
	id = \"wds\"
	mac = { \"$WDS_MAC\" }
	exposure = closed
	allow = { \"$CLOUD_4/32:443\" }
}"
agent_start
assert "the access point is attached" attached ap0
before=$(counted inet out)
flood wcam $STRANGER_4
assert_num "closed: frames for a remote" "$(($(counted inet out) - before))" == 0
refute "closed: the stranger" beat wcam $STRANGER_4 443
assert "closed: the cloud" beat wcam $CLOUD_4 443
both_ways
control=$crossed
assert_num "lan_viewing = all: frames between the stations" "$control" ">" $((N * 2))
assert_num "lan_viewing = all: frames of the wired phone" "$wired" ">" $((N / 2))
assert "opened" cg open wcam 10m
assert "open: the stranger" beat wcam $STRANGER_4 443
assert "closed" cg close wcam
refute "closed again: the stranger" beat wcam $STRANGER_4 443

# Two stations of one access point meet only at its egress.
sed -i "/^camera \"wcam\"/a lan_viewing = none" "$CONF"
assert "reload" cg reload
both_ways
{
	in_ns wphone nft list table netdev tap
	in_ns wcam nft list table netdev tap
} >"$WORK/stations.nft"
assert_num "lan_viewing = none: frames of the wired phone" "$wired" == 0
figure wifi/station_to_station_leaks "$crossed" == 0 frames $((N * 4)) "$control" "$WORK/stations.nft"
assert "the camera's cloud stays" beat wcam $CLOUD_4 443
assert "the phone is untouched" beat wphone $CLOUD_4 443

# A station with four addresses has an interface of its own in the bridge.
station 3 wds $WDS_MAC $WDS_4 $WDS_6 4addr
own_port() { attached "$(ip -n "$ID-gw" -br link show master br-lan | awk '/^ap0\.sta/ { print $1 }')"; }
wait_for 5 own_port
wait_for 5 beat wds $CLOUD_4 443
refute "four addresses, closed: the stranger" beat wds $STRANGER_4 443
cg open wds 10m >/dev/null
assert "four addresses, open: the stranger" beat wds $STRANGER_4 443

# The access point stops and starts: its filters stay or come back.
stop hostapd
access_point
wait_for 5 attached ap0
in_ns wcam iw dev eth0 disconnect 2>/dev/null || true
wait_for 15 joined wcam
wait_for 10 beat wcam $CLOUD_4 443
refute "after its restart: the stranger" beat wcam $STRANGER_4 443
