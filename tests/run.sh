#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# run.sh [--here] [STAGE...]: runs the test stages, counts their cases, ends with "N passed, N failed, N skipped".
#
# Stages: lint unit asan fuzz agent bpf net luci faults figures; all of them if none is named; and fleet. A
# stage prints `ok NAME`, `not ok NAME` or `skip NAME: why`, one line a case.
# Its output is in build/log/STAGE.log; what went wrong is on the screen too, or
# everything with V=1. bpf and net run in a virtual machine where this one does
# not do (tests/probe.sh), except with --here.
set -u
cd "$(dirname "$0")/.." || exit 1
here=no
[[ ${1:-} != --here ]] || { here=yes; shift; }
stages=("$@")
if [[ $# -eq 0 ]]; then
	stages=(lint unit asan fuzz agent bpf net luci faults figures)
	mkdir -p build
	: >build/figures.jsonl
fi
mkdir -p build/log
passed=0 failed=0 skipped=0

# shellcheck source=tests/skips.sh
. tests/skips.sh

build() { # stage
	make -j"$(nproc)" "tests-$1" >"build/log/make-$1.log" 2>&1 && return 0
	cat "build/log/make-$1.log"
	echo "not ok $1: does not build"
	return 1
}

# Each program, unless it is skipped. Those that use Check leave their cases in
# a file; others print them. One that shows no case, or ends badly without
# saying which case failed, is a failed case itself.
run_programs() { # stage programs...
	local stage=$1 f name rc tap out start
	shift
	tap=$(mktemp) out=$(mktemp)
	for f; do
		name=$(basename "$f" .sh)
		name=${name#test_}
		! skipped "$stage" "$name" || continue
		: >"$tap"
		rc=0 start=$SECONDS
		CK_TAP_LOG_FILE_NAME=$tap CK_VERBOSITY=silent CK_DEFAULT_TIMEOUT=60 \
			CK_TIMEOUT_MULTIPLIER="${CK_TIMEOUT_MULTIPLIER:-4}" timeout -k 10 "${CG_TEST_LIMIT:-1800}" \
			"$f" >"$out" 2>&1 || rc=$?
		cat "$out"
		echo "# $name took $((SECONDS - start)) s"
		sed -nE "s/^(ok|not ok) [0-9]+ - [^:]*:([^:]*):(.*): Passed$/\1 $name: \2: \3/p
			 s/^(not ok) [0-9]+ - (.*)/\1 $name: \2/p" "$tap"
		if [[ $rc -ne 0 && $rc -ne 77 ]] && ! grep -q '^not ok' "$tap" "$out"; then
			echo "not ok $name: ended with $rc"
		elif ! grep -qE '^(ok|not ok|skip) ' "$tap" "$out"; then
			[[ $rc -eq 77 ]] && echo "skip $name: $(tail -n 1 "$out")" ||
				echo "not ok $name: showed no case"
		fi
	done
	rm -f "$tap" "$out"
}

# The house's runner has its own order; names are given only to leave some out.
run_house() {
	local f name limit=480
	local -a list=()
	if [[ -n $(skips net) ]]; then
		for f in tests/net/test_*.sh; do
			name=$(basename "$f" .sh)
			name=${name#test_}
			skipped net "$name" || list+=("$name")
		done
	fi
	[[ -z ${CG_SLOW:-} ]] || limit=1200
	tests/net/run.sh -l $limit "${list[@]}"
}

run_stage() {
	local -a list
	case $1 in
	lint) tests/lint/run.sh ;;
	faults | figures) "tests/$1.sh" ;;
	fuzz)
		[[ $here = yes ]] || build fuzz || return 1
		tests/fuzz/run.sh
		;;
	net)
		[[ $here = yes ]] || build net || return 1
		run_house
		;;
	# A browser in a guest without KVM would take minutes for each page.
	luci)
		build net || return 1
		if why=$(tests/probe.sh); then tests/luci/test_luci.sh; else echo "skip luci: $why"; fi
		;;
	unit | asan | agent | bpf | fleet)
		mapfile -t list < <(make -s --no-print-directory "list-$1")
		[[ $here = yes ]] || build "$1" || return 1
		run_programs "$1" "${list[@]}"
		;;
	*) echo "not ok $1: no such stage" ;;
	esac
}

# Counts what a log holds and shows what went wrong.
count() { # stage seconds
	local log=build/log/$1.log p f s
	p=$(grep -c '^ok ' "$log")
	f=$(grep -c '^not ok ' "$log")
	s=$(grep -c '^skip ' "$log")
	if [[ $((p + f + s)) -eq 0 ]]; then
		echo "not ok $1: no case was run" | tee -a "$log"
		f=1
	fi
	if [[ -z ${V:-} && $f -gt 0 ]]; then
		# With each failure, what was said since the last case that was not one.
		awk '/^(ok|skip) / { n = 0; next } /^not ok / { for (i = n > 15 ? n - 15 : 0; i < n; i++)
			print said[i]; n = 0; print; next } { said[n++] = $0 }' "$log"
	fi
	[[ -n ${V:-} ]] || grep '^skip ' "$log"
	printf '== %-7s %4d passed, %d failed, %d skipped in %d s\n' "$1" "$p" "$f" "$s" "$2"
	((passed += p, failed += f, skipped += s))
}

# Sums of one program would be taken for the sum of all.
show() { if [[ -n ${V:-} ]]; then grep -vE '^[0-9]+ passed, '; else cat >/dev/null; fi; }

vm=no
if [[ $here = no && " ${stages[*]} " =~ \ (bpf|net)\  ]] && ! why=$(tests/probe.sh); then
	echo "this machine: $why; bpf and net run in a virtual machine"
	vm=yes
	tests/deps.sh vm || exit 1
	make -j"$(nproc)" tests-bpf tests-net >build/log/make.log 2>&1 || { cat build/log/make.log; exit 1; }
fi
# These run beside the others, which mostly wait: one after the other, and ended before
# what sums up. The agent's go first, as they wait too; what only computes gives way.
beside=()
for s in agent lint asan fuzz; do
	[[ " ${stages[*]} " != *" $s "* ]] || beside+=("$s")
done
[[ ${#stages[@]} -gt ${#beside[@]} ]] || beside=()
lane=
lane_run() {
	local s start
	for s in "${beside[@]}"; do
		[[ $s == agent ]] || renice -n 10 "$BASHPID" >/dev/null 2>&1
		start=$SECONDS
		run_stage "$s" >"build/log/$s.log" 2>&1
		echo $((SECONDS - start)) >"build/log/$s.time"
	done
}
lane_end() {
	local s
	[[ -n $lane ]] || return 0
	wait "$lane"
	lane=
	for s in "${beside[@]}"; do
		[[ -z ${V:-} ]] || show <"build/log/$s.log"
		count "$s" "$(cat "build/log/$s.time")"
	done
}
if [[ ${#beside[@]} -gt 0 ]]; then
	# Before two makes share a folder; lint, asan and fuzz have their own below build/.
	# What does not build is told by the stage itself.
	[[ " ${beside[*]} " != *" agent "* || $here = yes ]] || build agent >/dev/null || true
	lane_run &
	lane=$!
fi
for s in "${stages[@]}"; do
	[[ " ${beside[*]} " != *" $s "* ]] || continue
	start=$SECONDS
	log=build/log/$s.log
	[[ ! $s =~ ^(faults|figures)$ ]] || lane_end
	if [[ $vm = yes && $s =~ ^(bpf|net)$ ]]; then
		V=1 tests/vm/run.sh -- tests/run.sh --here "$s" 2>&1 |
			tee "$log" | show
		[[ ${PIPESTATUS[0]} -lt 2 ]] || echo "not ok $s: the virtual machine" >>"$log"
	else
		run_stage "$s" 2>&1 | tee "$log" | show
	fi
	count "$s" "$((SECONDS - start))"
done
lane_end
echo "$passed passed, $failed failed, $skipped skipped"
[[ $failed -eq 0 ]]
