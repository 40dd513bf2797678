#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# run.sh [--long] [TARGET...]: each target reads its corpus and then what is made of it, and finds the fault planted in its second build.
#
# Without --long: the same FUZZ_SHORT (20000) inputs each time. With it, others: FUZZ_S
# (300) seconds a target or, where FUZZ_RUNS is set, until there were so many of this
# build, those of earlier runs counted. What reached something new is kept below
# build/fuzz/found and goes on from there; figures fuzz/executions and fuzz/crashes. An
# input that breaks a target is kept as build/fuzz/NAME-crash-…:
# `build/fuzz/tests/fuzz/NAME FILE` shows it again, with longer stacks.
set -u
cd "$(dirname "$0")/../.." || exit 1
bin=build/fuzz/tests/fuzz
out=build/fuzz/out
count=build/fuzz/count
SLICE=1000000	# inputs that are lost if this script is ended
SEEDS=8		# that look for a fault planted, one after the other
# What is freed stays poisoned for some tens of inputs; more of it is only slower.
export ASAN_OPTIONS=quarantine_size_mb=4:malloc_context_size=1:detect_leaks=1
export UBSAN_OPTIONS=print_stacktrace=1

# A wall clock says nothing on a loaded machine, and less on one that slept: it is there
# for what never ends.
fuzzer() { # program log arguments...
	local program=$1 log=$2 most
	shift 2
	# What is slow and whose limits are not of length.
	case ${program##*/} in
	request*) most=256 ;;
	config* | event* | record* | reply*) most=1024 ;;
	*) most=2048 ;;
	esac
	"$program" -seed=1 -max_len=$most -timeout=1200 -rss_limit_mb=2560 -print_final_stats=1 \
		"-artifact_prefix=build/fuzz/${program##*/}-" "$@" >"$log" 2>&1
}

executions() { awk '/^stat::number_of_executed_units:/ { n = $2 } END { print n + 0 }' "$1"; }

hash_of() { sha256sum <"$bin/$1" | cut -d ' ' -f 1; }

# Inputs that a build of a target has had, and how often one broke it: another build has had none.
counted() { # target hash
	local hash='' n=0 bad=0
	read -r hash n bad 2>/dev/null <"$count/$1"
	[[ $hash == "$2" ]] || n=0 bad=0
	echo "$n $bad"
}

count_on() { # target hash inputs broke
	local n bad
	read -r n bad < <(counted "$1" "$2")
	echo "$2 $((n + $3)) $((bad + $4))" >"$count/$1.new"
	mv "$count/$1.new" "$count/$1"
}

broken() { # case log
	sed '/^Shadow bytes/,/ABORTING$/d; /^INFO/d; /^#[0-9]*[[:blank:]]/d' "$2" | head -n 40 | sed 's/^/# /'
	echo "not ok $1: $(grep -m 1 -oE 'SUMMARY: .*|broken: .*' "$2")"
}

# Inputs made of the corpus and of what was found: FUZZ_S seconds, or up to FUZZ_RUNS, in slices.
long() { # target arguments...
	local t=$1 hash n bad how
	shift
	# Of inputs that show as much, the quick ones are changed more often. What comes of
	# it hangs on the clock: not where the same inputs are promised.
	set -- -entropic_scale_per_exec_time=1 "$@"
	hash=$(hash_of "$t")
	read -r n bad < <(counted "$t" "$hash")
	while [[ $bad == 0 && (-z ${FUZZ_RUNS:-} || $n -lt $FUZZ_RUNS) ]]; do
		how=-max_total_time=${FUZZ_S:-300}
		[[ -z ${FUZZ_RUNS:-} ]] || how=-runs=$((FUZZ_RUNS - n < SLICE ? FUZZ_RUNS - n : SLICE))
		if fuzzer "$bin/$t" "$out/$t.run" "$@" "-seed=$((RANDOM + 1))" "$how" "build/fuzz/found/$t" "tests/fuzz/corpus/$t"; then
			count_on "$t" "$hash" "$(executions "$out/$t.run")" 0
		else
			# Ended by somebody, or broken: of which there is a summary.
			grep -q '^SUMMARY: ' "$out/$t.run" || return 1
			count_on "$t" "$hash" "$(executions "$out/$t.run")" 1
		fi
		read -r n bad < <(counted "$t" "$hash")
		[[ -n ${FUZZ_RUNS:-} ]] || break
	done
	return $((bad > 0))
}

# The fault planted. A search may lose its way, from one order of the files in a folder
# and not from another: each seed has its part of FUZZ_LOOK inputs and begins anew.
look() { # target corpus arguments...
	local t=$1 corpus=$2 most=${FUZZ_LOOK:-400000} n=0 seed
	shift 2
	for ((seed = 1; seed <= SEEDS; seed++)); do
		rm -rf "build/fuzz/plant/$t"
		mkdir -p "build/fuzz/plant/$t"
		if ! fuzzer "$bin/$t.plant" "$out/$t.plant" "$@" -detect_leaks=0 "-seed=$seed" \
			"-runs=$((most / SEEDS))" "-artifact_prefix=build/fuzz/plant/$t/" "build/fuzz/plant/$t" "$corpus"; then
			n=$((n + $(executions "$out/$t.plant")))
			if ! grep -q 'in fuzz_plant' "$out/$t.plant"; then
				broken "$t finds the fault planted" "$out/$t.plant"
			else
				echo "ok $t finds the fault planted"
				echo "# $t: the fault planted was found with input $n, seed $seed"
			fi
			return
		fi
		n=$((n + $(executions "$out/$t.plant")))
	done
	echo "not ok $t finds the fault planted: not in $n inputs"
}

one() { # mode target
	local mode=$1 t=$2 corpus=tests/fuzz/corpus/$2 how=() n
	n=$(find "$corpus" -type f | wc -l)
	# Whole, however long.
	if ! fuzzer "$bin/$t" "$out/$t.replay" -max_len=1000000 -runs=0 "$corpus"; then
		broken "$t reads its corpus" "$out/$t.replay"
		[[ $mode == short ]] || count_on "$t" "$(hash_of "$t")" 0 1
		return
	fi
	[[ $n -gt 0 ]] && echo "ok $t reads the $n files of its corpus" || echo "not ok $t: no corpus"
	if ! "$bin/$t" -help=1 2>&1 | grep -q max_total_time; then
		echo "skip $t makes inputs: clang has no libFuzzer here"
		return
	fi
	# An agent that stays up holds memory from input to input: leaks are looked
	# for in the corpus alone.
	[[ $t != event && $t != request ]] || how=(-detect_leaks=0)
	[[ ! -f tests/fuzz/$t.dict ]] || how+=("-dict=tests/fuzz/$t.dict")
	if [[ $mode == short ]]; then
		rm -rf "build/fuzz/short/$t"
		mkdir -p "build/fuzz/short/$t"
		fuzzer "$bin/$t" "$out/$t.run" "${how[@]}" "-runs=${FUZZ_SHORT:-20000}" "build/fuzz/short/$t" "$corpus"
	else
		mkdir -p "build/fuzz/found/$t"
		long "$t" "${how[@]}"
	fi
	# shellcheck disable=SC2181 # of either
	if [[ $? != 0 ]]; then
		broken "$t stands what is made of its corpus" "$out/$t.run"
	elif [[ $mode == short ]]; then
		echo "ok $t stands $(executions "$out/$t.run") inputs"
	else
		echo "ok $t stands $(counted "$t" "$(hash_of "$t")" | cut -d ' ' -f 1) inputs"
	fi
	# Not in the corpus, and found.
	rm -rf "build/fuzz/plant/$t"
	mkdir -p "build/fuzz/plant/$t"
	if ! fuzzer "$bin/$t.plant" "$out/$t.plant" -runs=0 "$corpus"; then
		broken "$t: the fault planted is one that has to be looked for" "$out/$t.plant"
	else
		look "$t" "$corpus" "${how[@]}"
	fi
	rm -rf "build/fuzz/plant/$t"
}

if [[ ${1:-} == --one ]]; then
	one "$2" "$3"
	exit
fi
mode=short
[[ ${1:-} != --long ]] || { mode=long; shift; }
mkdir -p $out $count
CG_FUZZ_TMP=$(mktemp -d -p /dev/shm 2>/dev/null || mktemp -d)
export CG_FUZZ_TMP
trap 'rm -rf "$CG_FUZZ_TMP"' EXIT
[[ $mode == short ]] || rm -f $out/*.said
[[ $# -gt 0 ]] || mapfile -t all < <(make -s --no-print-directory list-fuzz)
[[ $# -gt 0 ]] || set -- "${all[@]}"
# Each in a file of its own, shown whole; the slow ones, which are named last, begin.
printf '%s\n' "$@" | tac | xargs -P "${FUZZ_JOBS:-$(nproc)}" -I '{}' sh -c "tests/fuzz/run.sh --one $mode '{}' >$out/{}.said 2>&1; cat $out/{}.said"
rc=0
for t; do ! grep -q '^not ok' "$out/$t.said" || rc=1; done
[[ $mode == long ]] || exit $rc

# Of all targets, also where this run had some only.
mapfile -t all < <(make -s --no-print-directory list-fuzz)
raw=fuzz/fuzz.txt targets=${#all[@]}
for t in "${all[@]}"; do
	read -r n bad < <(counted "$t" "$(hash_of "$t")")
	found=$(grep -cs '^ok.*fault planted' "$out/$t.said")
	echo "$t $n inputs, $bad broke it, planted faults found: ${found:-0}"
done >build/$raw
sed 's/^/# /' build/$raw
sum() { awk -v at="$1" '{ n += at > 0 ? $at : $NF } END { print n + 0 }' build/$raw; }
figures=${CG_FIGURES:-build/figures.jsonl}
touch "$figures"
grep -vE '"name":"fuzz/(executions|crashes)"' "$figures" >"$figures.new"
mv "$figures.new" "$figures"
record() { # NAME VALUE OP LIMIT CONTROL
	printf '{"name":"fuzz/%s","value":%s,"op":"%s","limit":%s,"unit":"inputs","n":%s,"control":%s,"raw":"%s"}\n' \
		"$1" "$2" "$3" "$4" "$targets" "$5" $raw
}
# Of the target with the fewest; how often a fault was there to be found, and was.
{
	record executions "$(awk '{ print $2 }' build/$raw | sort -n | head -n 1)" '>=' 10000000 "$(sum 0)"
	record crashes "$(sum 4)" '==' 0 "$(sum 0)"
} >>"$figures"
[[ -z ${FUZZ_RUNS:-} ]] || tests/figures.sh fuzz "$figures" || rc=1
exit $rc
