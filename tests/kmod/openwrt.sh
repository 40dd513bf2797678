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
module='options load verifier set counters netns malformed rights guard unload'
if grep -qs '^VERSION_ID="12"' /etc/os-release; then objects='clang-14 clang-19'; else objects=clang; fi
# shellcheck disable=SC2086 # words
tests/bpf/verifier.sh -b $objects || exit 1
rc=0
run() { # PARTS K
	OBJECTS=$(printf 'build/tests/bpf/verifier/%s.v2.bpf.o ' $objects) RUNS=${RUNS:-100000} LIMIT=${LIMIT:-1800} \
		CG_VM_MEM=1024 tests/kmod/test.sh -p "$1" "$2" || rc=1
}
for which; do
	case $which in
	openwrt) run "$module flowtable tables" openwrt-6.1 ;;
	nojit)
		CG_VM_APPEND='sysctl.net.core.bpf_jit_enable=0' run 'options load verifier counters guard tables' openwrt-6.1
		mv build/log/kmod-openwrt-6.1.log build/log/kmod-openwrt-6.1.nojit.log
		;;
	uml)
		# It has no interrupt of its own making: entries get memory at the tick alone,
		# and what makes many at once, as these do, is refused some (agent/kern/put.h).
		echo '# uml: not run: tables diff hostile names redirect quota: more entries at once than a tick brings memory for'
		TABLES='again cuts from_cam modes to_cam fast frag icmp remote' run "$module tables" uml-6.1
		;;
	*) exit 2 ;;
	esac
done
exit $rc
