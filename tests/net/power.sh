#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# One house before and after the power is cut: cameras that stream from the first moment, a disk that stays, what the internet sees.
# shellcheck disable=SC2034

DISK=${CG_DISK:-/run/disk}		# what outlives the power
FRIEND_PORT=444				# the other devices' server; cameras do not know it
CONF=$DISK/camgate.conf
export CAMGATE_CONFIG=$CONF CAMGATE_STATE_DIR=$DISK/state

disk_mount()
{
	[[ -n ${CG_IN_VM:-} ]] || skip "the power is cut in a virtual machine (tests/vm/poweroff.sh)"
	modprobe -q virtio_blk
	modprobe -q ext4
	mkdir -p "$DISK"
	[[ -b /dev/vda ]] || skip "no disk"
	# As a gateway mounts it after a power cut: the journal is played back.
	mount -t ext4 /dev/vda "$DISK"
	mkdir -p "$CAMGATE_STATE_DIR"
}

# The cameras are on and send whenever there is a way; all that comes of them is counted outside.
house_early()
{
	local line name host port flag
	in_ns inet nft -f - <<-END
	table inet tap {
		counter denied { }
		counter allowed { }
		chain pre {
			type filter hook prerouting priority -300; policy accept;
			iifname != "isp0" accept
			meta l4proto { icmpv6, icmp } accept
			th dport $FRIEND_PORT accept
			ip daddr $CLOUD_4 th dport 443 counter name allowed accept
			ip6 daddr $CLOUD_6 th dport 443 counter name allowed accept
			counter name denied
		}
	}
	END
	declare -F boot_load >/dev/null && boot_load
	space cam1
	space cam2
	while read -r name host port flag; do
		# shellcheck disable=SC2086
		spawn "$name" "${name%-*}" "$TOOLS/push" $flag -r 60000 "$host" "$port"
	done <<-END
		cam1-udp4 $STRANGER_4 6000 -u
		cam1-tcp4 $STRANGER_4 6001
		cam1-udp6 $STRANGER_6 6002 -u
		cam1-cloud $CLOUD_4 443
		cam2-udp4 $CLOUD_4 6003 -u
	END
}

tapped() { in_ns inet nft -j list counter inet tap "$1" | jq '.nftables[] | .counter? // empty | .packets'; }

# friends N: another device asks N times; LOST counts what was not answered
friends()
{
	local i
	for ((i = 0; i < $1; i++)); do
		ASKED=$((ASKED + 2))
		beat phone $CLOUD_4 $FRIEND_PORT || LOST=$((LOST + 1))
		beat phone $CLOUD_6 $FRIEND_PORT || LOST=$((LOST + 1))
	done
}
ASKED=0 LOST=0

friend_start()
{
	spawn friend cloud "$TOOLS/heartbeat" -l $FRIEND_PORT
	wait_for 5 listens cloud tcp $FRIEND_PORT
}
