#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# race.sh: first packets lost behind 2,000 lookups, with camgate and with dnsmasq's nftset in its place.
set -u
cd "$(dirname "$0")/../.." || exit 77
command -v dnsmasq >/dev/null || { echo '# skipped: no dnsmasq' >&2; exit 77; }
log=$(mktemp)
trap 'rm -f "$log"' EXIT
for way in camgate nftset; do
	tests/bench/race_house.sh $way >"$log" 2>&1 </dev/null
	case $? in
	0) ;;
	77) sed 's/^/# /' "$log" >&2; exit 77 ;;
	*) tail -n 5 "$log" >&2; exit 1 ;;
	esac
	lost=$(sed -n 's/^  lost \([0-9]*\) of \([0-9]*\)$/\1 \2/p' "$log")
	[[ -n $lost ]] || { tail -n 5 "$log" >&2; exit 1; }
	printf '{"name":"dns/race-%s","value":%d,"unit":"packets","baseline":"dns/race-camgate","ratio":1,"spread_pct":0,"n":%d}\n' \
		$way "${lost% *}" "${lost#* }"
done
