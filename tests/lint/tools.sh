#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# tools.sh: clang-format, sparse, cppcheck and shellcheck over the sources.
set -u
cd "$(dirname "$0")/../.." || exit 1
rc=0
cache=build/cppcheck
mkdir -p $cache
log=$(mktemp)
trap 'rm -f "$log"' EXIT
result() { # status name
	if [[ $1 -eq 0 ]]; then
		echo "ok $2"
	else
		head -n 40 "$log" | sed 's/^/# /'
		echo "not ok $2"
		rc=1
	fi
}
mapfile -t all < <(find agent bpf include tests -name '*.[ch]' | sort)
mapfile -t user < <(find agent tests -name '*.c' ! -name '*.bpf.c' ! -path '*/planted/*' | sort)
# What busybox ash alone runs is looked at below.
mapfile -t shell < <(find .ci tests packaging -type f ! -path '*/openwrt/*/files/*' -exec awk \
	'FNR == 1 && (/^#!.*[ \/](ba|da)?sh$/ || FILENAME ~ /\.sh$/) { print FILENAME } { nextfile }' {} + | sort -u)
flags=$(pkg-config --cflags libbpf libnl-route-3.0 libconfuse json-c check \
	gstreamer-rtsp-server-1.0 2>/dev/null)

# Each version of clang-format has its own taste; 14 is Debian 12's.
if "${CLANG_FORMAT:-clang-format}" --version | grep -q 'version 14\.'; then
	"${CLANG_FORMAT:-clang-format}" --dry-run -Werror "${all[@]}" >"$log" 2>&1
	result $? 'clang-format'
else
	echo 'ok clang-format # SKIP another version than 14'
fi

# Byte order is not asked for: glibc's ntohs() takes plain numbers, so that every
# right use would be reported; nor is 0 for a pointer, which libconfuse's macros
# hold and which { 0 } means.
: >"$log"
for f in "${user[@]}"; do
	# shellcheck disable=SC2086 # flags are words
	sparse -Wno-bitwise -Wno-vla -Wno-non-pointer-null -Wno-decl -Wno-transparent-union -D_GNU_SOURCE= -D__x86_64__ \
		-DCG_VERSION='"0"' -DCG_LOCALEDIR='"/"' -DCG_BUILD='"build"' -DCG_TOP='"."' -gcc-base-dir "$(gcc -print-file-name=)" \
		-Iinclude -Ibuild -Iagent -Itests $flags "$f" 2>&1 | grep -E '^(agent|tests)/.*: (error|warning):' >>"$log"
done
[[ ! -s $log ]]
result $? 'sparse'

# The tables of packets in tests/bpf are macros that it cannot read.
mapfile -t plain < <(printf '%s\n' "${user[@]}" | grep -v '^tests/bpf/')
cppcheck -q --std=c11 --language=c --enable=warning,performance,portability --inline-suppr \
	--suppressions-list=tests/lint/cppcheck.suppress --error-exitcode=1 -j 2 \
	--cppcheck-build-dir="$cache" -D_GNU_SOURCE= -D__x86_64__ -DCG_VERSION='"0"' \
	--library=tests/lint/cppcheck.cfg \
	-Iinclude "${plain[@]}" >"$log" 2>&1
result $? 'cppcheck'

shellcheck -x -S warning -P tests/net "${shell[@]}" >"$log" 2>&1
result $? 'shellcheck'
# OpenWrt's shell is busybox ash.
mapfile -t ash < <(grep -rlE '^#!/bin/sh' packaging/openwrt/*/files tests/openwrt/root)
shellcheck -x -s dash -S warning "${ash[@]}" >"$log" 2>&1
result $? 'shellcheck of what ash runs'
exit $rc
