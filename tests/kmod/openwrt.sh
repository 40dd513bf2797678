#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# openwrt.sh [openwrt|nojit|uml]...: programs, packet path and module as on OpenWrt: a kernel of its options, that without the JIT, user-mode Linux.
#
# User-mode Linux is a program of this machine: the quick one, without BTF, JIT
# and second CPU, and, as Debian packages it, without nftables' flow table.
# RUNS packets a CPU (100000). Consoles: build/log/kmod-{openwrt-6.1,uml-6.1}.log,
# that of nojit in build/log/kmod-openwrt-6.1.nojit.log.
set -u
cd "$(dirname "$0")/../.." || exit 1
[[ $# -gt 0 ]] || set -- openwrt nojit uml
module='options load set counters netns malformed rights guard unload'
rc=0
run() { # PARTS K
	RUNS=${RUNS:-100000} LIMIT=${LIMIT:-1800} tests/kmod/test.sh -p "$1" "$2" || rc=1
}
for which; do
	case $which in
	openwrt) run "$module flowtable verifier tables" openwrt-6.1 ;;
	nojit)
		CG_VM_APPEND='sysctl.net.core.bpf_jit_enable=0' run 'options load counters guard verifier tables' openwrt-6.1
		mv build/log/kmod-openwrt-6.1.log build/log/kmod-openwrt-6.1.nojit.log
		;;
	uml) run "$module verifier tables" uml-6.1 ;;
	*) exit 2 ;;
	esac
done
exit $rc
