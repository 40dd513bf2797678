#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# test.sh [-b] [-n] [-p "PART..."] [K...]: the module's tests in a small guest on each kernel of tests/vm/kernels/kernels.txt.
#
# Parts are the files of tests/kmod/guest, and those of tests/vm/parts: tables,
# and verifier with the OBJECTS named (FILE...). -b only builds, -n takes what is
# built. RUNS packets a CPU (500000), FUZZ messages (3000). Ends with "N passed,
# N failed, N skipped"; each kernel's console is kept in build/log/kmod-K.log.
set -u
cd "$(dirname "$0")/../.." || exit 1
parts='load verifier set counters netns malformed rights guard flowtable unload'
build=yes run=yes
while getopts bnp: o; do
	case $o in
	b) run=no ;;
	n) build=no ;;
	p) parts=$OPTARG ;;
	*) exit 2 ;;
	esac
done
shift $((OPTIND - 1))
if [[ $# == 0 ]]; then
	mapfile -t kernels < <(awk '$1 !~ /^#/ && NF { print $1 }' tests/vm/kernels/kernels.txt)
	set -- "${kernels[@]}"
fi
out=build/tests/kmod
object=${OBJECT:-build/camgate.bpf.o}
mkdir -p "$out" build/log
[[ -s $object ]] || { echo "$object is missing: make bpf" >&2; exit 1; }
compile() { # NAME SOURCE...
	local name=$1
	shift
	[[ ! -e $out/$name || -n $(find include/camgate tests/kmod tests/bpf -name '*.[ch]' -newer "$out/$name") ]] ||
		return 0
	# shellcheck disable=SC2046 # flags are words
	${CC:-gcc} -O2 -g -Wall -Wextra -Werror -std=gnu11 -D_GNU_SOURCE= -Iinclude \
		$(pkg-config --cflags libnl-genl-3.0) -o "$out/$name.$$" "$@" -lbpf \
		$(pkg-config --libs libnl-genl-3.0) && mv "$out/$name.$$" "$out/$name"
}
[[ $build == no ]] || {
	compile kmodctl tests/kmod/kmodctl.c tests/kmod/kmodctl_guard.c tests/kmod/kmodctl_bad.c &&
		compile kmodbpf tests/kmod/kmodbpf.c && compile load tests/bpf/verifier.c
} || exit 1
{
	echo "RUNS=${RUNS:-500000} FUZZ=${FUZZ:-3000} PLANTED=${PLANTED:-} TABLES='${TABLES:-}'"
	cat tests/kmod/guest/run.sh
} >"$out/run.sh.$$"
# The first part loads the module.
# shellcheck disable=SC2086 # words
printf "%s\n" load $parts | awk '!seen[$0]++' >"$out/parts.$$"
trap 'rm -f "$out"/*.$$' EXIT

record() { # NAME VALUE OP LIMIT UNIT N CONTROL RAW
	printf '{"name":"%s","value":%s,"op":"%s","limit":%s,"unit":"%s","n":%s,"control":%s,"raw":"%s"}\n' \
		"$@" >>"${CG_FIGURES:-build/figures.jsonl}"
}
modules() { # K
	local m
	tests/vm/kernels/build-mod.sh -s "$1" && tests/vm/kernels/build-mod.sh -d "$1" &&
		tests/vm/kernels/build-mod.sh -o "$1" || return 1
	# The debug sections would fill the guest's memory.
	for m in "$1" "$1-debug" "$1-other"; do
		strip --strip-debug -o "$out/$m.ko" "build/kmod/$m/camgate.ko" || return 1
	done
}

passed=0 failed=0
files=()
for f in tests/kmod/guest/*.sh tests/vm/parts/*.sh; do [[ $f == */run.sh ]] || files+=("$f"); done
if [[ " $parts " == *' tables '* ]]; then
	for f in build/tests/bpf/test_*; do
		[[ $f != *.[do] ]] || continue
		[[ $build == no ]] || {
			strip --strip-debug -o "$out/strip.$$" "$f" && mv "$out/strip.$$" "$out/${f##*/}"
		} || exit 1
		files+=("$out/${f##*/}")
	done
fi
for f in ${OBJECTS:-}; do files+=("$f"); done
for k; do
	log=build/log/kmod-$k.log
	if [[ $build == yes ]] && ! modules "$k"; then
		failed=$((failed + 1))
		continue
	fi
	[[ $run == yes ]] || continue
	echo "# kernel $k"
	nice -n "${NICE:-0}" tests/vm/kernels/boot.sh -t "${LIMIT:-600}" -l "$log" \
		-m 'unix? af_packet? ipv6? veth bridge sch_ingress cls_bpf cls_fw act_gact nf_flow_table nf_flow_table_inet nft_flow_offload? nft_ct nft_masq nf_tables nft_chain_nat? nft_counter?' \
		-p "setpriv nft $out/kmodctl $out/kmodbpf $out/load" "$k" "$out/run.sh.$$" \
		"$out/parts.$$:parts" "$object:camgate.bpf.o" "$out/$k.ko:camgate.ko" \
		"$out/$k-debug.ko:camgate-debug.ko" \
		"$out/$k-other.ko:camgate-other.ko" "${files[@]}"
	rc=$?
	p=$(grep -c '^ok ' "$log") f=$(grep -c '^not ok ' "$log")
	# A guest that ends without its own count has failed, whatever it printed.
	if ! grep -q "^$p passed, $f failed\$" "$log" || { [[ $rc != 0 ]] && [[ $f == 0 ]]; }; then
		echo "not ok kernel $k: the guest ended with $rc and no complete result"
		f=$((f + 1))
	fi
	passed=$((passed + p)) failed=$((failed + f))
	sed -n 's/^figure //p' "$log" | while read -r name value op limit unit n control; do
		record "$name" "$value" "$op" "$limit" "$unit" "$n" "$control" "log/kmod-$k.log"
	done
done
echo "$passed passed, $failed failed, 0 skipped"
[[ $failed == 0 ]]
