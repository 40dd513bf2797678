#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Streams that a software flow table on the lower ports carries: `close` ends them, counters are right, what is offloaded is said.
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/offload.sh
. "$NET/offload.sh"
# shellcheck source=tests/net/offload_count.sh
. "$NET/offload_count.sh"

DIR=$WORK/ruleset-post

# finding LEVEL TEXT [OPTION]: doctor says it
finding()
{
	cg_json doctor ${3:+"$3"} |
		jq -e --arg l "$1" --arg t "$2" '.findings | any(.level == $l and (.text | test($t)))'
}

# A device that takes no part in offloading is refused: then a table without one says as much.
hardware_table()
{
	local devices
	for devices in "devices = { lan2 }" ""; do
		in_ns gw nft -f - 2>>"$WORK/hardware.err" <<-END && return 0
		table inet cg_hard {
			flowtable ft {
				hook ingress priority 1
				$devices
				flags offload
			}
		}
		END
	done
	return 1
}

# What of fw4 matters here: a flow table, and the rule that puts connections there at the head of forward.
fw4_start()
{
	in_ns gw nft -f - <<-END
	table inet fw4 {
		flowtable ft {
			hook ingress priority 0
			devices = { lan1, lan2, lan3, wan0 }
		}
		chain forward {
			type filter hook forward priority filter; policy accept;
			meta l4proto { tcp, udp } flow add @ft
			ct state established,related accept
		}
	}
	END
	[[ ! -e $DIR/camgate.nft ]] || in_ns gw nft -f "$DIR/camgate.nft"
}

phone_offloaded() { in_ns gw conntrack -L 2>/dev/null | grep "src=$PHONE_4 .*\[OFFLOAD\]"; }

need_camgate
need_flow_table
need_port_offload
house_up
# What counters are measured with is no talk: no sign shall stop it.
config "signs = none allow += { \"$CLOUD_4/32:5001\", \"[$CLOUD_6]:5001\" }" "allow = { \"$CLOUD_4/32:443\" }"
agent_start --fw4-dir "$DIR"
assert "the other camera is seen" beat cam2 $CLOUD_4 443
flow_table lan1 lan2 lan3 wan0
close_offloaded offload/leak_bytes_ports
counters_right

# Said: software flow tables are no fault, hardware ones are.
assert "the camera is opened" cg open cam1 10m
streams_start
wait_for 10 offloads_are ${#STREAMS[@]}
assert "doctor: its connections are in a software flow table" \
	finding ok "^${#STREAMS[@]} connections of cameras are in a software flow table"
assert_code "and nothing is wrong with that" 0 cg status
assert "the camera is closed" cg close cam1
streams_stop
if hardware_table; then
	assert_code "hardware: status ends so" 5 cg status
	cp "$WORK/assert.out" "$WORK/status.out"
	assert "hardware: in a sentence" grep -q "flow table 'cg_hard ft' is offloaded to hardware" "$WORK/status.out"
	assert "hardware: doctor too" finding fail "is offloaded to hardware: its packets pass no filter"
	in_ns gw nft delete table inet cg_hard
	assert_code "hardware: gone" 0 cg status
else
	note "this kernel takes no flow table with flags offload here"
fi

# fw4: cameras are kept out of it, others are not.
in_ns gw nft delete table inet cg_offload
mkdir -p "$DIR"
fw4_start
assert "the camera is opened" cg open cam1 10m
streams_start
assert "fw4: without the include the camera's streams are offloaded" wait_for 10 offloads_some
streams_stop
assert "fw4: fix installs the include" finding ok "keeps cameras out" --fix
# What is in a flow table leaves it when it has been idle for so long.
in_ns gw sysctl -qw net.netfilter.nf_flowtable_udp_timeout=2 net.netfilter.nf_flowtable_tcp_timeout=2
wait_for 40 offloads_are 0
streams_start
spawn phone-beat phone "$TOOLS/heartbeat" -n 1000000 -i 10 $CLOUD_4 443
assert "fw4: the phone is offloaded" wait_for 10 phone_offloaded
stop phone-beat
assert "fw4: the camera is not" offloads_are 0
streams_stop
in_ns gw nft delete table inet fw4
fw4_start
streams_start
spawn phone-beat phone "$TOOLS/heartbeat" -n 1000000 -i 10 $CLOUD_4 443
assert "fw4, started again: the phone is offloaded" wait_for 10 phone_offloaded
stop phone-beat
assert "fw4, started again: the camera is not offloaded" offloads_are 0
streams_stop

# An OpenWrt that lacks a package is told which.
if [[ -n ${CG_IN_VM:-} ]] && rmmod nf_conntrack_netlink 2>/dev/null; then
	# The kernel would fetch it by itself.
	read -r loader </proc/sys/kernel/modprobe
	echo /bin/false >/proc/sys/kernel/modprobe
	: >/etc/openwrt_release
	assert "fix names the missing package" finding warn "install kmod-nf-conntrack-netlink" --fix
	echo "$loader" >/proc/sys/kernel/modprobe
	modprobe nf_conntrack_netlink
	refute "with it nothing is missing" finding warn "install kmod-nf-conntrack" --fix
	rm /etc/openwrt_release
fi
