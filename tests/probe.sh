#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# probe.sh: can the house be built here? Status 0 if so, else 1 and the reason.
#
# Everything is tried in namespaces that end with this script.
set -u
PATH=$PATH:/usr/sbin:/sbin
no() {
	echo "$1"
	exit 1
}
[ "$(id -u)" = 0 ] || no 'not root'
for tool in unshare ip tc nft bpftool; do
	command -v $tool >/dev/null || no "no $tool"
done
[ -s "$(dirname "$0")/../build/camgate.bpf.o" ] || no 'build/camgate.bpf.o is not built'
CG_OBJ=$(cd "$(dirname "$0")/../build" && pwd)/camgate.bpf.o
export CG_OBJ
unshare -mn true 2>/dev/null || no 'no namespaces'
# shellcheck disable=SC2016 # for the inner shell
unshare -mn sh -c '
	no() { echo "$1"; exit 1; }
	mount --make-rprivate / 2>/dev/null
	mount -t tmpfs probe /mnt && mkdir /mnt/bpf || no "no mount"
	mount -t bpf bpf /mnt/bpf 2>/dev/null || no "no bpffs"
	ip link add name br0 type bridge 2>/dev/null || no "no bridge"
	ip link add name v0 type veth peer name v1 2>/dev/null || no "no veth"
	tc qdisc add dev v0 clsact 2>/dev/null || no "no clsact"
	bpftool prog loadall "$CG_OBJ" /mnt/bpf/p >/mnt/log 2>&1 || no "BPF programs are refused: $(tail -n 1 /mnt/log)"
	tc filter add dev v0 ingress bpf da pinned /mnt/bpf/p/cg_from_cam 2>/dev/null || no "no cls_bpf"
	nft "add table ip t; add chain ip t c { type nat hook postrouting priority 100; }; add rule ip t c masquerade" \
		2>/dev/null || no "no nftables NAT"
' || exit 1
