#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Process 1 of the guest once the root is there: brings the system up, runs the command, hands back its status and build/.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export HOME=/tmp LC_ALL=C.UTF-8 CG_IN_VM=1
# shellcheck disable=SC1091 # written by run.sh
. /run/vm-out/env
mount -t tmpfs tmp /tmp
mkdir -p /dev/pts /dev/shm /run/lock /run/netns
mount -t devpts pts /dev/pts
mount -t tmpfs shm /dev/shm
mount -t cgroup2 cgroup /sys/fs/cgroup
mount -t tracefs trace /sys/kernel/tracing 2>/dev/null
chmod 1777 /tmp /dev/shm
[ -e /dev/fd ] || ln -s /proc/self/fd /dev/fd
# The host's /var may hold state of a service that runs there.
mount -t tmpfs lib /var/lib/camgate 2>/dev/null
mount -t tmpfs etc /etc/camgate 2>/dev/null
mount --bind "$CG_VM_KERNEL_DIR/lib/modules" "$(readlink -f /lib)/modules" 2>/dev/null || {
	mkdir -p "$(readlink -f /lib)/modules"
	mount --bind "$CG_VM_KERNEL_DIR/lib/modules" "$(readlink -f /lib)/modules"
}
hostname camgate-vm
ip link set lo up
# The house's parts that the kernel does not load by itself when asked by name.
for m in bridge br_netfilter veth sch_ingress cls_bpf act_bpf nf_tables nf_conntrack \
	nf_conntrack_netlink nf_nat af_packet tun dummy 8021q; do
	modprobe -q $m 2>/dev/null
done
# As on a machine that never loaded br_netfilter for anybody.
for f in /proc/sys/net/bridge/bridge-nf-call-*; do
	[ ! -e "$f" ] || echo 0 >"$f"
done
# The first hook or filter of its kind under traffic, and the last to go, patch
# the kernel's text. Without KVM a CPU now and then runs into such a patch half
# done ("Oops: int3"). One of each that stays leaves the text as it is.
keep() {
	ip netns add cg-keep
	ip -n cg-keep link add keep0 type veth peer name keep1
	ip netns exec cg-keep tc qdisc add dev keep0 clsact
	ip netns exec cg-keep tc filter add dev keep0 ingress pref 1 protocol all handle 1 fw action pass
	for family in inet bridge; do
		for h in prerouting input forward output postrouting; do
			kept "table $family keep { chain $h { type filter hook $h priority 0; }; }"
		done
	done
	# Where the kernel has them.
	for h in ingress egress; do
		kept "table netdev keep { chain $h { type filter hook $h device keep0 priority 0; }; }"
	done
}
kept() { echo "$1" | ip netns exec cg-keep nft -f - 2>/dev/null; }
[ -z "${CG_SLOW:-}" ] || keep
# The first serial line is the command's, the second the kernel's console.
exec >/dev/ttyS0 2>&1
cd "$CG_VM_TOP" || exit 1
echo "vm: $(uname -r), $(nproc) CPUs, up $(cut -d' ' -f1 /proc/uptime) s"
touch /run/start
setsid sh -c "$CG_VM_COMMAND" </dev/null
rc=$?
# What the command wrote goes back; what was there before stays as it is. Nothing is
# built here, and every look at a file of the host's takes its time.
find build -path build/vm -prune -o -path build/kmod -prune -o -path build/agent -prune -o \
	-newer /run/start -type f -print0 2>/dev/null |
	tar -c -f /run/vm-out/build.tar --null -T - 2>/dev/null
dmesg >/run/vm-out/dmesg 2>/dev/null
sync
echo "$CG_VM_TOKEN $rc" >/run/vm-out/status
sync
echo o >/proc/sysrq-trigger
# The host's files are gone before the power is: no program can be run any more.
while :; do :; done
