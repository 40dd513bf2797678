#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# narrow.sh [TREE [FILE...]]: the sources compile for a machine of 32 bits that stores no 64 at once, as many routers are; tests/arch.sh builds and runs them for some.
set -u
cd "${1:-$(dirname "$0")/../..}" || exit 1
shift $(($# > 0))
libc=/usr/mipsel-linux-gnu/include
if [[ ! -e $libc/stdio.h ]]; then
	echo "ok narrow # SKIP no $libc (Debian's libc6-dev-mipsel-cross)"
	exit 0
fi
[[ $# -gt 0 ]] || mapfile -t all < <(find agent -name '*.c' | sort)
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# The libraries' headers are those of this machine: they are the same.
flags=$(pkg-config --cflags libbpf libnl-route-3.0 libnl-genl-3.0 libconfuse json-c nettle 2>/dev/null)
# shellcheck disable=SC2086 # flags are words
if printf '%s\n' "${@:-${all[@]}}" | xargs -P "$(nproc)" -n 16 "${CLANG:-clang}" --target=mipsel-linux-gnu \
	-c -Xclang -emit-codegen-only -std=gnu11 -Wall -Wextra -Werror -D_GNU_SOURCE= -D_FILE_OFFSET_BITS=64 -D_TIME_BITS=64 \
	-DCG_VERSION='"0"' -DCG_LOCALEDIR='"/"' -DCG_STATE_DIR='"/"' -DCG_PROFILE_DIR='"/"' \
	-nostdlibinc -isystem "$libc" $flags -idirafter /usr/include -Iinclude -Ibuild >"$log" 2>&1; then
	echo 'ok narrow'
else
	grep -E 'error:' "$log" | head -n 20 | sed 's/^/# /'
	echo "not ok narrow: $(grep -m 1 -oE '^[^:]*:[0-9]+:[0-9]+: (fatal )?error: .*' "$log")"
	exit 1
fi
