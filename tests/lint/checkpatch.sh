#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# checkpatch.sh [TOP]: the module in the kernel's own style, where its source lies (tests/vm/kernels/build.sh).
set -uo pipefail
lint=$(cd "$(dirname "$0")" && pwd)
scripts=$lint/../../build/vm/kernels/source-6.1/scripts
cd "${1:-$lint/../..}" || exit 1
if [[ ! -s $scripts/checkpatch.pl ]] || ! command -v perl >/dev/null; then
	echo 'ok checkpatch # SKIP no kernel source here'
	exit 0
fi
log=$(mktemp)
trap 'rm -f "$log"' EXIT
mapfile -t files < <(find kmod tests/kmod/planted -name '*.[ch]' | sort)
# A module of more than one kernel asks which one it is built for: in compat.h only.
perl "$scripts/checkpatch.pl" --no-tree --strict --terse --no-summary --file "${files[@]}" >"$log" 2>&1
if grep -vE '^kmod/compat\.h:[0-9]+: WARNING: (LINUX_VERSION_CODE|Comparisons)' "$log" | grep . | sed 's/^/# /'; then
	echo 'not ok checkpatch'
	exit 1
fi
echo "ok checkpatch (${#files[@]} files)"
