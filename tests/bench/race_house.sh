#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# race_house.sh camgate|nftset: in the house of tests/net, 20 cameras look 100 names up each and send at once.
way=${1:-camgate}
. "$(dirname "$0")/../net/lib.sh"

CAMS=20 NAMES=100
need_camgate
house_up
config
{
	echo "server=/race.example/$CLOUD_4"
	echo "dns-forward-max=2000"
	[[ $way != nftset ]] || echo 'nftset=/race.example/4#ip#race#allowed'
} >>"$WORK/dnsmasq.conf"
# dnsmasq puts into its set what it forwards, not what it knows itself.
awk -v n=$((CAMS * NAMES)) 'BEGIN { for (i = 0; i < n; i++)
		printf "host-record=n%d.race.example,45.7.%d.%d,60\n", i, i / 250, 1 + i % 250 }' >"$WORK/upstream.conf"
spawn upstream cloud dnsmasq --keep-in-foreground --no-resolv --no-hosts --user=root --group=root \
	--interface=eth0 --bind-interfaces --conf-file="$WORK/upstream.conf" --pid-file="$WORK/upstream.pid"
wait_for 10 listens cloud udp 53
if [[ $way == nftset ]]; then
	in_ns gw nft -f - <<-END
	table ip race {
		set allowed { type ipv4_addr; flags dynamic; size 65535; }
		chain forward {
			type filter hook forward priority 0; policy accept;
			iifname "br-lan" ip daddr 45.7.0.0/16 ip daddr != @allowed drop
		}
	}
	END
fi
stop dnsmasq
spawn dnsmasq gw dnsmasq --keep-in-foreground --conf-file="$WORK/dnsmasq.conf"
wait_for 5 listens gw udp 53
in_ns inet ip route add 45.7.0.0/16 via $CLOUD_4
in_ns cloud ip route add local 45.7.0.0/16 dev lo
spawn sink cloud "$TOOLS/lookup" -c 5353
printf '0\n' >>"$WORK/sink.out"
for ((n = 0; n < CAMS; n++)); do
	mac=$(printf '02:ca:00:01:00:%02x' $n)
	space "c$n"
	wire gw "p$n" "c$n" eth0 "$mac"
	ip -n "$ID-gw" link set "p$n" master br-lan
	addrs "c$n" eth0 "192.168.1.$((151 + n))/24"
	ip -n "$ID-c$n" route add default via $LAN4
	printf 'camera "c%d" {\n\tmac = { "%s" }\n\tallow = { "*.race.example:5353/udp" }\n}\n' $n "$mac" >>"$CONF"
done
wait_for 5 bridge_ready
[[ $way == nftset ]] || agent_start
for ((n = 0; n < CAMS; n++)); do
	spawn "look$n" "c$n" "$TOOLS/lookup" -s $LAN4 -f 4000 -S -p 5353 -n $NAMES \
		-L $((n * NAMES)) 'n%.race.example'
done
for ((n = 0; n < CAMS; n++)); do
	wait_for 60 gone "${PIDS[look$n]}"
	stop "look$n"
done
after=-1
until [[ $after == "$(tail -n 1 "$WORK/sink.out")" ]]; do
	after=$(tail -n 1 "$WORK/sink.out")
	observe 1
done
sent=$(cat "$WORK"/look*.out | awk '{ n += $6 } END { print n + 0 }')
note "lost $((sent - after)) of $sent"
