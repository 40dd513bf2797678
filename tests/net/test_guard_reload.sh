#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The guard through applies under traffic: cameras come and go, the mark changes, the agent restarts; nothing allowed is lost, nothing unfiltered passes.
# A port is made not enforceable by what keeps a filter away.
ATTACH=tc
. "$(dirname "$0")/lib.sh"

CAM3_4=192.168.1.22
CAM3_MAC=02:ca:00:00:00:03
RELOADS=$((SLOW > 1 ? 4 : 20))

guard_by() { cg_json status | jq -e --arg by "$1" '.guard.by == $by'; }

guarded() { in_ns gw nft list table netdev camgate_guard | grep "device \"$1\"" >/dev/null; }

has_mac() { in_ns gw nft list set netdev camgate_guard cams | grep "$1" >/dev/null; }

lacks_mac() { ! has_mac "$1"; }

marks_by() { in_ns gw nft list table netdev camgate_guard | grep "mark.*$1.*drop" >/dev/null; }

# What the internet saw of cam3, whose port has no filter: only the guard stands there.
outside() { in_ns inet nft -j list counter netdev tap cam3 | jq '.nftables[] | .counter? // empty | .packets'; }

# house_config CAM2 MARK: the config with or without cam2
house_config()
{
	# So much at a time is no talk: no sign shall stop it.
	config "signs = none allow += { \"$CLOUD_4/32:5000/udp\" }" "signs = none allow = { \"$CLOUD_4/32:5001/udp\" }" \
		"guard = drop
		guard_mark = $2"
	[[ $1 == with ]] || sed -i '/^camera "cam2"/,/^}/d' "$CONF"
	cat >>"$CONF" <<-END
	camera "cam3" {
		id = "cam3"
		mac = { "$CAM3_MAC" }
	}
	END
}

tap()
{
	in_ns inet nft -f - <<-END
	table netdev tap {
		counter cam3 { }
		chain in {
			type filter hook ingress device "isp0" priority 0; policy accept;
			ip saddr $WAN4 ip daddr $STRANGER_4 udp dport 6000 counter name cam3
		}
	}
	END
}

# A device on a port that a shaper's qdisc holds: the filters find no place there.
unfilterable()
{
	space cam3
	wire gw lan4 cam3 eth0 $CAM3_MAC
	in_ns gw tc qdisc add dev lan4 ingress
	addrs cam3 eth0 $CAM3_4/24
	ip -n "$ID-cam3" route add default via $LAN4
	# Its own question for the gateway's address would not pass the guard either.
	ip -n "$ID-cam3" neigh add $LAN4 dev eth0 lladdr "$(ip -n "$ID-gw" -j link show br-lan | jq -r ".[0].address")"
	ip -n "$ID-gw" link set lan4 master br-lan
}

# What the verdicts kept for packets that follow are bound to.
exposed() { bpftool -j map dump pinned "$PIN_DIR/cg_meta" | jq '.[0].formatted.value.exposed'; }

lost() { echo $(($(sent cam1 "$1" "$2") + $(sent cam2 "$1" "$2") - $(received cam1 "$1" "$2") - $(received cam2 "$1" "$2"))); }

again()
{
	house_config "$1" "$2"
	spawn agent gw "$BIN/camgated" --foreground --config "$CONF" --pin-dir "$PIN_DIR" \
		--socket "$CAMGATE_SOCKET" --state-dir "$CAMGATE_STATE_DIR"
	wait_for 20 guard_by nftables
}

need_camgate
house_up
tap
house_config with 0x01000000
agent_start
wait_for 5 guard_by nftables
unfilterable
wait_for 10 guarded lan4
wait_for 10 has_mac $CAM3_MAC
pace cam1 cam1 cloud $CLOUD_4 5000
pace cam2 cam2 cloud $CLOUD_4 5001
wait_for 10 sunk cam1 50
wait_for 10 sunk cam2 50
spawn cam3 cam3 "$TOOLS/heartbeat" -u -n 1000000 -i "$LAX" -t 1 $STRANGER_4 6000
observe 0.2

before=$(outside)
from=$(now_ns)
mark=0x01000000
for ((i = 1; i <= RELOADS; i++)); do
	[[ $((i % 3)) -ne 0 ]] || mark=$((mark == 0x01000000 ? 0x02000000 : 0x01000000))
	if [[ $((i % 2)) -eq 1 ]]; then
		house_config without $mark
		assert "reload $i: cam2 goes" cg reload
		wait_for 5 lacks_mac $CAM2_MAC
	else
		house_config with $mark
		assert "reload $i: cam2 comes" cg reload
		wait_for 5 has_mac $CAM2_MAC
	fi
done
assert "the mark is the last one" marks_by "$(printf '0x%08x' "$mark")"
for how in without with; do
	agent_kill
	again $how 0x01000000
	if [[ $how == with ]]; then
		wait_for 5 has_mac $CAM2_MAC
	else
		wait_for 5 lacks_mac $CAM2_MAC
	fi
done
observe 0.2
leaked=$(($(outside) - before))
# The guard comes to flows that go the short way: marked from its first moment on.
for i in 1 2 3; do
	first=$(exposed)
	assert "reload: the same, $i" cg reload
	second=$(exposed)
	sed -i '/^\t*guard/d' "$CONF"
	assert "reload: no guard, $i" cg reload
	assert_num "nothing kept outlives a change of the mark" "$(($(exposed) - second))" ">" "$((second - first))"
	observe 0.2
	house_config with 0x01000000
	assert "reload: guard, $i" cg reload
	wait_for 5 guard_by nftables
done
observe 0.2
to=$(now_ns)
in_ns inet nft list table netdev tap >"$WORK/tap.nft"

# The faults planted: the filters of lan1 gone and no agent, then no guard.
agent_kill
lost_from=$(now_ns)
tear lan1
observe 0.3
lost_to=$(now_ns)
again with 0x01000000
before=$(outside)
sed -i '/^\t*guard/d' "$CONF"
assert "reload: guard off" cg reload
observe 0.3
leaked_control=$(($(outside) - before))

stop cam3
stop cam1-push
stop cam2-push
observe 0.3
stop cam1-sink
stop cam2-sink
n=$(($(sent cam1 "$from" "$to") + $(sent cam2 "$from" "$to")))
assert_num "packets sent meanwhile" "$n" ">" $((1000 / LAX))
figure guard/apply_false_drops "$(lost "$from" "$to")" "==" 0 packets "$n" \
	"$(lost "$lost_from" "$lost_to")" "$WORK/cam2.sink"
figure guard/apply_leaked_packets "$leaked" "==" 0 packets "$RELOADS" "$leaked_control" "$WORK/tap.nft"
