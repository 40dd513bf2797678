#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# 512 cameras with 50,000 flows, floods and scans from both sides, reloads, an agent that is held up: what leaves and what arrives is what the reference says.
. "$(dirname "$0")/../net/lib.sh"

S=${SOAK_S:-600}
SWARM=$BUILD/tests/soak/swarm
PORT=lan4		# where all of them are
HELD_S=4		# the agent is held up for so long

need_camgate
[[ -x $SWARM ]] || fail "build/tests/soak/swarm is not built"

# swarm_config ROUND: what differs is a rule that no frame meets
swarm_config()
{
	config '' '' "defaults { allow = { \"192.0.2.$1/32:9\" } }"
	"$SWARM" config >>"$CONF"
}

# tap NS DEVICE: counts the frames that arrive there by the fate that is written in them
tap()
{
	in_ns "$1" nft -f - <<-END
	table netdev tap {
		counter passes { }
		counter drops { }
		chain in {
			type filter hook ingress device "$2" priority -500; policy accept;
			meta l4proto udp @th,64,32 0x43475350 counter name passes drop
			meta l4proto tcp @th,160,32 0x43475350 counter name passes drop
			meta l4proto udp @th,64,32 0x43475344 counter name drops drop
			meta l4proto tcp @th,160,32 0x43475344 counter name drops drop
		}
	}
	END
}

# arrived NS passes|drops
arrived() { in_ns "$1" nft -j list counter netdev tap "$2" | jq '.nftables[] | .counter? // empty | .packets'; }

# What the wires of that device had no room for, on the way to the other end.
no_room() { ip -n "$ID-$1" -s -j link show "$2" | jq '.[0].stats64.tx.dropped'; }

mac() { ip -n "$ID-$1" -j link show "$2" | jq -r '.[0].address'; }

# swarm NAME up|down SECONDS [RATE]
swarm()
{
	if [[ $2 == up ]]; then
		spawn "$1" cams "$SWARM" up eth0 "$(mac gw br-lan)" "$3" "${@:4}"
	else
		spawn "$1" inet "$SWARM" down isp0 "$(mac gw wan0)" "$3" "${@:4}"
	fi
}

# sent NAME pass|drop
sent() { awk -v what="$2" '{ for (i = 1; i < NF; i++) if ($i == what) print $(i + 1) }' "$WORK/$1.out"; }

done_sending() { [[ -s $WORK/$1.out ]]; }

rss() { awk '/^VmRSS/ { print $2 }' "/proc/${PIDS[agent]}/status"; }

entries() { bpftool -j map dump pinned "$PIN_DIR/$1" | grep -o '"key":\["' | wc -l; }

lost_events() { cg_json doctor | jq -r '.findings[] | select(.what == "events") | .text' | sed -n 's/^\([0-9]*\) events.*/\1/p'; }

house_up
space cams
wire gw $PORT cams eth0 02:cb:00:00:ff:ff
ip -n "$ID-gw" link set $PORT master br-lan
addrs gw br-lan 10.50.0.1/16
"$SWARM" neigh br-lan | ip_ns gw
# One who scans would only fill the table of connections of the gateway, which is not what is looked at.
in_ns gw nft -f - <<-END
table inet scans {
	chain in {
		type filter hook prerouting priority raw; policy accept;
		ip6 saddr 2001:db8:5ca0::/44 notrack
	}
}
END
in_ns inet ip route add 10.50.0.0/16 via $WAN4
tap inet isp0
tap cams eth0
swarm_config 1
agent_start
beat cam1 $CLOUD_4 443 >/dev/null || fail "the heartbeat of a camera of the house"

# First the flows, without haste, so that each has its entry; then as fast as the machine sends.
swarm warm up 15 $((25000 / LAX))
wait_for 60 done_sending warm
wires_up=$(no_room cams eth0) wires_wan=$(no_room gw wan0) wires_port=$(no_room gw $PORT)
base_up=$(arrived inet passes) base_down=$(arrived cams passes)
swarm up up "$S"
swarm down down "$S"
: >"$WORK/rss"
began=$SECONDS round=1 held='' reloads=0 beats=0 lost_beats=0
while ((SECONDS - began < S)); do
	sleep 2
	printf '%d %d\n' $((SECONDS - began)) "$(rss)" >>"$WORK/rss"
	beats=$((beats + 1))
	beat cam1 $CLOUD_4 443 >/dev/null 2>&1 || lost_beats=$((lost_beats + 1))
	round=$((round % 200 + 1))
	swarm_config $round
	cg reload >/dev/null || fail "a reload under load"
	reloads=$((reloads + 1))
	if [[ -z $held ]] && ((SECONDS - began > S / 3)); then
		kill -STOP "${PIDS[agent]}"
		sleep $HELD_S
		kill -CONT "${PIDS[agent]}"
		held=yes
	fi
done
wait_for 30 done_sending up
wait_for 30 done_sending down
observe 0.5
flows=$(entries cg_flows)
up_sent=$(sent up pass) up_denied=$(sent up drop) down_sent=$(sent down pass) down_denied=$(sent down drop)
up_arrived=$(($(arrived inet passes) - base_up)) up_leaked=$(($(arrived inet drops)))
down_arrived=$(($(arrived cams passes) - base_down)) down_leaked=$(arrived cams drops)
wires_up=$(($(no_room cams eth0) - wires_up)) wires_wan=$(($(no_room gw wan0) - wires_wan)) wires_port=$(($(no_room gw $PORT) - wires_port))
events_lost=$(lost_events)
packets=$((up_sent + up_denied + down_sent + down_denied))
note "from the cameras: $up_sent sent that pass, $up_arrived arrived; $up_denied that do not, $up_leaked arrived"
note "from outside: $down_sent sent that pass, $down_arrived arrived; $down_denied that do not, $down_leaked arrived"
note "no room on the wires: $wires_up, $wires_wan, $wires_port"
note "refused because a camera had too many flows at once, which none has: $(cg counters | awk '/too many flows at once/ { n += $5 } END { print n + 0 }')"
note "$lost_beats of $beats heartbeats of a camera of the house had no answer in time"

# The same with faults planted: off, in which everything passes; and the cameras without their rules.
cg off 1m >/dev/null
swarm off up 2 $((5000 / LAX))
wait_for 30 done_sending off
leak_control=$(($(arrived inet drops) - up_leaked))
cg on >/dev/null
sed -i '/^\tallow +=/d' "$CONF"
cg reload >/dev/null
before=$(arrived inet passes)
swarm less up 2 $((5000 / LAX))
wait_for 30 done_sending less
loss_control=$(($(sent less pass) - $(arrived inet passes) + before))

{
	cat "$WORK/rss"
	in_ns inet nft list table netdev tap
	in_ns cams nft list table netdev tap
} >"$WORK/soak.raw"
# The first third is what it takes to know all of them.
third=$(($(wc -l <"$WORK/rss") / 3))
rss_first=$(tail -n $((third > 0 ? 2 * third : 1)) "$WORK/rss" | head -n $((third > 0 ? third : 1)) | awk '$2 > m { m = $2 } END { print m + 0 }')
rss_last=$(tail -n $((third > 0 ? third : 1)) "$WORK/rss" | awk '$2 > m { m = $2 } END { print m + 0 }')
# What was dropped of what passes, beyond what the wires had no room for.
lost=$((up_sent - up_arrived - wires_up - wires_wan))
lost_down=$((down_sent - down_arrived - wires_port))
lost=$((lost > 0 ? lost : 0)) lost_down=$((lost_down > 0 ? lost_down : 0))
figure soak/flows "$flows" ">=" 50000 flows 1 0 "$WORK/soak.raw"
figure soak/leaked_packets $((up_leaked + down_leaked)) "==" 0 packets "$packets" "$leak_control" "$WORK/soak.raw"
figure soak/lost_packets $((lost + lost_down)) "==" 0 packets "$packets" "$loss_control" "$WORK/soak.raw"
figure soak/rss_growth_kb $((rss_last > rss_first ? rss_last - rss_first : 0)) "<=" 1024 kB "$(wc -l <"$WORK/rss")" 0 "$WORK/soak.raw"
figure soak/events_lost_told "${events_lost:-0}" ">=" 1 events "$packets" 0 "$WORK/soak.raw"
figure soak/packets_per_s $((packets / S)) ">=" 1000 packets/s "$packets" 0 "$WORK/soak.raw"
fault load/flood-and-scan "$packets packets in $S s, $reloads reloads: $((up_leaked + down_leaked)) leaked, $((lost + lost_down)) lost, memory of the agent $rss_first kB, then $rss_last kB" \
	$((up_leaked + down_leaked + lost + lost_down))
fault events/agent-held-up "the agent held up for $HELD_S s of a flood: ${events_lost:-0} events lost and told by doctor, $((up_leaked + down_leaked)) packets leaked" \
	$((${events_lost:-0} > 0 ? up_leaked + down_leaked : 1))
