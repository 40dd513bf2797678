#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Devices that nobody configured, in the house: each a namespace at a bridge port of its own.
# shellcheck disable=SC2034

# device N MAC: at port lan(3+N), as 192.168.1.(70+N); says nothing by itself. Again: with another MAC.
device()
{
	local ns=device$1 port=lan$((3 + $1))
	MAC=$2
	if [[ ! -e /run/netns/$ID-$ns ]]; then
		space "$ns"
		in_ns "$ns" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
		wire gw "$port" "$ns" eth0 "$MAC"
		ip -n "$ID-gw" link set "$port" master br-lan
		addrs "$ns" eth0 "192.168.1.$((70 + $1))/24"
		wait_for 5 bridge_ready
	else
		ip_ns "$ns" <<-END
		link set eth0 down
		link set eth0 address $MAC
		link set eth0 up
		END
		in_ns gw ip neigh flush to "192.168.1.$((70 + $1))"
	fi
	ip -n "$ID-$ns" route replace default via $LAN4
	# Where somebody listens it is heard from its first frame on.
	[[ -z ${PIDS[agent]:-} ]] || wait_for 5 attached "$port"
}

# known MAC [JQ-CONDITION]: `discover` has it, and that is so
known() { cg_json discover | jq -e --arg mac "$1" ".devices[] | select(.mac == \$mac) | select(${2:-true})"; }
held() { known "$1" .held; }
