#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# run.sh [PART...]: prog names country kernels fwd ctl fleet curves, or all of them; JSON lines on stdout and in build/bench.jsonl.
set -u
cd "$(dirname "$0")/../.." || exit 1
[[ $# -gt 0 ]] || set -- prog names country kernels fwd ctl fleet curves
out=build/bench.jsonl
rc=0
: >"$out"

# part COMMAND...: where it cannot run here (77), that is no fault
part()
{
	"$@" | tee -a "$out"
	case ${PIPESTATUS[0]} in
	0 | 77) ;;
	*) rc=1 ;;
	esac
}

# curve CAMERAS RULES KIND...
curve()
{
	local cams=$1 rules=$2
	shift 2
	part env CG_BENCH_CAMS="$cams" CG_BENCH_RULES="$rules" CG_BENCH_SUFFIX="@${cams}x$rules" \
		CG_BENCH_ROUNDS="${CG_BENCH_ROUNDS:-3}" CG_BENCH_SECONDS=1 tests/bench/fwd.sh "$@"
}

for p; do
	case $p in
	prog)
		part build/tests/bench/prog
		part build/tests/bench/insns ;;
	names)
		part build/tests/bench/names
		part tests/bench/race.sh ;;
	country)
		part build/tests/bench/country
		part tests/bench/fwd.sh 64/nat 64/camgate 64/camgate-country 64/nft-country 64/nft-country-ct ;;
	kernels) part tests/bench/kernels.sh ;;
	fwd) part tests/bench/fwd.sh ;;
	ctl) part tests/bench/ctl.sh ;;
	fleet) part tests/bench/fleet.sh ;;
	curves)
		kinds=(64/nat 64/camgate 64/nft-sets 64/nft-sets-acct)
		for c in 1 16 64; do
			curve $c 20 "${kinds[@]}" 64/nft-linear
		done
		for c in 512 4096; do
			curve $c 20 "${kinds[@]}"
		done
		curve 16 100 "${kinds[@]}" 64/nft-linear
		curve 16 1000 "${kinds[@]}" ;;
	*) echo "bench: no such part: $p" >&2; exit 2 ;;
	esac
done
exit $rc
