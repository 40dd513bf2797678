#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# verifier.sh [-b] [CLANG...]: the packet path built by several compilers, each loaded here, with the verifier's figures.
#
# -b: only builds them, build/tests/bpf/verifier/CLANG.CPU.bpf.o.
set -u
cd "$(dirname "$0")/../.." || exit 1
build=no
[ "${1:-}" = -b ] && { build=yes; shift; }
# In emulation one build of the packet path takes a minute: one compiler does.
if [ $# -eq 0 ]; then
	set -- clang-14 clang-16 clang-19
	[ -z "${CG_SLOW:-}" ] || set -- "${CLANG:-clang}"
fi
out=build/tests/bpf/verifier
arch=$(${CC:-gcc} -print-multiarch)
passed=0 failed=0 skipped=0
mkdir -p "$out" || exit 1
[ $build = yes ] || ${CC:-gcc} -O2 -Wall -Wextra -o "$out/load" tests/bpf/verifier.c -lbpf || exit 1
for clang; do
	if ! command -v "$clang" >/dev/null; then
		echo "skip $clang: not installed"
		skipped=$((skipped + 1))
		continue
	fi
	for cpu in v1 v2 v3; do
		name="$clang -mcpu=$cpu"
		obj=$out/$clang.$cpu.bpf.o
		if ! "$clang" -g -O2 -mcpu=$cpu -target bpf -D__bpf__ -Iinclude "-I/usr/include/$arch" \
			-c bpf/camgate.bpf.c -o "$obj" 2>"$out/log.$clang"; then
			sed 's/^/# /' "$out/log.$clang" | head -n 20
			echo "not ok $name: does not build"
			failed=$((failed + 1))
			continue
		fi
		[ $build = no ] || continue
		"$out/load" "$obj" >"$out/log" 2>&1
		rc=$?
		[ $rc = 77 ] && { cat "$out/log"; exit 77; }
		if [ $rc = 0 ]; then
			sed "s/^/# $name: /" "$out/log"
			echo "ok $name"
			passed=$((passed + 1))
		else
			tail -n 30 "$out/log" | sed 's/^/# /'
			echo "not ok $name: does not load"
			failed=$((failed + 1))
		fi
	done
done
[ $build = no ] || exit $failed
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed = 0 ]
