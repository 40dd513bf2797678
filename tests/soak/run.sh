#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# run.sh: what `make soak` is made of, one part after the other; ends with its figures judged.
#
# Ten million packets against the reference, a thousand reloads and as many kills
# under traffic (KILLS), the house under load for SOAK_S seconds, then each target of
# tests/fuzz until its build has had FUZZ_RUNS inputs, two targets at a time. PARTS
# names some of them. Logs in build/log/soak*, figures in build/soak.jsonl.
set -u
cd "$(dirname "$0")/../.." || exit 1
export CG_FIGURES=$PWD/build/soak.jsonl
packets=${PACKETS:-10000000} kills=${KILLS:-1000} parts=" ${PARTS:-reference reloads load fuzz} " rc=0
mkdir -p build/log
: >"$CG_FIGURES"

if [[ $parts != ' fuzz ' ]] && ! why=$(tests/probe.sh); then
	echo "not ok soak: this machine: $why"
	exit 1
fi

# Half of the packets to each of two processes, half of those of each kind.
reference() {
	local log=build/log/soak-reference.log i pid bad=0
	local -a pids=()
	for i in 1 2; do
		CG_FIGURES=$PWD/build/soak-reference$i.jsonl CG_DIFF_PACKETS=$(((packets + 3) / 4)) \
			build/tests/bpf/test_diff >"build/log/soak-reference$i.log" 2>&1 &
		pids+=($!)
	done
	for pid in "${pids[@]}"; do
		wait "$pid" || bad=1
	done
	cat build/log/soak-reference[12].log >"$log"
	grep -h '^not ok' "$log"
	jq -sc --arg raw log/soak-reference.log '
		map(select(.name == "reference/disagreements")) |
		(map(.n) | add) as $n | (map(.value) | add) as $wrong | (map(.control) | min) as $control |
		{name: "reference/disagreements", value: $wrong, op: "==", limit: 0, unit: "packets", n: $n,
			control: $control, raw: $raw},
		{name: "reference/packets", value: $n, op: ">=", limit: 10000000, unit: "packets", n: $n,
			control: 0, raw: $raw}' build/soak-reference[12].jsonl >>"$CG_FIGURES" || bad=1
	rm -f build/soak-reference[12].jsonl
	return $bad
}

# part NAME COMMAND...
part() {
	local name=$1 start=$SECONDS
	shift
	echo "# $name"
	if "$@" >"build/log/soak-$name.out" 2>&1; then
		grep -h '^# fault ' "build/log/soak-$name.out" | tee "build/log/soak-$name.log"
		echo "ok $name ($((SECONDS - start)) s)"
	else
		tail -n 15 "build/log/soak-$name.out"
		echo "not ok $name ($((SECONDS - start)) s)"
		rc=1
	fi
}

[[ $parts != *' reference '* ]] || part packets reference
[[ $parts != *' reloads '* ]] || CG_KILLS=$kills part reloads tests/net/test_reload_many.sh
[[ $parts != *' load '* ]] || part load tests/soak/load.sh
[[ $parts != *' fuzz '* ]] || FUZZ_RUNS=${FUZZ_RUNS:-10000000} FUZZ_JOBS=${FUZZ_JOBS:-2} part fuzz tests/fuzz/run.sh --long
[[ ! -x tests/faults.sh ]] || tests/faults.sh soak || rc=1
tests/figures.sh soak "$CG_FIGURES" || rc=1
exit $rc
