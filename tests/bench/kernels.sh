#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# kernels.sh: instructions that the verifier walks for each program that reads names, on this kernel and, in virtual machines, on those of tests/vm/kernels/kernels.txt.
set -u
cd "$(dirname "$0")/../.." || exit 77
load=build/tests/bench/load
log=$(mktemp build/bench-kernels.XXXXXX)
trap 'rm -f "$log" "$log".*' EXIT

# record KERNEL: from lines of the loader
record()
{
	sed -n 's/^\(cg_names_[a-z]*\): .* processed \([0-9]*\) insns .*/\1 \2/p' "$log" | tr _ - |
		while read -r prog n; do
			prog=${prog#cg-}
			base=$(awk -v p="$prog" '$1 == p { print $2 }' "$log.here" 2>/dev/null)
			[[ -n $base ]] || { base=$n; echo "$prog $n" >>"$log.new"; }
			printf '{"name":"dns/verified-%s@%s","value":%d,"unit":"instructions","baseline":"dns/verified-%s@%s","ratio":%s,"spread_pct":0}\n' \
				"$prog" "$1" "$n" "$prog" "$here" "$(awk -v a="$n" -v b="$base" 'BEGIN { printf "%.2f", a / b }')"
		done
	[[ ! -s $log.new ]] || mv "$log.new" "$log.here"
}

here=$(uname -r | cut -d. -f1,2)
"$load" build/camgate.bpf.o >"$log" 2>/dev/null || exit 77
record "$here"
tests/deps.sh -n vm kmod >/dev/null 2>&1 || { echo '# other kernels: what virtual machines need is not installed' >&2; exit 0; }
echo 'load camgate.bpf.o' >"$log.sh"
# shellcheck disable=SC2013 # names without blanks
for k in $(awk '$1 !~ /^#/ && NF { print $1 }' tests/vm/kernels/kernels.txt); do
	tests/vm/kernels/boot.sh -t 300 -m 'sch_ingress cls_bpf' -p "$load" "$k" "$log.sh" build/camgate.bpf.o \
		>"$log" 2>/dev/null </dev/null || { echo "# $k: no figures" >&2; continue; }
	record "$k"
done
