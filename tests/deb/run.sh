#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# run.sh [packages|namespaces|machine]...: camgate's packages compared and judged (check.sh), then in a fresh root (root.sh), where scenario.sh installs, upgrades, removes and purges them.
#
# namespaces: a systemd of its own, on this machine's kernel. machine: Debian's kernel in
# QEMU, with the module; CG_DEB_LIMIT seconds (3600) for it, as it is slow without KVM.
set -u
cd "$(dirname "$0")/../.." || exit 1
PATH=$PATH:/usr/sbin:/sbin
[[ $# -gt 0 ]] || set -- packages namespaces machine
if [[ $(id -u) != 0 ]]; then
	echo 'skip deb: a root is made as root'
	exit 0
fi
command -v mmdebstrap >/dev/null || { echo 'skip deb: no mmdebstrap (tests/deps.sh vm deb)'; exit 0; }
mkdir -p build/log
root=$PWD/build/deb/root
compgen -G 'build/deb/camgate_*.deb' >/dev/null || packaging/deb.sh build/deb || exit 1
rc=0
# A run that ended early counts as one that failed.
result() { # NAME LOG
	local sum
	sum=$(grep -E '^[0-9]+ passed, [0-9]+ failed' "$2" | tail -n 1)
	sed "s/^\(ok\|not ok\|skip\) deb: /&$1: /; /^[0-9]* passed, /d" "$2"
	[[ -n $sum ]] || echo "not ok deb: $1: ended before its end"
}

namespaces() {
	tests/probe.sh >/dev/null || { echo "skip deb: namespaces: $(tests/probe.sh)"; return; }
	tests/deb/root.sh "$root" || { echo 'not ok deb: the root'; return; }
	tests/deb/namespaces.sh "$root" >build/log/deb-namespaces.console 2>&1
	cp "$root/t/log" build/log/deb-namespaces.log 2>/dev/null || cp build/log/deb-namespaces.console build/log/deb-namespaces.log
	result namespaces build/log/deb-namespaces.log
}
machine() {
	tests/deb/root.sh "$root" || { echo 'not ok deb: the root'; return; }
	tests/deb/machine.sh "$root" "${CG_DEB_LIMIT:-3600}" build/log/deb-machine.log >build/log/deb-machine.console 2>&1 ||
		tail -n 20 build/log/deb-machine.console | sed 's/^/# /'
	result machine build/log/deb-machine.log
}
for part; do
	log=build/log/deb-$part.log
	case $part in
	packages) tests/deb/check.sh ;;
	namespaces) namespaces ;;
	machine) machine ;;
	*) echo "not ok deb: no part $part" ;;
	esac >"$log.said" 2>&1
	cat "$log.said"
	! grep -q "^not ok" "$log.said" || rc=1
done
rm -rf "$root"
exit $rc
