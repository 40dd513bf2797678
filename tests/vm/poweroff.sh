#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# poweroff.sh [-k K]: a gateway loses its power while a camera streams, and starts again with the agent late and its config broken.
#
# Two machines, one after the other, with one disk. CG_BOOT_DELAY: seconds for
# which the agent is late (60).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
PATH=$PATH:/usr/sbin:/sbin
command -v mkfs.ext4 >/dev/null || { echo 'skip poweroff: no mkfs.ext4'; exit 77; }
mkdir -p "$top/build/vm"
disk=$(mktemp "$top/build/vm/disk.XXXXXX")
trap 'rm -f "$disk"' EXIT
truncate -s 64M "$disk"
mkfs.ext4 -q "$disk"
export CG_VM_DISK="$disk" CG_VM_PASS="${CG_VM_PASS:-} CG_BOOT_DELAY"
start=$(date +%s)

rc=0
"$here/run.sh" "$@" -- "$top/tests/net/power_before.sh" >"$disk.log" 2>&1 || rc=$?
cat "$disk.log"
# 125: it has ended without a result, as it must.
if [ $rc != 125 ] || ! grep -q '^ok power_before' "$disk.log"; then
	rm -f "$disk.log"
	echo "not ok poweroff: the first machine ended with $rc"
	exit 1
fi
rm -f "$disk.log"
rc=0
"$here/run.sh" "$@" -- "$top/tests/net/power_after.sh" || rc=$?
took=$(($(date +%s) - start))
if [ $rc = 0 ]; then
	echo "ok poweroff ($took s)"
else
	echo "not ok poweroff: the second machine ended with $rc ($took s)"
	exit 1
fi
