#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# headers.sh [TOP]: every header compiles alone, for whom it is meant.
set -u
cd "${1:-$(dirname "$0")/../..}" || exit 1
rc=0
arch=$(${CC:-cc} -print-multiarch 2>/dev/null)
user="$(pkg-config --cflags libnl-route-3.0 json-c 2>/dev/null) -D_GNU_SOURCE= -std=gnu11"

alone() { # header compiler-and-flags...
	h=$1
	shift
	if out=$(printf '#include "%s"\n' "$PWD/$h" | "$@" -fsyntax-only -Wall -Wextra -Werror \
		-Iinclude -x c - 2>&1); then
		echo "ok headers: $h"
	else
		echo "$out" | sed 's/^/# /'
		echo "not ok headers: $h"
		rc=1
	fi
}

for h in $(find include agent tests -name '*.h' ! -path 'tests/lint/*' | sort); do
	case $h in
	tests/*) set -- -Iagent ;;
	*) set -- ;;
	esac
	# shellcheck disable=SC2086 # flags are words
	alone "$h" ${CC:-cc} $user "$@"
done
for h in $(find include bpf -name '*.h' | sort); do
	case $h in include/camgate/ctl.h | include/camgate/genl.h) continue ;; esac
	alone "$h" "${CLANG:-clang}" -target bpf -D__bpf__ -O2 "-I/usr/include/$arch"
done
exit $rc
