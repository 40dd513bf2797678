#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# abi.sh [TOP]: shared structs have no hidden padding and one layout on bpf, x86-64 and i386.
set -u
cd "${1:-$(dirname "$0")/../..}" || exit 1
rc=0
arch=$(${CC:-gcc} -print-multiarch 2>/dev/null)

for h in include/camgate/bpf_abi.h include/camgate/names_abi.h include/camgate/flow_abi.h include/camgate/session_abi.h include/camgate/discover_abi.h; do
	for target in bpf x86_64 i386; do
		case $target in
		bpf) set -- "${CLANG:-clang}" -target bpf -D__bpf__ ;;
		x86_64) set -- "${CC:-gcc}" -m64 ;;
		i386) set -- "${CC:-gcc}" -m32 ;;
		esac
		if out=$("$@" -fsyntax-only -Wall -Wextra -Wpadded -Werror -Iinclude \
			"-I/usr/include/$arch" -x c $h 2>&1); then
			echo "ok abi: $h for $target"
		else
			echo "$out" | sed 's/^/# /'
			echo "not ok abi: $h for $target"
			rc=1
		fi
	done
	# clang lays out, and so judges, only what is measured somewhere.
	bare=$(sed -n 's/^struct \([a-z_0-9]*\) {.*/\1/p' $h | while read -r s; do
		grep -q "^CG_ABI_SIZE(struct $s," $h || printf '%s ' "$s"
	done)
	if [ -z "$bare" ]; then
		echo "ok abi: $h: every struct has its size asserted"
	else
		echo "not ok abi: $h: no CG_ABI_SIZE for $bare"
		rc=1
	fi
done
exit $rc
