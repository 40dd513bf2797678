#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# footprint.sh: what camgate takes of flash and memory, and how long until it enforces, as JSON lines in build/footprint.jsonl.
#
# Sizes are of what lies there: build/ is amd64 or whatever this machine is, of all features;
# build/aarch64-linux-gnu the same for arm64; minimal/camgate below each is `make minimal`,
# minimal/camgate-static the same with the libraries that a stock OpenWrt lacks linked in. Memory and
# start are measured on this machine, as root: the agent in a gateway of its own.
set -Eeuo pipefail
cd "$(dirname "$0")/.."
OUT=${CG_FOOTPRINT:-build/footprint.jsonl}
mkdir -p build
: >"$OUT"

# line NAME VALUE UNIT [OP LIMIT]: a limit that is broken is said and makes the end 1
broken=0
line() {
	local fmt='{"name":"%s","value":%s,"unit":"%s"%s}\n' held=
	if [[ $# -gt 3 ]]; then
		held=",\"op\":\"$4\",\"limit\":$5"
		awk -v v="$2" -v l="$5" 'BEGIN { exit !(v <= l) }' || {
			echo "footprint: $1 is $2 $3, above $5" >&2
			broken=1
		}
	fi
	# shellcheck disable=SC2059 # the format is above
	printf "$fmt" "$1" "$2" "$3" "$held" | tee -a "$OUT"
}

# stripped FILE PREFIX: bytes
stripped() {
	local t
	t=$(mktemp)
	"${2}strip" -o "$t" "$1"
	wc -c <"$t"
	rm -f "$t"
}

sizes() { # ARCH BUILD PREFIX
	local a b d s
	[[ -x $2/camgated ]] || { echo "footprint: $2 is not built: no sizes of $1" >&2; return 0; }
	line "size/agent@$1" "$(stripped "$2/camgated" "$3")" bytes
	line "size/cli@$1" "$(stripped "$2/camgate" "$3")" bytes
	# The agent has it packed inside.
	line "size/bpf@$1" "$(wc -c <"$2/camgate.bpf.o")" bytes
	line "size/bpf_packed@$1" "$(packed "$2")" bytes
	d=$2/minimal
	if [[ -x $d/camgate ]]; then
		a=$(stripped "$d/camgate" "$3")
		b=$(packed "$d")
		line "size/minimal_bpf_packed@$1" "$b" bytes
		# What is promised is promised of arm64; amd64's code is longer.
		if [[ $1 == arm64 ]]; then
			line "size/minimal@$1" "$a" bytes '<=' 307200
		else
			line "size/minimal@$1" "$a" bytes
		fi
	fi
	if [[ -x $d/camgate-static ]]; then
		s=$(stripped "$d/camgate-static" "$3")
		line "size/closure@$1" "$s" bytes '<=' 1048576
	fi
	if [[ -s $2/camgate.ko ]]; then
		line "size/kmod@$1" "$(stripped "$2/camgate.ko" "$3")" bytes
	fi
	for d in build/deb/*_"$1".deb build/deb/*_all.deb; do
		[[ ! -s $d ]] || line "size/package/$(basename "$d" | cut -d_ -f1)@$1" "$(wc -c <"$d")" bytes
	done
}
packed() { sed -n 's/.*cg_object_packed_len = *\([0-9]*\),.*/\1/p' "$1/agent/kern/object_packed.c"; }

sizes "$(dpkg --print-architecture 2>/dev/null || uname -m)" build ''
sizes arm64 build/aarch64-linux-gnu aarch64-linux-gnu-
measured=0
CG_FOOTPRINT=$OUT packaging/footprint-run.sh || measured=$?
case $measured in
0 | 77) ;;
1) broken=1 ;;
*) exit "$measured" ;;
esac
exit $broken
