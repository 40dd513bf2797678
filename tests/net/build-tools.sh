#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Builds the house's C tools into build/tests/net; does nothing where they are up to date.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
src=$root/tests/net/tools
out=$root/build/tests/net
cc=${CC:-gcc}
flags=(-O2 -g -std=gnu11 -Wall -Wextra -Werror -D_GNU_SOURCE)
mkdir -p "$out"

# build NAME [PKG] SOURCES...: NAME from SOURCES, with a pkg-config package or "-"
build() {
	local name=$1 pkg=$2 f fresh=yes
	local -a srcs=() extra=()
	shift 2
	for f in "$@"; do
		srcs+=("$src/$f")
	done
	for f in "${srcs[@]}" "$src"/*.h "${BASH_SOURCE[0]}"; do
		[[ $out/$name -nt $f ]] || fresh=no
	done
	[[ $fresh == no ]] || return 0
	if [[ $pkg != - ]]; then
		read -ra extra < <(pkg-config --cflags --libs "$pkg")
	fi
	"$cc" "${flags[@]}" "${srcs[@]}" "${extra[@]}" -o "$out/$name.tmp$$"
	mv "$out/$name.tmp$$" "$out/$name"
}

build abuse - abuse.c
build nowns - nowns.c
build canned - canned.c sock.c
build capture - capture.c
build confine - confine.c
build leak - leak.c
build tcx libbpf tcx.c
build heartbeat - heartbeat.c sock.c
build lookup - lookup.c
build mmdb - mmdb.c
build pageclient - pageclient.c
build parley - parley.c
build push - push.c sock.c
build sink - sink.c sock.c
build chorus - chorus.c
build rtspcam gstreamer-rtsp-server-1.0 rtspcam.c
build hold - hold.c sock.c
build turncam - turncam.c sock.c
build typist - typist.c
build watch gstreamer-1.0 watch.c
